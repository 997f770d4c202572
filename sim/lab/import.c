/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recorded traces of any format, merged by time into one file of the native format. */
#include "import.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "import-file.h"
#include "pairs.h"
#include "trace.h"
#include "units.h"

struct source {
	char *path;
	TsimTraceReader *reader;
	TsimPairs *pairs; /* requests of two traces are never the same */
	struct tsim_trace_record record;
	gboolean at_end;
};

struct import {
	guint n;
	struct source *sources;
	char **paths;
	struct tsim_import_report *report;
	FILE *file;
};

static void clear(struct import *import)
{
	for (guint i = 0; i < import->n; i++) {
		g_clear_pointer(&import->sources[i].reader, tsim_trace_close);
		g_clear_pointer(&import->sources[i].pairs, tsim_pairs_free);
	}
	g_free(import->sources);
}

static gboolean advance(struct source *s, GError **error)
{
	g_autoptr(GError) local = NULL;

	s->at_end = !tsim_trace_next(s->reader, &s->record, &local);
	if (!local)
		return TRUE;
	g_propagate_error(error, g_steal_pointer(&local));
	return FALSE;
}

static gboolean open_all(struct import *import, GError **error)
{
	import->sources = g_new0(struct source, g_strv_length(import->paths));
	for (guint i = 0; import->paths[i]; i++) {
		struct source *s = &import->sources[i];

		s->path = import->paths[i];
		s->reader = tsim_trace_open(s->path, error);
		if (!s->reader)
			return FALSE;
		import->n++;
		s->pairs = tsim_pairs_new();
		if (!advance(s, error))
			return FALSE;
	}
	return TRUE;
}

/* The source with the oldest event, the first of several; NULL at the end of all. */
static struct source *oldest(struct import *import)
{
	struct source *found = NULL;

	for (guint i = 0; i < import->n; i++) {
		struct source *s = &import->sources[i];

		if (!s->at_end && (!found || s->record.t_ns < found->record.t_ns))
			found = s;
	}
	return found;
}

static void write_record(struct import *import, struct source *s)
{
	g_autoptr(GString) line = g_string_new(NULL);
	tsim_ns latency;

	tsim_trace_format_line(&s->record, line);
	if (tsim_pairs_add(s->pairs, &s->record, &latency) &&
	    !tsim_trace_text(&s->record, "latency_ns"))
		g_string_append_printf(line, " latency_ns=%" G_GINT64_FORMAT, latency);
	g_string_append_c(line, '\n');
	fwrite(line->str, 1, line->len, import->file);
}

static gboolean write_all(struct import *import, GError **error)
{
	struct source *s;

	fputs(TSIM_TRACE_HEAD "\n", import->file);
	while ((s = oldest(import))) {
		write_record(import, s);
		if (ferror(import->file))
			break; /* the caller reports it */
		if (!advance(s, error))
			return FALSE;
	}
	return TRUE;
}

static int compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void note_names(GString *notes, const char *path, const char *what, GHashTable *names)
{
	guint n;
	g_autofree gpointer *keys = g_hash_table_get_keys_as_array(names, &n);

	qsort(keys, n, sizeof(*keys), compare_names);
	for (guint i = 0; i < n; i++)
		g_string_append_printf(notes, "%s: %s %s: %" G_GUINT64_FORMAT "\n", path, what,
				       (char *)keys[i],
				       *(guint64 *)g_hash_table_lookup(names, keys[i]));
}

static void note_pairs(GString *notes, const char *path, const struct tsim_pairs_stats *stats)
{
	if (stats->no_issue)
		g_string_append_printf(notes,
				       "%s: completions without an issue: %" G_GUINT64_FORMAT
				       " (the first: %s)\n",
				       path, stats->no_issue, stats->first_no_issue);
	if (stats->no_complete)
		g_string_append_printf(notes,
				       "%s: issues without a completion: %" G_GUINT64_FORMAT
				       " (the first: %s)\n",
				       path, stats->no_complete, stats->first_no_complete);
}

static void report_source(const struct source *s, struct tsim_import_report *report)
{
	const struct tsim_trace_stats *stats = tsim_trace_reader_stats(s->reader);
	const struct tsim_pairs_stats *pairs = tsim_pairs_finish(s->pairs);
	GString *notes = report->notes;

	g_string_append_printf(report->summary,
			       "%s: %s, %" G_GUINT64_FORMAT " lines, %" G_GUINT64_FORMAT " events",
			       s->path, stats->format ? stats->format->name : "no trace",
			       stats->lines, stats->events);
	if (pairs->matched)
		g_string_append_printf(report->summary, ", %" G_GUINT64_FORMAT " requests matched",
				       pairs->matched);
	if (pairs->discards) {
		g_autofree char *mean =
			tsim_human_time(pairs->discard_ns / (double)pairs->discards);

		g_string_append_printf(report->summary,
				       ", %" G_GUINT64_FORMAT " of them discards, mean %s",
				       pairs->discards, mean);
	}
	g_string_append_c(report->summary, '\n');
	note_names(notes, s->path, "unknown event", stats->unknown);
	note_names(notes, s->path, "damaged event", stats->damaged);
	if (stats->bad)
		g_string_append_printf(notes,
				       "%s: lines that are no event: %" G_GUINT64_FORMAT
				       " (the first: line %" G_GUINT64_FORMAT ")\n",
				       s->path, stats->bad, stats->first_bad);
	if (stats->too_long)
		g_string_append_printf(notes,
				       "%s: lines longer than 64 KiB: %" G_GUINT64_FORMAT "\n",
				       s->path, stats->too_long);
	if (stats->cut)
		g_string_append_printf(notes, "%s: the last line has no end\n", s->path);
	note_pairs(notes, s->path, pairs);
}

/* Each of the traces must have something that can be used. */
static gboolean check_events(const struct import *import, GError **error)
{
	for (guint i = 0; i < import->n; i++) {
		const struct source *s = &import->sources[i];
		const struct tsim_trace_stats *stats = tsim_trace_reader_stats(s->reader);

		if (stats->events)
			continue;
		if (!stats->format)
			return tsim_throw(error,
					  "%s:%" G_GUINT64_FORMAT
					  ": no line up to here is of ftrace, trace-cmd, blkparse, "
					  "a fio iolog or latency log, or an imported trace",
					  s->path, stats->lines);
		return tsim_throw(error,
				  "%s:%" G_GUINT64_FORMAT
				  ": no event up to here that can be used (format: %s)",
				  s->path, stats->lines, stats->format->name);
	}
	return TRUE;
}

static gboolean import_all(FILE *file, void *data, GError **error)
{
	struct import *import = data;

	import->file = file;
	if (!open_all(import, error) || !write_all(import, error))
		return FALSE;
	for (guint i = 0; i < import->n; i++)
		report_source(&import->sources[i], import->report);
	return check_events(import, error);
}

/**
 * tsim_import:
 * @paths: traces, at least one
 * @output: written beside itself first, then put in place by a rename
 * @report: its texts are appended to, also when there is nothing that can be used
 *
 * Returns: FALSE when a trace cannot be read, is out of order or has no
 * event that can be used; @output is as it was then.  SIGINT and SIGTERM end
 * the program with status 130 and leave nothing.
 */
gboolean tsim_import(char **paths, const char *output, struct tsim_import_report *report,
		     GError **error)
{
	struct import import = { .paths = paths, .report = report };
	gboolean ok = tsim_import_file(output, import_all, &import, error);

	clear(&import);
	return ok;
}
