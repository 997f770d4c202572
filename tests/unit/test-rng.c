/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include <Random123/philox.h>
#include <gsl/gsl_cdf.h>

#include "rng.h"

/* Known answers of philox4x32-10, from the kat_vectors file of Random123. */
static const struct {
	guint32 counter[4], key[2], result[4];
} known[] = {
	{ { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
	{ { ~0u, ~0u, ~0u, ~0u }, { ~0u, ~0u },
	  { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
	{ { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, { 0xa4093822, 0x299f31d0 },
	  { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
};

static void test_known_answers(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
		const guint32 *c = known[i].counter, *k = known[i].key;
		philox4x32_ctr_t counter = { { c[0], c[1], c[2], c[3] } };
		philox4x32_key_t key = { { k[0], k[1] } };
		philox4x32_ctr_t r = philox4x32(counter, key);

		for (guint j = 0; j < 4; j++)
			g_assert_cmphex(r.v[j], ==, known[i].result[j]);
	}
}

/* Which word of the counter and the key each part of a draw's meaning is. */
static void test_address(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
		const guint32 *c = known[i].counter, *k = known[i].key, *r = known[i].result;
		struct tsim_rng rng = { (guint64)k[1] << 32 | k[0], c[3] };
		guint64 top = ((guint64)r[1] << 32 | r[0]) >> 12;
		double u = tsim_rng_uniform(&rng, c[2], c[1], c[0]);

		g_assert_cmpfloat(u, ==, ldexp((double)(2 * top + 1), -53));
	}
}

static double draw(guint dimension, guint32 i)
{
	struct tsim_rng rng = { 20261122, 3 };

	switch (dimension) {
	case 0:
		return tsim_rng_uniform(&rng, 5, 7, i);
	case 1:
		return tsim_rng_uniform(&rng, 5, i, 11);
	case 2:
		return tsim_rng_uniform(&rng, i, 7, 11);
	case 3:
		rng.replication = i;
		return tsim_rng_uniform(&rng, 5, 7, 11);
	default:
		rng.seed = i;
		return tsim_rng_uniform(&rng, 5, 7, 11);
	}
}

#define N 500000
#define FALSE_ALARM 1e-6	/* of each check, were the seed not fixed */

static void check_chi2(const guint *cells, guint n_cells, double expected)
{
	double chi2 = 0;

	for (guint i = 0; i < n_cells; i++)
		chi2 += (cells[i] - expected) * (cells[i] - expected) / expected;
	/* Too even is as bad as too uneven. */
	g_assert_cmpfloat(chi2, <, gsl_cdf_chisq_Qinv(FALSE_ALARM / 2, n_cells - 1));
	g_assert_cmpfloat(chi2, >, gsl_cdf_chisq_Pinv(FALSE_ALARM / 2, n_cells - 1));
}

/* Draws whose meanings differ in one part only are uniform. */
static void test_uniformity(void)
{
	for (guint dimension = 0; dimension < 5; dimension++) {
		guint cells[1000] = { 0 };

		for (guint32 i = 0; i < N; i++) {
			double u = draw(dimension, i);

			g_assert_true(u > 0 && u < 1);
			cells[(guint)(u * 1000)]++;
		}
		check_chi2(cells, 1000, N / 1000.0);
	}
}

/* Draws of neighbouring meanings are independent: their pairs fill the square evenly. */
static void test_independence(void)
{
	for (guint dimension = 0; dimension < 5; dimension++) {
		guint cells[32 * 32] = { 0 };

		for (guint32 i = 0; i < N; i += 2)
			cells[(guint)(draw(dimension, i) * 32) * 32 +
			      (guint)(draw(dimension, i + 1) * 32)]++;
		check_chi2(cells, 32 * 32, N / 2 / 1024.0);
	}
}

/*
 * The lowest digits count too: 32-bit uniforms would leave the bits below
 * 2^-32 constant.  Bits 2^-33 to 2^-40 as a byte must be uniform.
 */
static void test_low_bits(void)
{
	guint cells[256] = { 0 };

	for (guint32 i = 0; i < N; i++)
		cells[(guint64)ldexp(draw(0, i), 40) & 0xff]++;
	check_chi2(cells, 256, N / 256.0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rng/known-answers", test_known_answers);
	g_test_add_func("/rng/address", test_address);
	g_test_add_func("/rng/uniformity", test_uniformity);
	g_test_add_func("/rng/independence", test_independence);
	g_test_add_func("/rng/low-bits", test_low_bits);
	return g_test_run();
}
