/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "simtime.h"

/* What a line of a recorded trace says, as far as placement and replay need it. */
enum tsim_trace_kind {
	TSIM_TRACE_CHUNK_ALLOC, /* logical, len, flags, phys */
	TSIM_TRACE_CHUNK_FREE, /* logical: device extents freed, group removed */
	TSIM_TRACE_REMOVED, /* logical, kept: em_removed=0 */
	TSIM_TRACE_RELEASED, /* logical: the kept map went */
	TSIM_TRACE_UNBLOCKED, /* transid */
	TSIM_TRACE_FITRIM,
	TSIM_TRACE_CREATE, /* a round of small files begins */
	TSIM_TRACE_DELETE, /* ... they are unlinked */
	TSIM_TRACE_SYNCFS,
	TSIM_TRACE_FALLOC, /* len */
	TSIM_TRACE_TRUNCATE,
};

struct tsim_trace_event {
	tsim_ns t_ns; /* since the first event */
	enum tsim_trace_kind kind;
	guint64 logical, len, flags, phys, transid;
	gboolean kept;
};

GArray *tsim_ftrace_read(const char *path, GError **error);
