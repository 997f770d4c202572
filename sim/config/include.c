/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config-private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "law.h"
#include "suggest.h"

/* No configuration is longer; it stops a read of a device or a pipe without end. */
#define MAX_FILE_BYTES (16 * 1024 * 1024)

/**
 * tsim_data_directories:
 *
 * Where bundled files are looked for, first match first: $TRIMSIM_DATADIR,
 * the configs of the source tree, the installed ones.  (transfer full)
 */
GStrv tsim_data_directories(void)
{
	const char *environment = g_getenv("TRIMSIM_DATADIR");
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

	if (environment && *environment)
		g_strv_builder_add(builder, environment);
	g_strv_builder_add_many(builder, TSIM_SOURCE_DATADIR, TSIM_INSTALL_DATADIR, NULL);
	return g_strv_builder_end(builder);
}

/* The file @name in the first data directory that has it.  (transfer full) (nullable) */
static char *find_data(const char *name)
{
	g_auto(GStrv) data = tsim_data_directories();

	for (guint i = 0; data[i]; i++) {
		g_autofree char *path = g_build_filename(data[i], name, NULL);

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			return g_steal_pointer(&path);
	}
	return NULL;
}

/**
 * tsim_data_file:
 * @name: a path, or the name of a bundled file
 *
 * The path as given when it exists, else the file of that name in a data
 * directory.  (transfer full) (nullable)
 */
char *tsim_data_file(const char *name, GError **error)
{
	char *path = NULL;
	g_autofree char *shown = tsim_cut(name);

	if (g_file_test(name, G_FILE_TEST_EXISTS))
		return g_strdup(name);
	if (!g_path_is_absolute(name))
		path = find_data(name);
	if (!path)
		tsim_throw(error,
			   "cannot find the file '%s' here or in the data directories "
			   "(TRIMSIM_DATADIR)",
			   shown);
	return path;
}

static void add_files(GPtrArray *names, const char *top, const char *directory)
{
	g_autofree char *path = g_build_filename(top, directory, NULL);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *file;

	while (dir && (file = g_dir_read_name(dir)))
		if (g_str_has_suffix(file, ".conf"))
			g_ptr_array_add(names, strcmp(directory, ".") ?
						       g_build_filename(directory, file, NULL) :
						       g_strdup(file));
}

static int compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What may be meant by @name, of the files next to where it would be.  (transfer full) */
static char *file_hint(const char *top, const char *name)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *directory = g_path_get_dirname(name);
	g_auto(GStrv) data = tsim_data_directories();

	add_files(names, top, directory);
	for (guint i = 0; data[i]; i++)
		add_files(names, data[i], directory);
	g_ptr_array_sort(names, compare_names);
	return tsim_did_you_mean(name, names);
}

/**
 * tsim_include_find:
 * @from: path of the including file
 * @name: what follows `include`
 *
 * The path of the included file: relative to the including file, else in a
 * data directory.  (transfer full) (nullable)
 */
char *tsim_include_find(const char *from, const char *name, GError **error)
{
	g_autofree char *directory = g_path_get_dirname(from), *near = NULL, *shown = NULL;
	g_autofree char *hint = NULL;
	char *path;

	if (g_path_is_absolute(name))
		return g_strdup(name);
	near = strcmp(directory, ".") ? g_build_filename(directory, name, NULL) : g_strdup(name);
	if (g_file_test(near, G_FILE_TEST_EXISTS))
		return g_steal_pointer(&near);
	path = find_data(name);
	if (path)
		return path;
	shown = tsim_cut(name);
	hint = file_hint(directory, name);
	tsim_throw(error,
		   "cannot find '%s' next to this file or in the data directories "
		   "(TRIMSIM_DATADIR)%s",
		   shown, hint);
	return NULL;
}

static gboolean read_stream(FILE *stream, GString *text, GError **error)
{
	char buffer[65536];
	size_t n;

	while ((n = fread(buffer, 1, sizeof(buffer), stream)) > 0) {
		g_string_append_len(text, buffer, n);
		if (text->len > MAX_FILE_BYTES)
			return tsim_throw(error, "longer than 16MiB: not a configuration");
	}
	if (ferror(stream))
		return tsim_throw(error, "cannot read: %s", g_strerror(errno));
	return TRUE;
}

/**
 * tsim_file_read:
 *
 * The whole file, without a byte order mark.  The message of an error names
 * neither file nor line.  (transfer full)
 */
gboolean tsim_file_read(const char *path, char **text, gsize *length, GError **error)
{
	g_autoptr(GString) all = g_string_new(NULL);
	FILE *stream = fopen(path, "rbe");
	gboolean ok;

	if (!stream)
		return tsim_throw(error, "cannot open: %s", g_strerror(errno));
	ok = read_stream(stream, all, error);
	fclose(stream);
	if (!ok)
		return FALSE;
	if (g_str_has_prefix(all->str, "\xef\xbb\xbf"))
		g_string_erase(all, 0, 3);
	*length = all->len;
	*text = g_string_free(g_steal_pointer(&all), FALSE);
	return TRUE;
}

/**
 * tsim_samples_locate:
 * @from: path of the file that @value stands in, "" for the command line
 *
 * @value with the FILE of each empirical(FILE) looked for like an include and
 * made absolute, so that a manifest means the same samples wherever it lies.
 * A file that is not found is left as written; the law says so.
 * (transfer full)
 */
char *tsim_samples_locate(const char *from, const char *value)
{
	g_autoptr(GString) text = g_string_new(NULL);
	const char *open;

	while ((open = strstr(value, "empirical("))) {
		const char *name = open + strlen("empirical("),
			   *close = name + tsim_law_file_length(name);
		g_autofree char *file = g_strstrip(g_strndup(name, close - name));
		g_autofree char *path = *file ? tsim_include_find(from, file, NULL) : NULL;
		g_autofree char *absolute = path ? g_canonicalize_filename(path, NULL) : NULL;

		g_string_append_len(text, value, name - value);
		g_string_append(text, absolute ? absolute : file);
		value = close;
	}
	g_string_append(text, value);
	return g_string_free(g_steal_pointer(&text), FALSE);
}
