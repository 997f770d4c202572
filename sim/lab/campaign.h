/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "plan.h"
#include "progress.h"
#include "schedule.h"
#include "store.h"

/* An experiment under way: its points, what is stored of them, and how far each one is. */
struct tsim_campaign {
	TsimPlan *plan;
	TsimStore *store;
	TsimSchedule *schedule;
	gint64 *ids; /* of the points in the store, 0: not there */
	guint64 failures; /* replications that failed when they were run */
	gboolean cut; /* the time budget was used up before all points were complete */
};

struct tsim_campaign_options {
	guint jobs; /* worker processes, 0: one per processor */
	enum tsim_progress_mode progress;
	struct tsim_session session;
};

gboolean tsim_campaign_init(struct tsim_campaign *c, TsimPlan *plan, TsimStore *store,
			    const struct tsim_shard *shard, gboolean retry, GError **error);
void tsim_campaign_clear(struct tsim_campaign *c);
gboolean tsim_campaign_run(struct tsim_campaign *c, const struct tsim_campaign_options *options,
			   GError **error);
guint64 tsim_campaign_n_incomplete(const struct tsim_campaign *c);
