/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * z values of 200 seeds are standard normal, and no two seeds give the same
 * estimates.  Kolmogorov and Smirnov at a false-alarm rate of 1e-3 for each of
 * the three rows; the seeds are fixed, so the answer is always the same.
 *
 * A z of a count is discrete: its law is off the normal one by half a step,
 * 0.4 / sqrt(n p (1 - p)) / 2 at most, 0.01 here, and by its skewness. That is
 * allowed for on top of the critical distance.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "validate.h"

#define SEEDS 200
#define REPLICATIONS 1500
#define ALARM 1e-3
#define DISCRETE 0.01

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The largest distance of the empirical distribution from the normal one. */
static double distance(double *z, guint n)
{
	double d = 0;

	qsort(z, n, sizeof(*z), compare);
	for (guint i = 0; i < n; i++) {
		double p = gsl_cdf_ugaussian_P(z[i]);

		d = fmax(d, fmax(p - (double)i / n, (i + 1.0) / n - p));
	}
	return d;
}

/* Distance that is passed with probability ALARM: 2 exp(-2 x^2), Stephens' correction for n. */
static double critical(guint n)
{
	return sqrt(-log(ALARM / 2) / 2) / (sqrt(n) + 0.12 + 0.11 / sqrt(n));
}

/* The first row of a case. */
static const struct tsim_validate_row *row_of(const char *name)
{
	guint i = 0;

	while (strcmp(tsim_validate_rows[i].kase->name, name))
		i++;
	return &tsim_validate_rows[i];
}

static void check(const char *name)
{
	g_autoptr(GArray) results = g_array_new(FALSE, FALSE, sizeof(struct tsim_validate_result));
	const struct tsim_validate_row *row = row_of(name);
	g_autoptr(GHashTable)
		seen = g_hash_table_new_full(g_double_hash, g_double_equal, g_free, NULL);
	double z[SEEDS], d, mean = 0;

	for (guint seed = 1; seed <= SEEDS; seed++) {
		const struct tsim_validate_result *r;
		g_autoptr(GError) error = NULL;
		double *estimate = g_new(double, 1);

		g_array_set_size(results, 0);
		tsim_validate_one(row, REPLICATIONS, seed, 1, results, &error);
		g_assert_no_error(error);
		r = &g_array_index(results, struct tsim_validate_result, 0);
		g_assert_cmpuint(r->failures, ==, 0);
		g_assert_cmpfloat(fabs(r->z), <, 5);
		z[seed - 1] = r->z;
		mean += r->z / SEEDS;
		*estimate = r->measured.estimate;
		g_hash_table_add(seen, estimate);
	}
	d = distance(z, SEEDS);
	g_test_message("%s: mean z %+.3f, distance %.4f, critical %.4f, %u different estimates",
		       name, mean, d, critical(SEEDS), g_hash_table_size(seen));
	g_assert_cmpfloat(d, <, critical(SEEDS) + DISCRETE);
	/* counts of about 470 with a deviation of 18 can be the same now and then, ratios never are */
	g_assert_cmpuint(g_hash_table_size(seen), >, SEEDS / 4);
}

static void test_share(void)
{
	check("r3");
}

static void test_pieces(void)
{
	check("r6");
}

static void test_ratio(void)
{
	check("r5");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/validate-seeds/share", test_share);
	g_test_add_func("/validate-seeds/pieces", test_pieces);
	g_test_add_func("/validate-seeds/ratio", test_ratio);
	return g_test_run();
}
