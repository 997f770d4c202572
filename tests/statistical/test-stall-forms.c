/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * S1, the stall of a request for a place that is pinned in cycles, and S2, that
 * of the first request after the free places are gone: share and mean of the
 * waits over 100,000 cycles, |z| < 3.  The standard deviations are closed
 * forms too.  As with the race, the seed is fixed: only a change of the drawn
 * numbers can fail by chance, with probability 0.0027 a row and 0.027 for the
 * 10 of them.
 */
#include <math.h>

#include "forms.h"
#include "run.h"

#define N 100000.0
#define S1 TSIM_CONFIGS "validation/s1.conf "
#define POLICY "pinned-chunk"

static void compare(const char *what, double value, double expected, double sd)
{
	double z = (value - expected) / (sd / sqrt(N));

	g_test_message("%s: %.6g, expected %.6g, z = %+.2f", what, value, expected, z);
	g_assert_cmpfloat(fabs(z), <, 3);
}

static void check(const char *args, struct moments d, double g, double rate)
{
	struct stall_form form = form_s1(d, g, rate);
	double requests, waited_ns;
	struct run run;

	run_trimsim(&run, args);
	g_assert_cmpint(run.status, ==, 0);
	g_assert_cmpfloat(run_number(&run, POLICY, "replications"), ==, N);
	requests = run_number(&run, POLICY, "allocation.requests");
	waited_ns = run_number(&run, POLICY, "allocation.stall_ns.total");
	compare("P(wait)", run_number(&run, POLICY, "allocation.stalled") / requests, form.wait,
		form.wait_sd);
	compare("E[wait]", waited_ns / 1e9 / requests, form.mean_wait, form.mean_wait_sd);
	/* only the pinned place was ever waited for */
	g_assert_cmpfloat(run_number(&run, POLICY, "allocation.by_cause_ns.pinned"), ==, waited_ns);
	run_clear(&run);
}

static void test_exponential(void)
{
	check(S1, moments_exponential(1), 9, 2);
}

static void test_fixed(void)
{
	check(S1 "--set 'device.discard.latency=fixed(1s)'", moments_fixed(1), 9, 2);
}

/* With sigma 1 the fourth moment would be e^8, and 100,000 cycles too few for a normal mean. */
static void test_lognormal(void)
{
	check(S1
	      "--set 'device.discard.latency=lognormal(median=2s, sigma=0.5)' --set 'workload.gap=fixed(3s)' "
	      "--set workload.request_rate=1/s",
	      moments_lognormal(2, .5), 3, 1);
}

/* k + 1 requests a replication, and only the last one can wait */
static void check_s2(const char *args, double lambda, guint k, double mu)
{
	double p = form_s2(lambda, k, mu);
	struct run run;

	run_trimsim(&run, args);
	g_assert_cmpint(run.status, ==, 0);
	g_assert_cmpfloat(run_number(&run, POLICY, "allocation.requests"), ==, N * (k + 1));
	compare("P(wait)", run_number(&run, POLICY, "allocation.stalled") / N, p,
		sqrt(p * (1 - p)));
	compare("E[wait]", run_number(&run, POLICY, "allocation.stall_ns.total") / 1e9 / N, p / mu,
		sqrt(2 * p - p * p) / mu);
	run_clear(&run);
}

static void test_spare(void)
{
	check_s2(TSIM_CONFIGS "validation/s2.conf", 1, 0, 1);
	check_s2(TSIM_CONFIGS
		 "validation/s2.conf --set workload.spare_slots=3 --set workload.request_rate=5/s",
		 5, 3, 1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/stall/exponential", test_exponential);
	g_test_add_func("/stall/fixed", test_fixed);
	g_test_add_func("/stall/lognormal", test_lognormal);
	g_test_add_func("/stall/spare", test_spare);
	return g_test_run();
}
