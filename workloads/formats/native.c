/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The native format: `t_ns event key=value ...` (docs/traces.md). */
#include <string.h>

#include "trace.h"

static gboolean probe(const char *line)
{
	return !strcmp(line, TSIM_TRACE_HEAD);
}

static enum tsim_trace_line parse_line(struct tsim_trace_state *state, char *line,
				       struct tsim_trace_record *out)
{
	char *time, *event, *word;

	if (*line == '#' || *line == '\0')
		return TSIM_LINE_QUIET;
	time = tsim_trace_word(&line);
	event = tsim_trace_word(&line);
	if (!time || !event || strspn(time, G_CSET_DIGITS) != strlen(time) || strlen(time) > 18)
		return TSIM_LINE_BAD;
	out->t_ns = g_ascii_strtoll(time, NULL, 10);
	tsim_trace_record_init(out, event, strlen(event));
	if (!tsim_trace_known(out->event))
		return TSIM_LINE_UNKNOWN;
	while ((word = tsim_trace_word(&line))) {
		char *value = strchr(word, '=');

		if (!value)
			return TSIM_LINE_DAMAGED;
		*value++ = '\0';
		if (!tsim_trace_add(out, word, value))
			return TSIM_LINE_DAMAGED;
	}
	return tsim_trace_check(out);
}

const struct tsim_trace_format tsim_trace_native = {
	.name = "native",
	.probe = probe,
	.parse_line = parse_line,
};
