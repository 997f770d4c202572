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

static gboolean has_file(const char *dir, const char *name)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);

	return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

/* A manifest.conf alone may be the user's own; what a run wrote has its result beside it. */
static gboolean is_result(const char *dir)
{
	return has_file(dir, "manifest.conf") && has_file(dir, "result.json");
}

static gboolean is_empty(const char *dir)
{
	g_autoptr(GDir) d = g_dir_open(dir, 0, NULL);

	return d && !g_dir_read_name(d);
}

/**
 * tsim_store_expect() - is @dir a result?
 * @dir: argument of a command that reads one
 */
gboolean tsim_store_expect(const char *dir, GError **error)
{
	if (!g_file_test(dir, G_FILE_TEST_EXISTS))
		return tsim_throw(error, "%s: no such directory", dir);
	if (!is_result(dir))
		return tsim_throw(error,
				  "%s: no result of trimsim, it lacks manifest.conf or result.json",
				  dir);
	return TRUE;
}

/* The directory in which @dir has to be made: the nearest one above it that exists. */
static char *existing_above(const char *dir)
{
	char *path = g_canonicalize_filename(dir, NULL);

	do {
		char *above = g_path_get_dirname(path);

		g_free(path);
		path = above;
	} while (!g_file_test(path, G_FILE_TEST_EXISTS));
	return path;
}

/**
 * tsim_store_check() - may a result be written to @dir?
 * @dir: an earlier result, an empty directory, or nothing yet
 *
 * To be asked before a long run; makes nothing.
 */
gboolean tsim_store_check(const char *dir, GError **error)
{
	g_autofree char *above = existing_above(dir);

	if (g_file_test(dir, G_FILE_TEST_EXISTS) && !is_result(dir) && !is_empty(dir))
		return tsim_throw(
			error,
			"-o: %s exists and is no result of trimsim, choose another directory", dir);
	if (!g_file_test(above, G_FILE_TEST_IS_DIR))
		return tsim_throw(error, "-o: %s is no directory", above);
	if (access(above, W_OK | X_OK) < 0)
		return tsim_throw(error, "-o: cannot write in %s: %s", above, g_strerror(errno));
	return TRUE;
}

/* Remove @path and all below; a symbolic link is not followed.  What fails is left. */
static void remove_tree(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
		const char *name;

		while (dir && (name = g_dir_read_name(dir))) {
			g_autofree char *below = g_build_filename(path, name, NULL);

			remove_tree(below);
		}
	}
	g_remove(path);
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

/* Put @made in the place of @dir; what was there is away only when the new one stands. */
static gboolean replace(const char *made, const char *dir, GError **error)
{
	g_autofree char *aside = g_strconcat(made, ".old", NULL);
	gboolean old = g_rename(dir, aside) == 0;

	if (!old && errno != ENOENT)
		return tsim_throw_run(error, "%s: cannot replace: %s", dir, g_strerror(errno));
	if (g_rename(made, dir) < 0) {
		tsim_throw_run(error, "%s: cannot put the result in place: %s", dir,
			       g_strerror(errno));
		if (old && g_rename(aside, dir) < 0)
			fprintf(stderr, "trimsim: the earlier result is now in %s\n", aside);
		return FALSE;
	}
	if (old)
		remove_tree(aside);
	return TRUE;
}

/**
 * tsim_store_write() - write a result directory, or nothing
 * @dir: place, checked by tsim_store_check()
 * @result: what to write
 * @manifest: text of manifest.conf
 *
 * Everything is written beside @dir first and put in its place by a rename.
 */
gboolean tsim_store_write(const char *dir, const struct tsim_result *result, const char *manifest,
			  GError **error)
{
	g_autofree char *full = g_canonicalize_filename(dir, NULL);
	g_autofree char *made = g_strconcat(full, ".XXXXXX", NULL),
			*parent = g_path_get_dirname(full);
	mode_t mask = umask(0);

	umask(mask);
	if (!tsim_store_check(dir, error))
		return FALSE;
	if (g_mkdir_with_parents(parent, 0777) < 0)
		return tsim_throw_run(error, "%s: cannot make the directory: %s", parent,
				      g_strerror(errno));
	if (!g_mkdtemp(made))
		return tsim_throw_run(error, "%s: cannot make the directory: %s", made,
				      g_strerror(errno));
	if (!fill(made, result, manifest, error) || !replace(made, full, error)) {
		remove_tree(made);
		return FALSE;
	}
	/* mkdtemp's 0700 is for secrets; a result is as readable as any file of the user. */
	chmod(full, 0777 & ~mask);
	return TRUE;
}
