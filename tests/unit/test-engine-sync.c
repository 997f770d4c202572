/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine-fixture.h"

/* Mutex, condition, semaphore. */

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

static const struct engine_test tests[] = {
	{ "/engine/mutex", test_mutex },
	{ "/engine/mutex-handover", test_mutex_handover },
	{ "/engine/cond", test_cond },
	{ "/engine/semaphore", test_semaphore },
};

int main(int argc, char **argv)
{
	return engine_test_main(argc, argv, tests, G_N_ELEMENTS(tests));
}
