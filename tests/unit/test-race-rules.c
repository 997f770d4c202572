/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "balance.h"
#include "cleaner.h"
#include "fs-fixture.h"

/* Which discards are exposed, and when a removed group's place can be used again. */

#define HAS_ROOM(type) tsim_chunk_would_fit_without_pins(&fs.space, type)

static struct tsim_block_group *unused;	/* slot 1, queued for the cleaner */

static void wake_cleaner(void)
{
	unused = slot_group(1);
	tsim_block_group_mark_unused(&fs.space, unused);
	tsim_cleaner_wake(fs.cleaner);
	tsim_sleep(engine, 1 * MS);
}

/* ---- the cleaner's path ---- */

static void script_rw(void *data)
{
	start_trim(slot_group(1));	/* RW: raises reserved */
	g_assert_cmpuint(slot_group(1)->reserved, ==, SLOT);
	wake_cleaner();
	g_assert_cmpuint(out.removals_skipped, ==, 1);
	tsim_sleep(engine, 200 * MS);
	g_assert_cmpuint(unused->reserved, ==, 0);
	tsim_cleaner_wake(fs.cleaner);
	tsim_sleep(engine, 1 * MS);
	/* forgotten: an empty group lingers */
	g_assert_false(unused->removed);
}

/* A trim begun on an RW group protects it: no exposure. */
static void test_rw_skipped(void)
{
	fresh("dd");
	run_script_until(&tsim_policy_unpinned, script_rw, 10000 * MS, TRUE);
	g_assert_cmpuint(out.removals, ==, 0);
	g_assert_cmpuint(out.removals_skipped, ==, 1);
	g_assert_cmpuint(out.funnel[TSIM_STAGE_HIDDEN], ==, 1);
	g_assert_cmpuint(out.funnel[TSIM_STAGE_REMOVED], ==, 0);
}

static void script_ro_window(void *data)
{
	wake_cleaner();
	g_assert_cmpuint(unused->ro, ==, 1);
	g_assert_false(unused->removed);
	tsim_sleep_until(engine, 10 * MS);
	start_trim(unused);
	g_assert_cmpuint(unused->reserved, ==, 0);	/* of an RO group nothing is reserved */
	tsim_sleep_until(engine, 49 * MS);
	g_assert_false(unused->removed);
	g_assert_cmpuint(out.funnel[TSIM_STAGE_REMOVED], ==, 0);
	tsim_sleep_until(engine, 51 * MS);
	g_assert_true(unused->removed);
	g_assert_cmpuint(out.funnel[TSIM_STAGE_REMOVED], ==, 1);
	tsim_sleep_until(engine, 200 * MS);
}

/* Set RO to free-space cache dropped: a trim begun in between is exposed. */
static void test_ro_window(void)
{
	fresh("dd");
	fs_opt.ro_window = tsim_law_new_fixed(50 * MS);
	run_script_until(&tsim_policy_unpinned, script_ro_window, 10000 * MS, TRUE);
	g_assert_cmpuint(out.removals, ==, 1);
	g_assert_cmpuint(out.pinned_chunks, ==, 0);
	run_script_until(&tsim_policy_pinned_chunk, script_ro_window, 10000 * MS, TRUE);
	g_assert_cmpuint(out.pinned_chunks, ==, 1);
}

static void script_skips(void *data)
{
	wake_cleaner();
	g_assert_cmpuint(out.removals, ==, 0);
	g_assert_cmpuint(out.removals_skipped, ==, 1);
}

static void script_skips_used(void *data)
{
	use(slot_group(1), 0, 4096);
	script_skips(NULL);
}

static void script_skips_pinned(void *data)
{
	use(slot_group(1), 0, 4096);
	unuse(slot_group(1), 0, 4096);
	script_skips(NULL);
}

static void script_takes_pinned(void *data)
{
	use(slot_group(1), 0, 4096);
	unuse(slot_group(1), 0, 4096);
	wake_cleaner();
	g_assert_true(unused->removed);
	tsim_commit_now(&fs);	/* must not unpin into the removed group */
	g_assert_cmpuint(unused->free.bytes, ==, 0);
}

/* Used, pinned (since 2018), the last of its kind, no room for the rest. */
static void test_cleaner_tests(void)
{
	fresh("dd");
	run_script_until(&tsim_policy_unpinned, script_skips_used, 1000 * MS, TRUE);
	run_script_until(&tsim_policy_unpinned, script_skips_pinned, 1000 * MS, TRUE);
	fs_opt.cleaner_checks_pinned = FALSE;
	run_script_until(&tsim_policy_unpinned, script_takes_pinned, 1000 * MS, TRUE);
	g_assert_cmpuint(out.removals, ==, 1);
	fresh("md");
	run_script_until(&tsim_policy_unpinned, script_skips, 1000 * MS, TRUE);
	fs_opt.cleaner_keeps_last = FALSE;	/* 3.18: data has no rule of size that would keep it */
	fs_opt.cleaner_checks_pinned = FALSE;
	run_script_until(&tsim_policy_unpinned, script_takes_pinned, 1000 * MS, TRUE);
	fresh("dm");
	fs_opt.cleaner_keeps_last = FALSE;	/* ... metadata keeps 1 MiB allocatable */
	run_script_until(&tsim_policy_unpinned, script_skips, 1000 * MS, TRUE);
}

static void act_commit(void *data)
{
	tsim_commit_now(&fs);
}

static void script_handle(void *data)
{
	start_actor("commit", act_commit, NULL);	/* START until 30, DOING until 60 */
	wake_cleaner();
	tsim_sleep_until(engine, 20 * MS);
	note(unused->removed ? "removed" : "waits");
	tsim_sleep_until(engine, 61 * MS);
	note(unused->removed ? "removed" : "waits");
}

/* 3.18 joins, later kernels start a transaction and wait from COMMIT_START on: the RO window grows. */
static void test_cleaner_handle(void)
{
	fresh("ddm");
	fs_opt.commit_start = tsim_law_new_fixed(30 * MS);
	fs_opt.commit_critical = tsim_law_new_fixed(30 * MS);
	fs_opt.cleaner_handle = TSIM_CLEANER_STARTS;
	run_script_until(&tsim_policy_unpinned, script_handle, 1000 * MS, TRUE);
	assert_log("waits@20000000 removed@61000000");
	fs_opt.cleaner_handle = TSIM_CLEANER_JOINS;
	run_script_until(&tsim_policy_unpinned, script_handle, 1000 * MS, TRUE);
	assert_log("removed@20000000 removed@61000000");
}

/* ---- balance ---- */

static void script_balance(void *data)
{
	struct tsim_block_group *bg = slot_group(1);

	start_trim(bg);
	g_assert_cmpuint(bg->reserved, ==, SLOT);
	g_assert_true(tsim_relocate(&fs, bg, TSIM_NS_NEVER));
	g_assert_true(bg->removed);
	g_assert_cmpuint(out.funnel[TSIM_STAGE_REMOVED], ==, 1);
	tsim_sleep(engine, 200 * MS);
	/* the counters of a group that was removed with a trim under way come back to nothing */
	g_assert_cmpuint(fs.space.info[TSIM_DATA].reserved, ==, 0);
	g_assert_cmpint(fs.space.info[TSIM_DATA].readonly, ==, 0);
}

/* Relocation does not test `reserved`: exposed whenever a discard is in flight. */
static void test_balance_exposed(void)
{
	fresh("dd");
	run_script(&tsim_policy_unpinned, script_balance);
	g_assert_cmpuint(out.relocations, ==, 1);
}

/* ---- reuse ---- */

static void act_reuse(void *data)
{
	struct tsim_transaction *trans = g_ptr_array_index(fs.commit.transactions, 0);

	tsim_sleep_until(engine, 15 * MS);
	g_assert_cmpint(trans->state, ==, TSIM_TRANS_COMMIT_START);
	g_assert_false(HAS_ROOM(TSIM_DATA));
	tsim_sleep_until(engine, 25 * MS);
	g_assert_cmpint(trans->state, ==, TSIM_TRANS_COMMIT_DOING);
	g_assert_false(HAS_ROOM(TSIM_DATA));
	g_assert_true(tsim_commit_wait_unblocked(&fs, trans->transid, TSIM_NS_NEVER));
	note(HAS_ROOM(TSIM_DATA) ? "free" : "taken");
	g_assert_cmpuint(new_group(TSIM_DATA)->chunk->phys[0], ==, SLOT_START(1));
	g_assert_cmpint(trans->state, ==, TSIM_TRANS_UNBLOCKED);
	g_assert_cmpint(trans->super_ns, ==, 0);
}

static void script_reuse(void *data)
{
	remove_group(slot_group(1));
	g_assert_false(HAS_ROOM(TSIM_DATA));
	start_actor("reuse", act_reuse, NULL);
	tsim_sleep_until(engine, 10 * MS);
	tsim_commit_now(&fs);
	note("completed");
}

/* At UNBLOCKED of the removing transaction and not before; also before its superblock is written. */
static void test_reuse_at_unblocked(void)
{
	fresh("dd");
	fs_opt.commit_start = tsim_law_new_fixed(10 * MS);
	fs_opt.commit_critical = tsim_law_new_fixed(10 * MS);
	dev_opt.write_base_ns = 50 * MS;
	run_script(&tsim_policy_unpinned, script_reuse);
	assert_log("free@30000000 completed@80000000");
}

/* ---- the hit, and the fix ---- */

static void script_race(void *data)
{
	struct tsim_block_group *bg = slot_group(1);

	set_ro(bg);
	start_trim(bg);
	tsim_sleep(engine, 10 * MS);
	remove_group(bg);
	tsim_commit_now(&fs);
	bg = new_group(TSIM_DATA);
	if (!bg)
		return;
	use(bg, 0, 65536);
	tsim_sleep(engine, 10 * MS);
	write_wait(bg, 4096, 8192);
	g_assert_cmpuint(out.hits, ==, 0);
}

/* V1: the map was taken before the removal, the discard lands on the new owner. */
static void test_hit(void)
{
	const struct tsim_race *race;

	fresh("dd");
	dev_opt.write_base_ns = 1 * MS;
	run_script(&tsim_policy_unpinned, script_race);
	for (guint i = 0; i < TSIM_N_STAGES; i++)
		g_assert_cmpuint(out.funnel[i], ==, 1);
	g_assert_cmpuint(out.hits, ==, 1);
	g_assert_cmpuint(out.persistent, ==, 1);
	g_assert_cmpuint(out.corrupted, ==, 1);
	g_assert_cmpuint(out.lost_bytes, ==, 8192);
	g_assert_cmpint(out.first_hit_ns, ==, 100 * MS);
	g_assert_cmpuint(races->len, ==, 1);
	race = g_ptr_array_index(races, 0);
	g_assert_cmpstr(race->fate, ==, "persistent");
	g_assert_cmpstr(race->kind, ==, "data");
	g_assert_cmpuint(race->lost_bytes, ==, 8192);
	for (guint i = 1; i < race->steps->len; i++)
		g_assert_cmpint(g_array_index(race->steps, struct tsim_race_step, i - 1).t_ns, <=,
				g_array_index(race->steps, struct tsim_race_step, i).t_ns);
}

/* With the pin the place is not given out: a false ENOSPC instead. */
static void test_pinned(void)
{
	fresh("dd");
	run_script(&tsim_policy_pinned_chunk, script_race);
	g_assert_cmpint(chunk_result, ==, TSIM_CHUNK_FALSE_ENOSPC);
	g_assert_cmpuint(out.hits, ==, 0);
	g_assert_cmpuint(out.funnel[TSIM_STAGE_COMMITTED], ==, 1);
	g_assert_cmpuint(out.funnel[TSIM_STAGE_REUSED], ==, 0);
	g_assert_cmpuint(out.pinned_chunks, ==, 1);
	g_assert_cmpuint(out.pinned_max_bytes, ==, SLOT);
	/* 10 ms to 100 ms */
	g_assert_cmpfloat_with_epsilon(out.pinned_byte_seconds, (double)SLOT * 0.09, 1);
}

/* ---- pins ---- */

static void act_trim_at(void *data)
{
	struct tsim_block_group *bg = slot_group(1);

	tsim_sleep_until(engine, GPOINTER_TO_SIZE(data) * MS);
	start_trim(bg);
}

/*
 * Two entries, A and B.  One trimmer has B from 10 to 110, another A from 105
 * to 205; the group goes at 107.  B is put back into it at 110 and trimmed
 * again until 305.
 */
static void script_goes_on(void *data)
{
	struct tsim_block_group *bg = slot_group(1);

	use(bg, SLOT / 2, 65536);
	start_actor("fstrim", act_trim_at, GSIZE_TO_POINTER(10));
	start_actor("fstrim", act_trim_at, GSIZE_TO_POINTER(105));
	start_trim(bg);
	tsim_sleep_until(engine, 50 * MS);
	unuse(bg, SLOT / 2, 65536);
	set_ro(bg);
	tsim_sleep_until(engine, 107 * MS);
	remove_group(bg);
	tsim_commit_now(&fs);
	tsim_sleep_until(engine, 304 * MS);
	note(bg->chunk->map == TSIM_MAP_PINNED ? "pinned" : "gone");
	tsim_sleep_until(engine, 306 * MS);
	note(bg->chunk->map == TSIM_MAP_PINNED ? "pinned" : "gone");
}

/* Trimming goes on in a removed group; the pin lasts until the last trimmer has left. */
static void test_trim_goes_on(void)
{
	fresh("dd");
	run_script(&tsim_policy_pinned_chunk, script_goes_on);
	assert_log("trimmed@100000000 trimmed@110000000 pinned@304000000 trimmed@305000000 gone@306000000");
	g_assert_cmpuint(out.discards, ==, 4);
	/* unpinned: the map is gone, EINVAL at the second entry */
	run_script(&tsim_policy_unpinned, script_goes_on);
	assert_log("trimmed@100000000 trimmed@110000000 einval@205000000 gone@304000000 gone@306000000");
	g_assert_cmpuint(out.discards, ==, 3);
}

static void script_sticky(void *data)
{
	struct tsim_block_group *bg = slot_group(1);

	set_ro(bg);
	start_trim(bg);
	remove_group(bg);
	tsim_commit_now(&fs);
	g_assert_null(new_group(TSIM_DATA));
	g_assert_cmpint(chunk_result, ==, TSIM_CHUNK_FALSE_ENOSPC);
	tsim_sleep_until(engine, 200 * MS);	/* unpinned at 100 */
	g_assert_true(HAS_ROOM(TSIM_DATA));
	g_assert_null(new_group(TSIM_DATA));	/* but `full` sticks */
	g_assert_cmpint(chunk_result, ==, TSIM_CHUNK_FALSE_ENOSPC);
	tsim_commit_now(&fs);	/* nothing was freed in this one */
	g_assert_null(new_group(TSIM_DATA));
	tsim_sleep_until(engine, 300 * MS);
	remove_group(slot_group(2));
	g_assert_nonnull(new_group(TSIM_DATA));
}

/* Nothing clears `full` at unpin, a removal does. */
static void test_sticky_full(void)
{
	for (guint version = 0; version < 2; version++) {
		fresh("ddd");
		fs_opt.clear_full_at_commit = version == 1;	/* no help: the pin outlives that commit */
		run_script(&tsim_policy_pinned_chunk, script_sticky);
		g_assert_cmpint(out.sticky_full_ns, ==, 300 * MS);
	}
}

static void script_full_commit(void *data)
{
	remove_group(slot_group(1));
	g_assert_null(new_group(TSIM_DATA));	/* removed in N, tried in N */
	g_assert_cmpint(chunk_result, ==, TSIM_CHUNK_ENOSPC);
	tsim_commit_now(&fs);
	note(new_group(TSIM_DATA) ? "made" : "full");
}

/* 13212b54d18d: a commit that freed chunks clears it; before, only a removal or a mount did. */
static void test_clear_full_at_commit(void)
{
	fresh("dd");
	fs_opt.clear_full_at_commit = FALSE;
	run_script(&tsim_policy_unpinned, script_full_commit);
	assert_log("full@0");
	fs_opt.clear_full_at_commit = TRUE;
	run_script(&tsim_policy_unpinned, script_full_commit);
	assert_log("made@0");
}

static const struct engine_test tests[] = {
	{ "/race-rules/rw-skipped", test_rw_skipped },
	{ "/race-rules/ro-window", test_ro_window },
	{ "/race-rules/cleaner-tests", test_cleaner_tests },
	{ "/race-rules/cleaner-handle", test_cleaner_handle },
	{ "/race-rules/balance-exposed", test_balance_exposed },
	{ "/race-rules/reuse-at-unblocked", test_reuse_at_unblocked },
	{ "/race-rules/hit", test_hit },
	{ "/race-rules/pinned", test_pinned },
	{ "/race-rules/trim-goes-on", test_trim_goes_on },
	{ "/race-rules/sticky-full", test_sticky_full },
	{ "/race-rules/clear-full-at-commit", test_clear_full_at_commit },
};

int main(int argc, char **argv)
{
	return fs_test_main(argc, argv, tests, G_N_ELEMENTS(tests));
}
