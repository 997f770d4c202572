/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Estimates of both sides, and the verdict.
 *
 * Runs are clusters: what happens in one hangs together.  The simulation has
 * enough of them for a ratio of sums over runs.  The kernel has three at most.
 * Up to four discards, one of each FITRIM loop, are under way in a group at a
 * time and share its fate: its shares are those of a quarter as many
 * independent ones (Wilson, Clopper and Pearson).
 */
#include "kernel.h"

#include <math.h>
#include <string.h>

#define CONFIDENCE TSIM_KERNEL_CONFIDENCE
#define HOUR_S 3600
#define CLUSTER 4 /* NTRIM of the recordings */

static const struct tsim_estimate nothing = { NAN, NAN, NAN, CONFIDENCE, "not measured" };

/* One run of either side. */
static void add_ratio(struct tsim_ratio *r, const struct tsim_observed *o,
		      enum tsim_observable what, double of)
{
	if (isfinite(o->value[what]) && isfinite(of))
		tsim_ratio_add(r, o->value[what], of);
}

static int compare(const double *a, const double *b)
{
	return (*a > *b) - (*a < *b);
}

static struct tsim_estimate median(GArray *values)
{
	g_array_sort(values, (GCompareFunc)compare);
	return tsim_median((const double *)(gpointer)values->data, values->len, CONFIDENCE);
}

static struct tsim_estimate median_of(const GArray *observed, enum tsim_observable what)
{
	g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));

	for (guint i = 0; i < observed->len; i++) {
		double v = g_array_index(observed, struct tsim_observed, i).value[what];

		if (isfinite(v))
			g_array_append_val(values, v);
	}
	return median(values);
}

static struct tsim_estimate rate_of(const GArray *observed, enum tsim_observable what, double of)
{
	struct tsim_ratio ratio = { 0 };

	for (guint i = 0; i < observed->len; i++)
		add_ratio(&ratio, &g_array_index(observed, struct tsim_observed, i), what, of);
	return tsim_ratio_estimate(&ratio, CONFIDENCE);
}

static struct tsim_estimate share_of(const GArray *observed, enum tsim_observable what,
				     enum tsim_observable of)
{
	struct tsim_ratio ratio = { 0 };
	struct tsim_estimate e;

	for (guint i = 0; i < observed->len; i++) {
		const struct tsim_observed *o = &g_array_index(observed, struct tsim_observed, i);

		add_ratio(&ratio, o, what, o->value[of]);
	}
	e = tsim_ratio_estimate(&ratio, CONFIDENCE);
	e.high = fmin(e.high, 1);
	return e;
}

/**
 * tsim_kernel_estimate:
 * @observed: (element-type struct tsim_observed): independent runs
 * @seconds: that the workload ran in each
 */
struct tsim_estimate tsim_kernel_estimate(const struct tsim_kernel_quantity *quantity,
					  const GArray *observed, double seconds)
{
	if (quantity->form == TSIM_KERNEL_VALUE)
		return median_of(observed, quantity->what);
	return quantity->form == TSIM_KERNEL_RATE ?
		       rate_of(observed, quantity->what, seconds) :
		       share_of(observed, quantity->what, quantity->of);
}

/* ---- the kernel's side ---- */

/* A file system that aborted before anything was removed has measured nothing. */
static gboolean belongs(const struct tsim_kernel_run *run, const struct tsim_kernel_row *row)
{
	if (row->recording || !run->series)
		return g_strcmp0(row->recording, run->name) == 0;
	return strcmp(run->series, row->series) == 0 && run->set_us == row->set_us &&
	       run->protected == (strcmp(row->policy, "pinned-chunk") == 0) &&
	       run->observed.value[TSIM_OBS_REMOVALS] > 0;
}

/** tsim_kernel_measured() - is there a run of the kernel under @row's condition? */
gboolean tsim_kernel_measured(const struct tsim_kernel_row *row, const GPtrArray *runs)
{
	for (guint i = 0; i < runs->len; i++)
		if (belongs(g_ptr_array_index(runs, i), row))
			return TRUE;
	return FALSE;
}

static GArray *runs_of(const GPtrArray *runs, const struct tsim_kernel_row *row)
{
	GArray *observed = g_array_new(FALSE, FALSE, sizeof(struct tsim_observed));

	for (guint i = 0; i < runs->len; i++) {
		const struct tsim_kernel_run *run = g_ptr_array_index(runs, i);

		if (belongs(run, row))
			g_array_append_val(observed, run->observed);
	}
	return observed;
}

/* Over the runs that have both. */
static double sum_of(const GArray *runs, enum tsim_observable what, enum tsim_observable given)
{
	double sum = 0;

	for (guint i = 0; i < runs->len; i++) {
		const struct tsim_observed *o = &g_array_index(runs, struct tsim_observed, i);

		if (isfinite(o->value[what]) && isfinite(o->value[given]))
			sum += o->value[what];
	}
	return sum;
}

static struct tsim_estimate kernel_share(const struct tsim_kernel_quantity *q,
					 const struct tsim_kernel_row *row, const GArray *runs)
{
	double hits = sum_of(runs, q->what, q->of), n = sum_of(runs, q->of, q->what);
	struct tsim_estimate e;

	if (q->of == TSIM_OBS_DISCARDS && row->discards) {
		hits = sum_of(runs, q->what, q->what);
		n = (double)row->discards;
	}
	if (n == 0)
		return nothing;
	e = tsim_proportion((guint64)round(hits / CLUSTER), (guint64)round(n / CLUSTER),
			    CONFIDENCE);
	e.estimate = hits / n;
	return e;
}

/* Of one run, the order of its pins' lengths says more than nothing. */
static struct tsim_estimate kernel_value(const struct tsim_kernel_quantity *q, const GArray *runs)
{
	struct tsim_estimate e = median_of(runs, q->kernel);

	if (q->what == TSIM_OBS_PIN_MEDIAN && runs->len == 1) {
		const struct tsim_observed *o = &g_array_index(runs, struct tsim_observed, 0);

		e.low = o->value[TSIM_OBS_PIN_LOW];
		e.high = o->value[TSIM_OBS_PIN_HIGH];
		e.method = "order statistics in one run";
	}
	return isnan(e.estimate) ? nothing : e;
}

static struct tsim_estimate kernel_estimate(const struct tsim_kernel_quantity *q,
					    const struct tsim_kernel_row *row, const GArray *runs)
{
	if (runs->len == 0)
		return nothing;
	if (q->form == TSIM_KERNEL_SHARE)
		return kernel_share(q, row, runs);
	return q->form == TSIM_KERNEL_VALUE ? kernel_value(q, runs) :
					      tsim_kernel_estimate(q, runs, row->seconds);
}

/* ---- the verdict ---- */

static gboolean within_factor(const struct tsim_kernel_result *r)
{
	double ratio = r->simulated.estimate / r->kernel.estimate;

	return ratio >= r->target.low && ratio <= r->target.high;
}

/* Without an interval of the kernel (one run) there is only the factor. */
static gboolean within_intervals(const struct tsim_kernel_result *r)
{
	struct tsim_estimate d = tsim_difference(&r->simulated, &r->kernel);

	return isfinite(d.low) && isfinite(d.high) && d.low <= 0 && d.high >= 0;
}

/*
 * What must never happen is off without a run of the kernel too, but that it
 * did not happen agrees with nothing then.
 */
static void judge(struct tsim_kernel_result *r, gboolean measured)
{
	r->ok = TRUE;
	if (r->target.rule == TSIM_KERNEL_NEVER)
		r->ok = !(r->simulated.estimate > 0);
	else if (isnan(r->kernel.estimate))
		r->target.rule = TSIM_KERNEL_SHOWN;
	else if (r->target.rule == TSIM_KERNEL_RARE)
		r->ok = r->simulated.estimate <= r->kernel.high;
	else if (r->target.rule == TSIM_KERNEL_FACTOR)
		r->ok = within_factor(r) || within_intervals(r);
	if (r->ok && !measured)
		r->target.rule = TSIM_KERNEL_SHOWN;
}

/**
 * tsim_kernel_compare:
 * @row: the condition
 * @runs: (element-type struct tsim_kernel_run): every run of the kernel
 * @observed: (element-type struct tsim_observed): the simulated runs
 */
struct tsim_kernel_report *tsim_kernel_compare(const struct tsim_kernel_row *row,
					       const GPtrArray *runs, const GArray *observed)
{
	struct tsim_kernel_report *report = g_new0(struct tsim_kernel_report, 1);
	g_autoptr(GArray) kernel = runs_of(runs, row);

	report->row = row;
	report->kernel_runs = kernel->len;
	report->replications = observed->len;
	report->results = g_array_new(FALSE, FALSE, sizeof(struct tsim_kernel_result));
	for (const struct tsim_kernel_quantity *q = tsim_kernel_quantities; q->name; q++) {
		struct tsim_kernel_result r = { .quantity = q,
						.target = tsim_kernel_target(row, q) };

		if (q->pinned_only && strcmp(row->policy, "pinned-chunk"))
			continue;
		r.kernel = kernel_estimate(q, row, kernel);
		r.simulated = tsim_kernel_estimate(q, observed, row->seconds);
		judge(&r, kernel->len > 0);
		g_array_append_val(report->results, r);
	}
	return report;
}

void tsim_kernel_report_free(struct tsim_kernel_report *report)
{
	g_array_unref(report->results);
	g_free(report);
}

/**
 * tsim_kernel_point:
 * @observed: (element-type struct tsim_observed): runs of one discard latency
 * @seconds: that the workload ran in each
 */
struct tsim_kernel_point tsim_kernel_point(const GArray *observed, double seconds)
{
	double hours = seconds / HOUR_S;

	return (struct tsim_kernel_point){
		.discard_ms = median_of(observed, TSIM_OBS_DISCARD_MEAN),
		.reuse_ms = median_of(observed, TSIM_OBS_REUSE_MEDIAN),
		.residual_ms = median_of(observed, TSIM_OBS_RESIDUAL_MEDIAN),
		.exposed = share_of(observed, TSIM_OBS_EXPOSED, TSIM_OBS_MAIN_DISCARDS),
		.realloc = share_of(observed, TSIM_OBS_REALLOC, TSIM_OBS_EXPOSED),
		.raced = share_of(observed, TSIM_OBS_RACED, TSIM_OBS_EXPOSED),
		.late = share_of(observed, TSIM_OBS_LATE, TSIM_OBS_EXPOSED),
		.removals = rate_of(observed, TSIM_OBS_REMOVALS, hours),
		.exposures = rate_of(observed, TSIM_OBS_EXPOSED, hours),
	};
}
