/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine-fixture.h"

TsimEngine *engine;
static GString *log_text;

void note(const char *what)
{
	g_string_append_printf(log_text, "%s@%" G_GINT64_FORMAT " ", what, tsim_now(engine));
}

void run_ok(tsim_ns horizon, void (*start)(void *data), void *data)
{
	g_autoptr(GError) error = NULL;

	g_string_truncate(log_text, 0);
	tsim_engine_run(engine, horizon, start, data, &error);
	g_assert_no_error(error);
}

void run_fails(void (*start)(void *data), const char *pattern)
{
	g_autoptr(GError) error = NULL;

	g_string_truncate(log_text, 0);
	g_assert_false(tsim_engine_run(engine, TSIM_NS_NEVER, start, NULL, &error));
	g_assert_error(error, TSIM_ERROR, TSIM_ERROR_RUN);
	if (!g_pattern_match_simple(pattern, error->message))
		g_error("'%s' does not match '%s'", error->message, pattern);
}

void assert_log(const char *expected)
{
	g_assert_cmpstr(g_strchomp(log_text->str), ==, expected);
}

void spawn(const char *name, int priority, tsim_actor_fn fn)
{
	tsim_actor_spawn(engine, name, priority, 0, fn, (void *)name);
}

void act_sleep(void *data)
{
	tsim_sleep_until(engine, g_ascii_strtoll((const char *)data + 1, NULL, 10));
	note(data);
}

static struct tsim_mutex mutex;

static void act_lock(void *data)
{
	tsim_mutex_lock(&mutex);
	note(data);
	tsim_sleep(engine, 10);
	tsim_mutex_unlock(&mutex);
}

static void act_tick(void *data)
{
	for (;;) {
		tsim_sleep(engine, 9);
		note(data);
	}
}

static void act_idle(void *data)
{
	tsim_park(engine, TSIM_NS_NEVER, "nothing");
}

void start_mixed(void *data)
{
	tsim_mutex_init(&mutex, engine, "m");
	spawn("a", 0, act_lock);
	spawn("b", 9, act_lock);
	spawn("c", 5, act_lock);
	tsim_actor_spawn(engine, "idle", 0, TSIM_ACTOR_DAEMON, act_idle, NULL);
	tsim_actor_spawn(engine, "t", 0, TSIM_ACTOR_DAEMON, act_tick, (void *)"t");
}

void assert_usable(void)
{
	run_ok(TSIM_NS_NEVER, start_mixed, NULL);
	assert_log("a@0 t@9 c@10 t@18 b@20 t@27");
	g_assert_cmpint(tsim_now(engine), ==, 30);
}

static void test_inside(void *data)
{
	((const struct engine_test *)data)->fn();
}

static void test_enter(const void *data)
{
	tsim_engine_enter(engine, test_inside, (void *)data);
}

int engine_test_main(int argc, char **argv, const struct engine_test *tests, guint n)
{
	g_autoptr(GError) error = NULL;
	guint i;
	int status;

	g_test_init(&argc, &argv, NULL);
	log_text = g_string_new(NULL);
	engine = tsim_engine_open("simgrid", &error);
	g_assert_no_error(error);
	for (i = 0; i < n; i++)
		g_test_add_data_func(tests[i].path, &tests[i], test_enter);
	status = g_test_run();
	tsim_engine_close(engine);
	g_string_free(log_text, TRUE);
	return status;
}
