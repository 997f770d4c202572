/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A device with flash behind it: when writes and discards reach the map, what
 * an idle device does.
 */
#include <math.h>

#include "device.h"
#include "engine-fixture.h"

#define PAGE 4096

static struct tsim_device dev;
static struct tsim_device_options opt;
static guint64 device_bytes;
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
	tsim_device_attach_ftl(&dev, device_bytes);
	dev.listener = (struct tsim_device_listener){ .write_effect = on_write,
						      .discard_effect = on_discard };
	run_ok(TSIM_NS_NEVER, script, NULL);
	tsim_device_drain(&dev);
	if (dev.ftl)
		tsim_ftl_check(dev.ftl->map);
	tsim_device_clear(&dev);
}

/* One plane, blocks of eight pages; reading takes 10, programming 100, erasing 1000. */
static void reset(void)
{
	tsim_options_clear(tsim_device_option_table, &opt);
	tsim_options_defaults(tsim_device_option_table, &opt);
	device_bytes = 40 * PAGE;
	opt.discard_base_ns = 100;
	opt.slots = 4;
	opt.ftl = TSIM_FTL_PAGE;
	opt.ftl_channels = opt.ftl_dies = opt.ftl_planes = 1;
	opt.ftl_program_bytes = PAGE;
	opt.ftl_block_bytes = 8 * PAGE;
	opt.ftl_buffer_bytes = 64 * PAGE;
	opt.ftl_channel_rate = INFINITY;
	opt.ftl_read_ns = 10;
	opt.ftl_program_ns = 100;
	opt.ftl_erase_ns = 1000;
	opt.ftl_over_provisioning = .5;
}

static struct tsim_range pages(guint64 start, guint64 end)
{
	return TSIM_RANGE(start * PAGE, end * PAGE);
}

static void write_pages(guint64 start, guint64 end)
{
	tsim_sleep_until(engine, tsim_device_write(&dev, pages(start, end), NULL, 0));
}

static gboolean maps(guint64 page)
{
	tsim_device_settle(&dev);
	return tsim_device_maps(&dev, page * PAGE);
}

static void discard(struct tsim_range range)
{
	tsim_device_discard(&dev, range, 1, &next_index, NULL);
}

static void act_discard(void *data)
{
	discard(pages(0, 4));
}

/* ---- effects ---- */

/* Unmapped when the discard takes effect, not when it is submitted. */
static void act_look(void *data)
{
	write_pages(0, 8);
	spawn("fstrim", 0, act_discard);
	tsim_sleep(engine, 99);
	g_assert_true(maps(0));
	tsim_sleep(engine, 2);
	g_assert_false(maps(0));
	g_assert_true(maps(4));
	g_assert_cmpuint(tsim_ftl_counters(dev.ftl->map)->trimmed_pages, ==, 4);
}

static void start_look(void *data)
{
	spawn("writer", 1, act_look);
}

static void test_effect(void)
{
	reset();
	on_device(start_look);
}

/* As it goes, when it sweeps. */
static void act_look_at_sweep(void *data)
{
	write_pages(0, 8);
	spawn("fstrim", 0, act_discard);
	tsim_sleep(engine, 60);
	g_assert_false(maps(1));
	g_assert_true(maps(2));
}

static void start_sweep(void *data)
{
	spawn("writer", 1, act_look_at_sweep);
}

static void test_sweep(void)
{
	reset();
	opt.discard_effect = TSIM_EFFECT_SWEEP;
	on_device(start_sweep);
}

/* A write that ends after the discard's effect keeps its page, one that ends before loses it. */
static void act_race(void *data)
{
	write_pages(0, 4);
	spawn("fstrim", 0, act_discard); /* takes effect at 300 */
	tsim_sleep(engine, 50);
	tsim_device_write(&dev, pages(0, 1), NULL, 0); /* 250 */
	tsim_sleep(engine, 30);
	tsim_device_write(&dev, pages(1, 2), NULL, 0); /* 280 */
	tsim_sleep(engine, 30);
	tsim_device_write(&dev, pages(2, 3), NULL, 0); /* 310 */
	tsim_sleep(engine, 200);
	g_assert_false(maps(0));
	g_assert_false(maps(1));
	g_assert_true(maps(2));
	g_assert_false(maps(3));
}

static void start_race(void *data)
{
	spawn("writer", 1, act_race);
}

static void test_race(void)
{
	reset();
	opt.write_base_ns = 100;
	opt.discard_base_ns = 200;
	on_device(start_race);
}

/* A page that is not wholly discarded is kept; one that is not wholly written is read first. */
static void act_parts(void *data)
{
	write_pages(0, 4);
	tsim_sleep_until(engine, 1000);
	tsim_device_write(&dev, TSIM_RANGE(PAGE / 2, PAGE), NULL, 0); /* reads until 1010 */
	g_assert_cmpint(tsim_device_flush(&dev), ==, 1110);
	discard(TSIM_RANGE(PAGE - 512, 3 * PAGE - 512));
	g_assert_true(maps(0));
	g_assert_false(maps(1));
	g_assert_true(maps(2));
}

static void start_parts(void *data)
{
	spawn("writer", 1, act_parts);
}

static void test_parts(void)
{
	reset();
	opt.discard_granularity_bytes = 512;
	on_device(start_parts);
}

/* ---- times ---- */

static void act_times(void *data)
{
	write_pages(0, 3);
	g_assert_cmpint(tsim_now(engine), ==, 5); /* in the buffer */
	g_assert_cmpint(tsim_device_flush(&dev), ==, opt.ftl_protected ? 5 : 300);
	tsim_sleep_until(engine, 1000);
	g_assert_cmpint(tsim_device_read(&dev, pages(0, 1)), ==, 1017);
	g_assert_cmpint(tsim_device_read(&dev, pages(3, 4)), ==, 1007); /* nothing there */
	g_assert_cmpint(tsim_device_read(&dev, pages(0, 3)), ==, 1047); /* three after the first */
}

static void start_times(void *data)
{
	spawn("writer", 1, act_times);
}

static void test_times(void)
{
	reset();
	opt.write_base_ns = 5;
	opt.read_base_ns = 7;
	on_device(start_times);
	opt.ftl_protected = TRUE;
	on_device(start_times);
}

/* ---- a used device ---- */

static void act_used(void *data)
{
	const struct tsim_ftl_counters *n = tsim_ftl_counters(dev.ftl->map);

	g_assert_cmpuint(tsim_ftl_mapped_pages(dev.ftl->map), ==, 30);
	g_assert_true(maps(29));
	g_assert_false(maps(30));
	g_assert_cmpuint(n->host_pages + n->moved_pages + n->erased_blocks, ==, 0);
	/* the same in every replication */
	g_assert_cmpuint(tsim_ftl_lookup(dev.ftl->map, 7), ==, GPOINTER_TO_UINT(data));
	write_pages(0, 40);
	g_assert_cmpuint(n->host_pages, ==, 40);
	g_assert_cmpuint(n->erased_blocks, >, 0);
}

static guint where;

static void start_used(void *data)
{
	if (!where)
		where = tsim_ftl_lookup(dev.ftl->map, 7);
	tsim_actor_spawn(engine, "writer", 1, 0, act_used, GUINT_TO_POINTER(where));
}

static void test_used(void)
{
	reset();
	opt.ftl_fill = .75;
	opt.ftl_turnovers = 2;
	where = 0;
	on_device(start_used);
	on_device(start_used);
}

/* Garbage is collected while nothing comes, and only then. */
static void act_idle(void *data)
{
	const struct tsim_ftl_counters *n = tsim_ftl_counters(dev.ftl->map);

	for (guint64 i = 0; i < 40; i++)
		write_pages(i, i + 1);
	for (guint64 i = 0; i < 16; i += 2)
		write_pages(i, i + 1); /* of 64 pages 16 are free now */
	g_assert_cmpuint(n->moved_pages, ==, 0);
	tsim_sleep_until(engine, 20000);
	tsim_device_read(&dev, pages(39, 40));
	g_assert_cmpuint(n->moved_pages, ==, opt.ftl_background_blocks ? 8 : 0);
	g_assert_cmpuint(n->erased_blocks, ==, opt.ftl_background_blocks ? 2 : 0);
}

static void start_idle(void *data)
{
	spawn("writer", 1, act_idle);
}

static void test_idle(void)
{
	reset();
	opt.ftl_background_delay_ns = 1000;
	on_device(start_idle);
	opt.ftl_background_blocks = 3;
	on_device(start_idle);
}

/* Under a discard collection takes longer: moving pages out of an idle device's way. */
static void act_slow_gc(void *data)
{
	const struct tsim_ftl_counters *n = tsim_ftl_counters(dev.ftl->map);

	for (guint64 i = 0; i < 40; i++)
		write_pages(i, i + 1);
	tsim_sleep_until(engine, 20000);
	spawn("fstrim", 0, act_discard); /* until 1020000 */
	tsim_sleep(engine, 1);
	for (guint64 i = 8; n->erased_blocks == 0; i = i < 39 ? i + 1 : 8)
		tsim_device_write(&dev, pages(i, i + 1), NULL, 0);
	*(tsim_ns *)data = dev.ftl->flash.plane_ns[0];
}

static tsim_ns plane_ns;

static void start_slow_gc(void *data)
{
	tsim_actor_spawn(engine, "writer", 1, 0, act_slow_gc, &plane_ns);
}

static void test_slow_gc(void)
{
	tsim_ns usual;

	reset();
	opt.discard_base_ns = 1000000;
	on_device(start_slow_gc);
	usual = plane_ns;
	opt.discard_slow_gc = 3;
	on_device(start_slow_gc);
	/* one block erased, and every page read that was moved until then */
	g_assert_cmpint(plane_ns - usual, >=, 2 * 1000);
	g_assert_cmpint((plane_ns - usual - 2 * 1000) % (2 * 10), ==, 0);
	g_assert_cmpint(plane_ns - usual - 2 * 1000, <=, 8 * 2 * 10);
}

/* What is not mapped costs rate_unmapped; a part of a page counts as mapped. */
static void act_unmapped(void *data)
{
	write_pages(0, 8);
	discard(pages(0, 4)); /* all mapped */
	g_assert_cmpint(tsim_now(engine), ==, GPOINTER_TO_INT(data) + 4000);
	discard(pages(0, 8)); /* half */
	g_assert_cmpint(tsim_now(engine), ==, GPOINTER_TO_INT(data) + 4000 + 4400);
	discard(TSIM_RANGE(PAGE / 2, 2 * PAGE)); /* a page and a half */
	g_assert_cmpint(tsim_now(engine), ==, GPOINTER_TO_INT(data) + 4000 + 4400 + 600);
}

static void start_unmapped(void *data)
{
	tsim_actor_spawn(engine, "writer", 1, 0, act_unmapped, GINT_TO_POINTER(0));
}

static void test_unmapped(void)
{
	reset();
	opt.discard_base_ns = 0;
	opt.discard_rate = 4096e6; /* 1,000 ns a page */
	opt.discard_rate_unmapped = 4096e7;
	on_device(start_unmapped);
}

/* Not before the delay is over, and no page after the next command. */
static void act_short(void *data)
{
	const struct tsim_ftl_counters *n = tsim_ftl_counters(dev.ftl->map);

	for (guint64 i = 0; i < 40; i++)
		write_pages(i, i + 1);
	for (guint64 i = 0; i < 16; i += 2)
		write_pages(i, i + 1); /* programs end at 4800 */
	tsim_sleep_until(engine, 5800);
	tsim_device_read(&dev, pages(39, 40));
	g_assert_cmpuint(n->moved_pages, ==, 0);
	tsim_sleep_until(engine, 6860); /* idle since 5810, collecting since 6810: two slots */
	tsim_device_read(&dev, pages(39, 40));
	g_assert_cmpuint(n->moved_pages, ==, 2);
}

static void start_short(void *data)
{
	spawn("writer", 1, act_short);
}

static void test_idle_is_short(void)
{
	reset();
	opt.ftl_buffer_bytes = 2 * PAGE;
	opt.ftl_background_delay_ns = 1000;
	opt.ftl_background_blocks = 3;
	on_device(start_short);
}

static void assert_refused(const char *pattern)
{
	g_autoptr(GError) error = NULL;

	g_assert_false(tsim_device_options_check(&opt, device_bytes, &error));
	g_assert_error(error, TSIM_ERROR, TSIM_ERROR_INPUT);
	if (!g_pattern_match_simple(pattern, error->message))
		g_error("'%s' does not match '%s'", error->message, pattern);
}

static void test_options(void)
{
	g_autoptr(GError) error = NULL;

	reset();
	g_assert_true(tsim_device_options_check(&opt, device_bytes, &error));
	opt.ftl_program_bytes = 5000;
	assert_refused("device.ftl.program = 5kB must be a multiple of device.ftl.page = 4KiB");
	opt.ftl_program_bytes = 3 * PAGE;
	assert_refused("device.ftl.block = 32KiB must be a multiple of *12KiB");
	opt.ftl_program_bytes = 4 * PAGE;
	opt.ftl_buffer_bytes = 7 * PAGE;
	assert_refused("device.ftl.buffer must hold *32768B or more");
	opt.ftl_buffer_bytes = 8 * PAGE;
	device_bytes = G_GUINT64_CONSTANT(1) << 44;
	assert_refused("*filesystem.size*larger device.ftl.page");
	opt.ftl = TSIM_FTL_OFF; /* what is off need not fit */
	g_assert_true(tsim_device_options_check(&opt, device_bytes, &error));
}

static const struct engine_test tests[] = {
	{ "/device-ftl/effect", test_effect },
	{ "/device-ftl/sweep", test_sweep },
	{ "/device-ftl/race", test_race },
	{ "/device-ftl/parts", test_parts },
	{ "/device-ftl/times", test_times },
	{ "/device-ftl/used", test_used },
	{ "/device-ftl/idle", test_idle },
	{ "/device-ftl/slow-gc", test_slow_gc },
	{ "/device-ftl/unmapped", test_unmapped },
	{ "/device-ftl/idle-is-short", test_idle_is_short },
	{ "/device-ftl/options", test_options },
};

int main(int argc, char **argv)
{
	int status = engine_test_main(argc, argv, tests, G_N_ELEMENTS(tests));

	tsim_options_clear(tsim_device_option_table, &opt);
	return status;
}
