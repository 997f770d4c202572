/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a new chunk goes on the device.
 *
 * Models: the walk over the device tree's commit root, the first hole that
 *   is long enough, else the longest; three ways to treat ranges that are
 *   pending or pinned inside a hole, two of them with their historical bugs.
 * Leaves out: seed and replace target devices, zoned allocation.
 * Source: fs/btrfs/volumes.c: find_free_dev_extent, contains_pending_extent
 *   (3.18), dev_extent_hole_check (5.2), find_hole_in_pending_extents
 *   (b14c5e04bd0f); 1b9845081633 for the hole skip.
 */
#include "space.h"

#define DEVICE_RANGE_RESERVED TSIM_MIB /* BTRFS_DEVICE_RANGE_RESERVED */

struct search {
	const struct tsim_interval_set *root;
	const struct tsim_range *busy;
	guint n_busy;
	guint64 device_bytes, wanted;
	struct tsim_hole best;
	struct tsim_interval_set pending; /* the busy ranges by address */
};

/* Keep the longest hole; TRUE when this one is long enough. */
static gboolean consider(struct search *s, guint64 start, guint64 len)
{
	if (len > s->best.len)
		s->best = (struct tsim_hole){ start, len, FALSE };
	if (len < s->wanted)
		return FALSE;
	s->best = (struct tsim_hole){ start, len, TRUE };
	return TRUE;
}

/**
 * tsim_find_hole_in_pending:
 * @hole: free in the commit root
 * @wanted: bytes that would do
 * @pending: ranges that are taken nevertheless
 * @out: (out): the first part of at least @wanted bytes, else the longest
 *
 * Returns: whether a part of @wanted bytes was found.
 */
gboolean tsim_find_hole_in_pending(struct tsim_range hole, guint64 wanted,
				   const struct tsim_interval_set *pending, struct tsim_hole *out)
{
	struct search s = { .wanted = wanted, .best = { hole.start, 0, FALSE } };
	guint64 pos = hole.start;

	for (guint i = tsim_interval_set_find(pending, hole.start);
	     i <= pending->n && pos < hole.end; i++) {
		guint64 end = i < pending->n ? MIN(pending->ranges[i].start, hole.end) : hole.end;

		if (end > pos && consider(&s, pos, end - pos))
			break;
		if (i < pending->n)
			pos = MAX(pos, pending->ranges[i].end);
	}
	*out = s.best;
	return s.best.found;
}

static struct tsim_hole search_exact(struct search *s)
{
	guint64 pos = DEVICE_RANGE_RESERVED;

	for (guint i = tsim_interval_set_find(s->root, pos); i <= s->root->n; i++) {
		guint64 end = i < s->root->n ? s->root->ranges[i].start : s->device_bytes;
		struct tsim_hole part;

		if (end > pos) {
			tsim_find_hole_in_pending(TSIM_RANGE(pos, end), s->wanted, &s->pending,
						  &part);
			if (consider(s, part.start, part.len))
				break;
		}
		if (i < s->root->n)
			pos = MAX(pos, s->root->ranges[i].end);
	}
	return s->best;
}

/*
 * contains_pending_extent() up to 5.1: moves *start behind each busy range that it
 * meets in list order.
 */
static gboolean contains_pending(const struct search *s, guint64 *start, guint64 len)
{
	struct tsim_range hole = TSIM_RANGE(*start, *start + len);
	gboolean found = FALSE;

	for (guint i = 0; i < s->n_busy; i++) {
		if (!tsim_range_overlaps(hole, s->busy[i]))
			continue;
		found = TRUE;
		*start = MAX(*start, s->busy[i].end);
	}
	return found;
}

/*
 * Up to 4.0.  After the jump behind a busy range the rest of a middle hole
 * is given up; only the tail is searched again, from the new start on.
 */
static struct tsim_hole search_skip(struct search *s)
{
	guint64 start = DEVICE_RANGE_RESERVED;

again:
	s->best = (struct tsim_hole){ start, 0, FALSE };
	if (start >= s->device_bytes)
		return s->best;
	for (guint i = tsim_interval_set_find(s->root, start); i < s->root->n; i++) {
		const struct tsim_range *extent = &s->root->ranges[i];

		if (extent->start > start) {
			guint64 len = extent->start - start;

			if (contains_pending(s, &start, len))
				len = 0;
			if (consider(s, start, len))
				return s->best;
		}
		start = MAX(start, extent->end);
	}
	if (start < s->device_bytes) {
		guint64 hole = start;

		if (contains_pending(s, &start, s->device_bytes - start))
			goto again;
		consider(s, hole, s->device_bytes - hole);
	}
	return s->best;
}

/*
 * contains_pending_extent() of 5.2 .. 6.19: the busy range that comes first
 * by address, and no other.  Neighbours count as one: they are one run of
 * CHUNK_ALLOCATED bits.
 */
static gboolean contains_first_pending(const struct search *s, guint64 *start, guint64 len)
{
	const struct tsim_interval_set *pending = &s->pending;
	guint i = tsim_interval_set_find(pending, *start);

	if (i >= pending->n ||
	    !tsim_range_overlaps(pending->ranges[i], TSIM_RANGE(*start, *start + len)))
		return FALSE;
	*start = pending->ranges[i].end;
	return TRUE;
}

static struct tsim_hole search_first_pending(struct search *s)
{
	guint64 start = DEVICE_RANGE_RESERVED;

again:
	for (guint i = tsim_interval_set_find(s->root, start); i < s->root->n; i++) {
		const struct tsim_range *extent = &s->root->ranges[i];

		if (extent->start > start) {
			contains_first_pending(s, &start, extent->start - start);
			if (extent->start > start && consider(s, start, extent->start - start))
				return s->best;
		}
		start = MAX(start, extent->end);
	}
	if (start < s->device_bytes) {
		guint64 hole = start;

		if (contains_first_pending(s, &start, s->device_bytes - start))
			goto again;
		consider(s, hole, s->device_bytes - hole);
	}
	return s->best;
}

/**
 * tsim_find_free_dev_extent:
 * @commit_root: device extents as of the last committed device tree
 * @busy: pending, then pinned ranges, in list order
 * @device_bytes: size of the device
 * @wanted: contiguous bytes asked for (largest stripe times copies)
 *
 * Returns: the lowest hole of at least @wanted bytes, else (found unset) the
 * longest; the hole's full length in both cases.
 */
struct tsim_hole tsim_find_free_dev_extent(const struct tsim_interval_set *commit_root,
					   const struct tsim_range *busy, guint n_busy,
					   guint64 device_bytes, guint64 wanted,
					   enum tsim_hole_search mode)
{
	struct search s = { .root = commit_root,
			    .busy = busy,
			    .n_busy = n_busy,
			    .device_bytes = device_bytes,
			    .wanted = wanted,
			    .best = { DEVICE_RANGE_RESERVED, 0, FALSE } };

	for (guint i = 0; i < n_busy; i++)
		tsim_interval_set_add(&s.pending, busy[i]);
	if (mode == TSIM_HOLE_SKIP)
		search_skip(&s);
	else if (mode == TSIM_HOLE_FIRST_PENDING)
		search_first_pending(&s);
	else
		search_exact(&s);
	tsim_interval_set_clear(&s.pending);
	return s.best;
}
