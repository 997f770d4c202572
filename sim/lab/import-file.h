/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdio.h>

/* Writes all of the file.  What cannot be written need not be noticed. */
typedef gboolean (*tsim_import_fn)(FILE *file, void *data, GError **error);

gboolean tsim_import_file(const char *output, tsim_import_fn write, void *data, GError **error);
