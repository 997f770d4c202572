/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long the discards of recordings took, as a table for empirical(FILE).
 *
 * Sources: block_rq_issue and block_rq_complete of ftrace, trace-cmd, blkparse
 * and imported traces; fio's latency logs; fio's output in JSON with bins.
 */
#include "import.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "fio-json.h"
#include "import-file.h"
#include "pairs.h"
#include "trace.h"
#include "units.h"

#define SECTOR_BYTES 512
#define MAX_SECTORS (G_MAXINT64 / SECTOR_BYTES)

struct latencies {
	char **paths;
	struct tsim_import_report *report;
	FILE *file;
	/* of the source that is being read */
	guint64 n;
	double sum_ns;
};

static void write_row(void *data, guint64 bytes, tsim_ns latency_ns, guint64 count)
{
	struct latencies *l = data;

	fprintf(l->file, "%" G_GUINT64_FORMAT ",%" G_GINT64_FORMAT ",%" G_GUINT64_FORMAT "\n",
		bytes, latency_ns, count);
	l->n += count;
	l->sum_ns += (double)latency_ns * (double)count;
}

/* The completion of a discard whose issue was seen; other requests are of no interest. */
static gboolean is_discard_done(TsimPairs *pairs, const struct tsim_trace_record *record,
				guint64 *bytes, tsim_ns *latency_ns)
{
	const char *rwbs = tsim_trace_text(record, "rwbs");
	guint64 sectors;

	if (!rwbs || !strchr(rwbs, 'D') || !tsim_pairs_add(pairs, record, latency_ns) ||
	    !tsim_trace_number(record, "nr", &sectors) || !sectors || sectors > MAX_SECTORS)
		return FALSE;
	*bytes = sectors * SECTOR_BYTES;
	return TRUE;
}

static gboolean is_logged_discard(const struct tsim_trace_record *record, guint64 *bytes,
				  tsim_ns *latency_ns)
{
	guint64 ns;

	if (strcmp(record->event, "fio_latency") ||
	    g_strcmp0(tsim_trace_text(record, "direction"), "trim") ||
	    !tsim_trace_number(record, "length", bytes) || !*bytes || *bytes > G_MAXINT64 ||
	    !tsim_trace_number(record, "latency_ns", &ns) || ns > G_MAXINT64 / 2)
		return FALSE;
	*latency_ns = (tsim_ns)ns;
	return TRUE;
}

/* A recording that ends early lacks the slowest: what is left is too fast. */
static void note_pairs(GString *notes, const char *path, const struct tsim_pairs_stats *stats)
{
	if (stats->no_complete)
		g_string_append_printf(notes,
				       "%s: discards without a completion, which the table lacks: "
				       "%" G_GUINT64_FORMAT
				       " (the first: %s); if they were slow, its "
				       "tail is too short\n",
				       path, stats->no_complete, stats->first_no_complete);
	if (stats->no_issue)
		g_string_append_printf(notes,
				       "%s: completions of discards without an issue: "
				       "%" G_GUINT64_FORMAT " (the first: %s)\n",
				       path, stats->no_issue, stats->first_no_issue);
}

static gboolean read_events(struct latencies *l, TsimTraceReader *reader, const char *path,
			    GError **error)
{
	g_autoptr(TsimPairs) pairs = tsim_pairs_new();
	g_autoptr(GError) local = NULL;
	struct tsim_trace_record record;
	guint64 bytes;
	tsim_ns latency_ns;

	while (!ferror(l->file) && tsim_trace_next(reader, &record, &local))
		if (is_discard_done(pairs, &record, &bytes, &latency_ns) ||
		    is_logged_discard(&record, &bytes, &latency_ns))
			write_row(l, bytes, latency_ns, 1);
	if (!local) {
		note_pairs(l->report->notes, path, tsim_pairs_finish(pairs));
		return TRUE;
	}
	g_propagate_error(error, g_steal_pointer(&local));
	return FALSE;
}

static gboolean check_found(const struct latencies *l, const char *path,
			    const struct tsim_trace_stats *stats, GError **error)
{
	if (l->n)
		return TRUE;
	if (!stats->format)
		return tsim_throw(
			error,
			"%s:%" G_GUINT64_FORMAT ": no line up to here is of ftrace, "
			"trace-cmd, blkparse, a fio latency log or an imported trace, and "
			"it is not fio's JSON",
			path, stats->lines);
	return tsim_throw(error,
			  "%s:%" G_GUINT64_FORMAT ": no discard up to here with its latency "
			  "(format: %s)",
			  path, stats->lines, stats->format->name);
}

static gboolean read_trace(struct latencies *l, const char *path, const char **format,
			   GError **error)
{
	g_autoptr(TsimTraceReader) reader = tsim_trace_open(path, error);
	const struct tsim_trace_stats *stats;

	if (!reader || !read_events(l, reader, path, error))
		return FALSE;
	stats = tsim_trace_reader_stats(reader);
	*format = stats->format ? stats->format->name : "no trace";
	if (stats->bad)
		g_string_append_printf(l->report->notes,
				       "%s: lines that are no event: %" G_GUINT64_FORMAT
				       " (the first: line %" G_GUINT64_FORMAT ")\n",
				       path, stats->bad, stats->first_bad);
	return check_found(l, path, stats, error);
}

static gboolean read_json(struct latencies *l, const char *path, const char **format,
			  GError **error)
{
	*format = "fio JSON";
	return tsim_fio_json_read(path, write_row, l, error) &&
	       (l->n || tsim_throw(error, "%s: no discard in this output of fio", path));
}

static gboolean read_source(struct latencies *l, const char *path, GError **error)
{
	g_autofree char *mean = NULL;
	const char *format = NULL;
	gboolean ok;

	l->n = 0;
	l->sum_ns = 0;
	ok = tsim_fio_json_is(path) ? read_json(l, path, &format, error) :
				      read_trace(l, path, &format, error);
	if (!ok)
		return FALSE;
	mean = tsim_human_time(l->sum_ns / (double)l->n);
	g_string_append_printf(l->report->summary,
			       "%s: %s, %" G_GUINT64_FORMAT " discards, mean %s\n", path, format,
			       l->n, mean);
	return TRUE;
}

static gboolean read_all(FILE *file, void *data, GError **error)
{
	struct latencies *l = data;

	l->file = file;
	fputs("# latencies of discards, by trimsim import --latencies\n"
	      "bytes,latency_ns,count\n",
	      file);
	for (guint i = 0; l->paths[i]; i++)
		if (!read_source(l, l->paths[i], error))
			return FALSE;
	return TRUE;
}

/**
 * tsim_import_latencies:
 * @paths: recordings, at least one; what each is, its content says
 * @output: a table of size, latency and count for empirical(FILE)
 * @report: its texts are appended to
 *
 * Returns: FALSE when a recording cannot be read or has no discard with its
 * latency; @output is as it was then.
 */
gboolean tsim_import_latencies(char **paths, const char *output, struct tsim_import_report *report,
			       GError **error)
{
	struct latencies l = { .paths = paths, .report = report };

	return tsim_import_file(output, read_all, &l, error);
}
