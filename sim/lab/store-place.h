/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* Where a result goes; inside of the store only. */

gboolean tsim_place_is_result(const char *dir);
char *tsim_place_find(const char *dir, GError **error);
gboolean tsim_place_probe(const char *place, GError **error);
gboolean tsim_place_put(const char *made, const char *place, GError **error);
void tsim_place_remove(const char *path);
