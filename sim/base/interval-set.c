/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "interval-set.h"

#include <string.h>

#include "invariant.h"

/**
 * tsim_interval_set_init() - make an empty set
 * @set: the set; it owns nothing until something is added
 */
void tsim_interval_set_init(struct tsim_interval_set *set)
{
	*set = (struct tsim_interval_set){ 0 };
}

/**
 * tsim_interval_set_clear() - free the storage; the set is empty and usable again
 * @set: the set
 */
void tsim_interval_set_clear(struct tsim_interval_set *set)
{
	g_free(set->ranges);
	tsim_interval_set_init(set);
}

/**
 * tsim_interval_set_reset() - empty the set, keep its storage for the next replication
 * @set: the set
 */
void tsim_interval_set_reset(struct tsim_interval_set *set)
{
	set->n = 0;
}

/**
 * tsim_interval_set_find() - find the first range that ends after a position
 * @set: the set
 * @pos: position in bytes
 *
 * Return: its index: the range that holds @pos, or else the next one; the
 * number of ranges if there is none.
 */
guint tsim_interval_set_find(const struct tsim_interval_set *set, guint64 pos)
{
	const struct tsim_range *first = set->ranges;
	guint n = set->n;

	/* Without a branch on the data, which no processor could predict. */
	while (n > 1) {
		guint half = n / 2;

		first = first[half - 1].end > pos ? first : first + half;
		n -= half;
	}
	return n ? (guint)(first - set->ranges) + (first->end <= pos) : 0;
}

/* Replace @n_old ranges from @at on by @n_new unset ones. */
static void splice(struct tsim_interval_set *set, guint at, guint n_old, guint n_new)
{
	guint tail = set->n - at - n_old;

	if (n_new > n_old && set->n + (n_new - n_old) > set->capacity) {
		set->capacity = MAX(16, 2 * set->capacity);
		set->ranges = g_renew(struct tsim_range, set->ranges, set->capacity);
	}
	if (n_old != n_new && tail)
		memmove(set->ranges + at + n_new, set->ranges + at + n_old,
			tail * sizeof(*set->ranges));
	set->n = set->n - n_old + n_new;
}

/**
 * tsim_interval_set_add() - add a range; it merges with what it overlaps or touches
 * @set: the set
 * @r: the range; an empty one adds nothing
 */
void tsim_interval_set_add(struct tsim_interval_set *set, struct tsim_range r)
{
	guint first, last;

	tsim_invariant(r.start <= r.end, "range %" G_GUINT64_FORMAT "..%" G_GUINT64_FORMAT,
		       r.start, r.end);
	if (r.start == r.end)
		return;
	/* The first range that ends at r.start or later: one that touches counts. */
	first = r.start ? tsim_interval_set_find(set, r.start - 1) : 0;
	for (last = first; last < set->n && set->ranges[last].start <= r.end; last++)
		;
	if (last > first) {
		r.start = MIN(r.start, set->ranges[first].start);
		r.end = MAX(r.end, set->ranges[last - 1].end);
	}
	splice(set, first, last - first, 1);
	set->ranges[first] = r;
}

/** tsim_interval_set_copy() - make @set hold what @from does */
void tsim_interval_set_copy(struct tsim_interval_set *set, const struct tsim_interval_set *from)
{
	tsim_interval_set_reset(set);
	for (guint i = 0; i < from->n; i++)
		tsim_interval_set_add(set, from->ranges[i]);
}

/** tsim_interval_set_add_part() - add what @from has of @within */
void tsim_interval_set_add_part(struct tsim_interval_set *set, const struct tsim_interval_set *from,
				struct tsim_range within)
{
	for (guint i = tsim_interval_set_find(from, within.start);
	     i < from->n && from->ranges[i].start < within.end; i++)
		tsim_interval_set_add(set, tsim_range_intersect(from->ranges[i], within));
}

/**
 * tsim_interval_set_remove() - remove a range, which may split one that is there
 * @set: the set
 * @r: the range; what of it is not in the set is ignored
 *
 * Return: the bytes that were in the set and no longer are.
 */
guint64 tsim_interval_set_remove(struct tsim_interval_set *set, struct tsim_range r)
{
	guint first, last, n_keep = 0;
	struct tsim_range keep[2];
	guint64 removed = 0;

	tsim_invariant(r.start <= r.end, "range %" G_GUINT64_FORMAT "..%" G_GUINT64_FORMAT,
		       r.start, r.end);
	if (r.start == r.end)
		return 0;
	first = tsim_interval_set_find(set, r.start);
	for (last = first; last < set->n && set->ranges[last].start < r.end; last++)
		removed += tsim_range_len(tsim_range_intersect(set->ranges[last], r));
	if (last == first)
		return 0;
	if (set->ranges[first].start < r.start)
		keep[n_keep++] = TSIM_RANGE(set->ranges[first].start, r.start);
	if (set->ranges[last - 1].end > r.end)
		keep[n_keep++] = TSIM_RANGE(r.end, set->ranges[last - 1].end);
	splice(set, first, last - first, n_keep);
	for (guint i = 0; i < n_keep; i++)
		set->ranges[first + i] = keep[i];
	return removed;
}

/** tsim_interval_set_remove_all() - remove every range of another set */
void tsim_interval_set_remove_all(struct tsim_interval_set *set,
				  const struct tsim_interval_set *what)
{
	for (guint i = 0; i < what->n; i++)
		tsim_interval_set_remove(set, what->ranges[i]);
}

/**
 * tsim_interval_set_remove_at() - remove one whole range
 * @set: the set
 * @i: its index, below set->n
 */
void tsim_interval_set_remove_at(struct tsim_interval_set *set, guint i)
{
	tsim_invariant(i < set->n, "range %u of %u", i, set->n);
	splice(set, i, 1, 0);
}

/**
 * tsim_interval_set_overlaps() - does the set hold any byte of a range?
 * @set: the set
 * @r: the range; an empty one overlaps nothing
 */
gboolean tsim_interval_set_overlaps(const struct tsim_interval_set *set, struct tsim_range r)
{
	guint i = tsim_interval_set_find(set, r.start);

	return i < set->n && r.start < r.end && set->ranges[i].start < r.end;
}

/**
 * tsim_interval_set_contains() - does the set hold every byte of a range?
 * @set: the set
 * @r: the range; an empty one is always held
 */
gboolean tsim_interval_set_contains(const struct tsim_interval_set *set, struct tsim_range r)
{
	guint i = tsim_interval_set_find(set, r.start);

	if (r.start >= r.end)
		return TRUE;
	return i < set->n && set->ranges[i].start <= r.start && r.end <= set->ranges[i].end;
}

/**
 * tsim_interval_set_bytes() - the bytes the set holds
 * @set: the set
 */
guint64 tsim_interval_set_bytes(const struct tsim_interval_set *set)
{
	guint64 bytes = 0;

	for (guint i = 0; i < set->n; i++)
		bytes += tsim_range_len(set->ranges[i]);
	return bytes;
}

/**
 * tsim_interval_set_overlap_bytes() - the bytes of a range that the set holds
 * @set: the set
 * @r: the range
 */
guint64 tsim_interval_set_overlap_bytes(const struct tsim_interval_set *set, struct tsim_range r)
{
	guint64 bytes = 0;

	if (r.start >= r.end)
		return 0;
	for (guint i = tsim_interval_set_find(set, r.start);
	     i < set->n && set->ranges[i].start < r.end; i++)
		bytes += tsim_range_len(tsim_range_intersect(set->ranges[i], r));
	return bytes;
}
