/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "device-fixture.h"
#include "service.h"

/* Times of commands, splits, and the order of effects. */

#define US TSIM_NS_PER_US

static guint32 next_index;

/* ---- service times ---- */

/* (base + per_range + bytes / rate) * exp(sigma z) + tail; at sigma 0 exact. */
static void test_service(void)
{
	struct tsim_rng rng = { 3, 4 };
	g_autoptr(TsimLaw) tail = tsim_law_new_fixed(7000), latency = tsim_law_new_fixed(55);

	device_reset();
	opt.discard_base_ns = 60 * US;
	opt.discard_per_range_ns = 5 * US;
	opt.discard_rate = 4e9;		/* 1 MiB: 262,144 ns */
	g_assert_cmpint(tsim_discard_service(&opt, &rng, TSIM_MIB, 1, 0), ==, 65000 + 262144);
	opt.discard_tail_probability = 1;
	opt.discard_tail = tail;
	g_assert_cmpint(tsim_discard_service(&opt, &rng, TSIM_MIB, 1, 0), ==, 65000 + 262144 + 7000);
	opt.discard_tail_probability = 0;
	opt.discard_rate = INFINITY;
	g_assert_cmpint(tsim_discard_service(&opt, &rng, 1u << 30, 1, 0), ==, 65000);
	opt.discard_latency = latency;	/* replaces all of it */
	opt.discard_tail_probability = 1;
	g_assert_cmpint(tsim_discard_service(&opt, &rng, TSIM_MIB, 1, 0), ==, 55);
	opt.discard_latency = opt.discard_tail = NULL;
	opt.read_base_ns = 70 * US;
	opt.write_base_ns = 20 * US;
	opt.read_rate = 2e9;
	opt.write_rate = 1e9;
	g_assert_cmpint(tsim_read_service(&opt, 4096), ==, 70000 + 2048);
	g_assert_cmpint(tsim_write_service(&opt, 4096), ==, 20000 + 4096);
}

/* The lognormal factor has median 1 and the given sigma: the mean of ln(service / median) over n draws. */
static void test_sigma(void)
{
	struct tsim_rng rng = { 3, 4 };
	double sum = 0, squares = 0;
	const guint n = 10000;

	device_reset();
	opt.discard_base_ns = TSIM_NS_PER_S;
	opt.discard_sigma = 0.8;
	for (guint32 i = 0; i < n; i++) {
		double x = log((double)tsim_discard_service(&opt, &rng, 4096, 9, i) / 1e9);

		sum += x;
		squares += x * x;
	}
	/* four standard errors: .8 / 100 of the mean, .8 / sqrt(20000) of the deviation */
	g_assert_cmpfloat(fabs(sum / n), <, 4 * 0.008);
	g_assert_cmpfloat(fabs(sqrt(squares / n) - 0.8), <, 4 * 0.0057);
}

/* A share of the discards has the tail; a draw is the same whenever it is made. */
static void test_tail_share(void)
{
	struct tsim_rng rng = { 3, 4 };
	g_autoptr(TsimLaw) tail = tsim_law_new_fixed(1000);
	guint slow = 0;

	device_reset();
	opt.discard_tail = tail;
	opt.discard_tail_probability = 0.1;
	for (guint32 i = 0; i < 10000; i++)
		slow += tsim_discard_service(&opt, &rng, 4096, 9, i) == 1100;
	g_assert_cmpuint(slow, >, 1000 - 4 * 30);	/* binomial: sigma 30 */
	g_assert_cmpuint(slow, <, 1000 + 4 * 30);
	g_assert_cmpint(tsim_discard_service(&opt, &rng, 4096, 9, 77), ==,
			tsim_discard_service(&opt, &rng, 4096, 9, 77));
	opt.discard_tail = NULL;
}

static void act_tick_discard(void *data)
{
	guint32 index = 0;
	g_autofree char *name = g_strdup_printf("end%d", GPOINTER_TO_INT(data));

	tsim_sleep_until(engine, GPOINTER_TO_INT(data) * TSIM_NS_PER_MS);
	tsim_device_discard(&dev, blocks(0, 1), 1, &index, NULL);
	note(name);
}

static void script_tick(void *data)
{
	static const int begins[] = { 1, 2, 9, 11 };

	for (guint i = 0; i < G_N_ELEMENTS(begins); i++)
		tsim_actor_spawn(engine, "fstrim", 1, 0, act_tick_discard, GINT_TO_POINTER(begins[i]));
}

/* Ends on the tick after the time is over; of one tick the last begun is first. */
static void test_tick(void)
{
	device_reset();
	opt.discard_base_ns = 10 * TSIM_NS_PER_MS;
	opt.discard_tick_ns = 10 * TSIM_NS_PER_MS;
	on_device(script_tick);
	/* 100 ns apart, within 0.1 ms of 20 and of 30 ms */
	assert_log("end9@20099700 end2@20099800 end1@20099900 end11@30099900 d0:0-1[20099700]@30099900 "
		   "d0:0-1[20099800]@30099900 d0:0-1[20099900]@30099900 d0:0-1[30099900]@30099900");
}

/* ---- splitting (block/blk-lib.c) ---- */

static void test_split(void)
{
	device_reset();
	opt.discard_max_bytes = 64 * 4096;
	opt.discard_granularity_bytes = 16 * 4096;
	g_assert_cmpuint(tsim_piece_end(&opt, 0, 10 * 4096), ==, 10 * 4096);
	g_assert_cmpuint(tsim_piece_end(&opt, 0, 64 * 4096), ==, 64 * 4096);
	g_assert_cmpuint(tsim_piece_end(&opt, 0, 65 * 4096), ==, 64 * 4096);
	/* the next piece begins aligned: 3 + 64 = 67 goes down to 64 */
	g_assert_cmpuint(tsim_piece_end(&opt, 3 * 4096, 200 * 4096), ==, 64 * 4096);
	g_assert_cmpuint(tsim_piece_end(&opt, 64 * 4096, 200 * 4096), ==, 128 * 4096);
	/* the default of Linux 6.1: round_down(UINT_MAX, 4096) */
	device_reset();
	g_assert_cmpuint(opt.discard_max_bytes, ==, G_GUINT64_CONSTANT(4294967295) / 4096 * 4096);
}

static void test_granules(void)
{
	struct tsim_range r;

	device_reset();
	opt.discard_granularity_bytes = 16 * 4096;
	r = tsim_whole_granules(&opt, blocks(3, 50));
	g_assert_cmpuint(r.start, ==, 16 * 4096);
	g_assert_cmpuint(r.end, ==, 48 * 4096);
	r = tsim_whole_granules(&opt, blocks(17, 31));
	g_assert_cmpuint(tsim_range_len(r), ==, 0);
	r = tsim_whole_granules(&opt, blocks(16, 32));
	g_assert_cmpuint(tsim_range_len(r), ==, 16 * 4096);
}

/* Granules at 5, 21, 37 ... blocks, as of a partition that begins 11 blocks into one. */
static void test_alignment(void)
{
	struct tsim_range r;

	device_reset();
	opt.discard_max_bytes = 64 * 4096;
	opt.discard_granularity_bytes = 16 * 4096;
	opt.discard_alignment_bytes = 5 * 4096;
	g_assert_cmpuint(tsim_piece_end(&opt, 0, 200 * 4096), ==, 53 * 4096);
	g_assert_cmpuint(tsim_piece_end(&opt, 53 * 4096, 200 * 4096), ==, 117 * 4096);
	r = tsim_whole_granules(&opt, blocks(0, 50));
	g_assert_cmpuint(r.start, ==, 5 * 4096);
	g_assert_cmpuint(r.end, ==, 37 * 4096);
	r = tsim_whole_granules(&opt, blocks(6, 53));
	g_assert_cmpuint(r.start, ==, 21 * 4096);
	g_assert_cmpuint(r.end, ==, 53 * 4096);
	r = tsim_whole_granules(&opt, blocks(0, 4));
	g_assert_cmpuint(tsim_range_len(r), ==, 0);
}

static void discard(guint64 start, guint64 end)
{
	tsim_device_discard(&dev, blocks(start, end), 1, &next_index, NULL);
	note("done");
}

static void act_split(void *data)
{
	discard(3, 50);
}

static void start_split(void *data)
{
	spawn("fstrim", 0, act_split);
}

/* All pieces at once, each with a draw of its own; what is no whole granule is left alone. */
static void test_pieces(void)
{
	device_reset();
	opt.discard_max_bytes = 16 * 4096;
	opt.discard_granularity_bytes = 8 * 4096;
	opt.discard_slots = 2;
	next_index = 0;
	on_device(start_split);
	/* 3-16, 16-32, 32-48, 48-50: two slots, so two rounds; the last piece has no granule */
	assert_log("done@200 d0:8-16[100]@200 d1:16-32[100]@200 d2:32-48[200]@200");
	g_assert_cmpuint(next_index, ==, 4);
}

/* ---- queues ---- */

static tsim_ns done[8];

static void start_writes(void *data)
{
	for (guint i = 0; i < 3; i++)
		done[i] = tsim_device_write(&dev, blocks(i, i + 1), NULL, i);
	done[3] = tsim_device_read(&dev, blocks(0, 1));
	done[4] = tsim_device_flush(&dev);
	done[5] = tsim_device_write(&dev, blocks(9, 10), NULL, 9);
}

/* Two slots: writes at 10, 10, 20, the read at 12 in the slot that is free at 10. */
static void test_slots(void)
{
	device_reset();
	opt.slots = 2;
	opt.write_base_ns = 10;
	opt.read_base_ns = 2;
	opt.flush_base_ns = 5;
	on_device(start_writes);
	g_assert_cmpint(done[0], ==, 10);
	g_assert_cmpint(done[1], ==, 10);
	g_assert_cmpint(done[2], ==, 20);
	g_assert_cmpint(done[3], ==, 12);
	/* a flush waits for the writes before it, not for those after it */
	g_assert_cmpint(done[4], ==, 25);
	g_assert_cmpint(done[5], ==, 30);
	assert_log("w0[10]@0 w1[10]@0 w2[20]@0 w9[30]@0");
}

static void act_discard(void *data)
{
	discard(0, 8);
}

static void act_write_later(void *data)
{
	tsim_sleep_until(engine, 50);
	done[0] = tsim_device_write(&dev, blocks(0, 4), NULL, 1);
	tsim_sleep_until(engine, done[0]);
	note("written");
}

static void act_write_first(void *data)
{
	done[0] = tsim_device_write(&dev, blocks(0, 4), NULL, 1);
	tsim_sleep_until(engine, done[0]);
	note("written");
}

static void start_late_write(void *data)
{
	spawn("fstrim", 0, act_discard);
	spawn("writer", 1, act_write_later);
}

/* Order of effects, not of submission: the write at 60 is destroyed at 100. */
static void test_queued(void)
{
	device_reset();
	opt.write_base_ns = 10;
	on_device(start_late_write);
	assert_log("written@60 done@100 w1[60]@100 d0:0-8[100]@100");
}

/* A barrier holds the write back until the discard is over. */
static void test_barrier_blocks(void)
{
	device_reset();
	opt.write_base_ns = 10;
	opt.discard_queueing = TSIM_BARRIER;
	on_device(start_late_write);
	assert_log("done@100 written@110 d0:0-8[100]@110 w1[110]@110");
}

static void start_early_write(void *data)
{
	spawn("writer", 0, act_write_first);
	spawn("fstrim", 1, act_discard);
}

/* ... and it drains the queue first. */
static void test_barrier_drains(void)
{
	device_reset();
	opt.write_base_ns = 30;
	opt.discard_queueing = TSIM_BARRIER;
	on_device(start_early_write);
	assert_log("written@30 done@130 w1[30]@130 d0:0-8[130]@130");
}

static void act_long_discard(void *data)
{
	discard(0, 16);
}

static void start_pieces(void *data)
{
	spawn("fstrim", 0, act_long_discard);
	spawn("writer", 1, act_write_later);
}

/* The write goes in between the first piece and the second, which is issued only then. */
static void test_barrier_pieces(void)
{
	device_reset();
	opt.write_base_ns = 10;
	opt.discard_max_bytes = 8 * 4096;
	opt.discard_queueing = TSIM_BARRIER;
	on_device(start_pieces);
	assert_log("written@110 done@210 d0:0-8[100]@210 w1[110]@210 d1:8-16[210]@210");
}

/* ---- effects ---- */

static void test_effect_start(void)
{
	device_reset();
	opt.write_base_ns = 10;
	opt.discard_effect = TSIM_EFFECT_START;
	on_device(start_late_write);
	assert_log("written@60 done@100 d0:0-8[0]@100 w1[60]@100");
}

/* Blocks 0-8 in 100 ns: at 60 the sweep has passed 4.8 blocks, the write lands on 0-4 behind it. */
static void test_sweep(void)
{
	device_reset();
	opt.write_base_ns = 10;
	opt.discard_effect = TSIM_EFFECT_SWEEP;
	opt.sweep_steps = 8;
	on_device(start_late_write);
	assert_log("written@60 done@100 d0:0-4[60]@100 w1[60]@100 d0:4-8[100]@100");
}

/* Continuous, and yet in whole granules: 4.8 blocks at 60 are 4. */
static void test_sweep_granules(void)
{
	device_reset();
	opt.write_base_ns = 10;
	opt.discard_effect = TSIM_EFFECT_SWEEP;
	opt.sweep_steps = 0;
	on_device(start_late_write);
	assert_log("written@60 done@100 d0:0-4[60]@100 w1[60]@100 d0:4-8[100]@100");
}

/* In two steps: at 60 only the first half has gone. */
static void test_sweep_steps(void)
{
	device_reset();
	opt.write_base_ns = 10;
	opt.discard_effect = TSIM_EFFECT_SWEEP;
	opt.sweep_steps = 4;
	on_device(start_late_write);
	assert_log("written@60 done@100 d0:0-4[60]@100 w1[60]@100 d0:4-8[100]@100");
	opt.write_base_ns = 24;		/* 74: still two of four steps */
	on_device(start_late_write);
	assert_log("written@74 done@100 d0:0-4[74]@100 w1[74]@100 d0:4-8[100]@100");
	opt.write_base_ns = 25;		/* 75: the third */
	on_device(start_late_write);
	assert_log("written@75 done@100 d0:0-6[75]@100 w1[75]@100 d0:6-8[100]@100");
}

/* At one instant the later submission wins: here the write. */
static void test_tie_write(void)
{
	device_reset();
	opt.write_base_ns = 50;
	on_device(start_late_write);
	assert_log("done@100 written@100 d0:0-8[100]@100 w1[100]@100");
}

/* ... and here the discard, whether it takes effect at its end or sweeps. */
static void test_tie_discard(void)
{
	device_reset();
	opt.write_base_ns = 100;
	on_device(start_early_write);
	assert_log("written@100 done@100 w1[100]@100 d0:0-8[100]@100");
	opt.discard_effect = TSIM_EFFECT_SWEEP;
	opt.sweep_steps = 1;
	on_device(start_early_write);
	assert_log("written@100 done@100 w1[100]@100 d0:0-8[100]@100");
}

static void submit_recorded(void *data)
{
	tsim_sleep(engine, 10);
	g_assert_cmpint(tsim_device_write_recorded(&dev, blocks(8, 9), 90, NULL, 1), ==, 90);
	g_assert_cmpint(tsim_device_write_recorded(&dev, blocks(8, 9), 80, NULL, 2), ==, 80);
	/* past: now */
	g_assert_cmpint(tsim_device_write_recorded(&dev, blocks(8, 9), 5, NULL, 3), ==, 10);
	tsim_device_discard_recorded(&dev, blocks(0, 8), 85, NULL);
	tsim_device_discard_recorded(&dev, blocks(0, 4), 70, NULL);
	note("submitted");
}

static void start_recorded(void *data)
{
	spawn("recording", 0, submit_recorded);
}

/* A recorded command is done when the recorded one was: no slots, no laws, nobody waits. */
static void test_recorded(void)
{
	device_reset();
	opt.slots = opt.discard_slots = 1;
	opt.write_base_ns = 1000;
	on_device(start_recorded);
	assert_log("submitted@10 w3[10]@10 d0:0-4[70]@10 w2[80]@10 d0:0-8[85]@10 w1[90]@10");
	opt.discard_effect = TSIM_EFFECT_START;
	on_device(start_recorded);
	assert_log("submitted@10 w3[10]@10 d0:0-8[10]@10 d0:0-4[10]@10 w2[80]@10 w1[90]@10");
}

static const struct engine_test tests[] = {
	{ "/device/service", test_service },
	{ "/device/tick", test_tick },
	{ "/device/sigma", test_sigma },
	{ "/device/tail-share", test_tail_share },
	{ "/device/split", test_split },
	{ "/device/granules", test_granules },
	{ "/device/alignment", test_alignment },
	{ "/device/pieces", test_pieces },
	{ "/device/slots", test_slots },
	{ "/device/queued", test_queued },
	{ "/device/barrier-blocks", test_barrier_blocks },
	{ "/device/barrier-drains", test_barrier_drains },
	{ "/device/barrier-pieces", test_barrier_pieces },
	{ "/device/effect-start", test_effect_start },
	{ "/device/sweep", test_sweep },
	{ "/device/sweep-granules", test_sweep_granules },
	{ "/device/sweep-steps", test_sweep_steps },
	{ "/device/tie-write", test_tie_write },
	{ "/device/tie-discard", test_tie_discard },
	{ "/device/recorded", test_recorded },
};

int main(int argc, char **argv)
{
	return device_test_main(argc, argv, tests, G_N_ELEMENTS(tests));
}
