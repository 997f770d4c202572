/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fs-fixture.h"

/* Sizes of chunks, and a whole layout that a real kernel made. */

static guint64 size_of(guint64 device_bytes, enum tsim_profile profile, gboolean half, enum tsim_bg_type type)
{
	struct tsim_fs_options opt = { .size_bytes = device_bytes, .metadata_profile = profile,
				       .dup_half_size = half };

	return tsim_chunk_stripe_len(&opt, type, device_bytes);
}

/* Since 4.16: 10 GiB and 100 GiB of reference 3.2. */
static void test_sizes(void)
{
	g_assert_cmpuint(size_of(10 * TSIM_GIB, TSIM_PROFILE_DUP, FALSE, TSIM_DATA), ==, TSIM_GIB);
	g_assert_cmpuint(size_of(10 * TSIM_GIB, TSIM_PROFILE_DUP, FALSE, TSIM_METADATA), ==, 256 * TSIM_MIB);
	g_assert_cmpuint(size_of(10 * TSIM_GIB, TSIM_PROFILE_SINGLE, FALSE, TSIM_METADATA), ==, 256 * TSIM_MIB);
	g_assert_cmpuint(size_of(10 * TSIM_GIB, TSIM_PROFILE_DUP, FALSE, TSIM_SYSTEM), ==, 32 * TSIM_MIB);
	g_assert_cmpuint(size_of(100 * TSIM_GIB, TSIM_PROFILE_DUP, FALSE, TSIM_METADATA), ==, TSIM_GIB);
	g_assert_cmpuint(size_of(50 * TSIM_GIB, TSIM_PROFILE_DUP, FALSE, TSIM_METADATA), ==, 256 * TSIM_MIB);
	g_assert_cmpuint(size_of(1000 * TSIM_GIB, TSIM_PROFILE_DUP, FALSE, TSIM_DATA), ==, TSIM_GIB);
	/* 4 GiB: 10 % rounded up to 16 MiB, as in every trace */
	g_assert_cmpuint(size_of(4 * TSIM_GIB, TSIM_PROFILE_SINGLE, FALSE, TSIM_DATA), ==, 416 * TSIM_MIB);
	g_assert_cmpuint(size_of(4 * TSIM_GIB, TSIM_PROFILE_SINGLE, FALSE, TSIM_SYSTEM), ==, 32 * TSIM_MIB);
}

/* 3.18 to 4.15: the cap before the division by two. */
static void test_half_size(void)
{
	g_assert_cmpuint(size_of(10 * TSIM_GIB, TSIM_PROFILE_DUP, TRUE, TSIM_METADATA), ==, 128 * TSIM_MIB);
	g_assert_cmpuint(size_of(100 * TSIM_GIB, TSIM_PROFILE_DUP, TRUE, TSIM_METADATA), ==, 512 * TSIM_MIB);
	g_assert_cmpuint(size_of(10 * TSIM_GIB, TSIM_PROFILE_DUP, TRUE, TSIM_SYSTEM), ==, 32 * TSIM_MIB);
	/* single is not affected */
	g_assert_cmpuint(size_of(10 * TSIM_GIB, TSIM_PROFILE_DUP, TRUE, TSIM_DATA), ==, TSIM_GIB);
	g_assert_cmpuint(size_of(10 * TSIM_GIB, TSIM_PROFILE_SINGLE, TRUE, TSIM_METADATA), ==, 256 * TSIM_MIB);
	g_assert_cmpuint(size_of(10 * TSIM_GIB, TSIM_PROFILE_SINGLE, TRUE, TSIM_SYSTEM), ==, 32 * TSIM_MIB);
}

/* A short hole: rounded down to 64 KiB a stripe, none below that. */
static void test_short_hole(void)
{
	struct tsim_fs_options opt = { .size_bytes = 10 * TSIM_GIB, .metadata_profile = TSIM_PROFILE_DUP };
	const guint64 stripe = 64 * TSIM_KIB;

	g_assert_cmpuint(tsim_chunk_stripe_len(&opt, TSIM_DATA, stripe - 1), ==, 0);
	g_assert_cmpuint(tsim_chunk_stripe_len(&opt, TSIM_DATA, stripe), ==, stripe);
	g_assert_cmpuint(tsim_chunk_stripe_len(&opt, TSIM_DATA, 3 * stripe - 1), ==, 2 * stripe);
	g_assert_cmpuint(tsim_chunk_stripe_len(&opt, TSIM_METADATA, 2 * stripe - 1), ==, 0);
	g_assert_cmpuint(tsim_chunk_stripe_len(&opt, TSIM_METADATA, 2 * stripe), ==, stripe);
	g_assert_cmpuint(tsim_chunk_stripe_len(&opt, TSIM_METADATA, 5 * stripe), ==, 2 * stripe);
	/* what is asked for: the largest allowed stripe of all copies */
	g_assert_cmpuint(tsim_chunk_wanted(&opt, TSIM_METADATA), ==, 512 * TSIM_MIB);
	g_assert_cmpuint(tsim_chunk_wanted(&opt, TSIM_DATA), ==, TSIM_GIB);
	g_assert_cmpuint(tsim_chunk_wanted(&opt, TSIM_SYSTEM), ==, 64 * TSIM_MIB);
}

static guint64 max_avail(void)
{
	struct tsim_range busy[16];

	for (guint i = 0; i < fs.space.pending_chunks->len; i++)
		busy[i] = tsim_chunk_stripe(g_ptr_array_index(fs.space.pending_chunks, i), 0);
	return tsim_find_free_dev_extent(&fs.space.commit_root, busy, fs.space.pending_chunks->len,
					 fs_opt.size_bytes, tsim_chunk_wanted(&fs_opt, TSIM_DATA),
					 fs_opt.hole_search).len;
}

/* linux-btrfs 2026-02-03: 1 GiB null_blk, 6.19-rc7; each line is a chunk as the kernel printed it. */
static const struct {
	guint64 max_avail, start, len;
} golden[] = {
	{ 927596544, 146145280, 117440512 },
	{ 810156032, 263585792, 117440512 },
	{ 692715520, 381026304, 117440512 },
	{ 575275008, 498466816, 117440512 },
	{ 457834496, 615907328, 117440512 },
	{ 340393984, 733347840, 117440512 },
	{ 222953472, 850788352, 117440512 },
	{ 105512960, 968228864, 105512960 },
	{ 12582912, 1048576, 12582912 },
};

static void script_golden(void *data)
{
	guint64 logical;

	g_assert_cmpuint(group_at(13631488)->chunk->len, ==, 8388608);
	g_assert_cmpuint(group_at(22020096)->chunk->len, ==, 8388608);
	g_assert_cmpuint(group_at(22020096)->chunk->phys[1], ==, 30408704);
	g_assert_cmpuint(group_at(38797312)->chunk->len, ==, 53673984);
	g_assert_cmpuint(group_at(38797312)->chunk->phys[1], ==, 38797312 + 53673984);
	logical = 38797312 + 53673984;
	for (guint i = 0; i < G_N_ELEMENTS(golden); i++) {
		struct tsim_block_group *bg;

		g_assert_cmpuint(max_avail(), ==, golden[i].max_avail);
		bg = new_group(TSIM_DATA);
		g_assert_nonnull(bg);
		g_assert_cmpuint(bg->chunk->phys[0], ==, golden[i].start);
		g_assert_cmpuint(bg->chunk->len, ==, golden[i].len);
		g_assert_cmpuint(bg->chunk->logical, ==, logical);
		logical += golden[i].len;
		g_assert_cmpuint(fs.commit.running->log_full_commit, ==, TRUE);
	}
	g_assert_cmpuint(max_avail(), ==, 0);
	g_assert_cmpuint(tsim_chunk_wanted(&fs_opt, TSIM_METADATA), ==, 536870912);
	g_assert_null(new_group(TSIM_METADATA));
	g_assert_cmpint(chunk_result, ==, TSIM_CHUNK_ENOSPC);
	g_assert_true(fs.space.info[TSIM_METADATA].full);
	g_assert_false(fs.space.info[TSIM_DATA].full);
}

/* 6.19-rc7 had the first-pending search; with one run of pending chunks the exact one is the same. */
static void test_golden(void)
{
	for (int mode = TSIM_HOLE_EXACT; mode <= TSIM_HOLE_FIRST_PENDING; mode++) {
		if (mode == TSIM_HOLE_SKIP)
			continue;
		fresh_mkfs(TSIM_GIB, TSIM_PROFILE_DUP);
		fs_opt.hole_search = mode;
		run_script(&tsim_policy_unpinned, script_golden);
		g_assert_cmpuint(out.chunks_allocated, ==, G_N_ELEMENTS(golden));
	}
}

static void script_dup(void *data)
{
	struct tsim_block_group *bg = new_group(TSIM_METADATA);

	g_assert_cmpuint(bg->chunk->copies, ==, 2);
	g_assert_cmpuint(bg->chunk->phys[1], ==, bg->chunk->phys[0] + bg->chunk->len);
	bg = new_group(TSIM_DATA);
	g_assert_cmpuint(bg->chunk->copies, ==, 1);
}

/* DUP stripes are neighbours on one device. */
static void test_dup_adjacent(void)
{
	fresh_mkfs(10 * TSIM_GIB, TSIM_PROFILE_DUP);
	run_script(&tsim_policy_unpinned, script_dup);
	g_assert_cmpuint(out.chunks_allocated, ==, 2);
}

static const struct engine_test tests[] = {
	{ "/chunk-size/sizes", test_sizes },
	{ "/chunk-size/half-size", test_half_size },
	{ "/chunk-size/short-hole", test_short_hole },
	{ "/chunk-size/golden", test_golden },
	{ "/chunk-size/dup-adjacent", test_dup_adjacent },
};

int main(int argc, char **argv)
{
	return fs_test_main(argc, argv, tests, G_N_ELEMENTS(tests));
}
