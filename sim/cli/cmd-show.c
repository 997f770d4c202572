/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "cli.h"
#include "world.h"

static char *experiment;
static char **sets;
static gboolean origin;

static const GOptionEntry entries[] = {
	{ "experiment", 'e', 0, G_OPTION_ARG_STRING, &experiment,
	  "the experiment, when CONFIG has several", "NAME" },
	{ "set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &sets,
	  "override a value; may be repeated, the last one wins", "GROUP.KEY=VALUE" },
	{ "origin", 0, 0, G_OPTION_ARG_NONE, &origin, "say where each value was set", NULL },
	{ NULL },
};

static const char examples[] =
	"The output is a configuration itself: it needs no other file and resolves to\n"
	"the same values.\n"
	"\n"
	"Examples:\n"
	"  trimsim show my.conf --origin | grep discard\n"
	"  trimsim show my.conf -e latency --set policy.pinned-chunk.x=1ms > resolved.conf\n";

static gboolean show(const char *path, GError **error)
{
	g_autoptr(TsimConfig) config = tsim_cli_load(path, sets, error);
	g_autoptr(TsimResolved) resolved = NULL;
	g_autofree char *text = NULL;

	if (!config)
		return FALSE;
	resolved = tsim_config_resolve(config, experiment, tsim_setup_schema(), error);
	if (!resolved)
		return FALSE;
	text = tsim_resolved_manifest_full(resolved, origin);
	fputs(text, stdout);
	return TRUE;
}

int tsim_cmd_show(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	gboolean ok = tsim_cli_parse(&argc, &argv, entries, "CONFIG", examples, 1, 1, &error) &&
		      show(argv[1], &error);

	g_free(experiment);
	g_strfreev(sets);
	return ok ? TSIM_EXIT_OK : tsim_cli_fail(error);
}
