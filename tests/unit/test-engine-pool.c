/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "engine-fixture.h"

/* Stacks and the clock over many runs; the process around them. */

static long rss_kib(void)
{
	g_autofree char *text = NULL;
	long total, resident;

	g_assert_true(g_file_get_contents("/proc/self/statm", &text, NULL, NULL));
	g_assert_cmpint(sscanf(text, "%ld %ld", &total, &resident), ==, 2);
	return resident * 4;
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
	assert_usable();
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
		assert_usable();
	}
}

static void test_unknown_backend(void)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(tsim_engine_open("nonesuch", &error));
	g_assert_error(error, TSIM_ERROR, TSIM_ERROR_RUN);
	g_assert_true(strstr(error->message, "trimsim-engine-nonesuch.so") != NULL);
}

static struct sigaction on_segv;	/* before the engine; a sanitizer has one of its own */

static void on_signal(int number)
{
}

/* SimGrid must not keep the handlers it installs. */
static void test_signals(void)
{
	struct sigaction now;

	sigaction(SIGINT, NULL, &now);
	g_assert_true(now.sa_handler == on_signal);
	sigaction(SIGSEGV, NULL, &now);
	g_assert_true(now.sa_handler == on_segv.sa_handler);
}

/* libsimgrid has an MPI of its own, which nobody else may meet. */
static void test_symbols(void)
{
	g_assert_null(dlsym(RTLD_DEFAULT, "MPI_Init"));
}

static const struct engine_test tests[] = {
	{ "/engine/unknown-backend", test_unknown_backend },
	{ "/engine/signals", test_signals },
	{ "/engine/symbols", test_symbols },
	{ "/engine/far", test_far },	/* before the others: the clock is still at 0 */
	{ "/engine/cancel", test_cancel },
	{ "/engine/reuse", test_reuse },
	{ "/engine/many", test_many },
};

int main(int argc, char **argv)
{
	signal(SIGINT, on_signal);
	sigaction(SIGSEGV, NULL, &on_segv);
	return engine_test_main(argc, argv, tests, G_N_ELEMENTS(tests));
}
