/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Intervals of quantiles, for values that hang together.
 *
 * Of n independent values with any law the k-th smallest is below the q quantile with the
 * probability of Bin(n, q) >= k, so two of them are limits of the quantile.  The values of one
 * replication are not independent: a stall follows the other, and n of them tell less than n.
 * Replications are.  How much less is seen at the quantile itself: the share of the values below
 * it, as a ratio of sums over sections (replications, or blocks of them), has a variance; that
 * of n* independent values would be the same.  n* takes the place of n (Woodruff 1952, Korn and
 * Graubard 1998, as for samples of clusters), less what the t law asks for few sections.
 */
#include "quantile.h"

#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>

/**
 * tsim_quantile_level() - where to look at the sections for the @q quantile of @h
 *
 * At the quantile; just below it, if it is the maximum, where all sections are alike.
 */
struct tsim_level tsim_quantile_level(const TsimHistogram *h, double q)
{
	struct tsim_level level = { tsim_histogram_quantile_ns(h, q), TRUE };

	level.inclusive = tsim_histogram_below(h, level.value, TRUE) < tsim_histogram_count(h);
	return level;
}

/**
 * tsim_sections_add() - count one section
 * @s: sums, all zero at first
 * @section: its values
 * @level: of tsim_quantile_level(), of all values
 * @weight: how large it is, in replications: variances are taken to grow with it
 */
void tsim_sections_add(struct tsim_sections *s, const TsimHistogram *section,
		       const struct tsim_level *level, double weight)
{
	double root = sqrt(weight);

	tsim_ratio_add(&s->counts,
		       tsim_histogram_below(section, level->value, level->inclusive) / root,
		       tsim_histogram_count(section) / root);
	s->weight += weight;
}

/* So many independent values would say as much about the share below the level. */
static double effective_count(const TsimHistogram *h, double q, const struct tsim_sections *s,
			      double confidence)
{
	struct tsim_level level = tsim_quantile_level(h, q);
	double n = (double)tsim_histogram_count(h), sections = (double)s->counts.n, residuals;
	double share = tsim_histogram_below(h, level.value, level.inclusive) / n;
	double tail = (1 - confidence) / 2;
	double t = gsl_cdf_ugaussian_Qinv(tail) / gsl_cdf_tdist_Qinv(tail, sections - 1);

	/* All values are alike: sections cannot differ, which does not make them many. */
	if (share == 0)
		return MIN(n, s->weight) * t * t;
	residuals = s->counts.sxx - 2 * share * s->counts.sxy + share * share * s->counts.syy;
	residuals *= s->weight / (sections - 1);
	if (!(residuals > share * (1 - share) * n))
		return n * t * t;
	return share * (1 - share) * n * n / residuals * t * t;
}

/* P(Bin(n, q) >= k) between the whole numbers too. */
static double at_least(double k, double n, double q)
{
	return gsl_cdf_beta_P(q, k, n - k + 1);
}

/* The k in [1, n] from which on P(Bin(n, q) >= k) is @tail at most; it falls with k. */
static double rank_of(double tail, double n, double q)
{
	double low = 1, high = n;

	for (int i = 0; i < 60; i++) {
		double middle = (low + high) / 2;

		if (at_least(middle, n, q) > tail)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/* The limits, as far as so many values reach. */
static void limit(const TsimHistogram *h, double q, double effective, struct tsim_estimate *e)
{
	double n = (double)tsim_histogram_count(h), tail = (1 - e->confidence) / 2, rank;
	tsim_ns low, high;

	if (effective >= 1 && at_least(1, effective, q) >= 1 - tail) {
		rank = floor((rank_of(1 - tail, effective, q) - 1) / effective * n) + 1;
		tsim_histogram_rank(h, (guint64)rank, &low, &high);
		e->low = (double)low;
	}
	if (effective >= 1 && at_least(effective, effective, q) <= tail) {
		rank = ceil(rank_of(tail, effective, q) / effective * n);
		tsim_histogram_rank(h, (guint64)MIN(rank, n), &low, &high);
		e->high = (double)high;
	}
}

/**
 * tsim_quantile_estimate() - a quantile with its interval, in nanoseconds
 * @h: all values
 * @q: above 0, below 1
 * @s: (nullable): its sections, counted at tsim_quantile_level(); NULL: all values are independent
 * @confidence: two-sided, e.g. 0.95
 *
 * Distribution-free; where the values are too few for a limit it is infinite.
 */
struct tsim_estimate tsim_quantile_estimate(const TsimHistogram *h, double q,
					    const struct tsim_sections *s, double confidence)
{
	struct tsim_estimate e = { NAN, -INFINITY, INFINITY, confidence, "no values" };
	guint64 n = tsim_histogram_count(h);
	gsl_error_handler_t *handler;

	if (!n)
		return e;
	e.estimate = tsim_histogram_quantile_ns(h, q);
	e.method = "one section";
	if (s && s->counts.n < 2)
		return e;
	e.method = s ? "order statistics of sections" : "order statistics";
	handler = gsl_set_error_handler_off();
	limit(h, q, s ? effective_count(h, q, s, confidence) : (double)n, &e);
	gsl_set_error_handler(handler);
	return e;
}
