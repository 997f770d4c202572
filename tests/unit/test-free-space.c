/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "free-space.h"
#include "simtime.h"

/* Free space of one group: extents and bitmaps, hiding for a trim, conservation. */

#define PAGE TSIM_SECTOR
#define BASE (3 * TSIM_GIB + TSIM_MIB)	/* a group that starts off the 128 MiB grid */

static struct tsim_free_space space;

static void init(guint64 bytes, guint64 per_gib, gboolean force)
{
	tsim_free_space_clear(&space);
	tsim_free_space_init(&space, TSIM_RANGE(BASE, BASE + bytes), per_gib, force);
}

static void add(guint64 page, guint64 n)
{
	tsim_free_space_add(&space, TSIM_RANGE(BASE + page * PAGE, BASE + (page + n) * PAGE));
}

static void assert_range(struct tsim_range r, guint64 page, guint64 n)
{
	g_assert_cmpuint((r.start - BASE) / PAGE, ==, page);
	g_assert_cmpuint(tsim_range_len(r) / PAGE, ==, n);
}

/* extents_thresh: 227 a GiB in 3.18, 315 in 6.1, at least one GiB's worth. */
static void test_threshold(void)
{
	init(128 * TSIM_MIB, 315, TRUE);
	g_assert_cmpuint(space.extents_threshold, ==, 315);
	init(4 * TSIM_GIB, 227, FALSE);
	g_assert_cmpuint(space.extents_threshold, ==, 908);
	g_assert_true(space.bitmaps_allowed);
	/* smaller than half a bitmap: never */
	init(64 * TSIM_MIB - 1, 315, TRUE);
	g_assert_false(space.bitmaps_allowed);
	init(64 * TSIM_MIB, 315, TRUE);
	g_assert_true(space.bitmaps_allowed);
}

/* Single pages, apart: the entry after which the next one goes to a bitmap. */
static guint extents_before_bitmap(guint64 n_pages)
{
	for (guint64 i = 0; i < 5000; i++) {
		add(i * 1000, n_pages);
		if (space.bitmaps.n > 0)
			return space.extents.n;
	}
	return G_MAXUINT;
}

/* 3.18: 4 sectors and less stop at half; since 5.6: 8 sectors and less at a third. */
static void test_small_entries(void)
{
	init(32 * TSIM_GIB, 3, FALSE);	/* threshold 96 */
	g_assert_cmpuint(extents_before_bitmap(4), ==, 49);
	init(32 * TSIM_GIB, 3, FALSE);
	g_assert_cmpuint(extents_before_bitmap(5), ==, 96);
	init(32 * TSIM_GIB, 3, TRUE);
	g_assert_cmpuint(extents_before_bitmap(8), ==, 33);
	init(32 * TSIM_GIB, 3, TRUE);
	g_assert_cmpuint(extents_before_bitmap(9), ==, 96);
	/* 1 MiB is always an extent since 5.6 */
	init(32 * TSIM_GIB, 3, TRUE);
	g_assert_cmpuint(extents_before_bitmap(256), ==, G_MAXUINT);
	init(32 * TSIM_GIB, 3, FALSE);
	g_assert_cmpuint(extents_before_bitmap(256), ==, 96);
}

/* A group without bitmaps takes any number of extents; what touches one merges. */
static void test_merge(void)
{
	init(16 * TSIM_MIB, 1, TRUE);
	add(10, 1);
	add(20, 1);
	g_assert_cmpuint(space.extents.n, ==, 2);
	add(11, 9);
	g_assert_cmpuint(space.extents.n, ==, 1);
	g_assert_cmpuint(space.bytes, ==, 11 * PAGE);
	init(TSIM_GIB, 1, TRUE);
	add(10, 1);
	add(30, 1);	/* over the threshold */
	g_assert_cmpuint(space.bitmaps.n, ==, 1);
	add(11, 1);	/* ... but merges */
	g_assert_cmpuint(space.bitmaps.n, ==, 1);
	g_assert_cmpuint(space.extents.n, ==, 1);
	g_assert_cmpuint(space.bytes, ==, 3 * PAGE);
}

/* First fit by address, extents before bitmaps; at least the minimum, at most what is asked. */
static void test_take(void)
{
	struct tsim_range r;

	init(TSIM_GIB, 2, TRUE);
	add(100, 4);
	add(200, 16);
	add(50, 6);	/* to a bitmap: two extents are the limit */
	g_assert_cmpuint(space.bitmaps.n, ==, 1);
	g_assert_true(tsim_free_space_take(&space, BASE, 8 * PAGE, 8 * PAGE, &r));
	assert_range(r, 200, 8);
	g_assert_true(tsim_free_space_take(&space, BASE, 8 * PAGE, PAGE, &r));
	assert_range(r, 100, 4);
	g_assert_true(tsim_free_space_take(&space, BASE + 201 * PAGE, 2 * PAGE, PAGE, &r));
	assert_range(r, 208, 2);
	g_assert_cmpuint(space.bytes, ==, 12 * PAGE);
	g_assert_false(tsim_free_space_take(&space, BASE, 7 * PAGE, 7 * PAGE, &r));
	g_assert_true(tsim_free_space_take(&space, BASE, 6 * PAGE, 6 * PAGE, &r));
	assert_range(r, 210, 6);
	g_assert_true(tsim_free_space_take(&space, BASE, 6 * PAGE, 6 * PAGE, &r));
	assert_range(r, 50, 6);
	g_assert_cmpuint(space.bytes, ==, 0);
	g_assert_false(tsim_free_space_take(&space, BASE, PAGE, PAGE, &r));
}

/* Whatever is free of a range, from extents and bitmaps, piece by piece; nothing beyond it. */
static void test_take_within(void)
{
	struct tsim_range r, range = TSIM_RANGE(BASE + 5 * PAGE, BASE + 1001 * PAGE);

	init(TSIM_GIB, 2, FALSE); /* two extents, then bitmaps */
	add(0, 10);
	add(20, 10);
	add(40, 10);
	add(1000, 10);
	g_assert_cmpuint(space.bitmaps.n, >, 0);
	for (guint i = 0; i < 4; i++)
		g_assert_true(tsim_free_space_take_within(&space, range, &r));
	g_assert_false(tsim_free_space_take_within(&space, range, &r));
	g_assert_cmpuint(space.bytes, ==, (5 + 9) * PAGE);
	g_assert_true(tsim_free_space_take_within(
		&space, TSIM_RANGE(BASE + 3 * PAGE, BASE + 4 * PAGE), &r));
	assert_range(r, 3, 1);
	g_assert_cmpuint(space.bytes, ==, (4 + 9) * PAGE);
	g_assert_cmpuint(space.bytes, ==,
			 tsim_interval_set_bytes(&space.extents) +
				 tsim_interval_set_bytes(&space.bitmaps));
}

/* unlink_free_space(): the whole entry goes, also what lies before the trimmer. */
static void test_hide_extent(void)
{
	struct tsim_range r;

	init(16 * TSIM_MIB, 315, TRUE);
	add(10, 10);
	add(40, 2);
	add(60, 5);
	g_assert_true(tsim_free_space_hide_extent(&space, BASE + 15 * PAGE, PAGE, &r));
	assert_range(r, 10, 10);
	g_assert_cmpuint(space.bytes, ==, 7 * PAGE);
	g_assert_false(tsim_interval_set_overlaps(&space.extents, r));
	/* shorter than minlen: passed over */
	g_assert_true(tsim_free_space_hide_extent(&space, BASE, 3 * PAGE, &r));
	assert_range(r, 60, 5);
	g_assert_false(tsim_free_space_hide_extent(&space, BASE, 3 * PAGE, &r));
	g_assert_true(tsim_free_space_hide_extent(&space, BASE, 2 * PAGE, &r));
	g_assert_cmpuint(space.bytes, ==, 0);
	/* minlen counts from the trimmer's place on */
	add(10, 10);
	g_assert_false(tsim_free_space_hide_extent(&space, BASE + 15 * PAGE, 6 * PAGE, &r));
	g_assert_cmpuint(space.bytes, ==, 10 * PAGE);
	/* put back */
	tsim_free_space_add(&space, TSIM_RANGE(BASE + 40 * PAGE, BASE + 42 * PAGE));
	g_assert_true(tsim_free_space_take(&space, BASE + 30 * PAGE, 2 * PAGE, 2 * PAGE, &r));
	assert_range(r, 40, 2);
}

/* setup_cluster_no_bitmap(): all extents go, and a trimmer finds what was freed since. */
static void test_cluster(void)
{
	struct tsim_range r;

	init(16 * TSIM_MIB, 315, TRUE);
	add(0, 4);
	add(100, 1000);
	g_assert_false(tsim_free_space_fill_cluster(&space, 0, 1005 * PAGE, PAGE)); /* not enough */
	g_assert_false(tsim_free_space_fill_cluster(&space, 0, PAGE, 1001 * PAGE)); /* not in one piece */
	g_assert_true(tsim_free_space_fill_cluster(&space, 0, 2 * PAGE, 2 * PAGE));
	g_assert_cmpuint(space.bytes, ==, 1004 * PAGE);
	g_assert_false(tsim_free_space_hide_extent(&space, BASE, PAGE, &r));
	g_assert_false(tsim_free_space_take(&space, BASE, PAGE, PAGE, &r));
	g_assert_true(tsim_free_space_take_clustered(&space, 8 * PAGE, 8 * PAGE, &r));
	assert_range(r, 100, 8);
	add(100, 8); /* freed: not into the cluster */
	g_assert_true(tsim_free_space_hide_extent(&space, BASE, PAGE, &r));
	assert_range(r, 100, 8);
	tsim_free_space_add(&space, r);
	tsim_free_space_return_cluster(&space);
	g_assert_true(tsim_free_space_hide_extent(&space, BASE + 50 * PAGE, PAGE, &r));
	assert_range(r, 100, 1000);
	g_assert_cmpuint(space.bytes, ==, 4 * PAGE);
}

/* The window begins in or after the entry at @from; what is before it stays in sight. */
static void test_cluster_window(void)
{
	init(16 * TSIM_MIB, 315, TRUE);
	add(0, 10);
	add(100, 10);
	add(200, 10);
	g_assert_false(tsim_free_space_fill_cluster(&space, BASE + 105 * PAGE, 21 * PAGE, PAGE));
	g_assert_true(tsim_free_space_fill_cluster(&space, BASE + 105 * PAGE, 20 * PAGE, PAGE));
	g_assert_cmpuint(space.extents.n, ==, 1);
	g_assert_cmpuint(space.cluster.n, ==, 2);
	g_assert_cmpuint(space.cluster.ranges[0].start, ==, BASE + 100 * PAGE);
}

/* Only the bits found are cleared, within one window of 128 MiB from the group's start. */
static void test_hide_bitmap(void)
{
	struct tsim_range r;
	guint64 window = TSIM_BITMAP_BYTES / PAGE;

	init(TSIM_GIB, 1, FALSE);
	add(1, 1);
	add(window - 10, 30);
	g_assert_cmpuint(space.bitmaps.n, ==, 1);
	g_assert_true(tsim_free_space_hide_bitmap(&space, BASE, PAGE, &r));
	assert_range(r, window - 10, 10);
	g_assert_true(tsim_free_space_hide_bitmap(&space, r.end, PAGE, &r));
	assert_range(r, window, 20);
	g_assert_cmpuint(space.bytes, ==, PAGE);
	g_assert_false(tsim_free_space_hide_bitmap(&space, BASE, PAGE, &r));
	add(window + 100, 4);
	g_assert_false(tsim_free_space_hide_bitmap(&space, BASE, 5 * PAGE, &r));
	g_assert_true(tsim_free_space_hide_bitmap(&space, BASE + (window + 102) * PAGE, PAGE, &r));
	assert_range(r, window + 102, 2);
	g_assert_cmpuint(space.bytes, ==, 3 * PAGE);
}

static void test_drop_all(void)
{
	struct tsim_range r;

	init(TSIM_GIB, 1, FALSE);
	add(1, 1);
	add(5, 1);
	tsim_free_space_drop_all(&space);
	g_assert_cmpuint(space.bytes, ==, 0);
	g_assert_false(tsim_free_space_take(&space, 0, PAGE, PAGE, &r));
	g_assert_false(tsim_free_space_hide_extent(&space, 0, 1, &r));
	g_assert_false(tsim_free_space_hide_bitmap(&space, 0, 1, &r));
}

#define N_PAGES 4096

/* Against an array of pages: nothing is lost, nothing is given out twice. */
static void test_random(void)
{
	static guint8 taken[N_PAGES];
	GArray *held = g_array_new(FALSE, FALSE, sizeof(struct tsim_range));
	GRand *rand = g_rand_new_with_seed(38);
	guint64 free_pages = N_PAGES;

	init(64 * TSIM_MIB, 8, g_rand_boolean(rand));
	add(0, N_PAGES);
	for (guint step = 0; step < 20000; step++) {
		guint64 from = BASE + (guint64)g_rand_int_range(rand, 0, N_PAGES) * PAGE;
		guint64 want = (guint64)g_rand_int_range(rand, 1, 20) * PAGE;
		struct tsim_range r;
		gboolean got;

		switch (g_rand_int_range(rand, 0, 5)) {
		case 0:
			got = tsim_free_space_take(&space, from, want, PAGE, &r);
			break;
		case 1:
			got = tsim_free_space_hide_extent(&space, from, want, &r);
			break;
		case 2:
			got = tsim_free_space_hide_bitmap(&space, from, want, &r);
			break;
		default:
			got = FALSE;
		}
		if (got) {
			for (guint64 p = (r.start - BASE) / PAGE; p < (r.end - BASE) / PAGE; p++)
				g_assert_cmpuint(taken[p]++, ==, 0);
			free_pages -= tsim_range_len(r) / PAGE;
			g_array_append_val(held, r);
		} else if (held->len > 0) {
			guint i = (guint)g_rand_int_range(rand, 0, (gint32)held->len);

			r = g_array_index(held, struct tsim_range, i);
			g_array_remove_index_fast(held, i);
			for (guint64 p = (r.start - BASE) / PAGE; p < (r.end - BASE) / PAGE; p++)
				taken[p] = 0;
			free_pages += tsim_range_len(r) / PAGE;
			tsim_free_space_add(&space, r);
		}
		g_assert_cmpuint(space.bytes, ==, free_pages * PAGE);
		g_assert_cmpuint(tsim_interval_set_bytes(&space.extents) + tsim_interval_set_bytes(&space.bitmaps), ==,
				 space.bytes);
	}
	g_array_unref(held);
	g_rand_free(rand);
}

int main(int argc, char **argv)
{
	int status;

	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/free-space/threshold", test_threshold);
	g_test_add_func("/free-space/small-entries", test_small_entries);
	g_test_add_func("/free-space/merge", test_merge);
	g_test_add_func("/free-space/take", test_take);
	g_test_add_func("/free-space/take-within", test_take_within);
	g_test_add_func("/free-space/hide-extent", test_hide_extent);
	g_test_add_func("/free-space/cluster", test_cluster);
	g_test_add_func("/free-space/cluster-window", test_cluster_window);
	g_test_add_func("/free-space/hide-bitmap", test_hide_bitmap);
	g_test_add_func("/free-space/drop-all", test_drop_all);
	g_test_add_func("/free-space/random", test_random);
	status = g_test_run();
	tsim_free_space_clear(&space);
	return status;
}
