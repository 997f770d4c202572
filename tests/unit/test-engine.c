/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "engine.h"
#include "error.h"

/*
 * Every test runs inside one tsim_engine_enter(), as a worker's replications
 * do.  @log is what the actors of a run did, in order.
 */
static TsimEngine *engine;
static GString *log_text;

static void note(const char *what)
{
	g_string_append_printf(log_text, "%s@%" G_GINT64_FORMAT " ", what, tsim_now(engine));
}

static void run_ok(tsim_ns horizon, void (*start)(void *data), void *data)
{
	g_autoptr(GError) error = NULL;

	g_string_truncate(log_text, 0);
	tsim_engine_run(engine, horizon, start, data, &error);
	g_assert_no_error(error);
}

static void run_fails(void (*start)(void *data), const char *pattern)
{
	g_autoptr(GError) error = NULL;

	g_string_truncate(log_text, 0);
	g_assert_false(tsim_engine_run(engine, TSIM_NS_NEVER, start, NULL, &error));
	g_assert_error(error, TSIM_ERROR, TSIM_ERROR_RUN);
	if (!g_pattern_match_simple(pattern, error->message))
		g_error("'%s' does not match '%s'", error->message, pattern);
}

static void assert_log(const char *expected)
{
	g_assert_cmpstr(g_strchomp(log_text->str), ==, expected);
}

static void spawn(const char *name, int priority, tsim_actor_fn fn)
{
	tsim_actor_spawn(engine, name, priority, 0, fn, (void *)name);
}

/* Names of sleepers are "<letter><ns>". */
static void act_sleep(void *data)
{
	tsim_sleep_until(engine, g_ascii_strtoll((const char *)data + 1, NULL, 10));
	note(data);
}

static void start_time_order(void *data)
{
	spawn("a30", 0, act_sleep);
	spawn("b10", 0, act_sleep);
	spawn("c20", 0, act_sleep);
	spawn("d1", 0, act_sleep);
	spawn("e25", 0, act_sleep);
}

static void test_time_order(void)
{
	run_ok(TSIM_NS_NEVER, start_time_order, NULL);
	assert_log("d1@1 b10@10 c20@20 e25@25 a30@30");
	g_assert_cmpint(tsim_now(engine), ==, 30);
	/* Five starts and five wake-ups. */
	g_assert_cmpuint(tsim_engine_events(engine), ==, 10);
}

static void start_ties(void *data)
{
	spawn("a7", 2, act_sleep);
	spawn("b7", 1, act_sleep);
	spawn("c7", 2, act_sleep);
	spawn("d7", -1, act_sleep);
	spawn("e7", 1, act_sleep);
}

static void test_tie_order(void)
{
	run_ok(TSIM_NS_NEVER, start_ties, NULL);
	assert_log("d7@7 b7@7 e7@7 a7@7 c7@7");
}

static void act_yield(void *data)
{
	note(data);
	tsim_sleep(engine, 0);
	note(data);
}

static void start_yield(void *data)
{
	spawn("a", 0, act_yield);
	spawn("b", 0, act_yield);
}

/* A sleep of nothing lets the others of this instant go first. */
static void test_yield(void)
{
	run_ok(TSIM_NS_NEVER, start_yield, NULL);
	assert_log("a@0 b@0 a@0 b@0");
}

static TsimActor *parked;

static void act_park_twice(void *data)
{
	note(tsim_park(engine, TSIM_NS_NEVER, "first") ? "woken" : "late");
	note(tsim_park(engine, 50, "second") ? "woken" : "late");
	note(tsim_park(engine, 60, "third") ? "woken" : "late");
	note(tsim_park(engine, 60, "fourth") ? "woken" : "late");
}

static void act_unpark(void *data)
{
	tsim_sleep(engine, 5);
	tsim_unpark(parked);
	tsim_unpark(parked);
	note("unparked");
	tsim_sleep_until(engine, 60);
	note("end");
}

static void start_park(void *data)
{
	parked = tsim_actor_spawn(engine, "sleeper", 0, 0, act_park_twice, NULL);
	spawn("waker", 0, act_unpark);
}

static void test_park(void)
{
	run_ok(TSIM_NS_NEVER, start_park, NULL);
	/*
	 * Two unparks of one park are one.  The deadlines 50 and 60 pass; at 60
	 * the waker's event is the older one; a deadline that is past yields.
	 */
	assert_log("unparked@5 woken@5 late@50 end@60 late@60 late@60");
}

static void act_token(void *data)
{
	tsim_sleep(engine, 10);
	note(tsim_park(engine, 100, "token") ? "woken" : "late");
	note(tsim_park(engine, 100, "no token") ? "woken" : "late");
}

static void start_token(void *data)
{
	parked = tsim_actor_spawn(engine, "sleeper", 0, 0, act_token, NULL);
	spawn("waker", 0, act_unpark);
}

/* Both unparks come before the park: one token, no waiting. */
static void test_token(void)
{
	run_ok(TSIM_NS_NEVER, start_token, NULL);
	assert_log("unparked@5 woken@10 end@60 late@100");
}

static void act_deadline(void *data)
{
	note(tsim_park(engine, 5, "deadline") ? "woken" : "late");
	note(tsim_park(engine, 9, "next") ? "woken" : "late");
}

static void act_unpark_at_5(void *data)
{
	tsim_sleep_until(engine, 5);
	tsim_unpark(parked);
}

static void start_deadline_first(void *data)
{
	parked = tsim_actor_spawn(engine, "sleeper", 0, 0, act_deadline, NULL);
	spawn("waker", 0, act_unpark_at_5);
}

static void start_unpark_first(void *data)
{
	parked = tsim_actor_spawn(engine, "sleeper", 1, 0, act_deadline, NULL);
	spawn("waker", 0, act_unpark_at_5);
}

/* At one instant the order decides which it was; a late unpark is the next park's token. */
static void test_deadline_tie(void)
{
	run_ok(TSIM_NS_NEVER, start_deadline_first, NULL);
	assert_log("late@5 woken@5");
	run_ok(TSIM_NS_NEVER, start_unpark_first, NULL);
	assert_log("woken@5 late@9");
}

static struct tsim_mutex mutex;

static void act_lock(void *data)
{
	g_autofree char *waited = NULL;
	tsim_ns t;

	g_assert_false(tsim_mutex_held(&mutex));
	t = tsim_mutex_lock(&mutex);
	g_assert_true(tsim_mutex_held(&mutex));
	g_assert_false(tsim_mutex_trylock(&mutex));
	waited = g_strdup_printf("%s+%" G_GINT64_FORMAT, (const char *)data, t);
	note(waited);
	g_clear_pointer(&waited, g_free);
	tsim_sleep(engine, 10);
	tsim_mutex_unlock(&mutex);
}

static void start_mutex(void *data)
{
	tsim_mutex_init(&mutex, engine, "m");
	spawn("a", 0, act_lock);
	spawn("b", 9, act_lock);
	spawn("c", 5, act_lock);
}

/* The order of arrival counts: a has it when c (priority 5), then b (9) come. */
static void test_mutex(void)
{
	run_ok(TSIM_NS_NEVER, start_mutex, NULL);
	assert_log("a+0@0 c+10@10 b+20@20");
	g_assert_null(mutex.owner);
}

static void act_barge(void *data)
{
	tsim_mutex_lock(&mutex);
	tsim_sleep(engine, 10);
	tsim_mutex_unlock(&mutex);
	note(tsim_mutex_trylock(&mutex) ? "barged" : "refused");
}

static void start_barge(void *data)
{
	tsim_mutex_init(&mutex, engine, "m");
	spawn("a", 0, act_barge);
	spawn("b", 0, act_lock);
}

/* An unlock hands over: its caller cannot take the mutex back before the waiter. */
static void test_mutex_handover(void)
{
	run_ok(TSIM_NS_NEVER, start_barge, NULL);
	assert_log("refused@10 b+10@10");
}

static struct tsim_cond cond;

static void act_cond(void *data)
{
	note(tsim_cond_wait(&cond, 20) ? data : "late");
}

static void act_signal(void *data)
{
	tsim_sleep(engine, 5);
	tsim_cond_signal(&cond);
	tsim_sleep(engine, 5);
	tsim_cond_broadcast(&cond);
	tsim_cond_wait(&cond, 15);
	note("timed-out");
	tsim_cond_broadcast(&cond);
}

static void act_cond_late(void *data)
{
	tsim_sleep(engine, 12);
	act_cond(data);
	tsim_cond_wait(&cond, 17);
	note("end");
}

static void start_cond(void *data)
{
	tsim_cond_init(&cond, engine, "c");
	spawn("a", 0, act_cond);
	spawn("b", 0, act_cond);
	spawn("c", 0, act_cond);
	spawn("d", 0, act_cond_late);
	spawn("s", 0, act_signal);
}

/* One signal, a broadcast to the rest; a waiter whose deadline came leaves the list. */
static void test_cond(void)
{
	run_ok(TSIM_NS_NEVER, start_cond, NULL);
	assert_log("a@5 b@10 c@10 timed-out@15 d@15 end@17");
	g_assert_null(cond.waiters.head);
	g_assert_null(cond.waiters.tail);
}

static struct tsim_semaphore semaphore;

static void act_semaphore(void *data)
{
	tsim_semaphore_acquire(&semaphore);
	note(data);
	tsim_sleep(engine, 10);
	tsim_semaphore_release(&semaphore);
}

static void start_semaphore(void *data)
{
	tsim_semaphore_init(&semaphore, engine, "s", 2);
	spawn("a", 0, act_semaphore);
	spawn("b", 0, act_semaphore);
	spawn("c", 0, act_semaphore);
	spawn("d", 0, act_semaphore);
	spawn("e", 0, act_semaphore);
}

static void test_semaphore(void)
{
	run_ok(TSIM_NS_NEVER, start_semaphore, NULL);
	assert_log("a@0 b@0 c@10 d@10 e@20");
	g_assert_cmpuint(semaphore.count, ==, 2);
}

static void act_child(void *data)
{
	note("child");
}

static void act_parent(void *data)
{
	TsimActor *self = tsim_actor_self(engine);

	g_assert_cmpstr(tsim_actor_name(self), ==, "parent");
	tsim_sleep(engine, 3);
	spawn("late", 1, act_child);
	spawn("early", -1, act_child);
	note("parent");
	tsim_sleep(engine, 0);
	note("parent");
}

static void start_spawn(void *data)
{
	g_assert_null(tsim_actor_self(engine));
	spawn("parent", 0, act_parent);
}

static void test_spawn(void)
{
	run_ok(TSIM_NS_NEVER, start_spawn, NULL);
	assert_log("parent@3 child@3 parent@3 child@3");
}

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
		run_ok(TSIM_NS_NEVER, start_mutex, NULL);
		assert_log("a+0@0 c+10@10 b+20@20");
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
	run_ok(TSIM_NS_NEVER, start_time_order, NULL);
	assert_log("d1@1 b10@10 c20@20 e25@25 a30@30");
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
	run_ok(TSIM_NS_NEVER, start_deadline_first, NULL);
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

static long rss_kib(void)
{
	g_autofree char *text = NULL;
	long total, resident;

	g_assert_true(g_file_get_contents("/proc/self/statm", &text, NULL, NULL));
	g_assert_cmpint(sscanf(text, "%ld %ld", &total, &resident), ==, 2);
	return resident * 4;
}

static void start_mixed(void *data)
{
	start_mutex(NULL);
	tsim_actor_spawn(engine, "idle", 0, TSIM_ACTOR_DAEMON, act_daemon_park, NULL);
	tsim_actor_spawn(engine, "tick", 0, TSIM_ACTOR_DAEMON, act_tick, (void *)"d");
}

/* Ended and cancelled actors alike give their stacks back. */
static void test_reuse(void)
{
	G_GNUC_UNUSED long before = 0;
	int i;

	for (i = 0; i < 100000; i++) {
		if (i == 1000)
			before = rss_kib();
		run_ok(TSIM_NS_NEVER, start_mixed, NULL);
	}
#ifndef __SANITIZE_ADDRESS__	/* which keeps what is freed in quarantine */
	/*
	 * The least that malloc can leak, 32 bytes a replication, is 3094 KiB;
	 * the kernel maps files 64 KiB at a time.
	 */
	g_assert_cmpint(rss_kib() - before, <, 1024);
#endif
}

static void act_nobody(void *data)
{
}

static void act_many(void *data)
{
	int i;

	for (i = 0; i < 100000; i++) {
		tsim_actor_spawn(engine, "short", 0, 0, act_nobody, NULL);
		tsim_sleep(engine, 1);
	}
}

static void start_many(void *data)
{
	spawn("many", 0, act_many);
}

/* 100000 actors in one run, two alive at a time: two stacks. */
static void test_many(void)
{
	run_ok(TSIM_NS_NEVER, start_many, NULL);
	g_assert_cmpuint(tsim_engine_events(engine), ==, 200001);
}

static void act_far(void *data)
{
	tsim_ns i;

	tsim_sleep_until(engine, 900000 * TSIM_NS_PER_S);
	for (i = 1; i <= 1000; i++) {
		tsim_sleep(engine, 1);
		g_assert_cmpint(tsim_now(engine), ==, 900000 * TSIM_NS_PER_S + i);
		/* Two roundings: a double's spacing at 9e5 s is 1.2e-10. */
		g_assert_cmpfloat_with_epsilon(tsim_engine_clock_s(engine) - *(double *)data,
					       1e-9 * (double)tsim_now(engine), 2.4e-10);
	}
}

static void start_far(void *data)
{
	tsim_actor_spawn(engine, "far", 0, 0, act_far, data);
	spawn("b900000000000500", 0, act_sleep);
}

/* One nanosecond stays one when the worker's clock is at 9e5 s, and after that. */
static void test_far(void)
{
	double base = tsim_engine_clock_s(engine);

	g_assert_cmpfloat(base, <, 1);
	run_ok(TSIM_NS_NEVER, start_far, &base);
	g_assert_cmpint(tsim_now(engine), ==, 900000 * TSIM_NS_PER_S + 1000);
	assert_log("b900000000000500@900000000000500");
	g_assert_cmpfloat(tsim_engine_clock_s(engine), >, 9e5);
	run_ok(TSIM_NS_NEVER, start_time_order, NULL);
	assert_log("d1@1 b10@10 c20@20 e25@25 a30@30");
}

static void act_deep(void *data)
{
	volatile char frame[16384];

	memset((char *)frame, 1, sizeof(frame));
	tsim_sleep(engine, 1);
	g_assert_cmpint(frame[16383], ==, 1);
	tsim_park(engine, TSIM_NS_NEVER, "for ever");
}

static void start_deep(void *data)
{
	tsim_actor_spawn(engine, "deep", 0, TSIM_ACTOR_DAEMON, act_deep, NULL);
	spawn("a5", 0, act_sleep);
}

/* A cancelled actor's frames are reused by actors of other shapes. */
static void test_cancel(void)
{
	int i;

	for (i = 0; i < 100; i++) {
		run_ok(TSIM_NS_NEVER, start_deep, NULL);
		assert_log("a5@5");
		run_ok(25, start_mixed, NULL);
		assert_log("a+0@0 d@10 c+10@10 d@20 b+20@20");
	}
}

struct test {
	const char *path;
	void (*fn)(void);
};

static void test_inside(void *data)
{
	((const struct test *)data)->fn();
}

/* Tests share an engine, so each also shows that the one before left it usable. */
static void test_enter(const void *data)
{
	tsim_engine_enter(engine, test_inside, (void *)data);
}

static void test_unknown_backend(void)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(tsim_engine_open("nonesuch", &error));
	g_assert_error(error, TSIM_ERROR, TSIM_ERROR_RUN);
	g_assert_true(strstr(error->message, "trimsim-engine-nonesuch.so") != NULL);
}

static struct sigaction on_segv;	/* a sanitizer has one of its own */

static void on_signal(int number)
{
}

/* SimGrid must not keep the handlers it installs. */
static void test_process_state(void)
{
	struct sigaction now;

	tsim_engine_enter(engine, test_inside, &(struct test){ .fn = test_time_order });
	sigaction(SIGINT, NULL, &now);
	g_assert_true(now.sa_handler == on_signal);
	sigaction(SIGSEGV, NULL, &now);
	g_assert_true(now.sa_handler == on_segv.sa_handler);
}

static const struct test tests[] = {
	{ "/engine/far", test_far },	/* first: the clock is still at 0 */
	{ "/engine/time-order", test_time_order },
	{ "/engine/tie-order", test_tie_order },
	{ "/engine/yield", test_yield },
	{ "/engine/park", test_park },
	{ "/engine/token", test_token },
	{ "/engine/deadline-tie", test_deadline_tie },
	{ "/engine/mutex", test_mutex },
	{ "/engine/mutex-handover", test_mutex_handover },
	{ "/engine/cond", test_cond },
	{ "/engine/semaphore", test_semaphore },
	{ "/engine/spawn", test_spawn },
	{ "/engine/horizon", test_horizon },
	{ "/engine/stop", test_stop },
	{ "/engine/daemon", test_daemon },
	{ "/engine/deadlock", test_deadlock },
	{ "/engine/deadlock-crowd", test_deadlock_crowd },
	{ "/engine/livelock", test_livelock },
	{ "/engine/no-livelock", test_no_livelock },
	{ "/engine/fingerprint", test_fingerprint },
	{ "/engine/fingerprint-known", test_fingerprint_known },
	{ "/engine/cancel", test_cancel },
	{ "/engine/reuse", test_reuse },
	{ "/engine/many", test_many },
};

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	guint i;
	int status;

	g_test_init(&argc, &argv, NULL);
	signal(SIGINT, on_signal);
	sigaction(SIGSEGV, NULL, &on_segv);
	log_text = g_string_new(NULL);
	engine = tsim_engine_open("simgrid", &error);
	g_assert_no_error(error);
	g_test_add_func("/engine/unknown-backend", test_unknown_backend);
	g_test_add_func("/engine/process-state", test_process_state);
	for (i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_data_func(tests[i].path, &tests[i], test_enter);
	status = g_test_run();
	tsim_engine_close(engine);
	g_string_free(log_text, TRUE);
	return status;
}
