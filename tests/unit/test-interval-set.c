/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "interval-set.h"

#define SIZE 200

/* The same set as one flag per byte. */
struct model {
	gboolean held[SIZE];
};

static void model_set(struct model *m, struct tsim_range r, gboolean held)
{
	for (guint64 i = r.start; i < r.end; i++)
		m->held[i] = held;
}

static guint64 model_count(const struct model *m, struct tsim_range r)
{
	guint64 n = 0;

	for (guint64 i = r.start; i < r.end; i++)
		n += m->held[i];
	return n;
}

/* The set is what the model says, and in its only normal form. */
static void check_same(const struct tsim_interval_set *set, const struct model *m)
{
	guint n = 0;

	for (guint64 i = 0; i < SIZE; i++) {
		if (!m->held[i])
			continue;
		if (i == 0 || !m->held[i - 1]) {
			g_assert_cmpuint(n, <, set->n);
			g_assert_cmpuint(set->ranges[n].start, ==, i);
		}
		if (i == SIZE - 1 || !m->held[i + 1])
			g_assert_cmpuint(set->ranges[n++].end, ==, i + 1);
	}
	g_assert_cmpuint(n, ==, set->n);
	g_assert_cmpuint(set->n, <=, set->capacity);
	g_assert_cmpuint(tsim_interval_set_bytes(set), ==, model_count(m, TSIM_RANGE(0, SIZE)));
}

static void check_queries(const struct tsim_interval_set *set, const struct model *m,
			  struct tsim_range r)
{
	guint64 count = model_count(m, r);
	guint i = tsim_interval_set_find(set, r.start);

	g_assert_cmpuint(tsim_interval_set_overlap_bytes(set, r), ==, count);
	g_assert_cmpint(tsim_interval_set_overlaps(set, r), ==, count > 0);
	g_assert_cmpint(tsim_interval_set_contains(set, r), ==, count == tsim_range_len(r));
	g_assert_true(i == set->n || set->ranges[i].end > r.start);
	g_assert_true(i == 0 || set->ranges[i - 1].end <= r.start);
}

/* Short ranges and long ones, and sometimes an empty one. */
static struct tsim_range random_range(GRand *rand)
{
	guint64 start = (guint64)g_rand_int_range(rand, 0, SIZE);
	gint32 longest = g_rand_int_range(rand, 0, 8) ? 8 : SIZE;
	guint64 end = start + (guint64)g_rand_int_range(rand, 0, longest);

	return TSIM_RANGE(start, MIN(SIZE, end));
}

static void test_model(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(20261122);
	struct tsim_interval_set set;
	struct model m = { 0 };

	tsim_interval_set_init(&set);
	for (int step = 0; step < 50000; step++) {
		struct tsim_range r = random_range(rand);

		if (g_rand_boolean(rand)) {
			tsim_interval_set_add(&set, r);
			model_set(&m, r, TRUE);
		} else {
			g_assert_cmpuint(tsim_interval_set_remove(&set, r), ==,
					 model_count(&m, r));
			model_set(&m, r, FALSE);
		}
		if (set.n && step % 16 == 0) {
			guint i = (guint)g_rand_int_range(rand, 0, (gint32)set.n);

			model_set(&m, set.ranges[i], FALSE);
			tsim_interval_set_remove_at(&set, i);
		}
		check_same(&set, &m);
		check_queries(&set, &m, random_range(rand));
	}
	tsim_interval_set_clear(&set);
}

static void test_sets(void)
{
	struct tsim_interval_set a = { 0 }, b = { 0 };

	tsim_interval_set_add(&a, TSIM_RANGE(10, 20));
	tsim_interval_set_add(&a, TSIM_RANGE(30, 40));
	tsim_interval_set_add(&b, TSIM_RANGE(0, 5));
	tsim_interval_set_add_part(&b, &a, TSIM_RANGE(15, 35));
	g_assert_cmpuint(b.n, ==, 3);
	g_assert_cmpuint(tsim_interval_set_bytes(&b), ==, 5 + 5 + 5);
	tsim_interval_set_remove_all(&b, &a);
	g_assert_cmpuint(tsim_interval_set_bytes(&b), ==, 5);
	tsim_interval_set_copy(&b, &a);
	g_assert_cmpuint(b.n, ==, 2);
	g_assert_true(tsim_interval_set_contains(&b, TSIM_RANGE(30, 40)));
	tsim_interval_set_clear(&a);
	tsim_interval_set_clear(&b);
}

/* The ends of the address space, where start - 1 or end + 1 would wrap. */
static void test_limits(void)
{
	struct tsim_interval_set set;

	tsim_interval_set_init(&set);
	tsim_interval_set_add(&set, TSIM_RANGE(G_MAXUINT64 - 10, G_MAXUINT64));
	tsim_interval_set_add(&set, TSIM_RANGE(0, 10));
	tsim_interval_set_add(&set, TSIM_RANGE(G_MAXUINT64, G_MAXUINT64));
	g_assert_cmpuint(set.n, ==, 2);
	g_assert_cmpuint(tsim_interval_set_find(&set, G_MAXUINT64), ==, 2);
	g_assert_cmpuint(tsim_interval_set_find(&set, 10), ==, 1);
	tsim_interval_set_add(&set, TSIM_RANGE(0, G_MAXUINT64));
	g_assert_cmpuint(set.n, ==, 1);
	g_assert_cmpuint(tsim_interval_set_bytes(&set), ==, G_MAXUINT64);
	g_assert_cmpuint(tsim_interval_set_remove(&set, TSIM_RANGE(5, G_MAXUINT64 - 5)), ==,
			 G_MAXUINT64 - 10);
	g_assert_cmpuint(set.n, ==, 2);
	tsim_interval_set_clear(&set);
}

/* Many ranges: growth keeps what is there; a reset keeps the storage. */
static void test_storage(void)
{
	struct tsim_interval_set set;
	guint capacity;

	tsim_interval_set_init(&set);
	for (guint64 i = 1000; i-- > 0;)
		tsim_interval_set_add(&set, TSIM_RANGE(4 * i, 4 * i + 2));
	g_assert_cmpuint(set.n, ==, 1000);
	for (guint i = 0; i < 1000; i++)
		g_assert_cmpuint(set.ranges[i].start, ==, 4 * i);
	capacity = set.capacity;
	tsim_interval_set_reset(&set);
	g_assert_cmpuint(tsim_interval_set_bytes(&set), ==, 0);
	g_assert_cmpuint(set.capacity, ==, capacity);
	tsim_interval_set_add(&set, TSIM_RANGE(1, 2));
	g_assert_cmpuint(set.n, ==, 1);
	tsim_interval_set_clear(&set);
	g_assert_null(set.ranges);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/interval-set/model", test_model);
	g_test_add_func("/interval-set/limits", test_limits);
	g_test_add_func("/interval-set/sets", test_sets);
	g_test_add_func("/interval-set/storage", test_storage);
	return g_test_run();
}
