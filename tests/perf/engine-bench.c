/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one wait, one hand-over and one empty replication cost: CPU time of this process. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine.h"

static TsimEngine *engine;
static struct tsim_mutex mutex;
static guint scale = 1;

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static long rss_kib(void)
{
	g_autofree char *text = NULL;
	long total, resident;

	if (!g_file_get_contents("/proc/self/statm", &text, NULL, NULL) ||
	    sscanf(text, "%ld %ld", &total, &resident) != 2)
		return -1;
	return resident * 4;
}

struct loop {
	guint actors, waits;
	tsim_ns step;
};

static void act_sleep(void *data)
{
	const struct loop *loop = data;
	guint i;

	for (i = 0; i < loop->waits; i++)
		tsim_sleep(engine, loop->step);
}

static void act_mutex(void *data)
{
	const struct loop *loop = data;
	guint i;

	for (i = 0; i < loop->waits; i++) {
		tsim_mutex_lock(&mutex);
		tsim_sleep(engine, 0);
		tsim_mutex_unlock(&mutex);
	}
}

static void start_sleep(void *data)
{
	const struct loop *loop = data;
	guint i;

	for (i = 0; i < loop->actors; i++)
		tsim_actor_spawn(engine, "sleep", 0, 0, act_sleep, data);
}

static void start_mutex(void *data)
{
	const struct loop *loop = data;
	guint i;

	tsim_mutex_init(&mutex, engine, "m");
	for (i = 0; i < loop->actors; i++)
		tsim_actor_spawn(engine, "mutex", 0, 0, act_mutex, data);
}

static guint64 run(void (*start)(void *data), struct loop *loop, guint times)
{
	guint64 events = 0;
	guint i;

	for (i = 0; i < times; i++) {
		g_autoptr(GError) error = NULL;

		if (!tsim_engine_run(engine, TSIM_NS_NEVER, start, loop, &error)) {
			fprintf(stderr, "engine-bench: %s\n", error->message);
			exit(1);
		}
		events += tsim_engine_events(engine);
	}
	return events;
}

static void bench_event(const char *what, void (*start)(void *data), struct loop loop)
{
	double since = cpu_s();
	guint64 events = run(start, &loop, 1);

	printf("%-44s %8.0f ns/event\n", what, 1e9 * (cpu_s() - since) / (double)events);
}

static void bench_replications(const char *what, struct loop loop, guint times)
{
	double since, spent;
	long before;

	run(start_sleep, &loop, 1000);
	before = rss_kib();
	since = cpu_s();
	run(start_sleep, &loop, times);
	spent = cpu_s() - since;
	printf("%-44s %8.0f /s  (%.2f us)  RSS %ld KiB, %+ld after %u\n", what, times / spent,
	       1e6 * spent / times, rss_kib(), rss_kib() - before, times);
}

static void bench(void *data)
{
	guint n = 400000 * scale;

	bench_event("sleep, own event is next", start_sleep, (struct loop){ 1, n, 1000 });
	bench_event("sleep 0, own event is next", start_sleep, (struct loop){ 1, 999000, 0 });
	bench_event("sleep, 2 actors by turns, clock moves 1 in 2", start_sleep,
		    (struct loop){ 2, n / 2, 1000 });
	bench_event("sleep, 10 actors, clock moves 1 in 10", start_sleep,
		    (struct loop){ 10, n / 10, 1000 });
	bench_event("sleep 0, 2 actors by turns (a hand-over)", start_sleep,
		    (struct loop){ 2, 400000, 0 });
	bench_event("mutex, 2 actors by turns", start_mutex, (struct loop){ 2, 200000, 0 });
	bench_replications("replications of 4 actors x 7 waits", (struct loop){ 4, 7, 1000 },
			   50000 * scale);
	bench_replications("replications of 1 actor x 10 waits", (struct loop){ 1, 10, 1000 },
			   100000 * scale);
	bench_replications("replications of 1 actor x 1 wait", (struct loop){ 1, 1, 1000 },
			   1000000 * scale);
	printf("back end's clock %.1f s\n", tsim_engine_clock_s(engine));
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;

	if (argc > 1)
		scale = MAX(1, atoi(argv[1]));
	engine = tsim_engine_open("simgrid", &error);
	if (!engine) {
		fprintf(stderr, "engine-bench: %s\n", error->message);
		return 1;
	}
	tsim_engine_enter(engine, bench, NULL);
	tsim_engine_close(engine);
	return 0;
}
