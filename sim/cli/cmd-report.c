/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "error.h"
#include "output.h"
#include "report-mail.h"
#include "report-page.h"

static char *format;
static gboolean mail, html;

static const GOptionEntry entries[] = {
	{ "format", 0, 0, G_OPTION_ARG_STRING, &format, "text (default), json or tsv", "FORMAT" },
	{ "mail", 0, 0, G_OPTION_ARG_NONE, &mail,
	  "a table for a commit message, with its command", NULL },
	{ "html", 0, 0, G_OPTION_ARG_NONE, &html,
	  "write DIR/report.html: findings, tables, figures", NULL },
	{ NULL },
};

static const char examples[] =
	"Examples:\n"
	"  trimsim report results/latency-0123456789ab\n"
	"  trimsim report results/latency-0123456789ab --format tsv | column -ts $'\\t'\n"
	"  trimsim report results/latency-0123456789ab --mail >> 0000-cover-letter.patch\n"
	"  trimsim report results/latency-0123456789ab --html\n";

static const char *file_of_format(GError **error)
{
	static const char *const files[][2] = {
		{ "text", "report.txt" },
		{ "json", "result.json" },
		{ "tsv", "points.tsv" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(files); i++)
		if (strcmp(format ? format : "text", files[i][0]) == 0)
			return files[i][1];
	tsim_throw(error, "--format: '%s' is not one of text, json, tsv", format);
	return NULL;
}

static gboolean report(const char *dir, GError **error)
{
	const char *name = file_of_format(error);
	g_autofree char *path = NULL, *text = NULL;
	g_autoptr(GError) local = NULL;
	gsize size;

	if (!name || !tsim_output_expect(dir, error))
		return FALSE;
	path = g_build_filename(dir, name, NULL);
	if (!g_file_get_contents(path, &text, &size, &local))
		return tsim_throw(error, "%s", local->message);
	if (size == 0)
		return tsim_throw(error, "%s: empty, run it again with -o %s", path, dir);
	fwrite(text, 1, size, stdout);
	return TRUE;
}

static gboolean report_mail(const char *dir, GError **error)
{
	g_autoptr(TsimStored) stored = NULL;
	g_autofree char *text = NULL;

	stored = tsim_output_expect(dir, error) ? tsim_stored_load(dir, error) : NULL;
	if (!stored)
		return FALSE;
	text = tsim_report_mail(stored);
	fputs(text, stdout);
	return TRUE;
}

static gboolean run(const char *dir, GError **error)
{
	if (mail + html + (format != NULL) > 1)
		return tsim_throw(error, "--mail, --html, --format: only one of them");
	if (html)
		return tsim_output_expect(dir, error) && tsim_cli_report_page(dir, error);
	return mail ? report_mail(dir, error) : report(dir, error);
}

int tsim_cmd_report(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	gboolean ok = tsim_cli_parse(&argc, &argv, entries, "DIR", examples, 1, 1, &error) &&
		      run(argv[1], &error);

	g_free(format);
	return ok ? TSIM_EXIT_OK : tsim_cli_fail(error);
}
