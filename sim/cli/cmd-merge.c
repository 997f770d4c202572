/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "output.h"
#include "reopen.h"
#include "store-place.h"
#include "write-result.h"

#define MANY 100000

static char *dir, *format;
static gboolean quiet;

static const GOptionEntry entries[] = {
	{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &dir, "where the result goes; required", "DIR" },
	{ "format", 0, 0, G_OPTION_ARG_STRING, &format, "what is printed: text (default) or json",
	  "FORMAT" },
	{ "quiet", 0, 0, G_OPTION_ARG_NONE, &quiet, "do not say where the result is", NULL },
	{ NULL },
};

static const char examples[] =
	"Puts together what several runs of one experiment have stored.  From all the\n"
	"shards of a run it is, byte for byte, the result of that run without shards.\n"
	"The directories stay as they are.\n"
	"\n"
	"Examples:\n"
	"  trimsim run my.conf --shard 0/2 -o s0      # on one machine\n"
	"  trimsim run my.conf --shard 1/2 -o s1      # on another one\n"
	"  trimsim merge s0 s1 -o all\n"
	"\n"
	"Exit status: as of trimsim run; 3 when a shard or a part of one is missing:\n"
	"there is no report then, and trimsim run goes on in DIR.\n";

static gboolean check_options(GError **error)
{
	if (!dir)
		return tsim_throw(error, "-o: missing, write -o DIR");
	return !format || strcmp(format, "text") == 0 || strcmp(format, "json") == 0 ||
	       tsim_throw(error, "--format: '%s' is not one of text, json", format);
}

/* The experiment of the first directory, which the others must be of as well. */
static gboolean check_same(const char *first, const char *manifest, const char *other,
			   GError **error)
{
	g_autofree char *path = g_build_filename(other, "manifest.conf", NULL), *text = NULL;
	g_autoptr(GError) local = NULL;

	if (!g_file_get_contents(path, &text, NULL, &local))
		return tsim_throw(error, "%s", local->message);
	return strcmp(text, manifest) == 0 ||
	       tsim_throw(error, "%s and %s are not of one run: their manifest.conf differ", first,
			  other);
}

static gboolean check_all(char **dirs, const char *manifest, GError **error)
{
	for (guint i = 0; dirs[i]; i++)
		if (!check_same(dirs[0], manifest, dirs[i], error))
			return FALSE;
	return TRUE;
}

static gboolean import(TsimStore *store, char **dirs, GError **error)
{
	for (guint i = 0; dirs[i]; i++) {
		g_autoptr(TsimStore) from = tsim_reopen_store(dirs[i], error);

		if (!from || !tsim_store_import(store, from, error))
			return FALSE;
	}
	return TRUE;
}

static void say_missing(const struct tsim_campaign *c, guint64 missing)
{
	g_autofree char *select = tsim_plan_select(c->plan);
	g_autofree char *shards = tsim_store_missing_shards(c->store, NULL);

	fprintf(stderr,
		"trimsim: not finished: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
		" points lack replications: ",
		missing, tsim_plan_n_points(c->plan));
	if (shards)
		fprintf(stderr, "shard%s %s missing: merge %s too,",
			strchr(shards, ',') ? "s" : "", shards,
			strchr(shards, ',') ? "them" : "it");
	else
		fputs("merge what else has run,", stderr);
	fprintf(stderr, " or go on with: trimsim run %s/manifest.conf%s -o %s\n", dir, select, dir);
}

static gboolean finish(const struct tsim_campaign *c, const char *place,
		       const struct tsim_reopened *r, int *status, GError **error)
{
	guint64 missing = tsim_campaign_n_incomplete(c);

	if (!missing)
		return tsim_cli_write_result(c, place, dir, (const char *const *)r->command, format,
					     quiet, status, error);
	say_missing(c, missing);
	*status = TSIM_EXIT_STOPPED;
	return tsim_store_seal(c->store, error);
}

static gboolean merge_into(TsimStore *store, char **dirs, const char *place,
			   struct tsim_reopened *r, int *status, GError **error)
{
	struct tsim_shard whole = { 0, 1 };
	struct tsim_campaign c;
	gboolean ok;

	if (!import(store, dirs, error))
		return FALSE;
	ok = tsim_campaign_init(&c, r->plan, store, &whole, FALSE, error) &&
	     finish(&c, place, r, status, error);
	tsim_campaign_clear(&c);
	return ok;
}

/* What the first directory says: it is opened again when its turn comes. */
static gboolean reopen(struct tsim_reopened *r, const char *first, GError **error)
{
	g_autoptr(TsimStore) store = tsim_reopen_store(first, error);

	return store && tsim_reopen(r, first, store, error);
}

/* What cannot be merged leaves nothing behind. */
static gboolean merge_at(const char *place, char **dirs, struct tsim_reopened *r, int *status,
			 GError **error)
{
	g_autofree char *manifest = tsim_plan_manifest(r->plan);
	gboolean fresh, ok;
	TsimStore *store = check_all(dirs, manifest, error) ?
				   tsim_output_open(place, dir, r->plan, &fresh, error) :
				   NULL;

	if (!store)
		return FALSE;
	ok = merge_into(store, dirs, place, r, status, error);
	tsim_store_close(store);
	if (!ok && fresh)
		tsim_place_remove(place);
	return ok;
}

static gboolean merge(char **dirs, int *status, GError **error)
{
	struct tsim_reopened r = { NULL };
	g_autofree char *place = NULL;
	gboolean ok = check_options(error) && reopen(&r, dirs[0], error);

	place = ok ? tsim_output_check(dir, error) : NULL;
	ok = place && merge_at(place, dirs, &r, status, error);
	tsim_reopened_clear(&r);
	return ok;
}

int tsim_cmd_merge(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	int status = TSIM_EXIT_OK;

	signal(SIGXFSZ, SIG_IGN);
	if (!tsim_cli_parse(&argc, &argv, entries, "DIR...", examples, 1, MANY, &error) ||
	    !merge(argv + 1, &status, &error))
		status = tsim_cli_fail(error);
	g_free(dir);
	g_free(format);
	return status;
}
