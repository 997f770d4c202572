/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fs-fixture.h"

/* What a late discard destroys, and what becomes of it. */

#define PAGE 4096

static void act_commit(void *data)
{
	tsim_commit_now(&fs);
}

/* Slot 1 (and 2) under a discard since 0, removed, committed and given to a new chunk at 10 ms. */
static struct tsim_block_group *reuse(guint n_slots, enum tsim_bg_type type)
{
	struct tsim_block_group *bg[2];
	guint64 transid;

	for (guint i = 0; i < n_slots; i++) {
		bg[i] = slot_group(1 + i);
		set_ro(bg[i]);
		start_trim(bg[i]);
	}
	tsim_sleep_until(engine, 10 * MS);
	remove_group(slot_group(1));
	if (type == TSIM_METADATA)	/* both slots for the two copies */
		remove_group(slot_group(2));
	transid = fs.commit.running->transid;
	start_actor("commit", act_commit, NULL);
	g_assert_true(tsim_commit_wait_unblocked(&fs, transid, TSIM_NS_NEVER));
	bg[0] = new_group(type);
	g_assert_nonnull(bg[0]);
	g_assert_cmpuint(bg[0]->chunk->phys[0], ==, SLOT_START(1));
	return bg[0];
}

static void race(const char *slots, void (*script)(void *data))
{
	fresh(slots);
	dev_opt.write_base_ns = 1 * MS;
	run_script(&tsim_policy_unpinned, script);
}

static void assert_fates(guint64 hits, guint64 healed, guint64 latent, guint64 persistent)
{
	g_assert_cmpuint(out.hits, ==, hits);
	g_assert_cmpuint(out.healed, ==, healed);
	g_assert_cmpuint(out.latent, ==, latent);
	g_assert_cmpuint(out.persistent, ==, persistent);
	g_assert_cmpuint(out.corrupted, ==, persistent > 0);
}

/* ---- copies ---- */

static struct tsim_block_group *write_metadata(guint n_slots)
{
	struct tsim_block_group *bg = reuse(n_slots, TSIM_METADATA);

	g_assert_cmpuint(bg->chunk->copies, ==, 2);
	g_assert_cmpuint(bg->chunk->phys[1], ==, SLOT_START(2));
	use(bg, 0, 4 * PAGE);
	write_wait(bg, 0, 4 * PAGE);
	return bg;
}

static void script_one_copy(void *data)
{
	write_metadata(1);
}

static void script_both_copies(void *data)
{
	write_metadata(2);
}

static void script_copy_healed(void *data)
{
	struct tsim_block_group *bg = write_metadata(2);

	tsim_sleep_until(engine, 150 * MS);
	unuse(bg, 0, 2 * PAGE);
}

/* DUP: one copy lost is latent, both are a loss. */
static void test_dup_copies(void)
{
	fresh("dddm=");
	dev_opt.write_base_ns = 1 * MS;
	run_script(&tsim_policy_unpinned, script_one_copy);
	assert_fates(1, 0, 1, 0);
	g_assert_cmpuint(out.lost_bytes, ==, 0);
	run_script(&tsim_policy_unpinned, script_both_copies);
	assert_fates(2, 0, 0, 2);
	g_assert_cmpuint(out.lost_bytes, ==, 4 * PAGE);
	/* half of it freed: the rest is still lost */
	run_script(&tsim_policy_unpinned, script_copy_healed);
	assert_fates(2, 0, 0, 2);
	g_assert_cmpuint(out.lost_bytes, ==, 2 * PAGE);
}

/* ---- unwritten, freed, written again ---- */

static void script_unwritten(void *data)
{
	use(reuse(1, TSIM_DATA), 0, TSIM_MIB);
}

/* fallocate: nothing that could be lost. */
static void test_harmless(void)
{
	race("dd", script_unwritten);
	assert_fates(0, 0, 0, 0);
	g_assert_cmpuint(out.harmless, ==, 1);
	g_assert_cmpuint(out.funnel[TSIM_STAGE_REUSED], ==, 1);
	g_assert_cmpuint(out.funnel[TSIM_STAGE_WRITTEN], ==, 0);
}

static void script_freed(void *data)
{
	struct tsim_block_group *bg = reuse(1, TSIM_DATA);

	use(bg, 0, 4 * PAGE);
	write_wait(bg, 0, 4 * PAGE);
	tsim_sleep_until(engine, 150 * MS);
	g_assert_cmpuint(out.hits, ==, 1);
	unuse(bg, 0, 4 * PAGE);
}

static void script_rewritten(void *data)
{
	struct tsim_block_group *bg = reuse(1, TSIM_DATA);

	use(bg, 0, 4 * PAGE);
	write_wait(bg, 0, 4 * PAGE);
	tsim_sleep_until(engine, 150 * MS);
	write_wait(bg, 0, 4 * PAGE);
}

static void script_partly_rewritten(void *data)
{
	struct tsim_block_group *bg = reuse(1, TSIM_DATA);

	use(bg, 0, 4 * PAGE);
	write_wait(bg, 0, 4 * PAGE);
	tsim_sleep_until(engine, 150 * MS);
	write_wait(bg, PAGE, 3 * PAGE);
}

static void script_freed_before(void *data)
{
	struct tsim_block_group *bg = reuse(1, TSIM_DATA);

	use(bg, 0, 4 * PAGE);
	write_wait(bg, 0, 4 * PAGE);
	unuse(bg, 0, 4 * PAGE);
}

/* Healed when freed or rewritten, persistent when still referenced. */
static void test_healed(void)
{
	race("dd", script_freed);
	assert_fates(1, 1, 0, 0);
	race("dd", script_rewritten);
	assert_fates(1, 1, 0, 0);
	g_assert_cmpuint(out.lost_bytes, ==, 0);
	race("dd", script_partly_rewritten);
	assert_fates(1, 0, 0, 1);
	g_assert_cmpuint(out.lost_bytes, ==, PAGE);
	race("dd", script_freed_before);
	assert_fates(0, 0, 0, 0);
}

/* ---- order on the device ---- */

static void script_at_90(void *data)
{
	struct tsim_block_group *bg = reuse(1, TSIM_DATA);

	use(bg, 0, SLOT);
	tsim_sleep_until(engine, 90 * MS);
	write_wait(bg, SLOT / 2 - PAGE, 2 * PAGE);
}

/* A write that is submitted before the discard's end but takes effect after it is safe. */
static void test_effect_order(void)
{
	fresh("dd");
	dev_opt.write_base_ns = 9 * MS;
	run_script(&tsim_policy_unpinned, script_at_90);
	assert_fates(1, 0, 0, 1);
	dev_opt.write_base_ns = 11 * MS;
	run_script(&tsim_policy_unpinned, script_at_90);
	assert_fates(0, 0, 0, 0);
	g_assert_cmpuint(out.funnel[TSIM_STAGE_WRITTEN], ==, 1);
	g_assert_cmpuint(out.funnel[TSIM_STAGE_CORRUPTED], ==, 0);
	/* at one instant the later submission wins: the write */
	dev_opt.write_base_ns = 10 * MS;
	run_script(&tsim_policy_unpinned, script_at_90);
	assert_fates(0, 0, 0, 0);
}

static void script_at_49(void *data)
{
	struct tsim_block_group *bg = reuse(1, TSIM_DATA);

	use(bg, 0, SLOT);
	tsim_sleep_until(engine, 49 * MS);
	write_wait(bg, SLOT / 4, SLOT / 2);
}

/* A sweep is half through at 50 ms: only what it reaches later is destroyed. */
static void test_sweep(void)
{
	fresh("dd");
	dev_opt.write_base_ns = 1 * MS;
	dev_opt.discard_effect = TSIM_EFFECT_SWEEP;
	run_script(&tsim_policy_unpinned, script_at_49);
	assert_fates(1, 0, 0, 1);
	g_assert_cmpuint(out.lost_bytes, ==, SLOT / 4);
	/* at the start nothing of the new owner is there yet */
	dev_opt.discard_effect = TSIM_EFFECT_START;
	run_script(&tsim_policy_unpinned, script_at_49);
	assert_fates(0, 0, 0, 0);
	g_assert_cmpuint(out.harmless, ==, 0);
}

/* A barrier holds writes behind the discard that was issued, not behind a later piece of it. */
static void test_barrier(void)
{
	fresh("dd");
	dev_opt.write_base_ns = 1 * MS;
	dev_opt.discard_queueing = TSIM_BARRIER;
	run_script(&tsim_policy_unpinned, script_at_49);
	assert_fates(0, 0, 0, 0);
	g_assert_cmpuint(out.funnel[TSIM_STAGE_WRITTEN], ==, 1);
	dev_opt.discard_max_bytes = SLOT / 2;
	run_script(&tsim_policy_unpinned, script_at_49);
	assert_fates(1, 0, 0, 1);
	g_assert_cmpuint(out.lost_bytes, ==, SLOT / 4);
}

/*
 * NVMe, DLFEAT (quoted in oxidecomputer/propolis#990): what is read after a
 * discard is "deterministic until next write": zeroes, 0xff or the last data.
 * A device that still reads those hides the loss: latent, and nothing is lost.
 */
static void test_reads_old(void)
{
	fresh("dd");
	dev_opt.write_base_ns = 1 * MS;
	run_script(&tsim_policy_unpinned, script_at_49);
	assert_fates(1, 0, 0, 1);
	dev_opt.discard_reads = TSIM_READS_OLD;
	run_script(&tsim_policy_unpinned, script_at_49);
	assert_fates(1, 0, 1, 0);
	g_assert_cmpuint(out.lost_bytes, ==, 0);
}

/* The group that was trimmed uses the space again while the device still works on it. */
static void script_late(void *data)
{
	struct tsim_block_group *bg = slot_group(0);

	start_trim(bg);
	tsim_sleep_until(engine, 50 * MS);
	use(bg, 0, SLOT / 2);	/* acknowledged long since; takes effect at 100 */
	write_wait(bg, 0, SLOT / 4);
	start_trim(bg);	/* of the rest: a discard of its own */
	tsim_sleep_until(engine, 250 * MS);
}

static void assert_acknowledged(const struct tsim_race *race, tsim_ns t)
{
	for (guint i = 0; i < race->steps->len; i++) {
		const struct tsim_race_step *step =
			&g_array_index(race->steps, struct tsim_race_step, i);

		if (strcmp(step->what, "ack") == 0) {
			g_assert_cmpint(step->t_ns, ==, t);
			return;
		}
	}
	g_assert_not_reached();
}

/*
 * Correct firmware spares what was written since, and needs no policy; with
 * the bug even a safe policy loses it, and no stage of the race is counted.
 */
static void test_late(void)
{
	fresh("d");
	dev_opt.write_base_ns = 1 * MS;
	dev_opt.discard_ack = TSIM_ACK_EARLY;
	run_script(&tsim_policy_pinned_chunk, script_late);
	assert_log("trimmed@0 trimmed@51000000");
	assert_fates(0, 0, 0, 0);
	dev_opt.discard_effect = TSIM_EFFECT_SWEEP;
	run_script(&tsim_policy_pinned_chunk, script_late);
	assert_fates(0, 0, 0, 0);
	dev_opt.discard_firmware_bug = 1;
	run_script(&tsim_policy_pinned_chunk, script_late);
	assert_fates(1, 0, 0, 1);
	g_assert_cmpuint(out.lost_bytes, ==, SLOT / 4);
	g_assert_cmpuint(out.destroying, ==, 1);
	g_assert_cmpuint(races->len, ==, 1);
	assert_acknowledged(g_ptr_array_index(races, 0), 0);
	g_assert_cmpuint(out.funnel[TSIM_STAGE_HIDDEN], ==, 2);
	g_assert_cmpuint(out.funnel[TSIM_STAGE_REMOVED], ==, 0);
	g_assert_cmpuint(out.funnel[TSIM_STAGE_CORRUPTED], ==, 0);
}

static void act_free(void *data)
{
	tsim_sleep_until(engine, 5 * MS);	/* under the discard */
	unuse(slot_group(1), 0, 3 * PAGE);
}

static void script_granule(void *data)
{
	struct tsim_block_group *bg;

	use(slot_group(1), 0, 3 * PAGE);	/* the free entry begins at page 3 */
	start_actor("free", act_free, NULL);
	bg = reuse(1, TSIM_DATA);
	use(bg, 0, SLOT);
	write_wait(bg, 0, SLOT);
}

/* A granule that is not wholly covered is left alone. */
static void test_granule(void)
{
	fresh("dd");
	dev_opt.write_base_ns = 1 * MS;
	dev_opt.discard_granularity_bytes = 64 * 1024;
	run_script(&tsim_policy_unpinned, script_granule);
	/* SLOT_START is a multiple of 64 KiB: granule 0 holds the three pages */
	g_assert_cmpuint(out.lost_bytes, ==, SLOT - 64 * 1024);
	dev_opt.discard_granularity_bytes = PAGE;
	run_script(&tsim_policy_unpinned, script_granule);
	g_assert_cmpuint(out.lost_bytes, ==, SLOT - 3 * PAGE);
}

static void script_pieces(void *data)
{
	struct tsim_block_group *bg = reuse(1, TSIM_DATA);

	use(bg, 0, SLOT);
	tsim_sleep_until(engine, 20 * MS);
	write_wait(bg, SLOT - PAGE, PAGE);
}

/* Two pieces: the first meets unwritten space, the second the write: a hit, not harmless. */
static void test_pieces(void)
{
	fresh("dd");
	dev_opt.write_base_ns = 1 * MS;
	dev_opt.discard_slots = 1;
	dev_opt.discard_max_bytes = SLOT / 2;
	run_script(&tsim_policy_unpinned, script_pieces);
	assert_fates(1, 0, 0, 1);
	g_assert_cmpuint(out.harmless, ==, 0);
	g_assert_cmpuint(out.discards, ==, 1);
	g_assert_cmpint(out.first_hit_ns, ==, 200 * MS);
}

static const struct engine_test tests[] = {
	{ "/oracle/dup", test_dup_copies },
	{ "/oracle/harmless", test_harmless },
	{ "/oracle/healed", test_healed },
	{ "/oracle/effect-order", test_effect_order },
	{ "/oracle/sweep", test_sweep },
	{ "/oracle/barrier", test_barrier },
	{ "/oracle/reads-old", test_reads_old },
	{ "/oracle/late", test_late },
	{ "/oracle/granule", test_granule },
	{ "/oracle/pieces", test_pieces },
};

int main(int argc, char **argv)
{
	return fs_test_main(argc, argv, tests, G_N_ELEMENTS(tests));
}
