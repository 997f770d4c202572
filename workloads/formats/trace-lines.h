/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* The lines of a file, plain or gzip, in memory that does not grow with it. */
typedef struct tsim_lines TsimLines;

enum tsim_lines_result {
	TSIM_LINES_LINE,
	TSIM_LINES_LONG, /* longer than any trace has; what fits of it */
	TSIM_LINES_CUT, /* the last one, without an end */
	TSIM_LINES_END,
	TSIM_LINES_ERROR,
};

TsimLines *tsim_lines_open(const char *path, GError **error);
enum tsim_lines_result tsim_lines_next(TsimLines *lines, char **out, GError **error);
void tsim_lines_close(TsimLines *lines);
