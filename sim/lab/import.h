/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* What was imported, and what was not: @summary for stdout, @notes for stderr. */
struct tsim_import_report {
	GString *summary, *notes;
};

gboolean tsim_import(char **paths, const char *output, struct tsim_import_report *report,
		     GError **error);
gboolean tsim_import_latencies(char **paths, const char *output, struct tsim_import_report *report,
			       GError **error);
