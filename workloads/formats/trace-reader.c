/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A trace as a stream of records in order of time.  The format is found by
 * the first line that only one format can have.
 */
#include <string.h>

#include "error.h"
#include "trace-lines.h"
#include "trace.h"

#define MAX_NAMES 256 /* of unknown events that are told apart */

static const struct tsim_trace_format *const formats[] = {
	&tsim_trace_native,
	&tsim_trace_iolog,
	&tsim_trace_ftrace,
	&tsim_trace_blkparse,
	&tsim_trace_fio_log,
};

struct waiting {
	tsim_ns t_ns;
	guint64 line;
	char *text; /* a native line */
};

struct tsim_trace_reader {
	char *path;
	TsimLines *lines;
	struct tsim_trace_stats stats;
	struct tsim_trace_state state;
	GQueue window; /* (element-type struct waiting) oldest first */
	char *current; /* the line that the last record points into */
	tsim_ns last_ns;
	guint64 line; /* of the last record */
	gboolean ended;
};

static void free_waiting(struct waiting *w)
{
	g_free(w->text);
	g_free(w);
}

/**
 * tsim_trace_open:
 * Returns: (transfer full) (nullable): a reader at the start of @path.
 */
TsimTraceReader *tsim_trace_open(const char *path, GError **error)
{
	TsimLines *lines = tsim_lines_open(path, error);
	TsimTraceReader *r;

	if (!lines)
		return NULL;
	r = g_new0(TsimTraceReader, 1);
	r->path = g_strdup(path);
	r->lines = lines;
	r->stats.unknown = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	r->stats.damaged = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return r;
}

void tsim_trace_close(TsimTraceReader *r)
{
	g_queue_clear_full(&r->window, (GDestroyNotify)free_waiting);
	g_hash_table_unref(r->stats.unknown);
	g_hash_table_unref(r->stats.damaged);
	tsim_lines_close(r->lines);
	g_free(r->current);
	g_free(r->path);
	g_free(r);
}

const struct tsim_trace_stats *tsim_trace_reader_stats(const TsimTraceReader *r)
{
	return &r->stats;
}

/* The line of the file that the last record came from. */
guint64 tsim_trace_reader_line(const TsimTraceReader *r)
{
	return r->line;
}

static void count_name(GHashTable *names, const char *event)
{
	g_autofree char *name = g_strdup(event);
	guint64 *n;

	for (char *c = name; *c; c++) { /* it may be garbage, and is printed */
		if (!g_ascii_isgraph(*c))
			*c = '?';
	}
	if (!g_hash_table_contains(names, name) && g_hash_table_size(names) >= MAX_NAMES) {
		g_free(name);
		name = g_strdup("(others)");
	}
	n = g_hash_table_lookup(names, name);
	if (!n) {
		n = g_new0(guint64, 1);
		g_hash_table_insert(names, g_steal_pointer(&name), n);
	}
	++*n;
}

static void count_bad(TsimTraceReader *r)
{
	if (r->stats.bad++ == 0)
		r->stats.first_bad = r->stats.lines;
}

static const struct tsim_trace_format *find_format(const char *line)
{
	for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
		if (formats[i]->probe(line))
			return formats[i];
	}
	return NULL;
}

/* TRUE: @out is an event.  Everything else is counted. */
static gboolean parse(TsimTraceReader *r, char *line, struct tsim_trace_record *out)
{
	struct tsim_trace_stats *stats = &r->stats;

	if (!stats->format)
		stats->format = find_format(line);
	if (!stats->format) {
		if (*line && *line != '#')
			count_bad(r);
		return FALSE;
	}
	out->n = 0;
	switch (stats->format->parse_line(&r->state, line, out)) {
	case TSIM_LINE_EVENT:
		stats->events++;
		return TRUE;
	case TSIM_LINE_UNKNOWN:
		count_name(stats->unknown, out->event);
		return FALSE;
	case TSIM_LINE_DAMAGED:
		count_name(stats->damaged, out->event);
		return FALSE;
	case TSIM_LINE_BAD:
		count_bad(r);
		return FALSE;
	default:
		return FALSE;
	}
}

/* The next event in the file's order; FALSE with @error unset at the end. */
static gboolean next_in_file(TsimTraceReader *r, struct tsim_trace_record *out, GError **error)
{
	while (!r->ended) {
		char *line;
		enum tsim_lines_result result = tsim_lines_next(r->lines, &line, error);

		if (result == TSIM_LINES_ERROR)
			return FALSE;
		r->ended = result == TSIM_LINES_END || result == TSIM_LINES_CUT;
		r->stats.cut = result == TSIM_LINES_CUT;
		if (result == TSIM_LINES_END)
			return FALSE;
		r->stats.lines++;
		if (result == TSIM_LINES_LONG)
			r->stats.too_long++;
		else if (parse(r, line, out))
			return TRUE;
	}
	return FALSE;
}

/* An event is at most a window's length too late. */
static gboolean check_order(TsimTraceReader *r, tsim_ns t_ns, guint64 line, GError **error)
{
	if (t_ns < r->last_ns)
		return tsim_throw(error,
				  "%s:%" G_GUINT64_FORMAT
				  ": this event is older than the one before: "
				  "sort the trace by time",
				  r->path, line);
	r->last_ns = t_ns;
	r->line = line;
	return TRUE;
}

static gint compare_times(gconstpointer a, gconstpointer b, gpointer unused)
{
	const struct waiting *x = a, *y = b;

	return x->t_ns < y->t_ns ? -1 : x->t_ns > y->t_ns;
}

/* Nearly all lines are in order: their place is near the end. */
static void insert(GQueue *window, struct waiting *w)
{
	GList *at = g_queue_peek_tail_link(window);

	while (at && compare_times(at->data, w, NULL) > 0)
		at = at->prev;
	if (at)
		g_queue_insert_after(window, at, w);
	else
		g_queue_push_head(window, w);
}

static void push(TsimTraceReader *r, const struct tsim_trace_record *record)
{
	struct waiting *w = g_new0(struct waiting, 1);
	g_autoptr(GString) text = g_string_new(NULL);

	tsim_trace_format_line(record, text);
	w->t_ns = record->t_ns;
	w->line = r->stats.lines;
	w->text = g_string_free(g_steal_pointer(&text), FALSE);
	insert(&r->window, w);
}

static gboolean pop(TsimTraceReader *r, struct tsim_trace_record *out, GError **error)
{
	struct waiting *w = g_queue_pop_head(&r->window);
	struct tsim_trace_state state = { 0 };
	gboolean ok;

	if (!w)
		return FALSE;
	ok = check_order(r, w->t_ns, w->line, error);
	g_free(r->current);
	r->current = g_steal_pointer(&w->text);
	free_waiting(w);
	if (ok)
		tsim_trace_native.parse_line(&state, r->current, out);
	return ok;
}

/**
 * tsim_trace_next:
 * @out: the next event by time; its values live until the next call
 *
 * Returns: FALSE at the end, and with @error set for a file that cannot be
 * read or that is out of order by more than its format may be.
 */
gboolean tsim_trace_next(TsimTraceReader *r, struct tsim_trace_record *out, GError **error)
{
	g_autoptr(GError) local = NULL;

	for (;;) {
		if (!next_in_file(r, out, &local)) {
			if (local) {
				g_propagate_error(error, g_steal_pointer(&local));
				return FALSE;
			}
			return pop(r, out, error);
		}
		if (r->stats.format->window == 0)
			return check_order(r, out->t_ns, r->stats.lines, error);
		push(r, out);
		if (r->window.length > r->stats.format->window)
			return pop(r, out, error);
	}
}
