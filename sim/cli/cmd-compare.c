/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "compare.h"
#include "error.h"
#include "output.h"

static char *format;

static const GOptionEntry entries[] = {
	{ "format", 0, 0, G_OPTION_ARG_STRING, &format, "text (default), json or tsv", "FORMAT" },
	{ NULL },
};

static const char examples[] =
	"Two results of an experiment: of two versions, two configurations, two seeds.\n"
	"Points are matched by the values of their variables, policies by name.  With\n"
	"the same seed and replications these are compared one by one.\n"
	"\n"
	"Examples:\n"
	"  trimsim run my.conf -o before\n"
	"  trimsim run my.conf -o after --set filesystem.commit_interval=5s\n"
	"  trimsim compare before after\n"
	"  trimsim compare before after --format tsv | awk -F '\\t' '$(NF - 1) == 1'\n"
	"\n"
	"Exit status: 0 whether or not anything differs; 2 when there is no point, or\n"
	"no policy, that both have.\n";

static const struct {
	const char *name;
	char *(*text)(const TsimCompared *compared);
} formats[] = {
	{ "text", tsim_compared_text },
	{ "json", tsim_compared_json },
	{ "tsv", tsim_compared_tsv },
};

static gboolean compare(const char *a, const char *b, GError **error)
{
	g_autoptr(TsimCompared) compared = NULL;
	g_autofree char *text = NULL;
	guint i = 0;

	while (i < G_N_ELEMENTS(formats) && strcmp(format ? format : "text", formats[i].name) != 0)
		i++;
	if (i == G_N_ELEMENTS(formats))
		return tsim_throw(error, "--format: '%s' is not one of text, json, tsv", format);
	if (!tsim_output_expect(a, error) || !tsim_output_expect(b, error))
		return FALSE;
	compared = tsim_compare(a, b, error);
	if (!compared)
		return FALSE;
	text = formats[i].text(compared);
	fputs(text, stdout);
	return TRUE;
}

int tsim_cmd_compare(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	gboolean ok =
		tsim_cli_parse(&argc, &argv, entries, "DIR_A DIR_B", examples, 2, 2, &error) &&
		compare(argv[1], argv[2], &error);

	g_free(format);
	return ok ? TSIM_EXIT_OK : tsim_cli_fail(error);
}
