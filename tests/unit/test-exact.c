/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jeffreys' interval, inverse sampling, and the exact tests behind the exact intervals. */
#include <math.h>

#include <gsl/gsl_randist.h>

#include "interval.h"

static void check_close(double x, double expected, double relative)
{
	if (fabs(x - expected) > relative * fabs(expected))
		g_error("%.12g is not %.12g", x, expected);
}

static void test_jeffreys(void)
{
	struct tsim_estimate e = tsim_jeffreys(1, 1000, 0.95);
	struct tsim_estimate mirror = tsim_jeffreys(999, 1000, 0.95);

	/* SciPy: beta(1.5, 999.5) */
	check_close(e.low, 1.079188047e-4, 1e-9);
	check_close(e.high, 4.664458809e-3, 1e-9);
	check_close(1 - mirror.high, e.low, 1e-11);
	/* counts at which GSL's own inverse fails */
	e = tsim_jeffreys(3, 1000000, 0.95);
	g_assert_cmpfloat(e.low, >, tsim_clopper_pearson(3, 1000000, 0.95).low);
	g_assert_cmpfloat(e.high, <, tsim_clopper_pearson(3, 1000000, 0.95).high);
	g_assert_cmpfloat(tsim_jeffreys(0, 10, 0.95).low, ==, 0);
	g_assert_cmpfloat(tsim_jeffreys(10, 10, 0.95).high, ==, 1);
	g_assert_true(isnan(tsim_jeffreys(0, 0, 0.95).estimate));
}

/* Exact, by enumeration: the experiment it was compared with had .954 for 20 expected hits. */
static void test_jeffreys_coverage(void)
{
	double mean = 0;
	const guint n = 50, n_p = 200;

	for (guint i = 0; i < n_p; i++) {
		double p = (i + 0.5) / n_p;

		for (guint k = 0; k <= n; k++) {
			struct tsim_estimate e = tsim_jeffreys(k, n, 0.95);

			if (e.low <= p && p <= e.high)
				mean += gsl_ran_binomial_pdf(k, p, n) / n_p;
		}
	}
	g_test_message("mean coverage %.5f", mean);
	/* exact on the average over its own prior, off by terms of the order 1/n over this one */
	g_assert_cmpfloat(fabs(mean - 0.95), <, 0.25 / n);
}

static void test_inverse_target(void)
{
	g_assert_cmpuint(tsim_inverse_target(0.5, 0.95), ==, 16);
	g_assert_cmpuint(tsim_inverse_target(0.2, 0.95), ==, 97);
	g_assert_cmpuint(tsim_inverse_target(0.1, 0.95), ==, 385);
}

/*
 * The number of trials up to hit r is negative binomial: bias and coverage by
 * enumeration.  (r - 1)/(n - 1) is unbiased; the interval is exact but for the
 * steps of the law.
 */
static void check_inverse(guint r, double p, double tolerance)
{
	double mean = 0, covered = 0, total = 0;
	guint end = (guint)(r / p + 12 * sqrt(r) / p);

	for (guint n = r; n < end; n++) {
		/* gsl: failures before the r-th success */
		double share = gsl_ran_negative_binomial_pdf(n - r, p, r);
		struct tsim_estimate e;

		total += share;
		if (share < 1e-11)
			continue;
		e = tsim_inverse_sampling(r, n, 0.95);
		mean += share * e.estimate;
		covered += e.low <= p && p <= e.high ? share : 0;
	}
	g_test_message("r = %u, p = %g: mean %.9g, coverage %.5f", r, p, mean, covered);
	check_close(total, 1, 1e-9);
	check_close(mean, p, 1e-6);
	g_assert_cmpfloat(fabs(covered - 0.95), <, tolerance);
}

static void test_inverse_sampling(void)
{
	/* the largest probability of one n adds to the order of p: it joins or leaves as a whole */
	check_inverse(16, 0.01, 0.005);
	check_inverse(97, 0.02, 0.005);
	check_inverse(97, 0.005, 0.001);
	check_inverse(97, 0.5, 0.02);
	check_inverse(97, 0.9, 0.04);
	g_assert_true(isnan(tsim_inverse_sampling(1, 10, 0.95).estimate));
}

/* At counts for which gsl_cdf_chisq_Qinv() is off by a third. */
static void test_inverse_sampling_large(void)
{
	struct tsim_estimate e = tsim_inverse_sampling(49207, 1000000000, 0.95);

	check_close(e.low, 49207e-9 * (1 - 1.95996 / sqrt(49207)), 1e-4);
	check_close(e.high, 49207e-9 * (1 + 1.95996 / sqrt(49207)), 1e-4);
	e = tsim_inverse_sampling(4000000, 40000000, 0.95);
	check_close(e.high, 0.1 * (1 + 1.95996 * sqrt(0.9) / 2000), 1e-6);
}

static double tails(guint k, guint n, double p)
{
	double below = 0, above = 0;

	for (guint i = 0; i <= n; i++) {
		double share = gsl_ran_binomial_pdf(i, p, n);

		below += i <= k ? share : 0;
		above += i >= k ? share : 0;
	}
	return fmin(1, 2 * fmin(below, above));
}

static void test_binomial_test(void)
{
	static const struct {
		guint k, n;
		double p;
	} cases[] = {
		{ 0, 10, .2 }, { 10, 10, .5 }, { 7, 40, .3 }, { 12, 40, .3 }, { 25, 40, .3 },
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
		check_close(tsim_binomial_test(cases[i].k, cases[i].n, cases[i].p),
			    tails(cases[i].k, cases[i].n, cases[i].p), 1e-9);
	/* Mendel's peas; twice the sum of the 683 lower terms */
	check_close(tsim_binomial_test(682, 925, 0.75), 0.39201853410776666, 1e-11);
	/* far out in the tail nothing underflows into an abort */
	g_assert_cmpfloat(tsim_binomial_test(0, 1000000, 0.5), ==, 0);
}

/* Rejected at 1 - c just when the exact interval of confidence c leaves the value out. */
static void test_duality(void)
{
	for (guint k = 0; k <= 60; k += 3) {
		for (double p = 0.02; p < 0.2; p += 0.013) {
			struct tsim_estimate cp = tsim_clopper_pearson(k, 400, 0.99);
			struct tsim_estimate rate = tsim_poisson_rate(k, 400, 0.99);

			g_assert_cmpint(tsim_binomial_test(k, 400, p) < 0.01, ==,
					p < cp.low || p > cp.high);
			g_assert_cmpint(tsim_poisson_test(k, 400 * p) < 0.01, ==,
					p < rate.low || p > rate.high);
		}
	}
}

static void test_poisson_test(void)
{
	/* nothing seen of 10 expected: 2 e^-10 */
	check_close(tsim_poisson_test(0, 10), 2 * exp(-10), 1e-12);
	check_close(tsim_poisson_test(1, 0.01), 2 * -expm1(-0.01), 1e-12);
	g_assert_cmpfloat(tsim_poisson_test(5, 5), ==, 1);
	/* twice the sum of 11 terms */
	check_close(tsim_poisson_test(10, 30), 2 * 2.2348775738450595e-05, 1e-11);
}

static void test_ratio_z(void)
{
	static const double x[] = { 1, 3, 2, 4 }, y[] = { 2, 4, 4, 6 };
	struct tsim_ratio r = { 0 };

	for (guint i = 0; i < 4; i++)
		tsim_ratio_add(&r, x[i], y[i]);
	/* residuals x - y/2: 0, 1, 0, 1 */
	check_close(tsim_ratio_z(&r, 0.5), 2 / sqrt(2), 1e-12);
	g_assert_cmpfloat(tsim_ratio_z(&r, 10.0 / 16), ==, 0);
	g_assert_cmpfloat(tsim_ratio_z(&r, 0.9), <, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/exact/jeffreys", test_jeffreys);
	g_test_add_func("/exact/jeffreys-coverage", test_jeffreys_coverage);
	g_test_add_func("/exact/inverse-target", test_inverse_target);
	g_test_add_func("/exact/inverse-sampling", test_inverse_sampling);
	g_test_add_func("/exact/inverse-sampling-large", test_inverse_sampling_large);
	g_test_add_func("/exact/binomial-test", test_binomial_test);
	g_test_add_func("/exact/duality", test_duality);
	g_test_add_func("/exact/poisson-test", test_poisson_test);
	g_test_add_func("/exact/ratio-z", test_ratio_z);
	return g_test_run();
}
