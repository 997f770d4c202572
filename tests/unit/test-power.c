/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fitrim.h"
#include "fs-fixture.h"

/* What a loss of power leaves of what a late discard destroyed. */

#define PAGE 4096
#define HIT (100 * MS) /* when the discard of a slot takes effect */

static struct {
	tsim_ns commit, free, commit_again, end;
	gboolean fsync;
} plan; /* 0: not at all */

static void act_commit(void *data)
{
	tsim_commit_now(&fs);
}

static void removed_and_committed(struct tsim_block_group *bg)
{
	guint64 transid;

	remove_group(bg);
	transid = fs.commit.running->transid;
	start_actor("commit", act_commit, NULL);
	g_assert_true(tsim_commit_wait_unblocked(&fs, transid, TSIM_NS_NEVER));
}

static void at(tsim_ns t)
{
	tsim_sleep_until(engine, t);
}

static void fsync_file(struct tsim_block_group *bg)
{
	struct tsim_file *file = tsim_file_new(&fs);
	struct tsim_extent e = { bg, { bg->range.start, bg->range.start + 4 * PAGE } };

	g_array_append_val(file->extents, e);
	tsim_fsync_log(&fs, file, 4 * PAGE);
}

/* Slot 1 is under a discard and has a new owner at 10 ms, who writes four pages. */
static void script(void *data)
{
	struct tsim_block_group *bg = slot_group(1);

	set_ro(bg);
	start_trim(bg);
	at(10 * MS);
	removed_and_committed(bg);
	bg = new_group(TSIM_DATA);
	g_assert_cmpuint(bg->chunk->phys[0], ==, SLOT_START(1));
	use(bg, 0, 4 * PAGE);
	write_wait(bg, 0, 4 * PAGE);
	if (plan.commit) {
		at(plan.commit);
		tsim_commit_now(&fs);
	}
	if (plan.fsync)
		fsync_file(bg);
	if (plan.free) {
		at(plan.free);
		unuse(bg, 0, 4 * PAGE);
	}
	if (plan.commit_again) {
		at(plan.commit_again);
		tsim_commit_now(&fs);
	}
	at(plan.end ? plan.end : 1000 * MS);
}

/* fresh() frees the law of the test before. */
static void fresh_until(const char *power_loss, tsim_ns flush_ns)
{
	fresh("ddm");
	dev_opt.write_base_ns = 1 * MS;
	dev_opt.flush_base_ns = flush_ns;
	dev_opt.power_loss = power_loss ? tsim_law_parse(power_loss, NULL) : NULL;
}

static void run(enum tsim_durable durable, const char *power_loss)
{
	fresh_until(power_loss, 10 * MS);
	dev_opt.discard_durable = durable;
	run_script(&tsim_policy_unpinned, script);
}

static void assert_fates(guint64 hits, guint64 healed, guint64 undone, guint64 persistent)
{
	g_assert_cmpuint(out.hits, ==, hits);
	g_assert_cmpuint(out.healed, ==, healed);
	g_assert_cmpuint(out.undone, ==, undone);
	g_assert_cmpuint(out.latent, ==, 0);
	g_assert_cmpuint(out.persistent, ==, persistent);
	g_assert_cmpuint(out.corrupted, ==, persistent > 0);
	g_assert_cmpuint(out.lost_bytes, ==, persistent ? 4 * PAGE : 0);
	g_assert_cmpuint(out.overwritten_bytes, ==, 0);
}

/* Committed at 50 ms, destroyed at 100 ms, no flush after that. */
static void test_durable(void)
{
	memset(&plan, 0, sizeof(plan));
	plan.commit = 50 * MS;
	run(TSIM_DURABLE_ACK, "fixed(150ms)");
	g_assert_cmpuint(out.power_losses, ==, 1);
	g_assert_cmpint(out.simulated_ns, ==, 150 * MS);
	assert_fates(1, 0, 0, 1);
	run(TSIM_DURABLE_FLUSH, "fixed(150ms)");
	g_assert_cmpuint(out.power_losses, ==, 1);
	assert_fates(1, 0, 1, 0);
}

/* The flush of the next commit is over at 130 ms, or not yet at the loss. */
static void test_flushed(void)
{
	memset(&plan, 0, sizeof(plan));
	plan.commit = 50 * MS;
	plan.commit_again = 120 * MS;
	run(TSIM_DURABLE_FLUSH, "fixed(131ms)");
	assert_fates(1, 0, 0, 1);
	run(TSIM_DURABLE_FLUSH, "fixed(129ms)");
	assert_fates(1, 0, 1, 0);
	/* it was submitted before the discard took effect, and does not cover it */
	plan.commit_again = 95 * MS;
	run(TSIM_DURABLE_FLUSH, "fixed(150ms)");
	assert_fates(1, 0, 1, 0);
}

/* What no superblock refers to is not there after the loss, destroyed or not. */
static void test_not_committed(void)
{
	memset(&plan, 0, sizeof(plan));
	run(TSIM_DURABLE_ACK, "fixed(150ms)");
	assert_fates(1, 1, 0, 0);
	plan.commit_again = 120 * MS;
	run(TSIM_DURABLE_ACK, "fixed(125ms)"); /* its superblock is not written yet */
	assert_fates(1, 1, 0, 0);
	run(TSIM_DURABLE_ACK, "fixed(150ms)");
	assert_fates(1, 0, 0, 1);
}

/* A log refers to it before the commit does. */
static void test_fsync(void)
{
	memset(&plan, 0, sizeof(plan));
	plan.fsync = TRUE;
	run(TSIM_DURABLE_ACK, "fixed(150ms)");
	assert_fates(1, 0, 0, 1);
}

/* Freed since, and so no hit; but the superblock still refers to it. */
static void test_freed(void)
{
	memset(&plan, 0, sizeof(plan));
	plan.commit = 50 * MS;
	plan.free = 70 * MS;
	run(TSIM_DURABLE_ACK, NULL);
	g_assert_cmpuint(out.hits, ==, 0);
	run(TSIM_DURABLE_ACK, "fixed(150ms)");
	assert_fates(1, 0, 0, 1);
	plan.commit_again = 80 * MS; /* and now it does not */
	run(TSIM_DURABLE_ACK, "fixed(150ms)");
	assert_fates(0, 0, 0, 0);
}

/* A run that is over before: it ends as any other. */
static void test_too_late(void)
{
	memset(&plan, 0, sizeof(plan));
	plan.end = 200 * MS;
	run(TSIM_DURABLE_FLUSH, "fixed(1s)");
	g_assert_cmpuint(out.power_losses, ==, 0);
	assert_fates(1, 0, 0, 1);
}

/* The last step of the story says why the fate is what it is. */
static void test_story(void)
{
	const struct tsim_race *race;
	const struct tsim_race_step *last;

	memset(&plan, 0, sizeof(plan));
	plan.commit = 50 * MS;
	run(TSIM_DURABLE_FLUSH, "fixed(150ms)");
	g_assert_cmpuint(races->len, ==, 1);
	race = g_ptr_array_index(races, 0);
	g_assert_cmpstr(race->fate, ==, "undone");
	last = &g_array_index(race->steps, struct tsim_race_step, race->steps->len - 1);
	g_assert_cmpstr(last->what, ==, "power_loss");
	g_assert_cmpint(last->t_ns, ==, 150 * MS);
}

/* ---- without a discard of a group ---- */

/* Data that the superblock refers to, in a group that is emptied and removed at 50 ms. */
static void emptied_and_removed(void)
{
	struct tsim_block_group *bg = slot_group(1);

	use(bg, 0, 4 * PAGE);
	write_wait(bg, 0, 4 * PAGE);
	tsim_commit_now(&fs);
	at(50 * MS);
	unuse(bg, 0, 4 * PAGE);
	bg->pinned = 0; /* as btrfs_delete_unused_bgs() before 43794446548730: nobody asks */
	fs.space.info[TSIM_DATA].pinned = 0;
	g_array_set_size(fs.commit.running->pinned, 0);
	removed_and_committed(bg);
}

static void script_overwrite(void *data)
{
	struct tsim_block_group *bg;

	emptied_and_removed(); /* UNBLOCKED, and its flush under way until 60 ms */
	bg = new_group(TSIM_DATA);
	g_assert_cmpuint(bg->chunk->phys[0], ==, SLOT_START(1));
	use(bg, 0, 2 * PAGE);
	write_wait(bg, 0, 2 * PAGE);
	at(1000 * MS);
}

/*
 * 43794446548730: the place of a group whose extents were freed in the running
 * transaction is given away when that is UNBLOCKED, and written to before its
 * superblock is.
 */
static void test_overwritten(void)
{
	fresh_until("fixed(55ms)", 10 * MS);
	run_script(&tsim_policy_unpinned, script_overwrite);
	g_assert_cmpuint(out.overwritten_bytes, ==, 2 * PAGE);
	g_assert_cmpuint(out.corrupted, ==, 0); /* no discard did it */
	fresh_until("fixed(70ms)", 10 * MS);
	run_script(&tsim_policy_unpinned, script_overwrite);
	g_assert_cmpuint(out.overwritten_bytes, ==, 0);
}

static void script_trim_unallocated(void *data)
{
	emptied_and_removed();
	tsim_fitrim(&fs, 0);
	at(1000 * MS);
}

/* A trim of unallocated space by the mapping tree, not the commit root: no late discard. */
static void test_unallocated(void)
{
	fresh_until("fixed(1900ms)", 1000 * MS);
	fs_opt.trim_unallocated = TRUE;
	dev_opt.discard_durable = TSIM_DURABLE_ACK;
	run_script(&tsim_policy_unpinned, script_trim_unallocated);
	g_assert_cmpuint(out.hits, ==, 0);
	g_assert_cmpuint(out.overwritten_bytes, ==, 4 * PAGE);
	g_assert_cmpuint(out.corrupted, ==, 0);
}

static void script_new_owner_trims(void *data)
{
	struct tsim_block_group *bg;

	emptied_and_removed();
	bg = new_group(TSIM_DATA);
	use(bg, 0, 1 * PAGE);
	write_wait(bg, 0, 1 * PAGE);
	start_trim(bg);
	at(3000 * MS);
}

/* The place was given away too early (43794446548730); no policy of trimming is to blame. */
static void test_new_owner_trims(void)
{
	fresh_until("fixed(900ms)", 500 * MS);
	run_script(&tsim_policy_pinned_chunk, script_new_owner_trims);
	g_assert_cmpuint(out.hits, ==, 0);
	g_assert_cmpuint(out.overwritten_bytes, ==, 4 * PAGE);
}

/* Tree blocks taken at the commit and dirtied in the next transaction: no tree has them yet. */
static void script_taken(void *data)
{
	struct tsim_block_group *bg = slot_group(1);

	set_ro(bg);
	start_trim(bg);
	at(10 * MS);
	removed_and_committed(bg);
	bg = new_group(TSIM_METADATA);
	g_assert_cmpuint(bg->chunk->phys[0], ==, SLOT_START(1));
	use(bg, 0, 4 * PAGE);
	at(50 * MS);
	tsim_commit_now(&fs);
	at(1000 * MS);
}

static void test_taken(void)
{
	fresh_until("fixed(150ms)", 10 * MS);
	dev_opt.discard_durable = TSIM_DURABLE_ACK;
	run_script(&tsim_policy_unpinned, script_taken);
	assert_fates(0, 0, 0, 0);
	g_assert_cmpuint(out.harmless, ==, 1);
}

/* Taken, committed and given back, as by a writer that gets no more: no tree had it. */
static void script_put_back(void *data)
{
	struct tsim_block_group *bg = slot_group(2);
	struct tsim_extent e = { bg, { bg->range.start, bg->range.start + 4 * PAGE } };

	use(bg, 0, 4 * PAGE);
	tsim_commit_now(&fs);
	tsim_extent_put_back(&fs, &e);
	start_trim(bg);
	at(1000 * MS);
}

static void test_put_back(void)
{
	fresh_until("fixed(500ms)", 0);
	run_script(&tsim_policy_unpinned, script_put_back);
	g_assert_cmpuint(out.discards, ==, 1);
	g_assert_cmpuint(out.hits, ==, 0);
}

static const struct engine_test tests[] = {
	{ "/power/durable", test_durable },
	{ "/power/flushed", test_flushed },
	{ "/power/not-committed", test_not_committed },
	{ "/power/fsync", test_fsync },
	{ "/power/freed", test_freed },
	{ "/power/too-late", test_too_late },
	{ "/power/story", test_story },
	{ "/power/overwritten", test_overwritten },
	{ "/power/unallocated", test_unallocated },
	{ "/power/put-back", test_put_back },
	{ "/power/new-owner-trims", test_new_owner_trims },
	{ "/power/taken", test_taken },
};

int main(int argc, char **argv)
{
	return fs_test_main(argc, argv, tests, G_N_ELEMENTS(tests));
}
