/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plan.h"
#include "store.h"

/* What a directory says of the run that left it. */
struct tsim_reopened {
	TsimConfig *config;
	TsimPlan *plan;
	GStrv command; /* words */
};

TsimStore *tsim_reopen_store(const char *dir, GError **error);
gboolean tsim_reopen(struct tsim_reopened *r, const char *dir, TsimStore *store, GError **error);
void tsim_reopened_clear(struct tsim_reopened *r);
