/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "error.h"
#include "output.h"
#include "race-file.h"

static char *terminal, *only;

static const GOptionEntry entries[] = {
	{ "terminal", 0, 0, G_OPTION_ARG_STRING, &terminal,
	  "png (default), svg, pdf, or dumb: text on standard output", "NAME" },
	{ "only", 0, 0, G_OPTION_ARG_STRING, &only, "one figure: corruption, stall or space-time",
	  "NAME" },
	{ NULL },
};

static const char examples[] =
	"Figures go to DIR/plots.  The scripts can be used by hand too:\n"
	"  gnuplot -c plots/space-time.gp DIR/data/race-002.tsv svg second.svg 'second hit'\n"
	"\n"
	"Examples:\n"
	"  trimsim plot results/latency-0123456789ab\n"
	"  trimsim plot results/latency-0123456789ab --only stall --terminal dumb\n";

static const struct figure {
	const char *name, *data;
	const char *without; /* why there may be no data */
} figures[] = {
	{ "corruption", "corruption.tsv", NULL },
	{ "stall", "stall.tsv", NULL },
	{ "space-time", "race-001.tsv", "no policy had a hit" },
};

static gboolean check_options(GError **error)
{
	static const char *const terminals[] = { "png", "svg", "pdf", "dumb", NULL };

	if (terminal && !g_strv_contains(terminals, terminal))
		return tsim_throw(error, "--terminal: '%s' is not one of png, svg, pdf, dumb",
				  terminal);
	for (guint i = 0; only && i < G_N_ELEMENTS(figures); i++)
		if (strcmp(only, figures[i].name) == 0)
			return TRUE;
	return !only ||
	       tsim_throw(error, "--only: '%s' is not one of corruption, stall, space-time", only);
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

static const char *member(JsonObject *o, const char *name)
{
	JsonNode *node = json_object_get_member(o, name);

	return node && JSON_NODE_HOLDS_VALUE(node) &&
			       json_node_get_value_type(node) == G_TYPE_STRING ?
		       json_node_get_string(node) :
		       "?";
}

/* "latency: generic-038 on nvme, btrfs-3.18, seed 7": what it takes to repeat the figure. */
static char *read_title(const char *dir, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "result.json", NULL);
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autoptr(GError) local = NULL;
	JsonObject *o;

	if (!json_parser_load_from_file(parser, path, &local) ||
	    !JSON_NODE_HOLDS_OBJECT(json_parser_get_root(parser))) {
		tsim_throw(error, "%s: %s", path, local ? local->message : "not a result");
		return NULL;
	}
	o = json_node_get_object(json_parser_get_root(parser));
	return g_strdup_printf("%s: %s on %s, %s, seed %" G_GINT64_FORMAT, member(o, "experiment"),
			       member(o, "workload"), member(o, "device"), member(o, "filesystem"),
			       json_object_get_int_member_with_default(o, "seed", 0));
}

/* The space-time plot shows the first kept hit; its title says whose it is. */
static char *title_of_hit(const char *dir, const char *title)
{
	g_autofree char *races = g_build_filename(dir, "races", NULL);
	g_autoptr(GDir) d = g_dir_open(races, 0, NULL);
	const char *name;

	while (d && (name = g_dir_read_name(d))) {
		g_autofree char *path = g_build_filename(races, name, NULL);
		g_autoptr(TsimRaceFile) file = NULL;

		if (g_str_has_prefix(name, "001-"))
			file = tsim_race_file_load(path, NULL);
		if (file)
			return g_strdup_printf("%s\npolicy %s, hit 1, replication %u", title,
					       file->policy, file->kept->replication);
	}
	return g_strdup(title);
}

/* gnuplot says where on a line of its own with a caret; the line with words in it is of use. */
static char *first_words(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);

	for (guint i = 0; lines[i]; i++) {
		g_strstrip(lines[i]);
		if (lines[i][0] && strspn(lines[i], "^ ") != strlen(lines[i]))
			return g_strdup(lines[i]);
	}
	return g_strdup("no reason given");
}

static gboolean run_gnuplot(const char *script, const char *data, const char *term,
			    const char *output, const char *title, GError **error)
{
	const char *argv[] = { "gnuplot", "-c", script, data, term, output, title, NULL };
	GSubprocessFlags flags = G_SUBPROCESS_FLAGS_STDERR_PIPE;
	g_autoptr(GSubprocess) process = NULL;
	g_autofree char *text = NULL, *words = NULL;
	g_autoptr(GError) local = NULL;

	fflush(stdout);
	process = g_subprocess_newv(argv, flags, &local);
	if (!process || !g_subprocess_communicate_utf8(process, NULL, NULL, NULL, &text, &local))
		return tsim_throw_run(error, "cannot run gnuplot: %s", local->message);
	if (g_subprocess_get_successful(process))
		return TRUE;
	words = first_words(text);
	return tsim_throw_run(error, "%s: gnuplot failed: %s", script, words);
}

/* A figure appears in the result when it is complete. */
static gboolean plot_to_file(const char *dir, const char *script, const char *data,
			     const char *name, const char *title, GError **error)
{
	const char *term = terminal ? terminal : "png";
	g_autofree char *plots = g_build_filename(dir, "plots", NULL);
	g_autofree char *path = g_strdup_printf("%s/%s.%s", plots, name, term);
	g_autofree char *made = g_strconcat(path, ".part", NULL);
	GStatBuf st;

	g_mkdir(plots, 0777);
	if (!run_gnuplot(script, data, term, made, title, error)) {
		g_remove(made);
		return FALSE;
	}
	if (g_stat(made, &st) < 0 || st.st_size == 0 || g_rename(made, path) < 0) {
		g_remove(made);
		return tsim_throw_run(error, "%s: cannot write", path);
	}
	puts(path);
	return TRUE;
}

static gboolean plot_figure(const char *dir, const struct figure *figure, const char *title,
			    GError **error)
{
	g_autofree char *data = g_build_filename(dir, "data", figure->data, NULL);
	g_autofree char *script = find_script(figure->name, error);
	g_autofree char *heading = figure->without ? title_of_hit(dir, title) : g_strdup(title);

	if (!script)
		return FALSE;
	if (!g_file_test(data, G_FILE_TEST_EXISTS)) {
		if (!figure->without)
			return tsim_throw(error, "%s: missing", data);
		fprintf(stderr, "%s: no figure, %s\n", figure->name, figure->without);
		return TRUE;
	}
	if (g_strcmp0(terminal, "dumb") == 0)
		return run_gnuplot(script, data, "dumb", "-", heading, error);
	return plot_to_file(dir, script, data, figure->name, heading, error);
}

static gboolean plot(const char *dir, GError **error)
{
	g_autofree char *title = NULL;

	if (!check_options(error) || !tsim_output_expect(dir, error))
		return FALSE;
	title = read_title(dir, error);
	if (!title)
		return FALSE;
	for (guint i = 0; i < G_N_ELEMENTS(figures); i++)
		if ((!only || strcmp(only, figures[i].name) == 0) &&
		    !plot_figure(dir, &figures[i], title, error))
			return FALSE;
	return TRUE;
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
