/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Of each fate the first races, so many as a result shows at most.  Whatever
 * number of replications a result is of, and in whatever order their blocks
 * came in, what it has to show is among these.
 */
#include "store-races.h"

#include "pack.h"

/* Is the race among the first of its fate? */
static gboolean wanted(struct tsim_sql *sql, gint64 id, gint64 seed, guint policy,
		       const struct tsim_kept *kept, gboolean *is, GError **error)
{
	gint64 before;

	if (!tsim_sql_number(sql, 0, &before, error,
			     "SELECT count(*) FROM (SELECT 1 FROM race WHERE point = ? AND seed = ?"
			     " AND policy = ? AND rank = ? AND (replication, hit) < (?, ?)"
			     " LIMIT " G_STRINGIFY(TSIM_KEEP_MAX) ")",
			     "iiiiii", id, seed, (gint64)policy,
			     (gint64)tsim_keep_rank(kept->race.fate), (gint64)kept->replication,
			     (gint64)kept->index))
		return FALSE;
	*is = before < TSIM_KEEP_MAX;
	return TRUE;
}

static gboolean put_race(struct tsim_sql *sql, gint64 id, gint64 seed, guint policy,
			 const struct tsim_kept *kept, GError **error)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new(), packed = NULL;
	gint64 rank = tsim_keep_rank(kept->race.fate);
	gboolean is;

	if (!wanted(sql, id, seed, policy, kept, &is, error))
		return FALSE;
	if (!is)
		return TRUE;
	tsim_kept_encode(kept, bytes);
	packed = tsim_pack(bytes);
	return tsim_sql_run(sql, error, "INSERT OR IGNORE INTO race VALUES (?, ?, ?, ?, ?, ?, ?)",
			    "iiiiiib", id, seed, (gint64)policy, rank, (gint64)kept->replication,
			    (gint64)kept->index, packed->data, (gsize)packed->len) &&
	       tsim_sql_run(sql, error,
			    "DELETE FROM race WHERE point = ?1 AND seed = ?2 AND policy = ?3 AND"
			    " rank = ?4 AND (replication, hit) > (SELECT replication, hit FROM race"
			    " WHERE point = ?1 AND seed = ?2 AND policy = ?3 AND rank = ?4"
			    " ORDER BY replication, hit LIMIT 1 OFFSET " G_STRINGIFY(
				    TSIM_KEEP_MAX) " - 1)",
			    "iiii", id, seed, (gint64)policy, rank);
}

/**
 * tsim_races_put() - keep the races of a block that are worth it
 * @kept: of tsim_tally_encode_kept()
 */
gboolean tsim_races_put(struct tsim_sql *sql, gint64 id, const struct tsim_point *point,
			const GByteArray *kept, GError **error)
{
	const guint8 *p = kept->data, *end = p + kept->len;

	for (guint i = 0; i < point->goal.n_policies; i++) {
		g_autoptr(GPtrArray) list = tsim_keep_new();

		if (!tsim_keep_decode_merge(list, &p, end))
			return tsim_sql_throw_damaged(sql, "a worker's races cannot be read",
						      error);
		for (guint k = 0; k < list->len; k++)
			if (!put_race(sql, id, point->seed, i, g_ptr_array_index(list, k), error))
				return FALSE;
	}
	return TRUE;
}

/** tsim_races_prune() - drop what is not among the first of its fate, of all seeds of a point */
gboolean tsim_races_prune(struct tsim_sql *sql, gint64 id, GError **error)
{
	return tsim_sql_run(sql, error,
			    "DELETE FROM race WHERE point = ?1 AND"
			    " (seed, policy, rank, replication, hit) IN (SELECT seed, policy, rank,"
			    " replication, hit FROM (SELECT seed, policy, rank, replication, hit,"
			    " row_number() OVER (PARTITION BY seed, policy, rank ORDER BY"
			    " replication, hit) AS place FROM race WHERE point = ?1)"
			    " WHERE place > " G_STRINGIFY(TSIM_KEEP_MAX) ")",
			    "i", id);
}

static gboolean load_race(struct tsim_sql *sql, sqlite3_stmt *query, GPtrArray *kept,
			  GError **error)
{
	g_autoptr(GByteArray)
		bytes = tsim_unpack(sqlite3_column_blob(query, 1), sqlite3_column_bytes(query, 1));
	const guint8 *p = bytes ? bytes->data : NULL;
	struct tsim_kept *one = p ? tsim_kept_decode(&p, p + bytes->len) : NULL;

	if (!one)
		return tsim_sql_throw_damaged(sql, "a race cannot be read", error);
	tsim_keep_take(kept, one);
	return TRUE;
}

/** tsim_races_load() - offer the races of replications [0, @end) to @tally */
gboolean tsim_races_load(struct tsim_sql *sql, gint64 id, const struct tsim_point *point,
			 guint32 end, TsimTally *tally, GError **error)
{
	sqlite3_stmt *query = tsim_sql_query(sql, error,
					     "SELECT policy, race FROM race WHERE point = ? AND"
					     " seed = ? AND replication < ?",
					     "iii", id, (gint64)point->seed, (gint64)end);
	int more = -1;

	while (query && (more = tsim_sql_next(sql, query, error)) > 0) {
		guint policy = sqlite3_column_int(query, 0);

		if (policy < tally->n_policies &&
		    !load_race(sql, query, tally->policies[policy].kept, error)) {
			sqlite3_reset(query);
			return FALSE;
		}
	}
	return more == 0;
}
