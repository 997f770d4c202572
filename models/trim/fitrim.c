/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * FITRIM.
 *
 * Models: the walk over block groups by logical address, extent entries and
 *   then bitmaps of each, an entry hidden while it is discarded, `reserved`
 *   raised only for read-write groups, the map taken at submission, one DUP
 *   copy after the other, entries put back (into a removed group as well,
 *   where they are trimmed again); since 4.3 unallocated space, chunk_mutex
 *   held over each discard, ranges trimmed once only.
 * Leaves out: signals, ranges other than the whole file system, waiting for
 *   free space to be cached.
 * Source: fs/btrfs/extent-tree.c: btrfs_trim_fs, btrfs_discard_extent,
 *   btrfs_trim_free_extents; free-space-cache.c: trim_no_bitmap,
 *   trim_bitmaps, do_trimming (3.18, 6.1).
 */
#include "fitrim.h"

#include "balance.h"
#include "cleaner.h"
#include "tracepoint.h"

#define SUPER_BYTES 4096
#define TRIM_START TSIM_MIB /* BTRFS_DEVICE_RANGE_RESERVED */

/*
 * btrfs_issue_discard(): one physical range, cut at trim_max and around
 * superblock mirrors.  Adds to @bytes what was discarded.  Returns: FALSE on
 * EIO, and the rest is left.
 */
static gboolean issue_discard(struct tsim_fs *fs, struct tsim_range phys, guint32 entity,
			      guint32 *index, void *tag, guint64 *bytes)
{
	while (phys.start < phys.end) {
		struct tsim_range r = phys;
		guint64 resume = r.end;

		for (guint i = 0; fs->opt->trim_skips_super && i < TSIM_N_SUPER_MIRRORS; i++) {
			struct tsim_range super = TSIM_RANGE(tsim_super_mirrors[i],
							     tsim_super_mirrors[i] + SUPER_BYTES);

			if (tsim_range_overlaps(r, super)) {
				r.end = MAX(super.start, r.start);
				resume = super.end;
			}
		}
		if (r.end - r.start > fs->opt->trim_max_bytes)
			resume = r.end = r.start + fs->opt->trim_max_bytes;
		if (r.end > r.start && !tsim_device_discard(&fs->dev, r, entity, index, tag))
			return FALSE;
		*bytes += MAX(r.end, r.start) - r.start;
		phys.start = resume;
	}
	return TRUE;
}

static void wait_for_cpu(struct tsim_fs *fs)
{
	tsim_ns free = tsim_relocation_burst_end(fs);

	if (free > tsim_now(fs->engine))
		tsim_sleep_until(fs->engine, free);
}

/* btrfs_discard_extent(): the map is taken now, the copies are discarded one after the other. */
static gboolean discard_extent(struct tsim_fs *fs, struct tsim_discard *d)
{
	const struct tsim_chunk *map;
	gboolean ok = TRUE;
	guint64 bytes = 0;

	tsim_device_settle(&fs->dev);
	map = tsim_chunk_lookup(&fs->space, d->logical.start);
	if (!map) /* "unable to find logical": the group was removed, nobody has its address yet */
		return FALSE;
	for (guint c = 0; c < map->copies && ok; c++) {
		guint64 start = map->phys[c] + (d->logical.start - map->logical);
		guint64 len = MIN(tsim_range_len(d->logical),
				  map->len - (d->logical.start - map->logical));

		tsim_oracle_discard_submit(&fs->oracle, d, map, TSIM_RANGE(start, start + len));
		tsim_trace_discard(fs, TSIM_TRACE_DISCARD_BEGIN, d);
		ok = issue_discard(fs, d->phys, d->bg->chunk->ordinal, &d->bg->n_discards, d,
				   &bytes);
		wait_for_cpu(fs);
		tsim_trace_discard(fs, TSIM_TRACE_DISCARD_END, d);
	}
	return ok;
}

static void put_back(struct tsim_fs *fs, struct tsim_block_group *bg, struct tsim_range entry,
		     guint64 reserved)
{
	struct tsim_space_info *info = &fs->space.info[bg->type];

	tsim_free_space_add(&bg->free, entry);
	bg->hidden -= tsim_range_len(entry);
	if (reserved == 0)
		return;
	bg->reserved -= reserved;
	info->reserved -= reserved;
	if (bg->ro)
		info->readonly += (gint64)reserved;
}

/* do_trimming(): @entry is hidden already; @r is the part of it to discard. */
static gboolean do_trimming(struct tsim_fs *fs, struct tsim_block_group *bg,
			    struct tsim_range entry, struct tsim_range r)
{
	struct tsim_discard *d = tsim_oracle_hide(&fs->oracle, bg, r);
	guint64 reserved = bg->ro ? 0 : tsim_range_len(entry);
	gboolean ok;

	bg->hidden += tsim_range_len(entry);
	bg->reserved += reserved;
	fs->space.info[bg->type].reserved += reserved;
	if (fs->policy.ops->discard_begin)
		fs->policy.ops->discard_begin(&fs->policy, d);
	ok = discard_extent(fs, d);
	if (fs->policy.ops->discard_end)
		fs->policy.ops->discard_end(&fs->policy, d);
	put_back(fs, bg, entry, reserved);
	tsim_oracle_discard_done(&fs->oracle, d);
	return ok;
}

static gboolean trim_no_bitmap(struct tsim_fs *fs, struct tsim_block_group *bg, guint64 minlen)
{
	guint64 start = bg->range.start;
	struct tsim_range entry;

	while (bg->free.bytes >= minlen &&
	       tsim_free_space_hide_extent(&bg->free, start, minlen, &entry)) {
		start = MAX(start, entry.start);
		if (!do_trimming(fs, bg, entry, TSIM_RANGE(start, entry.end)))
			return FALSE;
		start = entry.end;
	}
	return TRUE;
}

static gboolean trim_bitmaps(struct tsim_fs *fs, struct tsim_block_group *bg, guint64 minlen)
{
	guint64 start = bg->range.start;
	struct tsim_range run;

	while (tsim_free_space_hide_bitmap(&bg->free, start, minlen, &run)) {
		if (!do_trimming(fs, bg, run, run))
			return FALSE;
		start = run.end;
	}
	return TRUE;
}

/**
 * tsim_trim_block_group:
 * @minlen: shorter free ranges are left alone, bytes
 *
 * btrfs_trim_block_group(), between the policy's trim_begin and trim_end.
 *
 * Returns: FALSE on EINVAL: the group was removed under the trimmer and its
 * map is gone; on EIO: a discard timed out.
 */
gboolean tsim_trim_block_group(struct tsim_fs *fs, struct tsim_block_group *bg, guint64 minlen)
{
	struct tsim_policy *policy = &fs->policy;
	gboolean ok;

	if (policy->ops->trim_begin && !policy->ops->trim_begin(policy, bg))
		return TRUE;
	ok = trim_no_bitmap(fs, bg, minlen) && trim_bitmaps(fs, bg, minlen);
	if (policy->ops->trim_end)
		policy->ops->trim_end(policy, bg);
	if (fs->cleaner)
		tsim_cond_broadcast(&fs->cleaner->retry);
	return ok;
}

/*
 * The first range at or after @from that is neither allocated nor trimmed
 * (find_first_clear_extent_bit).
 */
static gboolean next_unallocated(struct tsim_space *space, guint64 from, struct tsim_range *out)
{
	struct tsim_interval_set taken = { 0 };
	guint64 end = space->fs->opt->size_bytes;

	tsim_interval_set_copy(&taken, &space->trimmed);
	for (guint i = 0; i < space->maps->len; i++) {
		const struct tsim_chunk *chunk = g_ptr_array_index(space->maps, i);

		for (guint c = 0; c < chunk->copies; c++)
			tsim_interval_set_add(&taken, tsim_chunk_stripe(chunk, c));
	}
	for (guint i = tsim_interval_set_find(&taken, from); i < taken.n; i++) {
		if (taken.ranges[i].start > from) {
			end = MIN(end, taken.ranges[i].start);
			break;
		}
		from = taken.ranges[i].end;
	}
	tsim_interval_set_clear(&taken);
	*out = TSIM_RANGE(from, end);
	return from < end;
}

/*
 * btrfs_trim_free_extents(): chunk_mutex is held over each discard.  Who waits
 * for it is woken by the unlock, but the trimmer has it again before that
 * runs; the second time it is handed over (kernel/locking/mutex.c:
 * MUTEX_FLAG_HANDOFF).  As many bytes count as trimmed as were discarded, from
 * the start on: what lies behind a superblock mirror is a few short.
 * Returns: FALSE when a discard failed, and the rest is left.
 */
static gboolean trim_unallocated(struct tsim_fs *fs, guint64 minlen)
{
	struct tsim_space *space = &fs->space;
	guint64 pos = TRIM_START;
	gboolean stolen = FALSE, ok = TRUE;
	struct tsim_range r;

	tsim_mutex_lock(&space->chunk_mutex);
	while (ok && next_unallocated(space, pos, &r)) {
		guint64 bytes = 0;

		pos = r.end;
		/* an address of its own: place and time of a gap differ between policies */
		if (tsim_range_len(r) >= minlen)
			ok = issue_discard(fs, r, G_MAXUINT32, &fs->n_unallocated, NULL, &bytes);
		if (bytes == 0)
			continue;
		pos = r.start + bytes;
		tsim_interval_set_add(&space->trimmed, TSIM_RANGE(r.start, pos));
		stolen = !stolen;
		if (stolen)
			continue;
		tsim_mutex_unlock(&space->chunk_mutex);
		tsim_mutex_lock(&space->chunk_mutex);
	}
	tsim_mutex_unlock(&space->chunk_mutex);
	return ok;
}

/**
 * tsim_fitrim:
 * @minlen: range.minlen of the ioctl, bytes; at least the device's granularity is used
 *
 * btrfs_trim_fs().
 *
 * Returns: FALSE when it failed with EINVAL or EIO; up to 4.19 it stops there.
 */
gboolean tsim_fitrim(struct tsim_fs *fs, guint64 minlen)
{
	struct tsim_block_group *bg;
	guint64 pos = 0;
	gboolean ok = TRUE;

	minlen = MAX(minlen, fs->dev.opt->discard_granularity_bytes);
	tsim_trace_fitrim(fs, TSIM_TRACE_FITRIM, TRUE);
	while ((bg = tsim_block_group_next(&fs->space, pos))) {
		pos = bg->range.end;
		if (tsim_range_len(bg->range) < minlen)
			continue;
		if (!tsim_trim_block_group(fs, bg, minlen)) {
			ok = FALSE;
			if (!fs->opt->trim_goes_on)
				break;
		}
	}
	if (fs->opt->trim_unallocated && (ok || fs->opt->trim_goes_on))
		ok = trim_unallocated(fs, minlen) && ok;
	tsim_trace_fitrim(fs, TSIM_TRACE_FITRIM_END, ok);
	fs->out->trim_passes++;
	fs->out->trim_errors += !ok;
	return ok;
}
