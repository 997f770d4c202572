/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine-fixture.h"

/* The order of events; sleeping, parking, spawning. */

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

static TsimActor *second;

static void act_wait(void *data)
{
	tsim_park(engine, TSIM_NS_NEVER, "turn");
	note(data);
}

static void act_unpark_again(void *data)
{
	tsim_unpark(parked);
	tsim_unpark(second);
	tsim_unpark(parked);
}

static void start_unpark_again(void *data)
{
	parked = tsim_actor_spawn(engine, "first", 0, 0, act_wait, (void *)"first");
	second = tsim_actor_spawn(engine, "second", 0, 0, act_wait, (void *)"second");
	spawn("waker", 0, act_unpark_again);
}

/* An unpark that adds nothing does not cost the actor its turn. */
static void test_unpark_again(void)
{
	run_ok(TSIM_NS_NEVER, start_unpark_again, NULL);
	assert_log("first@0 second@0");
}

#define CROWD 64
static TsimActor *crowd[CROWD];
static guint n_late, n_woken;

static guint32 next_random(guint32 *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 16;
}

static void act_crowd(void *data)
{
	guint32 state = GPOINTER_TO_UINT(data);
	int i;

	for (i = 0; i < 100; i++) {
		tsim_ns deadline = tsim_now(engine) + next_random(&state) % 1000;

		if (tsim_park(engine, deadline, "crowd")) {
			g_assert_cmpint(tsim_now(engine), <=, deadline);
			n_woken++;
		} else {
			g_assert_cmpint(tsim_now(engine), ==, deadline);
			n_late++;
		}
	}
}

static void act_crowd_waker(void *data)
{
	guint32 state = 1;

	for (;;) {
		tsim_sleep(engine, next_random(&state) % 20);
		tsim_unpark(crowd[next_random(&state) % CROWD]);
	}
}

static void start_crowd_deadlines(void *data)
{
	guint i;

	for (i = 0; i < CROWD; i++)
		crowd[i] = tsim_actor_spawn(engine, "crowd", 0, 0, act_crowd, GUINT_TO_POINTER(i));
	tsim_actor_spawn(engine, "waker", 0, TSIM_ACTOR_DAEMON, act_crowd_waker, NULL);
}

/* Deadlines are taken out of the middle of the heap; the others stay exact. */
static void test_crowd(void)
{
	n_late = 0;
	n_woken = 0;
	run_ok(TSIM_NS_NEVER, start_crowd_deadlines, NULL);
	g_assert_cmpuint(n_late + n_woken, ==, CROWD * 100);
	g_assert_cmpuint(n_late, >, 1000);
	g_assert_cmpuint(n_woken, >, 1000);
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

static const struct engine_test tests[] = {
	{ "/engine/time-order", test_time_order },
	{ "/engine/tie-order", test_tie_order },
	{ "/engine/yield", test_yield },
	{ "/engine/park", test_park },
	{ "/engine/token", test_token },
	{ "/engine/deadline-tie", test_deadline_tie },
	{ "/engine/unpark-again", test_unpark_again },
	{ "/engine/crowd", test_crowd },
	{ "/engine/spawn", test_spawn },
};

int main(int argc, char **argv)
{
	return engine_test_main(argc, argv, tests, G_N_ELEMENTS(tests));
}
