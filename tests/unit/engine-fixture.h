/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"
#include "error.h"

/*
 * Every engine test runs inside one tsim_engine_enter() on one engine, as a
 * worker's replications do: each also shows that the one before left the
 * engine usable.
 */
struct engine_test {
	const char *path;
	void (*fn)(void);
};

extern TsimEngine *engine;

/* Write down what an actor does, and when: "what@ns ". */
void note(const char *what);
void assert_log(const char *expected);

void run_ok(tsim_ns horizon, void (*start)(void *data), void *data);
void run_fails(void (*start)(void *data), const char *pattern);

/* An actor whose argument is its name. */
void spawn(const char *name, int priority, tsim_actor_fn fn);

/* Sleeps until the number in its name, "<letter><ns>". */
void act_sleep(void *data);

/* A run with all kinds of waits, some of them cancelled; it ends well only in a sound engine. */
void start_mixed(void *data);
void assert_usable(void);

int engine_test_main(int argc, char **argv, const struct engine_test *tests, guint n);
