/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include <gsl/gsl_cdf.h>

#include "quantile.h"
#include "rng.h"

#define CONFIDENCE 0.95
#define ROUNDS 1000
/* Four standard deviations of the share of 1000 rounds: a false alarm once in 30,000. */
#define TOLERANCE (4 * sqrt(CONFIDENCE * (1 - CONFIDENCE) / ROUNDS))

static TsimHistogram *count_to(guint n)
{
	TsimHistogram *h = tsim_histogram_new();

	for (guint i = 1; i <= n; i++)
		tsim_histogram_add(h, i);
	return h;
}

static void assert_limits(guint n, double q, double low, double high)
{
	g_autoptr(TsimHistogram) h = count_to(n);
	struct tsim_estimate e = tsim_quantile_estimate(h, q, NULL, CONFIDENCE);

	g_assert_cmpfloat(e.low, ==, low);
	g_assert_cmpfloat(e.high, ==, high);
	g_assert_cmpfloat(e.estimate, ==, tsim_histogram_quantile_ns(h, q));
}

/*
 * Of independent values the ranks of the tables: for the median of 100 the 40th and the 61st
 * (Conover, Practical Nonparametric Statistics: P = 0.965), none for five.
 */
static void test_ranks(void)
{
	guint rank = 0;

	assert_limits(100, 0.5, 40, 61);
	assert_limits(6, 0.5, 1, 6);
	assert_limits(5, 0.5, -INFINITY, INFINITY);
	/* 0.99^250 = 0.08: the longest of 250 may well be below the p99. */
	while (gsl_cdf_binomial_P(rank, 0.99, 250) <= 0.025)
		rank++;
	assert_limits(250, 0.99, rank, INFINITY);
}

/* What is found at a rank, and how many are below. */
static void test_histogram(void)
{
	g_autoptr(TsimHistogram) h = count_to(200);
	tsim_ns low, high;

	g_assert_cmpuint(tsim_histogram_below(h, 7, TRUE), ==, 7);
	g_assert_cmpuint(tsim_histogram_below(h, 7, FALSE), ==, 6);
	g_assert_cmpuint(tsim_histogram_below(h, G_MAXINT64, TRUE), ==, 200);
	tsim_histogram_rank(h, 7, &low, &high);
	g_assert_cmpint(low, ==, 7);
	g_assert_cmpint(high, ==, 7);
	tsim_histogram_add(h, 1000001);
	tsim_histogram_add(h, 1000002);
	tsim_histogram_add(h, 1100000);
	tsim_histogram_rank(h, 201, &low, &high);
	g_assert_cmpint(low, <=, 1000001);
	g_assert_cmpint(high, >=, 1000001);
	g_assert_cmpint(high - low, <, 1000001 / 128);
	tsim_histogram_rank(h, 999, &low, &high);
	g_assert_cmpint(high, ==, 1100000);
}

static double normal(const struct tsim_rng *rng, guint32 entity, guint32 index)
{
	return gsl_cdf_ugaussian_Pinv(tsim_rng_uniform(rng, entity, 0, index));
}

/*
 * A replication of 5 to 25 values, log-normal with a part in common: its share of the variance
 * is @common.  The law of a value is log-normal(0, 1) whatever the share.
 */
static void add_replication(TsimHistogram *h, const struct tsim_rng *rng, guint32 r, double common)
{
	guint32 n = 5 + 21 * tsim_rng_uniform(rng, r, 1, 0);
	double shift = sqrt(common) * normal(rng, r, 0);

	for (guint32 i = 1; i <= n; i++)
		tsim_histogram_add(h, 1e6 * exp(shift + sqrt(1 - common) * normal(rng, r, i)));
}

struct trial {
	double common;
	guint n; /* replications */
	guint sections; /* of one to so many each; 1: a section is a replication */
	gboolean naive; /* take the values for independent */
};

/* One experiment: is the quantile, which is known, in the interval? */
static gboolean covers(const struct trial *t, guint32 round, double q)
{
	struct tsim_rng rng = { 20261122, round };
	g_autoptr(TsimHistogram) all = tsim_histogram_new();
	g_autoptr(GPtrArray)
		parts = g_ptr_array_new_with_free_func((GDestroyNotify)tsim_histogram_free);
	g_autofree guint *weights = g_new0(guint, t->n);
	double truth = 1e6 * exp(gsl_cdf_ugaussian_Pinv(q));
	struct tsim_sections s = { 0 };
	struct tsim_level level;
	struct tsim_estimate e;

	for (guint r = 0; r < t->n;) {
		TsimHistogram *part = tsim_histogram_new();
		guint size = MIN(1 + parts->len % t->sections, t->n - r);

		weights[parts->len] = size;
		for (guint end = r + size; r < end; r++)
			add_replication(part, &rng, r, t->common);
		g_ptr_array_add(parts, part);
		tsim_histogram_merge(all, part);
	}
	level = tsim_quantile_level(all, q);
	for (guint i = 0; i < parts->len; i++)
		tsim_sections_add(&s, g_ptr_array_index(parts, i), &level, weights[i]);
	e = tsim_quantile_estimate(all, q, t->naive ? NULL : &s, CONFIDENCE);
	return e.low <= truth && truth <= e.high;
}

static double coverage(const struct trial *t, double q)
{
	guint n = 0;

	for (guint32 round = 0; round < ROUNDS; round++)
		n += covers(t, round, q);
	g_test_message("common %g, %u replications, p%g%s: %.4f", t->common, t->n, 100 * q,
		       t->naive ? ", naive" : "", (double)n / ROUNDS);
	return (double)n / ROUNDS;
}

/*
 * The interval holds for values that hang together, of sections of any size.  Of 600 values six
 * are beyond p99, in three or four of 40 replications: their variance is not well known, and the
 * coverage a little less (0.93).
 */
static void test_coverage(void)
{
	static const struct trial trials[] = {
		{ 0.5, 40, 1, FALSE },
		{ 0.5, 60, 3, FALSE },
		{ 0, 40, 1, FALSE },
	};
	static const double q[] = { 0.5, 0.9, 0.99 };

	for (guint i = 0; i < G_N_ELEMENTS(trials); i++)
		for (guint k = 0; k < G_N_ELEMENTS(q); k++)
			g_assert_cmpfloat(coverage(&trials[i], q[k]), >,
					  CONFIDENCE - TOLERANCE - (q[k] > 0.95 ? 0.02 : 0));
}

/* Taken for independent, the same values promise far too much. */
static void test_naive(void)
{
	const struct trial trial = { 0.5, 40, 1, TRUE };

	g_assert_cmpfloat(coverage(&trial, 0.5), <, 0.7);
}

/* Of independent values it is as short as it can be: hardly covers more. */
static void test_not_too_wide(void)
{
	const struct trial trial = { 0, 100, 1, FALSE };

	g_assert_cmpfloat(coverage(&trial, 0.5), <, 0.98);
}

/* Sections that cannot differ say nothing of each other, nor does one alone. */
static void test_few(void)
{
	g_autoptr(TsimHistogram) h = tsim_histogram_new();
	struct tsim_sections s = { 0 };
	struct tsim_level level;
	struct tsim_estimate e;

	for (guint i = 0; i < 1000; i++)
		tsim_histogram_add(h, 5);
	level = tsim_quantile_level(h, 0.5);
	tsim_sections_add(&s, h, &level, 1);
	e = tsim_quantile_estimate(h, 0.5, &s, CONFIDENCE);
	g_assert_true(isinf(e.low) && isinf(e.high));
	g_assert_cmpfloat(e.estimate, ==, 5);
	tsim_sections_add(&s, h, &level, 1);
	tsim_histogram_merge(h, h);
	e = tsim_quantile_estimate(h, 0.5, &s, CONFIDENCE);
	g_assert_true(isinf(e.low) && isinf(e.high));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/quantile/ranks", test_ranks);
	g_test_add_func("/quantile/histogram", test_histogram);
	g_test_add_func("/quantile/coverage", test_coverage);
	g_test_add_func("/quantile/naive", test_naive);
	g_test_add_func("/quantile/not-too-wide", test_not_too_wide);
	g_test_add_func("/quantile/few", test_few);
	return g_test_run();
}
