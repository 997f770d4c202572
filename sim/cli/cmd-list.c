/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <stdio.h>

#include "cli.h"
#include "error.h"
#include "list.h"
#include "runner.h"

/* A few points stand for all; each is timed for so long, all together for so long. */
#define TIMED_POINTS 5
#define TIMED_POINT_US (G_USEC_PER_SEC / 5)
#define TIMED_ALL_US (3 * G_USEC_PER_SEC)

static char *experiment, *selection, *format;
static char **sets;
static gboolean force;

static const GOptionEntry entries[] = {
	{ "experiment", 'e', 0, G_OPTION_ARG_STRING, &experiment,
	  "the experiment, when CONFIG has several", "NAME" },
	{ "select", 'r', 0, G_OPTION_ARG_STRING, &selection,
	  "only points 0, 0..9, or 'D > 10ms && T == 30s'", "SELECTION" },
	{ "set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &sets,
	  "override a value; repeated, the last one wins", "GROUP.KEY=VALUE" },
	{ "format", 0, 0, G_OPTION_ARG_STRING, &format, "text (default), tsv or json", "FORMAT" },
	{ "force", 0, 0, G_OPTION_ARG_NONE, &force, "allow more than a million points", NULL },
	{ NULL },
};

static const char examples[] =
	"Prints the points of a sweep with the values of its variables, how many\n"
	"replications they are, and about how long these take with nothing stored yet:\n"
	"a few replications of up to five points are run for that, on all processors,\n"
	"which takes some seconds.  tsv has only the points and runs nothing.\n"
	"\n"
	"SELECTION is numbers, 0..9 or 1, 4, or a condition with the operators\n"
	"== != < <= > >= && || ! + - * / and min max sqrt log exp.\n"
	"\n"
	"Examples:\n"
	"  trimsim list my.conf\n"
	"  trimsim list my.conf -e latency -r 'D > 10ms && T == 30s'\n"
	"  trimsim list my.conf --set 'device.discard.base=${1ms, 5ms}' --format tsv\n";

/*
 * Run @n replications of @setup on all processors, which others may use as well; microseconds,
 * or -1 when that does not work.
 */
static gint64 time_replications(TsimSetup *setup, guint64 n, GError **error)
{
	struct tsim_runner_options options = { .max_failures = 1 };
	g_autoptr(TsimTally) tally = NULL;
	g_autoptr(GPtrArray) failures = NULL;
	const gint64 start = g_get_monotonic_time();

	tsim_setup_set_replications(setup, n);
	if (!tsim_runner_run(setup, &options, &tally, &failures, error))
		return -1;
	return failures->len ? -1 : g_get_monotonic_time() - start;
}

/* Double the replications of a point until they take long enough to be timed. */
static gboolean time_point(struct tsim_list *list, guint64 point, double *seconds, GError **error)
{
	g_autoptr(TsimSetup) setup = tsim_cli_setup(list->sweep, point, error);
	gint64 first = 0, us = 0;
	guint64 n, n_first;

	if (!setup)
		return FALSE;
	list->policies = g_strv_length(tsim_setup_experiment(setup)->policies);
	list->replications = tsim_setup_experiment(setup)->replications;
	list->ruled |= tsim_setup_experiment(setup)->enough > 0;
	n = n_first = MIN(list->jobs, list->replications);
	for (;; n = MIN(2 * n, list->replications)) {
		us = time_replications(setup, n, error);
		if (us < 0)
			return *error == NULL;
		first = n == n_first ? us : first;
		if (us >= TIMED_POINT_US || n == list->replications)
			break;
	}
	/* The first ones pay for the start of the workers. */
	*seconds += (n > n_first && us > first ? (double)(us - first) / (double)(n - n_first) :
						 (double)us / (double)n) /
		    G_USEC_PER_SEC;
	list->timed += n;
	list->timed_points++;
	return TRUE;
}

static gboolean time_points(struct tsim_list *list, GError **error)
{
	const gint64 start = g_get_monotonic_time();
	const guint n = MIN(list->points->len, TIMED_POINTS);
	double seconds = 0;

	list->jobs = g_get_num_processors();
	for (guint i = 0; i < n && g_get_monotonic_time() - start < TIMED_ALL_US; i++) {
		/* Spread over all of them, the first and the last among them. */
		const guint at = n > 1 ? i * (guint64)(list->points->len - 1) / (n - 1) : 0;

		if (!time_point(list, g_array_index(list->points, guint64, at), &seconds, error))
			return FALSE;
	}
	list->replication_s = seconds / MAX(list->timed_points, 1);
	return TRUE;
}

static GArray *all_points(const TsimSweep *sweep)
{
	GArray *points = g_array_new(FALSE, FALSE, sizeof(guint64));

	for (guint64 point = 0; point < tsim_sweep_n_points(sweep); point++)
		g_array_append_val(points, point);
	return points;
}

static gboolean check_format(GError **error)
{
	static const char *const formats[] = { "text", "tsv", "json", NULL };

	return !format || g_strv_contains(formats, format) ||
	       tsim_throw(error, "--format: '%s' is not one of text, tsv, json", format);
}

static gboolean list(const char *path, GError **error)
{
	g_autoptr(TsimConfig) config = check_format(error) ? tsim_cli_load(path, sets, error) :
							     NULL;
	g_autoptr(TsimSweep) sweep = config ? tsim_cli_sweep(config, experiment, force, error) :
					      NULL;
	g_autoptr(GArray) points = NULL;
	struct tsim_list what = { .sweep = sweep };

	if (!sweep)
		return FALSE;
	points = selection ? tsim_sweep_select(sweep, selection, error) : all_points(sweep);
	what.points = points;
	if (!points || (g_strcmp0(format, "tsv") && !time_points(&what, error)))
		return FALSE;
	tsim_list_print(&what, format ?: "text");
	return TRUE;
}

int tsim_cmd_list(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	gboolean ok = tsim_cli_parse(&argc, &argv, entries, "CONFIG", examples, 1, 1, &error) &&
		      list(argv[1], &error);

	g_free(experiment);
	g_free(selection);
	g_free(format);
	g_strfreev(sets);
	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
		fputs("trimsim: interrupted\n", stderr);
		return TSIM_EXIT_INTERRUPTED;
	}
	return ok ? TSIM_EXIT_OK : tsim_cli_fail(error);
}
