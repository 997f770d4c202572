/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "campaign.h"
#include "result.h"

/* From a campaign to the results of its points, one after the other. */

typedef gboolean (*tsim_results_fn)(const struct tsim_result *result, gpointer data,
				    GError **error);

void tsim_results_head(const struct tsim_campaign *c, const char *const *command,
		       struct tsim_head *head);
void tsim_results_head_clear(struct tsim_head *head);
gboolean tsim_results_each(const struct tsim_campaign *c, const struct tsim_head *head,
			   tsim_results_fn fn, gpointer data, GError **error);
