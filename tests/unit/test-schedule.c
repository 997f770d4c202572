/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_randist.h>
#include <math.h>

#include "fake-world.h"
#include "interval.h"
#include "schedule.h"
#include "tally.h"

#define N_POLICIES 2

static const struct tsim_shard whole = { 0, 1 };

/* The encoded sums of a block in which @corrupted replications were corrupted under policy 0. */
static GByteArray *sums_of(guint64 replications, guint64 corrupted)
{
	g_autoptr(TsimTally) tally = tsim_tally_new(N_POLICIES);
	GByteArray *bytes = g_byte_array_new();

	tally->replications = replications;
	tally->policies[0].sum.corrupted = corrupted;
	tsim_tally_encode(tally, bytes);
	return bytes;
}

static void know(TsimSchedule *schedule, guint64 point, guint32 first, guint32 end,
		 guint64 corrupted)
{
	g_autoptr(GByteArray) sums = sums_of(end - first, corrupted);

	g_assert_true(tsim_schedule_know(schedule, point, first, end, sums->data, sums->len));
}

/* In this world every @every-th replication of a point is corrupted. */
static guint64 corrupted_in(guint32 first, guint32 end, guint32 every)
{
	return every ? end / every - first / every : 0;
}

struct trace {
	GHashTable *seen; /* point << 32 | first of each block that was given */
	guint64 blocks, replications;
};

/* Run all of it as @jobs workers would that finish in an order of chance. */
static void run(TsimSchedule *schedule, const guint32 *every, guint jobs, guint32 seed,
		struct trace *trace)
{
	g_autoptr(GPtrArray) busy = g_ptr_array_new_with_free_func((GDestroyNotify)tsim_block_free);
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	struct tsim_block *block;

	for (;;) {
		while (busy->len < jobs && (block = tsim_schedule_next(schedule))) {
			gint64 *key = g_new(gint64, 1);

			*key = (gint64)(block->point << 32 | block->first);
			g_assert_true(g_hash_table_add(trace->seen, key));
			g_ptr_array_add(busy, block);
		}
		if (!busy->len)
			return;
		block = g_ptr_array_index(busy, g_rand_int_range(rand, 0, busy->len));
		know(schedule, block->point, block->first, block->end,
		     corrupted_in(block->first, block->end, every[block->point]));
		trace->blocks++;
		trace->replications += block->end - block->first;
		g_ptr_array_remove_fast(busy, block);
	}
}

static struct trace trace_new(void)
{
	return (struct trace){ .seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free,
							     NULL) };
}

/* A rule to stop, a cap, and both: the same end whatever the workers. */
static void test_stop(void)
{
	static const struct tsim_goal goals[] = {
		{ 5000, 0, N_POLICIES },  { 100000, 20, N_POLICIES }, { 1000, 20, N_POLICIES },
		{ 1000, 20, N_POLICIES }, { 3, 0, N_POLICIES },
	};
	static const guint32 every[] = { 3, 50, 0, 1, 1 };
	guint32 end = 0;

	while (end < 1000)
		end = tsim_block_end(end);
	for (guint jobs = 1; jobs < 8; jobs += 3) {
		g_autoptr(TsimSchedule) s = tsim_schedule_new(goals, G_N_ELEMENTS(goals), &whole);
		struct trace trace = trace_new();
		struct tsim_totals totals;

		run(s, every, jobs, jobs, &trace);
		tsim_schedule_totals(s, &totals);
		g_assert_cmpuint(totals.complete, ==, G_N_ELEMENTS(goals));
		g_assert_cmpuint(totals.left, ==, 0);
		g_assert_cmpuint(tsim_schedule_standing(s, 0)->end, ==, 5000);
		g_assert_false(tsim_schedule_standing(s, 0)->enough);
		g_assert_cmpuint(tsim_schedule_standing(s, 1)->end, ==, end);
		g_assert_true(tsim_schedule_standing(s, 1)->enough);
		g_assert_cmpuint(tsim_schedule_standing(s, 2)->end, ==, 1000);
		g_assert_cmpuint(tsim_schedule_standing(s, 3)->end, ==, 20);
		g_assert_cmpuint(tsim_schedule_standing(s, 4)->end, ==, 3);
		/* Nobody ran ahead of a stop by more than the blocks that were under way. */
		g_assert_cmpuint(trace.replications, <, 5000 + 1000 + 1000 + 20 + 3 + 64 * jobs);
		g_hash_table_unref(trace.seen);
	}
}

/* What is known from an earlier run is not given out again; of another size it is of no use. */
static void test_resume(void)
{
	static const struct tsim_goal goal = { 1000, 0, N_POLICIES };
	g_autoptr(TsimSchedule) s = tsim_schedule_new(&goal, 1, &whole);
	struct trace trace = trace_new();
	static const guint32 every[] = { 0 };
	guint64 known = 0;
	guint n = 0;

	for (guint32 first = 0, end; first < 1000; first = end, n++) {
		end = MIN(tsim_block_end(first), 1000);
		if (n % 3 == 1) {
			know(s, 0, first, end, 0);
			known += end - first;
		} else if (end - first > 1) {
			know(s, 0, first, end - 1, 0);
		}
	}
	know(s, 0, 1000, 1031, 0);
	run(s, every, 3, 1, &trace);
	g_assert_cmpuint(trace.replications, ==, 1000 - known);
	g_assert_cmpuint(tsim_schedule_standing(s, 0)->replications, ==, 1000);
	g_hash_table_unref(trace.seen);
}

/* The shards have no block in common, and together what the whole has. */
static void test_shards(void)
{
	static const struct tsim_goal goals[] = {
		{ 700, 0, N_POLICIES },	 { 2000, 9, N_POLICIES }, { 2000, 9, N_POLICIES },
		{ 2000, 9, N_POLICIES }, { 1, 0, N_POLICIES },	  { 2000, 9, N_POLICIES },
		{ 2000, 9, N_POLICIES }, { 2000, 9, N_POLICIES },
	};
	static const guint32 every[] = { 7, 10, 20, 0, 1, 30, 40, 50 };
	const guint n = G_N_ELEMENTS(goals);
	g_autoptr(TsimSchedule) all = tsim_schedule_new(goals, n, &whole);
	g_autoptr(TsimSchedule) merged = tsim_schedule_new(goals, n, &whole);
	struct trace one = trace_new(), parts = trace_new();

	run(all, every, 1, 1, &one);
	for (guint i = 0; i < 3; i++) {
		struct tsim_shard shard = { i, 3 };
		g_autoptr(TsimSchedule) s = tsim_schedule_new(goals, n, &shard);
		guint64 before = parts.blocks;
		struct tsim_totals totals;

		/* asserts that no block comes twice */
		run(s, every, 1, 1, &parts);
		tsim_schedule_totals(s, &totals);
		g_assert_cmpuint(totals.complete, ==, totals.points);
		g_assert_cmpuint(parts.blocks, >, before);
	}
	g_assert_cmpuint(parts.blocks, ==, one.blocks);
	g_assert_cmpuint(parts.replications, ==, one.replications);
	for (guint i = 0; i < n; i++)
		for (guint32 first = 0, end; first < goals[i].replications; first = end) {
			gint64 key = (gint64)((guint64)i << 32 | first);

			end = MIN(tsim_block_end(first), goals[i].replications);
			if (g_hash_table_contains(parts.seen, &key))
				know(merged, i, first, end, corrupted_in(first, end, every[i]));
		}
	g_assert_null(tsim_schedule_next(merged));
	for (guint i = 0; i < n; i++)
		g_assert_cmpuint(tsim_schedule_standing(merged, i)->end, ==,
				 tsim_schedule_standing(all, i)->end);
	g_hash_table_unref(one.seen);
	g_hash_table_unref(parts.seen);
}

/* When the time is up, no point that needs more has much less than another. */
static void test_rounds(void)
{
	struct tsim_goal goals[10];
	g_autoptr(TsimSchedule) s = NULL;
	guint32 least = G_MAXUINT32, highest = 0;

	for (guint i = 0; i < 10; i++)
		goals[i] = (struct tsim_goal){ 1000000, i == 3 ? 10 : 97, N_POLICIES };
	s = tsim_schedule_new(goals, 10, &whole);
	for (guint n = 0; n < 2500; n++) {
		g_autoptr(TsimBlock) block = tsim_schedule_next(s);

		know(s, block->point, block->first, block->end,
		     block->point == 3 ? corrupted_in(block->first, block->end, 5) : 0);
	}
	for (guint i = 0; i < 10; i++) {
		if (i == 3)
			continue;
		least = MIN(least, tsim_schedule_standing(s, i)->end);
		highest = MAX(highest, tsim_schedule_standing(s, i)->end);
	}
	g_assert_cmpuint(tsim_schedule_standing(s, 3)->end, ==, 50);
	g_assert_cmpuint(least, >=, 1000);
	g_assert_cmpuint(highest, <=, 2 * least + 256);
}

/* Damage is seen, not counted. */
static void test_damaged(void)
{
	static const struct tsim_goal goal = { 10, 0, N_POLICIES };
	g_autoptr(TsimSchedule) s = tsim_schedule_new(&goal, 1, &whole);
	g_autoptr(GByteArray) sums = sums_of(1, 0);

	g_assert_false(tsim_schedule_know(s, 0, 0, 1, sums->data, 20));
	sums->data[0] = 3;
	g_assert_false(tsim_schedule_know(s, 0, 0, 1, sums->data, sums->len));
	g_assert_cmpuint(tsim_schedule_standing(s, 0)->end, ==, 0);
}

/*
 * Stopping at the end of a block, not at the very failure: by enumeration, the
 * estimate is unbiased to 0.1 % and the interval covers as it should.
 */
static void check_stop(guint target, double p)
{
	double reach[1024] = { 1 }, next[1024], mean = 0, covered = 0, left = 1;
	guint32 n = 0;

	while (left > 1e-9) {
		guint32 size = tsim_block_end(n) - n;

		n += size;
		for (guint k = 0; k < target + size; k++) {
			next[k] = 0;
			for (guint i = k > size ? k - size : 0; i <= MIN(k, target - 1); i++)
				next[k] += reach[i] * gsl_ran_binomial_pdf(k - i, p, size);
		}
		for (guint k = target; k < target + size; k++) {
			struct tsim_estimate e = tsim_inverse_sampling(k, n, 0.95);

			if (next[k] < 1e-12)
				continue;
			mean += next[k] * e.estimate;
			covered += e.low <= p && p <= e.high ? next[k] : 0;
		}
		left = 0;
		for (guint k = 0; k < target; k++)
			left += reach[k] = next[k];
	}
	g_test_message("%u at %g: bias %+.3g %%, coverage %.4f", target, p, 100 * (mean / p - 1),
		       covered);
	g_assert_cmpfloat(fabs(mean / p - 1), <, 0.004);
	g_assert_cmpfloat(covered, >, 0.945);
	g_assert_cmpfloat(covered, <, 0.96);
}

static void test_bias(void)
{
	check_stop(97, 0.5);
	check_stop(97, 0.05);
	check_stop(97, 0.01);
	check_stop(16, 0.1);
	check_stop(385, 0.3);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/schedule/stop", test_stop);
	g_test_add_func("/schedule/resume", test_resume);
	g_test_add_func("/schedule/shards", test_shards);
	g_test_add_func("/schedule/rounds", test_rounds);
	g_test_add_func("/schedule/damaged", test_damaged);
	g_test_add_func("/schedule/bias", test_bias);
	return g_test_run();
}
