/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "config.h"

char *tsim_point_text(const TsimResolved *resolved, GHashTable *digests, GError **error);
char *tsim_manifest_core(const char *manifest);
