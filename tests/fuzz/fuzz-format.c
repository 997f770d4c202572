/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A fuzz target for one format of traces (TSIM_FUZZ_FORMAT): whatever the
 * bytes are, each line is an event or it is not, and an event can be written
 * and read back.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "pairs.h"
#include "trace.h"

static const struct tsim_trace_format *const all[] = {
	&tsim_trace_native,
	&tsim_trace_ftrace,
	&tsim_trace_blkparse,
	&tsim_trace_iolog,
	&tsim_trace_fio_log,
};

static void check_native(const struct tsim_trace_record *record)
{
	g_autoptr(GString) first = g_string_new(NULL), second = g_string_new(NULL);
	struct tsim_trace_state state = { 0 };
	struct tsim_trace_record again = { 0 };
	g_autofree char *line = NULL;

	tsim_trace_format_line(record, first);
	line = g_strdup(first->str);
	if (tsim_trace_native.parse_line(&state, line, &again) != TSIM_LINE_EVENT)
		abort();
	tsim_trace_format_line(&again, second);
	if (strcmp(first->str, second->str))
		abort();
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autofree char *text = g_malloc(size + 1);
	g_autoptr(TsimPairs) pairs = tsim_pairs_new();
	struct tsim_trace_state state = { 0 };

	memcpy(text, data, size);
	text[size] = '\0';
	for (gsize i = 0; i < size; i++)
		text[i] = text[i] ? text[i] : '?';
	for (char *line = text, *next; line; line = next) {
		struct tsim_trace_record record = { 0 };
		char *end = strchr(line, '\n');
		tsim_ns latency;

		next = end ? end + 1 : NULL;
		if (end)
			*end = '\0';
		for (guint i = 0; i < G_N_ELEMENTS(all); i++)
			all[i]->probe(line);
		if (TSIM_FUZZ_FORMAT.parse_line(&state, line, &record) != TSIM_LINE_EVENT)
			continue;
		check_native(&record);
		tsim_pairs_add(pairs, &record, &latency);
	}
	return 0;
}
