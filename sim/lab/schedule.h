/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "block.h"

/* How far a point is to be run. */
struct tsim_goal {
	guint32 replications; /* the cap */
	guint64 failures; /* enough when the worst policy has so many corrupted; 0: no such rule */
	guint n_policies;
};

/* Shard @i of @n, from 0; n is 1 when there are none. */
struct tsim_shard {
	guint i, n;
};

/* Where a point stands: replications [0, end) are counted. */
struct tsim_standing {
	guint32 end;
	gboolean complete, enough; /* enough: the rule was met, not the cap */
	guint64 replications, corrupted; /* without failed ones; under the worst policy */
};

/* Over all points, for the line of progress. */
struct tsim_totals {
	guint64 points, complete;
	guint64 replications, corrupted; /* counted */
	guint64 left; /* replications that are still to be run, at most if there is a rule */
	gboolean ruled; /* a rule to stop may end a point before its cap */
};

typedef struct tsim_schedule TsimSchedule;

TsimSchedule *tsim_schedule_new(const struct tsim_goal *goals, guint64 n,
				const struct tsim_shard *shard);
void tsim_schedule_free(TsimSchedule *schedule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimSchedule, tsim_schedule_free)
gboolean tsim_schedule_owns(const TsimSchedule *schedule, guint64 point);
gboolean tsim_schedule_know(TsimSchedule *schedule, guint64 point, guint32 first, guint32 end,
			    const guint8 *sums, gsize size);
struct tsim_block *tsim_schedule_next(TsimSchedule *schedule);
const struct tsim_standing *tsim_schedule_standing(const TsimSchedule *schedule, guint64 point);
void tsim_schedule_totals(const TsimSchedule *schedule, struct tsim_totals *totals);
