/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "error.h"
#include "race-file.h"
#include "store-place.h"

/**
 * tsim_store_manifest() - the text of manifest.conf
 * @resolved: every value, as a configuration
 */
char *tsim_store_manifest(const char *resolved)
{
	return g_strdup_printf("# trimsim %s; this run again: trimsim run manifest.conf\n%s",
			       TSIM_VERSION, resolved);
}

/** tsim_store_default_dir() - results/NAME-HASH, of the manifest: other values, other place */
char *tsim_store_default_dir(const char *experiment, const char *manifest)
{
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, manifest, -1);
	g_autofree char *name = g_strdelimit(g_strdup(experiment), "/ ", '_');

	return g_strdup_printf("results/%s-%.12s", name, hash);
}

/**
 * tsim_store_expect() - is @dir a result?
 * @dir: argument of a command that reads one
 */
gboolean tsim_store_expect(const char *dir, GError **error)
{
	if (!g_file_test(dir, G_FILE_TEST_EXISTS))
		return tsim_throw(error, "%s: no such directory", dir);
	if (!tsim_place_is_result(dir))
		return tsim_throw(error,
				  "%s: no result of trimsim, it lacks manifest.conf or result.json",
				  dir);
	return TRUE;
}

/**
 * tsim_store_check() - may a result be written to @dir?
 * @dir: an earlier result, an empty directory, or nothing yet
 *
 * To be asked before a long run; leaves nothing behind.
 *
 * Return: (transfer full) (nullable): the place, for tsim_store_write(): it does not depend on
 * the current directory.
 */
char *tsim_store_check(const char *dir, GError **error)
{
	g_autofree char *place = tsim_place_find(dir, error);

	return place && tsim_place_probe(place, error) ? g_steal_pointer(&place) : NULL;
}

/* @text: (transfer full) */
static gboolean write_text(const char *dir, const char *name, char *text, GError **error)
{
	g_autofree char *owned = text;
	g_autofree char *path = g_build_filename(dir, name, NULL);
	gsize size = strlen(owned);
	gboolean ok;
	FILE *f = fopen(path, "wxe");

	if (!f)
		return tsim_throw_run(error, "%s: %s", path, g_strerror(errno));
	ok = fwrite(owned, 1, size, f) == size && fflush(f) == 0 && fsync(fileno(f)) == 0;
	if (!ok)
		tsim_throw_run(error, "%s: cannot write: %s", path, g_strerror(errno));
	if (fclose(f) != 0 && ok)
		ok = tsim_throw_run(error, "%s: cannot write: %s", path, g_strerror(errno));
	return ok;
}

static gboolean make_dir(const char *dir, const char *name, GError **error)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);

	return g_mkdir(path, 0777) == 0 ||
	       tsim_throw_run(error, "%s: cannot make the directory: %s", path, g_strerror(errno));
}

static gboolean write_race(const char *dir, const struct tsim_result *result, guint policy,
			   const struct tsim_kept *kept, guint number, GError **error)
{
	g_autofree char *base = tsim_race_file_name(number, result->experiment->policies[policy]);
	g_autofree char *name = g_build_filename("races", base, NULL);
	g_autofree char *shapes = g_strdup_printf("data/race-%03u.tsv", number);

	return write_text(dir, name, tsim_race_json(result, policy, kept), error) &&
	       write_text(dir, shapes, tsim_race_shapes(&kept->race), error);
}

static gboolean write_races(const char *dir, const struct tsim_result *result, GError **error)
{
	guint number = 0;

	for (guint i = 0; i < tsim_result_n_policies(result); i++) {
		const GPtrArray *kept = result->tally->policies[i].kept;

		for (guint k = 0; k < kept->len; k++)
			if (!write_race(dir, result, i, g_ptr_array_index(kept, k), ++number,
					error))
				return FALSE;
	}
	return TRUE;
}

static gboolean write_data(const char *dir, const struct tsim_result *result, GError **error)
{
	return write_text(dir, "data/corruption.tsv", tsim_result_corruption_table(result),
			  error) &&
	       write_text(dir, "data/funnel.tsv", tsim_result_funnel_table(result), error) &&
	       write_text(dir, "data/stall.tsv", tsim_result_percentile_table(result, "stall"),
			  error) &&
	       write_text(dir, "data/chunk-alloc.tsv",
			  tsim_result_percentile_table(result, "chunk-alloc"), error) &&
	       write_text(dir, "data/commit.tsv", tsim_result_percentile_table(result, "commit"),
			  error) &&
	       write_text(dir, "data/discard.tsv", tsim_result_percentile_table(result, "discard"),
			  error);
}

static gboolean fill(const char *dir, const struct tsim_result *result, const char *manifest,
		     GError **error)
{
	return write_text(dir, "manifest.conf", g_strdup(manifest), error) &&
	       write_text(dir, "result.json", tsim_result_json(result), error) &&
	       write_text(dir, "report.txt", tsim_result_report(result), error) &&
	       write_text(dir, "points.tsv", tsim_result_points(result), error) &&
	       make_dir(dir, "plots", error) && make_dir(dir, "races", error) &&
	       make_dir(dir, "data", error) && write_data(dir, result, error) &&
	       write_races(dir, result, error);
}

/* Fill the new directory @made and put it at @place. */
static gboolean write_at(const char *place, const char *made, const struct tsim_result *result,
			 const char *manifest, GError **error)
{
	mode_t mask = umask(0);

	umask(mask);
	if (!fill(made, result, manifest, error)) {
		tsim_place_remove(made);
		return FALSE;
	}
	/* mkdtemp's 0700 is for secrets; a result is as readable as any file of the user. */
	chmod(made, 0777 & ~mask);
	return tsim_place_put(made, place, error);
}

/**
 * tsim_store_write() - write a result directory
 * @place: of tsim_store_check()
 * @result: what to write
 * @manifest: text of manifest.conf
 *
 * Everything is written beside @place first and put there by a rename, which
 * looks again at what it replaces.  A whole result that cannot be put there
 * stays beside it, and the error says where; a part of one is removed.
 */
gboolean tsim_store_write(const char *place, const struct tsim_result *result, const char *manifest,
			  GError **error)
{
	g_autofree char *made = g_strconcat(place, ".XXXXXX", NULL),
			*parent = g_path_get_dirname(place);

	if (g_mkdir_with_parents(parent, 0777) < 0)
		return tsim_throw_run(error, "%s: cannot make the directory: %s", parent,
				      g_strerror(errno));
	if (!g_mkdtemp(made))
		return tsim_throw_run(error, "%s: cannot make the directory: %s", made,
				      g_strerror(errno));
	return write_at(place, made, result, manifest, error);
}
