/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Taking extents out of existing block groups, and giving them back.
 *
 * Models: find_free_extent's walk over the groups of a type in the order of
 *   their creation, first fit within a group; the one cluster that tree
 *   blocks are taken from until it is used up or its group is read-only; for
 *   a recording, at its place.
 * Leaves out: allocation hints; clusters of data (-o ssd_spread).
 * Source: fs/btrfs/extent-tree.c: find_free_extent, find_free_extent_clustered
 *   (3.18, 6.1).
 */
#include "fs.h"

static gboolean take(struct tsim_fs *fs, struct tsim_block_group *bg, struct tsim_extent *out)
{
	out->bg = bg;
	tsim_block_group_use(&fs->space, bg, out->range);
	tsim_oracle_allocated(&fs->oracle, bg->chunk, out->range);
	return TRUE;
}

static gboolean fill_from(struct tsim_space *space, struct tsim_block_group *bg, guint64 from,
			  guint64 bytes, guint64 min)
{
	if (bg->ro || !tsim_free_space_fill_cluster(&bg->free, from, bytes, min))
		return FALSE;
	space->cluster = bg;
	space->cluster_start = bg->free.cluster.ranges[0].start;
	return TRUE;
}

/*
 * A new cluster: from where the last one began (its window is the hint) to the
 * end of its group, else of the first group after that, else of the first at all.
 */
static gboolean refill_cluster(struct tsim_space *space, guint64 bytes, guint64 min)
{
	GPtrArray *groups = space->info[TSIM_METADATA].groups;
	struct tsim_block_group *last = space->cluster;
	guint first = 0;

	if (last && fill_from(space, last, space->cluster_start, bytes, min))
		return TRUE;
	if (last && g_ptr_array_find(groups, last, &first))
		first++;
	for (guint i = 0; i < groups->len; i++) {
		struct tsim_block_group *bg = g_ptr_array_index(groups, (first + i) % groups->len);

		if (fill_from(space, bg, bg->range.start, bytes, min))
			return TRUE;
	}
	return FALSE;
}

static gboolean take_clustered(struct tsim_fs *fs, guint64 bytes, guint64 min,
			       struct tsim_extent *out)
{
	struct tsim_space *space = &fs->space;
	struct tsim_block_group *bg = space->cluster;

	if (bg && !bg->ro && tsim_free_space_take_clustered(&bg->free, bytes, min, &out->range))
		return take(fs, bg, out);
	if (bg)
		tsim_free_space_return_cluster(&bg->free);
	if (!refill_cluster(space, bytes + fs->opt->metadata_cluster_bytes, min) &&
	    !refill_cluster(space, bytes, min))
		return FALSE;
	bg = space->cluster;
	return tsim_free_space_take_clustered(&bg->free, bytes, min, &out->range) &&
	       take(fs, bg, out);
}

/**
 * tsim_extent_first_cluster:
 * Mounting writes a tree block or two, so that the cluster is there before
 * anybody trims.
 */
void tsim_extent_first_cluster(struct tsim_fs *fs)
{
	refill_cluster(&fs->space, fs->opt->metadata_cluster_bytes, TSIM_SECTOR);
}

/**
 * tsim_extent_take:
 * @type: enum tsim_bg_type
 * @bytes: most to take
 * @min: least that will do, contiguous
 * @out: (out): what was taken: used and live from now on
 *
 * Returns: FALSE when no RW group has @min contiguous bytes; no chunk is made.
 */
gboolean tsim_extent_take(struct tsim_fs *fs, int type, guint64 bytes, guint64 min,
			  struct tsim_extent *out)
{
	GPtrArray *groups = fs->space.info[type].groups;

	if (type == TSIM_METADATA && take_clustered(fs, bytes, min, out))
		return TRUE;
	for (guint i = 0; i < groups->len; i++) {
		struct tsim_block_group *bg = g_ptr_array_index(groups, i);

		if (!bg->ro &&
		    tsim_free_space_take(&bg->free, bg->range.start, bytes, min, &out->range))
			return take(fs, bg, out);
	}
	return FALSE;
}

/**
 * tsim_extent_take_after:
 * @old: where the block is that is copied
 *
 * As tsim_extent_take(), without a cluster, from the hint on: the copy lands
 * behind its original, and the hole before it grows.
 */
gboolean tsim_extent_take_after(struct tsim_fs *fs, const struct tsim_extent *old, guint64 bytes,
				struct tsim_extent *out)
{
	struct tsim_block_group *bg = old->bg;

	if (!bg->ro && tsim_free_space_take(&bg->free, old->range.start, bytes, bytes, &out->range))
		return take(fs, bg, out);
	return tsim_extent_take(fs, (int)bg->type, bytes, bytes, out);
}

struct tsim_range tsim_extent_offsets(const struct tsim_extent *extent)
{
	guint64 base = extent->bg->chunk->logical;

	return TSIM_RANGE(extent->range.start - base, extent->range.end - base);
}

/* Is it still there, in use?  A balance may have moved it. */
gboolean tsim_extent_live(const struct tsim_extent *extent)
{
	return tsim_interval_set_contains(&extent->bg->chunk->live, tsim_extent_offsets(extent));
}

/**
 * tsim_extent_take_at:
 * @range: logical, within @bg
 *
 * What of @range is free is used and live from now on, even if @bg is RO: a
 * recording shows what is written, and so was allocated before.
 */
void tsim_extent_take_at(struct tsim_fs *fs, struct tsim_block_group *bg, struct tsim_range range)
{
	struct tsim_range r;

	while (tsim_free_space_take_within(&bg->free, range, &r)) {
		tsim_block_group_use(&fs->space, bg, r);
		if (bg->ro)
			fs->space.info[bg->type].readonly -= (gint64)tsim_range_len(r);
		tsim_oracle_allocated(&fs->oracle, bg->chunk, r);
	}
}

/**
 * tsim_extent_put_back:
 * @extent: live; it is free at once, without a commit: nobody else has seen it
 */
void tsim_extent_put_back(struct tsim_fs *fs, const struct tsim_extent *extent)
{
	struct tsim_block_group *bg = extent->bg;
	struct tsim_space_info *info = &fs->space.info[bg->type];
	guint64 len = tsim_range_len(extent->range);

	tsim_oracle_freed(&fs->oracle, bg->chunk, extent->range);
	tsim_power_put_back(&fs->oracle, extent);
	bg->used -= len;
	info->used -= len;
	if (bg->ro)
		info->readonly += (gint64)len;
	tsim_free_space_add(&bg->free, extent->range);
}
