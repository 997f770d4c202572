/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fs-fixture.h"

/* Who may attach when, what a commit waits for, and what it writes. */

#define NODE 16384

static struct tsim_transaction *nth(guint i)
{
	return g_ptr_array_index(fs.commit.transactions, i);
}

static void note_attach(const char *what, enum tsim_trans_type type)
{
	struct tsim_transaction *trans = tsim_trans_attach(&fs, type);
	g_autofree char *text = g_strdup_printf("%s%" G_GUINT64_FORMAT, what, trans->transid);

	note(text);
	tsim_trans_end(&fs, trans, type);
}

/* Named type letter and time in ms: "S5". */
static void act_attach(void *data)
{
	const char *name = data;

	tsim_sleep_until(engine, g_ascii_strtoll(name + 1, NULL, 10) * MS);
	note_attach(name, name[0] == 'S' ? TSIM_TRANS_START : name[0] == 'J' ? TSIM_TRANS_JOIN :
									       TSIM_TRANS_JOIN_NOLOCK);
}

static void slow_commit(void)
{
	fs_opt.commit_start = tsim_law_new_fixed(10 * MS);
	fs_opt.commit_critical = tsim_law_new_fixed(10 * MS);
}

static void script_attach(void *data)
{
	static const char *const names[] = { "S5/", "J5/", "J15/", "N15/", "S25/" };

	for (guint i = 0; i < G_N_ELEMENTS(names); i++)
		start_actor(names[i], act_attach, (void *)names[i]);
	tsim_commit_now(&fs);
	note("completed");
}

/*
 * COMMIT_START 0, COMMIT_DOING 10, UNBLOCKED 20, superblock 20 + 30 ms: START
 * waits from COMMIT_START, JOIN from COMMIT_DOING, JOIN_NOLOCK for UNBLOCKED
 * only; the next transaction begins there, before anything is written.
 */
static void test_attach(void)
{
	fresh("dm");
	slow_commit();
	dev_opt.write_base_ns = 30 * MS;
	run_script(&tsim_policy_unpinned, script_attach);
	assert_log("J5/7@5000000 N15/7@15000000 S5/8@20000000 J15/8@20000000 S25/8@25000000 completed@50000000");
	g_assert_cmpint(nth(0)->commit_start_ns, ==, 0);
	g_assert_cmpint(nth(0)->unblocked_ns, ==, 20 * MS);
	g_assert_cmpint(nth(0)->super_ns, ==, 50 * MS);
	g_assert_cmpint(nth(1)->start_ns, ==, 20 * MS);
}

static void act_commit_next(void *data)
{
	tsim_sleep_until(engine, 21 * MS);
	tsim_commit_now(&fs);
	note("second");
}

static void script_serial(void *data)
{
	start_actor("second", act_commit_next, NULL);
	tsim_commit_now(&fs);
	note("first");
}

/* 8 enters COMMIT_START at 21, and COMMIT_DOING only 10 ms after 7 is COMPLETED at 50. */
static void test_serial(void)
{
	fresh("dm");
	slow_commit();
	dev_opt.write_base_ns = 30 * MS;
	run_script(&tsim_policy_unpinned, script_serial);
	assert_log("first@50000000 second@100000000");
	g_assert_cmpint(nth(1)->commit_start_ns, ==, 21 * MS);
	g_assert_cmpint(nth(1)->unblocked_ns, ==, 70 * MS);
	g_assert_cmpuint(out.commits, ==, 2);
}

static enum tsim_trans_type held_type;

static void act_hold(void *data)
{
	struct tsim_transaction *trans = tsim_trans_attach(&fs, held_type);

	tsim_sleep_until(engine, 40 * MS);
	g_assert_cmpint(trans->state, ==, held_type == TSIM_TRANS_START ? TSIM_TRANS_COMMIT_START :
									 TSIM_TRANS_COMMIT_DOING);
	tsim_trans_end(&fs, trans, held_type);
}

static void script_hold(void *data)
{
	start_actor("holder", act_hold, NULL);
	tsim_commit_now(&fs);
}

/* An external writer holds the commit in COMMIT_START, a joined one in COMMIT_DOING. */
static void test_waits_for_writers(void)
{
	fresh("dm");
	slow_commit();
	held_type = TSIM_TRANS_START;
	run_script(&tsim_policy_unpinned, script_hold);
	g_assert_cmpint(nth(0)->unblocked_ns, ==, 50 * MS);
	held_type = TSIM_TRANS_JOIN;
	run_script(&tsim_policy_unpinned, script_hold);
	g_assert_cmpint(nth(0)->unblocked_ns, ==, 50 * MS);
}

static void script_duration(void *data)
{
	tsim_commit_now(&fs);
}

static void test_duration(void)
{
	fresh("dm");
	slow_commit();
	fs_opt.commit_duration = tsim_law_new_fixed(7 * MS);
	run_script(&tsim_policy_unpinned, script_duration);
	g_assert_cmpint(nth(0)->unblocked_ns, ==, 7 * MS);
}

static void script_interval(void *data)
{
	tsim_sleep_until(engine, 1000 * MS);
	note_attach("a", TSIM_TRANS_START);
	tsim_sleep_until(engine, 9000 * MS);
	note_attach("b", TSIM_TRANS_START);
	tsim_sleep_until(engine, 60000 * MS);
}

/* By age, not by the clock; and nothing is committed when nothing runs. */
static void test_interval(void)
{
	fresh("dm");
	fs_opt.commit_interval_ns = 5000 * MS;
	run_script_until(&tsim_policy_unpinned, script_interval, 60000 * MS, TRUE);
	g_assert_cmpuint(out.commits, ==, 2);
	g_assert_cmpuint(out.forced_commits, ==, 0);
	g_assert_cmpint(nth(0)->commit_start_ns, ==, 6000 * MS);
	g_assert_cmpint(nth(1)->commit_start_ns, ==, 14000 * MS);
}

static void act_sync(void *data)
{
	tsim_sleep_until(engine, GPOINTER_TO_SIZE(data) * MS);
	tsim_sync_fs(&fs);
	note("synced");
}

static void script_sync(void *data)
{
	tsim_sync_fs(&fs);
	note("nothing");
	g_assert_cmpuint(out.commits, ==, 0);
	start_actor("syncfs", act_sync, GSIZE_TO_POINTER(5));
	start_actor("syncfs", act_sync, GSIZE_TO_POINTER(15));
	start_actor("syncfs", act_sync, GSIZE_TO_POINTER(25));
	tsim_commit_now(&fs);
	g_assert_cmpuint(out.commits, ==, 1);
	tsim_sync_fs(&fs);
	note_attach("a", TSIM_TRANS_START);
	tsim_sync_fs(&fs);
}

/* syncfs commits what runs; under a commit it waits for that one and makes no other. */
static void test_sync(void)
{
	fresh("dm");
	slow_commit();
	dev_opt.write_base_ns = 30 * MS;
	run_script(&tsim_policy_unpinned, script_sync);
	assert_log("nothing@0 a8@50000000 synced@50000000 synced@50000000 synced@50000000");
	g_assert_cmpuint(out.commits, ==, 2);
	g_assert_cmpint(nth(1)->super_ns, ==, 100 * MS);
}

/* ---- tree blocks ---- */

static void dirty(guint n)
{
	struct tsim_transaction *trans = tsim_trans_attach(&fs, TSIM_TRANS_START);

	for (guint i = 0; i < n; i++) {
		struct tsim_extent e;

		g_assert_true(tsim_extent_take(&fs, TSIM_METADATA, NODE, NODE, &e));
		tsim_tree_dirty(&fs, trans, &e);
	}
	tsim_trans_end(&fs, trans, TSIM_TRANS_START);
}

static void script_dirty(void *data)
{
	dirty(4);
	g_assert_cmpuint(fs.dev.seq, ==, 0);
	dirty(1);
	note("dirty");
	g_assert_cmpuint(fs.dev.seq, ==, 1);	/* before the commit; neighbours as one write */
	tsim_sleep(engine, 10 * MS);
	tsim_device_settle(&fs.dev);
	g_assert_cmpuint(tsim_interval_set_bytes(&slot_group(1)->chunk->on_disk), ==, 5 * NODE);
	dirty(1);
	tsim_commit_now(&fs);
	/* one tree block, flush, superblock */
	g_assert_cmpuint(fs.dev.seq, ==, 4);
	note("committed");
}

/* A write is at most 512 KiB; what is no neighbour is a write of its own. */
static void script_merge(void *data)
{
	struct tsim_transaction *trans;
	struct tsim_extent gap;

	dirty(40);	/* 640 KiB */
	g_assert_true(tsim_extent_take(&fs, TSIM_METADATA, NODE, NODE, &gap));
	dirty(1);
	trans = tsim_trans_attach(&fs, TSIM_TRANS_START);
	tsim_tree_write_dirty(&fs, trans);
	tsim_trans_end(&fs, trans, TSIM_TRANS_START);
	g_assert_cmpuint(fs.dev.seq, ==, 3);
}

static void test_merge(void)
{
	fresh("m");
	run_script(&tsim_policy_unpinned, script_merge);
}

/* btree writepages: above the dirty threshold tree blocks are written before the commit. */
static void test_dirty_threshold(void)
{
	fresh("dm");
	fs_opt.dirty_threshold_bytes = 4 * NODE;
	dev_opt.write_base_ns = 10 * MS;
	dev_opt.flush_base_ns = 1 * MS;
	run_script(&tsim_policy_unpinned, script_dirty);
	/* the tree block at 10, then flush, then the superblock */
	assert_log("dirty@0 committed@31000000");
}

static void script_unpin(void *data)
{
	struct tsim_block_group *bg = slot_group(0);
	guint64 before;

	use(bg, 0, 65536);
	before = bg->free.bytes;
	unuse(bg, 0, 65536);
	g_assert_cmpuint(bg->pinned, ==, 65536);
	g_assert_cmpuint(bg->free.bytes, ==, before);
	g_assert_cmpuint(bg->used, ==, 0);
	tsim_commit_now(&fs);
	g_assert_cmpuint(bg->pinned, ==, 0);
	g_assert_cmpuint(bg->free.bytes, ==, before + 65536);
}

static void act_watch_pinned(void *data)
{
	tsim_sleep(engine, 25 * MS);	/* UNBLOCKED, superblock under way */
	g_assert_cmpint(nth(0)->state, ==, TSIM_TRANS_UNBLOCKED);
	g_assert_cmpuint(slot_group(0)->pinned, ==, 65536);
	note("pinned");
}

static void script_unpin_watched(void *data)
{
	start_actor("watch", act_watch_pinned, NULL);
	script_unpin(NULL);
}

/* What was freed can be allocated when the superblock is out. */
static void test_unpin(void)
{
	fresh("dm");
	slow_commit();
	dev_opt.write_base_ns = 30 * MS;
	run_script(&tsim_policy_unpinned, script_unpin_watched);
	assert_log("pinned@25000000");
}

static void script_delayed(void *data)
{
	struct tsim_file *file = tsim_file_new(&fs);
	struct tsim_enospc_rule rule = { 0 };

	g_assert_true(tsim_file_fallocate(file, TSIM_MIB, &rule));
	tsim_file_truncate(file);
	g_assert_cmpuint(slot_group(0)->used, ==, TSIM_MIB);
	tsim_sleep_until(engine, 29 * MS);
	g_assert_cmpuint(slot_group(0)->used, ==, TSIM_MIB);
	tsim_sleep_until(engine, 31 * MS);
	g_assert_cmpuint(slot_group(0)->used, ==, fs_opt.delayed_ref_delay ? 0 : TSIM_MIB);
	tsim_commit_now(&fs);
	g_assert_cmpuint(slot_group(0)->used, ==, 0);
	g_assert_cmpuint(fs.space.unused_bgs->len, ==, 1);
}

/* Delayed references: by a worker after a while, else by the commit. */
static void test_delayed_refs(void)
{
	fresh("dm");
	run_script(&tsim_policy_unpinned, script_delayed);
	fs_opt.delayed_ref_delay = tsim_law_new_fixed(30 * MS);
	run_script(&tsim_policy_unpinned, script_delayed);
}

/* ---- fsync ---- */

static void script_log(void *data)
{
	struct tsim_block_group *bg = new_group(TSIM_METADATA);

	g_assert_nonnull(bg);
	tsim_fsync_log(&fs, NULL, 2 * NODE);	/* the transaction that made a chunk: full commit */
	g_assert_cmpuint(out.log_commits, ==, 0);
	g_assert_cmpuint(out.commits, ==, 1);
	note("full");
	tsim_fsync_log(&fs, NULL, 2 * NODE);
	g_assert_cmpuint(out.log_commits, ==, 1);
	g_assert_cmpuint(out.commits, ==, 1);
	note("log");
	tsim_device_settle(&fs.dev);
	/* on disk without a commit, gone after one */
	g_assert_cmpuint(tsim_interval_set_bytes(&slot_group(1)->chunk->on_disk), ==, 2 * NODE);
	tsim_commit_now(&fs);
	g_assert_cmpuint(slot_group(1)->used, ==, 0);
	g_assert_cmpuint(slot_group(1)->free.bytes, ==, SLOT);
}

static void test_log(void)
{
	fresh("dm-");
	dev_opt.write_base_ns = 10 * MS;
	run_script(&tsim_policy_unpinned, script_log);
	assert_log("full@10000000 log@30000000");
}

static void act_fsync(void *data)
{
	tsim_sleep_until(engine, 21 * MS);
	tsim_fsync_log(&fs, NULL, NODE);
	note("fsync");
}

static void script_log_mutex(void *data)
{
	dirty(1);
	start_actor("fsync", act_fsync, NULL);
	tsim_commit_now(&fs);
	note("commit");
}

/* The log blocks go out at once; their superblock waits for that of the commit under way. */
static void test_log_mutex(void)
{
	fresh("dm");
	slow_commit();
	dev_opt.write_base_ns = 30 * MS;
	run_script(&tsim_policy_unpinned, script_log_mutex);
	/* unblocked 20, tree block 50; the flush covers the log block of 21 to 51 too; then one after the other */
	assert_log("commit@81000000 fsync@111000000");
}

static void script_log_cow(void *data)
{
	struct tsim_transaction *trans;

	tsim_fsync_log(&fs, NULL, 4 * NODE);
	tsim_device_settle(&fs.dev);
	/* the only written tree blocks are the log's: they are copied, and the log is freed nevertheless */
	trans = tsim_trans_attach(&fs, TSIM_TRANS_START);
	tsim_tree_cow(&fs, trans, 2);
	tsim_trans_end(&fs, trans, TSIM_TRANS_START);
	tsim_commit_now(&fs);
	g_assert_cmpuint(slot_group(1)->used, ==, tsim_interval_set_bytes(&slot_group(1)->chunk->live));
	g_assert_cmpuint(slot_group(1)->used + slot_group(1)->free.bytes, ==, SLOT);
}

/* A log block that was freed before its transaction's commit is not freed again. */
static void test_log_cow(void)
{
	fresh("dm");
	run_script(&tsim_policy_unpinned, script_log_cow);
}

static const struct engine_test tests[] = {
	{ "/commit/attach", test_attach },
	{ "/commit/serial", test_serial },
	{ "/commit/waits-for-writers", test_waits_for_writers },
	{ "/commit/duration", test_duration },
	{ "/commit/interval", test_interval },
	{ "/commit/sync", test_sync },
	{ "/commit/merge", test_merge },
	{ "/commit/dirty-threshold", test_dirty_threshold },
	{ "/commit/unpin", test_unpin },
	{ "/commit/delayed-refs", test_delayed_refs },
	{ "/commit/log", test_log },
	{ "/commit/log-mutex", test_log_mutex },
	{ "/commit/log-cow", test_log_cow },
};

int main(int argc, char **argv)
{
	return fs_test_main(argc, argv, tests, G_N_ELEMENTS(tests));
}
