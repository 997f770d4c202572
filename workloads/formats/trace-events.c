/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What placement and replay need of a trace, of any format that has it.
 *
 * Models: the recording's own `sim:` events and `wl:` marks.
 * Leaves out: the block and the standard btrfs events.
 * Source: configs/traces/a1.trace, whose head names the recording.
 */
#include <string.h>

#include "error.h"
#include "ftrace.h"
#include "trace.h"
#include "units.h"

#define SECTOR 512
#define MAX_FALLOC_MIB (G_GUINT64_CONSTANT(1) << 40)

static const struct {
	const char *event;
	const char *state; /* NULL: any */
	enum tsim_trace_kind kind;
} kinds[] = {
	{ "sim:dev_extent_alloc", NULL, TSIM_TRACE_CHUNK_ALLOC },
	{ "sim:dev_extent_free", NULL, TSIM_TRACE_CHUNK_FREE },
	{ "sim:chunk_alloc", NULL, TSIM_TRACE_CHUNK_DONE },
	{ "sim:bg_ro", NULL, TSIM_TRACE_BG_RO },
	{ "sim:bg_removed", NULL, TSIM_TRACE_REMOVED },
	{ "sim:unfreeze_pinned_release", NULL, TSIM_TRACE_RELEASED },
	{ "sim:commit", "COMMIT_START", TSIM_TRACE_COMMIT_START },
	{ "sim:commit", "UNBLOCKED", TSIM_TRACE_UNBLOCKED },
	{ "sim:commit", "SUPER_COMMITTED", TSIM_TRACE_SUPER_COMMITTED },
	{ "sim:commit", "COMPLETED", TSIM_TRACE_COMPLETED },
	{ "sim:fitrim_begin", NULL, TSIM_TRACE_FITRIM },
	{ "sim:fitrim_end", NULL, TSIM_TRACE_FITRIM_END },
	{ "sim:discard_begin", NULL, TSIM_TRACE_DISCARD_BEGIN },
	{ "sim:discard_end", NULL, TSIM_TRACE_DISCARD_END },
	{ "sim:nb_discard_done", NULL, TSIM_TRACE_COMMAND_DONE },
	{ "sim:RACE_write", NULL, TSIM_TRACE_RACE },
	{ "wl:meta_create_begin", NULL, TSIM_TRACE_CREATE },
	{ "wl:meta_delete_begin", NULL, TSIM_TRACE_DELETE },
	{ "wl:meta_syncfs", NULL, TSIM_TRACE_SYNCFS },
	{ "wl:data_falloc_begin", NULL, TSIM_TRACE_FALLOC },
	{ "wl:data_deleted", NULL, TSIM_TRACE_TRUNCATE },
};

static gboolean find_kind(const struct tsim_trace_record *record, enum tsim_trace_kind *kind)
{
	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (strcmp(kinds[i].event, record->event))
			continue;
		if (kinds[i].state && g_strcmp0(tsim_trace_text(record, "state"), kinds[i].state))
			continue;
		*kind = kinds[i].kind;
		return TRUE;
	}
	return FALSE;
}

static guint64 number(const struct tsim_trace_record *record, const char *key)
{
	guint64 value = 0;

	tsim_trace_number(record, key, &value);
	return value;
}

static gboolean is_kept(const struct tsim_trace_record *record, enum tsim_trace_kind kind)
{
	const char *key = kind == TSIM_TRACE_CHUNK_DONE	 ? "ret" :
			  kind == TSIM_TRACE_FITRIM_END ? "bg_ret" :
							  "em_removed";

	return !g_strcmp0(tsim_trace_text(record, key), "0");
}

static gboolean convert(const struct tsim_trace_record *record, struct tsim_trace_event *out)
{
	*out = (struct tsim_trace_event){ .t_ns = record->t_ns };
	if (!find_kind(record, &out->kind))
		return FALSE;
	out->logical = number(record, "logical");
	out->len = number(record, "len");
	out->flags = number(record, "flags");
	out->phys = number(record, "phys");
	out->transid = number(record, "transid");
	out->used = number(record, "used");
	out->reserved = number(record, "reserved");
	out->wait_ns = (tsim_ns)number(record, "mutex_wait_us") * TSIM_NS_PER_US;
	out->kept = is_kept(record, out->kind);
	if (out->kind == TSIM_TRACE_COMMAND_DONE)
		out->wait_ns = (tsim_ns)number(record, "lat_us") * TSIM_NS_PER_US;
	if (out->kind == TSIM_TRACE_RACE || out->kind == TSIM_TRACE_COMMAND_DONE) {
		out->phys = number(record, "sector") * SECTOR;
		out->len = number(record, "nr") * SECTOR;
	}
	if (out->kind == TSIM_TRACE_FALLOC) {
		if (number(record, "mb") > MAX_FALLOC_MIB)
			return FALSE;
		out->len = number(record, "mb") * TSIM_MIB;
	}
	return TRUE;
}

/**
 * tsim_ftrace_read:
 * @path: a trace as it was recorded, or what `trimsim import` made of it
 *
 * Returns: (transfer full) (nullable) (element-type struct tsim_trace_event):
 * the events in the file's order, times relative to the first.  Lines that
 * say nothing of interest are passed over; a file without any event, or with
 * events out of order, is an error.
 */
GArray *tsim_ftrace_read(const char *path, GError **error)
{
	g_autoptr(GArray) events = g_array_new(FALSE, FALSE, sizeof(struct tsim_trace_event));
	g_autoptr(TsimTraceReader) reader = tsim_trace_open(path, error);
	g_autoptr(GError) local = NULL;
	struct tsim_trace_record record = { 0 };
	struct tsim_trace_event event;
	tsim_ns first = 0;

	if (!reader)
		return NULL;
	while (tsim_trace_next(reader, &record, &local)) {
		if (!convert(&record, &event))
			continue;
		if (events->len == 0)
			first = event.t_ns;
		event.t_ns -= first;
		g_array_append_val(events, event);
	}
	if (local) {
		g_propagate_error(error, g_steal_pointer(&local));
		return NULL;
	}
	if (events->len == 0) {
		tsim_throw(error, "%s: no trace event that can be replayed in this file", path);
		return NULL;
	}
	return g_steal_pointer(&events);
}
