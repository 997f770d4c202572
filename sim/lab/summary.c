/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "summary.h"

#include <math.h>

/* A ratio that cannot be above 1. */
static struct tsim_estimate share(const struct tsim_ratio *r, double confidence)
{
	struct tsim_estimate e = tsim_ratio_estimate(r, confidence);

	e.high = MIN(e.high, 1.0);
	return e;
}

/**
 * tsim_summarize() - the estimates of one policy with their intervals
 * @tally: sums
 * @policy: index
 * @confidence: of every interval, e.g. 0.95
 * @enough: corrupted replications at which it was stopped, 0: their number was not looked at
 * @summary: (out): NaN where there was nothing to divide by
 */
void tsim_summarize(const TsimTally *tally, guint policy, double confidence, guint64 enough,
		    struct tsim_summary *summary)
{
	const struct tsim_policy_tally *p = &tally->policies[policy];
	gboolean inverse = enough && p->sum.corrupted >= enough;

	summary->probability = (inverse ? tsim_inverse_sampling : tsim_proportion)(
		p->sum.corrupted, tally->replications, confidence);
	summary->per_hour = tsim_ratio_estimate(&p->per_hour, confidence);
	summary->per_removal = tsim_ratio_estimate(&p->per_removal, confidence);
	summary->per_trim_pass = tsim_ratio_estimate(&p->per_trim_pass, confidence);
	summary->stalled = share(&p->stalled, confidence);
	summary->false_enospc = share(&p->false_enospc, confidence);
}

/** tsim_percentile_supported() - can the @q quantile be read from @samples samples? */
gboolean tsim_percentile_supported(guint64 samples, double q)
{
	return samples * (1 - q) >= 1 - 1e-9;
}

/** tsim_percentile_ns() - the @q quantile, 0..1, of @h; NaN where that cannot be read from it */
double tsim_percentile_ns(const TsimHistogram *h, double q)
{
	return tsim_percentile_supported(tsim_histogram_count(h), q) ?
		       (double)tsim_histogram_quantile_ns(h, q) :
		       NAN;
}
