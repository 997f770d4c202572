/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "error.h"
#include "ftrace.h"
#include "kernel.h"

#define MAX_REPLICATIONS 100000

static char *replications, *seed, *format, *dir;
static int jobs;
static gboolean measure, sensitivity;

static const GOptionEntry entries[] = {
	{ "replications", 0, 0, G_OPTION_ARG_STRING, &replications,
	  "simulated runs of a row and of a point of a sweep (60)", "N" },
	{ "seed", 0, 0, G_OPTION_ARG_STRING, &seed, "of all random numbers (20261122)", "S" },
	{ "jobs", 'j', 0, G_OPTION_ARG_INT, &jobs, "worker processes; default: one per processor",
	  "N" },
	{ "format", 0, 0, G_OPTION_ARG_STRING, &format, "what is printed: text (default) or json",
	  "FORMAT" },
	{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &dir,
	  "write kernel.txt, .json and .tsv there too", "DIR" },
	{ "measure", 0, 0, G_OPTION_ARG_NONE, &measure,
	  "print a line of figures of each TRACE instead", NULL },
	{ "sensitivity", 0, 0, G_OPTION_ARG_NONE, &sensitivity,
	  "halve and double each parameter instead", NULL },
	{ NULL },
};

static const char examples[] =
	"Simulates the workload of recordings of a real btrfs, and compares with what\n"
	"was measured of them.  SERIES is one of k, m1, m2, m3; default: all.\n"
	"Exit status 4: a figure is further off than docs/validation-kernel.md permits.\n"
	"\n"
	"Examples:\n"
	"  trimsim validate kernel\n"
	"  trimsim validate kernel k --replications 200 --seed 7\n"
	"  trimsim validate kernel -o results/kernel\n"
	"  gnuplot -c plots/kernel.gp results/kernel/kernel.tsv svg kernel.svg\n"
	"  trimsim validate kernel --sensitivity -o results/kernel\n"
	"  gnuplot -c plots/kernel-sensitivity.gp results/kernel/kernel-sensitivity.tsv\n"
	"  trimsim validate kernel --measure my-trace.txt.gz\n";

/* ---- --measure ---- */

/* "trace-A5.txt.gz" is the run A5. */
static char *name_of(const char *path)
{
	g_autofree char *base = g_path_get_basename(path);
	const char *name = g_str_has_prefix(base, "trace-") ? base + strlen("trace-") : base;

	return g_strndup(name, strcspn(name, "."));
}

static gboolean measure_one(const char *path, GString *out, GError **error)
{
	g_autoptr(GArray) events = tsim_ftrace_read(path, error);
	g_autoptr(TsimObserver) observer = tsim_observer_new();
	g_autofree char *name = name_of(path), *line = NULL;
	struct tsim_observed observed;

	if (!events)
		return FALSE;
	for (guint i = 0; i < events->len; i++)
		tsim_observer_event(observer, &g_array_index(events, struct tsim_trace_event, i));
	tsim_observer_finish(observer, &observed);
	line = tsim_kernel_csv_line(name, &observed);
	g_string_append(out, line);
	return TRUE;
}

static gboolean measure_all(char **paths, GError **error)
{
	g_autofree char *head = tsim_kernel_csv_head();
	g_autoptr(GString) out = g_string_new(head);

	if (!paths[0])
		return tsim_throw(error, "--measure: name a trace");
	for (guint i = 0; paths[i]; i++)
		if (!measure_one(paths[i], out, error))
			return FALSE;
	fputs(out->str, stdout);
	return TRUE;
}

/* ---- the table ---- */

static gboolean check_options(struct tsim_kernel_options *o, GError **error)
{
	guint64 n = TSIM_KERNEL_REPLICATIONS;

	if (format && strcmp(format, "text") && strcmp(format, "json"))
		return tsim_throw(error, "--format: '%s' is not one of text, json", format);
	if (!tsim_cli_check_jobs(jobs, error))
		return FALSE;
	if (!tsim_cli_count("replications", replications, 2, MAX_REPLICATIONS, &n, error) ||
	    !tsim_cli_count("seed", seed, 0, G_MAXUINT32, &o->seed, error))
		return FALSE;
	o->replications = (guint)n;
	o->jobs = (guint)jobs;
	return tsim_cli_make_directory(dir, error);
}

static void print_report(const struct tsim_kernel_report *report, gpointer data)
{
	tsim_cli_print(data, tsim_kernel_text(report));
}

static gboolean validate(char **series, gboolean *passed, GError **error)
{
	struct tsim_kernel_options options = { .series = series, .seed = TSIM_KERNEL_SEED };
	g_autoptr(GString) text = g_string_new(NULL);
	struct tsim_printer p = { .live = g_strcmp0(format, "json") != 0, .text = text };
	g_autoptr(TsimKernelTable) table = NULL;
	g_autofree char *json = NULL, *tsv = NULL;

	if (!check_options(&options, error) ||
	    !tsim_kernel_validate(&options, print_report, &p, &table, error))
		return FALSE;
	tsim_cli_print(&p, tsim_kernel_foot(table));
	json = tsim_kernel_json(table);
	tsv = tsim_kernel_tsv(table);
	if (!p.live)
		fputs(json, stdout);
	*passed = tsim_kernel_passed(table);
	return !dir || (tsim_cli_save(dir, "kernel.txt", text->str, error) &&
			tsim_cli_save(dir, "kernel.json", json, error) &&
			tsim_cli_save(dir, "kernel.tsv", tsv, error));
}

static gboolean pull_levers(GError **error)
{
	struct tsim_kernel_options options = { .seed = TSIM_KERNEL_SEED };
	g_autoptr(TsimKernelSensitivity) s = NULL;
	g_autofree char *text = NULL, *tsv = NULL;

	if (!check_options(&options, error))
		return FALSE;
	if (g_strcmp0(format, "json") == 0)
		return tsim_throw(error, "--format: --sensitivity has no JSON");
	s = tsim_kernel_sensitivity(&options, error);
	if (!s)
		return FALSE;
	text = tsim_kernel_sensitivity_text(s);
	tsv = tsim_kernel_sensitivity_tsv(s);
	fputs(text, stdout);
	return !dir || (tsim_cli_save(dir, "kernel-sensitivity.txt", text, error) &&
			tsim_cli_save(dir, "kernel-sensitivity.tsv", tsv, error));
}

static gboolean run(char **arguments, gboolean *passed, GError **error)
{
	if (measure && sensitivity)
		return tsim_throw(error, "--measure and --sensitivity: choose one");
	if (measure)
		return measure_all(arguments, error);
	if (sensitivity && arguments[0])
		return tsim_throw(error, "--sensitivity: it is always that of series k");
	return sensitivity ? pull_levers(error) : validate(arguments, passed, error);
}

int tsim_cmd_validate_kernel(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	gboolean passed = TRUE, ok;

	ok = tsim_cli_parse(&argc, &argv, entries, "[SERIES]...", examples, 0, G_MAXINT, &error) &&
	     run(argv + 1, &passed, &error);
	g_free(replications);
	g_free(seed);
	g_free(format);
	g_free(dir);
	if (!ok)
		return tsim_cli_fail(error);
	return passed ? TSIM_EXIT_OK : TSIM_EXIT_CHECK;
}
