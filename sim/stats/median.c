/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "interval.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

/* P(fewer than @rank of @n values are below the median). */
static double below(guint rank, guint n)
{
	return rank ? gsl_cdf_binomial_P(rank - 1, 0.5, n) : 0;
}

/**
 * tsim_median() - estimate a median, with the interval from the order of the values
 * @sorted: independent values, ascending
 * @n: how many
 * @confidence: two-sided, e.g. 0.95
 *
 * The r-th smallest to the r-th largest value, r as large as @confidence
 * permits: holds for any law.  Fewer than six values do not reach 95 %; the
 * smallest and the largest are then given with what they do reach.
 *
 * Return: the estimate; infinite limits when there is but one value, NaN when
 * there is none.
 */
struct tsim_estimate tsim_median(const double *sorted, guint n, double confidence)
{
	struct tsim_estimate e = { NAN, -INFINITY, INFINITY, confidence, "no values" };
	guint rank = 1;

	if (n == 0)
		return e;
	e.estimate = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
	e.method = "one value";
	if (n == 1)
		return e;
	while (2 * (rank + 1) <= n && 2 * below(rank + 1, n) <= 1 - confidence)
		rank++;
	e.low = sorted[rank - 1];
	e.high = sorted[n - rank];
	e.confidence = MIN(confidence, 1 - 2 * below(rank, n));
	e.method = e.confidence < confidence ? "smallest and largest" : "order statistics";
	return e;
}
