/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Does the law of samples with sizes say what samples say that it has not seen?
 *
 * The law is made of every other sample, beginning with the first.  In each
 * class of sizes, a factor of two, the rest is compared with what the law
 * gives at their sizes (Kolmogorov and Smirnov).  The law is itself of a
 * sample, that of the class more or less, so the test is one of two samples.
 */
#include "samples-ks.h"

#include <string.h>

#include "ks.h"

#define N_CLASSES 63
#define MIN_SAMPLES 8 /* of either half: with fewer nothing can be seen */
#define QUANTILES 64 /* of the law at the size of each sample */

static int class_of(guint64 bytes)
{
	return 63 - __builtin_clzll(bytes);
}

static int compare_reals(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void add(GArray *values, double value)
{
	g_array_append_val(values, value);
}

static TsimLaw *fit(const struct tsim_law_sample *samples, gsize n)
{
	g_autofree struct tsim_law_sample *odd = g_new(struct tsim_law_sample, (n + 1) / 2);

	for (gsize i = 0; i < n; i += 2)
		odd[i / 2] = samples[i];
	return tsim_law_new_empirical(odd, (n + 1) / 2);
}

static void add_law(GArray *values, const TsimLaw *law, guint64 bytes)
{
	for (guint q = 0; q < QUANTILES; q++)
		add(values, (double)tsim_law_quantile_sized_ns(law, bytes, (q + 0.5) / QUANTILES));
}

static struct tsim_ks_class test_class(const TsimLaw *law, const struct tsim_law_sample *samples,
				       gsize n, int k)
{
	struct tsim_ks_class c = { .low = G_GUINT64_CONSTANT(1) << k, .p = 1 };
	g_autoptr(GArray) seen = g_array_new(FALSE, FALSE, sizeof(double));
	g_autoptr(GArray) said = g_array_new(FALSE, FALSE, sizeof(double));

	for (gsize i = 0; i < n; i++) {
		if (class_of(samples[i].bytes) != k)
			continue;
		if (i % 2 == 0) {
			c.fitted++;
			continue;
		}
		c.tested++;
		add(seen, (double)samples[i].ns);
		add_law(said, law, samples[i].bytes);
	}
	if (c.fitted < MIN_SAMPLES || c.tested < MIN_SAMPLES)
		return c;
	g_array_sort(seen, compare_reals);
	g_array_sort(said, compare_reals);
	c.distance = tsim_ks_distance((const double *)seen->data, seen->len,
				      (const double *)said->data, said->len);
	c.p = tsim_ks_p(c.distance, c.fitted, c.tested);
	return c;
}

/**
 * tsim_samples_ks() - test every class of sizes that has enough samples
 * @samples: with sizes, in the order in which they were measured; counts are ignored
 *
 * Return: (transfer full) (element-type struct tsim_ks_class): by size
 */
GArray *tsim_samples_ks(const struct tsim_law_sample *samples, gsize n)
{
	g_autoptr(TsimLaw) law = fit(samples, n);
	GArray *classes = g_array_new(FALSE, FALSE, sizeof(struct tsim_ks_class));

	for (int k = 0; k < N_CLASSES; k++) {
		struct tsim_ks_class c = test_class(law, samples, n, k);

		if (c.fitted >= MIN_SAMPLES && c.tested >= MIN_SAMPLES)
			g_array_append_val(classes, c);
	}
	return classes;
}
