/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ftrace and trace-cmd text: `comm-pid [cpu] flags seconds: event: body`.
 *
 * Models: the btrfs and block tracepoints from 3.18 (no fsid, `key = value,`)
 *   to kernels with the fsid and with priorities in block lines; names padded
 *   by trace-cmd; added lines `sim: name key=value`, and `wl:` marks.
 * Leaves out: function and graph tracers, clocks that are counters; the
 *   process, but for added lines.
 * Source: include/trace/events/{btrfs,block}.h, configs/traces/a1.trace.
 */
#include <string.h>

#include "trace.h"

#define FSID_LEN 36 /* "5302ee13-c65e-45bb-98ef-8fe3835bd943" */

/* The word that is the time, behind @cpu's [cpu]; NULL: there is none. */
static const char *find_time(const char *line, const char **cpu, tsim_ns *t_ns)
{
	*cpu = NULL;

	for (const char *at = line + strspn(line, " \t"); *at; at += strspn(at, " \t")) {
		gsize len = strcspn(at, " \t");

		if (at[0] == '[' && len > 2 && at[len - 1] == ']' &&
		    strspn(at + 1, G_CSET_DIGITS) == len - 2)
			*cpu = at;
		else if (*cpu && at[len - 1] == ':' && tsim_trace_seconds(at, ':', t_ns) && at[len])
			return at + len;
		at += len;
	}
	return NULL;
}

/* "event:" at @at; FALSE: something else is there. */
static gboolean find_event(const char *at, const char **event, gsize *len)
{
	at += strspn(at, " \t");
	*event = at;
	*len = strspn(at, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_.");
	return *len > 0 && at[*len] == ':';
}

static gboolean probe(const char *line)
{
	const char *at, *event, *cpu;
	tsim_ns t_ns;
	gsize len;

	if (g_str_has_prefix(line, "# tracer: "))
		return TRUE;
	at = *line == '#' ? NULL : find_time(line, &cpu, &t_ns);
	return at && find_event(at, &event, &len);
}

static gboolean is_fsid(const char *text)
{
	return strspn(text, G_CSET_DIGITS "abcdefABCDEF-") == FSID_LEN && text[FSID_LEN] == ':';
}

/* `comm-pid`, perhaps with `(tgid)`, in front of the [cpu]: who it was, as far as it is told. */
static void add_process(struct tsim_trace_record *out, char *text)
{
	char *dash;

	g_strstrip(text);
	if (g_str_has_suffix(text, ")") && strrchr(text, '('))
		*strrchr(text, '(') = '\0';
	g_strchomp(text);
	dash = strrchr(text, '-');
	if (!dash || dash[1] == '\0' || dash[1 + strspn(dash + 1, G_CSET_DIGITS)])
		return;
	*dash = '\0';
	for (char *c = text; *c; c++) {
		if (!g_ascii_isgraph(*c))
			*c = '_';
	}
	tsim_trace_add(out, "comm", text);
	tsim_trace_add(out, "pid", dash + 1);
}

/* `wl: data falloc begin id=0`: the words before the fields are the name. */
static enum tsim_trace_line parse_added(struct tsim_trace_record *out, const char *prefix,
					char *body, char *process)
{
	g_autoptr(GString) name = g_string_new(NULL);
	gboolean ok = tsim_trace_fields(out, body, name);

	g_string_prepend(name, prefix);
	g_strlcpy(out->event, name->str, sizeof(out->event));
	if (ok)
		add_process(out, process);
	return !ok && tsim_trace_known(out->event) ? TSIM_LINE_DAMAGED : tsim_trace_check(out);
}

static enum tsim_trace_line parse_btrfs(struct tsim_trace_record *out, char *body)
{
	g_autoptr(GString) lead = g_string_new(NULL);

	if (is_fsid(body)) {
		body[FSID_LEN] = '\0';
		if (!tsim_trace_add(out, "fsid", body))
			return TSIM_LINE_DAMAGED;
		body += FSID_LEN + 1;
	}
	/* the lead is "bg", "block_group" or the reason for a flush */
	if (!tsim_trace_fields(out, body, lead))
		return TSIM_LINE_DAMAGED;
	return tsim_trace_check(out);
}

static enum tsim_trace_line parse_block(struct tsim_trace_record *out, char *body)
{
	char *dev = tsim_trace_word(&body);

	if (!dev || !strchr(dev, ',') || !tsim_trace_block(out, dev, body))
		return TSIM_LINE_DAMAGED;
	return tsim_trace_check(out);
}

/* Lines between the events: heads of ftrace and of trace-cmd, and events that were lost. */
static enum tsim_trace_line parse_other(const char *line, struct tsim_trace_record *out)
{
	if (*line == '#' || line[strspn(line, " \t\r")] == '\0' || g_str_has_prefix(line, "cpus="))
		return TSIM_LINE_QUIET;
	if (!strstr(line, "LOST ") || !strstr(line, " EVENTS]"))
		return TSIM_LINE_BAD;
	tsim_trace_record_init(out, "LOST_EVENTS", strlen("LOST_EVENTS"));
	return TSIM_LINE_DAMAGED;
}

static enum tsim_trace_line parse_line(struct tsim_trace_state *state, char *line,
				       struct tsim_trace_record *out)
{
	const char *cpu, *at = *line == '#' ? NULL : find_time(line, &cpu, &out->t_ns), *event;
	char *body;
	gsize len;

	if (!at || !find_event(at, &event, &len))
		return parse_other(line, out);
	tsim_trace_record_init(out, event, len);
	body = line + (event - line) + len + 1;
	body += strspn(body, " \t");
	line[cpu - line] = '\0';
	if (g_str_has_prefix(body, "sim: "))
		return parse_added(out, "sim:", body + strlen("sim: "), line);
	if (g_str_has_prefix(body, "wl: "))
		return parse_added(out, "wl:", body + strlen("wl: "), line);
	if (!tsim_trace_known(out->event))
		return TSIM_LINE_UNKNOWN;
	return g_str_has_prefix(out->event, "block_") ? parse_block(out, body) :
							parse_btrfs(out, body);
}

const struct tsim_trace_format tsim_trace_ftrace = {
	.name = "ftrace",
	.probe = probe,
	.parse_line = parse_line,
};
