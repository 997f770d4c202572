/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sql.h"

#include <errno.h>
#include <string.h>
#include "error.h"

/** tsim_sql_throw_damaged() - the file is not what was written */
gboolean tsim_sql_throw_damaged(const struct tsim_sql *sql, const char *what, GError **error)
{
	return tsim_throw(
		error,
		"%s: the results are damaged: %s; nothing was changed: bring back a copy, "
		"or move the file away and run again",
		sql->path, what);
}

/* SQLite keeps the reason of a write that fails in a commit to itself, but errno has it still. */
static int system_error(const struct tsim_sql *sql)
{
	switch (errno) {
	case EDQUOT:
	case EFBIG:
	case EIO:
	case ENOSPC:
		return errno;
	default:
		return sqlite3_system_errno(sql->db);
	}
}

/** tsim_sql_throw() - report what SQLite said last */
gboolean tsim_sql_throw(const struct tsim_sql *sql, GError **error)
{
	int number = system_error(sql);
	const char *what = sqlite3_errmsg(sql->db);

	switch (sqlite3_errcode(sql->db)) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return tsim_sql_throw_damaged(sql, what, error);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return tsim_throw(error, "%s: another run is using it", sql->path);
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_READONLY:
		return tsim_throw(error, "%s: cannot open: %s", sql->path,
				  number ? g_strerror(number) : what);
	case SQLITE_FULL:
		return tsim_throw_run(error, "%s: %s", sql->path, g_strerror(ENOSPC));
	default:
		return tsim_throw_run(error, "%s: %s", sql->path,
				      number ? g_strerror(number) : what);
	}
}

static void finalize(gpointer statement)
{
	sqlite3_finalize(statement);
}

/**
 * tsim_sql_open() - open a database that no other process may have open
 * @sql: (out): to be closed in any case
 * @path: file
 * @create: make it if it is not there
 * @error: error
 *
 * The lock is held until the end, so that no shared memory is needed, which
 * network file systems lack.  Nothing is written yet.
 */
gboolean tsim_sql_open(struct tsim_sql *sql, const char *path, gboolean create, GError **error)
{
	int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);

	*sql = (struct tsim_sql){ .path = g_strdup(path) };
	sql->statements = g_hash_table_new_full(NULL, NULL, NULL, finalize);
	if (sqlite3_open_v2(path, &sql->db, flags, NULL) != SQLITE_OK)
		return tsim_sql_throw(sql, error);
	/* What is put there is seldom read again: the kernel's cache is enough for that. */
	return tsim_sql_script(sql, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-256", error);
}

/**
 * tsim_sql_log() - get ready for many transactions
 *
 * Write-ahead logging: what is committed survives a kill at any time, and a
 * full disk.
 */
gboolean tsim_sql_log(struct tsim_sql *sql, GError **error)
{
	return tsim_sql_script(sql, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL", error);
}

/** tsim_sql_unlog() - put all into one file again */
gboolean tsim_sql_unlog(struct tsim_sql *sql, GError **error)
{
	return tsim_sql_script(sql, "PRAGMA journal_mode=DELETE", error);
}

void tsim_sql_close(struct tsim_sql *sql)
{
	g_clear_pointer(&sql->statements, g_hash_table_unref);
	g_clear_pointer(&sql->db, sqlite3_close);
	g_clear_pointer(&sql->path, g_free);
}

/** tsim_sql_script() - run statements that give no rows, or whose rows do not matter */
gboolean tsim_sql_script(struct tsim_sql *sql, const char *text, GError **error)
{
	errno = 0;
	return sqlite3_exec(sql->db, text, NULL, NULL, NULL) == SQLITE_OK ||
	       tsim_sql_throw(sql, error);
}

static void bind(sqlite3_stmt *statement, const char *types, va_list args)
{
	for (int i = 0; types[i]; i++) {
		if (types[i] == 'i') {
			sqlite3_bind_int64(statement, i + 1, va_arg(args, gint64));
		} else if (types[i] == 't') {
			sqlite3_bind_text(statement, i + 1, va_arg(args, const char *), -1,
					  SQLITE_TRANSIENT);
		} else {
			const guint8 *data = va_arg(args, const guint8 *);

			sqlite3_bind_blob64(statement, i + 1, data, va_arg(args, gsize),
					    SQLITE_TRANSIENT);
		}
	}
}

static sqlite3_stmt *prepare(struct tsim_sql *sql, const char *text, const char *types,
			     va_list args, GError **error)
{
	sqlite3_stmt *statement = g_hash_table_lookup(sql->statements, text);

	errno = 0;
	if (!statement) {
		if (sqlite3_prepare_v2(sql->db, text, -1, &statement, NULL) != SQLITE_OK) {
			tsim_sql_throw(sql, error);
			return NULL;
		}
		g_hash_table_insert(sql->statements, (gpointer)text, statement);
	}
	sqlite3_reset(statement);
	bind(statement, types, args);
	return statement;
}

sqlite3_stmt *tsim_sql_query(struct tsim_sql *sql, GError **error, const char *text,
			     const char *types, ...)
{
	sqlite3_stmt *statement;
	va_list args;

	va_start(args, types);
	statement = prepare(sql, text, types, args, error);
	va_end(args);
	return statement;
}

int tsim_sql_next(struct tsim_sql *sql, sqlite3_stmt *query, GError **error)
{
	int result = sqlite3_step(query);

	if (result == SQLITE_ROW)
		return 1;
	if (result != SQLITE_DONE)
		tsim_sql_throw(sql, error);
	sqlite3_reset(query);
	return result == SQLITE_DONE ? 0 : -1;
}

gboolean tsim_sql_run(struct tsim_sql *sql, GError **error, const char *text, const char *types,
		      ...)
{
	sqlite3_stmt *statement;
	va_list args;

	va_start(args, types);
	statement = prepare(sql, text, types, args, error);
	va_end(args);
	if (!statement || tsim_sql_next(sql, statement, error) < 0)
		return FALSE;
	sqlite3_reset(statement);
	return TRUE;
}

gboolean tsim_sql_number(struct tsim_sql *sql, gint64 none, gint64 *number, GError **error,
			 const char *text, const char *types, ...)
{
	sqlite3_stmt *statement;
	va_list args;
	int result;

	va_start(args, types);
	statement = prepare(sql, text, types, args, error);
	va_end(args);
	if (!statement)
		return FALSE;
	result = tsim_sql_next(sql, statement, error);
	if (result < 0)
		return FALSE;
	*number = result ? sqlite3_column_int64(statement, 0) : none;
	sqlite3_reset(statement);
	return TRUE;
}
