/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "invariant.h"

static void test_holds(void)
{
	tsim_invariant(1 + 1 == 2, "arithmetic");
}

static void test_broken(void)
{
	if (g_test_subprocess()) {
		int pins = -1;

		tsim_where = (struct tsim_where){ 1500, "trimmer", "pinned-chunk",
						  G_MAXUINT64, 42 };
		tsim_invariant(pins >= 0, "chunk %d has %d pins", 7, pins);
		return;
	}
	g_test_trap_subprocess(NULL, 0, 0);
	g_test_trap_assert_failed();
	g_test_trap_assert_stderr("trimsim: invariant 'pins >= 0' broken at test-invariant.c:*: "
				  "chunk 7 has -1 pins; t=1500ns actor=trimmer "
				  "policy=pinned-chunk seed=18446744073709551615 "
				  "replication=42\n*");
}

/* Before a replication has begun nothing is known, and that is no crash. */
static void test_nowhere(void)
{
	if (g_test_subprocess()) {
		tsim_where = (struct tsim_where){ 0 };
		tsim_invariant(FALSE, "early");
		return;
	}
	g_test_trap_subprocess(NULL, 0, 0);
	g_test_trap_assert_failed();
	g_test_trap_assert_stderr("*early; t=0ns actor=none policy=none seed=0 replication=0\n*");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/invariant/holds", test_holds);
	g_test_add_func("/invariant/broken", test_broken);
	g_test_add_func("/invariant/nowhere", test_nowhere);
	return g_test_run();
}
