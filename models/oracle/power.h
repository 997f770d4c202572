/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "device.h"
#include "space.h"

struct tsim_extent;
struct tsim_oracle;

/* What a superblock refers to of one chunk, and what became of it; offsets within the chunk. */
struct tsim_referenced {
	struct tsim_chunk *chunk;
	struct tsim_interval_set refs; /* of the last superblock on the device */
	struct tsim_interval_set next; /* of the one that the commit under way will write */
	struct {
		struct tsim_interval_set discarded;
		struct tsim_interval_set
			undoable; /* of that: by discards that no flush has covered */
		struct tsim_interval_set flushing; /* of that: the flush under way covers it */
		struct tsim_interval_set overwritten; /* or trimmed, by a new owner of the place */
	} copy[TSIM_MAX_COPIES];
};

struct tsim_power {
	tsim_ns fails_ns, flush_begins_ns;
	GPtrArray *chunks; /* (element-type struct tsim_referenced) owned */
	GHashTable *of; /* struct tsim_chunk -> its struct tsim_referenced */
};

/* None of these does anything unless the device has a power_loss. */
void tsim_power_init(struct tsim_oracle *oracle);
void tsim_power_clear(struct tsim_oracle *oracle);
tsim_ns tsim_power_horizon(const struct tsim_oracle *oracle, tsim_ns horizon);
gboolean tsim_power_failed(const struct tsim_oracle *oracle);

/* What transactions tell it. */
void tsim_power_track(struct tsim_oracle *oracle, struct tsim_chunk *chunk);
void tsim_power_switch_commit_root(struct tsim_oracle *oracle);
void tsim_power_super_written(struct tsim_oracle *oracle);
void tsim_power_logged(struct tsim_oracle *oracle, const GArray *extents);
void tsim_power_put_back(struct tsim_oracle *oracle, const struct tsim_extent *extent);
void tsim_power_flush_begins(struct tsim_oracle *oracle);
void tsim_power_flush_ends(struct tsim_oracle *oracle);

/* What takes effect on the device. */
void tsim_power_written(struct tsim_oracle *oracle, struct tsim_chunk *chunk, guint copy,
			struct tsim_range range);
void tsim_power_discarded(struct tsim_oracle *oracle, const struct tsim_command *cmd,
			  struct tsim_range phys, tsim_ns t);

/* After the loss: what is destroyed of what the superblock refers to. */
void tsim_power_mount(struct tsim_oracle *oracle);
gboolean tsim_power_undid(const struct tsim_oracle *oracle, const struct tsim_chunk *chunk,
			  guint copy, struct tsim_range range);
