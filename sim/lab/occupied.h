/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "plan.h"
#include "store.h"

gboolean tsim_occupied_check(const char *place, const char *dir, TsimStore *store,
			     const TsimPlan *plan, GError **error);
