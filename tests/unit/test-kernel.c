/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "kernel.h"

/* The comparison with the kernel's runs: estimates and verdicts from made-up runs. */

static struct tsim_observed blank(void)
{
	struct tsim_observed o;

	for (guint i = 0; i < TSIM_N_OBSERVABLES; i++)
		o.value[i] = NAN;
	return o;
}

/* A run of so many main discards, so many of them exposed, so many of those under a chunk. */
static struct tsim_observed counts(double main, double exposed, double realloc)
{
	struct tsim_observed o = blank();

	o.value[TSIM_OBS_DISCARDS] = o.value[TSIM_OBS_COMMANDS] = 2 * main;
	o.value[TSIM_OBS_MAIN_DISCARDS] = main;
	o.value[TSIM_OBS_EXPOSED] = exposed;
	o.value[TSIM_OBS_REALLOC] = realloc;
	o.value[TSIM_OBS_REMOVALS] = 150;
	return o;
}

static const struct tsim_kernel_row k100 = { "k", "unpinned", 100000, 20, 0, NULL };
static const struct tsim_kernel_row k100_pin = { "k", "pinned-chunk", 100000, 20, 0, NULL };
static const struct tsim_kernel_row m3 = { "m3", "unpinned", 200000, 30, 0, NULL };

/* One run of the kernel against ten simulated ones that are all alike. */
static struct tsim_kernel_report *report_of(const struct tsim_kernel_row *row,
					    struct tsim_observed kernel,
					    struct tsim_observed simulated)
{
	struct tsim_kernel_run run = { .name = (char *)"run",
				       .series = (char *)row->series,
				       .protected = strcmp(row->policy, "pinned-chunk") == 0,
				       .set_us = row->set_us,
				       .observed = kernel };
	g_autoptr(GPtrArray) runs = g_ptr_array_new();
	g_autoptr(GArray) observed = g_array_new(FALSE, FALSE, sizeof(struct tsim_observed));

	g_ptr_array_add(runs, &run);
	for (guint i = 0; i < 10; i++)
		g_array_append_val(observed, simulated);
	return tsim_kernel_compare(row, runs, observed);
}

static const struct tsim_kernel_result *find(const struct tsim_kernel_report *report,
					     const char *name)
{
	for (guint i = 0; i < report->results->len; i++) {
		const struct tsim_kernel_result *r =
			&g_array_index(report->results, struct tsim_kernel_result, i);

		if (strcmp(r->quantity->name, name) == 0)
			return r;
	}
	g_assert_not_reached();
}

static gboolean verdict(const struct tsim_kernel_row *row, struct tsim_observed kernel,
			struct tsim_observed simulated, const char *quantity)
{
	struct tsim_kernel_report *report = report_of(row, kernel, simulated);
	gboolean ok = find(report, quantity)->ok;

	tsim_kernel_report_free(report);
	return ok;
}

static void test_estimates(void)
{
	struct tsim_kernel_report *report =
		report_of(&k100, counts(500, 200, 50), counts(1000, 450, 90));
	const struct tsim_kernel_result *r = find(report, "exposed/main");
	struct tsim_estimate wilson = tsim_wilson(50, 125, .95); /* a quarter */

	g_assert_cmpfloat(r->kernel.estimate, ==, .4);
	g_assert_cmpfloat(r->kernel.low, ==, wilson.low);
	g_assert_cmpfloat(r->simulated.estimate, ==, .45);
	g_assert_cmpfloat_with_epsilon(r->simulated.low, .45, 1e-6); /* the runs are alike */
	r = find(report, "exposed/discard");
	g_assert_cmpfloat(r->kernel.estimate, ==, .2);
	g_assert_cmpfloat(r->simulated.estimate, ==, .225);
	r = find(report, "removals /s");
	g_assert_cmpfloat(r->kernel.estimate, ==, 7.5);
	g_assert_true(isinf(r->kernel.high)); /* one run */
	r = find(report, "T_reuse ms");
	g_assert_true(isnan(r->kernel.estimate));
	g_assert_cmpint(r->target.rule, ==, TSIM_KERNEL_SHOWN);
	tsim_kernel_report_free(report);
}

/* The discards of all runs together, where no run says them. */
static void test_total(void)
{
	struct tsim_kernel_row row = k100;
	struct tsim_kernel_report *report;

	row.discards = 800;
	report = report_of(&row, counts(500, 200, 50), counts(1000, 450, 90));
	g_assert_cmpfloat(find(report, "exposed/discard")->kernel.estimate, ==, .25);
	g_assert_cmpfloat(find(report, "exposed/main")->kernel.estimate, ==, .4);
	tsim_kernel_report_free(report);
}

/* Within 20 %, or within the intervals of both; then neither.  Four discards count as one. */
static void test_factor(void)
{
	struct tsim_observed kernel = counts(100000, 40000, 10000); /* [.394, .406] */

	g_assert_true(verdict(&k100, kernel, counts(100000, 47900, 0), "exposed/main"));
	g_assert_false(verdict(&k100, kernel, counts(100000, 48100, 0), "exposed/main"));
	g_assert_true(verdict(&k100, kernel, counts(100000, 32100, 0), "exposed/main"));
	g_assert_false(verdict(&k100, kernel, counts(100000, 31900, 0), "exposed/main"));
	/* 16 of 40, that is 4 of 10: Wilson's interval is [.168, .687] */
	g_assert_true(verdict(&k100, counts(40, 16, 0), counts(100, 68, 0), "exposed/main"));
	g_assert_false(verdict(&k100, counts(40, 16, 0), counts(100, 70, 0), "exposed/main"));
	/* both have none */
	g_assert_true(verdict(&k100, counts(100, 50, 0), counts(100, 50, 0), "realloc/exposed"));
	/* the kernel none of 50 clusters, up to .071 */
	g_assert_true(verdict(&k100, counts(400, 200, 0), counts(100, 50, 3), "realloc/exposed"));
	g_assert_false(verdict(&k100, counts(400, 200, 0), counts(100, 50, 5), "realloc/exposed"));
}

/* One run has no interval: 9.1 a second are too many for 7.5, whatever the limits. */
static void test_one_run(void)
{
	struct tsim_observed simulated = counts(100, 50, 0);

	simulated.value[TSIM_OBS_REMOVALS] = 9.1 * 20;
	g_assert_false(verdict(&k100, counts(100, 50, 0), simulated, "removals /s"));
	simulated.value[TSIM_OBS_REMOVALS] = 8.9 * 20;
	g_assert_true(verdict(&k100, counts(100, 50, 0), simulated, "removals /s"));
}

static void test_never(void)
{
	g_assert_true(
		verdict(&k100_pin, counts(100, 50, 0), counts(1e6, 1e5, 0), "realloc/exposed"));
	g_assert_false(
		verdict(&k100_pin, counts(100, 50, 0), counts(1e6, 1e5, 1), "realloc/exposed"));
	/* also when the kernel's side is missing */
	g_assert_false(verdict(&k100_pin, blank(), counts(1e6, 1e5, 1), "realloc/exposed"));
}

/* 0 of 4000, that is of 1000, is up to .0037. */
static void test_rare(void)
{
	g_assert_true(verdict(&m3, counts(2000, 0, 0), counts(500, 0, 0), "exposed/discard"));
	g_assert_true(verdict(&m3, counts(2000, 0, 0), counts(500, 3, 0), "exposed/discard"));
	g_assert_false(verdict(&m3, counts(2000, 0, 0), counts(500, 4, 0), "exposed/discard"));
}

static guint judged(const struct tsim_kernel_row *row)
{
	guint n = 0;

	for (const struct tsim_kernel_quantity *q = tsim_kernel_quantities; q->name; q++)
		n += tsim_kernel_target(row, q).rule != TSIM_KERNEL_SHOWN;
	return n;
}

/* A target whose name fits no quantity would judge nothing. */
static void test_targets(void)
{
	const struct tsim_kernel_row k10 = { "k", "unpinned", 10000, 20, 0, NULL };
	const struct tsim_kernel_row m1 = { "m1", "unpinned", 10000, 30, 0, NULL };
	const struct tsim_kernel_row m2 = { "m2", "pinned-chunk", 10000, 30, 0, NULL };
	const struct tsim_kernel_quantity *q = tsim_kernel_quantities;

	g_assert_cmpuint(judged(&k10), ==, 6);
	g_assert_cmpuint(judged(&k100), ==, 5);
	g_assert_cmpuint(judged(&k100_pin), ==, 5);
	g_assert_cmpuint(judged(&m1), ==, 4);
	g_assert_cmpuint(judged(&m2), ==, 4);
	g_assert_cmpuint(judged(&m3), ==, 1);
	while (strcmp(q->name, "raced/exposed"))
		q++;
	g_assert_cmpfloat(tsim_kernel_target(&k100, q).high, ==, 1.6);
	g_assert_cmpfloat(tsim_kernel_target(&k10, q).high, ==, 1.3);
}

/* The bundled tables: 30 lines, of which three are there whole, and two more recordings. */
static void test_runs(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) runs = tsim_kernel_runs_load(&error);
	guint whole = 0;

	g_assert_no_error(error);
	g_assert_cmpuint(runs->len, ==, 32);
	for (guint i = 0; i < runs->len; i++) {
		const struct tsim_kernel_run *run = g_ptr_array_index(runs, i);
		const double *v = run->observed.value;

		whole += isfinite(v[TSIM_OBS_MAIN_DISCARDS]);
		if (strcmp(run->name, "m1-10000-1-pin") == 0) {
			g_assert_cmpstr(run->series, ==, "m1");
			g_assert_true(run->protected);
			g_assert_cmpuint(run->set_us, ==, 10000);
			g_assert_cmpfloat(v[TSIM_OBS_COMMANDS], ==, 5429);
			g_assert_true(isnan(v[TSIM_OBS_DISCARDS]));
			g_assert_cmpfloat(v[TSIM_OBS_PINNED_PEAK], ==, 1248);
		}
	}
	g_assert_cmpuint(whole, ==, 5);
}

static void expect_scaled(const char *text, const char *argument, double factor,
			  const char *expected)
{
	g_autofree char *scaled = tsim_kernel_scale(text, argument, factor);

	g_assert_cmpstr(scaled, ==, expected);
}

static void test_scale(void)
{
	expect_scaled("100ms", NULL, .5, "50ms");
	expect_scaled("fixed(80us)", NULL, 2, "fixed(160us)");
	expect_scaled("lognormal(median=6ms, sigma=1.6)", "sigma", 2,
		      "lognormal(median=6ms, sigma=3.2)");
	expect_scaled("lognormal(median=6ms, sigma=1.6)", "median", .5,
		      "lognormal(median=3ms, sigma=1.6)");
	expect_scaled("71%", NULL, 2, "100%");
	expect_scaled("30%", NULL, 2, "60%");
	expect_scaled("none", NULL, 2, NULL);
	expect_scaled("fixed(1us)", "median", 2, NULL);
}

/* .4 [.35, .45] - .5 [.4, .6]: -.1, and the roots of .05^2 + .1^2 on either side. */
static void test_difference(void)
{
	struct tsim_estimate a = { .4, .35, .45, .95, "" }, b = { .5, .4, .6, .95, "" };
	struct tsim_estimate d = tsim_difference(&a, &b);

	g_assert_cmpfloat_with_epsilon(d.estimate, -.1, 1e-12);
	g_assert_cmpfloat_with_epsilon(d.low, -.1 - .11180339887, 1e-9);
	g_assert_cmpfloat_with_epsilon(d.high, -.1 + .11180339887, 1e-9);
	/* each limit takes the half of the other's interval that faces it */
	a.low = .4;
	b.high = .5;
	d = tsim_difference(&a, &b);
	g_assert_cmpfloat_with_epsilon(d.low, -.1, 1e-12);
	g_assert_cmpfloat_with_epsilon(d.high, -.1 + .11180339887, 1e-9);
}

static void append_point(GArray *points, double exposures, double realloc, double late)
{
	struct tsim_kernel_point p = { .set_us = 1000 * points->len };

	p.exposures = (struct tsim_estimate){ exposures, exposures - 5, exposures + 5, .95, "" };
	p.realloc.estimate = realloc;
	p.late.estimate = late;
	g_array_append_val(points, p);
}

static void test_sweep(void)
{
	g_autoptr(GArray) points = g_array_new(FALSE, FALSE, sizeof(struct tsim_kernel_point));

	append_point(points, 10, 0, 0);
	append_point(points, 30, .2, .25);
	append_point(points, 40, .5, .43);
	append_point(points, 20, .9, .95);
	g_assert_cmpfloat_with_epsilon(tsim_kernel_law_gap(points), .07, 1e-12);
	g_assert_cmpuint(tsim_kernel_hump(points)->set_us, ==, 2000);
	append_point(points, 33.1, 1, 1); /* 6.9 less: sqrt(5^2 + 5^2) is 7.07 */
	g_assert_null(tsim_kernel_hump(points));
	append_point(points, 32.9, 1, 1);
	g_assert_cmpuint(tsim_kernel_hump(points)->set_us, ==, 2000);
	append_point(points, 50, 1, 1); /* now the last is the highest */
	g_assert_null(tsim_kernel_hump(points));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/kernel/estimates", test_estimates);
	g_test_add_func("/kernel/total", test_total);
	g_test_add_func("/kernel/factor", test_factor);
	g_test_add_func("/kernel/one-run", test_one_run);
	g_test_add_func("/kernel/never", test_never);
	g_test_add_func("/kernel/rare", test_rare);
	g_test_add_func("/kernel/targets", test_targets);
	g_test_add_func("/kernel/runs", test_runs);
	g_test_add_func("/kernel/scale", test_scale);
	g_test_add_func("/kernel/difference", test_difference);
	g_test_add_func("/kernel/sweep", test_sweep);
	return g_test_run();
}
