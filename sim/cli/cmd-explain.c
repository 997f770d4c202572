/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "error.h"
#include "explain.h"
#include "race-file.h"
#include "output.h"
#include "reproducer.h"

#define NOT_GIVEN G_MININT

static gboolean reproducer;
static char *output;
static int hit = NOT_GIVEN, replication = NOT_GIVEN;

static const GOptionEntry entries[] = {
	{ "hit", 0, 0, G_OPTION_ARG_INT, &hit,
	  "that of DIR/races; default: the first persistent", "N" },
	{ "replication", 0, 0, G_OPTION_ARG_INT, &replication,
	  "the first kept hit of that replication", "N" },
	{ "reproducer", 0, 0, G_OPTION_ARG_NONE, &reproducer,
	  "a script that tries the hit on a real kernel", NULL },
	{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
	  "where the script goes; default: standard output", "FILE" },
	{ NULL },
};

static const char examples[] =
	"A result keeps up to 20 hits of each policy: persistent ones first, then those\n"
	"that another copy repairs, then those that healed.  Of a sweep it is one hit of\n"
	"each point and policy.\n"
	"\n"
	"Examples:\n"
	"  trimsim explain results/latency-0123456789ab\n"
	"  trimsim explain results/latency-0123456789ab --hit 3\n"
	"  trimsim explain results/latency-0123456789ab --reproducer -o try.sh\n";

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in DIR/races, in the order of their numbers. */
static GPtrArray *race_names(const char *races, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) local = NULL;
	g_autoptr(GDir) d = g_dir_open(races, 0, &local);
	const char *name;

	if (!d) {
		tsim_throw(error, "%s", local->message);
		return NULL;
	}
	while ((name = g_dir_read_name(d)))
		if (g_str_has_suffix(name, ".json"))
			g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, by_name);
	return g_steal_pointer(&names);
}

/* How many of the kept ranges the discard of @file destroyed; an unreadable file counts not. */
static guint count_same(const char *races, const GPtrArray *names, const TsimRaceFile *file)
{
	guint n = 0;

	for (guint i = 0; i < names->len; i++) {
		g_autofree char *path = g_build_filename(races, g_ptr_array_index(names, i), NULL);
		g_autoptr(TsimRaceFile) other = tsim_race_file_load(path, NULL);

		n += other && tsim_same_discard(file, other);
	}
	return n;
}

static void print(const char *races, const GPtrArray *names, guint i, const TsimRaceFile *file)
{
	g_autofree char *text = tsim_explain(file);
	guint n = count_same(races, names, file);

	printf("hit %u of %u that were kept", i + 1, names->len);
	if (names->len > 1)
		printf("; for another: --hit N or --replication N");
	printf("\n");
	if (file->point)
		printf("a sweep keeps one per point and policy, a persistent one if there is "
		       "any\n");
	if (n > 1)
		printf("one of %u kept ranges that this discard destroyed\n", n);
	fputs(text, stdout);
}

static gboolean write_script(const char *text, GError **error)
{
	g_autoptr(GError) local = NULL;

	if (!output) {
		fputs(text, stdout);
		return TRUE;
	}
	return g_file_set_contents_full(output, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0777,
					&local) ||
	       tsim_throw(error, "-o: cannot write %s: %s", output, local->message);
}

static gboolean reproduce(const char *dir, guint number, const TsimRaceFile *file, GError **error)
{
	g_autoptr(TsimResolved) resolved = tsim_repro_config(dir, file, error);
	g_autofree char *text = NULL;
	struct tsim_repro r;

	if (!resolved || !tsim_repro_init(&r, file, number, resolved, error))
		return FALSE;
	text = tsim_repro_script(&r);
	return write_script(text, error);
}

static gboolean check_hit(guint n, GError **error)
{
	if (hit == NOT_GIVEN || (hit >= 1 && (guint)hit <= n))
		return TRUE;
	return tsim_throw(error, "--hit: %d is out of range, permitted is 1 to %u", hit, n);
}

static guint rank(const char *fate)
{
	return strcmp(fate, "persistent") == 0 ? 2 : strcmp(fate, "latent") == 0;
}

/* The first of those that are worst: in a sweep the first of all may have healed. */
static gboolean worst(const char *races, const GPtrArray *names, guint *at, GError **error)
{
	guint most = 0;

	for (guint i = 0; i < names->len; i++) {
		g_autofree char *path = g_build_filename(races, g_ptr_array_index(names, i), NULL);
		g_autoptr(TsimRaceFile) file = tsim_race_file_load(path, error);

		if (!file)
			return FALSE;
		if (rank(file->kept->race.fate) > most) {
			most = rank(file->kept->race.fate);
			*at = i;
		}
	}
	return TRUE;
}

static gboolean print_chosen(const char *dir, const char *races, const GPtrArray *names,
			     GError **error)
{
	gboolean any = replication == NOT_GIVEN;
	guint first = hit != NOT_GIVEN ? (guint)hit - 1 : 0;

	if (hit == NOT_GIVEN && any && !worst(races, names, &first, error))
		return FALSE;
	for (guint i = first; i < names->len; i++) {
		g_autofree char *path = g_build_filename(races, g_ptr_array_index(names, i), NULL);
		g_autoptr(TsimRaceFile) file = tsim_race_file_load(path, error);

		if (!file)
			return FALSE;
		if (any || (replication >= 0 && file->kept->replication == (guint)replication)) {
			if (reproducer)
				return reproduce(dir, i + 1, file, error);
			print(races, names, i, file);
			return TRUE;
		}
		if (hit != NOT_GIVEN)
			return tsim_throw(error, "--hit: hit %d is of replication %u", hit,
					  file->kept->replication);
	}
	return tsim_throw(error, "--replication: no hit of replication %d was kept", replication);
}

static gboolean explain(const char *dir, GError **error)
{
	g_autofree char *races = g_build_filename(dir, "races", NULL);
	g_autoptr(GPtrArray) names = NULL;

	if (output && !reproducer)
		return tsim_throw(error, "-o: only together with --reproducer");
	if (!tsim_output_expect(dir, error))
		return FALSE;
	names = race_names(races, error);
	if (!names)
		return FALSE;
	if (!names->len)
		return tsim_throw(error, "%s: no policy had a hit, there is nothing to explain",
				  dir);
	return check_hit(names->len, error) && print_chosen(dir, races, names, error);
}

int tsim_cmd_explain(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	gboolean ok = tsim_cli_parse(&argc, &argv, entries, "DIR", examples, 1, 1, &error) &&
		      explain(argv[1], &error);

	g_free(output);
	return ok ? TSIM_EXIT_OK : tsim_cli_fail(error);
}
