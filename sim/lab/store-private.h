/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sql.h"
#include "store.h"

/* Inside of the store only. */
struct tsim_store {
	struct tsim_sql sql;
	gint64 session; /* that puts blocks there now */
};

GByteArray *tsim_sums_unpack(const guint8 *data, gsize size, const guint8 key[TSIM_KEY_SIZE],
			     guint64 seed, guint32 first, guint32 end);
