/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "ftrace.h"
#include "interval.h"
#include "observer.h"

#define MIB G_GUINT64_CONSTANT(1048576)
#define MS G_GINT64_CONSTANT(1000000)

static struct tsim_observed observe(const struct tsim_trace_event *events, guint n)
{
	g_autoptr(TsimObserver) observer = tsim_observer_new();
	struct tsim_observed out;

	for (guint i = 0; i < n; i++)
		tsim_observer_event(observer, &events[i]);
	tsim_observer_finish(observer, &out);
	return out;
}

static void expect(const struct tsim_observed *o, enum tsim_observable what, double value)
{
	g_test_message("%s: %g, should be %g", tsim_observable_names[what], o->value[what], value);
	g_assert_cmpfloat_with_epsilon(o->value[what], value, 1e-9);
}

static void expect_none(const struct tsim_observed *o, enum tsim_observable what)
{
	g_test_message("%s: %g, should be none", tsim_observable_names[what], o->value[what]);
	g_assert_true(isnan(o->value[what]));
}

/*
 * One chunk, logical 100 MiB at 10 MiB, 4 MiB long, with three discards; what
 * happens to them can be read off the times in the first column.
 */
static const struct tsim_trace_event story[] = {
	{ 1000 * MS, TSIM_TRACE_COMMIT_START, .transid = 7 },
	{ 1002 * MS, TSIM_TRACE_UNBLOCKED, .transid = 7 },
	{ 1005 * MS, TSIM_TRACE_COMPLETED, .transid = 7 },
	/* a: ends before the removal */
	{ 1010 * MS, TSIM_TRACE_DISCARD_BEGIN, .logical = 100 * MIB, .phys = 10 * MIB, .len = MIB },
	{ 1030 * MS, TSIM_TRACE_DISCARD_END, .logical = 100 * MIB, .phys = 10 * MIB, .len = MIB },
	/* b: the same place again, and c beside it */
	{ 1040 * MS, TSIM_TRACE_DISCARD_BEGIN, .logical = 100 * MIB, .phys = 10 * MIB, .len = MIB },
	{ 1050 * MS, TSIM_TRACE_DISCARD_BEGIN, .logical = 101 * MIB, .phys = 11 * MIB, .len = MIB },
	/* d: in another chunk */
	{ 1050 * MS, TSIM_TRACE_DISCARD_BEGIN, .logical = 300 * MIB, .phys = 30 * MIB, .len = MIB },
	{ 1052 * MS, TSIM_TRACE_BG_RO, .logical = 100 * MIB, .flags = 4, .used = 5 },
	/* it gives up and comes again */
	{ 1055 * MS, TSIM_TRACE_BG_RO, .logical = 100 * MIB, .flags = 4, .used = 5 },
	{ 1060 * MS, TSIM_TRACE_CHUNK_FREE, .logical = 100 * MIB, .phys = 10 * MIB,
	  .len = 4 * MIB },
	{ 1060 * MS, TSIM_TRACE_REMOVED, .logical = 100 * MIB, .len = 4 * MIB, .flags = 4 },
	/* e: after the last removal */
	{ 1065 * MS, TSIM_TRACE_DISCARD_BEGIN, .logical = 310 * MIB, .phys = 40 * MIB, .len = MIB },
	/* an allocation that waited and failed, one beside the place, one over its end */
	{ 1070 * MS, TSIM_TRACE_CHUNK_DONE, .wait_ns = 9 * MS, .kept = FALSE },
	{ 1075 * MS, TSIM_TRACE_CHUNK_ALLOC, .logical = 400 * MIB, .phys = 14 * MIB, .len = MIB },
	{ 1076 * MS, TSIM_TRACE_CHUNK_DONE, .wait_ns = 4 * MS, .kept = TRUE },
	/* a write where nothing is exposed, another that races with b only */
	{ 1080 * MS, TSIM_TRACE_RACE, .phys = 30 * MIB, .len = 4096 },
	{ 1085 * MS, TSIM_TRACE_CHUNK_ALLOC, .logical = 500 * MIB, .phys = 10 * MIB, .len = MIB },
	{ 1090 * MS, TSIM_TRACE_RACE, .phys = 11 * MIB - 4096, .len = 4096 },
	{ 1091 * MS, TSIM_TRACE_RACE, .phys = 10 * MIB, .len = 4096 },
	{ 1100 * MS, TSIM_TRACE_DISCARD_END, .phys = 10 * MIB, .len = MIB },
	{ 1100 * MS, TSIM_TRACE_DISCARD_END, .phys = 11 * MIB, .len = MIB },
	{ 1150 * MS, TSIM_TRACE_DISCARD_END, .phys = 30 * MIB, .len = MIB },
	/* one command for b and c */
	{ 1160 * MS, TSIM_TRACE_COMMAND_DONE, .phys = 10 * MIB, .len = 2 * MIB,
	  .wait_ns = 60 * MS },
	/* after c has ended: no reallocation under it */
	{ 1170 * MS, TSIM_TRACE_CHUNK_ALLOC, .logical = 600 * MIB, .phys = 11 * MIB, .len = MIB },
	{ 1200 * MS, TSIM_TRACE_FITRIM_END, .kept = TRUE },
};

static void test_story(void)
{
	struct tsim_observed o = observe(story, G_N_ELEMENTS(story));

	expect(&o, TSIM_OBS_SECONDS, .2);
	expect(&o, TSIM_OBS_FITRIM_PASSES, 1);
	expect(&o, TSIM_OBS_DISCARDS, 5); /* a b c d e */
	expect(&o, TSIM_OBS_MAIN_DISCARDS, 4); /* without e */
	expect(&o, TSIM_OBS_DISCARD_MEAN, (20 + 60 + 50 + 100) / 4.); /* e does not end */
	expect(&o, TSIM_OBS_COMMANDS, 1);
	expect(&o, TSIM_OBS_COMMAND_MEAN, 60);
	expect(&o, TSIM_OBS_REMOVALS, 1);
	expect(&o, TSIM_OBS_REMOVALS_UNDER, 1);
	expect(&o, TSIM_OBS_EXPOSED, 2); /* b c */
	expect(&o, TSIM_OBS_REALLOC, 1); /* b */
	expect(&o, TSIM_OBS_RACED, 1); /* b, by two writes */
	expect(&o, TSIM_OBS_RESIDUAL_MEDIAN, 40);
	expect(&o, TSIM_OBS_REUSES, 1);
	expect(&o, TSIM_OBS_REUSE_MEDIAN, 25); /* 1060 to 1085, not the chunk at 14 MiB */
	expect(&o, TSIM_OBS_LATE, 2); /* both for 40 ms after the removal, the reuse took 25 */
	expect(&o, TSIM_OBS_COMMITS, 1);
	expect(&o, TSIM_OBS_COMMIT_MEDIAN, 5);
	expect(&o, TSIM_OBS_MUTEX_MAX, 9);
	expect(&o, TSIM_OBS_ALLOC_FAILED, 1);
	expect(&o, TSIM_OBS_PLACES, 3);
	expect(&o, TSIM_OBS_HIGHEST_PLACE, 15);
	expect(&o, TSIM_OBS_RO_MEDIAN, 5); /* from the second time */
	expect(&o, TSIM_OBS_RO_METADATA, 5);
	expect_none(&o, TSIM_OBS_RO_SYSTEM);
	expect_none(&o, TSIM_OBS_RO_EMPTY_DATA);
	expect_none(&o, TSIM_OBS_PIN_MEDIAN);
}

/* Two pins that overlap: 256 + 32 MiB at once; 30 and 60 ms long. */
static void test_pins(void)
{
	static const struct tsim_trace_event pins[] = {
		{ 10 * MS, TSIM_TRACE_REMOVED, .logical = 1000 * MIB, .len = 256 * MIB,
		  .kept = TRUE },
		{ 20 * MS, TSIM_TRACE_REMOVED, .logical = 2000 * MIB, .len = 32 * MIB,
		  .kept = TRUE },
		{ 25 * MS, TSIM_TRACE_REMOVED, .logical = 3000 * MIB, .len = 512 * MIB },
		{ 40 * MS, TSIM_TRACE_RELEASED, .logical = 1000 * MIB },
		{ 50 * MS, TSIM_TRACE_RELEASED, .logical = 3000 * MIB }, /* was not kept */
		{ 80 * MS, TSIM_TRACE_RELEASED, .logical = 2000 * MIB },
	};
	struct tsim_observed o = observe(pins, G_N_ELEMENTS(pins));

	expect(&o, TSIM_OBS_PINS, 2);
	expect(&o, TSIM_OBS_PIN_MEDIAN, 45);
	expect(&o, TSIM_OBS_PIN_LOW, 30);
	expect(&o, TSIM_OBS_PIN_HIGH, 60);
	expect(&o, TSIM_OBS_PINNED_PEAK, 288);
	expect(&o, TSIM_OBS_REMOVALS, 3);
	expect(&o, TSIM_OBS_REMOVALS_UNDER, 0);
}

/* Nothing happens, and it is not called 0 where there is nothing to measure. */
static void test_nothing(void)
{
	struct tsim_observed o = observe(NULL, 0);

	expect(&o, TSIM_OBS_SECONDS, 0);
	expect(&o, TSIM_OBS_DISCARDS, 0);
	expect_none(&o, TSIM_OBS_DISCARD_MEAN);
	expect_none(&o, TSIM_OBS_REUSE_MEDIAN);
	expect_none(&o, TSIM_OBS_COMMIT_MEDIAN);
}

/* Ranks of the order statistics: Binomial(n, 1/2), as tabulated. */
static void test_median(void)
{
	double values[30];
	struct tsim_estimate e;

	for (guint i = 0; i < G_N_ELEMENTS(values); i++)
		values[i] = i + 1;
	e = tsim_median(values, 9, .95); /* P(Bin(9, 1/2) <= 1) = 10/512 = .0195 */
	g_assert_cmpfloat(e.estimate, ==, 5);
	g_assert_cmpfloat(e.low, ==, 2);
	g_assert_cmpfloat(e.high, ==, 8);
	e = tsim_median(values, 30, .95); /* P(Bin(30, 1/2) <= 9) = .0214 */
	g_assert_cmpfloat(e.estimate, ==, 15.5);
	g_assert_cmpfloat(e.low, ==, 10);
	g_assert_cmpfloat(e.high, ==, 21);
	e = tsim_median(values, 6, .95); /* 1 - 2/64 */
	g_assert_cmpfloat(e.low, ==, 1);
	g_assert_cmpfloat(e.high, ==, 6);
	g_assert_cmpfloat(e.confidence, ==, .95);
	e = tsim_median(values, 3, .95);
	g_assert_cmpfloat_with_epsilon(e.confidence, .75, 1e-12);
	e = tsim_median(values, 1, .95);
	g_assert_cmpfloat(e.estimate, ==, 1);
	g_assert_true(isinf(e.low) && isinf(e.high));
	g_assert_true(isnan(tsim_median(values, 0, .95).estimate));
}

/* ---- kernel-runs.csv, made by its authors' own program, run by run ---- */

struct expected {
	enum tsim_observable what;
	double value, precision; /* the table is rounded */
};

static void compare(const char *recording, const struct expected *expected, guint n)
{
	g_autofree char *path = g_strdup_printf(TSIM_TEST_RECORDINGS "/trace-%s.txt.gz", recording);
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) events = NULL;
	struct tsim_observed o;

	if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
		g_test_skip("the whole recordings are not here");
		return;
	}
	events = tsim_ftrace_read(path, &error);
	g_assert_no_error(error);
	o = observe((const struct tsim_trace_event *)(gpointer)events->data, events->len);
	for (guint i = 0; i < n; i++) {
		double value = o.value[expected[i].what];

		g_test_message("%s %s: %g, the table has %g", recording,
			       tsim_observable_names[expected[i].what], value, expected[i].value);
		g_assert_cmpfloat(fabs(value - expected[i].value), <=, expected[i].precision);
	}
}

static void test_k(void)
{
	static const struct expected k[] = {
		{ TSIM_OBS_SECONDS, 21.9, .05 },
		{ TSIM_OBS_FITRIM_PASSES, 8, 0 },
		{ TSIM_OBS_COMMANDS, 580, 0 },
		{ TSIM_OBS_COMMAND_MEAN, 137.8, .05 },
		{ TSIM_OBS_REMOVALS, 121, 0 },
		{ TSIM_OBS_REMOVALS_UNDER, 102, 0 },
		{ TSIM_OBS_EXPOSED, 238, 0 },
		{ TSIM_OBS_REALLOC, 24, 0 },
		{ TSIM_OBS_RACED, 3, 0 },
		{ TSIM_OBS_RO_MEDIAN, 1.08, .005 },
		{ TSIM_OBS_RO_MAX, 919.09, .005 },
		{ TSIM_OBS_COMMITS, 917, 0 },
		{ TSIM_OBS_COMMIT_MEDIAN, .17, .005 },
		{ TSIM_OBS_COMMIT_P99, 10, .05 },
		{ TSIM_OBS_REUSE_P05, 100, .5 },
		{ TSIM_OBS_REUSE_MEDIAN, 111, .5 },
		{ TSIM_OBS_MUTEX_MAX, 0, .05 },
		{ TSIM_OBS_ALLOC_FAILED, 0, 0 },
		{ TSIM_OBS_HIGHEST_PLACE, 1045, 0 },
		{ TSIM_OBS_PLACES, 7, 0 },
		{ TSIM_OBS_PINNED_PEAK, 0, 0 },
	};

	compare("k-100000-1-unpin", k, G_N_ELEMENTS(k));
}

static void test_m1(void)
{
	static const struct expected m1[] = {
		{ TSIM_OBS_SECONDS, 36.7, .05 },    { TSIM_OBS_FITRIM_PASSES, 12, 0 },
		{ TSIM_OBS_COMMANDS, 549, 0 },	    { TSIM_OBS_COMMAND_MEAN, 214.6, .05 },
		{ TSIM_OBS_REMOVALS, 284, 0 },	    { TSIM_OBS_REMOVALS_UNDER, 15, 0 },
		{ TSIM_OBS_EXPOSED, 21, 0 },	    { TSIM_OBS_REALLOC, 7, 0 },
		{ TSIM_OBS_RACED, 2, 0 },	    { TSIM_OBS_RO_MEDIAN, .51, .006 },
		{ TSIM_OBS_RO_MAX, 751.44, .005 },  { TSIM_OBS_COMMITS, 1747, 0 },
		{ TSIM_OBS_COMMIT_P99, 4.1, .05 },  { TSIM_OBS_REUSE_P05, 1, .5 },
		{ TSIM_OBS_REUSE_MEDIAN, 199, .5 }, { TSIM_OBS_MUTEX_MAX, 629.9, .05 },
		{ TSIM_OBS_ALLOC_FAILED, 0, 0 },    { TSIM_OBS_HIGHEST_PLACE, 4096, 0 },
		{ TSIM_OBS_PLACES, 18, 0 },
	};

	compare("m1-200000-1-unpin", m1, G_N_ELEMENTS(m1));
}

static void test_m2(void)
{
	static const struct expected m2[] = {
		{ TSIM_OBS_SECONDS, 31.7, .05 },    { TSIM_OBS_FITRIM_PASSES, 26, 0 },
		{ TSIM_OBS_COMMANDS, 564, 0 },	    { TSIM_OBS_COMMAND_MEAN, 210, .05 },
		{ TSIM_OBS_REMOVALS, 80, 0 },	    { TSIM_OBS_REMOVALS_UNDER, 6, 0 },
		{ TSIM_OBS_EXPOSED, 6, 0 },	    { TSIM_OBS_REALLOC, 2, 0 },
		{ TSIM_OBS_RACED, 1, 0 },	    { TSIM_OBS_RO_MEDIAN, 70, .005 },
		{ TSIM_OBS_RO_MAX, 690.01, .005 },  { TSIM_OBS_COMMITS, 3053, 0 },
		{ TSIM_OBS_COMMIT_P99, .3, .05 },   { TSIM_OBS_REUSE_P05, 7, .5 },
		{ TSIM_OBS_REUSE_MEDIAN, 238, .5 }, { TSIM_OBS_MUTEX_MAX, 623.2, .05 },
		{ TSIM_OBS_ALLOC_FAILED, 47, 0 },   { TSIM_OBS_HIGHEST_PLACE, 4096, 0 },
		{ TSIM_OBS_PLACES, 17, 0 },
	};

	compare("m2-200000-1-unpin", m2, G_N_ELEMENTS(m2));
}

/* Not in the table; traces/README.md says how many releases and races there are. */
static void test_a(void)
{
	static const struct expected a5[] = {
		{ TSIM_OBS_RACED, 68, 0 },
		{ TSIM_OBS_PINS, 0, 0 },
	};
	static const struct expected a6[] = {
		{ TSIM_OBS_REALLOC, 0, 0 },
		{ TSIM_OBS_RACED, 0, 0 },
		{ TSIM_OBS_PINS, 34, 0 },
		{ TSIM_OBS_PINNED_PEAK, 544, 0 },
	};

	compare("A5", a5, G_N_ELEMENTS(a5));
	compare("A6", a6, G_N_ELEMENTS(a6));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/observer/story", test_story);
	g_test_add_func("/observer/pins", test_pins);
	g_test_add_func("/observer/nothing", test_nothing);
	g_test_add_func("/observer/median", test_median);
	g_test_add_func("/observer/recorded/k", test_k);
	g_test_add_func("/observer/recorded/m1", test_m1);
	g_test_add_func("/observer/recorded/m2", test_m2);
	g_test_add_func("/observer/recorded/a5-and-a6", test_a);
	return g_test_run();
}
