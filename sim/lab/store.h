/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "block.h"
#include "plan.h"
#include "spread.h"
#include "tally.h"

/*
 * The blocks that have run, in DIR/results.sqlite: by what their results
 * depend on, so that whatever needs a block again finds it.
 */
typedef struct tsim_store TsimStore;

/* A run of the program that puts blocks there. */
struct tsim_session {
	const char *command; /* what gives the result again */
	const char *shard; /* "0/3", or NULL */
	const char *selection; /* of points, or NULL */
	guint jobs;
};

TsimStore *tsim_store_open(const char *dir, gboolean create, GError **error);
void tsim_store_close(TsimStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimStore, tsim_store_close)
gboolean tsim_store_seal(TsimStore *store, GError **error);
const char *tsim_store_path(const TsimStore *store);

gboolean tsim_store_begin(TsimStore *store, const struct tsim_session *session, GError **error);
gboolean tsim_store_end(TsimStore *store, const char *outcome, GError **error);
char *tsim_store_command(TsimStore *store, GError **error);
char *tsim_store_missing_shards(TsimStore *store, GError **error);

/* The number of a point in this store, 0: not there. */
gboolean tsim_store_find(TsimStore *store, const struct tsim_point *point, gint64 *id,
			 GError **error);
gboolean tsim_store_add(TsimStore *store, const struct tsim_point *point, const char *text,
			gint64 *id, GError **error);

gboolean tsim_store_has(TsimStore *store, const struct tsim_point *point, gboolean *found,
			GError **error);
gboolean tsim_store_is_empty(TsimStore *store, gboolean *empty, GError **error);

gboolean tsim_store_n_outdated(TsimStore *store, gint64 *n, GError **error);

gboolean tsim_store_put(TsimStore *store, gint64 id, const struct tsim_point *point,
			const struct tsim_block *block, GError **error);
GByteArray *tsim_store_get(TsimStore *store, gint64 id, const struct tsim_point *point,
			   guint32 first, guint32 end, GError **error);
typedef gboolean (*tsim_stored_fn)(guint32 first, guint32 end, guint failed, const GByteArray *sums,
				   gpointer data, GError **error);
gboolean tsim_store_each(TsimStore *store, gint64 id, const struct tsim_point *point,
			 tsim_stored_fn fn, gpointer data, GError **error);
gboolean tsim_store_load(TsimStore *store, gint64 id, const struct tsim_point *point, guint32 end,
			 TsimTally *tally, GPtrArray *failures, GError **error);
gboolean tsim_store_spread(TsimStore *store, gint64 id, const struct tsim_point *point, guint32 end,
			   TsimSpread *spread, GError **error);
gboolean tsim_store_import(TsimStore *store, TsimStore *from, GError **error);
