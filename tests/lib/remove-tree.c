/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remove-tree.h"

#include <glib.h>
#include <glib/gstdio.h>

void remove_tree(const char *path)
{
	GDir *dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *child = g_build_filename(path, name, NULL);

		remove_tree(child);
	}
	g_clear_pointer(&dir, g_dir_close);
	g_remove(path);
}
