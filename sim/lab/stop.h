/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

gboolean tsim_stop_parse(const char *text, double confidence, guint64 *failures, GError **error);
