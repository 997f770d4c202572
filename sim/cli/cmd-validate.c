/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "error.h"
#include "units.h"
#include "validate.h"

static char *budget, *seed, *format, *dir;
static int jobs;

static const GOptionEntry entries[] = {
	{ "budget", 0, 0, G_OPTION_ARG_STRING, &budget,
	  "replications of a row at most (100000)", "N" },
	{ "seed", 0, 0, G_OPTION_ARG_STRING, &seed, "of all random numbers (20261122)", "S" },
	{ "jobs", 'j', 0, G_OPTION_ARG_INT, &jobs, "worker processes; default: one per processor",
	  "N" },
	{ "format", 0, 0, G_OPTION_ARG_STRING, &format, "what is printed: text (default) or json",
	  "FORMAT" },
	{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &dir,
	  "write validation.txt, .json and .tsv there too", "DIR" },
	{ NULL },
};

static const char examples[] =
	"Runs configs/validation/ through the same code as every other experiment and\n"
	"compares with closed forms.  CASE is one of r1 to r6, power, s1 to s4, queue,\n"
	"wa, or a part of these as the table names it, e.g. r1-dup, wa-fifo; else all.\n"
	"Exit status 4: a row is further off than chance, or its tolerance, allows.\n"
	"trimsim validate devices compares with measurements of real devices, trimsim\n"
	"validate placement TRACE... and trimsim validate kernel with recordings of a\n"
	"real btrfs; each has a --help of its own.\n"
	"\n"
	"Examples:\n"
	"  trimsim validate\n"
	"  trimsim validate r3 s1 --budget 1000000 --seed 7\n"
	"  trimsim validate queue wa\n"
	"  trimsim validate -o results/validation\n"
	"  trimsim plot results/validation\n";

static gboolean check_options(struct tsim_validate_options *o, GError **error)
{
	if (format && strcmp(format, "text") && strcmp(format, "json"))
		return tsim_throw(error, "--format: '%s' is not one of text, json", format);
	if (!tsim_cli_check_jobs(jobs, error))
		return FALSE;
	if (!tsim_cli_count("budget", budget, 1000, G_MAXUINT32, &o->budget, error) ||
	    !tsim_cli_count("seed", seed, 0, G_MAXUINT32, &o->seed, error))
		return FALSE;
	return tsim_cli_make_directory(dir, error);
}

struct printer {
	struct tsim_printer to;
	struct tsim_validate_result before;
	gboolean has_before;
};

static void print_line(const struct tsim_validate_result *result, gpointer data)
{
	struct printer *p = data;

	if (!p->has_before)
		tsim_cli_print(&p->to, tsim_validate_head());
	tsim_cli_print(&p->to, tsim_validate_line(result, p->has_before ? &p->before : NULL));
	p->before = *result;
	p->has_before = TRUE;
}

static gboolean save_all(const struct printer *p, const struct tsim_validate_table *table,
			 const char *json, GError **error)
{
	g_autofree char *tsv = tsim_validate_tsv(table);

	return tsim_cli_save(dir, "validation.txt", p->to.text->str, error) &&
	       tsim_cli_save(dir, "validation.json", json, error) &&
	       tsim_cli_save(dir, "validation.tsv", tsv, error);
}

static gboolean validate(char **cases, gboolean *passed, GError **error)
{
	struct tsim_validate_options options = { .cases = cases,
						 .budget = TSIM_VALIDATE_BUDGET,
						 .seed = TSIM_VALIDATE_SEED };
	g_autoptr(GString) text = g_string_new(NULL);
	struct printer p = { .to = { .live = g_strcmp0(format, "json") != 0, .text = text } };
	g_autoptr(TsimValidateTable) table = NULL;
	g_autofree char *json = NULL;

	if (!check_options(&options, error))
		return FALSE;
	options.jobs = jobs;
	if (!tsim_validate(&options, print_line, &p, &table, error))
		return FALSE;
	tsim_cli_print(&p.to, tsim_validate_foot(table));
	json = tsim_validate_json(table);
	if (!p.to.live)
		fputs(json, stdout);
	*passed = tsim_validate_passed(table);
	return !dir || save_all(&p, table, json, error);
}

int tsim_cmd_validate(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	gboolean passed = FALSE, ok;
	int status = TSIM_EXIT_OK;

	ok = tsim_cli_parse(&argc, &argv, entries, "[CASE]...", examples, 0, G_MAXINT, &error) &&
	     validate(argv + 1, &passed, &error);
	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
		fputs("trimsim: interrupted\n", stderr);
		status = TSIM_EXIT_INTERRUPTED;
	} else if (!ok) {
		status = tsim_cli_fail(error);
	} else if (!passed) {
		status = TSIM_EXIT_CHECK;
	}
	g_free(budget);
	g_free(seed);
	g_free(format);
	g_free(dir);
	return status;
}
