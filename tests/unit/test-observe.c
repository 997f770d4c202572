/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "error.h"
#include "observe.h"

/* Stands in for the world: as many removals as the replication's number, and mishaps on demand. */
struct tsim_setup {
	guint32 crash_every, fail_every; /* replications k with k % n == n - 1; 0: never */
	double sleep_s; /* simulated time of a replication */
};

struct nap {
	TsimEngine *engine;
	double s;
};

static void sleeper(void *data)
{
	struct nap *nap = data;

	tsim_sleep(nap->engine, (tsim_ns)(nap->s * TSIM_NS_PER_S));
}

static void start(void *data)
{
	struct nap *nap = data;

	tsim_actor_spawn(nap->engine, "sleeper", 0, 0, sleeper, nap);
}

static gboolean is_last_of(guint32 replication, guint32 n)
{
	return n && replication % n == n - 1;
}

gboolean tsim_world_trace(const TsimSetup *setup, TsimEngine *engine, guint policy,
			  guint32 replication, struct tsim_outcome *outcome,
			  const struct tsim_trace_sink *sink, GError **error)
{
	const struct tsim_trace_event removed = { .kind = TSIM_TRACE_REMOVED };
	struct nap nap = { engine, setup->sleep_s };

	if (is_last_of(replication, setup->crash_every))
		abort();
	if (is_last_of(replication, setup->fail_every))
		return tsim_throw_run(error, "told to fail");
	if (setup->sleep_s > 0 && !tsim_engine_run(engine, TSIM_NS_NEVER, start, &nap, error))
		return FALSE;
	if (tsim_engine_clock_s(engine) > 9e5)
		return tsim_throw_run(error, "the worker should have been replaced");
	for (guint32 i = 0; i < replication; i++)
		sink->emit(sink->data, &removed);
	return TRUE;
}

static GArray *observe(const TsimSetup *setup, guint replications, guint jobs)
{
	g_autoptr(GError) error = NULL;
	GArray *runs = tsim_observe(setup, replications, jobs, &error);

	g_assert_no_error(error);
	/* Nobody is left behind. */
	g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
	g_assert_cmpint(errno, ==, ECHILD);
	return runs;
}

static guint removals(const GArray *runs, guint i)
{
	return (guint)g_array_index(runs, struct tsim_observed, i).value[TSIM_OBS_REMOVALS];
}

/* In the order of the replications, however many workers there are, fewer or more than work. */
static void test_order(void)
{
	static const guint jobs[] = { 1, 3, 30 };
	const TsimSetup setup = { 0 };

	for (guint k = 0; k < G_N_ELEMENTS(jobs); k++) {
		g_autoptr(GArray) runs = observe(&setup, 20, jobs[k]);

		g_assert_cmpuint(runs->len, ==, 20);
		for (guint i = 0; i < runs->len; i++)
			g_assert_cmpuint(removals(runs, i), ==, i);
	}
}

/* 4, 9, 14, 19 crash and 6, 13 fail: 14 are left, and the workers are replaced. */
static void test_failures(void)
{
	const TsimSetup setup = { .crash_every = 5, .fail_every = 7 };
	g_autoptr(GArray) runs = observe(&setup, 20, 2);
	static const guint left[] = { 0, 1, 2, 3, 5, 7, 8, 10, 11, 12, 15, 16, 17, 18 };

	g_assert_cmpuint(runs->len, ==, G_N_ELEMENTS(left));
	for (guint i = 0; i < runs->len; i++)
		g_assert_cmpuint(removals(runs, i), ==, left[i]);
}

static void test_all_fail(void)
{
	const TsimSetup setup = { .crash_every = 1 };
	g_autoptr(GArray) runs = observe(&setup, 5, 2);

	g_assert_cmpuint(runs->len, ==, 0);
}

/* Before its clock loses the order of events a worker is replaced. */
static void test_worn_out(void)
{
	const TsimSetup setup = { .sleep_s = 2e5 };
	g_autoptr(GArray) runs = observe(&setup, 20, 2);

	g_assert_cmpuint(runs->len, ==, 20);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/observe/order", test_order);
	g_test_add_func("/observe/failures", test_failures);
	g_test_add_func("/observe/all-fail", test_all_fail);
	g_test_add_func("/observe/worn-out", test_worn_out);
	return g_test_run();
}
