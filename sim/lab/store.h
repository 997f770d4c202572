/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "result.h"

char *tsim_store_manifest(const char *resolved);
char *tsim_store_default_dir(const char *experiment, const char *manifest);
char *tsim_store_check(const char *dir, GError **error);
gboolean tsim_store_write(const char *place, const struct tsim_result *result,
			  const char *manifest, GError **error);
gboolean tsim_store_expect(const char *dir, GError **error);
