/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Free space of one block group.
 *
 * Models: extent entries and bitmaps of 128 MiB windows with the thresholds
 *   that choose between them; hiding an entry while it is trimmed; the
 *   allocation cluster, which takes every extent entry of its group.
 * Leaves out: clusters out of bitmaps, the on-disk cache.
 * Source: fs/btrfs/free-space-cache.c: use_bitmap, trim_no_bitmap,
 *   trim_bitmaps, unlink_free_space, setup_cluster_no_bitmap,
 *   __btrfs_return_cluster_to_free_space.
 */
#include "free-space.h"

#include "invariant.h"
#include "simtime.h"

/**
 * tsim_free_space_init:
 * @group: logical range of the block group; bitmap windows count from its start
 * @extents_per_gib: extent entries allowed per GiB before bitmaps are used
 * @force_extents: ranges of 1 MiB and more never go to a bitmap (5.6)
 */
void tsim_free_space_init(struct tsim_free_space *fs, struct tsim_range group,
			  guint64 extents_per_gib, gboolean force_extents)
{
	guint64 group_bytes = tsim_range_len(group);

	tsim_interval_set_init(&fs->extents);
	tsim_interval_set_init(&fs->bitmaps);
	tsim_interval_set_init(&fs->cluster);
	fs->bytes = 0;
	fs->start = group.start;
	/* recalculate_thresholds(): at least one GiB's worth */
	fs->extents_threshold = (guint)(MAX(group_bytes, TSIM_GIB) / TSIM_GIB * extents_per_gib);
	/* groups smaller than half a bitmap never use one */
	fs->bitmaps_allowed = group_bytes >= TSIM_BITMAP_BYTES / 2;
	fs->force_extents = force_extents;
}

void tsim_free_space_clear(struct tsim_free_space *fs)
{
	tsim_interval_set_clear(&fs->extents);
	tsim_interval_set_clear(&fs->bitmaps);
	tsim_interval_set_clear(&fs->cluster);
	fs->bytes = 0;
}

static gboolean use_bitmap(const struct tsim_free_space *fs, guint64 bytes)
{
	if (!fs->bitmaps_allowed || (fs->force_extents && bytes >= TSIM_MIB))
		return FALSE;
	if (fs->extents.n >= fs->extents_threshold)
		return TRUE;
	/* small entries must leave half of the extents (two thirds since 5.6) for larger ones */
	if (fs->force_extents)
		return bytes <= 8 * TSIM_SECTOR && fs->extents.n * 3 > fs->extents_threshold;
	return bytes <= 4 * TSIM_SECTOR && fs->extents.n * 2 > fs->extents_threshold;
}

/* Does @r touch an extent entry, so that it merges (try_merge_free_space)? */
static gboolean merges(const struct tsim_free_space *fs, struct tsim_range r)
{
	guint i = tsim_interval_set_find(&fs->extents, r.start > 0 ? r.start - 1 : 0);

	return i < fs->extents.n && fs->extents.ranges[i].start <= r.end;
}

/**
 * tsim_free_space_add:
 * @r: becomes allocatable; must not be free already
 */
void tsim_free_space_add(struct tsim_free_space *fs, struct tsim_range r)
{
	if (merges(fs, r) || !use_bitmap(fs, tsim_range_len(r)))
		tsim_interval_set_add(&fs->extents, r);
	else
		tsim_interval_set_add(&fs->bitmaps, r);
	fs->bytes += tsim_range_len(r);
}

/* btrfs_remove_free_space_cache() */
void tsim_free_space_drop_all(struct tsim_free_space *fs)
{
	tsim_interval_set_reset(&fs->extents);
	tsim_interval_set_reset(&fs->bitmaps);
	tsim_interval_set_reset(&fs->cluster);
	fs->bytes = 0;
}

static gboolean take_from(struct tsim_interval_set *set, guint64 from, guint64 bytes, guint64 min,
			  struct tsim_range *out)
{
	for (guint i = tsim_interval_set_find(set, from); i < set->n; i++) {
		struct tsim_range r = set->ranges[i];

		r.start = MAX(r.start, from);
		if (tsim_range_len(r) < min)
			continue;
		r.end = MIN(r.end, r.start + bytes);
		tsim_interval_set_remove(set, r);
		*out = r;
		return TRUE;
	}
	return FALSE;
}

/**
 * tsim_free_space_take:
 * @from: search hint, logical
 * @bytes: most to take
 * @min: least that will do, contiguous
 * @out: (out): what was taken
 *
 * First fit by offset, extent entries before bitmaps, as find_free_space().
 */
gboolean tsim_free_space_take(struct tsim_free_space *fs, guint64 from, guint64 bytes, guint64 min,
			      struct tsim_range *out)
{
	if (fs->bytes < min)
		return FALSE;
	if (!take_from(&fs->extents, from, bytes, min, out) &&
	    !take_from(&fs->bitmaps, from, bytes, min, out))
		return FALSE;
	fs->bytes -= tsim_range_len(*out);
	return TRUE;
}

/**
 * tsim_free_space_fill_cluster:
 * @from: where the window may begin; an entry that reaches beyond it counts whole
 * @bytes: what the entries must have together
 * @min: what the longest must have
 *
 * setup_cluster_no_bitmap(): the cluster takes every extent entry from there on,
 * also those far beyond what was asked for, so that a trimmer finds only what
 * was freed since.  Returns: FALSE, and nothing moved, when there is too little.
 */
gboolean tsim_free_space_fill_cluster(struct tsim_free_space *fs, guint64 from, guint64 bytes,
				      guint64 min)
{
	guint first = tsim_interval_set_find(&fs->extents, from);
	guint64 sum = 0, longest = 0;

	for (guint i = first; i < fs->extents.n; i++) {
		guint64 len = tsim_range_len(fs->extents.ranges[i]);

		sum += len;
		longest = MAX(longest, len);
	}
	if (longest < min || sum < bytes)
		return FALSE;
	while (fs->extents.n > first) {
		tsim_interval_set_add(&fs->cluster, fs->extents.ranges[fs->extents.n - 1]);
		tsim_interval_set_remove_at(&fs->extents, fs->extents.n - 1);
	}
	return TRUE;
}

/* __btrfs_return_cluster_to_free_space() */
void tsim_free_space_return_cluster(struct tsim_free_space *fs)
{
	for (guint i = 0; i < fs->cluster.n; i++)
		tsim_interval_set_add(&fs->extents, fs->cluster.ranges[i]);
	tsim_interval_set_reset(&fs->cluster);
}

/* btrfs_alloc_from_cluster() */
gboolean tsim_free_space_take_clustered(struct tsim_free_space *fs, guint64 bytes, guint64 min,
					struct tsim_range *out)
{
	if (!take_from(&fs->cluster, 0, bytes, min, out))
		return FALSE;
	fs->bytes -= tsim_range_len(*out);
	return TRUE;
}

static gboolean take_within(struct tsim_interval_set *set, struct tsim_range range,
			    struct tsim_range *out)
{
	guint i = tsim_interval_set_find(set, range.start);

	if (i >= set->n || set->ranges[i].start >= range.end)
		return FALSE;
	*out = tsim_range_intersect(set->ranges[i], range);
	tsim_interval_set_remove(set, *out);
	return TRUE;
}

/**
 * tsim_free_space_take_within:
 * @out: (out): what was taken, wherever it was
 *
 * For a recording, which says where something was written.
 */
gboolean tsim_free_space_take_within(struct tsim_free_space *fs, struct tsim_range range,
				     struct tsim_range *out)
{
	if (!take_within(&fs->extents, range, out) && !take_within(&fs->cluster, range, out) &&
	    !take_within(&fs->bitmaps, range, out))
		return FALSE;
	fs->bytes -= tsim_range_len(*out);
	return TRUE;
}

/**
 * tsim_free_space_hide_extent:
 * @from: where the trimmer is
 * @min: FITRIM's minlen; shorter entries are stepped over
 * @out: (out): the whole entry, also what lies before @from
 *
 * trim_no_bitmap() unlinks the whole entry even if only a part is discarded.
 */
gboolean tsim_free_space_hide_extent(struct tsim_free_space *fs, guint64 from, guint64 min,
				     struct tsim_range *out)
{
	for (guint i = tsim_interval_set_find(&fs->extents, from); i < fs->extents.n; i++) {
		struct tsim_range r = fs->extents.ranges[i];

		if (r.end - MAX(r.start, from) < min)
			continue;
		tsim_interval_set_remove_at(&fs->extents, i);
		fs->bytes -= tsim_range_len(r);
		*out = r;
		return TRUE;
	}
	return FALSE;
}

/* offset_to_bitmap() */
static guint64 window_end(const struct tsim_free_space *fs, guint64 pos)
{
	return fs->start + ((pos - fs->start) / TSIM_BITMAP_BYTES + 1) * TSIM_BITMAP_BYTES;
}

/**
 * tsim_free_space_hide_bitmap:
 * @out: (out): one run of bits, cut at its 128 MiB window
 *
 * trim_bitmaps() clears only the bits that it found.
 */
gboolean tsim_free_space_hide_bitmap(struct tsim_free_space *fs, guint64 from, guint64 min,
				     struct tsim_range *out)
{
	for (guint i = tsim_interval_set_find(&fs->bitmaps, from); i < fs->bitmaps.n; i++) {
		struct tsim_range r = fs->bitmaps.ranges[i];

		r.start = MAX(r.start, from);
		r.end = MIN(r.end, window_end(fs, r.start));
		if (tsim_range_len(r) < min)
			continue;
		fs->bytes -= tsim_interval_set_remove(&fs->bitmaps, r);
		*out = r;
		return TRUE;
	}
	return FALSE;
}
