/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "observer.h"

/* Inside of the observer only. */

/* Sets of times in ms, each of which ends as some quantiles. */
enum tsim_times {
	DISCARD,
	COMMAND,
	RESIDUAL,
	REUSE,
	PIN,
	COMMIT,
	RO,
	RO_EMPTY_DATA,
	RO_USED_DATA,
	RO_METADATA,
	RO_SYSTEM,
	N_TIMES,
};

struct tsim_flight {
	tsim_ns begin_ns, removed_ns;
	guint64 logical, phys, len;
	gboolean exposed, reallocated, raced;
};

/* Something that has begun: a removed chunk's place, a kept map, a commit, a read-only group. */
struct tsim_begun {
	tsim_ns t_ns;
	guint64 key, len; /* phys, logical or transid */
	enum tsim_times kind;
};

struct tsim_observer {
	gboolean any;
	tsim_ns first_ns, last_ns, mutex_max_ns;
	guint64 fitrims, discards, main, removals, under, exposed, realloc, raced;
	guint64 commits, failed, highest, pinned_bytes, pinned_peak;
	GArray *flights; /* (element-type struct tsim_flight) under way, oldest first */
	GArray *freed, *kept, *commit, *ro; /* (element-type struct tsim_begun) */
	GHashTable *places; /* (element-type guint64) */
	GArray *times[N_TIMES]; /* (element-type double) */
};
