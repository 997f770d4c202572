/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include <glib.h>

#include "ks.h"

static void test_distance(void)
{
	static const double a[] = { 1, 2, 3, 4 }, b[] = { 2.5, 2.6 }, c[] = { 2, 2, 2, 3 },
			    d[] = { 9 };

	g_assert_cmpfloat(tsim_ks_distance(a, 4, a, 4), ==, 0);
	g_assert_cmpfloat(tsim_ks_distance(a, 4, b, 2), ==, 0.5);
	g_assert_cmpfloat(tsim_ks_distance(b, 2, a, 4), ==, 0.5);
	g_assert_cmpfloat(tsim_ks_distance(a, 4, c, 4), ==, 0.25);
	g_assert_cmpfloat(tsim_ks_distance(a, 4, d, 1), ==, 1);
}

/* The usual tables: 1.358 at 5 %, 1.628 at 1 %, 1.949 at 0.1 %. */
static void test_p(void)
{
	g_assert_cmpfloat_with_epsilon(tsim_ks_p(1.3581 / 1000, 1e6, INFINITY), 0.05, 1e-4);
	g_assert_cmpfloat_with_epsilon(tsim_ks_p(1.6276 / 1000, 1e6, INFINITY), 0.01, 1e-4);
	g_assert_cmpfloat_with_epsilon(tsim_ks_p(1.9495 / 1000, 2e6, 2e6), 0.001, 1e-5);
	/* exact for 10 samples: 0.409 at 5 %, 0.489 at 1 % */
	g_assert_cmpfloat_with_epsilon(tsim_ks_p(0.409, 10, INFINITY), 0.05, 0.002);
	g_assert_cmpfloat_with_epsilon(tsim_ks_p(0.489, 10, INFINITY), 0.01, 0.001);
	g_assert_cmpfloat(tsim_ks_p(0, 10, 10), ==, 1);
	g_assert_cmpfloat(tsim_ks_p(1, 1000, 1000), <, 1e-100);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ks/distance", test_distance);
	g_test_add_func("/ks/p", test_p);
	return g_test_run();
}
