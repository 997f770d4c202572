/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a discard costs and when it is done, in exact times. */
#include <math.h>

#include "device-fixture.h"
#include "service.h"

static struct device_script one(guint64 start, guint64 end)
{
	return (struct device_script){ .discards = { blocks(start, end) }, .n_discards = 1 };
}

/* ---- cost ---- */

/* base + ranges * per_range + units * per_unit + mapped / rate + unmapped / rate_unmapped */
static void test_cost(void)
{
	struct tsim_rng rng = { 3, 4 };
	struct tsim_discard_load load = {
		.bytes = 40960, .unmapped = 8192, .units = 10, .ranges = 3
	};

	device_reset();
	opt.discard_per_range_ns = 7;
	opt.discard_per_unit_ns = 2;
	opt.discard_rate = 4096e6; /* 1,000 ns a block */
	opt.discard_rate_unmapped = 4096e7;
	g_assert_cmpint(tsim_discard_service_of(&opt, &rng, &load, 1, 0), ==,
			100 + 3 * 7 + 10 * 2 + 8 * 1000 + 2 * 100);
	opt.discard_rate_unmapped = INFINITY;
	g_assert_cmpint(tsim_discard_service_of(&opt, &rng, &load, 1, 0), ==,
			100 + 3 * 7 + 10 * 2 + 8 * 1000);
}

/* The last unit may be a part of one. */
static void test_units(void)
{
	struct tsim_rng rng = { 3, 4 };

	device_reset();
	opt.discard_per_unit_ns = 3;
	opt.discard_unit_bytes = 16384;
	g_assert_cmpint(tsim_discard_service(&opt, &rng, 16384, 1, 0), ==, 103);
	g_assert_cmpint(tsim_discard_service(&opt, &rng, 16385, 1, 0), ==, 106);
	g_assert_cmpint(tsim_discard_service(&opt, &rng, 512, 1, 0), ==, 103);
}

static void act_again(void *data)
{
	guint32 index = 0;

	tsim_device_discard(&dev, blocks(0, 8), 1, &index, NULL);
	note("first");
	tsim_device_discard(&dev, blocks(0, 8), 1, &index, NULL);
	note("again");
	tsim_sleep_until(engine, tsim_device_write(&dev, blocks(0, 4), NULL, 1));
	tsim_device_discard(&dev, blocks(0, 8), 1, &index, NULL);
	note("half");
}

static void start_again(void *data)
{
	spawn("fstrim", 0, act_again);
}

/* What is discarded already and not written since costs rate_unmapped; by default the same. */
static void test_unmapped(void)
{
	device_reset();
	opt.discard_base_ns = 0;
	opt.discard_rate = 4096e6;
	on_device(start_again);
	assert_log("first@8000 again@16000 half@24010 d0:0-8[8000]@24010 d0:0-8[16000]@24010 "
		   "w1[16010]@24010 d0:0-8[24010]@24010");
	opt.discard_rate_unmapped = 4096e7;
	on_device(start_again);
	assert_log("first@8000 d0:0-8[8000]@8000 again@8800 d0:0-8[8800]@8810 w1[8810]@8810 "
		   "half@13210 d0:0-8[13210]@13210");
}

/* Ranges of one plug share commands of max_ranges and max_bytes; each command has one draw. */
static void test_ranges(void)
{
	struct device_script s = { .discards = { blocks(0, 2), blocks(4, 6), blocks(8, 10),
						 blocks(20, 22) },
				   .n_discards = 4 };

	device_reset();
	opt.discard_slots = 1;
	opt.discard_per_range_ns = 10;
	script_gives(&s, "done@440 d0:0-2[110]@440 d1:4-6[220]@440 d2:8-10[330]@440 "
			 "d3:20-22[440]@440");
	opt.discard_max_ranges = 3;
	script_gives(&s, "done@240 d0:0-2[130]@240 d0:4-6[130]@240 d0:8-10[130]@240 "
			 "d1:20-22[240]@240");
	opt.discard_max_bytes = 4 * 4096;
	/* of one command's effects at one time the order is of no account */
	script_gives(&s, "done@240 d0:0-2[120]@240 d0:4-6[120]@240 d1:20-22[240]@240 "
			 "d1:8-10[240]@240");
	opt.discard_effect = TSIM_EFFECT_SWEEP; /* one range after the other */
	opt.sweep_steps = 1;
	script_gives(&s, "done@240 d0:0-2[60]@240 d0:4-6[120]@240 d1:8-10[180]@240 "
			 "d1:20-22[240]@240");
}

/* Pieces of one range never merge: together they are longer than max_bytes. */
static void test_pieces_do_not_merge(void)
{
	struct device_script s = one(3, 50);

	device_reset();
	opt.discard_max_bytes = 16 * 4096;
	opt.discard_granularity_bytes = 8 * 4096;
	opt.discard_max_ranges = 256;
	script_gives(&s, "done@100 d0:8-16[100]@100 d1:16-32[100]@100 d2:32-48[100]@100");
}

/* ---- acknowledgement ---- */

static void act_three(void *data)
{
	guint32 index = 0;

	for (guint64 i = 0; i < 3; i++) {
		tsim_device_discard(&dev, blocks(8 * i, 8 * i + 8), 1, &index, NULL);
		note("done");
	}
}

static void start_three(void *data)
{
	spawn("fstrim", 0, act_three);
}

/* The work of early acknowledged discards queues up behind them, as far as the backlog allows. */
static void test_backlog(void)
{
	device_reset();
	opt.discard_slots = 1;
	opt.discard_ack = TSIM_ACK_EARLY;
	opt.discard_ack_latency = tsim_law_new_fixed(5);
	on_device(start_three);
	assert_log("done@5 done@10 done@15 d0:0-8[105]@15 d0:8-16[205]@15 d0:16-24[305]@15");
	opt.discard_backlog = 1;
	on_device(start_three);
	assert_log("done@5 done@105 done@205 d0:0-8[105]@205 d0:8-16[205]@205 d0:16-24[305]@205");
	opt.discard_effect = TSIM_EFFECT_DEFERRED;
	opt.discard_delay = tsim_law_new_fixed(1000);
	opt.discard_ack = TSIM_ACK_END;
	on_device(start_three);
	assert_log("done@100 done@1100 done@2100 d0:0-8[1100]@2100 d0:8-16[2100]@2100 "
		   "d0:16-24[3100]@2100");
}

/* ---- effect ---- */

static tsim_ns unit_ns[256];
static guint n_units;

static void note_unit(void *data, const struct tsim_command *cmd, struct tsim_range r, tsim_ns t)
{
	g_assert_cmpuint(tsim_range_len(r), ==, 4096);
	unit_ns[r.start / 4096] = t;
	n_units++;
}

static void ignore_write(void *data, const struct tsim_command *cmd)
{
}

static void act_uniform(void *data)
{
	dev.listener = (struct tsim_device_listener){ .write_effect = ignore_write,
						      .discard_effect = note_unit };
	tsim_device_discard(&dev, blocks(0, 256), 1, &(guint32){ 0 }, NULL);
}

static void start_uniform(void *data)
{
	spawn("fstrim", 0, act_uniform);
}

/* Each unit once, at a time of its own, uniform over the service: mean and spread of 256 draws. */
static void test_uniform(void)
{
	double sum = 0, squares = 0;

	device_reset();
	opt.discard_base_ns = 1000000;
	opt.discard_effect = TSIM_EFFECT_UNIFORM;
	n_units = 0;
	on_device(start_uniform);
	g_assert_cmpuint(n_units, ==, 256);
	for (guint i = 0; i < 256; i++) {
		double x = (double)unit_ns[i] / 1e6;

		g_assert_true(x >= 0 && x < 1);
		sum += x;
		squares += (x - 0.5) * (x - 0.5);
	}
	/* four standard errors: sqrt(1/12/256) of the mean, sqrt(1/180/256) of the square */
	g_assert_cmpfloat(fabs(sum / 256 - 0.5), <, 4 * 0.01804);
	g_assert_cmpfloat(fabs(squares / 256 - 1 / 12.), <, 4 * 0.00466);
}

/* The share that is ignored takes its time all the same. */
static void test_ignored(void)
{
	struct device_script s = one(0, 8);

	device_reset();
	opt.discard_ignored = 1;
	script_gives(&s, "done@100");
}

/* ---- interference ---- */

/*
 * Reads and writes go at half the speed while the discard is in service: of 80
 * ns from 60 on, 20 are done at 100, the rest after it; a flush does not care.
 */
static void test_slow_rw(void)
{
	struct device_script s = one(0, 8);

	device_reset();
	s.write = blocks(100, 101);
	s.write_at = 60;
	opt.write_base_ns = 80;
	opt.discard_slow_rw = 2;
	script_gives(&s, "done@100 written@160 d0:0-8[100]@160 w1[160]@160");
	opt.write_base_ns = 20;
	script_gives(&s, "done@100 written@100 d0:0-8[100]@100 w1[100]@100");
	opt.write_base_ns = 10;
	script_gives(&s, "written@80 done@100 w1[80]@100 d0:0-8[100]@100");
	s.write_at = 100;
	script_gives(&s, "done@100 written@110 d0:0-8[100]@110 w1[110]@110");
}

/* ---- timeout ---- */

/* The host gives up: what has taken effect stays, the rest never does, and the discard fails. */
static void test_timeout(void)
{
	struct device_script s = one(0, 8);

	device_reset();
	opt.discard_timeout_ns = 100;
	script_gives(&s, "done@100 d0:0-8[100]@100");
	g_assert_true(discard_ok);
	opt.discard_timeout_ns = 50;
	script_gives(&s, "done@50");
	g_assert_false(discard_ok);
	opt.discard_effect = TSIM_EFFECT_SWEEP;
	opt.sweep_steps = 1;
	script_gives(&s, "done@50");
	opt.sweep_steps = 0;
	script_gives(&s, "done@50 d0:0-4[50]@50");
	g_assert_false(discard_ok);
	opt.discard_effect = TSIM_EFFECT_START;
	script_gives(&s, "done@50 d0:0-8[0]@50");
}

/* Queued pieces wait on the device's clock; a barrier's timer starts when it is sent. */
static void test_timeout_queue(void)
{
	struct device_script s = one(0, 16);

	device_reset();
	opt.discard_slots = 1;
	opt.discard_max_bytes = 8 * 4096;
	opt.discard_timeout_ns = 150;
	script_gives(&s, "done@150 d0:0-8[100]@150");
	g_assert_false(discard_ok);
	opt.discard_queueing = TSIM_BARRIER;
	script_gives(&s, "done@200 d0:0-8[100]@200 d1:8-16[200]@200");
	g_assert_true(discard_ok);
}

/* ---- options ---- */

static void refused(const char *pattern)
{
	g_autoptr(GError) error = NULL;

	g_assert_false(tsim_device_options_check(&opt, G_GUINT64_CONSTANT(1) << 40, &error));
	if (!g_pattern_match_simple(pattern, error->message))
		g_error("'%s' does not match '%s'", error->message, pattern);
}

static void test_check(void)
{
	device_reset();
	opt.discard_firmware_bug = 0.1;
	refused("device.discard.firmware_bug does nothing without device.discard.delay*");
	opt.discard_ack = TSIM_ACK_EARLY;
	g_assert_true(tsim_device_options_check(&opt, 1 << 30, NULL));
	opt.discard_effect = TSIM_EFFECT_UNIFORM;
	g_assert_true(tsim_device_options_check(&opt, 1 << 30, NULL));
	opt.discard_unit_bytes = opt.discard_granularity_bytes = 512;
	refused("device.discard.effect = uniform cuts a command of 4294963200B into more than "
		"1048576 units; take a larger device.discard.unit, 4096B or more");
}

static const struct engine_test tests[] = {
	{ "/discard/cost", test_cost },
	{ "/discard/units", test_units },
	{ "/discard/unmapped", test_unmapped },
	{ "/discard/ranges", test_ranges },
	{ "/discard/pieces-do-not-merge", test_pieces_do_not_merge },
	{ "/discard/backlog", test_backlog },
	{ "/discard/uniform", test_uniform },
	{ "/discard/ignored", test_ignored },
	{ "/discard/slow-rw", test_slow_rw },
	{ "/discard/timeout", test_timeout },
	{ "/discard/timeout-queue", test_timeout_queue },
	{ "/discard/check", test_check },
};

int main(int argc, char **argv)
{
	return device_test_main(argc, argv, tests, G_N_ELEMENTS(tests));
}
