/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "histogram.h"

/* A duration of random length, so that every magnitude occurs. */
static tsim_ns random_value(GRand *rand)
{
	guint64 bits = (guint64)g_rand_int(rand) << 32 | g_rand_int(rand);

	return (tsim_ns)(bits >> g_rand_int_range(rand, 1, 64));
}

static int compare(const void *a, const void *b)
{
	tsim_ns x = *(const tsim_ns *)a, y = *(const tsim_ns *)b;

	return (x > y) - (x < y);
}

static TsimHistogram *of_values(const tsim_ns *values, guint n)
{
	TsimHistogram *h = tsim_histogram_new();

	for (guint i = 0; i < n; i++)
		tsim_histogram_add(h, values[i]);
	return h;
}

static GByteArray *encode(const TsimHistogram *h)
{
	GByteArray *bytes = g_byte_array_new();

	tsim_histogram_encode(h, bytes);
	return bytes;
}

/* The encoding is canonical: equal bytes are equal histograms. */
static void check_equal(const TsimHistogram *a, const TsimHistogram *b)
{
	g_autoptr(GByteArray) x = encode(a);
	g_autoptr(GByteArray) y = encode(b);

	g_assert_cmpmem(x->data, x->len, y->data, y->len);
}

static void test_empty(void)
{
	g_autoptr(TsimHistogram) h = tsim_histogram_new();

	g_assert_cmpuint(tsim_histogram_count(h), ==, 0);
	g_assert_cmpint(tsim_histogram_min_ns(h), ==, 0);
	g_assert_cmpint(tsim_histogram_max_ns(h), ==, 0);
	g_assert_cmpint(tsim_histogram_quantile_ns(h, 0.5), ==, 0);
	g_assert_cmpint(tsim_histogram_quantile_ns(h, 1), ==, 0);
	g_assert_cmpfloat(tsim_histogram_total_ns(h), ==, 0);
}

static void test_exact_below_256(void)
{
	g_autoptr(TsimHistogram) h = tsim_histogram_new();

	for (tsim_ns v = 0; v < 256; v++)
		tsim_histogram_add(h, v);
	for (int k = 1; k <= 256; k++)
		g_assert_cmpint(tsim_histogram_quantile_ns(h, k / 256.0), ==, k - 1);
	g_assert_cmpfloat(tsim_histogram_total_ns(h), ==, 255 * 128);
}

/* 7 of 100: 0.07 * 100 is a little above 7 in a double, and must not become 8. */
static void test_rank(void)
{
	g_autoptr(TsimHistogram) h = tsim_histogram_new();

	for (tsim_ns v = 1; v <= 100; v++)
		tsim_histogram_add(h, v);
	for (int percent = 1; percent <= 100; percent++)
		g_assert_cmpint(tsim_histogram_quantile_ns(h, percent / 100.0), ==, percent);
	g_assert_cmpint(tsim_histogram_quantile_ns(h, 0.071), ==, 8);
	g_assert_cmpint(tsim_histogram_quantile_ns(h, 0), ==, 1);
	g_assert_cmpint(tsim_histogram_quantile_ns(h, -1), ==, 1);
	g_assert_cmpint(tsim_histogram_quantile_ns(h, 2), ==, 100);
}

static void check_error(tsim_ns answer, tsim_ns truth)
{
	tsim_ns error = answer > truth ? answer - truth : truth - answer;

	if (truth < 256)
		g_assert_cmpint(error, ==, 0);
	else	/* in integers: 256 * error <= truth would overflow */
		g_assert_cmpint(error, <=, truth / 256);
}

/* Between the values, so that neither neighbour's clamp to min and max can hide an error. */
static void check_one(tsim_ns v)
{
	const tsim_ns values[] = { 0, v, G_MAXINT64 };
	g_autoptr(TsimHistogram) h = of_values(values, 3);

	check_error(tsim_histogram_quantile_ns(h, 0.5), v);
}

static void test_error_bound(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(20261122);

	for (guint shift = 0; shift < 63; shift++)
		for (tsim_ns d = -1; d <= 1; d++)
			check_one((G_GINT64_CONSTANT(1) << shift) + d);
	for (int i = 0; i < 2000; i++)
		check_one(random_value(rand));
	check_one(G_MAXINT64);
	check_one(G_MAXINT64 - 1);
}

/* Quantiles, total, minimum and maximum against the sorted values. */
static void test_against_sorted(void)
{
	static const double shares[] = { 0.001, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999 };
	g_autoptr(GRand) rand = g_rand_new_with_seed(1);
	unsigned __int128 total = 0;
	tsim_ns values[10000];
	g_autoptr(TsimHistogram) h = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
		values[i] = random_value(rand);
		total += (guint64)values[i];
	}
	h = of_values(values, G_N_ELEMENTS(values));
	qsort(values, G_N_ELEMENTS(values), sizeof(*values), compare);
	for (guint i = 0; i < G_N_ELEMENTS(shares); i++)
		check_error(tsim_histogram_quantile_ns(h, shares[i]),
			    values[(guint)lround(shares[i] * G_N_ELEMENTS(values)) - 1]);
	g_assert_cmpuint(tsim_histogram_count(h), ==, G_N_ELEMENTS(values));
	g_assert_cmpint(tsim_histogram_min_ns(h), ==, values[0]);
	g_assert_cmpint(tsim_histogram_max_ns(h), ==, values[G_N_ELEMENTS(values) - 1]);
	g_assert_cmpfloat(tsim_histogram_total_ns(h), ==, (double)total);
}

/* 1 ns counts beside 2^63: a sum in doubles would lose it, one in 64 bits overflow. */
static void test_total(void)
{
	g_autoptr(TsimHistogram) h = tsim_histogram_new();
	g_autoptr(TsimHistogram) one = tsim_histogram_new();

	for (int i = 0; i < 4; i++)
		tsim_histogram_add(h, G_MAXINT64);
	tsim_histogram_add(one, 4);
	tsim_histogram_merge(h, one);
	g_assert_cmpfloat(tsim_histogram_total_ns(h), ==, 0x1p65);
}

static void test_merge(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(2);
	tsim_ns values[1000];
	g_autoptr(TsimHistogram) a = NULL, b = NULL, both = NULL;

	for (guint i = 0; i < 1000; i++)
		values[i] = random_value(rand);
	a = of_values(values, 300);
	b = of_values(values + 300, 700);
	both = of_values(values, 1000);
	tsim_histogram_merge(b, a);
	check_equal(b, both);
	/* An empty one changes nothing, nor does it pass on a minimum of 0. */
	tsim_histogram_reset(a);
	tsim_histogram_merge(b, a);
	check_equal(b, both);
	tsim_histogram_merge(a, b);
	check_equal(a, both);
}

static void test_reset(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(3);
	g_autoptr(TsimHistogram) h = tsim_histogram_new();
	g_autoptr(TsimHistogram) empty = tsim_histogram_new();

	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < 100; i++)
			tsim_histogram_add(h, random_value(rand));
		tsim_histogram_reset(h);
		check_equal(h, empty);
		g_assert_cmpint(tsim_histogram_max_ns(h), ==, 0);
	}
	tsim_histogram_add(h, 500);
	g_assert_cmpint(tsim_histogram_min_ns(h), ==, 500);
	g_assert_cmpint(tsim_histogram_max_ns(h), ==, 500);
}

struct seen {
	tsim_ns before;
	guint64 count;
};

static void visit(tsim_ns low, tsim_ns high, guint64 count, void *data)
{
	struct seen *seen = data;

	g_assert_cmpint(low, >, seen->before);
	g_assert_cmpint(high, >=, low);
	g_assert_cmpuint(count, >, 0);
	seen->before = high;
	seen->count += count;
}

static void test_foreach(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(4);
	g_autoptr(TsimHistogram) h = tsim_histogram_new();
	struct seen seen = { -1, 0 };

	for (int i = 0; i < 5000; i++)
		tsim_histogram_add(h, random_value(rand));
	tsim_histogram_add(h, G_MAXINT64);
	tsim_histogram_foreach(h, visit, &seen);
	g_assert_cmpuint(seen.count, ==, 5001);
	g_assert_cmpint(seen.before, ==, G_MAXINT64);
}

static void test_codec(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(5);

	for (guint n = 0; n < 300; n = n * 2 + 1) {
		g_autoptr(TsimHistogram) h = tsim_histogram_new();
		g_autoptr(TsimHistogram) back = tsim_histogram_new();
		g_autoptr(GByteArray) bytes = NULL;
		const guint8 *p;

		for (guint i = 0; i < n; i++)
			tsim_histogram_add(h, i % 7 ? random_value(rand) : G_MAXINT64);
		bytes = encode(h);
		/* What follows in the message is left alone. */
		g_byte_array_append(bytes, (const guint8 *)"x", 1);
		p = bytes->data;
		g_assert_true(tsim_histogram_decode_merge(back, &p, bytes->data + bytes->len));
		g_assert_true(p == bytes->data + bytes->len - 1);
		check_equal(h, back);
		/* A second time it merges. */
		p = bytes->data;
		g_assert_true(tsim_histogram_decode_merge(back, &p, bytes->data + bytes->len));
		tsim_histogram_merge(h, h);
		check_equal(h, back);
	}
}

/* A damaged message is refused and changes nothing, unless it happens to be another histogram. */
static void test_codec_damage(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(6);
	const tsim_ns values[] = { 0, 3, 300, 300, 1000000, 123456789012, G_MAXINT64 };
	g_autoptr(TsimHistogram) h = of_values(values, G_N_ELEMENTS(values));
	g_autoptr(TsimHistogram) target = of_values(values, 2);
	g_autoptr(TsimHistogram) before = of_values(values, 2);
	g_autoptr(GByteArray) bytes = encode(h);

	for (guint n = 0; n < bytes->len; n++) {
		const guint8 *p = bytes->data;

		g_assert_false(tsim_histogram_decode_merge(target, &p, bytes->data + n));
		check_equal(target, before);
	}
	for (int i = 0; i < 20000; i++) {
		g_autofree guint8 *copy = g_memdup2(bytes->data, bytes->len);
		const guint8 *p = copy;

		copy[g_rand_int_range(rand, 0, (gint32)bytes->len)] ^=
			(guint8)(1u << g_rand_int_range(rand, 0, 8));
		if (tsim_histogram_decode_merge(target, &p, copy + bytes->len)) {
			tsim_histogram_reset(target);
			tsim_histogram_merge(target, before);
		}
		check_equal(target, before);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/histogram/empty", test_empty);
	g_test_add_func("/histogram/exact-below-256", test_exact_below_256);
	g_test_add_func("/histogram/rank", test_rank);
	g_test_add_func("/histogram/error-bound", test_error_bound);
	g_test_add_func("/histogram/against-sorted", test_against_sorted);
	g_test_add_func("/histogram/total", test_total);
	g_test_add_func("/histogram/merge", test_merge);
	g_test_add_func("/histogram/reset", test_reset);
	g_test_add_func("/histogram/foreach", test_foreach);
	g_test_add_func("/histogram/codec", test_codec);
	g_test_add_func("/histogram/codec-damage", test_codec_damage);
	return g_test_run();
}
