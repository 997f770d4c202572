/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "interval.h"

#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>

#define LARGE_COUNT 1000000

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
				       hits < n ? MIN(1, middle + half) : 1, confidence, "wilson" };
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
 * tsim_jeffreys() - estimate a probability, with the interval of Jeffreys' prior
 * @hits: trials that hit
 * @n: trials, all independent
 * @confidence: two-sided, e.g. 0.95
 *
 * Quantiles of Beta(hits + 1/2, misses + 1/2); 0 and 1 when there are no hits
 * or misses (Brown, Cai and DasGupta, 2001).
 */
struct tsim_estimate tsim_jeffreys(guint64 hits, guint64 n, double confidence)
{
	double tail = half_tail(confidence), a = (double)hits + 0.5, b = (double)(n - hits) + 0.5;

	if (!n)
		return no_trials(confidence);
	return (struct tsim_estimate){ (double)hits / (double)n,
				       hits ? solve(gsl_cdf_beta_P, TRUE, tail, a, b, 1) : 0,
				       hits < n ? solve(gsl_cdf_beta_Q, FALSE, tail, a, b, 1) : 1,
				       confidence, "jeffreys" };
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

static double gamma_top(double k)
{
	return k + 40 * sqrt(k) + 1000;
}

/* Of Gamma(k, 1): what is not reached with probability @tail ... */
static double lower_gamma_quantile(guint64 k, double tail)
{
	if (k >= LARGE_COUNT)
		return large_gamma_quantile((double)k, -gsl_cdf_ugaussian_Qinv(tail));
	return solve(gsl_cdf_gamma_P, TRUE, tail, (double)k, 1, gamma_top((double)k));
}

/* ... and what is passed with probability @tail. */
static double upper_gamma_quantile(guint64 k, double tail)
{
	if (k >= LARGE_COUNT)
		return large_gamma_quantile((double)k, gsl_cdf_ugaussian_Qinv(tail));
	return solve(gsl_cdf_gamma_Q, FALSE, tail, (double)k, 1, gamma_top((double)k));
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
	double low = 0, high = -log(tail);

	if (!(exposure > 0))
		return (struct tsim_estimate){ NAN, 0, INFINITY, confidence, "no exposure" };
	if (events) {
		low = lower_gamma_quantile(events, tail);
		high = upper_gamma_quantile(events + 1, tail);
	}
	return (struct tsim_estimate){ k / exposure, low / exposure, high / exposure, confidence,
				       "garwood" };
}

/**
 * tsim_inverse_target() - hits to wait for
 * @relative_half_width: of the interval, e.g. 0.1
 * @confidence: two-sided, e.g. 0.95
 *
 * Return: r with z / sqrt(r) at most @relative_half_width: 16, 97 and 385 for
 * 50, 20 and 10 % at 95 %.
 */
guint64 tsim_inverse_target(double relative_half_width, double confidence)
{
	double root = gsl_cdf_ugaussian_Qinv(half_tail(confidence)) / relative_half_width;

	return (guint64)ceil(root * root);
}

/**
 * tsim_inverse_sampling() - estimate a probability when one stopped at a hit
 * @hits: r, chosen beforehand, at least 2; trial @n was the last of them
 * @n: trials, all independent
 * @confidence: two-sided, e.g. 0.95
 *
 * (r - 1) / (n - 1) is unbiased (Haldane, 1945), r / n is not.  The limits are
 * those of the negative binomial law: the upper one is that of @n - 1 trials,
 * as the last one was bound to hit.
 *
 * Return: the estimate; NaN when there are too few trials for it.
 */
struct tsim_estimate tsim_inverse_sampling(guint64 hits, guint64 n, double confidence)
{
	double tail = half_tail(confidence), k = (double)hits, trials = (double)n, high = 1;

	if (hits < 2 || n < hits)
		return no_trials(confidence);
	if (n > hits)
		high = solve(gsl_cdf_beta_Q, FALSE, tail, k, trials - k, 1);
	return (struct tsim_estimate){ (k - 1) / (trials - 1),
				       solve(gsl_cdf_beta_P, TRUE, tail, k, trials - k + 1, 1),
				       high, confidence, "inverse sampling" };
}

static double twice_the_smaller(double at_least, double at_most)
{
	return MIN(1, 2 * MIN(at_least, at_most));
}

/**
 * tsim_binomial_test() - are the hits those of a known probability?
 * @hits: trials that hit
 * @n: trials, all independent
 * @p: the probability, in (0, 1)
 *
 * Return: the p-value: below 1 - c just when tsim_clopper_pearson() of
 * confidence c leaves @p out.
 */
double tsim_binomial_test(guint64 hits, guint64 n, double p)
{
	gsl_error_handler_t *handler = gsl_set_error_handler_off();
	double k = (double)hits, misses = (double)(n - hits);
	double at_least = hits ? gsl_cdf_beta_P(p, k, misses + 1) : 1;
	double at_most = hits < n ? gsl_cdf_beta_Q(p, k + 1, misses) : 1;

	gsl_set_error_handler(handler);
	return twice_the_smaller(at_least, at_most);
}

/**
 * tsim_poisson_test() - is the count that of a known mean?
 * @events: events seen, below 1e6
 * @mean: above 0
 *
 * Return: the p-value: below 1 - c just when tsim_poisson_rate() of confidence
 * c leaves @mean out.
 */
double tsim_poisson_test(guint64 events, double mean)
{
	gsl_error_handler_t *handler = gsl_set_error_handler_off();
	double k = (double)events;
	double at_least = events ? gsl_cdf_gamma_P(mean, k, 1) : 1;
	double at_most = gsl_cdf_gamma_Q(mean, k + 1, 1);

	gsl_set_error_handler(handler);
	return twice_the_smaller(at_least, at_most);
}

/**
 * tsim_difference() - estimate how much more @a is than @b
 * @a: with an interval of its own
 * @b: independent of @a
 *
 * Zou and Donner (2008): each limit's distances add up as variances do, so
 * that skewed intervals, of shares near 0 for one, give a skewed one.
 */
struct tsim_estimate tsim_difference(const struct tsim_estimate *a, const struct tsim_estimate *b)
{
	double difference = a->estimate - b->estimate;

	return (struct tsim_estimate){
		difference, difference - hypot(a->estimate - a->low, b->high - b->estimate),
		difference + hypot(a->high - a->estimate, b->estimate - b->low),
		MIN(a->confidence, b->confidence), "zou and donner"
	};
}
