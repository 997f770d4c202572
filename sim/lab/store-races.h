/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plan.h"
#include "sql.h"
#include "tally.h"

/* The races that are kept of each point; inside of the store only. */

gboolean tsim_races_put(struct tsim_sql *sql, gint64 id, const struct tsim_point *point,
			const GByteArray *kept, GError **error);
gboolean tsim_races_load(struct tsim_sql *sql, gint64 id, const struct tsim_point *point,
			 guint32 end, TsimTally *tally, GError **error);
gboolean tsim_races_prune(struct tsim_sql *sql, gint64 id, GError **error);
