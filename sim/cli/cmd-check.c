/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "cli.h"
#include "world.h"

static char **sets;

static const GOptionEntry entries[] = {
	{ "set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &sets,
	  "override a value; may be repeated, the last one wins", "GROUP.KEY=VALUE" },
	{ NULL },
};

static const char examples[] =
	"Checks every group and every experiment as `trimsim run` would, and runs\n"
	"nothing.  A file without experiments, one of presets, is checked as well.\n"
	"\n"
	"Examples:\n"
	"  trimsim check my.conf\n"
	"  trimsim check my.conf --set device.discard.base=5ms\n";

static gboolean check_experiment(const TsimConfig *config, const char *name, GError **error)
{
	g_autoptr(TsimResolved)
		resolved = tsim_config_resolve(config, name, tsim_setup_schema(), error);
	g_autoptr(TsimSetup) setup = resolved ? tsim_setup_new(resolved, error) : NULL;

	return setup != NULL;
}

/* All is checked before anything is printed: nothing but the error comes out of a bad file. */
static gboolean check(const char *path, GError **error)
{
	g_autoptr(TsimConfig) config = tsim_cli_load(path, sets, error);
	g_auto(GStrv) names = NULL;

	if (!config || !tsim_groups_check(config, tsim_setup_schema(), error))
		return FALSE;
	names = tsim_config_experiments(config);
	for (guint i = 0; names[i]; i++)
		if (!check_experiment(config, names[i], error))
			return FALSE;
	for (guint i = 0; names[i]; i++)
		printf("%s: experiment %s: ok\n", path, names[i]);
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
