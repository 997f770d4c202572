/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "cli.h"

/* Up to so many points each one is checked; of more, those that have a value for the first time. */
#define MAX_CHECKED 10000

static char **sets;
static gboolean force;

static const GOptionEntry entries[] = {
	{ "set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &sets,
	  "override a value; repeated, the last one wins", "GROUP.KEY=VALUE" },
	{ "force", 0, 0, G_OPTION_ARG_NONE, &force, "allow more than a million points", NULL },
	{ NULL },
};

static const char examples[] =
	"Checks every group and every experiment as `trimsim run` would, and runs\n"
	"nothing.  A file without experiments, one of presets, is checked as well.\n"
	"Every point of a sweep is checked; of more than 10000 those are that have a\n"
	"value which no point before them has.\n"
	"\n"
	"Examples:\n"
	"  trimsim check my.conf\n"
	"  trimsim check my.conf --set device.discard.base=5ms\n";

/* Has @point a value that was not @seen before? */
static gboolean has_new_value(const TsimSweep *sweep, guint64 point, GHashTable *seen)
{
	gboolean new = FALSE;

	for (guint v = 0; v < tsim_sweep_n_variables(sweep); v++) {
		const char *value = tsim_sweep_value(sweep, point, v);

		new |= g_hash_table_add(seen, g_strdup_printf("%u %s", v, value));
	}
	return new;
}

/* The number of points, 0 when one is wrong. */
static guint64 check_experiment(const TsimConfig *config, const char *name, GError **error)
{
	g_autoptr(TsimSweep) sweep = tsim_cli_sweep(config, name, force, error);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	const guint64 n = sweep ? tsim_sweep_n_points(sweep) : 0;

	for (guint64 point = 0; point < n; point++) {
		g_autoptr(TsimSetup) setup = NULL;

		if (n > MAX_CHECKED && !has_new_value(sweep, point, seen))
			continue;
		setup = tsim_cli_setup(sweep, point, error);
		if (!setup)
			return 0;
	}
	return n;
}

/* All is checked before anything is printed: nothing but the error comes out of a bad file. */
static gboolean check(const char *path, GError **error)
{
	g_autoptr(TsimConfig) config = tsim_cli_load(path, sets, error);
	g_autofree guint64 *points = NULL;
	g_auto(GStrv) names = NULL;

	if (!config || !tsim_groups_check(config, tsim_setup_schema(), error))
		return FALSE;
	names = tsim_config_experiments(config);
	points = g_new0(guint64, g_strv_length(names) + 1);
	for (guint i = 0; names[i]; i++) {
		points[i] = check_experiment(config, names[i], error);
		if (!points[i])
			return FALSE;
	}
	for (guint i = 0; names[i]; i++) {
		printf("%s: experiment %s: ok", path, names[i]);
		if (points[i] > 1)
			printf(", %" G_GUINT64_FORMAT " points", points[i]);
		putchar('\n');
	}
	if (!names[0])
		printf("%s: no experiments, groups ok\n", path);
	return TRUE;
}

int tsim_cmd_check(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	gboolean ok = tsim_cli_parse(&argc, &argv, entries, "CONFIG", examples, 1, 1, &error) &&
		      check(argv[1], &error);

	g_strfreev(sets);
	return ok ? TSIM_EXIT_OK : tsim_cli_fail(error);
}
