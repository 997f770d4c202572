/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "file.h"
#include "removal.h"
#include "workloads.h"

enum tsim_probe_script {
	TSIM_PROBE_RACE,
	TSIM_PROBE_CYCLE,
	TSIM_PROBE_SPARE,
	TSIM_PROBE_LOSS,
	TSIM_PROBE_CROWD,
	TSIM_PROBE_OVERLAP,
	TSIM_PROBE_POWER,
};

enum {
	DRAW_REMOVAL = TSIM_DRAW_WORKLOAD + 10,
	DRAW_COMMIT,
	DRAW_ALLOCATION,
	DRAW_WRITE,
	DRAW_OVERLAP,
	DRAW_SECTOR,
	DRAW_GAP,
	DRAW_REQUEST,
	DRAW_SUBSET,
	DRAW_SYNC,
};

struct tsim_probe_config {
	int script;
	char *removal_delay, *commit_delay;
	TsimLaw *allocation_delay, *write_delay, *gap;
	double overlap, request_rate;
	guint64 pieces, copies, slots, spare_slots, trimmers, under_discard, allocations;
	char *on_enospc;

	/* what prepare() makes of the texts */
	TsimLaw *removal, *commit; /* NULL: a word instead of a law, or periodic */
	gboolean removal_in_cycle;
	struct tsim_enospc_rule rule;
};

/* A group under one trimmer. */
struct tsim_probe_trim {
	struct tsim_workload *w;
	struct tsim_block_group *bg; /* NULL: not in use */
};

struct tsim_probe {
	struct tsim_block_group *bg; /* that is probed; no single one: NULL */
	GArray *extents; /* (element-type struct tsim_extent) of the new owner */
	struct tsim_probe_trim *trims; /* of the groups that are there from the start */
	GPtrArray *more_trims; /* (element-type struct tsim_probe_trim) of those that come */
	guint n_trims, n_trimming;
};

/* probe.c */
tsim_ns tsim_probe_draw(struct tsim_workload *w, const TsimLaw *law, guint32 purpose);
tsim_ns tsim_probe_removal_delay(struct tsim_workload *w);
void tsim_probe_remove_and_commit(struct tsim_workload *w, struct tsim_block_group *bg);
struct tsim_block_group *tsim_probe_add_group(struct tsim_workload *w, enum tsim_bg_type type,
					      guint64 start, guint64 len);

/* probe-race.c */
void tsim_probe_race_adjust(const struct tsim_probe_config *c, struct tsim_fs_options *fs,
			    struct tsim_device_options *device);
void tsim_probe_race_mkfs(struct tsim_workload *w);
void tsim_probe_race_start(struct tsim_workload *w);
void tsim_probe_race_reuse(struct tsim_workload *w);

/* probe-power.c */
void tsim_probe_power_start(struct tsim_workload *w);

/* probe-stall.c */
void tsim_probe_stall_adjust(const struct tsim_probe_config *c, struct tsim_fs_options *fs);
void tsim_probe_stall_mkfs(struct tsim_workload *w);
void tsim_probe_stall_start(struct tsim_workload *w);
