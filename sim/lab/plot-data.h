/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "campaign.h"

/* Tables that only a figure needs, made when it is drawn. */

char *tsim_convergence_tsv(struct tsim_campaign *c, GError **error);
gboolean tsim_timeline_write(TsimPlan *plan, const char *path, GError **error);
