/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "error.h"

G_DEFINE_QUARK(tsim-error-quark, tsim_error)

/**
 * tsim_throw() - report bad usage or bad input
 * @error: where to put the error, or NULL
 * @format: printf format of one lowercase line without a newline
 *
 * Return: always FALSE, so that a caller can return it.
 */
gboolean tsim_throw(GError **error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_propagate_error(error, g_error_new_valist(TSIM_ERROR, TSIM_ERROR_INPUT, format, args));
	va_end(args);
	return FALSE;
}

/**
 * tsim_throw_run() - report a run that failed for a reason other than its input
 * @error: where to put the error, or NULL
 * @format: printf format of one lowercase line without a newline
 *
 * Return: always FALSE, so that a caller can return it.
 */
gboolean tsim_throw_run(GError **error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_propagate_error(error, g_error_new_valist(TSIM_ERROR, TSIM_ERROR_RUN, format, args));
	va_end(args);
	return FALSE;
}
