/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "simtime.h"

/*
 * Recorded traces of any format, read a line at a time.  Every line becomes
 * a record: a time, the name of a kernel tracepoint and its fields, which is
 * also a line of the native format (docs/traces.md).
 */
#define TSIM_TRACE_HEAD "# trimsim trace 1"
#define TSIM_TRACE_FIELDS 24

struct tsim_trace_field {
	char key[32];
	const char *value; /* printable, without blanks; points into the line */
};

struct tsim_trace_record {
	tsim_ns t_ns; /* on the trace's own clock */
	char event[64];
	guint n;
	struct tsim_trace_field fields[TSIM_TRACE_FIELDS];
};

/* What a line is.  UNKNOWN and DAMAGED leave the event's name in the record. */
enum tsim_trace_line {
	TSIM_LINE_EVENT,
	TSIM_LINE_QUIET, /* a comment, a head, a wait: says nothing of its own */
	TSIM_LINE_UNKNOWN, /* an event that nobody here can use */
	TSIM_LINE_DAMAGED, /* a known event without all of its fields */
	TSIM_LINE_BAD, /* not a line of this format */
};

/* What a format remembers from line to line. */
struct tsim_trace_state {
	int version;
	tsim_ns t_ns;
};

/* One file per format, one line in the array of trace-reader.c. */
struct tsim_trace_format {
	const char *name;
	/* Required.  Can only this format have such a line? */
	gboolean (*probe)(const char *line);
	/* Required.  @line is cut up; the record's values point into it. */
	enum tsim_trace_line (*parse_line)(struct tsim_trace_state *state, char *line,
					   struct tsim_trace_record *out);
	guint window; /* so many lines may be out of order; 0: none */
};

extern const struct tsim_trace_format tsim_trace_native, tsim_trace_ftrace, tsim_trace_blkparse,
	tsim_trace_iolog, tsim_trace_fio_log;

/* trace-record.c */
void tsim_trace_record_init(struct tsim_trace_record *record, const char *event, gsize len);
gboolean tsim_trace_add(struct tsim_trace_record *record, const char *key, const char *value);
const char *tsim_trace_text(const struct tsim_trace_record *record, const char *key);
gboolean tsim_trace_number(const struct tsim_trace_record *record, const char *key, guint64 *out);
gboolean tsim_trace_known(const char *event);
enum tsim_trace_line tsim_trace_check(const struct tsim_trace_record *record);
void tsim_trace_format_line(const struct tsim_trace_record *record, GString *out);

/* trace-fields.c: cutting a line up */
char *tsim_trace_word(char **at);
gboolean tsim_trace_unsigned(char **at, guint64 *out);
gboolean tsim_trace_seconds(const char *word, char end, tsim_ns *out);
gboolean tsim_trace_fields(struct tsim_trace_record *record, char *body, GString *lead);
gboolean tsim_trace_block(struct tsim_trace_record *record, char *dev, char *body);

/* trace-reader.c */
struct tsim_trace_stats {
	const struct tsim_trace_format *format;
	guint64 lines, events, bad, first_bad, too_long;
	gboolean cut; /* the last line has no end */
	GHashTable *unknown, *damaged; /* (element-type utf8 guint64) */
};

typedef struct tsim_trace_reader TsimTraceReader;
TsimTraceReader *tsim_trace_open(const char *path, GError **error);
void tsim_trace_close(TsimTraceReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimTraceReader, tsim_trace_close)
gboolean tsim_trace_next(TsimTraceReader *reader, struct tsim_trace_record *out, GError **error);
const struct tsim_trace_stats *tsim_trace_reader_stats(const TsimTraceReader *reader);
guint64 tsim_trace_reader_line(const TsimTraceReader *reader);
