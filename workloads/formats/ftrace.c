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

#define MAX_SECONDS 1e9	/* far beyond any recording, and no tsim_ns overflows */
#define MAX_FALLOC_MIB (G_GUINT64_CONSTANT(1) << 40)

struct pattern {
	const char *text;
	enum tsim_trace_kind kind;
	const char *needs[4];	/* a line without one of these fields says nothing */
};

static const struct pattern patterns[] = {
	{ "sim: dev_extent_alloc ", TSIM_TRACE_CHUNK_ALLOC, { "logical", "len", "flags", "phys" } },
	{ "sim: dev_extent_free ", TSIM_TRACE_CHUNK_FREE, { "logical" } },
	{ "sim: bg_removed ", TSIM_TRACE_REMOVED, { "logical", "em_removed" } },
	{ "sim: unfreeze_pinned_release ", TSIM_TRACE_RELEASED, { "logical" } },
	{ "sim: commit state=UNBLOCKED ", TSIM_TRACE_UNBLOCKED, { "transid" } },
	{ "sim: fitrim_begin ", TSIM_TRACE_FITRIM, { NULL } },
	{ "wl: meta create begin ", TSIM_TRACE_CREATE, { NULL } },
	{ "wl: meta delete begin ", TSIM_TRACE_DELETE, { NULL } },
	{ "wl: meta syncfs ", TSIM_TRACE_SYNCFS, { NULL } },
	{ "wl: data falloc begin ", TSIM_TRACE_FALLOC, { "mb" } },
	{ "wl: data deleted ", TSIM_TRACE_TRUNCATE, { NULL } },
};

static gboolean find_field(const char *text, const char *key, guint64 *out)
{
	g_autofree char *name = g_strdup_printf(" %s=", key);
	const char *at = strstr(text, name);

	if (!at || !g_ascii_isdigit(at[strlen(name)]))
		return FALSE;
	*out = g_ascii_strtoull(at + strlen(name), NULL, 10);
	return TRUE;
}

static guint64 field(const char *text, const char *key)
{
	guint64 value = 0;

	find_field(text, key, &value);
	return value;
}

/* The seconds before ": event:"; FALSE when the line has no such field. */
static gboolean timestamp(const char *line, const char *body, tsim_ns *out)
{
	g_autofree char *head = g_strndup(line, (gsize)(body - line));
	g_auto(GStrv) words = g_strsplit_set(head, " \t", -1);

	for (guint i = 0; words[i] && words[i + 1]; i++) {
		char *colon = strchr(words[i], ':'), *end;
		double seconds;

		if (!colon || colon[1] != '\0' || !strchr(words[i], '.'))
			continue;
		seconds = g_ascii_strtod(words[i], &end);
		if (end != colon || !(seconds >= 0 && seconds < MAX_SECONDS))
			continue;
		*out = (tsim_ns)(seconds * 1e9 + 0.5);
		return TRUE;
	}
	return FALSE;
}

static gboolean complete(const struct pattern *pattern, const char *body)
{
	guint64 value;

	for (guint i = 0; i < G_N_ELEMENTS(pattern->needs) && pattern->needs[i]; i++) {
		if (!find_field(body, pattern->needs[i], &value))
			return FALSE;
	}
	return pattern->kind != TSIM_TRACE_FALLOC || value <= MAX_FALLOC_MIB;
}

static gboolean parse_line(const char *line, struct tsim_trace_event *out)
{
	for (guint i = 0; i < G_N_ELEMENTS(patterns); i++) {
		const char *body = strstr(line, patterns[i].text);

		if (!body || !complete(&patterns[i], body) || !timestamp(line, body, &out->t_ns))
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

/* Cut the line at *@next off, and move on; NULL at the end.  A recording is too large for g_strsplit(). */
static char *next_line(char **next)
{
	char *line = *next, *end;

	if (*line == '\0')
		return NULL;
	end = line + strcspn(line, "\n");
	*next = *end ? end + 1 : end;
	*end = '\0';
	return line;
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
	tsim_ns first = 0, last = 0;
	guint number = 1;
	gsize len;

	if (!g_file_get_contents(path, &text, &len, error))
		return NULL;
	for (gsize i = 0; i < len; i++) {	/* garbage must not end the text */
		if (text[i] == '\0')
			text[i] = '?';
	}
	for (char *next = text, *line; (line = next_line(&next)); number++) {
		struct tsim_trace_event event = { 0 };

		if (line[0] == '#' || !parse_line(line, &event))
			continue;
		if (events->len == 0)
			first = event.t_ns;
		if (event.t_ns < last) {
			tsim_throw(error, "%s:%u: this event is older than the one before", path, number);
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
