/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config-private.h"
#include "error.h"

/**
 * tsim_data_file:
 * @name: a path, or the name of a bundled file
 *
 * Returns: (transfer full) (nullable): the path as given when it exists, else
 * the file of that name in a data directory.
 */
char *tsim_data_file(const char *name, GError **error)
{
	g_auto(GStrv) data = tsim_data_directories();

	if (g_file_test(name, G_FILE_TEST_EXISTS))
		return g_strdup(name);
	for (guint i = 0; !g_path_is_absolute(name) && data[i]; i++) {
		g_autofree char *path = g_build_filename(data[i], name, NULL);

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			return g_steal_pointer(&path);
	}
	tsim_throw(error, "cannot find the file '%s' here or in the data directories (TRIMSIM_DATADIR)", name);
	return NULL;
}
