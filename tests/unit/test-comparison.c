/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include <gsl/gsl_cdf.h>

#include "comparison.h"
#include "rng.h"

#define ROUNDS 2000
/* Of 2000 rounds at 95 %: four standard deviations, a false alarm once in 16,000. */
#define TOLERANCE (4 * sqrt(0.95 * 0.05 / ROUNDS))

static void check_close(double x, double expected, double relative)
{
	if (fabs(x - expected) > relative * fabs(expected))
		g_error("%.12g is not %.12g", x, expected);
}

static struct tsim_comparison shares(guint64 ka, guint64 na, guint64 kb, guint64 nb)
{
	struct tsim_estimate a = tsim_proportion(ka, na, 0.95), b = tsim_proportion(kb, nb, 0.95);

	return tsim_compare_shares(ka, na, &a, kb, nb, &b);
}

/* Sums of the hypergeometric law in exact fractions (Python's fractions and math.comb). */
static void test_fisher(void)
{
	static const struct {
		guint64 ka, na, kb, nb;
		double p;
	} cases[] = {
		{ 0, 1000, 5, 1000, 0.0621875785163 },
		{ 14, 60, 6, 60, 0.0846434299907 },
		{ 3, 3000, 1, 1500, 1 },
		{ 1, 9, 11, 12, 0.000741673187494 },
		{ 500, 1000, 560, 1000, 0.00819346102546 },
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct tsim_comparison c =
			shares(cases[i].ka, cases[i].na, cases[i].kb, cases[i].nb);
		struct tsim_comparison swapped =
			shares(cases[i].kb, cases[i].nb, cases[i].ka, cases[i].na);

		check_close(c.p, cases[i].p, 1e-9);
		check_close(swapped.p, cases[i].p, 1e-9);
		check_close(swapped.difference.low, -c.difference.high, 1e-12);
	}
	g_assert_true(isnan(shares(0, 1000, 0, 50).p));
	g_assert_true(isnan(shares(3, 10, 0, 0).p));
	/* Where the normal law takes over, the two are the same to a few percent. */
	check_close(shares(50000, 10000000, 50900, 10000000).p,
		    shares(49999, 10000000, 49999 + 900, 10000000).p, 0.05);
	g_assert_cmpfloat(shares(0, G_MAXINT32, 40, G_MAXINT32).p, <, 1e-8);
}

/* Newcombe (1998), table II, method 10: 56/70 - 48/80 is [0.0524, 0.3339]. */
static void test_newcombe(void)
{
	struct tsim_comparison c = shares(48, 80, 56, 70);

	check_close(c.difference.estimate, 0.2, 1e-12);
	g_assert_cmpfloat(fabs(c.difference.low - 0.0524), <, 0.00006);
	g_assert_cmpfloat(fabs(c.difference.high - 0.3339), <, 0.00006);
}

/* Three pairs of samples of the literature; t by integration of its density. */
static void test_welch(void)
{
	static const struct {
		struct tsim_moments a, b;
		double p, low, high;
	} cases[] = {
		{ { 15, 20.8, 2.8106938645110393 },
		  { 15, 23.0, 1.9493588689617927 },
		  0.0197560245,
		  0.380834253,
		  4.01916575 },
		{ { 10, 20.6, 3.0 },
		  { 20, 22.1, 0.9486832980505138 },
		  0.15412552,
		  -0.668644986,
		  3.66864499 },
		{ { 10, 19.4, 1.1832159566199232 },
		  { 20, 21.6, 4.135214625627067 },
		  0.0370931934,
		  0.142846543,
		  4.25715346 },
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct tsim_comparison c = tsim_compare_means(&cases[i].a, &cases[i].b, 0.95);

		check_close(c.p, cases[i].p, 1e-6);
		check_close(c.difference.low, cases[i].low, 1e-6);
		check_close(c.difference.high, cases[i].high, 1e-6);
	}
}

static void test_welch_edges(void)
{
	struct tsim_moments none = { 10, 0, 0 }, one = { 1, 3, NAN }, same = { 10, 2, 0 },
			    other = { 20, 3, 0 };

	g_assert_true(isnan(tsim_compare_means(&none, &none, 0.95).p));
	g_assert_true(isnan(tsim_compare_means(&one, &none, 0.95).p));
	g_assert_true(isinf(tsim_compare_means(&one, &none, 0.95).difference.low));
	g_assert_cmpfloat(tsim_compare_means(&same, &same, 0.95).p, ==, 1);
	g_assert_cmpfloat(tsim_compare_means(&same, &other, 0.95).p, ==, 0);
	g_assert_cmpfloat(tsim_compare_means(&same, &other, 0.95).difference.estimate, ==, 1);
}

/* Blocks as the lab makes them: each a few percent of all before it. */
static guint32 next_block(guint32 first, guint32 end)
{
	return MIN(end, first + MAX(1, first / 32));
}

/* A difference of a replication: normal, of mean 0.3 ... */
static double normal_difference(const struct tsim_rng *rng, guint32 i)
{
	return 0.3 + 2 * gsl_cdf_ugaussian_Pinv(tsim_rng_uniform(rng, 0, 0, i));
}

/* ... or a rare event that one of the two has: mean 0. */
static double rare_difference(const struct tsim_rng *rng, guint32 i)
{
	double u = tsim_rng_uniform(rng, 0, 1, i);

	return u < 0.005 ? 1 : u < 0.01 ? -1 : 0;
}

static struct tsim_comparison one_round(double (*draw)(const struct tsim_rng *, guint32),
					guint32 round, guint32 n)
{
	struct tsim_rng rng = { 20261122, round };
	struct tsim_block_sums s = { 0 };

	for (guint32 first = 0, end; first < n; first = end) {
		double difference = 0;

		end = next_block(first, n);
		for (guint32 i = first; i < end; i++)
			difference += draw(&rng, i);
		tsim_block_sums_add(&s, difference, end - first);
	}
	return tsim_compare_blocks(&s, 0.95);
}

static void test_block_coverage(void)
{
	guint covered = 0, agree = 0;

	for (guint round = 0; round < ROUNDS; round++) {
		struct tsim_comparison c = one_round(normal_difference, round, 300);

		covered += c.difference.low <= 0.3 && 0.3 <= c.difference.high;
		agree += (c.p < 0.05) == (c.difference.low > 0 || c.difference.high < 0);
	}
	g_assert_cmpfloat(fabs(covered / (double)ROUNDS - 0.95), <, TOLERANCE);
	g_assert_cmpuint(agree, ==, ROUNDS);
}

/* Rare events are where Student's t alone would cry wolf: the sign test must not. */
static void test_block_alarms(void)
{
	guint alarms = 0;

	for (guint round = 0; round < ROUNDS; round++) {
		struct tsim_comparison c = one_round(rare_difference, round, 500);

		alarms += c.p <= 0.05;
	}
	g_assert_cmpfloat(alarms / (double)ROUNDS, <, 0.05 + TOLERANCE);
	g_assert_cmpuint(alarms, >, 0);
}

static void test_block_edges(void)
{
	struct tsim_block_sums s = { 0 };

	g_assert_true(isnan(tsim_compare_blocks(&s, 0.95).p));
	for (guint i = 0; i < 10; i++)
		tsim_block_sums_add(&s, 0, 5);
	g_assert_true(isnan(tsim_compare_blocks(&s, 0.95).p));
	/* Six blocks that differ to one side: 2 / 2^6. */
	for (guint i = 0; i < 6; i++)
		tsim_block_sums_add(&s, -1, 5);
	check_close(tsim_compare_blocks(&s, 0.95).p, 2 / 64., 1e-12);
	check_close(tsim_compare_blocks(&s, 0.95).difference.estimate, -6 / 80., 1e-12);
}

static void test_holm(void)
{
	double p[] = { 0.01, NAN, 0.04, 0.03, 0.005, 0.9, 0.5 };
	static const double expected[] = { 0.05, NAN, 0.12, 0.12, 0.03, 1, 1 };

	tsim_holm(p, G_N_ELEMENTS(p));
	for (guint i = 0; i < G_N_ELEMENTS(p); i++) {
		if (isnan(expected[i]))
			g_assert_true(isnan(p[i]));
		else
			check_close(p[i], expected[i], 1e-12);
	}
	tsim_holm(p, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/comparison/fisher", test_fisher);
	g_test_add_func("/comparison/newcombe", test_newcombe);
	g_test_add_func("/comparison/welch", test_welch);
	g_test_add_func("/comparison/welch-edges", test_welch_edges);
	g_test_add_func("/comparison/block-coverage", test_block_coverage);
	g_test_add_func("/comparison/block-alarms", test_block_alarms);
	g_test_add_func("/comparison/block-edges", test_block_edges);
	g_test_add_func("/comparison/holm", test_holm);
	return g_test_run();
}
