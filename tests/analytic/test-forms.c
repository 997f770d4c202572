/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The closed forms against values that were computed independently of this
 * code (scipy, and a Monte Carlo program in numpy).  They were printed to nine
 * digits or more: half a unit of the ninth is the tolerance.
 */
#include <glib.h>
#include <math.h>

#include "forms.h"

#define HALF_UNIT 5e-9

static void check(double value, double published)
{
	g_assert_cmpfloat_with_epsilon(value / published, 1, HALF_UNIT);
}

static void test_race(void)
{
	check(form_r1(1, 1, 1, 1, 1), 6.25e-02);
	check(form_r1(10, 1, .5, 2, 20), 4.810004810e-04);
	check(form_r1(1000, 1, 1, 10, 100), 8.982925256570e-10);
	check(form_r3(1, 1, .2, .5, .1, 1), 3.121909518e-01);
	check(form_r3(1, 30, .1, .5, .005, 1), 2.000721161e-02);
	check(form_r3(.1, 30, .1, .5, .005, 1), 1.944098606e-04);
	check(form_r3(.01, 30, .02, .2, .005, 1), 1.302936486e-06);
	check(form_r3(.005, 30, .02, .2, .002, 1), 4.990788578e-08);
}

static void test_uniform_removal(void)
{
	check(form_r2_exponential(1, .1), .7225450222);
	check(form_r2_exponential(1, 1), .1484955068);
	check(form_r2_exponential(1, 20), 9.404856431e-11);
	check(form_r2_lognormal(1, .5, .2), .7734690981);
	check(form_r2_lognormal(1, 1, 1), .2384217081);
	check(form_r2_lognormal(1, 1, 5), 1.637922329e-02);
	check(form_r4(1, 1, 1, .05, 5, .02), .3540513723);
	check(form_r4(.1, 1, 5, .02, 5, .01), 4.742279463e-03);
	check(form_r4(.01, 1.2, 30, .005, 10, .001), 4.989763200e-05);
}

/* With ever more pieces a write at x meets a sweep: R2 with s = x. */
static void test_pieces(void)
{
	check(form_r6(1, 1, .5, 1), .7558914042);
	check(form_r6(1, 1, .5, 4), .5393580424);
	check(form_r2_lognormal(1, 1, .5), .4430649254);
	g_assert_cmpfloat_with_epsilon(form_r6(1, 1, .5, 1000000), form_r2_lognormal(1, 1, .5),
				       1e-6);
}

static void test_stall(void)
{
	struct stall_form s = form_s1(moments_lognormal(1, 1), 9, 2);

	check(s.wait, .154828099);
	check(s.mean_wait, .3469456994);
	s = form_s1(moments_exponential(1), 9, 2);
	check(s.wait, .1);
	check(s.mean_wait, .1);
	s = form_s1(moments_fixed(1), 9, 2);
	check(s.mean_wait, .05);
	/* with a fixed cycle the waits are a binomial share of a Poisson number of mean 20 */
	check(s.wait_sd, sqrt(.1 * .9 / 20));
	check(form_s2(1, 2, 1), .125);
	check(form_s2(5, 3, 1), .4822530864);
	check(form_s4(10, 1, 1), .1);
	check(form_s4(10, 2, 3), .5333333333);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/forms/race", test_race);
	g_test_add_func("/forms/uniform-removal", test_uniform_removal);
	g_test_add_func("/forms/pieces", test_pieces);
	g_test_add_func("/forms/stall", test_stall);
	return g_test_run();
}
