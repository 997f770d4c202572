/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rng.h"
#include "usage.h"

#define N 2000

/* From 10 to 30, from 20 to 50; nothing until 100; a discard of 8 bytes to 140, another to 120. */
static void test_integrals(void)
{
	struct tsim_usage u;

	tsim_usage_init(&u);
	tsim_usage_add(&u, 10, 30, FALSE, 4);
	tsim_usage_add(&u, 20, 50, FALSE, 4);
	tsim_usage_advance(&u, 90);
	g_assert_cmpint(u.busy_ns, ==, 40);
	g_assert_cmpint(u.depth_ns, ==, 50);
	g_assert_cmpint(u.backlog_ns, ==, 0);
	g_assert_cmpuint(u.max_depth, ==, 2);
	tsim_usage_add(&u, 100, 140, TRUE, 8);
	tsim_usage_add(&u, 110, 120, TRUE, 2);
	tsim_usage_advance(&u, 130);
	g_assert_cmpint(u.busy_ns, ==, 70);
	g_assert_cmpint(u.backlog_ns, ==, 40);
	g_assert_cmpfloat(u.backlog_byte_ns, ==, 8 * 30 + 2 * 10);
	g_assert_cmpuint(u.max_backlog, ==, 2);
	g_assert_cmpuint(u.max_backlog_bytes, ==, 10);
	tsim_usage_clear(&u);
}

/* One that is held counts as it did before; what takes no time was there all the same. */
static void test_held(void)
{
	struct tsim_usage u;

	tsim_usage_init(&u);
	tsim_usage_hold(&u, 5, TRUE, 100);
	tsim_usage_release(&u, 15, TRUE, 100);
	tsim_usage_add(&u, 15, 25, TRUE, 100);
	tsim_usage_add(&u, 25, 25, FALSE, 1);
	tsim_usage_add(&u, 25, 25, FALSE, 1);
	tsim_usage_advance(&u, 40);
	g_assert_cmpint(u.busy_ns, ==, 20);
	g_assert_cmpint(u.backlog_ns, ==, 20);
	g_assert_cmpuint(u.max_depth, ==, 1);
	g_assert_cmpuint(u.max_backlog_bytes, ==, 100);
	tsim_usage_clear(&u);
}

/* After a warm-up what is under way is still there. */
static void test_reset(void)
{
	struct tsim_usage u;

	tsim_usage_init(&u);
	tsim_usage_add(&u, 0, 10, FALSE, 1);
	tsim_usage_add(&u, 0, 30, TRUE, 7);
	tsim_usage_reset(&u, 20);
	g_assert_cmpuint(u.max_depth, ==, 1);
	g_assert_cmpuint(u.max_backlog_bytes, ==, 7);
	tsim_usage_advance(&u, 50);
	g_assert_cmpint(u.busy_ns, ==, 10);
	g_assert_cmpint(u.depth_ns, ==, 10);
	g_assert_cmpint(u.backlog_ns, ==, 10);
	tsim_usage_clear(&u);
}

/* Little's law, exactly: throughput times response time is the mean depth when all have ended. */
static void test_little(void)
{
	struct tsim_rng rng = { 20261122, 6 };
	tsim_ns now = 0, sum = 0, last = 0, discards = 0;
	struct tsim_usage u;

	tsim_usage_init(&u);
	for (guint32 k = 0; k < N; k++) {
		tsim_ns d = (tsim_ns)(1e4 * tsim_rng_uniform(&rng, 0, 1, k));
		gboolean discard = tsim_rng_uniform(&rng, 0, 2, k) < .3;

		now += (tsim_ns)(1e3 * tsim_rng_uniform(&rng, 0, 3, k));
		tsim_usage_add(&u, now, now + d, discard, 1);
		sum += d;
		discards += discard ? d : 0;
		last = MAX(last, now + d);
	}
	tsim_usage_advance(&u, last);
	g_assert_cmpint(u.depth_ns, ==, sum);
	g_assert_cmpint(u.backlog_ns, ==, discards);
	g_assert_cmpfloat(u.backlog_byte_ns, ==, (double)discards);
	g_assert_cmpint(u.busy_ns, <=, last);
	g_assert_cmpuint(u.n_pending, ==, 0);
	g_assert_cmpuint(u.max_depth, >, u.depth_ns / last);
	tsim_usage_clear(&u);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/usage/integrals", test_integrals);
	g_test_add_func("/usage/held", test_held);
	g_test_add_func("/usage/reset", test_reset);
	g_test_add_func("/usage/little", test_little);
	return g_test_run();
}
