/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine-fixture.h"

/* How a run ends, what goes wrong in one, and its fingerprint. */

static struct tsim_mutex mutex;

static void act_tick(void *data)
{
	for (;;) {
		tsim_sleep(engine, 10);
		note(data);
	}
}

static void start_horizon(void *data)
{
	spawn("t", 0, act_tick);
}

/* The horizon itself is out, and is where the clock stands afterwards. */
static void test_horizon(void)
{
	run_ok(30, start_horizon, NULL);
	assert_log("t@10 t@20");
	g_assert_cmpint(tsim_now(engine), ==, 30);
	run_ok(0, start_horizon, NULL);
	assert_log("");
}

static void act_stop(void *data)
{
	tsim_sleep(engine, 25);
	tsim_engine_stop(engine);
	note("stop");
	tsim_sleep(engine, 0);
	note("never");
}

static void start_stop(void *data)
{
	spawn("t", 0, act_tick);
	spawn("s", 0, act_stop);
}

static void test_stop(void)
{
	run_ok(TSIM_NS_NEVER, start_stop, NULL);
	assert_log("t@10 t@20 stop@25");
	g_assert_cmpint(tsim_now(engine), ==, 25);
}

static void start_daemon(void *data)
{
	tsim_actor_spawn(engine, "d", 0, TSIM_ACTOR_DAEMON, act_tick, (void *)"d");
	spawn("a15", 0, act_sleep);
}

static void start_daemon_only(void *data)
{
	tsim_actor_spawn(engine, "d", 0, TSIM_ACTOR_DAEMON, act_tick, (void *)"d");
}

static void test_daemon(void)
{
	run_ok(TSIM_NS_NEVER, start_daemon, NULL);
	assert_log("d@10 a15@15");
	run_ok(TSIM_NS_NEVER, start_daemon_only, NULL);
	assert_log("");
	g_assert_cmpuint(tsim_engine_events(engine), ==, 0);
}

static void act_wait_mutex(void *data)
{
	tsim_mutex_lock(&mutex);
	tsim_park(engine, TSIM_NS_NEVER, "godot");
}

static void act_daemon_park(void *data)
{
	tsim_park(engine, TSIM_NS_NEVER, "nothing");
}

static void start_deadlock(void *data)
{
	tsim_mutex_init(&mutex, engine, "chunk_mutex");
	spawn("holder", 0, act_wait_mutex);
	spawn("waiter", 0, act_wait_mutex);
	spawn("a7", 0, act_sleep);
	tsim_actor_spawn(engine, "idle", 0, TSIM_ACTOR_DAEMON, act_daemon_park, NULL);
}

static void test_deadlock(void)
{
	int i;

	for (i = 0; i < 3; i++) {
		run_fails(start_deadlock, "deadlock at 7 ns: nothing can wake "
			  "'holder' (parked for godot), 'waiter' (waits for mutex chunk_mutex)");
		assert_usable();
	}
}

static void start_crowd(void *data)
{
	int i;

	for (i = 0; i < 23; i++)
		spawn("x", 0, act_daemon_park);
}

static void test_deadlock_crowd(void)
{
	run_fails(start_crowd, "deadlock at 0 ns: nothing can wake 'x' (parked for nothing), *"
		  ", 'x' (parked for nothing) and 3 more");
}

static void act_spin(void *data)
{
	for (;;)
		tsim_sleep(engine, 0);
}

static void start_livelock(void *data)
{
	spawn("a7", 0, act_sleep);
	spawn("spin", 0, act_spin);
}

static void test_livelock(void)
{
	run_fails(start_livelock, "livelock at 0 ns: more than 1000000 events at one instant, "
		  "the last of actor 'spin'");
	assert_usable();
}

static void act_busy(void *data)
{
	int i;

	for (i = 0; i < 999000; i++)
		tsim_sleep(engine, 0);
}

static void act_busy_twice(void *data)
{
	act_busy(NULL);
	tsim_sleep(engine, 1);
	act_busy(NULL);
}

static void start_busy(void *data)
{
	spawn("busy", 0, act_busy_twice);
}

/* The limit is one of each instant, not of the run. */
static void test_no_livelock(void)
{
	run_ok(TSIM_NS_NEVER, start_busy, NULL);
	g_assert_cmpint(tsim_now(engine), ==, 1);
}

/* Ten actors that sleep and contend by a small generator of their own. */
static void act_random(void *data)
{
	guint32 x = GPOINTER_TO_UINT(data);
	int i;

	for (i = 0; i < 200; i++) {
		x = x * 1664525 + 1013904223;
		tsim_mutex_lock(&mutex);
		tsim_sleep(engine, x >> 22);
		tsim_mutex_unlock(&mutex);
		tsim_sleep(engine, (x >> 12) & 1023);
	}
}

static void start_random(void *data)
{
	guint i;

	tsim_mutex_init(&mutex, engine, "m");
	for (i = 0; i < 10; i++)
		tsim_actor_spawn(engine, "r", i & 1, 0, act_random,
				 GUINT_TO_POINTER(i + GPOINTER_TO_UINT(data)));
}

static void test_fingerprint(void)
{
	guint64 first, events;

	run_ok(TSIM_NS_NEVER, start_random, GUINT_TO_POINTER(1));
	first = tsim_engine_fingerprint(engine);
	events = tsim_engine_events(engine);
	run_ok(TSIM_NS_NEVER, start_random, GUINT_TO_POINTER(2));
	g_assert_cmpuint(tsim_engine_fingerprint(engine), !=, first);
	assert_usable();
	run_ok(TSIM_NS_NEVER, start_random, GUINT_TO_POINTER(1));
	g_assert_cmpuint(tsim_engine_fingerprint(engine), ==, first);
	g_assert_cmpuint(tsim_engine_events(engine), ==, events);
}

/* FNV-1a by hand over the (time, ordinal) pairs (0, 0), (0, 1), (5, 1), (9, 0). */
static void start_known(void *data)
{
	spawn("a9", 0, act_sleep);
	spawn("b5", 0, act_sleep);
}

static void test_fingerprint_known(void)
{
	static const guint64 words[] = { 0, 0, 0, 1, 5, 1, 9, 0 };
	guint64 h = G_GUINT64_CONSTANT(14695981039346656037);
	guint i;

	for (i = 0; i < G_N_ELEMENTS(words); i++)
		h = (h ^ words[i]) * G_GUINT64_CONSTANT(1099511628211);
	run_ok(TSIM_NS_NEVER, start_known, NULL);
	g_assert_cmpuint(tsim_engine_fingerprint(engine), ==, h);
}

static const struct engine_test tests[] = {
	{ "/engine/horizon", test_horizon },
	{ "/engine/stop", test_stop },
	{ "/engine/daemon", test_daemon },
	{ "/engine/deadlock", test_deadlock },
	{ "/engine/deadlock-crowd", test_deadlock_crowd },
	{ "/engine/livelock", test_livelock },
	{ "/engine/no-livelock", test_no_livelock },
	{ "/engine/fingerprint", test_fingerprint },
	{ "/engine/fingerprint-known", test_fingerprint_known },
};

int main(int argc, char **argv)
{
	return engine_test_main(argc, argv, tests, G_N_ELEMENTS(tests));
}
