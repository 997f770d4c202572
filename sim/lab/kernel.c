/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `trimsim validate kernel`: every row, then the sweeps. */
#include "kernel.h"

#include <string.h>

#include "error.h"

static gboolean selected(const char *series, char **names)
{
	return !names || !names[0] || g_strv_contains((const char *const *)names, series);
}

static gboolean check_names(char **names, GError **error)
{
	for (guint i = 0; names && names[i]; i++) {
		const struct tsim_kernel_row *row = tsim_kernel_rows;

		while (row->series && strcmp(row->series, names[i]))
			row++;
		if (!row->series)
			return tsim_throw(error, "no series '%s', the series are k, m1, m2, m3",
					  names[i]);
	}
	return TRUE;
}

static gboolean series_measured(const char *series, const GPtrArray *runs)
{
	for (const struct tsim_kernel_row *row = tsim_kernel_rows; row->series; row++)
		if (strcmp(row->series, series) == 0 && tsim_kernel_measured(row, runs))
			return TRUE;
	return FALSE;
}

/* Each series that is compared has something to be compared with. */
static gboolean check_runs(const struct tsim_kernel_table *t, GError **error)
{
	for (const struct tsim_kernel_row *row = tsim_kernel_rows; row->series; row++)
		if (selected(row->series, t->options.series) &&
		    !series_measured(row->series, t->runs))
			return tsim_throw(error,
					  TSIM_KERNEL_RUNS_FILE
					  ": no run of series %s: there is nothing to compare with",
					  row->series);
	return TRUE;
}

static gboolean run_rows(struct tsim_kernel_table *t, tsim_kernel_fn done, gpointer data,
			 GError **error)
{
	for (const struct tsim_kernel_row *row = tsim_kernel_rows; row->series; row++) {
		g_autoptr(GArray) observed = NULL;
		struct tsim_kernel_report *report;

		if (!selected(row->series, t->options.series))
			continue;
		observed = tsim_kernel_observe(row, &t->options, NULL, error);
		if (!observed)
			return FALSE;
		report = tsim_kernel_compare(row, t->runs, observed);
		report->failures = t->options.replications - report->replications;
		g_ptr_array_add(t->reports, report);
		if (done)
			done(report, data);
	}
	return TRUE;
}

static gboolean run_sweep(struct tsim_kernel_table *t, const char *series, guint seconds,
			  GArray **points, GError **error)
{
	if (!selected(series, t->options.series))
		return TRUE;
	*points = tsim_kernel_sweep(series, seconds, &t->options, error);
	return *points != NULL;
}

/**
 * tsim_kernel_validate:
 * @done: (nullable): told of each row when it is known
 * @table: (out) (transfer full): all rows; its options refer to @options
 *
 * Returns: FALSE when something could not be run; a row that misses is a result.
 */
gboolean tsim_kernel_validate(const struct tsim_kernel_options *options, tsim_kernel_fn done,
			      gpointer data, struct tsim_kernel_table **table, GError **error)
{
	g_autoptr(TsimKernelTable) t = g_new0(struct tsim_kernel_table, 1);

	t->options = *options;
	t->reports = g_ptr_array_new_with_free_func((GDestroyNotify)tsim_kernel_report_free);
	if (!check_names(options->series, error))
		return FALSE;
	t->runs = tsim_kernel_runs_load(error);
	if (!t->runs || !check_runs(t, error) || !run_rows(t, done, data, error) ||
	    !run_sweep(t, "k", 20, &t->threshold, error) ||
	    !run_sweep(t, "m2", 30, &t->cleaner, error))
		return FALSE;
	*table = g_steal_pointer(&t);
	return TRUE;
}

static gboolean all_ran(const GArray *points)
{
	guint failures = 0;

	for (guint i = 0; i < points->len; i++)
		failures += g_array_index(points, struct tsim_kernel_point, i).failures;
	return failures == 0;
}

static gboolean sweeps_passed(const struct tsim_kernel_table *t)
{
	if (t->threshold &&
	    (!all_ran(t->threshold) || tsim_kernel_law_gap(t->threshold) > TSIM_KERNEL_LAW_GAP))
		return FALSE;
	return !t->cleaner || (all_ran(t->cleaner) && tsim_kernel_hump(t->cleaner));
}

/** tsim_kernel_passed() - every judged figure agrees, and no replication failed */
gboolean tsim_kernel_passed(const struct tsim_kernel_table *table)
{
	if (!sweeps_passed(table))
		return FALSE;
	for (guint i = 0; i < table->reports->len; i++) {
		const struct tsim_kernel_report *r = g_ptr_array_index(table->reports, i);

		if (r->failures)
			return FALSE;
		for (guint k = 0; k < r->results->len; k++)
			if (!g_array_index(r->results, struct tsim_kernel_result, k).ok)
				return FALSE;
	}
	return TRUE;
}

void tsim_kernel_table_free(struct tsim_kernel_table *t)
{
	g_clear_pointer(&t->runs, g_ptr_array_unref);
	g_ptr_array_unref(t->reports);
	g_clear_pointer(&t->threshold, g_array_unref);
	g_clear_pointer(&t->cleaner, g_array_unref);
	g_free(t);
}
