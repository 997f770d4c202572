/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "error.h"
#include "output.h"
#include "plot-data.h"
#include "plot-title.h"
#include "reopen.h"

static char *terminal, *only;

#define NAMES(BREAK)                                                                     \
	"corruption, stall, space-time, risk, risk-map, stall-map, trade," BREAK         \
	"chunk-alloc, ccdf, funnel, timeline, convergence, paired, read-latency," BREAK  \
	"discard-size; of validate -o DIR: validation, write-amplification," BREAK       \
	"of validate devices -o DIR: devices"

static const GOptionEntry entries[] = {
	{ "terminal", 0, 0, G_OPTION_ARG_STRING, &terminal,
	  "png (default), svg, pdf, or dumb: text on standard output", "NAME" },
	{ "only", 0, 0, G_OPTION_ARG_STRING, &only, "one figure", "NAME" },
	{ NULL },
};

static const char examples[] =
	"Figures: " NAMES("\n  ") ".\n"
	"They go to DIR/plots; what cannot be drawn is left out, with a word why.\n"
	"The write amplification of a run is in its report and in points.tsv.\n"
	"The scripts can be used by hand:\n"
	"  gnuplot -c plots/risk-map.gp DIR svg map.svg\n"
	"  gnuplot -c plots/space-time.gp DIR/data/race-002.tsv svg second.svg 'hit 2'\n"
	"\n"
	"Examples:\n"
	"  trimsim plot results/latency-0123456789ab\n"
	"  trimsim plot results/latency-0123456789ab --only stall --terminal dumb\n";

/* What a script ends with that has nothing to draw; it has said why. */
#define NOTHING_TO_DRAW 3

/* Makes a table that the result does not have yet. */
typedef gboolean (*make_fn)(const char *dir, const char *path, GError **error);
static gboolean make_timeline(const char *dir, const char *path, GError **error);
static gboolean make_convergence(const char *dir, const char *path, GError **error);

#define OLDER "an older version of trimsim made this result"
#define BARE "the workload has no file system, only the bare device"

static const struct figure {
	const char *name, *script, *data;
	const char *without; /* why there may be no data */
	make_fn make;
	gboolean risk; /* it shows what a file system loses */
} figures[] = {
	{ "corruption", "corruption", "data/corruption.tsv", NULL, NULL, TRUE },
	{ "stall", "stall", "data/stall.tsv", NULL, NULL, FALSE },
	{ "space-time", "space-time", "data/race-001.tsv", "no policy had a hit", NULL, FALSE },
	{ "risk", "risk", "points.tsv", NULL, NULL, TRUE },
	{ "risk-map", "risk-map", "points.tsv", NULL, NULL, TRUE },
	{ "stall-map", "stall-map", "points.tsv", NULL, NULL, FALSE },
	{ "trade", "trade", "points.tsv", NULL, NULL, FALSE },
	{ "chunk-alloc", "stall", "data/chunk-alloc.tsv", NULL, NULL, FALSE },
	{ "ccdf", "ccdf", "data/stall.tsv", NULL, NULL, FALSE },
	{ "funnel", "funnel", "data/funnel.tsv", NULL, NULL, FALSE },
	{ "timeline", "timeline", "data/timeline.tsv", NULL, make_timeline, FALSE },
	{ "convergence", "convergence", "data/convergence.tsv", NULL, make_convergence, TRUE },
	{ "paired", "paired", "data/paired.tsv", OLDER, NULL, TRUE },
	{ "read-latency", "read-latency", "data/read.tsv", OLDER, NULL, FALSE },
	{ "discard-size", "discard-size", "data/latency.tsv", OLDER, NULL, FALSE },
};
/* Of other kinds of directories. */
#define VALIDATED "it is drawn of what validate -o leaves"
static const struct figure others[] = {
	{ "validation", "validation", "validation.tsv", VALIDATED, NULL, FALSE },
	{ "write-amplification", "write-amplification", "validation.tsv", VALIDATED, NULL, FALSE },
	{ "devices", "devices", "devices-sizes.tsv",
	  "it is drawn of what validate devices -o leaves", NULL, FALSE },
};

/* The figure of another kind of directory that is called @name, or NULL. */
static const struct figure *find_other(const char *name)
{
	for (guint i = 0; i < G_N_ELEMENTS(others); i++)
		if (strcmp(name, others[i].name) == 0)
			return &others[i];
	return NULL;
}

static gboolean check_options(GError **error)
{
	static const char *const terminals[] = { "png", "svg", "pdf", "dumb", NULL };

	if (terminal && !g_strv_contains(terminals, terminal))
		return tsim_throw(error, "--terminal: '%s' is not one of png, svg, pdf, dumb",
				  terminal);
	for (guint i = 0; only && i < G_N_ELEMENTS(figures); i++)
		if (strcmp(only, figures[i].name) == 0)
			return TRUE;
	return !only || find_other(only) ||
	       tsim_throw(error, "--only: '%s' is not one of " NAMES(" "), only);
}

/* The scripts stand beside the bundled configurations. */
static char *find_script(const char *name, GError **error)
{
	g_auto(GStrv) dirs = tsim_data_directories();
	g_autofree char *base = g_strconcat(name, ".gp", NULL);

	for (guint i = 0; dirs[i]; i++) {
		g_autofree char *above = g_path_get_dirname(dirs[i]);
		g_autofree char *path = g_build_filename(above, "plots", base, NULL);

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			return g_steal_pointer(&path);
	}
	tsim_throw(error, "cannot find plots/%s, set TRIMSIM_DATADIR to the configs beside it",
		   base);
	return NULL;
}

/*
 * gnuplot says where on a line of its own with a caret, and warns; the line
 * with other words in it is of use.
 */
static char *first_words(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);

	for (guint i = 0; lines[i]; i++) {
		g_strstrip(lines[i]);
		if (lines[i][0] && strspn(lines[i], "^ ") != strlen(lines[i]) &&
		    !strstr(lines[i], "warning: "))
			return g_strdup(lines[i]);
	}
	return g_strdup("no reason given");
}

/* @drawn: (out): FALSE when there is nothing to draw, which is said */
static gboolean run_gnuplot(const struct figure *figure, const char *data, const char *output,
			    const char *title, gboolean *drawn, GError **error)
{
	g_autofree char *script = find_script(figure->script, error), *text = NULL, *words = NULL;
	const char *term = terminal ? terminal : "png";
	const char *argv[] = { "gnuplot", "-c", script, data, term, output, title, NULL };
	g_autoptr(GSubprocess) process = NULL;
	g_autoptr(GError) local = NULL;

	*drawn = FALSE;
	if (!script)
		return FALSE;
	fflush(stdout);
	process = g_subprocess_newv(argv, G_SUBPROCESS_FLAGS_STDERR_PIPE, &local);
	if (!process || !g_subprocess_communicate_utf8(process, NULL, NULL, NULL, &text, &local))
		return tsim_throw_run(error, "cannot run gnuplot: %s", local->message);
	*drawn = g_subprocess_get_successful(process);
	if (*drawn)
		return TRUE;
	words = first_words(text);
	if (!g_subprocess_get_if_exited(process) ||
	    g_subprocess_get_exit_status(process) != NOTHING_TO_DRAW)
		return tsim_throw_run(error, "%s: gnuplot failed: %s", script, words);
	fprintf(stderr, "%s: no figure, %s\n", figure->name, words);
	return TRUE;
}

/* A figure appears in the result when it is complete. */
static gboolean plot_to_file(const char *dir, const struct figure *figure, const char *data,
			     const char *title, GError **error)
{
	g_autofree char *plots = g_build_filename(dir, "plots", NULL);
	g_autofree char *path =
		g_strdup_printf("%s/%s.%s", plots, figure->name, terminal ? terminal : "png");
	g_autofree char *made = g_strconcat(path, ".part", NULL);
	gboolean drawn;
	GStatBuf st;

	g_mkdir(plots, 0777);
	if (!run_gnuplot(figure, data, made, title, &drawn, error) || !drawn) {
		g_remove(made);
		return drawn || !*error;
	}
	if (g_stat(made, &st) < 0 || st.st_size == 0 || g_rename(made, path) < 0) {
		g_remove(made);
		return tsim_throw_run(error, "%s: cannot write", path);
	}
	puts(path);
	return TRUE;
}

/* ---- tables that only a figure needs ---- */

static gboolean write_convergence(struct tsim_reopened *r, TsimStore *store, const char *path,
				  GError **error)
{
	struct tsim_shard whole = { 0, 1 };
	g_autofree char *text = NULL;
	struct tsim_campaign c;

	if (tsim_campaign_init(&c, r->plan, store, &whole, FALSE, error))
		text = tsim_convergence_tsv(&c, error);
	tsim_campaign_clear(&c);
	return text && g_file_set_contents(path, text, -1, error);
}

static gboolean make_convergence(const char *dir, const char *path, GError **error)
{
	struct tsim_reopened r = { NULL };
	g_autoptr(TsimStore) store = tsim_reopen_store(dir, error);
	gboolean ok = store && tsim_reopen(&r, dir, store, error) &&
		      write_convergence(&r, store, path, error);

	tsim_reopened_clear(&r);
	return ok;
}

static gboolean make_timeline(const char *dir, const char *path, GError **error)
{
	struct tsim_reopened r = { NULL };
	g_autoptr(TsimStore) store = tsim_reopen_store(dir, error);
	gboolean ok = store && tsim_reopen(&r, dir, store, error) &&
		      tsim_timeline_write(r.plan, path, error);

	tsim_reopened_clear(&r);
	return ok;
}

/* FALSE: the figure is left out, which is said, or with @error it is a mistake */
static gboolean have_data(const char *dir, const struct figure *figure, const char *data,
			  GError **error)
{
	g_autoptr(GError) local = NULL;
	GStatBuf st;

	if (g_stat(data, &st) == 0 && (st.st_size > 0 || !figure->make))
		return st.st_size > 0 ||
		       tsim_throw(error, "%s: empty, run it again with -o %s", data, dir);
	if (figure->make && figure->make(dir, data, &local))
		return TRUE;
	if (!figure->make && !figure->without)
		return tsim_throw(error, "%s: missing", data);
	fprintf(stderr, "%s: no figure, %s\n", figure->name,
		local ? local->message : figure->without);
	return FALSE;
}

/* Does no point of the result have a file system? */
static gboolean is_bare(const char *dir)
{
	g_autofree char *path = g_build_filename(dir, "manifest.conf", NULL);
	const struct tsim_plan_options options = { .force = TRUE };
	g_autoptr(TsimConfig) config = tsim_config_load(path, NULL);
	g_autoptr(TsimPlan) plan = config ? tsim_plan_new(config, NULL, &options, NULL) : NULL;
	gboolean bare = plan != NULL;

	for (guint64 i = 0; bare && i < tsim_plan_n_points(plan); i++) {
		const TsimSetup *setup = tsim_plan_setup(plan, i, NULL);

		bare = setup && tsim_setup_experiment(setup)->bare;
	}
	return bare;
}

static gboolean plot_figure(const char *dir, const struct figure *figure, const char *title,
			    GError **error)
{
	g_autofree char *data = g_build_filename(dir, figure->data, NULL), *own = NULL;
	g_autoptr(GError) local = NULL;
	gboolean drawn;

	if (!have_data(dir, figure, data, &local)) {
		if (local)
			g_propagate_error(error, g_steal_pointer(&local));
		return !*error;
	}
	/* What the variables set stands in the manifest beside it. */
	if (strcmp(figure->data, "points.tsv") == 0) {
		g_free(data);
		data = g_strdup(dir);
	}
	if (strcmp(figure->name, "space-time") == 0)
		own = tsim_plot_race_title(dir, title);
	if (g_strcmp0(terminal, "dumb") == 0)
		return run_gnuplot(figure, data, "-", own ? own : title, &drawn, error);
	return plot_to_file(dir, figure, data, own ? own : title, error);
}

/* The figure that a directory of another kind is for; NULL: it is none. */
static const struct figure *other_of(const char *dir)
{
	for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
		g_autofree char *table = g_build_filename(dir, others[i].data, NULL);

		if (g_file_test(table, G_FILE_TEST_EXISTS))
			return &others[i];
	}
	return NULL;
}

/* All that is drawn of a directory like that of @other. */
static gboolean plot_others(const char *dir, const struct figure *other, GError **error)
{
	gboolean any = FALSE;

	for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
		if (strcmp(others[i].data, other->data) != 0 ||
		    (only && strcmp(only, others[i].name) != 0))
			continue;
		any = TRUE;
		if (!plot_figure(dir, &others[i], NULL, error))
			return FALSE;
	}
	return any || tsim_throw(error, "--only: %s has no '%s'", dir, only);
}

static gboolean plot_result(const char *dir, const char *title, GError **error)
{
	gboolean bare = is_bare(dir);

	for (guint i = 0; i < G_N_ELEMENTS(figures); i++) {
		if (only && strcmp(only, figures[i].name) != 0)
			continue;
		if (bare && figures[i].risk)
			fprintf(stderr, "%s: no figure, " BARE "\n", figures[i].name);
		else if (!plot_figure(dir, &figures[i], title, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean plot(const char *dir, GError **error)
{
	const struct figure *other = other_of(dir);
	g_autofree char *title = NULL;

	if (!check_options(error))
		return FALSE;
	if (other)
		return plot_others(dir, other, error);
	if (!tsim_output_expect(dir, error))
		return FALSE;
	title = tsim_plot_title(dir, g_strcmp0(terminal, "dumb") == 0, error);
	if (!title)
		return FALSE;
	if (only && find_other(only))
		return plot_figure(dir, find_other(only), title, error);
	return plot_result(dir, title, error);
}

int tsim_cmd_plot(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	gboolean ok = tsim_cli_parse(&argc, &argv, entries, "DIR", examples, 1, 1, &error) &&
		      plot(argv[1], &error);

	g_free(terminal);
	g_free(only);
	return ok ? TSIM_EXIT_OK : tsim_cli_fail(error);
}
