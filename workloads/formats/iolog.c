/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fio iologs, versions 2 (`file action offset length`, times by `wait`) and
 * 3 (`microseconds file action offset length`).
 *
 * Models: every action, as events fio_read, fio_write, fio_trim, ...
 * Source: fio's HOWTO, "Trace file format v2" and "v3"; log_io_u() of
 *   iolog.c writes microseconds.
 */
#include <string.h>

#include "trace.h"

#define MAX_US (G_GUINT64_CONSTANT(1000000000) * 1000000)

static int version_of(const char *line)
{
	if (!strcmp(line, "fio version 2 iolog"))
		return 2;
	return !strcmp(line, "fio version 3 iolog") ? 3 : 0;
}

static gboolean probe(const char *line)
{
	return version_of(line) != 0;
}

static gboolean parse_us(const char *word, guint64 *us)
{
	return word && g_ascii_string_to_unsigned(word, 10, 0, MAX_US, us, NULL);
}

/* Version 2: wait is relative to the wait before. */
static enum tsim_trace_line parse_wait(struct tsim_trace_state *state, const char *us_text)
{
	guint64 us;

	if (!parse_us(us_text, &us) || state->t_ns > (tsim_ns)(MAX_US - us) * TSIM_NS_PER_US)
		return TSIM_LINE_DAMAGED;
	state->t_ns += (tsim_ns)us * TSIM_NS_PER_US;
	return TSIM_LINE_QUIET;
}

static enum tsim_trace_line parse_action(struct tsim_trace_state *state, char *line,
					 struct tsim_trace_record *out)
{
	char *file = tsim_trace_word(&line), *action = tsim_trace_word(&line), *offset, *length;
	g_autofree char *event = action ? g_strdup_printf("fio_%s", action) : NULL;

	if (!event)
		return TSIM_LINE_BAD;
	tsim_trace_record_init(out, event, strlen(event));
	out->t_ns = state->t_ns;
	offset = tsim_trace_word(&line);
	if (state->version == 2 && !strcmp(action, "wait"))
		return parse_wait(state, offset);
	if (!tsim_trace_known(event))
		return TSIM_LINE_UNKNOWN;
	length = tsim_trace_word(&line);
	if (!tsim_trace_add(out, "file", file) ||
	    (offset && !tsim_trace_add(out, "offset", offset)) ||
	    (length && !tsim_trace_add(out, "length", length)) || tsim_trace_word(&line))
		return TSIM_LINE_DAMAGED;
	return tsim_trace_check(out);
}

static enum tsim_trace_line parse_line(struct tsim_trace_state *state, char *line,
				       struct tsim_trace_record *out)
{
	int version = version_of(line);
	guint64 us;

	if (version) {
		state->version = version;
		return TSIM_LINE_QUIET;
	}
	if (*line == '#' || line[strspn(line, " \t\r")] == '\0')
		return TSIM_LINE_QUIET;
	if (state->version == 3) {
		if (!parse_us(tsim_trace_word(&line), &us))
			return TSIM_LINE_BAD;
		state->t_ns = (tsim_ns)us * TSIM_NS_PER_US;
	}
	return parse_action(state, line, out);
}

const struct tsim_trace_format tsim_trace_iolog = {
	.name = "iolog",
	.probe = probe,
	.parse_line = parse_line,
	.window = 4096,
};
