/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "interval.h"
#include "keep.h"
#include "outcome.h"

/* What is summed over the replications of one policy. */
struct tsim_policy_tally {
	struct tsim_outcome sum; /* first_hit_ns and pinned_max_bytes: the extreme */
	struct tsim_distributions distributions;
	TsimHistogram *first_hit; /* of the replications with a hit */
	struct tsim_ratio per_removal, per_trim_pass, per_hour; /* corrupted discards per ... */
	struct tsim_ratio stalled, false_enospc; /* per allocation request */
	struct tsim_ratio stall_time; /* seconds per allocation request */
	struct tsim_ratio corrupted_time; /* share of the time in corrupted replications */
	struct tsim_ratio amplification; /* pages written to flash per page of the host */
	struct tsim_ratio wait[TSIM_N_IO]; /* seconds in the queue per command */
	struct tsim_ratio throughput, response; /* commands per second, seconds per command */
	struct tsim_ratio busy, depth; /* of the time the device had a command; commands in it */
	struct tsim_paired corrupted, stall_s, stalls; /* this policy - the first */
	GPtrArray *kept; /* (element-type struct tsim_kept) best first, see keep.h */
};

/* The sums of some replications under every policy.  Mergeable. */
typedef struct tsim_tally TsimTally;
struct tsim_tally {
	guint n_policies;
	guint64 replications;
	struct tsim_policy_tally *policies;
};

TsimTally *tsim_tally_new(guint n_policies);
void tsim_tally_free(TsimTally *tally);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimTally, tsim_tally_free)
void tsim_tally_add(TsimTally *tally, const struct tsim_outcome *outcomes);
/* The sums, and the races apart from them. */
void tsim_tally_encode(const TsimTally *tally, GByteArray *out);
void tsim_tally_encode_kept(const TsimTally *tally, GByteArray *out);
gboolean tsim_tally_decode_into(TsimTally *tally, const guint8 **p, const guint8 *end);
gboolean tsim_tally_decode_merge(TsimTally *tally, const guint8 **p, const guint8 *end);
gboolean tsim_tally_decode_kept(TsimTally *tally, const guint8 **p, const guint8 *end);
gboolean tsim_tally_peek(const guint8 **p, const guint8 *end, guint n_policies, guint64 *corrupted,
			 guint64 *replications);
