/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What another store has is put into this one, in one transaction. */
#include "store-private.h"

#include <string.h>
#include "error.h"
#include "pack.h"
#include "store-races.h"

struct import {
	struct tsim_sql *to, *from;
	gint64 point_to, point_from; /* the point at hand */
	guint8 key[TSIM_KEY_SIZE];
};

/* A row of the table block. */
struct row {
	gint64 seed, start, stop, failed, session;
	const guint8 *sums;
	gsize size;
};

/* Where the sessions of @from begin here: they are copied with their numbers moved up. */
static gboolean copy_sessions(struct import *m, gint64 *base, GError **error)
{
	sqlite3_stmt *query;
	int more = -1;

	if (!tsim_sql_number(m->to, 0, base, error, "SELECT max(id) FROM session", ""))
		return FALSE;
	query = tsim_sql_query(m->from, error,
			       "SELECT id, command, version, model, host, jobs, shard, selection,"
			       " started, ended, outcome, cpu_ms FROM session ORDER BY id",
			       "");
	while (query && (more = tsim_sql_next(m->from, query, error)) > 0) {
		const char *text[11];

		for (int i = 1; i <= 11; i++)
			text[i - 1] = (const char *)sqlite3_column_text(query, i);
		if (!tsim_sql_run(m->to, error,
				  "INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
				  "ittttttttttt", *base + sqlite3_column_int64(query, 0), text[0],
				  text[1], text[2], text[3], text[4], text[5], text[6], text[7],
				  text[8], text[9], text[10])) {
			sqlite3_reset(query);
			return FALSE;
		}
	}
	return more == 0;
}

static gboolean same_sums(const struct row *row, sqlite3_stmt *other)
{
	g_autoptr(GByteArray) a = tsim_unpack(row->sums, row->size);
	g_autoptr(GByteArray)
		b = tsim_unpack(sqlite3_column_blob(other, 1), sqlite3_column_bytes(other, 1));

	return a && b && a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

/* Is the block of @row better than what is here? */
static gboolean compare(struct import *m, const struct row *row, gboolean *better, GError **error)
{
	sqlite3_stmt *query =
		tsim_sql_query(m->to, error,
			       "SELECT failed, sums FROM block WHERE point = ? AND seed = ? AND"
			       " start = ? AND stop = ?",
			       "iiii", m->point_to, row->seed, row->start, row->stop);
	int found = query ? tsim_sql_next(m->to, query, error) : -1;
	gboolean same = TRUE;
	gint64 failed;

	*better = found == 0;
	if (found <= 0)
		return found == 0;
	failed = sqlite3_column_int64(query, 0);
	if (!failed && !row->failed)
		same = same_sums(row, query);
	*better = row->failed < failed;
	sqlite3_reset(query);
	return same ||
	       tsim_throw(
		       error,
		       "%s and %s have different results of the same replications, %" G_GINT64_FORMAT
		       " to %" G_GINT64_FORMAT " of seed %" G_GINT64_FORMAT
		       ": trimsim verify says which is wrong",
		       m->from->path, m->to->path, row->start, row->stop - 1, row->seed);
}

static gboolean copy_failures(struct import *m, const struct row *row, GError **error)
{
	sqlite3_stmt *query;
	int more = -1;

	if (!tsim_sql_run(m->to, error,
			  "DELETE FROM failure WHERE point = ? AND seed = ? AND replication >= ?"
			  " AND replication < ?",
			  "iiii", m->point_to, row->seed, row->start, row->stop))
		return FALSE;
	query = tsim_sql_query(m->from, error,
			       "SELECT replication, policy, message FROM failure WHERE point = ?"
			       " AND seed = ? AND replication >= ? AND replication < ?",
			       "iiii", m->point_from, row->seed, row->start, row->stop);
	while (query && (more = tsim_sql_next(m->from, query, error)) > 0) {
		if (!tsim_sql_run(m->to, error, "INSERT INTO failure VALUES (?, ?, ?, ?, ?)",
				  "iiiit", m->point_to, row->seed, sqlite3_column_int64(query, 0),
				  sqlite3_column_int64(query, 1),
				  (const char *)sqlite3_column_text(query, 2))) {
			sqlite3_reset(query);
			return FALSE;
		}
	}
	return more == 0;
}

static gboolean copy_block(struct import *m, const struct row *row, GError **error)
{
	g_autoptr(GByteArray) sums =
		tsim_sums_unpack(row->sums, row->size, m->key, row->seed, row->start, row->stop);
	gboolean better;

	if (!sums)
		return tsim_sql_throw_damaged(m->from, "a block is not what was written", error);
	if (!compare(m, row, &better, error))
		return FALSE;
	if (!better)
		return TRUE;
	return tsim_sql_run(
		       m->to, error,
		       "INSERT OR REPLACE INTO block (point, seed, start, stop, failed, session,"
		       " sums) VALUES (?, ?, ?, ?, ?, ?, ?)",
		       "iiiiiib", m->point_to, row->seed, row->start, row->stop, row->failed,
		       row->session, row->sums, row->size) &&
	       copy_failures(m, row, error);
}

static gboolean copy_blocks(struct import *m, gint64 base, GError **error)
{
	sqlite3_stmt *query =
		tsim_sql_query(m->from, error,
			       "SELECT seed, start, stop, failed, session, sums FROM block WHERE"
			       " point = ? ORDER BY seed, start, stop",
			       "i", m->point_from);
	int more = -1;

	while (query && (more = tsim_sql_next(m->from, query, error)) > 0) {
		struct row row = { .seed = sqlite3_column_int64(query, 0),
				   .start = sqlite3_column_int64(query, 1),
				   .stop = sqlite3_column_int64(query, 2),
				   .failed = sqlite3_column_int64(query, 3),
				   .session = base + sqlite3_column_int64(query, 4),
				   .sums = sqlite3_column_blob(query, 5),
				   .size = sqlite3_column_bytes(query, 5) };

		if (!copy_block(m, &row, error)) {
			sqlite3_reset(query);
			return FALSE;
		}
	}
	return more == 0;
}

static gboolean copy_races(struct import *m, GError **error)
{
	sqlite3_stmt *query =
		tsim_sql_query(m->from, error,
			       "SELECT seed, policy, rank, replication, hit, race FROM"
			       " race WHERE point = ?",
			       "i", m->point_from);
	int more = -1;

	while (query && (more = tsim_sql_next(m->from, query, error)) > 0) {
		g_autoptr(GByteArray) race =
			tsim_unpack(sqlite3_column_blob(query, 5), sqlite3_column_bytes(query, 5));

		if (!race)
			tsim_sql_throw_damaged(m->from, "a race cannot be read", error);
		if (!race ||
		    !tsim_sql_run(
			    m->to, error, "INSERT OR IGNORE INTO race VALUES (?, ?, ?, ?, ?, ?, ?)",
			    "iiiiiib", m->point_to, sqlite3_column_int64(query, 0),
			    sqlite3_column_int64(query, 1), sqlite3_column_int64(query, 2),
			    sqlite3_column_int64(query, 3), sqlite3_column_int64(query, 4),
			    sqlite3_column_blob(query, 5), (gsize)sqlite3_column_bytes(query, 5))) {
			sqlite3_reset(query);
			return FALSE;
		}
	}
	return more == 0 && tsim_races_prune(m->to, m->point_to, error);
}

/* The point that @query is at, here. */
static gboolean copy_point(struct import *m, sqlite3_stmt *query, gint64 base, GError **error)
{
	const guint8 *key = sqlite3_column_blob(query, 1);

	if (sqlite3_column_bytes(query, 1) != TSIM_KEY_SIZE)
		return tsim_sql_throw_damaged(m->from, "a point has no key", error);
	memcpy(m->key, key, TSIM_KEY_SIZE);
	m->point_from = sqlite3_column_int64(query, 0);
	return tsim_sql_run(m->to, error, "INSERT OR IGNORE INTO point (key, text) VALUES (?, ?)",
			    "bt", m->key, (gsize)TSIM_KEY_SIZE,
			    (const char *)sqlite3_column_text(query, 2)) &&
	       tsim_sql_number(m->to, 0, &m->point_to, error, "SELECT id FROM point WHERE key = ?",
			       "b", m->key, (gsize)TSIM_KEY_SIZE) &&
	       copy_blocks(m, base, error) && copy_races(m, error);
}

static gboolean copy_points(struct import *m, gint64 base, GError **error)
{
	sqlite3_stmt *query =
		tsim_sql_query(m->from, error, "SELECT id, key, text FROM point ORDER BY id", "");
	int more = -1;

	while (query && (more = tsim_sql_next(m->from, query, error)) > 0) {
		if (!copy_point(m, query, base, error)) {
			sqlite3_reset(query);
			return FALSE;
		}
	}
	return more == 0;
}

/**
 * tsim_store_import() - add all that @from has and @store has not
 *
 * A block that both have must be the same in both: an error that is the
 * user's to look into.  After an error nothing has changed.
 */
gboolean tsim_store_import(TsimStore *store, TsimStore *from, GError **error)
{
	struct import m = { .to = &store->sql, .from = &from->sql };
	gint64 base;

	if (!tsim_sql_log(m.to, error) || !tsim_sql_script(m.to, "BEGIN IMMEDIATE", error))
		return FALSE;
	if (copy_sessions(&m, &base, error) && copy_points(&m, base, error) &&
	    tsim_sql_script(m.to, "COMMIT", error))
		return TRUE;
	tsim_sql_script(m.to, "ROLLBACK", NULL);
	return FALSE;
}
