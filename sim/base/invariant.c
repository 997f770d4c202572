/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "invariant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tsim_where tsim_where;

static const char *or_none(const char *name)
{
	return name ? name : "none";
}

/**
 * tsim_invariant_failed() - say what broke and where the replication was, then abort
 * @condition: text of the condition that does not hold
 * @file: source file, printed without its directory
 * @line: source line
 * @format: printf format of what it means
 *
 * Call it through tsim_invariant().  All on one line and in one write, because
 * many workers share stderr; no allocation, because the heap may be what broke.
 */
void tsim_invariant_failed(const char *condition, const char *file, int line,
			   const char *format, ...)
{
	const char *slash = strrchr(file, '/');
	char message[512];
	va_list args;

	va_start(args, format);
	g_vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	fflush(stdout);
	fprintf(stderr, "trimsim: invariant '%s' broken at %s:%d: %s; t=%" G_GINT64_FORMAT
		"ns actor=%s policy=%s seed=%" G_GUINT64_FORMAT " replication=%u\n",
		condition, slash ? slash + 1 : file, line, message, tsim_where.now_ns,
		or_none(tsim_where.actor), or_none(tsim_where.policy), tsim_where.seed,
		tsim_where.replication);
	abort();
}
