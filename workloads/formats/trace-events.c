/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What placement and replay need of a trace, of any format that has it.
 *
 * Models: the recording's own `sim:` events and `wl:` marks; writes and
 *   discards of the block layer, issue and completion as one event.
 * Leaves out: reads, flushes, the standard btrfs events.
 * Source: configs/traces/a1.trace, whose head names the recording.
 */
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "ftrace.h"
#include "trace.h"
#include "units.h"

#define SECTOR 512
#define MAX_FALLOC_MIB (G_GUINT64_CONSTANT(1) << 40)
#define MAX_SECTOR (G_GUINT64_CONSTANT(1) << 50)
#define MAX_US (G_GUINT64_CONSTANT(1) << 50)
#define MAX_OPEN 4096 /* requests in flight that a completion is looked for among */

/* A request that is not done yet. */
struct open {
	guint64 dev, phys, len;
	gboolean discard;
	tsim_ns t_ns;
	guint event; /* of a write: where in events */
};

struct reading {
	gboolean all; /* what it takes to follow a recording as well */
	GArray *events; /* (element-type struct tsim_trace_event) */
	GArray *open; /* (element-type struct open) oldest first */
	guint64 line; /* of the record under way */
};

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
	{ "wl:data_falloc_end", NULL, TSIM_TRACE_FALLOC_END },
	{ "sim:trim_bg_begin", NULL, TSIM_TRACE_TRIM_GROUP },
	{ "sim:trim_bg_end", NULL, TSIM_TRACE_TRIM_GROUP_END },
	{ "sim:trim_extent_begin", NULL, TSIM_TRACE_HIDE },
	{ "sim:trim_extent_end", NULL, TSIM_TRACE_HIDE_END },
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
	const char *key = kind == TSIM_TRACE_CHUNK_DONE ? "ret" :
			  kind == TSIM_TRACE_FITRIM_END ? "bg_ret" :
							  "em_removed";

	return !g_strcmp0(tsim_trace_text(record, key), "0");
}

/* btrfs-progs run as `btrfs`; kthreads of btrfs have a dash, kworkers a slash. */
static enum tsim_trace_process process(const struct tsim_trace_record *record)
{
	const char *comm = tsim_trace_text(record, "comm");

	if (!comm)
		return TSIM_PROCESS_UNKNOWN;
	if (!strcmp(comm, "btrfs"))
		return TSIM_PROCESS_BTRFS;
	return g_str_has_prefix(comm, "btrfs-") || g_str_has_prefix(comm, "kworker/") ?
		       TSIM_PROCESS_KERNEL :
		       TSIM_PROCESS_USER;
}

/* A time in us; what no run lasts is garbage. */
static tsim_ns micros(const struct tsim_trace_record *record, const char *key)
{
	return (tsim_ns)MIN(number(record, key), MAX_US) * TSIM_NS_PER_US;
}

/* "sector" and "nr" in bytes; FALSE: no device is so large. */
static gboolean place(const struct tsim_trace_record *record, guint64 *phys, guint64 *len)
{
	guint64 sector = number(record, "sector"), nr = number(record, "nr");

	if (sector > MAX_SECTOR || nr > MAX_SECTOR)
		return FALSE;
	*phys = sector * SECTOR;
	*len = nr * SECTOR;
	return TRUE;
}

static void add_numbers(const struct tsim_trace_record *record, struct tsim_trace_event *out)
{
	out->task = number(record, "pid");
	out->process = process(record);
	out->logical = number(record, tsim_trace_text(record, "logical") ? "logical" : "bg");
	out->len = number(record, "len");
	out->flags = number(record, "flags");
	out->phys = number(record, "phys");
	out->transid = number(record, "transid");
	out->used = number(record, "used");
	out->reserved = number(record, "reserved");
	out->wait_ns = micros(record, "mutex_wait_us");
	out->kept = is_kept(record, out->kind);
}

static gboolean convert(const struct tsim_trace_record *record, struct tsim_trace_event *out)
{
	*out = (struct tsim_trace_event){ .t_ns = record->t_ns };
	if (!find_kind(record, &out->kind))
		return FALSE;
	add_numbers(record, out);
	if ((out->kind == TSIM_TRACE_RACE || out->kind == TSIM_TRACE_COMMAND_DONE) &&
	    !place(record, &out->phys, &out->len))
		return FALSE;
	if (out->kind == TSIM_TRACE_COMMAND_DONE)
		out->wait_ns = micros(record, "lat_us");
	if (out->kind == TSIM_TRACE_FALLOC) {
		if (number(record, "mb") > MAX_FALLOC_MIB)
			return FALSE;
		out->len = number(record, "mb") * TSIM_MIB;
	}
	return TRUE;
}

/* "253,0" as the kernel counts devices. */
static guint64 device(const struct tsim_trace_record *record)
{
	const char *dev = tsim_trace_text(record, "dev"), *minor = dev ? strchr(dev, ',') : NULL;

	if (!minor)
		return 0;
	return g_ascii_strtoull(dev, NULL, 10) << 20 | g_ascii_strtoull(minor + 1, NULL, 10);
}

static void issue(struct reading *r, const struct open *request)
{
	struct tsim_trace_event event = { .kind = TSIM_TRACE_WRITE,
					  .t_ns = request->t_ns,
					  .phys = request->phys,
					  .len = request->len,
					  .flags = request->dev,
					  .wait_ns = TSIM_NS_NEVER,
					  .line = r->line };

	if (r->open->len == MAX_OPEN)
		g_array_remove_index(r->open, 0);
	g_array_append_vals(r->open, request, 1);
	if (!request->discard)
		g_array_append_val(r->events, event);
}

/* Of equal requests the oldest is done first. */
static void complete(struct reading *r, const struct open *done)
{
	struct tsim_trace_event event = { .kind = TSIM_TRACE_COMMAND_DONE,
					  .t_ns = done->t_ns,
					  .phys = done->phys,
					  .len = done->len,
					  .flags = done->dev,
					  .line = r->line };

	for (guint i = 0; i < r->open->len; i++) {
		const struct open o = g_array_index(r->open, struct open, i);

		if (o.dev != done->dev || o.phys != done->phys || o.len != done->len ||
		    o.discard != done->discard)
			continue;
		event.wait_ns = done->t_ns - o.t_ns;
		g_array_remove_index(r->open, i);
		if (done->discard)
			g_array_append_val(r->events, event);
		else
			g_array_index(r->events, struct tsim_trace_event, o.event).wait_ns =
				event.wait_ns;
		return;
	}
}

/* Issue and completion of a write or a discard; other requests change nothing that is kept. */
static void add_request(struct reading *r, const struct tsim_trace_record *record)
{
	gboolean issued = !strcmp(record->event, "block_rq_issue");
	const char *rwbs = tsim_trace_text(record, "rwbs"), *op;
	struct open request = { .t_ns = record->t_ns, .event = r->events->len };

	if (!rwbs || (!issued && strcmp(record->event, "block_rq_complete")))
		return;
	op = strpbrk(rwbs, "RWDEN");
	if (!op || (*op != 'W' && *op != 'D'))
		return;
	request.discard = *op == 'D';
	request.dev = device(record);
	if (!place(record, &request.phys, &request.len) || request.len == 0)
		return;
	if (issued)
		issue(r, &request);
	else
		complete(r, &request);
}

static void read_events(TsimTraceReader *reader, struct reading *r, GError **error)
{
	struct tsim_trace_record record = { 0 };
	struct tsim_trace_event event;

	while (tsim_trace_next(reader, &record, error)) {
		r->line = tsim_trace_reader_line(reader);
		if (!convert(&record, &event)) {
			if (r->all)
				add_request(r, &record);
		} else if (r->all || event.kind < TSIM_TRACE_FALLOC_END) {
			event.line = r->line;
			g_array_append_val(r->events, event);
		}
	}
}

static guint64 sum_counts(GHashTable *names)
{
	GHashTableIter iter;
	gpointer n;
	guint64 sum = 0;

	g_hash_table_iter_init(&iter, names);
	while (g_hash_table_iter_next(&iter, NULL, &n))
		sum += *(guint64 *)n;
	return sum;
}

/* What is replayed is less than what happened: said once, what there is can still be of use. */
static void warn_of_losses(const char *path, const struct tsim_trace_stats *stats)
{
	static GHashTable *told; /* paths: each point of a sweep reads its trace */
	const guint64 *gaps = g_hash_table_lookup(stats->damaged, "LOST_EVENTS");
	guint64 lost = gaps ? *gaps : 0, damaged = sum_counts(stats->damaged) - lost;

	if (!told)
		told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	if (!g_hash_table_add(told, g_strdup(path)))
		return;
	if (lost)
		fprintf(stderr, "trimsim: %s: events were lost in %" G_GUINT64_FORMAT " places\n",
			path, lost);
	if (damaged || stats->bad || stats->too_long || stats->cut)
		fprintf(stderr,
			"trimsim: %s: passed over: damaged events: %" G_GUINT64_FORMAT
			", lines that are no event: %" G_GUINT64_FORMAT "\n",
			path, damaged, stats->bad + stats->too_long + stats->cut);
}

static GArray *read_file(const char *path, gboolean all, tsim_ns *start_ns, GError **error)
{
	g_autoptr(GArray) events = g_array_new(FALSE, FALSE, sizeof(struct tsim_trace_event));
	g_autoptr(GArray) open = g_array_new(FALSE, FALSE, sizeof(struct open));
	g_autoptr(TsimTraceReader) reader = tsim_trace_open(path, error);
	struct reading reading = { .all = all, .events = events, .open = open };
	g_autoptr(GError) local = NULL;

	if (!reader)
		return NULL;
	read_events(reader, &reading, &local);
	if (local) {
		g_propagate_error(error, g_steal_pointer(&local));
		return NULL;
	}
	if (events->len == 0) {
		tsim_throw(error, "%s: no trace event that can be replayed in this file", path);
		return NULL;
	}
	if (all)
		warn_of_losses(path, tsim_trace_reader_stats(reader));
	*start_ns = g_array_index(events, struct tsim_trace_event, 0).t_ns;
	for (guint i = 0; i < events->len; i++)
		g_array_index(events, struct tsim_trace_event, i).t_ns -= *start_ns;
	return g_steal_pointer(&events);
}

/**
 * tsim_ftrace_read:
 * @path: a trace as it was recorded, or what `trimsim import` made of it
 *
 * Returns: (transfer full) (nullable) (element-type struct tsim_trace_event):
 * the events that the models have as well and the marks, in the file's order,
 * times relative to the first.  Lines that say nothing of interest are passed
 * over; a file without any event, or with events out of order, is an error.
 */
GArray *tsim_ftrace_read(const char *path, GError **error)
{
	tsim_ns start_ns;

	return read_file(path, FALSE, &start_ns, error);
}

/*
 * The same with trimmers' groups and entries, writes and the block layer's
 * discards.  @start_ns: the time of the first, on the recording's own clock.
 */
GArray *tsim_ftrace_read_all(const char *path, tsim_ns *start_ns, GError **error)
{
	return read_file(path, TRUE, start_ns, error);
}
