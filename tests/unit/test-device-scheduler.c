/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which command is served next, reads first or all in turn, and what is counted of them. */
#include "device.h"
#include "engine-fixture.h"

#define PLACE TSIM_RANGE(0, 4096)

static struct tsim_device dev;
static struct tsim_device_options opt;
static guint32 next_index;

static void on_write(void *data, const struct tsim_command *cmd)
{
}

static void on_discard(void *data, const struct tsim_command *cmd, struct tsim_range r, tsim_ns t)
{
}

static void on_device(void (*script)(void *data))
{
	struct tsim_rng rng = { 1, 1 };

	next_index = 0;
	tsim_device_init(&dev, engine, &opt, &rng);
	dev.listener = (struct tsim_device_listener){ .write_effect = on_write,
						      .discard_effect = on_discard };
	run_ok(TSIM_NS_NEVER, script, NULL);
	tsim_device_drain(&dev);
	tsim_device_clear(&dev);
}

static void act_write(void *data)
{
	tsim_device_write_wait(&dev, PLACE);
	note(data);
}

static void act_trim(void *data)
{
	tsim_device_discard(&dev, PLACE, 1, &next_index, NULL);
	note(data);
}

static void act_read(void *data)
{
	tsim_sleep_until(engine, tsim_device_read(&dev, PLACE));
	note(data);
}

/* One server; at 0 a write, a write, a discard; reads at 5, 10 and 12. */
static void start_mix(void *data)
{
	spawn("w1", 1, act_write);
	spawn("w2", 2, act_write);
	spawn("d1", 3, act_trim);
	tsim_sleep_until(engine, 5);
	spawn("r1", 1, act_read);
	tsim_sleep_until(engine, 10);
	spawn("r2", 1, act_read);
	tsim_sleep_until(engine, 12);
	spawn("r3", 1, act_read);
}

static void start_mix_actor(void *data)
{
	tsim_actor_spawn(engine, "arrivals", 0, 0, start_mix, NULL);
}

static void reset(void)
{
	tsim_options_clear(tsim_device_option_table, &opt);
	tsim_options_defaults(tsim_device_option_table, &opt);
	opt.slots = 1;
	opt.discard_queueing = TSIM_BARRIER;
	opt.write_base_ns = 100;
	opt.read_base_ns = 10;
	opt.discard_base_ns = 50;
}

/* What came first is served first. */
static void test_fifo(void)
{
	reset();
	on_device(start_mix_actor);
	assert_log("w1@100 w2@200 d1@250 r1@260 r2@270 r3@280");
}

/* The write in service is not interrupted; then all reads, then the rest in its order. */
static void test_reads_first(void)
{
	reset();
	opt.scheduler = TSIM_SCHEDULER_READS_FIRST;
	on_device(start_mix_actor);
	assert_log("w1@100 r1@110 r2@120 r3@130 w2@230 d1@280");
	reset();
	opt.scheduler = TSIM_SCHEDULER_READS_FIRST;
	opt.slots = 2; /* two writes at once; the discard waits until both slots are empty */
	on_device(start_mix_actor);
	assert_log("w1@100 w2@100 r1@110 r2@110 r3@120 d1@170");
}

/* A queued discard has its own slots: it waits for nobody. */
static void test_reads_first_queued(void)
{
	reset();
	opt.scheduler = TSIM_SCHEDULER_READS_FIRST;
	opt.discard_queueing = TSIM_QUEUED;
	on_device(start_mix_actor);
	assert_log("d1@50 w1@100 r1@110 r2@120 r3@130 w2@230");
}

/* Little's law: the integral of the number of commands is the sum of their times. */
static void assert_usage(void)
{
	tsim_ns times = 0;

	for (guint i = 0; i < TSIM_N_IO; i++)
		times += dev.load[i].wait_ns + dev.load[i].service_ns;
	tsim_usage_advance(&dev.usage, tsim_now(engine));
	g_assert_cmpint(dev.usage.depth_ns, ==, times);
	g_assert_cmpuint(dev.usage.max_depth, ==, 2);
	g_assert_cmpint(dev.usage.backlog_ns, ==, 50);
	g_assert_cmpuint(dev.usage.max_backlog, ==, 1);
	g_assert_cmpuint(dev.usage.max_backlog_bytes, ==, tsim_range_len(PLACE));
}

/* Waits and services of each kind, since it was said so. */
static void act_count(void *data)
{
	struct tsim_load *load = dev.load;

	tsim_sleep_until(engine, tsim_device_read(&dev, PLACE));
	tsim_device_count_from_now(&dev);
	spawn("w1", 0, act_write);
	tsim_sleep(engine, 5);
	tsim_device_read(&dev, PLACE);
	tsim_sleep(engine, 500);
	tsim_device_discard(&dev, PLACE, 1, &next_index, NULL);
	tsim_sleep_until(engine, tsim_device_flush(&dev));
	g_assert_cmpuint(load[TSIM_IO_READ].n, ==, 1);
	g_assert_cmpint(load[TSIM_IO_READ].wait_ns, ==, 95);
	g_assert_cmpint(load[TSIM_IO_READ].service_ns, ==, 10);
	g_assert_cmpint(load[TSIM_IO_WRITE].wait_ns, ==, 0);
	g_assert_cmpint(load[TSIM_IO_WRITE].service_ns, ==, 100);
	g_assert_cmpint(load[TSIM_IO_DISCARD].service_ns, ==, 50);
	g_assert_cmpuint(load[TSIM_IO_FLUSH].n, ==, 1);
	g_assert_cmpint(dev.counted_from_ns, ==, 10);
	assert_usage();
}

static void start_count(void *data)
{
	spawn("count", 1, act_count);
}

static void test_load(void)
{
	reset();
	on_device(start_count);
}

static const struct engine_test tests[] = {
	{ "/device-scheduler/fifo", test_fifo },
	{ "/device-scheduler/reads-first", test_reads_first },
	{ "/device-scheduler/reads-first-queued", test_reads_first_queued },
	{ "/device-scheduler/load", test_load },
};

int main(int argc, char **argv)
{
	int status = engine_test_main(argc, argv, tests, G_N_ELEMENTS(tests));

	tsim_options_clear(tsim_device_option_table, &opt);
	return status;
}
