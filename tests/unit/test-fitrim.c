/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fitrim.h"
#include "fs-fixture.h"

/* The walk of FITRIM, what it hides, where its discards go. */

#define PAGE 4096

/* ---- what is trimmed ---- */

static void script_hides(void *data)
{
	struct tsim_block_group *bg = slot_group(0);
	struct tsim_space_info *info = &fs.space.info[TSIM_DATA];

	use(bg, SLOT / 2, 65536);
	start_trim(bg);
	/* the first entry is gone whole, for the allocator and for other trimmers */
	g_assert_cmpuint(bg->free.bytes, ==, SLOT / 2 - 65536);
	g_assert_cmpuint(bg->reserved, ==, SLOT / 2);
	g_assert_cmpuint(info->reserved, ==, SLOT / 2);
	g_assert_cmpuint(tsim_space_free_bytes(&fs.space, TSIM_DATA), ==, SLOT / 2 - 65536);
	tsim_sleep_until(engine, 150 * MS);
	g_assert_cmpuint(bg->reserved, ==, SLOT / 2 - 65536);
	g_assert_cmpuint(bg->free.bytes, ==, SLOT / 2);
	tsim_sleep_until(engine, 250 * MS);
	g_assert_cmpuint(bg->free.bytes, ==, SLOT - 65536);
	g_assert_cmpuint(bg->reserved + info->reserved, ==, 0);
}

/* One entry at a time, hidden and reserved while it is under way, put back after it. */
static void test_hides(void)
{
	fresh("d");
	run_script(&tsim_policy_unpinned, script_hides);
	assert_log("trimmed@200000000");
	g_assert_cmpuint(out.discards, ==, 2);
	g_assert_cmpuint(out.discard_bytes, ==, SLOT - 65536);
}

static void script_ro(void *data)
{
	struct tsim_block_group *bg = slot_group(0);
	struct tsim_space_info *info = &fs.space.info[TSIM_DATA];

	start_trim(bg);
	g_assert_cmpint(info->readonly, ==, 0);
	set_ro(bg);	/* while it is under way */
	g_assert_cmpint(info->readonly, ==, 0);
	g_assert_cmpuint(info->reserved, ==, SLOT);
	tsim_sleep_until(engine, 150 * MS);
	g_assert_cmpuint(info->reserved, ==, 0);
	g_assert_cmpint(info->readonly, ==, (gint64)SLOT);
	start_trim(bg);	/* of an RO group nothing is reserved */
	g_assert_cmpuint(bg->reserved + info->reserved, ==, 0);
}

/* A group that turned RO under a trim: its reserved bytes become readonly. */
static void test_turned_ro(void)
{
	fresh("dd");
	run_script(&tsim_policy_unpinned, script_ro);
}

static void script_minlen(void *data)
{
	struct tsim_block_group *bg = slot_group(0);

	use(bg, PAGE, PAGE);
	use(bg, 16 * PAGE, PAGE);
	g_assert_true(tsim_trim_block_group(&fs, bg, 10 * PAGE));
}

static void test_minlen(void)
{
	fresh("d");
	run_script(&tsim_policy_unpinned, script_minlen);
	/* free: 1 page, 14 pages, the rest */
	g_assert_cmpuint(out.discards, ==, 2);
	g_assert_cmpuint(out.discard_bytes, ==, SLOT - 3 * PAGE);
}

static void script_bitmaps(void *data)
{
	struct tsim_block_group *bg;

	new_group(TSIM_DATA);	/* has the superblock at 64 MiB */
	bg = new_group(TSIM_DATA);
	g_assert_cmpuint(bg->chunk->len, ==, TSIM_GIB);
	use(bg, 0, TSIM_GIB);
	for (guint i = 0; i < 5; i++)
		unuse(bg, (guint64)i * 100 * PAGE, PAGE);
	tsim_commit_now(&fs);
	g_assert_cmpuint(bg->free.extents.n, ==, 1);
	g_assert_cmpuint(bg->free.bitmaps.n, ==, 4);
	g_assert_true(tsim_trim_block_group(&fs, bg, 1));
	g_assert_cmpuint(bg->free.bytes, ==, 5 * PAGE);
	g_assert_cmpuint(bg->free.bitmaps.n, ==, 4);
}

/* Extents first, then bitmaps, all of them put back. */
static void test_bitmaps(void)
{
	fresh_mkfs(10 * TSIM_GIB, TSIM_PROFILE_SINGLE);
	fs_opt.trim_extents_per_gib = 1;
	run_script(&tsim_policy_unpinned, script_bitmaps);
	g_assert_cmpuint(out.discards, ==, 5);
}

static void script_dup(void *data)
{
	start_trim(slot_group(0));
}

/* DUP: two discards in sequence, so the second copy's window is later. */
static void test_dup(void)
{
	fresh("m=");
	run_script(&tsim_policy_unpinned, script_dup);
	assert_log("trimmed@200000000");
	g_assert_cmpuint(out.discards, ==, 2);
	g_assert_cmpuint(out.discard_bytes, ==, 2 * SLOT);
	g_assert_cmpuint(out.funnel[TSIM_STAGE_HIDDEN], ==, 1);
}

static void script_walk(void *data)
{
	use(slot_group(1), 0, SLOT);
	start_fitrim();
	tsim_sleep_until(engine, 150 * MS);
	/* made ahead of the walk, so met by it */
	g_assert_nonnull(new_group(TSIM_DATA));
}

/* Group after group by logical address, strictly serial; new groups at the end are met. */
static void test_walk(void)
{
	fresh("dd-");
	run_script(&tsim_policy_unpinned, script_walk);
	/* system, slot 0, the new one */
	assert_log("fitrim@300000000");
	g_assert_cmpuint(out.discards, ==, 3);
	g_assert_cmpuint(out.trim_passes, ==, 1);
	g_assert_cmpuint(out.trim_errors, ==, 0);
}

/* ---- superblocks, cuts, unallocated space ---- */

static void script_unallocated(void *data)
{
	g_assert_true(tsim_fitrim(&fs, 0));
	note("first");
	g_assert_true(tsim_fitrim(&fs, 0));
	note("second");
	g_assert_nonnull(new_group(TSIM_DATA));
	g_assert_cmpuint(tsim_interval_set_bytes(&fs.space.trimmed), ==, SLOT);
}

/* 5.2: each unallocated range once, until a chunk is made there; up to 4.2 not at all. */
static void test_unallocated(void)
{
	fresh("d--");
	fs_opt.trim_unallocated = TRUE;
	run_script(&tsim_policy_unpinned, script_unallocated);
	assert_log("first@300000000 second@500000000");
	/* entries only: what is unallocated belongs to no group */
	g_assert_cmpuint(out.funnel[TSIM_STAGE_HIDDEN], ==, 4);
}

static void script_mutex(void *data)
{
	start_fitrim();
	tsim_sleep_until(engine, 210 * MS);
	g_assert_nonnull(new_group(TSIM_DATA));
	g_assert_cmpint(chunk_request.mutex_wait_ns, ==, 90 * MS);
}

/* chunk_mutex is held over the discard of unallocated space. */
static void test_unallocated_mutex(void)
{
	fresh("d--");
	fs_opt.trim_unallocated = TRUE;
	run_script(&tsim_policy_pinned_chunk, script_mutex);
	assert_log("fitrim@300000000");
}

static void script_stolen(void *data)
{
	start_fitrim();
	tsim_sleep_until(engine, 410 * MS);
	g_assert_nonnull(new_group(TSIM_DATA));
	g_assert_cmpint(chunk_request.mutex_wait_ns, ==, 290 * MS);
}

/* Who waits is woken by the first unlock and comes too late; at the second it is handed over. */
static void test_mutex_stolen(void)
{
	fresh("d-d-d-");
	fs_opt.trim_unallocated = TRUE;
	run_script(&tsim_policy_pinned_chunk, script_stolen);
	/* slot 1 until 500; slot 3 in two parts, for a mirror, until 700; what that left, and slot 5 */
	assert_log("fitrim@900000000");
}

static void script_super(void *data)
{
	g_assert_true(tsim_fitrim(&fs, 0));
	note("done");
}

/* The mirror at 64 MiB: 4 KiB are left out of unallocated space, 64 KiB of a group's free space. */
static void test_super(void)
{
	fresh("d-----");
	fs_opt.trim_unallocated = TRUE;
	run_script(&tsim_policy_unpinned, script_super);
	/* the last block of the unallocated space comes by itself: the mirror was not counted as trimmed */
	assert_log("done@500000000");	/* system, slot 0, and two parts of the rest */
	fresh("dddddd");
	run_script(&tsim_policy_unpinned, script_super);
	/* 64 MiB lies in slot 3: two entries there */
	assert_log("done@800000000");
	g_assert_cmpuint(out.discard_bytes, ==, 4 * TSIM_MIB + 6 * SLOT - 64 * TSIM_KIB);
}

static void script_cut(void *data)
{
	start_trim(slot_group(0));
}

/* btrfs_issue_discard cuts at 1 GiB since 6.12: one after the other, unlike the block layer's pieces. */
static void test_cut(void)
{
	fresh("d");
	fs_opt.trim_max_bytes = SLOT / 4;
	run_script(&tsim_policy_unpinned, script_cut);
	assert_log("trimmed@400000000");
	fs_opt.trim_max_bytes = SLOT;
	dev_opt.discard_max_bytes = SLOT / 4;
	run_script(&tsim_policy_unpinned, script_cut);
	assert_log("trimmed@100000000");
}

/*
 * A discard that times out fails the group, as btrfs_discard_extent() returns
 * the error (only EOPNOTSUPP is passed over); the entry is put back, and since
 * 4.20 the pass goes on with the next group.
 */
static void script_timeout(void *data)
{
	start_fitrim();
	tsim_sleep_until(engine, 90 * MS);
	g_assert_cmpuint(slot_group(0)->free.bytes, ==, SLOT);
	g_assert_cmpuint(slot_group(0)->hidden, ==, 0);
}

static void test_timeout(void)
{
	fresh("dd");
	dev_opt.discard_timeout_ns = 40 * MS;
	fs_opt.trim_goes_on = FALSE;
	run_script(&tsim_policy_pinned_chunk, script_timeout);
	assert_log("fitrim-einval@40000000");	/* the system group */
	g_assert_cmpuint(out.trim_errors, ==, 1);
	fs_opt.trim_goes_on = TRUE;
	run_script(&tsim_policy_pinned_chunk, script_timeout);
	assert_log("fitrim-einval@120000000");
	fs_opt.trim_unallocated = TRUE;	/* 1 to 4 MiB before the chunks are none */
	run_script(&tsim_policy_pinned_chunk, script_timeout);
	assert_log("fitrim-einval@120000000");
	dev_opt.discard_timeout_ns = 100 * MS;
	run_script(&tsim_policy_pinned_chunk, script_timeout);
	assert_log("fitrim@300000000");
	g_assert_cmpuint(out.trim_errors, ==, 0);
}

/* ---- the map is taken at submission ---- */

static struct tsim_block_group *taker;

/* Two entries; the group goes under the discard of the first. */
static void script_gone(void *data)
{
	struct tsim_block_group *bg = slot_group(1);

	use(bg, SLOT / 2, PAGE);
	start_fitrim();
	tsim_sleep_until(engine, 210 * MS);	/* after system and slot 0 */
	unuse(bg, SLOT / 2, PAGE);
	tsim_commit_now(&fs);
	g_assert_cmpuint(bg->used, ==, 0);
}

/* Somebody else puts an entry back, so that the trimmer comes to discard again in the removed group. */
static void script_einval(void *data)
{
	struct tsim_block_group *bg = slot_group(1);

	script_gone(NULL);
	remove_group(bg);
	tsim_free_space_add(&bg->free, TSIM_RANGE(bg->range.end - SLOT / 4, bg->range.end));
}

/* V3: no map, EINVAL: up to 4.19 the pass ends, since 4.20 it goes on. */
static void test_einval(void)
{
	fresh("ddd");
	fs_opt.trim_goes_on = FALSE;
	run_script(&tsim_policy_unpinned, script_einval);
	assert_log("fitrim-einval@300000000");
	g_assert_cmpuint(out.trim_errors, ==, 1);
	g_assert_cmpuint(out.discards, ==, 3);
	fs_opt.trim_goes_on = TRUE;
	run_script(&tsim_policy_unpinned, script_einval);
	assert_log("fitrim-einval@400000000");
	g_assert_cmpuint(out.discards, ==, 4);
	/* under the pin the map is there */
	run_script(&tsim_policy_pinned_chunk, script_einval);
	assert_log("fitrim@500000000");
	g_assert_cmpuint(out.discards, ==, 5);
}

static void script_misdirected(void *data)
{
	struct tsim_block_group *bg = slot_group(2);

	use(bg, SLOT / 4, SLOT * 3 / 4);	/* the trimmer has the first quarter under way */
	start_trim(bg);
	tsim_sleep_until(engine, 10 * MS);
	unuse(bg, SLOT / 4, SLOT * 3 / 4);
	tsim_commit_now(&fs);
	remove_group(bg);
	tsim_free_space_add(&bg->free, TSIM_RANGE(bg->range.start + SLOT / 2, bg->range.end));
	/* slot 3 is the hole; the removed group had the highest logical address, so it is used again */
	taker = new_group(TSIM_DATA);
	g_assert_cmpuint(taker->chunk->phys[0], ==, SLOT_START(3));
	g_assert_cmpuint(taker->range.start, ==, bg->range.start);
	use(taker, 0, SLOT / 2 + PAGE);
	write_wait(taker, 0, SLOT / 2 + PAGE);
}

/* V2: the logical address has a new owner elsewhere: the second discard goes there. */
static void test_misdirected(void)
{
	fresh("ddd-");
	fs_opt.trim_skips_super = FALSE;	/* slot 3 has one */
	run_script(&tsim_policy_unpinned, script_misdirected);
	assert_log("trimmed@200000000");
	g_assert_cmpuint(out.discards, ==, 2);
	g_assert_cmpuint(out.discards_misdirected, ==, 1);
	g_assert_cmpuint(out.hits, ==, 1);
	g_assert_cmpuint(out.lost_bytes, ==, PAGE);
}

static void script_kept_address(void *data)
{
	struct tsim_block_group *bg = slot_group(2);
	guint64 end = bg->range.end;

	set_ro(bg);
	start_trim(bg);
	remove_group(bg);
	/* a pinned map counts */
	g_assert_cmpuint(new_group(TSIM_DATA)->range.start, ==, end);
	g_assert_cmpuint(tsim_chunk_next_logical(&fs.space), ==, end + SLOT);
}

static void test_kept_address(void)
{
	fresh("ddd-");
	run_script(&tsim_policy_pinned_chunk, script_kept_address);
}

static const struct engine_test tests[] = {
	{ "/fitrim/hides", test_hides },
	{ "/fitrim/turned-ro", test_turned_ro },
	{ "/fitrim/minlen", test_minlen },
	{ "/fitrim/bitmaps", test_bitmaps },
	{ "/fitrim/dup", test_dup },
	{ "/fitrim/walk", test_walk },
	{ "/fitrim/unallocated", test_unallocated },
	{ "/fitrim/unallocated-mutex", test_unallocated_mutex },
	{ "/fitrim/mutex-stolen", test_mutex_stolen },
	{ "/fitrim/super", test_super },
	{ "/fitrim/cut", test_cut },
	{ "/fitrim/timeout", test_timeout },
	{ "/fitrim/einval", test_einval },
	{ "/fitrim/misdirected", test_misdirected },
	{ "/fitrim/kept-address", test_kept_address },
};

int main(int argc, char **argv)
{
	return fs_test_main(argc, argv, tests, G_N_ELEMENTS(tests));
}
