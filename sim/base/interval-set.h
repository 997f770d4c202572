/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* A half-open range [start, end) of bytes. */
struct tsim_range {
	guint64 start;
	guint64 end;
};

/* Disjoint, sorted, non-adjacent ranges; a sorted array inside. */
struct tsim_interval_set {
	struct tsim_range *ranges;
	guint n;
	guint capacity;
};

#define TSIM_RANGE(s, e) ((struct tsim_range){ (s), (e) })

static inline guint64 tsim_range_len(struct tsim_range r)
{
	return r.end - r.start;
}

static inline gboolean tsim_range_overlaps(struct tsim_range a, struct tsim_range b)
{
	return a.start < b.end && b.start < a.end;
}

static inline struct tsim_range tsim_range_intersect(struct tsim_range a, struct tsim_range b)
{
	return TSIM_RANGE(MAX(a.start, b.start), MIN(a.end, b.end));
}

void tsim_interval_set_init(struct tsim_interval_set *set);
void tsim_interval_set_clear(struct tsim_interval_set *set);	/* frees the storage */
void tsim_interval_set_reset(struct tsim_interval_set *set);	/* empties, keeps the storage */
void tsim_interval_set_add(struct tsim_interval_set *set, struct tsim_range r);
void tsim_interval_set_copy(struct tsim_interval_set *set, const struct tsim_interval_set *from);
void tsim_interval_set_add_part(struct tsim_interval_set *set, const struct tsim_interval_set *from,
				struct tsim_range within);
guint64 tsim_interval_set_remove(struct tsim_interval_set *set, struct tsim_range r);
void tsim_interval_set_remove_all(struct tsim_interval_set *set,
				  const struct tsim_interval_set *what);
void tsim_interval_set_remove_at(struct tsim_interval_set *set, guint i);
guint tsim_interval_set_find(const struct tsim_interval_set *set, guint64 pos);
gboolean tsim_interval_set_overlaps(const struct tsim_interval_set *set, struct tsim_range r);
gboolean tsim_interval_set_contains(const struct tsim_interval_set *set, struct tsim_range r);
guint64 tsim_interval_set_bytes(const struct tsim_interval_set *set);
guint64 tsim_interval_set_overlap_bytes(const struct tsim_interval_set *set, struct tsim_range r);
