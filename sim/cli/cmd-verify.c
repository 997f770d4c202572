/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "error.h"
#include "reopen.h"
#include "results.h"
#include "verify.h"

#define SAMPLE 100
#define SHOWN 10

static int jobs, sample = SAMPLE;
static gboolean all, quiet;

static const GOptionEntry entries[] = {
	{ "all", 0, 0, G_OPTION_ARG_NONE, &all, "every block", NULL },
	{ "sample", 0, 0, G_OPTION_ARG_INT, &sample,
	  "so many blocks, spread evenly over the points; default: 100", "N" },
	{ "jobs", 'j', 0, G_OPTION_ARG_INT, &jobs, "worker processes; default: one per processor",
	  "N" },
	{ "quiet", 0, 0, G_OPTION_ARG_NONE, &quiet, "no progress", NULL },
	{ NULL },
};

static const char examples[] =
	"Runs stored blocks of replications again and compares all sums bit for bit,\n"
	"and points.tsv with what the store gives.\n"
	"\n"
	"Examples:\n"
	"  trimsim verify results/latency-0123456789ab\n"
	"  trimsim verify results/latency-0123456789ab --all -j 8\n"
	"\n"
	"Exit status: 4 when something differs.\n";

static gboolean check_options(GError **error)
{
	if (!tsim_cli_check_jobs(jobs, error))
		return FALSE;
	return sample >= 1 ||
	       tsim_throw(error, "--sample: %d is out of range, 1 is the least", sample);
}

static gboolean append_point(const struct tsim_result *result, gpointer data, GError **error)
{
	g_autofree char *text = tsim_document_points.point(&tsim_document_points, result);

	g_string_append(data, text);
	return TRUE;
}

/* An unfinished run, and a shard, have no points.tsv yet. */
static gboolean check_points(const struct tsim_campaign *c, const char *dir, gboolean *same,
			     GError **error)
{
	g_autofree char *path = g_build_filename(dir, "points.tsv", NULL), *text = NULL,
			*begin = NULL;
	g_autoptr(GString) expected = g_string_new(NULL);
	struct tsim_head head;
	gboolean ok;

	*same = TRUE;
	if (!g_file_get_contents(path, &text, NULL, NULL))
		return TRUE;
	tsim_results_head(c, NULL, &head);
	begin = tsim_document_points.begin(&tsim_document_points, &head);
	g_string_append(expected, begin);
	ok = tsim_results_each(c, &head, append_point, expected, error);
	tsim_results_head_clear(&head);
	*same = strcmp(expected->str, text) == 0;
	return ok;
}

static int report(const struct tsim_verified *v, gboolean points_same)
{
	for (guint i = 0; i < MIN(v->different->len, SHOWN); i++)
		printf("DIFFERENT: %s\n", (char *)g_ptr_array_index(v->different, i));
	if (v->different->len > SHOWN)
		printf("and %u more\n", v->different->len - SHOWN);
	if (!points_same)
		printf("DIFFERENT: points.tsv is not what the stored blocks give\n");
	printf("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " blocks run again, %" G_GUINT64_FORMAT
	       " replications: ",
	       v->checked, v->blocks, v->replications);
	if (!v->different->len && points_same) {
		puts("all the same");
		return TSIM_EXIT_OK;
	}
	printf("%u blocks differ\n", v->different->len);
	return TSIM_EXIT_CHECK;
}

static gboolean verify_plan(struct tsim_reopened *r, TsimStore *store, const char *dir, int *status,
			    GError **error)
{
	gboolean terminal = !quiet && isatty(STDERR_FILENO);
	struct tsim_verify_options options = {
		.sample = all ? 0 : sample,
		.jobs = jobs,
		.progress = terminal ? TSIM_PROGRESS_TERMINAL :
			    quiet    ? TSIM_PROGRESS_QUIET :
				       TSIM_PROGRESS_PLAIN,
	};
	struct tsim_shard whole = { 0, 1 };
	struct tsim_verified v = { 0 };
	struct tsim_campaign c;
	gboolean same, ok = tsim_campaign_init(&c, r->plan, store, &whole, FALSE, error) &&
			    tsim_verify(&c, &options, &v, error) &&
			    check_points(&c, dir, &same, error);

	if (ok)
		*status = report(&v, same);
	g_clear_pointer(&v.different, g_ptr_array_unref);
	tsim_campaign_clear(&c);
	return ok;
}

static gboolean verify(const char *dir, int *status, GError **error)
{
	struct tsim_reopened r = { NULL };
	g_autoptr(TsimStore) store = check_options(error) ? tsim_reopen_store(dir, error) : NULL;
	gboolean ok = store && tsim_reopen(&r, dir, store, error) &&
		      verify_plan(&r, store, dir, status, error);

	tsim_reopened_clear(&r);
	return ok;
}

int tsim_cmd_verify(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	int status = TSIM_EXIT_OK;

	if (tsim_cli_parse(&argc, &argv, entries, "DIR", examples, 1, 1, &error) &&
	    verify(argv[1], &status, &error))
		return status;
	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
		fputs("trimsim: interrupted\n", stderr);
		return TSIM_EXIT_INTERRUPTED;
	}
	return tsim_cli_fail(error);
}
