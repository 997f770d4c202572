/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store.h"
#include "stored.h"

/* What two results are compared by, per replication. */
enum tsim_metric {
	TSIM_METRIC_CORRUPTED, /* is it? */
	TSIM_METRIC_DESTROYED, /* discards that destroyed live data */
	TSIM_METRIC_STALLED, /* allocation requests that waited */
	TSIM_METRIC_STALL_S, /* how long they waited together */
	TSIM_N_METRICS
};
extern const char *const tsim_metric_names[TSIM_N_METRICS];

/* Totals over the replications [first, end), all of which ended. */
struct tsim_block_totals {
	guint32 first, end;
	double total[]; /* policy after policy, TSIM_N_METRICS each */
};

GPtrArray *tsim_stored_blocks(TsimStore *store, JsonObject *point, guint64 seed);
