/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fs-fixture.h"

/* Where a new chunk goes: the exact search and the two historical ones. */

#define GIB TSIM_GIB

struct vector {
	guint64 start, len, min;
	struct tsim_range pending[2];
	guint n_pending;
	gboolean found;
	guint64 at, got;
};

/* The kernel's own unit test (fs/btrfs, 2026), in GiB. */
static const struct vector vectors[] = {
	{ 0, 10, 1, { { 0, 0 } }, 0, TRUE, 0, 10 },
	{ 1, 9, 1, { { 0, 2 } }, 1, TRUE, 2, 8 },
	{ 0, 10, 1, { { 2, 3 } }, 1, TRUE, 0, 2 },
	{ 0, 10, 2, { { 2, 3 }, { 4, 5 } }, 2, TRUE, 0, 2 },
	{ 0, 10, 2, { { 1, 2 }, { 3, 8 } }, 2, TRUE, 8, 2 },
	{ 0, 10, 3, { { 2, 3 }, { 4, 9 } }, 2, FALSE, 0, 2 },
	{ 0, 10, 3, { { 1, 2 }, { 3, 8 } }, 2, FALSE, 8, 2 },
	{ 0, 10, 1, { { 9, 11 } }, 1, TRUE, 0, 9 },
};

static struct tsim_range gib(guint64 start, guint64 end)
{
	return TSIM_RANGE(start * GIB, end * GIB);
}

static void test_vectors(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(vectors); i++) {
		const struct vector *v = &vectors[i];
		struct tsim_interval_set pending = { 0 };
		struct tsim_hole hole;

		for (guint k = 0; k < v->n_pending; k++)
			tsim_interval_set_add(&pending, gib(v->pending[k].start, v->pending[k].end));
		g_assert_cmpint(tsim_find_hole_in_pending(gib(v->start, v->start + v->len), v->min * GIB, &pending,
							  &hole), ==, v->found);
		g_assert_cmpuint(hole.start, ==, v->at * GIB);
		g_assert_cmpuint(hole.len, ==, v->got * GIB);
		tsim_interval_set_clear(&pending);
	}
}

/* A device of @n GiB with chunks at the given places (by "start-end ..." in MiB), searched. */
static struct tsim_hole search(guint64 mib, const char *root, const struct tsim_range *busy, guint n_busy,
			       guint64 wanted_mib, enum tsim_hole_search mode)
{
	g_auto(GStrv) words = g_strsplit(root, " ", -1);
	struct tsim_interval_set set = { 0 };
	struct tsim_range scaled[8];
	struct tsim_hole hole;

	for (guint i = 0; words[i] && *words[i]; i++) {
		char *end;
		guint64 start = g_ascii_strtoull(words[i], &end, 10);

		tsim_interval_set_add(&set, TSIM_RANGE(start * TSIM_MIB,
						       g_ascii_strtoull(end + 1, NULL, 10) * TSIM_MIB));
	}
	for (guint i = 0; i < n_busy; i++)
		scaled[i] = TSIM_RANGE(busy[i].start * TSIM_MIB, busy[i].end * TSIM_MIB);
	hole = tsim_find_free_dev_extent(&set, scaled, n_busy, mib * TSIM_MIB, wanted_mib * TSIM_MIB, mode);
	tsim_interval_set_clear(&set);
	g_assert_cmpint(hole.found, ==, hole.len >= wanted_mib * TSIM_MIB);
	hole.start /= TSIM_MIB;
	hole.len /= TSIM_MIB;
	return hole;
}

static void assert_hole(struct tsim_hole hole, guint64 start, guint64 len)
{
	g_assert_cmpuint(hole.start, ==, start);
	g_assert_cmpuint(hole.len, ==, len);
}

/* The lowest hole that is long enough, else the longest; the first MiB is never used. */
static void test_rule(void)
{
	for (int mode = TSIM_HOLE_EXACT; mode <= TSIM_HOLE_FIRST_PENDING; mode++) {
		assert_hole(search(100, "", NULL, 0, 50, mode), 1, 99);
		assert_hole(search(100, "1-10 20-30 60-70", NULL, 0, 10, mode), 10, 10);
		assert_hole(search(100, "1-10 20-30 60-70", NULL, 0, 20, mode), 30, 30);
		assert_hole(search(100, "1-10 20-30 60-70", NULL, 0, 40, mode), 30, 30);
		/* of two longest the lower */
		assert_hole(search(100, "1-10 20-40 50-90", NULL, 0, 40, mode), 10, 10);
		assert_hole(search(100, "1-100", NULL, 0, 1, mode), 1, 0);
	}
}

static const struct tsim_range one_busy[] = { { 30, 35 } };

/* 3.19: the hole [30, 60) is given up for its first 5 MiB; 25 would have been free. */
static void test_skip_hole(void)
{
	const char *root = "1-30 60-95";

	assert_hole(search(100, root, one_busy, 1, 20, TSIM_HOLE_EXACT), 35, 25);
	assert_hole(search(100, root, one_busy, 1, 20, TSIM_HOLE_FIRST_PENDING), 35, 25);
	assert_hole(search(100, root, one_busy, 1, 20, TSIM_HOLE_SKIP), 95, 5);
}

/* The busy range need not even be at the hole's start. */
static void test_skip_hole_middle(void)
{
	const struct tsim_range busy[] = { { 55, 56 } };

	assert_hole(search(100, "1-30 60-95", busy, 1, 20, TSIM_HOLE_EXACT), 30, 25);
	assert_hole(search(100, "1-30 60-95", busy, 1, 20, TSIM_HOLE_SKIP), 95, 5);
}

/* Only the tail is searched again behind the busy range. */
static void test_skip_tail(void)
{
	assert_hole(search(100, "1-30", one_busy, 1, 20, TSIM_HOLE_SKIP), 35, 65);
	assert_hole(search(100, "1-20", one_busy, 1, 20, TSIM_HOLE_SKIP), 35, 65);
	assert_hole(search(100, "1-20", one_busy, 1, 20, TSIM_HOLE_EXACT), 35, 65);
	assert_hole(search(100, "1-20", one_busy, 1, 10, TSIM_HOLE_EXACT), 20, 10);
}

/* 5.2 .. 6.19: behind the first busy range nobody looks any more: [40, 45) is given out twice. */
static void test_first_pending(void)
{
	const struct tsim_range busy[] = { { 30, 32 }, { 40, 45 } };

	assert_hole(search(100, "1-30 60-95", busy, 2, 20, TSIM_HOLE_FIRST_PENDING), 32, 28);
	assert_hole(search(100, "1-30 60-95", busy, 2, 20, TSIM_HOLE_EXACT), 45, 15);
	/* neighbours are one run of CHUNK_ALLOCATED bits */
	const struct tsim_range run[] = { { 32, 45 }, { 30, 32 } };

	assert_hole(search(100, "1-30 60-95", run, 2, 10, TSIM_HOLE_FIRST_PENDING), 45, 15);
	/* the tail is searched again and again, so it is right there */
	const struct tsim_range tail[] = { { 95, 96 }, { 97, 98 } };

	assert_hole(search(100, "1-95", tail, 2, 20, TSIM_HOLE_FIRST_PENDING), 98, 2);
}

/* ---- what it leads to, through the allocator ---- */

#define HALF (SLOT / 2)

/*
 * A hole of three slots in which the first is pinned, and the second half of
 * the second: a new chunk of a whole slot fits behind that only.
 */
static void script_overlap(void *data)
{
	struct tsim_block_group *pinned[2] = { slot_group(1), group_at(SLOT_START(2) + HALF) }, *bg;

	for (guint i = 0; i < 2; i++) {
		set_ro(pinned[i]);
		start_trim(pinned[i]);
	}
	for (guint i = 0; i < 2; i++)
		remove_group(pinned[i]);
	remove_group(slot_group(2));
	remove_group(slot_group(3));
	tsim_commit_now(&fs);
	bg = new_group(TSIM_DATA);
	g_assert_cmpuint(bg->chunk->len, ==, SLOT);
	if (fs_opt.hole_search == TSIM_HOLE_EXACT) {
		g_assert_cmpuint(bg->chunk->phys[0], ==, SLOT_START(3));
		g_assert_cmpint(chunk_request.displaced, ==, TRUE);
		return;
	}
	g_assert_cmpuint(bg->chunk->phys[0], ==, SLOT_START(2));
	use(bg, HALF - 65536, 2 * 65536);
	write_wait(bg, HALF - 65536, 2 * 65536);
}

/*
 * Under pinned-chunk with the search of 5.2 .. 6.19 a chunk lands on a pinned
 * range, and the discard that the pin was for destroys its data.
 */
static void test_pin_overlap(void)
{
	fresh("ddhdd");
	fs_opt.hole_search = TSIM_HOLE_FIRST_PENDING;
	dev_opt.write_base_ns = 1 * MS;
	run_script(&tsim_policy_pinned_chunk, script_overlap);
	g_assert_cmpuint(out.pin_overlaps, ==, 1);
	g_assert_cmpuint(out.hits, ==, 1);
	g_assert_cmpuint(out.corrupted, ==, 1);
	g_assert_cmpuint(out.lost_bytes, ==, 65536);
}

static void test_pin_no_overlap(void)
{
	fresh("ddhdd");
	fs_opt.hole_search = TSIM_HOLE_EXACT;
	run_script(&tsim_policy_pinned_chunk, script_overlap);
	g_assert_cmpuint(out.pin_overlaps, ==, 0);
	g_assert_cmpuint(out.displaced, ==, 1);
	g_assert_cmpuint(out.hits, ==, 0);
	g_assert_cmpuint(out.pinned_chunks, ==, 2);
}

/* Two chunks of the running transaction and a third between them: EEXIST in the kernel. */
static void script_eexist(void *data)
{
	struct tsim_block_group *pinned = slot_group(1);

	set_ro(pinned);
	start_trim(pinned);
	remove_group(pinned);
	remove_group(slot_group(2));
	remove_group(group_at(SLOT_START(2) + HALF));
	remove_group(slot_group(3));
	tsim_commit_now(&fs);
	g_assert_cmpuint(new_group(TSIM_DATA)->chunk->phys[0], ==, SLOT_START(2));
	tsim_sleep(engine, 200 * MS);	/* unpinned: [1, 4) with a pending chunk in the middle */
	set_ro(group_at(SLOT_START(4)));
	remove_group(group_at(SLOT_START(4)));
	note(new_group(TSIM_DATA) ? "made" : "none");
}

static void test_one_pending(void)
{
	fresh("ddhdd");
	fs_opt.hole_search = TSIM_HOLE_FIRST_PENDING;
	run_script(&tsim_policy_pinned_chunk, script_eexist);
	assert_log("trimmed@100000000 made@200000000");
	g_assert_cmpuint(out.eexist, ==, 0);
}

static const struct engine_test tests[] = {
	{ "/hole-search/vectors", test_vectors },
	{ "/hole-search/rule", test_rule },
	{ "/hole-search/skip-hole", test_skip_hole },
	{ "/hole-search/skip-hole-middle", test_skip_hole_middle },
	{ "/hole-search/skip-tail", test_skip_tail },
	{ "/hole-search/first-pending", test_first_pending },
	{ "/hole-search/pin-overlap", test_pin_overlap },
	{ "/hole-search/pin-no-overlap", test_pin_no_overlap },
	{ "/hole-search/one-pending", test_one_pending },
};

int main(int argc, char **argv)
{
	return fs_test_main(argc, argv, tests, G_N_ELEMENTS(tests));
}
