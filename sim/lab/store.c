/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One transaction a block.  The sums of a block are kept, not the outcome of
 * each replication: one to ten KB for up to 256 of them.
 */
#include "store-private.h"

#include <string.h>
#include "error.h"
#include "model-version.h"
#include "pack.h"
#include "store-races.h"
#include "wire.h"

/* "trim": other programs' databases are left alone. */
#define APPLICATION 0x7472696d
#define FORMAT 1

/* What a block is of, stored with its sums: a row whose columns do not fit it is damaged. */
struct stamp {
	guint8 key[TSIM_KEY_SIZE];
	guint64 seed;
	guint32 first, end;
};

static const char schema[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE point (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, text TEXT NOT NULL);"
	"CREATE TABLE session (id INTEGER PRIMARY KEY, command TEXT NOT NULL, version TEXT NOT NULL,"
	" model TEXT NOT NULL, host TEXT NOT NULL, jobs INTEGER NOT NULL, shard TEXT,"
	" selection TEXT, started TEXT NOT NULL, ended TEXT, outcome TEXT, cpu_ms INTEGER);"
	"CREATE TABLE block (point INTEGER NOT NULL REFERENCES point, seed INTEGER NOT NULL,"
	" start INTEGER NOT NULL, stop INTEGER NOT NULL, failed INTEGER NOT NULL,"
	" session INTEGER NOT NULL REFERENCES session, sums BLOB NOT NULL,"
	" PRIMARY KEY (point, seed, start, stop));"
	"CREATE TABLE failure (point INTEGER NOT NULL REFERENCES point, seed INTEGER NOT NULL,"
	" replication INTEGER NOT NULL, policy INTEGER NOT NULL, message TEXT NOT NULL,"
	" PRIMARY KEY (point, seed, replication)) WITHOUT ROWID;"
	"CREATE TABLE race (point INTEGER NOT NULL REFERENCES point, seed INTEGER NOT NULL,"
	" policy INTEGER NOT NULL, rank INTEGER NOT NULL, replication INTEGER NOT NULL,"
	" hit INTEGER NOT NULL, race BLOB NOT NULL,"
	" PRIMARY KEY (point, seed, policy, rank, replication, hit)) WITHOUT ROWID;"
	"PRAGMA application_id=" G_STRINGIFY(APPLICATION) ";"
							  "PRAGMA user_version=" G_STRINGIFY(
								  FORMAT) ";"
									  "COMMIT;";

/* ---- opening ---- */

static gboolean check_whole(struct tsim_sql *sql, GError **error)
{
	sqlite3_stmt *query = tsim_sql_query(sql, error, "PRAGMA quick_check(1)", "");
	g_autofree char *said = NULL;

	if (!query || tsim_sql_next(sql, query, error) < 0)
		return FALSE;
	said = g_strdelimit(g_strdup((const char *)sqlite3_column_text(query, 0)), "\n", ' ');
	sqlite3_reset(query);
	return g_strcmp0(said, "ok") == 0 || tsim_sql_throw_damaged(sql, said, error);
}

/* An empty file is what a kill leaves that comes before the tables are made. */
static gboolean check_format(struct tsim_sql *sql, gboolean create, GError **error)
{
	gint64 application, format, tables;

	if (!tsim_sql_number(sql, 0, &tables, error, "SELECT count(*) FROM sqlite_master", "") ||
	    !tsim_sql_number(sql, 0, &application, error, "PRAGMA application_id", "") ||
	    !tsim_sql_number(sql, 0, &format, error, "PRAGMA user_version", ""))
		return FALSE;
	if (!tables && !application)
		return create ? tsim_sql_script(sql, schema, error) :
				tsim_throw(error, "%s: there are no results in it", sql->path);
	if (application != APPLICATION)
		return tsim_throw(error, "%s: a database, but none that trimsim made", sql->path);
	if (format != FORMAT)
		return tsim_throw(error,
				  "%s: its format is %d, this version of trimsim reads only %d",
				  sql->path, (int)format, FORMAT);
	return check_whole(sql, error);
}

/**
 * tsim_store_open() - open DIR/results.sqlite
 * @dir: directory
 * @create: make it, when it is not there
 *
 * Fails while another process has it open.
 */
TsimStore *tsim_store_open(const char *dir, gboolean create, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "results.sqlite", NULL);
	g_autoptr(TsimStore) store = g_new0(TsimStore, 1);

	if (!tsim_sql_open(&store->sql, path, create, error) ||
	    !check_format(&store->sql, create, error))
		return NULL;
	return g_steal_pointer(&store);
}

void tsim_store_close(TsimStore *store)
{
	tsim_sql_close(&store->sql);
	g_free(store);
}

/** tsim_store_seal() - put all into one file, which can be copied and read anywhere */
gboolean tsim_store_seal(TsimStore *store, GError **error)
{
	return tsim_sql_unlog(&store->sql, error);
}

const char *tsim_store_path(const TsimStore *store)
{
	return store->sql.path;
}

/* ---- points ---- */

gboolean tsim_store_find(TsimStore *store, const struct tsim_point *point, gint64 *id,
			 GError **error)
{
	return tsim_sql_number(&store->sql, 0, id, error, "SELECT id FROM point WHERE key = ?", "b",
			       point->key, (gsize)TSIM_KEY_SIZE);
}

/** tsim_store_add() - find @point, or add it: @text is what its key is the hash of */
gboolean tsim_store_add(TsimStore *store, const struct tsim_point *point, const char *text,
			gint64 *id, GError **error)
{
	return tsim_sql_run(&store->sql, error,
			    "INSERT OR IGNORE INTO point (key, text) VALUES (?, ?)", "bt",
			    point->key, (gsize)TSIM_KEY_SIZE, text) &&
	       tsim_store_find(store, point, id, error);
}

/** tsim_store_has() - has any block of @point run, with its seed? */
gboolean tsim_store_has(TsimStore *store, const struct tsim_point *point, gboolean *found,
			GError **error)
{
	gint64 n = 0;
	gboolean ok = tsim_sql_number(&store->sql, 0, &n, error,
				      "SELECT count(*) FROM block JOIN point ON point.id ="
				      " block.point WHERE key = ? AND seed = ?",
				      "bi", point->key, (gsize)TSIM_KEY_SIZE, (gint64)point->seed);

	*found = n > 0;
	return ok;
}

/** tsim_store_is_empty() - has nothing run yet? */
gboolean tsim_store_is_empty(TsimStore *store, gboolean *empty, GError **error)
{
	gint64 n = 0;
	gboolean ok = tsim_sql_number(&store->sql, 0, &n, error, "SELECT count(*) FROM block", "");

	*empty = n == 0;
	return ok;
}

/** tsim_store_n_outdated() - replications that another version of the model ran */
gboolean tsim_store_n_outdated(TsimStore *store, gint64 *n, GError **error)
{
	g_autofree char *head = g_strdup_printf("# model %s\n", tsim_model_version);

	return tsim_sql_number(&store->sql, 0, n, error,
			       "SELECT total(stop - start) FROM block JOIN point ON point.id ="
			       " block.point WHERE substr(text, 1, ?) <> ?",
			       "it", (gint64)strlen(head), head);
}

/* ---- blocks ---- */

static void stamp_init(struct stamp *stamp, const guint8 key[TSIM_KEY_SIZE], guint64 seed,
		       guint32 first, guint32 end)
{
	*stamp = (struct stamp){ .seed = seed, .first = first, .end = end };
	memcpy(stamp->key, key, sizeof(stamp->key));
}

static gboolean put_sums(TsimStore *store, gint64 id, const struct tsim_point *point,
			 const struct tsim_block *block, GError **error)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new(), packed = NULL;
	struct stamp stamp;

	stamp_init(&stamp, point->key, point->seed, block->first, block->end);
	tsim_wire_put(bytes, &stamp, sizeof(stamp));
	g_byte_array_append(bytes, block->sums->data, block->sums->len);
	packed = tsim_pack(bytes);
	return tsim_sql_run(
		&store->sql, error,
		"INSERT OR REPLACE INTO block (point, seed, start, stop, failed, session,"
		" sums) VALUES (?, ?, ?, ?, ?, ?, ?)",
		"iiiiiib", id, (gint64)point->seed, (gint64)block->first, (gint64)block->end,
		(gint64)block->failures->len, store->session, packed->data, (gsize)packed->len);
}

/* A failure of an earlier attempt may not have come again. */
static gboolean put_failures(TsimStore *store, gint64 id, const struct tsim_point *point,
			     const struct tsim_block *block, GError **error)
{
	gboolean ok = tsim_sql_run(&store->sql, error,
				   "DELETE FROM failure WHERE point = ? AND seed = ? AND"
				   " replication >= ? AND replication < ?",
				   "iiii", id, (gint64)point->seed, (gint64)block->first,
				   (gint64)block->end);

	for (guint i = 0; ok && i < block->failures->len; i++) {
		const struct tsim_failure *failure = g_ptr_array_index(block->failures, i);

		ok = tsim_sql_run(&store->sql, error, "INSERT INTO failure VALUES (?, ?, ?, ?, ?)",
				  "iiiit", id, (gint64)point->seed, (gint64)failure->replication,
				  (gint64)failure->policy, failure->message);
	}
	return ok;
}

/**
 * tsim_store_put() - store a block that has run, in one transaction
 * @store: store, after tsim_store_begin()
 * @id: of tsim_store_add()
 * @point: the block's point
 * @block: takes the place of an earlier attempt
 */
gboolean tsim_store_put(TsimStore *store, gint64 id, const struct tsim_point *point,
			const struct tsim_block *block, GError **error)
{
	if (!tsim_sql_script(&store->sql, "BEGIN IMMEDIATE", error))
		return FALSE;
	if (put_sums(store, id, point, block, error) &&
	    put_failures(store, id, point, block, error) &&
	    tsim_races_put(&store->sql, id, point, block->kept, error) &&
	    tsim_sql_script(&store->sql, "COMMIT", error))
		return TRUE;
	/* SQLite may have done so itself. */
	tsim_sql_script(&store->sql, "ROLLBACK", NULL);
	return FALSE;
}

/** tsim_sums_unpack() - the sums of a row of the table block.  (nullable): NULL: damaged */
GByteArray *tsim_sums_unpack(const guint8 *data, gsize size, const guint8 key[TSIM_KEY_SIZE],
			     guint64 seed, guint32 first, guint32 end)
{
	g_autoptr(GByteArray) bytes = tsim_unpack(data, size);
	struct stamp stamp;

	stamp_init(&stamp, key, seed, first, end);
	if (!bytes || bytes->len < sizeof(stamp) || memcmp(bytes->data, &stamp, sizeof(stamp)))
		return NULL;
	g_byte_array_remove_range(bytes, 0, sizeof(stamp));
	return g_steal_pointer(&bytes);
}

static GByteArray *read_sums(sqlite3_stmt *query, const struct tsim_point *point, guint32 first,
			     guint32 end)
{
	return tsim_sums_unpack(sqlite3_column_blob(query, 3), sqlite3_column_bytes(query, 3),
				point->key, point->seed, first, end);
}

/** tsim_store_get() - the sums of one block that is stored.  (transfer full) (nullable) */
GByteArray *tsim_store_get(TsimStore *store, gint64 id, const struct tsim_point *point,
			   guint32 first, guint32 end, GError **error)
{
	sqlite3_stmt *query =
		tsim_sql_query(&store->sql, error,
			       "SELECT start, stop, failed, sums FROM block WHERE point = ? AND"
			       " seed = ? AND start = ? AND stop = ?",
			       "iiii", id, (gint64)point->seed, (gint64)first, (gint64)end);
	int row = query ? tsim_sql_next(&store->sql, query, error) : -1;
	GByteArray *sums = row > 0 ? read_sums(query, point, first, end) : NULL;

	if (row >= 0 && !sums)
		tsim_sql_throw_damaged(&store->sql, "a block is not what was written", error);
	if (row > 0)
		sqlite3_reset(query);
	return sums;
}

/**
 * tsim_store_each() - call @fn for each block of a point, by its first replication
 *
 * Return: FALSE when @fn does, or when the store cannot be read.
 */
gboolean tsim_store_each(TsimStore *store, gint64 id, const struct tsim_point *point,
			 tsim_stored_fn fn, gpointer data, GError **error)
{
	sqlite3_stmt *query =
		tsim_sql_query(&store->sql, error,
			       "SELECT start, stop, failed, sums FROM block WHERE point = ? AND"
			       " seed = ? ORDER BY start, stop",
			       "ii", id, (gint64)point->seed);
	int more = -1;

	while (query && (more = tsim_sql_next(&store->sql, query, error)) > 0) {
		guint32 first = sqlite3_column_int64(query, 0),
			end = sqlite3_column_int64(query, 1);
		g_autoptr(GByteArray) sums = read_sums(query, point, first, end);

		if (!sums)
			tsim_sql_throw_damaged(&store->sql, "a block is not what was written",
					       error);
		if (!sums || !fn(first, end, sqlite3_column_int(query, 2), sums, data, error)) {
			sqlite3_reset(query);
			return FALSE;
		}
	}
	return more == 0;
}

/* ---- results ---- */

struct loading {
	TsimStore *store;
	TsimTally *tally; /* grows, or else ... */
	TsimSpread *spread; /* ... gets each block */
	guint n_policies;
	guint32 at, end;
};

static gboolean load_block(guint32 first, guint32 end, guint failed, const GByteArray *sums,
			   gpointer data, GError **error)
{
	struct loading *l = data;
	const guint8 *p = sums->data;
	g_autoptr(TsimTally) block = NULL;

	if (l->at == l->end || first != l->at || end != MIN(tsim_block_end(first), l->end))
		return TRUE;
	l->at = end;
	if (l->spread)
		block = tsim_tally_new(l->n_policies);
	if (!tsim_tally_decode_merge(block ? block : l->tally, &p, p + sums->len))
		return tsim_sql_throw_damaged(&l->store->sql,
					      "the sums of a block cannot be read", error);
	if (block)
		tsim_spread_add(l->spread, block);
	return TRUE;
}

static gboolean load_failures(TsimStore *store, gint64 id, const struct tsim_point *point,
			      guint32 end, GPtrArray *failures, GError **error)
{
	sqlite3_stmt *query = tsim_sql_query(
		&store->sql, error,
		"SELECT policy, replication, message FROM failure WHERE point = ? AND"
		" seed = ? AND replication < ? ORDER BY replication",
		"iii", id, (gint64)point->seed, (gint64)end);
	int more = -1;

	while (query && (more = tsim_sql_next(&store->sql, query, error)) > 0)
		tsim_failures_add(failures,
				  CLAMP(sqlite3_column_int(query, 0), 0,
					(int)point->goal.n_policies - 1),
				  sqlite3_column_int64(query, 1),
				  (const char *)sqlite3_column_text(query, 2));
	return more == 0;
}

/**
 * tsim_store_load() - add up replications [0, @end) of a point
 * @store: store that has all their blocks
 * @id: of tsim_store_find()
 * @point: the point
 * @end: where a block ends, or the cap
 * @tally: empty; grows
 * @failures: (element-type struct tsim_failure): grows
 */
gboolean tsim_store_load(TsimStore *store, gint64 id, const struct tsim_point *point, guint32 end,
			 TsimTally *tally, GPtrArray *failures, GError **error)
{
	struct loading l = { .store = store, .tally = tally, .end = end };

	if (!tsim_store_each(store, id, point, load_block, &l, error))
		return FALSE;
	if (l.at != end)
		return tsim_sql_throw_damaged(&store->sql, "a block is missing", error);
	return load_failures(store, id, point, end, failures, error) &&
	       tsim_races_load(&store->sql, id, point, end, tally, error);
}

/**
 * tsim_store_spread() - how much the blocks of replications [0, @end) differ
 * @spread: made for their sum; each block is added
 */
gboolean tsim_store_spread(TsimStore *store, gint64 id, const struct tsim_point *point, guint32 end,
			   TsimSpread *spread, GError **error)
{
	struct loading l = { .store = store,
			     .spread = spread,
			     .n_policies = point->goal.n_policies,
			     .end = end };

	return tsim_store_each(store, id, point, load_block, &l, error);
}
