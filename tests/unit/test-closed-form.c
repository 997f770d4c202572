/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The closed forms against numbers that SciPy gave, to the digits that were
 * noted, and against each other where two forms meet.
 */
#include <math.h>

#include <glib.h>

#include "closed-form.h"

#define EXP(mean) ((struct tsim_form_law){ TSIM_FORM_EXPONENTIAL, mean, 0 })
#define LOGN(median, sigma) ((struct tsim_form_law){ TSIM_FORM_LOGNORMAL, median, sigma })
#define FIXED(value) ((struct tsim_form_law){ TSIM_FORM_FIXED, value, 0 })

/* @digits significant digits were noted: half a unit of the last, or what 1e-9 leaves of it. */
static void check(double x, double noted, int digits)
{
	double unit = pow(10, floor(log10(fabs(noted))) + 1 - digits);

	if (fabs(x - noted) > 0.501 * unit)
		g_error("%.14g is not %.*g", x, digits, noted);
}

static void check_close(double x, double y, double relative)
{
	if (fabs(x - y) > relative * fabs(y))
		g_error("%.14g is not %.14g", x, y);
}

static void test_r1(void)
{
	check(tsim_form_r1(1, 1, 1, 1, 1), 6.25e-02, 10);
	check(tsim_form_r1(10, 1, .5, 2, 20), 4.810004810e-04, 10);
	check(tsim_form_r1(1000, 1, 1, 10, 100), 8.98292525657e-10, 12);
	check(tsim_form_r1_latent(1, 1, 1, 1, 1), .125, 10);
}

/* One copy is lost if the write comes within D1 + D2, both if within D1. */
static void test_r1_latent(void)
{
	double h = 1e-5, mu = 2;
	double above = tsim_form_r1(mu + h, 1, .5, 3, 4), below = tsim_form_r1(mu - h, 1, .5, 3, 4);

	check_close(tsim_form_r1_latent(mu, 1, .5, 3, 4), -mu * (above - below) / (2 * h), 1e-8);
}

/* By hand: of three of one rate each is the last with 1/3; a step wins against L with 1/2. */
static void test_power(void)
{
	check(tsim_form_power_ack(1, 1, 1), 1. / 3, 10);
	check(tsim_form_power_flush(1, 1, 1), .25, 10);
	/* a power that lasts, commits all the time: every discard is lost data */
	check_close(tsim_form_power_ack(1, 1e-9, 1), 1, 1e-8);
	check_close(tsim_form_power_flush(2, 1, 1e12), 2. / 3, 1e-8);
	check_close(tsim_form_power_ack(2, 1, 1e12), 2. / 3, 1e-8);
}

static void test_r2(void)
{
	check(tsim_form_r2(EXP(1), .1), .7225450222, 10);
	check(tsim_form_r2(EXP(.5), .5), .1484955068, 10);
	check(tsim_form_r2(EXP(1), 5), 9.964690427e-04, 10);
	check(tsim_form_r2(EXP(1), 10), 3.830240466e-06, 10);
	check(tsim_form_r2(EXP(1), 20), 9.404856431e-11, 10);
	check(tsim_form_r2(LOGN(1, .5), .2), .7734690981, 10);
	check(tsim_form_r2(LOGN(1, 1), .2), .7058947438, 10);
	check(tsim_form_r2(LOGN(1, 1), 1), .2384217081, 10);
	check(tsim_form_r2(LOGN(2, 1), 10), 1.637922329e-02, 10);
	check_close(tsim_form_r2(FIXED(2), .5), .75, 1e-15);
	g_assert_cmpfloat(tsim_form_r2(FIXED(2), 3), ==, 0);
}

static void test_r3(void)
{
	check(tsim_form_r3(1, 1, .2, .5, .1, 1), 3.121909518e-01, 10);
	check(tsim_form_r3(1, 30, .1, .5, .005, 1), 2.000721161e-02, 10);
	check(tsim_form_r3(.1, 30, .1, .5, .005, 1), 1.944098606e-04, 10);
	check(tsim_form_r3(.01, 30, .02, .2, .005, 1), 1.302936486e-06, 10);
	check(tsim_form_r3(.005, 30, .02, .2, .002, 1), 4.990788578e-08, 10);
	check_close(tsim_form_r3(1, 1, .2, .5, .1, .25), 3.121909518e-01 / 4, 1e-9);
}

static void test_r4(void)
{
	check(tsim_form_r4(LOGN(1, 1), 1, .05, 1 / 5., .02, 1), .3540513723, 10);
	check(tsim_form_r4(LOGN(.1, 1), 5, .02, 1 / 5., .01, 1), 4.742279463e-03, 10);
	check(tsim_form_r4(LOGN(.01, 1.2), 30, .005, 1 / 10., .001, 1), 4.989763200e-05, 10);
	/* nothing but the fixed part is left when T and A vanish: R2 */
	check_close(tsim_form_r4(LOGN(1, 1), 1e-6, .2, 1e-6, 0, 1),
		    tsim_form_r2(LOGN(1, 1), .2), 1e-5);
	/* a long interval, where e^(aT) overflows */
	g_assert_true(isfinite(tsim_form_r4(EXP(1), 3000, .1, .5, .1, 1)));
}

static void test_r5(void)
{
	check(tsim_form_r5(LOGN(1, .5), 9, .3), 8.225415622e-02, 10);
	check(tsim_form_r5(LOGN(1, 1), 9, 1), 8.330981310e-02, 10);
	check_close(tsim_form_r5(EXP(1), 9, .5), exp(-.5) / 10, 1e-14);
	check_close(tsim_form_r5(FIXED(2), 8, .5), .15, 1e-14);
}

static void test_r6(void)
{
	check(tsim_form_r6(LOGN(1, 1), .5, 1), .7558914042, 10);
	check(tsim_form_r6(LOGN(1, 1), .5, 4), .5393580424, 10);
	check(tsim_form_r2(LOGN(1, 1), .5), .4430649254, 10);
	/* many pieces: the sum is a rule of rectangles for R2's integral, off by 1/2k */
	check_close(tsim_form_r6(LOGN(1, 1), .5, 100000), .4430649254, 2e-5);
}

static void test_s1(void)
{
	static const struct {
		struct tsim_form_law d;
		double p, wait, given;
		int digits[3];
	} rows[] = {
		{ { TSIM_FORM_FIXED, 1, 0 }, .1, .05, .5, { 10, 10, 10 } },
		{ { TSIM_FORM_EXPONENTIAL, 1, 0 }, .1, .1, 1, { 10, 10, 10 } },
		{ { TSIM_FORM_LOGNORMAL, 1, 1 }, .154828099, .3469456994, 2.240845, { 9, 10, 7 } },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct tsim_form_wait w = tsim_form_s1(rows[i].d, 9);

		check(w.probability, rows[i].p, rows[i].digits[0]);
		check(w.mean, rows[i].wait, rows[i].digits[1]);
		check(w.mean / w.probability, rows[i].given, rows[i].digits[2]);
	}
}

static void test_s2(void)
{
	check(tsim_form_s2(EXP(1), 0, 1).probability, .5, 10);
	check(tsim_form_s2(EXP(1), 2, 1).probability, .125, 10);
	check(tsim_form_s2(EXP(1), 3, 5).probability, .4822530864, 10);
	check(tsim_form_s2(EXP(.5), 2, 1).mean, pow(1. / 3, 3) / 2, 10);
	check(tsim_form_s2(FIXED(1), 2, 1).probability, .0803013971, 9);
	check(tsim_form_s2(FIXED(1), 2, 1).mean, .0233369264, 9);
	check(tsim_form_s2(FIXED(1), 3, 5).probability, .7349740847, 10);
	check(tsim_form_s2(FIXED(1), 3, 5).mean, .2873687128, 10);
	check(tsim_form_s2(LOGN(1, 1), 2, 1).probability, .2145196965, 10);
	check(tsim_form_s2(LOGN(1, 1), 3, 5).probability, .6196723007, 10);
	/* a narrow lognormal is nearly fixed: to second order in sigma */
	check_close(tsim_form_s2(LOGN(1, 1e-3), 2, 1).mean, .0233369264, 1e-5);
}

/* P is 1 - E[e^(-lambda pin)]; the pin lasts 2/mu in the mean. */
static void test_s2_two_trimmers(void)
{
	check(tsim_form_s2_two_trimmers(1, 1).probability, .75, 10);
	check(tsim_form_s2_two_trimmers(1, 1).mean, 1.25, 10);
	/* a request at once waits for the whole pin */
	check_close(tsim_form_s2_two_trimmers(4, 1e9).mean, .5, 1e-8);
}

static void test_s3(void)
{
	check(tsim_form_erlang_b(3, 1), .0625, 10);
	check(tsim_form_poisson_tail(3, 1), .0803013971, 9);
	check(tsim_form_poisson_tail(5, 3), .1847367555, 10);
	check(tsim_form_poisson_tail(8, 1), 1.024919667e-05, 10);
	g_assert_cmpfloat(tsim_form_poisson_tail(0, 1), ==, 1);
}

static void test_s4(void)
{
	check(tsim_form_s4(10, 1, 1), .1, 10);
	check(tsim_form_s4(10, 2, 3), .5333333333, 10);
	g_assert_cmpfloat(tsim_form_s4(10, 6, 5), ==, 1);
	g_assert_cmpfloat(tsim_form_s4(10, 0, 5), ==, 0);
}

static void test_queues(void)
{
	static const struct {
		unsigned int c;
		double rho, mmc, mdc;
	} rows[] = {
		{ 2, .8, 1.777778, .903284 },
		{ 4, .9, 1.969383, .999966 },
		{ 8, .7, .112751, .062680 },
	};
	static const double rhos[][2] = { { .5, 1 }, { .8, 4 }, { .9, 9 } };

	for (guint i = 0; i < G_N_ELEMENTS(rhos); i++)
		check_close(tsim_form_mm1_wait(rhos[i][0], 1), rhos[i][1], 1e-12);
	check_close(tsim_form_mm1_sojourn_quantile(.5, 1, .99), log(100) / .5, 1e-12);
	check(tsim_form_mg1_wait(.5, 1, 1), .5, 10);
	check(tsim_form_mg1_wait(.8, 1, 1), 2, 10);
	check(tsim_form_mg1_wait(.5, 1, M_E), 1.359141, 7);
	check(tsim_form_mg1_wait(.8, 1, M_E), 5.436564, 7);
	check(tsim_form_mg1_wait(.5, 1, .95 * .01 + .05 * 18.1 * 18.1), 8.195, 10);
	check(tsim_form_mg1_wait(.8, 1, .95 * .01 + .05 * 18.1 * 18.1), 32.78, 10);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		double lambda = rows[i].rho * rows[i].c;

		check(tsim_form_mmc_wait(lambda, 1, rows[i].c), rows[i].mmc, i == 2 ? 6 : 7);
		check(tsim_form_mdc_wait(lambda, 1, rows[i].c), rows[i].mdc, i == 2 ? 5 : 6);
	}
}

static void test_priority_and_closed(void)
{
	const struct tsim_form_class classes[2] = { { 4, .1, .01 }, { .06, 5, 50 } };
	double wait[2], x, r;

	tsim_form_priority_wait(classes, wait);
	check(wait[0], 2.533333, 7);
	check(wait[1], 8.444444, 7);
	tsim_form_closed_queue(4, 1, 1, .5, &x, &r);
	check(x, .904761905, 9);
	check(r, 2.421052632, 10);
	tsim_form_closed_queue(32, 8, 1, .5, &x, &r);
	check(x, 7.969615869, 10);
	check(r, 2.015249985, 10);
	/* no think time: every server always works */
	tsim_form_closed_queue(32, 8, 2, 1e12, &x, &r);
	check_close(x, 16, 1e-9);
	check_close(r, 2, 1e-9);
}

/* FIFO, greedy with blocks of 16 and of 256 pages; computed beforehand with Python. */
static void test_flash(void)
{
	static const double rows[][4] = {
		{ .5, 1.2550, 1.1965, 1.2509 },	     { .7, 1.8762, 1.7217, 1.8652 },
		{ 1 / 1.3, 2.3642, 2.1139, 2.3459 }, { .8, 2.6927, 2.3610, 2.6684 },
		{ .85, 3.5187, 2.9679, 3.4759 },     { .9, 5.1787, 3.9814, 5.0832 },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		check(tsim_form_wa_fifo(rows[i][0]), rows[i][1], 5);
		check(tsim_form_wa_greedy(rows[i][0], 16), rows[i][2], 5);
		check(tsim_form_wa_greedy(rows[i][0], 256), rows[i][3], 5);
	}
	/* published: a trim share of 10 % nearly halves it at 90 % (Frankie's thesis) */
	check_close(tsim_form_in_use(.1), 8.0 / 9, 1e-12);
	check(tsim_form_wa_greedy(.9 * tsim_form_in_use(.1), 64), 2.5993, 5);
	/* a block of very many pages behaves as FIFO */
	g_assert_cmpfloat(fabs(tsim_form_wa_greedy(.8, 65536) / tsim_form_wa_fifo(.8) - 1), <, 1e-4);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/closed-form/r1", test_r1);
	g_test_add_func("/closed-form/r1-latent", test_r1_latent);
	g_test_add_func("/closed-form/power", test_power);
	g_test_add_func("/closed-form/r2", test_r2);
	g_test_add_func("/closed-form/r3", test_r3);
	g_test_add_func("/closed-form/r4", test_r4);
	g_test_add_func("/closed-form/r5", test_r5);
	g_test_add_func("/closed-form/r6", test_r6);
	g_test_add_func("/closed-form/s1", test_s1);
	g_test_add_func("/closed-form/s2", test_s2);
	g_test_add_func("/closed-form/s2-two-trimmers", test_s2_two_trimmers);
	g_test_add_func("/closed-form/s3", test_s3);
	g_test_add_func("/closed-form/s4", test_s4);
	g_test_add_func("/closed-form/queues", test_queues);
	g_test_add_func("/closed-form/priority-and-closed", test_priority_and_closed);
	g_test_add_func("/closed-form/flash", test_flash);
	return g_test_run();
}
