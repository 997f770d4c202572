/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "cli.h"
#include "error.h"

static char *experiment, *selection;
static char **sets;
static gboolean origin, force;

static const GOptionEntry entries[] = {
	{ "experiment", 'e', 0, G_OPTION_ARG_STRING, &experiment,
	  "the experiment, when CONFIG has several", "NAME" },
	{ "set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &sets,
	  "override a value; repeated, the last one wins", "GROUP.KEY=VALUE" },
	{ "select", 'r', 0, G_OPTION_ARG_STRING, &selection,
	  "a point, by its number or by a condition", "SELECTION" },
	{ "force", 0, 0, G_OPTION_ARG_NONE, &force, "allow more than a million points", NULL },
	{ "origin", 0, 0, G_OPTION_ARG_NONE, &origin, "say where each value was set", NULL },
	{ NULL },
};

static const char examples[] =
	"The output is a configuration itself: it needs no other file and resolves to\n"
	"the same values.  Of a sweep it has the same points; with -r it is one of them.\n"
	"\n"
	"Examples:\n"
	"  trimsim show my.conf --origin | grep discard\n"
	"  trimsim show my.conf -e latency --set device.discard.base=1ms > resolved.conf\n"
	"  trimsim show my.conf -r 'D == 10ms && T == 30s'\n";

/* The one point that is selected. */
static char *show_point(const TsimSweep *sweep, GError **error)
{
	g_autoptr(GArray) points = tsim_sweep_select(sweep, selection, error);
	g_autoptr(TsimResolved) resolved = NULL;

	if (!points)
		return NULL;
	if (points->len > 1) {
		tsim_throw(error, "-r %s: selects %u points, show prints one", selection,
			   points->len);
		return NULL;
	}
	resolved = tsim_sweep_resolve(sweep, g_array_index(points, guint64, 0), error);
	return resolved ? tsim_resolved_manifest_full(resolved, origin) : NULL;
}

static gboolean show(const char *path, GError **error)
{
	g_autoptr(TsimConfig) config = tsim_cli_load(path, sets, error);
	g_autoptr(TsimSweep) sweep = config ? tsim_cli_sweep(config, experiment, force, error) :
					      NULL;
	g_autofree char *text = NULL;

	if (!sweep)
		return FALSE;
	text = selection ? show_point(sweep, error) : tsim_sweep_manifest(sweep, origin, error);
	if (!text)
		return FALSE;
	fputs(text, stdout);
	return TRUE;
}

int tsim_cmd_show(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	gboolean ok = tsim_cli_parse(&argc, &argv, entries, "CONFIG", examples, 1, 1, &error) &&
		      show(argv[1], &error);

	g_free(experiment);
	g_free(selection);
	g_strfreev(sets);
	return ok ? TSIM_EXIT_OK : tsim_cli_fail(error);
}
