/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "simtime.h"

/*
 * Where the running replication is, for the message of a broken invariant.
 * The engine keeps @now_ns and @actor, the lab the rest.
 */
struct tsim_where {
	tsim_ns now_ns;
	const char *actor;
	const char *policy;
	guint64 seed;
	guint32 replication;
};
extern struct tsim_where tsim_where;

/* A broken invariant ends this process (one worker, not the sweep): it is a bug, never a result. */
#define tsim_invariant(condition, ...) \
	do { \
		if (G_UNLIKELY(!(condition))) \
			tsim_invariant_failed(#condition, __FILE__, __LINE__, __VA_ARGS__); \
	} while (0)

void tsim_invariant_failed(const char *condition, const char *file, int line,
			   const char *format, ...)
	G_GNUC_PRINTF(4, 5) G_GNUC_NORETURN;
