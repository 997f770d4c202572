/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fs-fixture.h"

/* Counters of groups, chunks on demand, and what writers wait for. */

/* ---- groups ---- */

static void script_super(void *data)
{
	struct tsim_block_group *bg = slot_group(3);

	g_assert_cmpuint(bg->super_bytes, ==, 64 * TSIM_KIB);
	g_assert_cmpuint(bg->free.bytes, ==, SLOT - 64 * TSIM_KIB);
	g_assert_false(tsim_interval_set_overlaps(&bg->free.extents, TSIM_RANGE(64 * TSIM_MIB, 64 * TSIM_MIB + 1)));
	g_assert_cmpint(fs.space.info[TSIM_DATA].readonly, ==, 64 * TSIM_KIB);
	g_assert_cmpuint(tsim_space_free_bytes(&fs.space, TSIM_DATA), ==, 4 * SLOT - 64 * TSIM_KIB);
}

/* 64 KiB around the mirror at 64 MiB belong to nobody. */
static void test_super(void)
{
	fresh("dddd");
	run_script(&tsim_policy_unpinned, script_super);
}

static void script_set_ro(void *data)
{
	struct tsim_block_group *m = slot_group(0), *d = slot_group(1);
	struct tsim_space_info *info = &fs.space.info[TSIM_METADATA];

	/* the only metadata group: 1 MiB must stay allocatable, unless forced */
	g_assert_false(tsim_block_group_set_ro(&fs.space, m, FALSE));
	g_assert_true(tsim_block_group_set_ro(&fs.space, m, TRUE));
	g_assert_cmpint(info->readonly, ==, (gint64)SLOT);
	g_assert_true(tsim_block_group_set_ro(&fs.space, m, TRUE));
	g_assert_cmpint(info->readonly, ==, (gint64)SLOT);
	tsim_block_group_set_rw(&fs.space, m);
	g_assert_cmpint(info->readonly, ==, (gint64)SLOT);
	tsim_block_group_set_rw(&fs.space, m);
	g_assert_cmpint(info->readonly, ==, 0);
	/* what is used elsewhere must fit: here there is nowhere else */
	use(d, 0, 4096);
	g_assert_true(tsim_block_group_set_ro(&fs.space, d, FALSE));
	g_assert_cmpint(fs.space.info[TSIM_DATA].readonly, ==, (gint64)SLOT - 4096);
}

static void test_set_ro(void)
{
	fresh("md");
	run_script(&tsim_policy_unpinned, script_set_ro);
}

/* ---- a removal that waits for chunk_mutex ---- */

static void act_hold_mutex(void *data)
{
	tsim_sleep_until(engine, GPOINTER_TO_SIZE(data) * MS);
	tsim_mutex_lock(&fs.space.chunk_mutex);
	tsim_sleep(engine, 30 * MS);
	tsim_mutex_unlock(&fs.space.chunk_mutex);
}

static void act_commit(void *data)
{
	tsim_commit_now(&fs);
	note("committed");
}

static void script_unpin_removed(void *data)
{
	struct tsim_block_group *bg = slot_group(1);

	use(bg, 0, 65536);
	unuse(bg, 0, 65536);
	start_actor("commit", act_commit, NULL);	/* UNBLOCKED at once, unpins at 50 */
	start_actor("holder", act_hold_mutex, GSIZE_TO_POINTER(5));	/* 5 to 35 */
	start_actor("holder", act_hold_mutex, GSIZE_TO_POINTER(12));	/* 35 to 65 */
	tsim_sleep_until(engine, 10 * MS);
	remove_group(bg);	/* has the mutex at 35 and again at 65 */
	note("removed");
	g_assert_cmpuint(bg->pinned + bg->free.bytes, ==, 0);
	g_assert_cmpuint(fs.space.info[TSIM_DATA].pinned, ==, 0);
}

/* An older transaction unpins between the two parts of a removal: not into the removed group. */
static void test_unpin_removed(void)
{
	fresh("ddm");
	dev_opt.write_base_ns = 50 * MS;
	run_script(&tsim_policy_unpinned, script_unpin_removed);
	assert_log("committed@50000000 removed@65000000");
}

/* ---- chunks on demand ---- */

static const struct tsim_enospc_rule fail;

static void script_large(void *data)
{
	struct tsim_file *file = tsim_file_new(&fs);

	g_assert_true(tsim_file_fallocate(file, 256 * TSIM_MIB, &fail));
	g_assert_cmpuint(tsim_file_bytes(file), ==, 256 * TSIM_MIB);
	for (guint i = 0; i < file->extents->len; i++)
		g_assert_cmpuint(tsim_range_len(g_array_index(file->extents, struct tsim_extent, i).range), <=,
				 112 * TSIM_MIB);
}

/*
 * 1 GiB device, chunks of 112 MiB: three to have the space at all, one for
 * each extent that no group can hold in one piece, not the whole device.
 */
static void test_large_extent(void)
{
	fresh_mkfs(TSIM_GIB, TSIM_PROFILE_DUP);
	run_script(&tsim_policy_unpinned, script_large);
	g_assert_cmpuint(out.chunks_allocated, ==, 5);
	g_assert_cmpuint(out.requests, ==, 1);
	g_assert_cmpuint(out.stalled, ==, 0);
}

static void script_enospc(void *data)
{
	struct tsim_file *file = tsim_file_new(&fs);
	guint64 used = fs.space.info[TSIM_DATA].used;

	g_assert_false(tsim_file_fallocate(file, 4 * SLOT, &fail));
	g_assert_cmpuint(file->extents->len, ==, 0);
	g_assert_cmpuint(fs.space.info[TSIM_DATA].used, ==, used);
	g_assert_cmpuint(tsim_interval_set_bytes(&slot_group(0)->chunk->live), ==, 0);
	g_assert_cmpuint(slot_group(0)->free.bytes, ==, SLOT);
	g_assert_true(tsim_file_fallocate(file, 2 * SLOT, &fail));
}

/* ENOSPC keeps nothing. */
static void test_enospc(void)
{
	fresh("d-m");
	run_script(&tsim_policy_unpinned, script_enospc);
	g_assert_cmpuint(out.enospc, ==, 1);
	g_assert_cmpuint(out.false_enospc, ==, 0);
	g_assert_cmpuint(out.requests, ==, 2);
}

static void act_grab(void *data)
{
	tsim_sleep_until(engine, 40 * MS);
	use(slot_group(0), 0, SLOT / 2);
}

static void script_give_back(void *data)
{
	struct tsim_file *file = tsim_file_new(&fs);

	start_actor("holder", act_hold_mutex, GSIZE_TO_POINTER(5));
	start_actor("holder", act_hold_mutex, GSIZE_TO_POINTER(7));
	start_actor("other", act_grab, NULL);
	tsim_sleep_until(engine, 6 * MS);
	/* has a second chunk at 35; waits until 65 for a third, which there is no room for */
	g_assert_false(tsim_file_fallocate(file, 2 * SLOT, &fail));
	g_assert_cmpuint(file->extents->len, ==, 0);
	g_assert_cmpuint(fs.space.info[TSIM_DATA].used, ==, SLOT / 2);
	g_assert_cmpuint(slot_group(0)->free.bytes, ==, SLOT / 2);
	note("enospc");
}

/* What was taken before somebody else took the rest goes back. */
static void test_give_back(void)
{
	fresh("d-m");
	run_script(&tsim_policy_unpinned, script_give_back);
	assert_log("enospc@65000000");
	g_assert_cmpuint(out.chunks_allocated, ==, 1);
}

static struct tsim_enospc_rule rule;

static void script_pinned(void *data)
{
	struct tsim_block_group *bg = slot_group(1);
	struct tsim_file *file = tsim_file_new(&fs);

	use(slot_group(0), 0, SLOT);
	set_ro(bg);
	start_trim(bg);
	remove_group(bg);
	tsim_commit_now(&fs);
	note(tsim_file_fallocate(file, 4096, &rule) ? "made" : "none");
}

/* Nobody waits for a pin in btrfs; the other two rules do, and book it. */
static void test_stall(void)
{
	fresh("dd");
	rule = (struct tsim_enospc_rule){ TSIM_ENOSPC_FAIL, 0 };
	run_script(&tsim_policy_pinned_chunk, script_pinned);
	assert_log("none@0 trimmed@100000000");
	g_assert_cmpuint(out.false_enospc, ==, 1);
	g_assert_cmpuint(out.stalled, ==, 0);
	rule = (struct tsim_enospc_rule){ TSIM_ENOSPC_WAIT, 0 };
	run_script(&tsim_policy_pinned_chunk, script_pinned);
	assert_log("trimmed@100000000 made@100000000");
	g_assert_cmpuint(out.stalled, ==, 1);
	g_assert_cmpint(out.stall_by_cause_ns[TSIM_STALL_PINNED], ==, 100 * MS);
	g_assert_cmpint(out.stall_ns, ==, 100 * MS);
}

/* A mounted file system has its cluster, which no trimmer sees; a used up one is made anew from its window. */
static void cluster_script(void *data)
{
	struct tsim_block_group *bg = group_at(5 * TSIM_MIB);
	struct tsim_extent extent, old;

	g_assert_cmpuint(bg->free.extents.n, ==, 0);
	g_assert_cmpuint(bg->free.cluster.n, ==, 1);
	old.bg = bg;
	old.range = TSIM_RANGE(bg->range.start, bg->range.start + 16384); /* before the window */
	tsim_extent_free(&fs, tsim_trans_attach(&fs, TSIM_TRANS_START), &old);
	tsim_trans_end(&fs, fs.commit.running, TSIM_TRANS_START);
	g_assert_true(tsim_extent_take(&fs, TSIM_METADATA, 7 * TSIM_MIB, 16384, &extent));
	tsim_commit_now(&fs);
	tsim_extent_put_back(&fs, &extent);
	g_assert_true(tsim_extent_take(&fs, TSIM_METADATA, 7 * TSIM_MIB, 7 * TSIM_MIB, &extent));
	g_assert_cmpuint(extent.range.start, >, old.range.start);
	g_assert_cmpuint(bg->free.extents.ranges[0].start, ==, old.range.start);
}

static void test_cluster(void)
{
	fresh_mkfs(TSIM_GIB, TSIM_PROFILE_SINGLE);
	run_script_until(&tsim_policy_pinned_chunk, cluster_script, MS, TRUE);
}

/* The end of the run cuts off what would last until 100 ms: it has lasted so long. */
static void test_stall_cut_off(void)
{
	fresh("dd");
	rule = (struct tsim_enospc_rule){ TSIM_ENOSPC_WAIT, 0 };
	run_script_until(&tsim_policy_pinned_chunk, script_pinned, 30 * MS, FALSE);
	assert_log("");
	g_assert_cmpuint(out.requests, ==, 1);
	g_assert_cmpuint(out.stalled, ==, 1);
	g_assert_cmpuint(out.waiting, ==, 1);
	g_assert_cmpint(out.stall_by_cause_ns[TSIM_STALL_PINNED], ==, 30 * MS);
	g_assert_cmpint(out.stall_ns, ==, 30 * MS);
	/* A retry sleeps again and again; its sum is the wait. */
	rule = (struct tsim_enospc_rule){ TSIM_ENOSPC_RETRY, 7 * MS };
	run_script_until(&tsim_policy_pinned_chunk, script_pinned, 30 * MS, FALSE);
	g_assert_cmpuint(out.waiting, ==, 1);
	g_assert_cmpint(out.stall_by_cause_ns[TSIM_STALL_PINNED], ==, 30 * MS);
	/* One that has ended is not cut off. */
	rule = (struct tsim_enospc_rule){ TSIM_ENOSPC_WAIT, 0 };
	run_script_until(&tsim_policy_pinned_chunk, script_pinned, 200 * MS, FALSE);
	g_assert_cmpuint(out.waiting, ==, 0);
	g_assert_cmpuint(out.requests, ==, 1);
}

/* A group that a reservation made in vain is removed, if new groups are on the cleaner's list. */
static void new_group_script(void *data)
{
	g_assert_nonnull(new_group(TSIM_DATA));
	tsim_sleep(fs.engine, 10 * TSIM_NS_PER_S);
}

static void test_new_group(void)
{
	for (guint listed = 0; listed <= 1; listed++) {
		fresh_mkfs(TSIM_GIB, TSIM_PROFILE_SINGLE);
		fs_opt.new_groups_unused = listed;
		fs_opt.commit_interval_ns = TSIM_NS_PER_S;
		fs_opt.cleaner_interval_ns = TSIM_NS_PER_S;
		run_script_until(&tsim_policy_pinned_chunk, new_group_script, 20 * TSIM_NS_PER_S,
				 TRUE);
		g_assert_cmpuint(out.removals, ==, listed);
	}
}

static const struct engine_test tests[] = {
	{ "/space/super", test_super },
	{ "/space/set-ro", test_set_ro },
	{ "/space/unpin-removed", test_unpin_removed },
	{ "/space/large-extent", test_large_extent },
	{ "/space/enospc", test_enospc },
	{ "/space/give-back", test_give_back },
	{ "/space/stall", test_stall },
	{ "/space/cluster", test_cluster },
	{ "/space/new-group", test_new_group },
	{ "/space/stall-cut-off", test_stall_cut_off },
};

int main(int argc, char **argv)
{
	return fs_test_main(argc, argv, tests, G_N_ELEMENTS(tests));
}
