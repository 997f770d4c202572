/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "campaign.h"

/* The files of a result, which are made from the store. */

/* What is to be said of a result beyond its report. */
struct tsim_said {
	guint64 replications, failures;
	guint64 capped; /* points that had all replications before the rule to stop was met */
	GPtrArray *broken; /* (element-type utf8) expectations that do not hold, a line each */
};

char *tsim_output_default_dir(const TsimPlan *plan, const struct tsim_shard *shard);
char *tsim_output_check(const char *dir, GError **error);
gboolean tsim_output_expect(const char *dir, GError **error);
TsimStore *tsim_output_open(const char *place, const char *dir, const TsimPlan *plan,
			    gboolean *fresh, GError **error);
gboolean tsim_output_write(const struct tsim_campaign *c, const char *place,
			   const char *const *command, struct tsim_said *said, GError **error);
