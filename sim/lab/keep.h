/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "outcome.h"

#define TSIM_KEEP_MAX 20 /* races kept per policy */

/* A race that is kept, and the replication it happened in. */
struct tsim_kept {
	guint32 replication;
	guint32 index; /* among the races of that replication and policy */
	struct tsim_race race; /* steps owned, texts interned */
};

GPtrArray *tsim_keep_new(void);
void tsim_keep_offer(GPtrArray *kept, guint32 replication, guint32 index,
		     const struct tsim_race *race);
void tsim_keep_encode(const GPtrArray *kept, GByteArray *out);
gboolean tsim_keep_decode_merge(GPtrArray *kept, const guint8 **p, const guint8 *end);
guint tsim_keep_rank(const char *fate);
void tsim_keep_take(GPtrArray *list, struct tsim_kept *kept);
void tsim_kept_encode(const struct tsim_kept *kept, GByteArray *out);
struct tsim_kept *tsim_kept_decode(const guint8 **p, const guint8 *end);
void tsim_kept_free(struct tsim_kept *kept);
