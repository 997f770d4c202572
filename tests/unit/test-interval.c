/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "interval.h"
#include "rng.h"

static void check_close(double x, double expected, double relative)
{
	if (fabs(x - expected) > relative * fabs(expected))
		g_error("%.12g is not %.12g", x, expected);
}

/* Limits computed by scipy, to the digits that were noted. */
static void test_clopper_pearson(void)
{
	static const struct {
		guint64 hits, n;
		double low, high;
	} cases[] = {
		{ 0, 10000000, 0, 3.688878774e-07 },
		{ 3, 1000000, 6.186725502e-07, 8.767247788e-06 },
		{ 10, 10000000, 4.795389704e-07, 1.839034833e-06 },
		{ 5, 1000000000, 1.623486392e-09, 1.1668332e-08 },
		{ 500, 1000, 0.468549173, 0.531450827 },
		/* R's binom.test(0, 10) and binom.test(1, 10) */
		{ 0, 10, 0, 0.3084971 },
		{ 1, 10, 0.002528579, 0.4450161 },
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct tsim_estimate e = tsim_clopper_pearson(cases[i].hits, cases[i].n, 0.95);
		/* The mirror image has the mirrored limits; 1 - p keeps 1e-16 absolutely. */
		struct tsim_estimate m = tsim_clopper_pearson(cases[i].n - cases[i].hits,
							      cases[i].n, 0.95);

		check_close(e.low, cases[i].low, i < 5 && i != 3 ? 2e-9 : 2e-7);
		check_close(e.high, cases[i].high, i < 5 && i != 3 ? 2e-9 : 2e-7);
		g_assert_cmpfloat(fabs(1 - m.high - e.low), <, 1e-15);
		g_assert_cmpfloat(fabs(1 - m.low - e.high), <, 1e-15);
		check_close(e.estimate, (double)cases[i].hits / (double)cases[i].n, 1e-15);
	}
}

/*
 * The limits solve their defining equations, where GSL's inverse fails too.
 * 1e-9 is for GSL's tail; near 1 the distance of a limit from 1 is known to a
 * few DBL_EPSILON only, and the tail is as uncertain as that.
 */
static void check_tail(double tail, double expected, double limit)
{
	check_close(tail, expected, 1e-9 + 4 * DBL_EPSILON / (1 - limit));
}

static void test_clopper_pearson_equations(void)
{
	static const guint64 cases[][2] = {
		{ 1, 2 }, { 1, 1000 }, { 999, 1000 }, { 3, 1000000 }, { 999999, 1000000 },
		{ 10, 10000000 }, { 5, 1000000000 }, { 123456, 1000000 }, { 500000, 1000000 },
	};
	static const double levels[] = { 0.5, 0.9, 0.95, 0.999, 0.999999 };

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		for (guint j = 0; j < G_N_ELEMENTS(levels); j++) {
			double k = (double)cases[i][0], n = (double)cases[i][1];
			struct tsim_estimate e = tsim_clopper_pearson(cases[i][0], cases[i][1],
								      levels[j]);

			check_tail(gsl_cdf_beta_P(e.low, k, n - k + 1), (1 - levels[j]) / 2, e.low);
			check_tail(gsl_cdf_beta_Q(e.high, k + 1, n - k), (1 - levels[j]) / 2,
				   e.high);
			g_assert_true(e.low < e.estimate && e.estimate < e.high);
		}
	}
}

static void test_wilson(void)
{
	struct tsim_estimate e = tsim_wilson(500, 1000, 0.95);

	check_close(e.low, 0.4690696004, 1e-10);
	check_close(e.high, 0.5309303996, 1e-10);
	/* Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29 */
	e = tsim_wilson(81, 263, 0.95);
	g_assert_true(fabs(e.low - 0.2553) < 5e-5 && fabs(e.high - 0.3662) < 5e-5);
	e = tsim_wilson(15, 148, 0.95);
	g_assert_true(fabs(e.low - 0.0624) < 5e-5 && fabs(e.high - 0.1605) < 5e-5);
	e = tsim_wilson(0, 20, 0.95);
	g_assert_true(e.low == 0 && fabs(e.high - 0.1611) < 5e-5);
	e = tsim_wilson(1, 29, 0.95);
	g_assert_true(fabs(e.low - 0.0061) < 5e-5 && fabs(e.high - 0.1718) < 5e-5);
	e = tsim_wilson(20, 20, 0.95);
	g_assert_true(e.high == 1 && fabs(e.low - 0.8389) < 5e-5);
}

/* Garwood's well-known limits, and the quantiles of chi-square that they are. */
static void test_poisson(void)
{
	struct tsim_estimate e = tsim_poisson_rate(0, 1, 0.95);

	g_assert_cmpfloat(e.low, ==, 0);
	check_close(e.high, 3.688879454, 1e-9);
	check_close(tsim_poisson_rate(0, 1, 0.9).high, 2.995732274, 1e-9);
	e = tsim_poisson_rate(1, 1, 0.95);
	check_close(e.low, 0.0253178080, 1e-8);
	check_close(e.high, 5.571643391, 1e-9);
	e = tsim_poisson_rate(10, 1, 0.95);
	check_close(e.low, 4.795388696, 1e-7);
	check_close(e.high, 18.39035604, 1e-9);
	e = tsim_poisson_rate(10, 4, 0.95);
	check_close(e.estimate, 2.5, 1e-15);
	check_close(e.high, 18.39035604 / 4, 1e-9);
	/* GSL 2.7 gives 65275 for the upper limit of 49207, which is 49644: stop before. */
	for (guint64 k = 2; k < 20000; k = k * 3 + 1) {
		e = tsim_poisson_rate(k, 1, 0.95);
		check_close(e.low, gsl_cdf_chisq_Pinv(0.025, 2.0 * (double)k) / 2, 1e-9);
		check_close(e.high, gsl_cdf_chisq_Qinv(0.025, 2.0 * (double)k + 2) / 2, 1e-9);
	}
}

/*
 * From 1e4 events on by the approximation of Wilson and Hilferty (1931), whose
 * relative error falls as k^-3/2 from 1.6e-8; either side of the change of
 * method at 1e6 the limits go on as if there were none.
 */
static void test_poisson_large(void)
{
	struct tsim_estimate below = tsim_poisson_rate(999999, 1, 0.95);
	struct tsim_estimate above = tsim_poisson_rate(1000000, 1, 0.95);
	double z = gsl_cdf_ugaussian_Pinv(0.975);

	for (double k = 1e4; k < 1e6; k *= 3) {
		struct tsim_estimate e = tsim_poisson_rate((guint64)k, 1, 0.95);

		check_close(e.low, k * pow(1 - 1 / (9 * k) - z / (3 * sqrt(k)), 3),
			    2e-8 * pow(k / 1e4, -1.5) + 1e-12);
	}
	/* The step is 1 -+ z / (2 sqrt k); 2e-4 is what both methods may be off at 1e6. */
	g_assert_cmpfloat(fabs(above.low - below.low - (1 - z / 2000)), <, 2e-4);
	g_assert_cmpfloat(fabs(above.high - below.high - (1 + z / 2000)), <, 2e-4);
	above = tsim_poisson_rate(G_GUINT64_CONSTANT(1000000000000), 1, 0.95);
	/* Second order: k + 1/2 -+ 1/2 -+ z sqrt k + (z^2 - 1) / 3 within 1 */
	g_assert_cmpfloat(fabs(above.low - (1e12 - z * 1e6 + 0.9)), <, 1);
	g_assert_cmpfloat(fabs(above.high - (1e12 + z * 1e6 + 1.9)), <, 1);
}

static void test_no_data(void)
{
	g_assert_true(isnan(tsim_wilson(0, 0, 0.95).estimate));
	g_assert_true(isnan(tsim_clopper_pearson(0, 0, 0.95).estimate));
	g_assert_cmpfloat(tsim_proportion(0, 0, 0.95).low, ==, 0);
	g_assert_cmpfloat(tsim_proportion(0, 0, 0.95).high, ==, 1);
	g_assert_true(isinf(tsim_poisson_rate(5, 0, 0.95).high));
}

static void test_proportion(void)
{
	g_assert_cmpstr(tsim_proportion(0, 10, 0.95).method, ==, "clopper-pearson");
	g_assert_cmpstr(tsim_proportion(1, 10, 0.95).method, ==, "wilson");
	g_assert_cmpstr(tsim_proportion(10, 10, 0.95).method, ==, "clopper-pearson");
	check_close(tsim_proportion(0, 1000000, 0.95).high, 3.688872651e-06, 1e-9);
}

typedef struct tsim_estimate (*proportion_fn)(guint64 hits, guint64 n, double confidence);

/*
 * The probability that the interval holds @p, summed over the outcomes: no
 * chance in it.  What is left out of them adds up to less than n * 1e-12.
 */
static double coverage(proportion_fn fn, guint n, double p)
{
	double sum = 0;

	for (guint k = 0; k <= n; k++) {
		double share = gsl_ran_binomial_pdf(k, p, n);
		struct tsim_estimate e;

		if (share < 1e-12)
			continue;
		e = fn(k, n, 0.95);
		if (e.low <= p && p <= e.high)
			sum += share;
	}
	return sum;
}

/*
 * Clopper and Pearson never cover less than 95 %.  Wilson covers 95 % on the
 * average over p, but for terms of the order 1/n.  It jumps where a count joins
 * or leaves, by the probability of that count: the normal density at 1.96
 * over sqrt(npq), which at n = 50 is .017 for p = .5 and .028 for p = .1.
 */
static void test_coverage(void)
{
	double mean = 0, square = 0, least = 1;
	const guint n_p = 500;

	for (guint i = 0; i < n_p; i++) {
		double p = (i + 0.5) / n_p, wilson = coverage(tsim_wilson, 50, p);

		least = MIN(least, coverage(tsim_clopper_pearson, 50, p));
		mean += wilson / n_p;
		square += (wilson - 0.95) * (wilson - 0.95) / n_p;
	}
	g_test_message("wilson: mean %.5f, rms %.5f; clopper-pearson: least %.5f", mean,
		       sqrt(square), least);
	g_assert_cmpfloat(least, >=, 0.95 - 1e-10);
	g_assert_cmpfloat(fabs(mean - 0.95), <, 0.25 / 50);
	g_assert_cmpfloat(sqrt(square), <, 0.03);
}

/*
 * An interval holds p just when the test that it inverts does not reject p:
 * Wilson the score test |k - np| <= z sqrt(npq), Clopper and Pearson the two
 * exact tests at half the level.  Rare hits and common ones, 20 expected.
 */
static void test_inversion(void)
{
	static const guint sizes[] = { 40, 400, 20000 };
	double z = gsl_cdf_ugaussian_Pinv(0.975);

	for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
		double n = sizes[i], p = 20 / n, score = 0, exact = 0;

		for (guint k = 0; k <= sizes[i]; k++) {
			double share = gsl_ran_binomial_pdf(k, p, sizes[i]);

			if (fabs(k - 20.0) <= z * sqrt(20 * (1 - p)))
				score += share;
			if (gsl_cdf_binomial_P(k, p, sizes[i]) > 0.025 &&
			    gsl_cdf_binomial_Q(k, p, sizes[i]) + share > 0.025)
				exact += share;
		}
		g_test_message("20 of %g: wilson %.5f, clopper-pearson %.5f", n, score, exact);
		g_assert_cmpfloat(fabs(coverage(tsim_wilson, sizes[i], p) - score), <, 1e-7);
		g_assert_cmpfloat(fabs(coverage(tsim_clopper_pearson, sizes[i], p) - exact), <,
				  1e-7);
	}
}

static void test_ratio(void)
{
	static const double x[] = { 1, 3, 2, 4 }, y[] = { 2, 4, 4, 6 };
	struct tsim_ratio all = { 0 }, first = { 0 }, rest = { 0 };
	struct tsim_estimate e;

	for (guint i = 0; i < 4; i++) {
		tsim_ratio_add(&all, x[i], y[i]);
		tsim_ratio_add(i < 1 ? &first : &rest, x[i], y[i]);
	}
	e = tsim_ratio_estimate(&all, 0.95);
	check_close(e.estimate, 10.0 / 16, 1e-15);
	/*
	 * By hand: residuals x - 5/8 y are -1/4, 1/2, -1/2, 1/4, their squares sum
	 * to 5/8; the error of sx is sqrt(4 * 5/8 / 3), of ln(sx/sy) a tenth of
	 * that; t(3, .975) = 3.182446305.
	 */
	check_close(log(e.high / e.estimate), 3.182446305284264 * sqrt(2.5 / 3) / 10, 1e-9);
	check_close(e.high / e.estimate, e.estimate / e.low, 1e-12);
	tsim_ratio_merge(&first, &rest);
	g_assert_cmpfloat(tsim_ratio_estimate(&first, 0.95).high, ==, e.high);
}

static void test_ratio_edges(void)
{
	struct tsim_ratio r = { 0 };

	g_assert_true(isnan(tsim_ratio_estimate(&r, 0.95).estimate));
	tsim_ratio_add(&r, 0, 2);
	tsim_ratio_add(&r, 0, 3);
	g_assert_cmpfloat(tsim_ratio_estimate(&r, 0.95).estimate, ==, 0);
	check_close(tsim_ratio_estimate(&r, 0.95).high, 3.688879454 / 5, 1e-9);
	g_assert_cmpstr(tsim_ratio_estimate(&r, 0.95).method, ==, "garwood, no event seen");
	r = (struct tsim_ratio){ 0 };
	tsim_ratio_add(&r, 1, 2);
	g_assert_cmpfloat(tsim_ratio_estimate(&r, 0.95).estimate, ==, 0.5);
	g_assert_true(isinf(tsim_ratio_estimate(&r, 0.95).high));
}

/*
 * One alternating cycle of a stall: y = D + G, x = D with D ~ Exp(1) and G
 * ~ Exp(mean 3), n = 200; E[x]/E[y] = 1/4.  Over 4000 intervals the share that
 * misses has a standard deviation of sqrt(.05 * .95 / 4000) = .0034 if the
 * coverage is right; 5 of them are an alarm of 6e-7 by chance, and a quarter of
 * a per cent is left for the skewness at n = 200 (the seed is fixed anyway).
 */
static void test_ratio_coverage(void)
{
	guint covered = 0, rounds = 4000;

	for (guint32 round = 0; round < rounds; round++) {
		struct tsim_rng rng = { 20261122, round };
		struct tsim_ratio r = { 0 };
		struct tsim_estimate e;

		for (guint32 i = 0; i < 200; i++) {
			double d = -log(tsim_rng_uniform(&rng, 0, 0, i));
			double g = -3 * log(tsim_rng_uniform(&rng, 0, 1, i));

			tsim_ratio_add(&r, d, d + g);
		}
		e = tsim_ratio_estimate(&r, 0.95);
		covered += e.low <= 0.25 && 0.25 <= e.high;
	}
	g_test_message("ratio: %.4f", (double)covered / rounds);
	g_assert_cmpfloat(fabs((double)covered / rounds - 0.95), <, 5 * 0.0034 + 0.0025);
}

/*
 * Garwood's interval covers at least 95 % of every Poisson law, summed over the
 * outcomes, and not much more where many events are expected: it jumps by the
 * probability of a count at each end, about twice .058/sqrt(mean) at 1.96.
 */
static void test_poisson_coverage(void)
{
	for (double mean = 0.05; mean < 400; mean *= 1.3) {
		double sum = 0;

		for (guint k = 0; k < 1000; k++) {
			struct tsim_estimate e = tsim_poisson_rate(k, 1, 0.95);

			if (e.low <= mean && mean <= e.high)
				sum += gsl_ran_poisson_pdf(k, mean);
		}
		g_assert_cmpfloat(sum, >=, 0.95 - 1e-9);
		if (mean > 20)
			g_assert_cmpfloat(sum, <, 0.95 + 0.12 / sqrt(mean));
	}
}

/* Student's t is exact for normal differences: 4000 intervals of 12, limits as for the ratio. */
static void test_paired_coverage(void)
{
	guint covered = 0, rounds = 4000;

	for (guint32 round = 0; round < rounds; round++) {
		struct tsim_rng rng = { 20261122, round };
		struct tsim_paired p = { 0 };
		struct tsim_estimate e;

		for (guint32 i = 0; i < 12; i++)
			tsim_paired_add(&p, 3 + 2 * gsl_cdf_ugaussian_Pinv(tsim_rng_uniform(&rng, 0, 2, i)));
		e = tsim_paired_estimate(&p, 0.95);
		covered += e.low <= 3 && 3 <= e.high;
	}
	g_test_message("paired: %.4f", (double)covered / rounds);
	g_assert_cmpfloat(fabs((double)covered / rounds - 0.95), <, 5 * 0.0034);
}

static void test_paired(void)
{
	/* Student (1908), the extra sleep of ten patients on two drugs: t = 4.0621 */
	static const double extra[] = { 1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4 };
	struct tsim_paired all = { 0 }, first = { 0 }, rest = { 0 };
	struct tsim_estimate e;

	for (guint i = 0; i < G_N_ELEMENTS(extra); i++) {
		tsim_paired_add(&all, extra[i]);
		tsim_paired_add(i < 5 ? &first : &rest, extra[i]);
	}
	e = tsim_paired_estimate(&all, 0.95);
	check_close(e.estimate, 1.58, 1e-14);
	/* R's t.test(extra ~ group, sleep, paired = TRUE) */
	check_close(e.low, 0.7001142, 1e-7);
	check_close(e.high, 2.4598858, 1e-7);
	g_assert_true(tsim_paired_significant(&all, 0.95));
	/* p = 0.002833 */
	g_assert_true(tsim_paired_significant(&all, 1 - 0.00284));
	g_assert_false(tsim_paired_significant(&all, 1 - 0.00283));
	tsim_paired_merge(&first, &rest);
	check_close(tsim_paired_estimate(&first, 0.95).low, e.low, 1e-12);
}

static void test_paired_edges(void)
{
	struct tsim_paired p = { 0 };

	g_assert_true(isnan(tsim_paired_estimate(&p, 0.95).estimate));
	g_assert_false(tsim_paired_significant(&p, 0.95));
	tsim_paired_add(&p, -3);
	g_assert_cmpfloat(tsim_paired_estimate(&p, 0.95).estimate, ==, -3);
	g_assert_false(tsim_paired_significant(&p, 0.95));
	/* t = 7 with one degree of freedom is not enough, t = 12 with two is. */
	tsim_paired_add(&p, -4);
	g_assert_false(tsim_paired_significant(&p, 0.95));
	tsim_paired_add(&p, -3.5);
	g_assert_true(tsim_paired_significant(&p, 0.95));
}

/* McNemar: of five pairs that differ all to one side comes once in 16 times, six once in 32. */
static void test_paired_share(void)
{
	struct tsim_paired p = { 0 };

	g_assert_false(tsim_paired_share_significant(&p, 0.95));
	for (guint i = 0; i < 1000; i++)
		tsim_paired_add(&p, i < 5 ? -1 : 0);
	g_assert_true(tsim_paired_significant(&p, 0.95));
	g_assert_false(tsim_paired_share_significant(&p, 0.95));
	tsim_paired_add(&p, -1);
	g_assert_true(tsim_paired_share_significant(&p, 0.95));
	/* 6 to 1: 2 * 8 / 128 */
	tsim_paired_add(&p, 1);
	g_assert_false(tsim_paired_share_significant(&p, 0.95));
	g_assert_true(tsim_paired_share_significant(&p, 0.87));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/interval/clopper-pearson", test_clopper_pearson);
	g_test_add_func("/interval/clopper-pearson-equations", test_clopper_pearson_equations);
	g_test_add_func("/interval/wilson", test_wilson);
	g_test_add_func("/interval/poisson", test_poisson);
	g_test_add_func("/interval/poisson-large", test_poisson_large);
	g_test_add_func("/interval/no-data", test_no_data);
	g_test_add_func("/interval/proportion", test_proportion);
	g_test_add_func("/interval/coverage", test_coverage);
	g_test_add_func("/interval/inversion", test_inversion);
	g_test_add_func("/interval/ratio", test_ratio);
	g_test_add_func("/interval/ratio-edges", test_ratio_edges);
	g_test_add_func("/interval/ratio-coverage", test_ratio_coverage);
	g_test_add_func("/interval/poisson-coverage", test_poisson_coverage);
	g_test_add_func("/interval/paired-coverage", test_paired_coverage);
	g_test_add_func("/interval/paired", test_paired);
	g_test_add_func("/interval/paired-edges", test_paired_edges);
	g_test_add_func("/interval/paired-share", test_paired_share);
	return g_test_run();
}
