/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "interval.h"

#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>

/* P(at least / at most the observed count), given a probability or a mean. */
typedef double (*tail_fn)(double x, double a, double b);

/*
 * Where the tail probability is @tail, by bisection in log x between 1e-300
 * and @top: gsl_cdf_beta_Pinv() of GSL 2.7 gives NaN for counts such as 3 of
 * 1e6, while gsl_cdf_beta_P() itself is exact there.  64 halvings of 700 leave
 * less than a double resolves.  GSL's default handler would abort on an
 * underflow, which here is a tail of 0 and just what we want to know.
 */
static double solve(tail_fn fn, gboolean rising, double tail, double a, double b, double top)
{
	gsl_error_handler_t *handler = gsl_set_error_handler_off();
	double low = log(1e-300), high = log(top);

	for (int i = 0; i < 64; i++) {
		double middle = (low + high) / 2;

		if ((fn(exp(middle), a, b) < tail) == rising)
			low = middle;
		else
			high = middle;
	}
	gsl_set_error_handler(handler);
	return exp((low + high) / 2);
}

static double half_tail(double confidence)
{
	return (1 - confidence) / 2;
}

static struct tsim_estimate no_trials(double confidence)
{
	return (struct tsim_estimate){ NAN, 0, 1, confidence, "no trials" };
}

/**
 * tsim_wilson() - estimate a probability, with the interval of Wilson (1927)
 * @hits: trials that hit
 * @n: trials, all independent
 * @confidence: two-sided, e.g. 0.95
 *
 * Its coverage is @confidence on the average over the probability, a little
 * less near 0 and 1; use it to plot.
 */
struct tsim_estimate tsim_wilson(guint64 hits, guint64 n, double confidence)
{
	double z = gsl_cdf_ugaussian_Qinv(half_tail(confidence)), trials = (double)n;
	double p = (double)hits / trials, scale = 1 / (1 + z * z / trials);
	double middle = (p + z * z / (2 * trials)) * scale;
	double half = z * scale * sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials));

	if (!n)
		return no_trials(confidence);
	return (struct tsim_estimate){ p, hits ? MAX(0, middle - half) : 0,
				       hits < n ? MIN(1, middle + half) : 1, confidence,
				       "wilson" };
}

/**
 * tsim_clopper_pearson() - estimate a probability, with the interval of Clopper and Pearson
 * @hits: trials that hit
 * @n: trials, all independent
 * @confidence: two-sided, e.g. 0.95
 *
 * Its coverage is never below @confidence; use it to claim safety.
 */
struct tsim_estimate tsim_clopper_pearson(guint64 hits, guint64 n, double confidence)
{
	double tail = half_tail(confidence), k = (double)hits, trials = (double)n;
	double low = 0, high = 1;

	if (!n)
		return no_trials(confidence);
	if (hits)
		low = hits == n ? exp(log(tail) / trials) :
				  solve(gsl_cdf_beta_P, TRUE, tail, k, trials - k + 1, 1);
	if (hits < n)
		high = hits ? solve(gsl_cdf_beta_Q, FALSE, tail, k + 1, trials - k, 1) :
			      -expm1(log(tail) / trials);
	return (struct tsim_estimate){ k / trials, low, high, confidence, "clopper-pearson" };
}

/**
 * tsim_proportion() - estimate a probability by the interval that suits the counts
 * @hits: trials that hit
 * @n: trials, all independent
 * @confidence: two-sided, e.g. 0.95
 *
 * Return: Wilson's interval; that of Clopper and Pearson when @hits is 0 or @n.
 */
struct tsim_estimate tsim_proportion(guint64 hits, guint64 n, double confidence)
{
	if (hits == 0 || hits == n)
		return tsim_clopper_pearson(hits, n, confidence);
	return tsim_wilson(hits, n, confidence);
}

/*
 * The quantile of a Gamma(k, 1) variable for k >= 1e6, by Wilson and Hilferty
 * (1931).  Its relative error is below 1e-10 there, while gsl_cdf_gamma_Q() of
 * GSL 2.7 is off by 1e-6 at 1e7 (and gsl_cdf_chisq_Qinv() by a third at 49,207,
 * which is why GSL's inverses of beta and gamma are not used).
 */
static double large_gamma_quantile(double k, double z)
{
	double root = 1 - 1 / (9 * k) + z / (3 * sqrt(k));

	return k * root * root * root;
}

/**
 * tsim_poisson_rate() - estimate a rate, with the interval of Garwood (1936)
 * @events: events seen
 * @exposure: how long or how often one looked, above 0; the rate is per unit of it
 * @confidence: two-sided, e.g. 0.95
 *
 * Holds for events that come singly and independently.
 */
struct tsim_estimate tsim_poisson_rate(guint64 events, double exposure, double confidence)
{
	double tail = half_tail(confidence), k = (double)events;
	double low = 0, high = -log(tail), top = k + 40 * sqrt(k) + 1000;
	double z = gsl_cdf_ugaussian_Qinv(tail);

	if (!(exposure > 0))
		return (struct tsim_estimate){ NAN, 0, INFINITY, confidence, "no exposure" };
	if (events >= 1000000) {
		low = large_gamma_quantile(k, -z);
		high = large_gamma_quantile(k + 1, z);
	} else if (events) {
		low = solve(gsl_cdf_gamma_P, TRUE, tail, k, 1, top);
		high = solve(gsl_cdf_gamma_Q, FALSE, tail, k + 1, 1, top);
	}
	return (struct tsim_estimate){ k / exposure, low / exposure, high / exposure, confidence,
				       "garwood" };
}
