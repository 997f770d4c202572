/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Provenance: which runs put something into a store.  No part of a result. */
#include "store-private.h"

#include <stdio.h>
#include <sys/resource.h>
#include "model-version.h"

static char *now(void)
{
	g_autoptr(GDateTime) time = g_date_time_new_now_utc();

	return g_date_time_format_iso8601(time);
}

/** tsim_store_begin() - note who puts what comes now there */
gboolean tsim_store_begin(TsimStore *store, const struct tsim_session *session, GError **error)
{
	g_autofree char *started = now();

	if (!tsim_sql_log(&store->sql, error) ||
	    !tsim_sql_run(&store->sql, error,
			  "INSERT INTO session (command, version, model, host, jobs, shard,"
			  " selection, started) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			  "ttttittt", session->command, TSIM_VERSION, tsim_model_version,
			  g_get_host_name(), (gint64)session->jobs, session->shard,
			  session->selection, started))
		return FALSE;
	store->session = sqlite3_last_insert_rowid(store->sql.db);
	return TRUE;
}

static gint64 cpu_ms(int who)
{
	struct rusage usage;

	getrusage(who, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_GINT64_CONSTANT(1000) +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

/** tsim_store_end() - note how the run ended; one that is killed has no end */
gboolean tsim_store_end(TsimStore *store, const char *outcome, GError **error)
{
	g_autofree char *ended = now();

	return tsim_sql_run(&store->sql, error,
			    "UPDATE session SET ended = ?, outcome = ?, cpu_ms = ? WHERE id = ?",
			    "ttii", ended, outcome, cpu_ms(RUSAGE_SELF) + cpu_ms(RUSAGE_CHILDREN),
			    store->session);
}

/**
 * tsim_store_command() - of the last run there.  (transfer full) (nullable): NULL:
 * none, or error
 */
char *tsim_store_command(TsimStore *store, GError **error)
{
	sqlite3_stmt *query = tsim_sql_query(
		&store->sql, error, "SELECT command FROM session ORDER BY id DESC LIMIT 1", "");
	char *command;

	if (!query || tsim_sql_next(&store->sql, query, error) <= 0)
		return NULL;
	command = g_strdup((const char *)sqlite3_column_text(query, 0));
	sqlite3_reset(query);
	return command;
}

/* Marks the shards of @n that have put something there; FALSE: not all are of so many. */
static gboolean mark_shards(TsimStore *store, guint *n, gboolean **there, GError **error)
{
	sqlite3_stmt *query = tsim_sql_query(
		&store->sql, error, "SELECT DISTINCT shard FROM session WHERE shard IS NOT NULL",
		"");
	gboolean same = TRUE;

	while (query && tsim_sql_next(&store->sql, query, error) > 0) {
		guint i, of;

		if (sscanf((const char *)sqlite3_column_text(query, 0), "%u/%u", &i, &of) != 2 ||
		    i >= of || (*n && of != *n)) {
			same = FALSE;
			continue;
		}
		*there = *there ? *there : g_new0(gboolean, of);
		*n = of;
		(*there)[i] = TRUE;
	}
	return same;
}

/**
 * tsim_store_missing_shards() - "1/3, 2/3": which have put nothing there
 *
 * Return: (transfer full) (nullable): NULL: none is missing, or that cannot be told.
 */
char *tsim_store_missing_shards(TsimStore *store, GError **error)
{
	g_autofree gboolean *there = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	guint n = 0;

	if (!mark_shards(store, &n, &there, error))
		return NULL;
	for (guint i = 0; i < n; i++)
		if (!there[i])
			g_string_append_printf(text, "%s%u/%u", text->len ? ", " : "", i, n);
	return text->len ? g_strdup(text->str) : NULL;
}
