/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the kernel did: configs/validation/kernel/kernel-runs.csv, and
 * recorded.csv, which `trimsim validate kernel --measure` made of those
 * recordings that are there whole.
 */
#include "kernel.h"

#include <math.h>
#include <string.h>

#include "config.h"
#include "error.h"

struct table {
	const char *path;
	guint line;
	GStrv names; /* of the columns; NULL before the first line */
	GPtrArray *runs;
};

/* Columns of kernel-runs.csv that have another name, or another meaning, here. */
static const struct {
	const char *column;
	enum tsim_observable what;
} renamed[] = {
	{ "discards", TSIM_OBS_COMMANDS },
	{ "mean_discard_ms", TSIM_OBS_COMMAND_MEAN },
};

static int find_observable(const char *column, gboolean with_series)
{
	for (guint i = 0; with_series && i < G_N_ELEMENTS(renamed); i++)
		if (strcmp(renamed[i].column, column) == 0)
			return (int)renamed[i].what;
	for (guint i = 0; i < TSIM_N_OBSERVABLES; i++)
		if (strcmp(tsim_observable_names[i], column) == 0)
			return (int)i;
	return -1;
}

static void run_free(struct tsim_kernel_run *run)
{
	g_free(run->name);
	g_free(run->series);
	g_free(run);
}

static struct tsim_kernel_run *run_new(void)
{
	struct tsim_kernel_run *run = g_new0(struct tsim_kernel_run, 1);

	for (guint i = 0; i < TSIM_N_OBSERVABLES; i++)
		run->observed.value[i] = NAN;
	return run;
}

static gboolean parse_number(const struct table *t, const char *column, const char *text,
			     double *out, GError **error)
{
	char *end;

	*out = *text ? g_ascii_strtod(text, &end) : NAN;
	return !*text || *end == '\0' ||
	       tsim_throw(error, "%s:%u: %s: '%s' is not a number", t->path, t->line, column, text);
}

static gboolean parse_cell(const struct table *t, const char *column, const char *text,
			   struct tsim_kernel_run *run, GError **error)
{
	int what =
		find_observable(column, g_strv_contains((const char *const *)t->names, "series"));
	double value;

	if (strcmp(column, "run") == 0)
		run->name = g_strdup(text);
	else if (strcmp(column, "series") == 0)
		run->series = g_strdup(text);
	if (what < 0 && strcmp(column, "protected") && strcmp(column, "set_discard_us"))
		return TRUE;
	if (!parse_number(t, column, text, &value, error))
		return FALSE;
	if (what >= 0)
		run->observed.value[what] = value;
	else if (strcmp(column, "protected") == 0)
		run->protected = value != 0;
	else
		run->set_us = (guint64)value;
	return TRUE;
}

static gboolean parse_run(struct table *t, GStrv cells, GError **error)
{
	struct tsim_kernel_run *run = run_new();

	g_ptr_array_add(t->runs, run);
	if (g_strv_length(cells) != g_strv_length(t->names))
		return tsim_throw(error, "%s:%u: %u columns, the first line has %u", t->path,
				  t->line, g_strv_length(cells), g_strv_length(t->names));
	for (guint i = 0; cells[i]; i++)
		if (!parse_cell(t, t->names[i], cells[i], run, error))
			return FALSE;
	return TRUE;
}

static gboolean parse_line(struct table *t, char *line, GError **error)
{
	g_auto(GStrv) cells = NULL;

	t->line++;
	g_strchomp(line);
	if (*line == '\0' || *line == '#')
		return TRUE;
	cells = g_strsplit(line, ",", -1);
	if (t->names)
		return parse_run(t, cells, error);
	t->names = g_steal_pointer(&cells);
	return g_strv_contains((const char *const *)t->names, "run") ||
	       tsim_throw(error, "%s:%u: no column 'run': this line should name the columns",
			  t->path, t->line);
}

static gboolean load(const char *name, GPtrArray *runs, GError **error)
{
	g_autofree char *path = tsim_data_file(name, error), *text = NULL;
	struct table t = { .path = path, .runs = runs };
	g_auto(GStrv) lines = NULL;
	g_autoptr(GError) local = NULL;
	gboolean ok = TRUE;

	if (!path)
		return FALSE;
	if (!g_file_get_contents(path, &text, NULL, &local))
		return tsim_throw(error, "%s", local->message);
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; ok && lines[i]; i++)
		ok = parse_line(&t, lines[i], error);
	if (ok && runs->len == 0)
		ok = tsim_throw(error, "%s: no line of a run in this file", path);
	g_strfreev(t.names);
	return ok;
}

/* The table's condition, with all that the whole recording tells. */
static void merge(GPtrArray *runs, GPtrArray *recorded)
{
	while (recorded->len > 0) {
		struct tsim_kernel_run *whole = g_ptr_array_steal_index(recorded, 0), *run = NULL;

		for (guint i = 0; i < runs->len && !run; i++) {
			struct tsim_kernel_run *r = g_ptr_array_index(runs, i);

			run = strcmp(r->name, whole->name) == 0 ? r : NULL;
		}
		if (run) {
			run->observed = whole->observed;
			run_free(whole);
		} else {
			g_ptr_array_add(runs, whole);
		}
	}
}

/**
 * tsim_kernel_runs_load:
 * Returns: (transfer full) (nullable) (element-type struct tsim_kernel_run):
 * every run of the kernel that is known.
 */
GPtrArray *tsim_kernel_runs_load(GError **error)
{
	g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func((GDestroyNotify)run_free);
	g_autoptr(GPtrArray) recorded = g_ptr_array_new_with_free_func((GDestroyNotify)run_free);

	if (!load(TSIM_KERNEL_RUNS_FILE, runs, error) ||
	    !load("validation/kernel/recorded.csv", recorded, error))
		return NULL;
	merge(runs, recorded);
	return g_steal_pointer(&runs);
}

/** tsim_kernel_csv_head() - the names of the columns */
char *tsim_kernel_csv_head(void)
{
	GString *text = g_string_new("run");

	for (guint i = 0; i < TSIM_N_OBSERVABLES; i++)
		g_string_append_printf(text, ",%s", tsim_observable_names[i]);
	g_string_append_c(text, '\n');
	return g_string_free(text, FALSE);
}

/**
 * tsim_kernel_csv_line() - one run
 * @name: of the run
 * @observed: what is not a finite number is left empty
 */
char *tsim_kernel_csv_line(const char *name, const struct tsim_observed *observed)
{
	GString *text = g_string_new(name);

	for (guint i = 0; i < TSIM_N_OBSERVABLES; i++) {
		g_string_append_c(text, ',');
		if (isfinite(observed->value[i]))
			g_string_append_printf(text, "%.6g", observed->value[i]);
	}
	g_string_append_c(text, '\n');
	return g_string_free(text, FALSE);
}
