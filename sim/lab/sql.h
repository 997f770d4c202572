/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>

/* Inside of the store only: SQLite with our errors. */
struct tsim_sql {
	sqlite3 *db;
	char *path; /* for messages */
	GHashTable *statements; /* SQL -> sqlite3_stmt, prepared once */
};

gboolean tsim_sql_open(struct tsim_sql *sql, const char *path, gboolean create, GError **error);
void tsim_sql_close(struct tsim_sql *sql);
gboolean tsim_sql_log(struct tsim_sql *sql, GError **error);
gboolean tsim_sql_unlog(struct tsim_sql *sql, GError **error);
gboolean tsim_sql_throw(const struct tsim_sql *sql, GError **error);
gboolean tsim_sql_throw_damaged(const struct tsim_sql *sql, const char *what, GError **error);
gboolean tsim_sql_script(struct tsim_sql *sql, const char *text, GError **error);
/*
 * Statements with ? for the arguments that follow @types: i: gint64, t: const char * or NULL,
 * b: const guint8 * and gsize.  The text of a statement is a literal.
 */
gboolean tsim_sql_run(struct tsim_sql *sql, GError **error, const char *text, const char *types,
		      ...);
sqlite3_stmt *tsim_sql_query(struct tsim_sql *sql, GError **error, const char *text,
			     const char *types, ...);
/* The next row of a query: 1; 0 at the end; -1 with an error.  The end resets it. */
int tsim_sql_next(struct tsim_sql *sql, sqlite3_stmt *query, GError **error);
/* The first number of the first row; @none when there is no row. */
gboolean tsim_sql_number(struct tsim_sql *sql, gint64 none, gint64 *number, GError **error,
			 const char *text, const char *types, ...);
