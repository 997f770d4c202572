/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#define TSIM_ERROR (tsim_error_quark())
GQuark tsim_error_quark(void);

enum tsim_error {
	TSIM_ERROR_INPUT,	/* bad usage or bad input: exit status 2 */
	TSIM_ERROR_RUN,		/* a run failed: exit status 1 */
};

/* Set @error and return FALSE: `return tsim_throw(error, "unknown key '%s'", key);` */
gboolean tsim_throw(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
gboolean tsim_throw_run(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
