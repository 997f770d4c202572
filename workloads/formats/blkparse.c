/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * blkparse text in its default form:
 * `259,0 3 117655 85.094469086 3057 A DS 233804904 + 688 <- (259,7) 110910568`.
 *
 * Models: requests and bios, under the names of the kernel's tracepoints.
 * Leaves out: plugging, splits, bounces, messages (counted as unknown).
 * Source: blkparse(1); block/blktrace.c for the letters.
 */
#include <string.h>

#include "trace.h"

static const struct {
	const char *letter, *event;
} actions[] = {
	{ "D", "block_rq_issue" },	 { "C", "block_rq_complete" },
	{ "I", "block_rq_insert" },	 { "R", "block_rq_requeue" },
	{ "Q", "block_bio_queue" },	 { "M", "block_bio_backmerge" },
	{ "F", "block_bio_frontmerge" }, { "A", "block_bio_remap" },
	{ "G", "block_getrq" },
};

struct head {
	char *dev, *action;
	tsim_ns t_ns;
};

static gboolean is_number(const char *word)
{
	return word && *word && strspn(word, G_CSET_DIGITS) == strlen(word);
}

static gboolean is_dev(const char *word)
{
	const char *comma = word ? strchr(word, ',') : NULL;

	return comma && comma > word && strspn(word, G_CSET_DIGITS) == (gsize)(comma - word) &&
	       is_number(comma + 1);
}

/* Cut `dev cpu sequence seconds pid action` off @at. */
static gboolean parse_head(char **at, struct head *out)
{
	char *time;

	out->dev = tsim_trace_word(at);
	if (!is_dev(out->dev) || !is_number(tsim_trace_word(at)) || !is_number(tsim_trace_word(at)))
		return FALSE;
	time = tsim_trace_word(at);
	if (!time || !tsim_trace_seconds(time, '\0', &out->t_ns) || !is_number(tsim_trace_word(at)))
		return FALSE;
	out->action = tsim_trace_word(at);
	return out->action && strlen(out->action) <= 2 && g_ascii_isalpha(out->action[0]);
}

static gboolean probe(const char *line)
{
	g_autofree char *copy = g_strdup(line);
	char *at = copy;
	struct head head;

	return parse_head(&at, &head);
}

static const char *find_event(const char *action)
{
	for (guint i = 0; i < G_N_ELEMENTS(actions); i++) {
		if (!strcmp(actions[i].letter, action))
			return actions[i].event;
	}
	return NULL;
}

static enum tsim_trace_line parse_line(struct tsim_trace_state *state, char *line,
				       struct tsim_trace_record *out)
{
	struct head head;
	const char *event;

	if (*line == '#' || line[strspn(line, " \t\r")] == '\0')
		return TSIM_LINE_QUIET;
	if (!parse_head(&line, &head))
		return TSIM_LINE_BAD;
	out->t_ns = head.t_ns;
	event = find_event(head.action);
	if (!event) {
		g_autofree char *name = g_strdup_printf("blkparse:%s", head.action);

		tsim_trace_record_init(out, name, strlen(name));
		return TSIM_LINE_UNKNOWN;
	}
	tsim_trace_record_init(out, event, strlen(event));
	if (!tsim_trace_block(out, head.dev, line))
		return TSIM_LINE_DAMAGED;
	return tsim_trace_check(out);
}

const struct tsim_trace_format tsim_trace_blkparse = {
	.name = "blkparse",
	.probe = probe,
	.parse_line = parse_line,
	.window = 4096,
};
