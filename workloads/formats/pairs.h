/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "trace.h"

/* Issues and completions of block requests, matched by (dev, sector, nr, kind of operation). */
typedef struct tsim_pairs TsimPairs;

struct tsim_pairs_stats {
	guint64 matched, discards; /* pairs, and those of them that are discards */
	double discard_ns; /* sum of the discards' latencies, which 64 bits need not hold */
	guint64 no_issue, no_complete;
	char *first_no_issue, *first_no_complete; /* "dev op sector + nr" */
};

TsimPairs *tsim_pairs_new(void);
void tsim_pairs_free(TsimPairs *pairs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimPairs, tsim_pairs_free)
gboolean tsim_pairs_add(TsimPairs *pairs, const struct tsim_trace_record *record,
			tsim_ns *latency_ns);
const struct tsim_pairs_stats *tsim_pairs_finish(TsimPairs *pairs);
