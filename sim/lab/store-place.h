/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* Where a result goes. */

gboolean tsim_place_is_result(const char *dir);
gboolean tsim_place_has_store(const char *dir);
char *tsim_place_find(const char *dir, GError **error);
gboolean tsim_place_probe(const char *place, GError **error);
void tsim_place_remove(const char *path);
