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
 * tsim_place_is_result() - did a run write @dir?
 *
 * A manifest.conf alone may be the user's own; what a run wrote has its result beside it.
 */
gboolean tsim_place_is_result(const char *dir)
{
	return has_file(dir, "manifest.conf") && has_file(dir, "result.json");
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

static gboolean holds_current_dir(const char *place)
{
	g_autofree char *here = realpath(".", NULL);
	const size_t length = strlen(place);

	return here && strncmp(here, place, length) == 0 &&
	       (here[length] == '/' || here[length] == '\0');
}

static gboolean is_mount_point(const char *place)
{
	g_autofree char *parent = g_path_get_dirname(place);
	struct stat st, above;

	return stat(place, &st) == 0 && stat(parent, &above) == 0 && st.st_dev != above.st_dev;
}

/* What stands at @place is going to be replaced by a directory of another inode. */
static gboolean check_replaceable(const char *dir, const char *place, GError **error)
{
	if (!tsim_place_is_result(place) && !is_empty(place))
		return tsim_throw(
			error,
			"-o: %s exists and is no result of trimsim, choose another directory", dir);
	if (is_mount_point(place))
		return tsim_throw(error, "-o: %s is a mount point, choose a directory in it", dir);
	if (holds_current_dir(place))
		return tsim_throw(error,
				  "-o: %s is or holds the current directory, and would be "
				  "replaced: run from another one",
				  dir);
	return TRUE;
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
 * Makes the same names as tsim_store_write() will, in a directory of its own, and removes
 * them: only the file system knows which names it takes.
 */
gboolean tsim_place_probe(const char *place, GError **error)
{
	g_autofree char *above = existing_above(place), *made = NULL, *inner = NULL, *last = NULL;
	gboolean ok = TRUE;

	if (!g_file_test(above, G_FILE_TEST_IS_DIR))
		return tsim_throw(error, "-o: %s is no directory", above);
	made = g_build_filename(above, ".trimsim-XXXXXX", NULL);
	if (!g_mkdtemp(made))
		return tsim_throw(error, "-o: cannot write in %s: %s", above, g_strerror(errno));
	inner = g_build_filename(made, place + strlen(above), NULL);
	last = g_strconcat(inner, ".XXXXXX", NULL);
	if (g_mkdir_with_parents(last, 0777) < 0)
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

static gboolean throw_unplaced(GError **error, const char *made, const char *place, const char *why)
{
	return tsim_throw_run(error, "%s: cannot put the result in place: %s; it is in %s", place,
			      why, made);
}

/* Only a result is ever removed, whatever came to that name in the meantime. */
static void remove_old(const char *aside, const char *place)
{
	if (tsim_place_is_result(aside))
		tsim_place_remove(aside);
	else if (g_rmdir(aside) < 0)
		fprintf(stderr, "trimsim: what was in %s is now in %s\n", place, aside);
}

/**
 * tsim_place_put() - put a result in its place
 * @made: the new result, in the directory of @place; on an error it stays there
 * @place: of tsim_place_find(), long ago
 *
 * What was there is removed only when the new one stands.
 */
gboolean tsim_place_put(const char *made, const char *place, GError **error)
{
	g_autofree char *aside = g_strconcat(place, ".XXXXXX", NULL);
	int why;

	/* The kernel replaces nothing and an empty directory, but nothing else. */
	if (g_rename(made, place) == 0)
		return TRUE;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return throw_unplaced(error, made, place, g_strerror(errno));
	if (!tsim_place_is_result(place))
		return throw_unplaced(error, made, place, "what is there now is no result");
	if (!g_mkdtemp(aside))
		return throw_unplaced(error, made, place, g_strerror(errno));
	if (g_rename(place, aside) < 0) {
		why = errno;
		g_rmdir(aside);
		return throw_unplaced(error, made, place, g_strerror(why));
	}
	if (g_rename(made, place) < 0) {
		why = errno;
		if (g_rename(aside, place) < 0)
			fprintf(stderr, "trimsim: the earlier result is now in %s\n", aside);
		return throw_unplaced(error, made, place, g_strerror(why));
	}
	remove_old(aside, place);
	return TRUE;
}
