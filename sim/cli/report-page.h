/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* Write DIR/report.html, and print its name. */
gboolean tsim_cli_report_page(const char *dir, GError **error);
