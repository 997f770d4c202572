/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "interval-set.h"

/* The in-memory free-space cache of one block group: extent entries and bitmaps. */
struct tsim_free_space {
	struct tsim_interval_set extents;
	struct tsim_interval_set bitmaps; /* runs of set bits */
	struct tsim_interval_set
		cluster; /* entries that an allocation cluster holds: out of a trimmer's sight */
	guint64 bytes; /* of all three */
	guint64 start; /* of the block group */
	guint extents_threshold;
	gboolean bitmaps_allowed;
	gboolean force_extents;
};

#define TSIM_SECTOR G_GUINT64_CONSTANT(4096)
#define TSIM_BITMAP_BYTES (G_GUINT64_CONSTANT(32768) * TSIM_SECTOR) /* 128 MiB */

void tsim_free_space_init(struct tsim_free_space *fs, struct tsim_range group,
			  guint64 extents_per_gib, gboolean force_extents);
void tsim_free_space_clear(struct tsim_free_space *fs);
void tsim_free_space_add(struct tsim_free_space *fs, struct tsim_range r);
void tsim_free_space_drop_all(struct tsim_free_space *fs);
/* Take up to @bytes (at least @min) from one run at or after @from; FALSE when there is none. */
gboolean tsim_free_space_take(struct tsim_free_space *fs, guint64 from, guint64 bytes, guint64 min,
			      struct tsim_range *out);
/* The group as the cluster that tree blocks are allocated from. */
gboolean tsim_free_space_fill_cluster(struct tsim_free_space *fs, guint64 from, guint64 bytes,
				      guint64 min);
void tsim_free_space_return_cluster(struct tsim_free_space *fs);
gboolean tsim_free_space_take_clustered(struct tsim_free_space *fs, guint64 bytes, guint64 min,
					struct tsim_range *out);
/* Take the first free part of @range; FALSE: nothing of it is free. */
gboolean tsim_free_space_take_within(struct tsim_free_space *fs, struct tsim_range range,
				     struct tsim_range *out);
/* For trimming: unlink the first entry that ends after @from; FALSE at the end. */
gboolean tsim_free_space_hide_extent(struct tsim_free_space *fs, guint64 from, guint64 min,
				     struct tsim_range *out);
gboolean tsim_free_space_hide_bitmap(struct tsim_free_space *fs, guint64 from, guint64 min,
				     struct tsim_range *out);
