/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fio's latency logs (write_lat_log): `time, latency, direction, bytes, offset`,
 * which newer versions follow by a priority and an issue time.
 *
 * Models: every line, as fio_latency: the time in ms, the latency in ns.
 * Leaves out: versions before 3.0, whose latencies are in us and look alike.
 * Source: fio's HOWTO, "Log File Formats"; iolog.c:flush_samples().
 */
#include <string.h>

#include "trace.h"

#define MAX_MS (G_GUINT64_CONSTANT(1000000000) * 1000)
#define MIN_WORDS 4
#define MAX_WORDS 7

static const char *const directions[] = { "read", "write", "trim", "sync" };

static gboolean parse_number(const char *word, guint64 max, guint64 *out)
{
	return g_ascii_string_to_unsigned(word, 10, 0, max, out, NULL);
}

static gboolean parse_words(char **words, tsim_ns *t_ns, guint64 *direction)
{
	guint n = g_strv_length(words);
	guint64 ms, number;

	for (guint i = 0; i < n; i++)
		g_strstrip(words[i]);
	if (n < MIN_WORDS || n > MAX_WORDS || !parse_number(words[0], MAX_MS, &ms) ||
	    !parse_number(words[1], G_MAXINT64, &number) ||
	    !parse_number(words[2], G_N_ELEMENTS(directions) - 1, direction) ||
	    !parse_number(words[3], G_MAXINT64, &number))
		return FALSE;
	*t_ns = (tsim_ns)ms * TSIM_NS_PER_MS;
	return n == MIN_WORDS || parse_number(words[4], G_MAXUINT64, &number);
}

static gboolean probe(const char *line)
{
	g_auto(GStrv) words = g_strsplit(line, ",", MAX_WORDS + 1);
	guint64 direction;
	tsim_ns t_ns;

	return parse_words(words, &t_ns, &direction);
}

/* Where the text of @word begins within @line, which is cut there. */
static char *cut(char **at)
{
	char *word = *at, *comma = strchr(word, ',');

	if (comma)
		*comma = '\0';
	*at = comma ? comma + 1 : word + strlen(word);
	return g_strstrip(word);
}

static enum tsim_trace_line parse_line(struct tsim_trace_state *state, char *line,
				       struct tsim_trace_record *out)
{
	g_auto(GStrv) words = g_strsplit(line, ",", MAX_WORDS + 1);
	guint64 direction;
	const char *latency, *bytes;

	if (*line == '#' || line[strspn(line, " \t\r")] == '\0')
		return TSIM_LINE_QUIET;
	if (!parse_words(words, &out->t_ns, &direction))
		return TSIM_LINE_BAD;
	tsim_trace_record_init(out, "fio_latency", strlen("fio_latency"));
	cut(&line);
	latency = cut(&line);
	cut(&line);
	bytes = cut(&line);
	if (!tsim_trace_add(out, "direction", directions[direction]) ||
	    !tsim_trace_add(out, "length", bytes) || !tsim_trace_add(out, "latency_ns", latency))
		return TSIM_LINE_DAMAGED;
	return tsim_trace_check(out);
}

const struct tsim_trace_format tsim_trace_fio_log = {
	.name = "fio latency log",
	.probe = probe,
	.parse_line = parse_line,
	.window = 4096,
};
