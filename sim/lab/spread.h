/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "quantile.h"
#include "tally.h"

/* The distributions that are reported, and their quantiles. */
enum tsim_distribution {
	TSIM_DIST_STALL,
	TSIM_DIST_CHUNK_ALLOC,
	TSIM_DIST_COMMIT,
	TSIM_DIST_DISCARD,
	TSIM_DIST_IO,
	TSIM_N_DISTRIBUTIONS,
};
enum tsim_quantile { TSIM_P50, TSIM_P90, TSIM_P99, TSIM_P999, TSIM_N_QUANTILES };
extern const double tsim_quantiles[TSIM_N_QUANTILES];
extern const char *const tsim_quantile_names[TSIM_N_QUANTILES]; /* "p50" */

/* How much the blocks of a point differ at each quantile: what its interval is made of. */
typedef struct tsim_spread TsimSpread;

TsimSpread *tsim_spread_new(const TsimTally *tally);
void tsim_spread_free(TsimSpread *spread);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimSpread, tsim_spread_free)
void tsim_spread_add(TsimSpread *spread, const TsimTally *block);
const TsimHistogram *tsim_distribution_of(const struct tsim_policy_tally *p,
					  enum tsim_distribution which);
struct tsim_estimate tsim_spread_estimate(const TsimSpread *spread, const TsimTally *tally,
					  guint policy, enum tsim_distribution which,
					  enum tsim_quantile quantile, double confidence);
