/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When flash is done: channels, dies, planes and the buffer, in nanoseconds. */
#include <glib.h>

#include "ftl-flash.h"

static struct tsim_flash flash;
static struct tsim_ftl_media media;

/*
 * Pages of 1 KiB, blocks of four of them; reading takes 10, programming 100,
 * erasing 1000, a transfer 1; a buffer of four pages.
 */
static struct tsim_device_options options(void)
{
	return (struct tsim_device_options){
		.ftl = TSIM_FTL_PAGE,
		.ftl_page_bytes = 1024,
		.ftl_program_bytes = 1024,
		.ftl_block_bytes = 4096,
		.ftl_buffer_bytes = 4096,
		.ftl_channels = 1,
		.ftl_dies = 1,
		.ftl_planes = 1,
		.ftl_channel_rate = 1024e9,
		.ftl_read_ns = 10,
		.ftl_program_ns = 100,
		.ftl_erase_ns = 1000,
	};
}

static void make(struct tsim_device_options opt)
{
	tsim_flash_clear(&flash);
	tsim_flash_init(&flash, &opt);
	media = tsim_flash_media(&flash);
}

/* When the buffer takes physical page @page, written at @now. */
static tsim_ns write_at(tsim_ns now, guint32 page)
{
	tsim_flash_begin(&flash, now);
	media.write(media.data, page);
	return flash.admitted_ns;
}

static tsim_ns read_at(tsim_ns now, guint32 page)
{
	tsim_flash_begin(&flash, now);
	return tsim_flash_read(&flash, page, 1);
}

static tsim_ns drain_at(tsim_ns now)
{
	tsim_flash_begin(&flash, now);
	return tsim_flash_drain(&flash);
}

/* One plane: a program after the other, and the fifth page waits for the first program. */
static void test_buffer(void)
{
	make(options());
	for (guint32 page = 0; page < 4; page++)
		g_assert_cmpint(write_at(0, page), ==, 0);
	g_assert_cmpint(write_at(0, 4), ==, 101);
	g_assert_cmpint(write_at(0, 5), ==, 201);
	g_assert_cmpint(write_at(250, 6), ==, 301);
	g_assert_cmpint(write_at(5000, 7), ==, 5000);
	g_assert_cmpint(drain_at(5000), ==, 5101);
	g_assert_cmpint(drain_at(6000), ==, 6000);
}

/* Two channels, two dies each: four planes program at once, and the channels' transfers do not. */
static void test_parallel(void)
{
	struct tsim_device_options opt = options();

	opt.ftl_channels = 2;
	opt.ftl_dies = 2;
	opt.ftl_buffer_bytes = 1 << 20;
	opt.ftl_channel_rate = 1024e8; /* 10 ns a page */
	make(opt);
	for (guint32 page = 0; page < 4; page++)
		write_at(0, page);
	/* pages 0 and 1 come over their channels by 10, 2 and 3 by 20 */
	g_assert_cmpint(drain_at(0), ==, 120);
	write_at(0, 4); /* the plane of page 0, which is busy until 110 */
	g_assert_cmpint(drain_at(0), ==, 210);
}

/* Planes of a die work together on one kind of thing only. */
static void test_planes(void)
{
	struct tsim_device_options opt = options();

	opt.ftl_planes = 2;
	make(opt);
	write_at(0, 0);
	write_at(0, 1);
	g_assert_cmpint(drain_at(0), ==, 102); /* both; the second transfer ends at 2 */
	write_at(1000, 2); /* plane 0, until 1101 */
	g_assert_cmpint(read_at(1010, 1), ==, 1112); /* plane 1, but the die programs */
	write_at(1020, 3); /* plane 1, after the read of 10 */
	g_assert_cmpint(drain_at(1020), ==, 1211);
	tsim_flash_begin(&flash, 2000);
	media.erase(media.data, 0); /* in both planes at once */
	g_assert_cmpint(read_at(2000, 4), ==, 3011);
}

/* With dies of their own they do not disturb each other. */
static void test_dies(void)
{
	struct tsim_device_options opt = options();

	opt.ftl_dies = 2;
	make(opt);
	write_at(1000, 2); /* die 0 */
	g_assert_cmpint(read_at(1010, 1), ==, 1021); /* die 1 */
	g_assert_cmpint(read_at(1010, 0), ==, 1112);
}

/* Four pages are programmed together, when the last of them is there. */
static void test_program(void)
{
	struct tsim_device_options opt = options();

	opt.ftl_program_bytes = 4096;
	opt.ftl_buffer_bytes = 8192;
	make(opt);
	for (guint32 page = 0; page < 3; page++)
		write_at(page * 1000, page);
	g_assert_cmpint(read_at(2500, 1), ==, 2500); /* still in the buffer */
	write_at(3000, 3);
	g_assert_cmpint(read_at(3000, 1), ==, 3115); /* 4 over, 100, then 10 and 1 back */
	write_at(4000, 4);
	write_at(4000, 5);
	g_assert_cmpint(drain_at(4000), ==, 4102); /* a part of a page */
	/* the other two complete it: programs are at 4204, eight pages ago at 3104 */
	write_at(4102, 6);
	g_assert_cmpint(write_at(4102, 7), ==, 4102);
	g_assert_cmpint(drain_at(4102), ==, 4204);
}

/* A page is read where it is, transferred, and programmed where it goes. */
static void test_move(void)
{
	struct tsim_device_options opt = options();

	opt.ftl_channels = 2;
	make(opt);
	tsim_flash_begin(&flash, 0);
	media.move(media.data, 0, 9); /* 10 + 1 on channel 0, 1 + 100 on channel 1 */
	g_assert_cmpint(drain_at(0), ==, 112);
	media.move(media.data, 2, 11); /* as soon, but that plane programs until 112 */
	g_assert_cmpint(drain_at(0), ==, 212);
	tsim_flash_begin(&flash, 0);
	media.erase(media.data, 0); /* channel 0 has read until 20, channel 1 programs */
	g_assert_cmpint(read_at(0, 0), ==, 1031);
	g_assert_cmpint(read_at(0, 1), ==, 1223);
}

/* What lies in one page of flash is read once. */
static void test_sense_once(void)
{
	struct tsim_device_options opt = options();

	opt.ftl_channels = 2;
	opt.ftl_program_bytes = 2048;
	opt.ftl_buffer_bytes = 8192;
	make(opt);
	tsim_flash_begin(&flash, 0);
	media.move(media.data, 0, 10);
	media.move(media.data, 1, 11);
	/* 10 to read, one after the other over channel 0, two over channel 1, 100 */
	g_assert_cmpint(drain_at(0), ==, 10 + 2 + 2 + 100);
}

/* A channel is not kept for a page that is still being read. */
static void test_channel_does_not_wait(void)
{
	struct tsim_device_options opt = options();

	opt.ftl_dies = 2;
	make(opt);
	tsim_flash_begin(&flash, 0);
	media.erase(media.data, 1); /* both dies until 1000 */
	g_assert_cmpint(read_at(0, 0), ==, 1011);
	g_assert_cmpint(write_at(0, 1), ==, 0);
	g_assert_cmpint(flash.channel_ns[0], ==, 2);
}

int main(int argc, char **argv)
{
	int status;

	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ftl-flash/buffer", test_buffer);
	g_test_add_func("/ftl-flash/parallel", test_parallel);
	g_test_add_func("/ftl-flash/planes", test_planes);
	g_test_add_func("/ftl-flash/dies", test_dies);
	g_test_add_func("/ftl-flash/program", test_program);
	g_test_add_func("/ftl-flash/move", test_move);
	g_test_add_func("/ftl-flash/sense-once", test_sense_once);
	g_test_add_func("/ftl-flash/channel-does-not-wait", test_channel_does_not_wait);
	status = g_test_run();
	tsim_flash_clear(&flash);
	return status;
}
