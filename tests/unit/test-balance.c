/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "balance.h"
#include "cleaner.h"
#include "fitrim.h"
#include "fs-fixture.h"
#include "workload.h"

/* Relocation: what moves, how long it takes, and who else is at the group. */

#define NODE 16384

static void balance(enum tsim_bg_type type, double usage, guint max)
{
	struct tsim_balance args = { type, usage, max, TSIM_NS_NEVER };
	g_autofree char *text = g_strdup_printf("%u", tsim_balance(&fs, &args));

	note(text);
}

/* ---- order and filters ---- */

static void script_order(void *data)
{
	struct tsim_block_group *low = slot_group(0), *mid = slot_group(1), *high = slot_group(2);

	use(low, 0, SLOT / 2);
	use(mid, 0, SLOT / 2);
	use(high, 0, SLOT / 4);
	balance(TSIM_DATA, 0.25, 0);
	g_assert_true(high->removed && !mid->removed && !low->removed);
	balance(TSIM_DATA, 1, 1);
	g_assert_true(mid->removed && !low->removed);
	g_assert_cmpuint(fs.space.info[TSIM_DATA].used, ==, SLOT + SLOT / 4);
}

/* Highest address first, by usage, as many as asked for; what is used stays used. */
static void test_order(void)
{
	fresh("ddd");
	run_script(&tsim_policy_unpinned, script_order);
	assert_log("1@0 1@0");
	g_assert_cmpuint(out.relocations, ==, 2);
	g_assert_cmpuint(out.relocations_failed, ==, 0);
	g_assert_cmpuint(out.removals, ==, 2);
}

static void script_transaction(void *data)
{
	struct tsim_block_group *bg = slot_group(1);

	g_assert_true(tsim_relocate(&fs, bg, TSIM_NS_NEVER));
	g_assert_cmpuint(out.commits, ==, 3);
	/* the removal's transaction stays open */
	g_assert_cmpuint(bg->chunk->remove_transid, ==, fs.commit.running->transid);
	g_assert_cmpint(fs.commit.running->state, ==, TSIM_TRANS_RUNNING);
	g_assert_false(tsim_chunk_would_fit_without_pins(&fs.space, TSIM_DATA));
	balance(TSIM_SYSTEM, 0, 0);	/* nothing to do: the commit at the end of a call */
	g_assert_true(tsim_chunk_would_fit_without_pins(&fs.space, TSIM_DATA));
}

static void test_transaction(void)
{
	fresh("dd");
	run_script(&tsim_policy_unpinned, script_transaction);
}

static void script_last(void *data)
{
	struct tsim_block_group *bg = slot_group(0);

	use(bg, 0, 4 * NODE);
	g_assert_true(tsim_relocate(&fs, bg, TSIM_NS_NEVER));
	g_assert_cmpuint(fs.space.info[TSIM_METADATA].groups->len, ==, 1);
	g_assert_cmpuint(out.chunks_allocated, ==, 1);
	g_assert_cmpuint(fs.space.info[TSIM_METADATA].used, ==, 4 * NODE);
}

/* Setting the only metadata group RO makes its replacement at once. */
static void test_last_metadata(void)
{
	fresh("m-");
	run_script(&tsim_policy_unpinned, script_last);
}

static void script_no_room(void *data)
{
	struct tsim_block_group *bg = slot_group(0);

	use(bg, 0, SLOT);
	g_assert_false(tsim_relocate(&fs, bg, TSIM_NS_NEVER));
	g_assert_cmpuint(bg->ro, ==, 0);
	g_assert_cmpint(fs.space.info[TSIM_DATA].readonly, ==, 0);
	g_assert_cmpuint(bg->used, ==, SLOT);
}

/* Without room elsewhere the group stays, RW again. */
static void test_no_room(void)
{
	fresh("d");
	run_script(&tsim_policy_unpinned, script_no_room);
	g_assert_cmpuint(out.removals, ==, 0);
	g_assert_cmpuint(out.relocations, ==, 0);
	g_assert_cmpuint(out.relocations_failed, ==, 1);
}

static void act_fill(void *data)
{
	tsim_sleep_until(engine, 5 * MS);
	use(slot_group(0), 0, SLOT);
}

static void script_room_taken(void *data)
{
	struct tsim_block_group *bg = slot_group(1);

	use(bg, 0, SLOT / 2);
	start_actor("fill", act_fill, NULL);
	g_assert_false(tsim_relocate(&fs, bg, TSIM_NS_NEVER));
	g_assert_cmpuint(bg->ro, ==, 0);
	g_assert_cmpuint(bg->used, ==, SLOT / 2);
}

/* The room was there when the group became RO, and is taken during the copy. */
static void test_room_taken(void)
{
	fresh("dd");
	fs_opt.relocation_fixed = tsim_law_new_fixed(10 * MS);
	run_script(&tsim_policy_unpinned, script_room_taken);
	g_assert_cmpuint(out.relocations, ==, 0);
	g_assert_cmpuint(out.relocations_failed, ==, 1);
}

/* ---- times ---- */

static void script_time(void *data)
{
	use(slot_group(0), 0, 2 * TSIM_MIB);
	g_assert_true(tsim_relocate(&fs, slot_group(0), TSIM_NS_NEVER));
	note("done");
}

/* Metadata: the square of the used MiB; data: by rate; both beside the fixed part. */
static void test_time(void)
{
	fresh("mm");
	fs_opt.relocation_fixed = tsim_law_new_fixed(1 * MS);
	fs_opt.relocation_square_ns = 10 * MS;
	run_script(&tsim_policy_unpinned, script_time);
	assert_log("done@42000000"); /* the second pass finds nothing */
	fresh("dd");
	fs_opt.relocation_fixed = tsim_law_new_fixed(1 * MS);
	fs_opt.relocation_rate = 2.0 * 1024 * 1024 * 100;
	run_script(&tsim_policy_unpinned, script_time);
	assert_log("done@13000000");
}

static void script_passes(void *data)
{
	tsim_relocate(&fs, slot_group(2), TSIM_NS_NEVER);
	g_assert_cmpuint(out.commits, ==, 3);
	use(slot_group(0), 0, 4 * NODE);
	tsim_relocate(&fs, slot_group(0), TSIM_NS_NEVER);
	g_assert_cmpuint(out.commits, ==, 3 + 6);
	use(slot_group(4), 0, TSIM_MIB);
	tsim_relocate(&fs, slot_group(4), TSIM_NS_NEVER);
	g_assert_cmpuint(out.commits, ==, 3 + 6 + 9);
}

/* Commits between set RO and the removal, as recorded: 3 for nothing, 6 for tree blocks, 9 for data. */
static void test_passes(void)
{
	fresh("mmddd");
	run_script(&tsim_policy_unpinned, script_passes);
	g_assert_cmpuint(out.removals, ==, 3);
}

static void act_grow(void *data)
{
	struct tsim_tree_growth growth;

	tsim_sleep_until(engine, 5 * MS);
	tsim_tree_growth_init(&growth, &fs);
	g_assert_true(tsim_tree_grow(&growth, NODE, 0, &(const struct tsim_enospc_rule){ 0 }));
	note("grown");
	tsim_tree_growth_clear(&growth);
}

static void script_cancel(void *data)
{
	struct tsim_block_group *bg = slot_group(0);

	use(bg, 0, 2 * TSIM_MIB);
	start_actor("creator", act_grow, NULL);
	g_assert_false(tsim_relocate(&fs, bg, 20 * MS));
	note("cancelled");
	g_assert_cmpuint(bg->ro, ==, 0);
	g_assert_cmpuint(bg->used, >=, 2 * TSIM_MIB);
}

/* A cancelled copy leaves the group; who changes trees waits for the end of the copy. */
static void test_cancel(void)
{
	fresh("mm");
	fs_opt.relocation_square_ns = 10 * MS;
	run_script(&tsim_policy_unpinned, script_cancel);
	assert_log("grown@20000000 cancelled@20000000");
	g_assert_cmpuint(out.relocations_failed, ==, 0);
	g_assert_cmpuint(out.removals, ==, 0);
}

static void script_burst(void *data)
{
	fs.copy_start_ns = 0;
	fs.copy_end_ns = 100 * MS;
	tsim_sleep_until(engine, 19 * MS);
	g_assert_cmpint(tsim_relocation_burst_end(&fs), ==, 0);
	tsim_sleep_until(engine, 20 * MS);
	g_assert_cmpint(tsim_relocation_burst_end(&fs), ==, 50 * MS);
	tsim_sleep_until(engine, 69 * MS);
	g_assert_cmpint(tsim_relocation_burst_end(&fs), ==, 0);
	tsim_sleep_until(engine, 99 * MS);
	g_assert_cmpint(tsim_relocation_burst_end(&fs), ==, 100 * MS);
	tsim_sleep_until(engine, 100 * MS);
	g_assert_cmpint(tsim_relocation_burst_end(&fs), ==, 0);
}

/* The CPU is busy at the end of each half of a copy. */
static void test_burst(void)
{
	fresh("mm");
	fs_opt.relocation_burst = 0.6;
	run_script(&tsim_policy_unpinned, script_burst);
}

/* ---- files move with their extents ---- */

static const struct tsim_enospc_rule rule;

static void script_files(void *data)
{
	struct tsim_file *a = tsim_file_new(&fs), *b = tsim_file_new(&fs);

	g_assert_true(tsim_file_fallocate(a, TSIM_MIB, &rule));
	g_assert_true(tsim_file_fallocate(b, 2 * TSIM_MIB, &rule));
	tsim_sleep_until(engine, tsim_file_write(a, 0, TSIM_MIB));
	g_assert_true(tsim_relocate(&fs, slot_group(0), TSIM_NS_NEVER));
	for (guint i = 0; i < fs.files->len; i++) {
		struct tsim_file *file = g_ptr_array_index(fs.files, i);

		for (guint k = 0; k < file->extents->len; k++)
			g_assert_true(g_array_index(file->extents, struct tsim_extent, k).bg == slot_group(1));
	}
	g_assert_cmpuint(tsim_file_bytes(a), ==, TSIM_MIB);
	g_assert_cmpuint(tsim_file_bytes(b), ==, 2 * TSIM_MIB);
	tsim_device_settle(&fs.dev);
	/* what was not written is not written by the copy */
	g_assert_cmpuint(tsim_interval_set_bytes(&slot_group(1)->chunk->on_disk), ==, TSIM_MIB);
	tsim_file_truncate(a);
	tsim_file_truncate(b);
	tsim_commit_now(&fs);
	g_assert_cmpuint(slot_group(1)->used, ==, 0);
	g_assert_cmpuint(slot_group(1)->free.bytes, ==, SLOT);
}

static void test_files(void)
{
	fresh("dd");
	run_script(&tsim_policy_unpinned, script_files);
}

static struct tsim_file *file;

static void act_truncate(void *data)
{
	tsim_sleep_until(engine, 230 * MS);
	tsim_file_truncate(file);
}

static void script_truncate(void *data)
{
	file = tsim_file_new(&fs);
	use(slot_group(0), 0, SLOT - TSIM_MIB);
	g_assert_true(tsim_file_fallocate(file, TSIM_MIB, &rule));
	unuse(slot_group(0), 0, SLOT - TSIM_MIB);
	use(slot_group(1), 0, SLOT);
	tsim_commit_now(&fs);
	start_fitrim();
	start_actor("truncate", act_truncate, NULL);
	tsim_sleep_until(engine, 220 * MS);	/* unallocated space is trimmed under chunk_mutex until 300 */
	note(tsim_relocate(&fs, slot_group(0), TSIM_NS_NEVER) ? "relocated" : "failed");
	tsim_commit_now(&fs);
	g_assert_cmpuint(fs.space.info[TSIM_DATA].used, ==, SLOT);
	g_assert_cmpuint(fs.space.info[TSIM_DATA].pinned, ==, 0);
}

/* A truncate while the copy waits for chunk_mutex: its extents are freed once. */
static void test_truncate(void)
{
	fresh("dd-");
	fs_opt.trim_unallocated = TRUE;
	run_script(&tsim_policy_unpinned, script_truncate);
	assert_log("fitrim@300000000 relocated@300000000");
}

/* ---- the cleaner at the same group ---- */

static void act_commit(void *data)
{
	tsim_commit_now(&fs);
}

static void act_balance(void *data)
{
	note(tsim_relocate(&fs, data, TSIM_NS_NEVER) ? "relocated" : "left");
}

static void script_both(void *data)
{
	struct tsim_block_group *bg = slot_group(1);

	start_actor("commit", act_commit, NULL);	/* joins wait until 20 */
	tsim_sleep_until(engine, 15 * MS);
	start_actor("balance", act_balance, bg);	/* has chosen the group, and waits */
	tsim_block_group_mark_unused(&fs.space, bg);
	tsim_cleaner_wake(fs.cleaner);
	tsim_sleep_until(engine, 500 * MS);
	g_assert_true(bg->removed);
	g_assert_cmpuint(fs.space.info[TSIM_DATA].total, ==, SLOT);
}

/* The cleaner sets the group RO while balance waits for a transaction: removed once. */
static void test_cleaner_first(void)
{
	fresh("ddm");
	fs_opt.commit_start = tsim_law_new_fixed(10 * MS);
	fs_opt.commit_critical = tsim_law_new_fixed(10 * MS);
	fs_opt.ro_window = tsim_law_new_fixed(50 * MS);
	run_script_until(&tsim_policy_unpinned, script_both, 1000 * MS, TRUE);
	assert_log("left@20000000");
	g_assert_cmpuint(out.removals, ==, 1);
	g_assert_cmpuint(out.relocations, ==, 0);
	g_assert_cmpuint(out.relocations_failed, ==, 0);
}

static const struct engine_test tests[] = {
	{ "/balance/order", test_order },
	{ "/balance/transaction", test_transaction },
	{ "/balance/last-metadata", test_last_metadata },
	{ "/balance/no-room", test_no_room },
	{ "/balance/room-taken", test_room_taken },
	{ "/balance/time", test_time },
	{ "/balance/passes", test_passes },
	{ "/balance/cancel", test_cancel },
	{ "/balance/burst", test_burst },
	{ "/balance/files", test_files },
	{ "/balance/truncate", test_truncate },
	{ "/balance/cleaner-first", test_cleaner_first },
};

int main(int argc, char **argv)
{
	return fs_test_main(argc, argv, tests, G_N_ELEMENTS(tests));
}
