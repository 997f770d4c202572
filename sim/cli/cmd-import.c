/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <stdio.h>

#include "cli.h"
#include "error.h"
#include "import.h"

static char *output;
static gboolean latencies;

static const GOptionEntry entries[] = {
	{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
	  "the native trace or the table that is written", "FILE" },
	{ "latencies", 0, 0, G_OPTION_ARG_NONE, &latencies,
	  "how long discards took, for empirical(FILE)", NULL },
	{ NULL },
};

static const char examples[] =
	"Reads ftrace and trace-cmd text with btrfs and block events, blkparse text and\n"
	"fio iologs (version 2 and 3), plain or gzip; what a file is, its content says.\n"
	"Several traces are merged by time.  Lines that are not used are counted and\n"
	"named on stderr.  docs/traces.md describes the format that is written.\n"
	"With --latencies the discards of traces, of fio's latency logs and of its\n"
	"JSON+ output make a table that device.discard.latency = empirical(FILE) reads.\n"
	"\n"
	"Examples:\n"
	"  trimsim import trace.txt.gz -o my.trace\n"
	"  blkparse -i nvme0n1 > disk.txt; trimsim import disk.txt -o disk.trace\n"
	"  trimsim import --latencies disk.txt -o disk.csv\n"
	"  fio --output-format=json+ --output=trims.json trims.fio\n"
	"  trimsim import --latencies trims.json -o disk.csv\n";

/* A recording cannot be made again, so it is not replaced by what is made of it. */
static gboolean check_output(char **paths, GError **error)
{
	GStatBuf made, read;

	if (!output)
		return tsim_throw(error, "no -o FILE: where should the %s go?",
				  latencies ? "table" : "trace");
	if (g_stat(output, &made) < 0)
		return TRUE;
	for (guint i = 0; paths[i]; i++)
		if (g_stat(paths[i], &read) == 0 && read.st_dev == made.st_dev &&
		    read.st_ino == made.st_ino)
			return tsim_throw(error, "-o: %s is read too, choose another name", output);
	return TRUE;
}

static gboolean import(char **paths, GError **error)
{
	g_autoptr(GString) summary = g_string_new(NULL), notes = g_string_new(NULL);
	struct tsim_import_report report = { summary, notes };
	gboolean ok;

	if (!check_output(paths, error))
		return FALSE;
	ok = latencies ? tsim_import_latencies(paths, output, &report, error) :
			 tsim_import(paths, output, &report, error);
	if (!ok)
		return FALSE;
	fputs(notes->str, stderr);
	fputs(summary->str, stdout);
	return TRUE;
}

int tsim_cmd_import(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	gboolean ok =
		tsim_cli_parse(&argc, &argv, entries, "TRACE...", examples, 1, G_MAXINT, &error) &&
		import(argv + 1, &error);

	g_free(output);
	return ok ? TSIM_EXIT_OK : tsim_cli_fail(error);
}
