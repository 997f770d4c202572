/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-place.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "error.h"

static gboolean has_file(const char *dir, const char *name)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);

	return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

/**
 * tsim_place_is_result() - is a finished result in @dir?
 *
 * A manifest.conf alone may be the user's own; what a run wrote has its result beside it.
 */
gboolean tsim_place_is_result(const char *dir)
{
	return has_file(dir, "manifest.conf") && has_file(dir, "result.json");
}

/** tsim_place_has_store() - has a run put anything into @dir, finished or not? */
gboolean tsim_place_has_store(const char *dir)
{
	return has_file(dir, "results.sqlite");
}

static gboolean is_empty(const char *dir)
{
	g_autoptr(GDir) d = g_dir_open(dir, 0, NULL);

	return d && !g_dir_read_name(d);
}

static char *throw_path(GError **error, const char *path, const char *why)
{
	tsim_throw(error, "-o: %s: %s", path, why);
	return NULL;
}

/*
 * The absolute name of @path without links, . and .., of which the end need
 * not exist.  The kernel follows a link before it takes the .. behind it, and
 * knows no .. of what is not there: to fold .. in the text would name another
 * directory.
 */
static char *resolve(const char *path, GError **error)
{
	g_autofree char *real = realpath(path, NULL), *base = NULL, *above = NULL, *parent = NULL;
	const int why = errno;
	struct stat st;

	if (real)
		return g_steal_pointer(&real);
	if (strcmp(path, ".") == 0)
		return throw_path(error, path, "the current directory is gone");
	if (why != ENOENT && why != ENOTDIR)
		return throw_path(error, path, g_strerror(why));
	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		return throw_path(error, path, "a symbolic link to nothing");
	base = g_path_get_basename(path);
	above = g_path_get_dirname(path);
	if (strcmp(base, "..") == 0)
		return throw_path(error, path, g_strerror(why));
	parent = resolve(above, error);
	if (!parent || strcmp(base, ".") == 0)
		return g_steal_pointer(&parent);
	return g_build_filename(parent, base, NULL);
}

/* Files in it are going to be replaced. */
static gboolean check_replaceable(const char *dir, const char *place, GError **error)
{
	return tsim_place_has_store(place) || tsim_place_is_result(place) || is_empty(place) ||
	       tsim_throw(error,
			  "-o: %s exists and is no result of trimsim, choose another directory",
			  dir);
}

/**
 * tsim_place_find() - the place that the user means by @dir
 * @dir: an earlier result, an empty directory, or nothing yet; or a link to one that exists
 *
 * Return: (transfer full) (nullable): its absolute name without links; NULL if no result may
 * stand there.
 */
char *tsim_place_find(const char *dir, GError **error)
{
	g_autofree char *path = g_strdup(dir), *place = NULL;

	if (!*dir) {
		tsim_throw(error, "-o: the name is empty, write -o DIR");
		return NULL;
	}
	for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
		path[n - 1] = '\0';
	place = resolve(path, error);
	if (!place ||
	    (g_file_test(place, G_FILE_TEST_EXISTS) && !check_replaceable(dir, place, error)))
		return NULL;
	return g_steal_pointer(&place);
}

/* The directory in which @place has to be made: the nearest one above it that exists. */
static char *existing_above(const char *place)
{
	char *path = g_strdup(place);

	do {
		char *above = g_path_get_dirname(path);

		g_free(path);
		path = above;
	} while (!g_file_test(path, G_FILE_TEST_EXISTS));
	return path;
}

/**
 * tsim_place_probe() - can a result be made at @place?
 * @place: of tsim_place_find()
 *
 * Makes the same names in a directory of its own, and removes them: only the
 * file system knows which names it takes.
 */
gboolean tsim_place_probe(const char *place, GError **error)
{
	g_autofree char *above = NULL, *made = NULL, *inner = NULL;
	gboolean ok = TRUE;

	if (g_file_test(place, G_FILE_TEST_EXISTS))
		return TRUE;
	above = existing_above(place);
	if (!g_file_test(above, G_FILE_TEST_IS_DIR))
		return tsim_throw(error, "-o: %s is no directory", above);
	made = g_build_filename(above, ".trimsim-XXXXXX", NULL);
	if (!g_mkdtemp(made))
		return tsim_throw(error, "-o: cannot write in %s: %s", above, g_strerror(errno));
	inner = g_build_filename(made, place + strlen(above), NULL);
	if (g_mkdir_with_parents(inner, 0777) < 0)
		ok = tsim_throw(error, "-o: cannot make %s: %s", place, g_strerror(errno));
	tsim_place_remove(made);
	return ok;
}

/**
 * tsim_place_remove() - remove @path and all below
 *
 * A symbolic link is not followed.  What fails is left.
 */
void tsim_place_remove(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
		const char *name;

		while (dir && (name = g_dir_read_name(dir))) {
			g_autofree char *below = g_build_filename(path, name, NULL);

			tsim_place_remove(below);
		}
	}
	g_remove(path);
}
