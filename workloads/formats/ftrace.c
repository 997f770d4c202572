/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A reader for recorded traces in ftrace's text form.
 *
 * Models: `comm-pid [cpu] flags seconds: event: text` with the recording's
 *   own `sim:` lines (key=value) and `wl:` marks.
 * Leaves out: the block and the standard btrfs events.
 * Source: configs/traces/a1.trace, whose head names the recording.
 */
#include "ftrace.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "units.h"

struct pattern {
	const char *text;
	enum tsim_trace_kind kind;
};

static const struct pattern patterns[] = {
	{ "sim: dev_extent_alloc ", TSIM_TRACE_CHUNK_ALLOC },
	{ "sim: dev_extent_free ", TSIM_TRACE_CHUNK_FREE },
	{ "sim: bg_removed ", TSIM_TRACE_REMOVED },
	{ "sim: unfreeze_pinned_release ", TSIM_TRACE_RELEASED },
	{ "sim: commit state=UNBLOCKED ", TSIM_TRACE_UNBLOCKED },
	{ "sim: fitrim_begin ", TSIM_TRACE_FITRIM },
	{ "wl: meta create begin ", TSIM_TRACE_CREATE },
	{ "wl: meta delete begin ", TSIM_TRACE_DELETE },
	{ "wl: meta syncfs ", TSIM_TRACE_SYNCFS },
	{ "wl: data falloc begin ", TSIM_TRACE_FALLOC },
	{ "wl: data deleted ", TSIM_TRACE_TRUNCATE },
};

static guint64 field(const char *text, const char *key)
{
	g_autofree char *name = g_strdup_printf(" %s=", key);
	const char *at = strstr(text, name);

	return at ? g_ascii_strtoull(at + strlen(name), NULL, 10) : 0;
}

/* The seconds before ": event:"; FALSE when the line has no such field. */
static gboolean timestamp(const char *line, const char *body, tsim_ns *out)
{
	g_autofree char *head = g_strndup(line, (gsize)(body - line));
	g_auto(GStrv) words = g_strsplit_set(head, " \t", -1);
	guint n = g_strv_length(words);

	for (guint i = 0; i + 1 < n; i++) {
		char *end = strchr(words[i], ':');
		double seconds;

		if (!end || end[1] != '\0' || !strchr(words[i], '.'))
			continue;
		*end = '\0';
		seconds = g_ascii_strtod(words[i], &end);
		*out = (tsim_ns)(seconds * 1e9 + 0.5);
		return *end == '\0';
	}
	return FALSE;
}

static gboolean parse_line(const char *line, struct tsim_trace_event *out)
{
	for (guint i = 0; i < G_N_ELEMENTS(patterns); i++) {
		const char *body = strstr(line, patterns[i].text);

		if (!body || !timestamp(line, body, &out->t_ns))
			continue;
		out->kind = patterns[i].kind;
		out->logical = field(body, "logical");
		out->len = field(body, "len");
		out->flags = field(body, "flags");
		out->phys = field(body, "phys");
		out->transid = field(body, "transid");
		out->kept = strstr(body, " em_removed=0") != NULL;
		if (out->kind == TSIM_TRACE_FALLOC)
			out->len = field(body, "mb") * TSIM_MIB;
		return TRUE;
	}
	return FALSE;
}

/**
 * tsim_ftrace_read:
 * @path: a text file
 *
 * Returns: (transfer full) (nullable) (element-type struct tsim_trace_event):
 * the events in the file's order, times relative to the first.  Lines that
 * say nothing of interest are passed over; a file without any event, or with
 * events out of order, is an error.
 */
GArray *tsim_ftrace_read(const char *path, GError **error)
{
	g_autofree char *text = NULL;
	g_autoptr(GArray) events = g_array_new(FALSE, FALSE, sizeof(struct tsim_trace_event));
	g_auto(GStrv) lines = NULL;
	tsim_ns first = 0, last = 0;

	if (!g_file_get_contents(path, &text, NULL, error))
		return NULL;
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i]; i++) {
		struct tsim_trace_event event = { 0 };

		if (lines[i][0] == '#' || !parse_line(lines[i], &event))
			continue;
		if (events->len == 0)
			first = event.t_ns;
		if (event.t_ns < last) {
			tsim_throw(error, "%s:%u: this event is older than the one before", path, i + 1);
			return NULL;
		}
		last = event.t_ns;
		event.t_ns -= first;
		g_array_append_val(events, event);
	}
	if (events->len == 0) {
		tsim_throw(error, "%s: no trace event that can be replayed in this file", path);
		return NULL;
	}
	return g_steal_pointer(&events);
}
