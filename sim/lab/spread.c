/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests, commits and discards of one replication follow each other and are not independent;
 * replications are.  The store has sums over blocks of them, and of those each is a section
 * (quantile.h): they are looked at a second time, when the quantiles of all are known.
 */
#include "spread.h"

#include <math.h>
#include "summary.h"

const double tsim_quantiles[TSIM_N_QUANTILES] = { 0.5, 0.9, 0.99, 0.999 };
const char *const tsim_quantile_names[TSIM_N_QUANTILES] = { "p50", "p90", "p99", "p999" };

struct cell {
	struct tsim_level level;
	struct tsim_sections sections;
};

struct tsim_spread {
	guint n_policies;
	struct cell (*cells)[TSIM_N_DISTRIBUTIONS][TSIM_N_QUANTILES]; /* of each policy */
};

const TsimHistogram *tsim_distribution_of(const struct tsim_policy_tally *p,
					  enum tsim_distribution which)
{
	const TsimHistogram *const all[TSIM_N_DISTRIBUTIONS] = {
		[TSIM_DIST_STALL] = p->distributions.stall,
		[TSIM_DIST_CHUNK_ALLOC] = p->distributions.chunk_alloc,
		[TSIM_DIST_COMMIT] = p->distributions.commit,
		[TSIM_DIST_DISCARD] = p->distributions.discard,
		[TSIM_DIST_IO] = p->distributions.io,
	};

	return all[which];
}

/** tsim_spread_new() - to be filled with the blocks of @tally, which has them all */
TsimSpread *tsim_spread_new(const TsimTally *tally)
{
	TsimSpread *spread = g_new0(TsimSpread, 1);

	spread->n_policies = tally->n_policies;
	spread->cells = g_malloc0_n(tally->n_policies, sizeof(*spread->cells));
	for (guint i = 0; i < tally->n_policies; i++)
		for (guint d = 0; d < TSIM_N_DISTRIBUTIONS; d++)
			for (guint q = 0; q < TSIM_N_QUANTILES; q++)
				spread->cells[i][d][q].level = tsim_quantile_level(
					tsim_distribution_of(&tally->policies[i], d),
					tsim_quantiles[q]);
	return spread;
}

void tsim_spread_free(TsimSpread *spread)
{
	g_free(spread->cells);
	g_free(spread);
}

/** tsim_spread_add() - one block: the sums of some replications, and of no other block */
void tsim_spread_add(TsimSpread *spread, const TsimTally *block)
{
	if (!block->replications)
		return; /* all of them broke off */
	for (guint i = 0; i < spread->n_policies; i++)
		for (guint d = 0; d < TSIM_N_DISTRIBUTIONS; d++)
			for (guint q = 0; q < TSIM_N_QUANTILES; q++) {
				struct cell *cell = &spread->cells[i][d][q];

				tsim_sections_add(&cell->sections,
						  tsim_distribution_of(&block->policies[i], d),
						  &cell->level, (double)block->replications);
			}
}

/**
 * tsim_spread_estimate() - a quantile in nanoseconds, with its interval
 * @spread: (nullable): NULL: the blocks are not known, there are no limits
 *
 * Return: NaN where no value is beyond it.
 */
struct tsim_estimate tsim_spread_estimate(const TsimSpread *spread, const TsimTally *tally,
					  guint policy, enum tsim_distribution which,
					  enum tsim_quantile quantile, double confidence)
{
	const TsimHistogram *h = tsim_distribution_of(&tally->policies[policy], which);
	const struct tsim_sections none = { 0 };

	if (!tsim_percentile_supported(tsim_histogram_count(h), tsim_quantiles[quantile]))
		return (struct tsim_estimate){ NAN, -INFINITY, INFINITY, confidence, "too few" };
	return tsim_quantile_estimate(
		h, tsim_quantiles[quantile],
		spread ? &spread->cells[policy][which][quantile].sections : &none, confidence);
}
