/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * No discard destroys live data under pinned-chunk: an invariant, not an
 * estimate.  A hit would abort its replication, and the run would fail.
 */
#include "run.h"

#define PINNED TSIM_CONFIGS "validation/r1.conf -j 1 --set experiment.policies=pinned-chunk "

/* Less than a byte for each of 900,000 replications. */
#define GROWTH_KIB 512

static double run_safe(const char *args, double replications)
{
	struct run run;
	double rss_kib;

	run_trimsim(&run, args);
	g_assert_cmpint(run.status, ==, 0);
	g_assert_cmpfloat(run_number(&run, "pinned-chunk", "replications"), ==, replications);
	g_assert_cmpfloat(run_number(&run, "pinned-chunk", "hits"), ==, 0);
	g_assert_cmpfloat(run_number(&run, "pinned-chunk", "corrupted"), ==, 0);
	/* the race was there to be lost: a quarter of the removals commit under the discard */
	g_assert_cmpfloat(run_number(&run, "pinned-chunk", "funnel.committed"), >,
			  0.2 * replications);
	rss_kib = run.max_rss_kib;
	g_test_message("%.0f replications: %.1f s of CPU, %.0f KiB", replications, run.cpu_s,
		       rss_kib);
	run_clear(&run);
	return rss_kib;
}

static void test_million(void)
{
	G_GNUC_UNUSED double first = run_safe(PINNED "--replications 100000", 1e5);
	G_GNUC_UNUSED double last = run_safe(PINNED "--replications 1000000", 1e6);

#ifndef __SANITIZE_ADDRESS__ /* keeps what was freed */
	g_assert_cmpfloat(last, <, first + GROWTH_KIB);
#endif
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/pinned-chunk/million", test_million);
	return g_test_run();
}
