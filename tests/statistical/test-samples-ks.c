/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The test of empirical laws by Kolmogorov and Smirnov: on samples of a known
 * law it rejects no more often than it says, it sees a law that is wrong, and
 * the measured discards pass.
 */
#include <math.h>

#include <glib.h>
#include <gsl/gsl_cdf.h>

#include "config.h"
#include "error.h"
#include "rng.h"
#include "samples-ks.h"

#define N 2000
#define RUNS 100
/* 1,200 tests of one p each: by chance a run of this program fails once in 800 times at most. */
#define ALARM 1e-6

/* Sizes that are powers of two, and sizes between; latency (50 us + bytes / 2 GB/s) * lognormal. */
static struct tsim_law_sample draw(const struct tsim_rng *rng, guint32 i, double late)
{
	double u = tsim_rng_uniform(rng, 0, 1, i), v = tsim_rng_uniform(rng, 0, 2, i);
	double z = gsl_cdf_ugaussian_Pinv(tsim_rng_uniform(rng, 0, 3, i));
	double bytes = v < 0.7 ? exp2(12 + 2 * floor(6 * u)) : exp2(12 + 12 * u);

	return (struct tsim_law_sample){
		(guint64)bytes, (tsim_ns)((50e3 + bytes / 2) * exp(0.4 * z) * (i % 2 ? late : 1)), 1
	};
}

static GArray *run(guint32 seed, double late)
{
	g_autofree struct tsim_law_sample *samples = g_new(struct tsim_law_sample, N);
	const struct tsim_rng rng = { seed, 0 };

	for (guint32 i = 0; i < N; i++)
		samples[i] = draw(&rng, i, late);
	return tsim_samples_ks(samples, N);
}

/* Shares of p below 5 % and 1 %, against what a binomial count exceeds once in a million times. */
static void test_false_alarms(void)
{
	guint n = 0, below5 = 0, below1 = 0;

	for (guint32 seed = 1; seed <= RUNS; seed++) {
		g_autoptr(GArray) classes = run(seed, 1);

		for (guint i = 0; i < classes->len; i++) {
			double p = g_array_index(classes, struct tsim_ks_class, i).p;

			n++;
			below5 += p < 0.05;
			below1 += p < 0.01;
			g_assert_cmpfloat(p, >, ALARM);
		}
	}
	g_test_message("%u tests, %u below 5 %%, %u below 1 %%", n, below5, below1);
	g_assert_cmpuint(n, >=, 10 * RUNS);
	g_assert_cmpfloat(gsl_cdf_ugaussian_Q((below5 - 0.05 * n) / sqrt(0.0475 * n)), >, ALARM);
	g_assert_cmpfloat(gsl_cdf_ugaussian_Q((below1 - 0.01 * n) / sqrt(0.0099 * n)), >, ALARM);
	/* nor is it blind: a test that never rejects proves nothing */
	g_assert_cmpuint(below5, >, n / 200);
}

/* A law whose times are a third too short is seen in most classes, each time in one at least. */
static void test_power(void)
{
	for (guint32 seed = 1; seed <= 10; seed++) {
		g_autoptr(GArray) classes = run(seed, 1.5);
		double least = 1;

		for (guint i = 0; i < classes->len; i++)
			least = fmin(least, g_array_index(classes, struct tsim_ks_class, i).p);
		g_assert_cmpfloat(least, <, 1e-4 / classes->len);
	}
}

static void test_measured(void)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = tsim_data_file("presets/virtio-blk-discard.csv", &error);
	g_autoptr(GArray) samples = NULL, classes = NULL;

	g_assert_no_error(error);
	samples = tsim_law_read_file(path, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(samples->len, ==, 6645);
	classes = tsim_samples_ks((const struct tsim_law_sample *)samples->data, samples->len);
	g_assert_cmpuint(classes->len, ==, 15);
	for (guint i = 0; i < classes->len; i++) {
		const struct tsim_ks_class *c = &g_array_index(classes, struct tsim_ks_class, i);

		g_test_message("%10" G_GUINT64_FORMAT " %4u %4u D %.4f p %.3g", c->low, c->fitted,
			       c->tested, c->distance, c->p);
		g_assert_cmpfloat(c->p, >, 1e-4 / classes->len);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/samples-ks/measured", test_measured);
	g_test_add_func("/samples-ks/false-alarms", test_false_alarms);
	g_test_add_func("/samples-ks/power", test_power);
	return g_test_run();
}
