/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the events of a recording mean: which chunk of several at one address,
 * and where and until when each write went.
 *
 * Models: a fresh file system of mkfs.btrfs with single data and single
 *   metadata; logical addresses that are used again; writes that the block
 *   layer merged over two chunks.
 * Leaves out: DUP; superblocks.
 * Source: configs/traces/a5.trace.gz, configs/traces/a1.trace.
 */
#include "recording-internal.h"

#include "error.h"
#include "space.h"
#include "units.h"

#define SUPER_BYTES 4096
#define MAX_TRANSID (G_MAXUINT64 / 2) /* more are garbage, and what follows would wrap */

struct known {
	gboolean removed, kept, released;
};

static struct tsim_recorded_chunk *chunk_at(const struct tsim_linking *l, guint i)
{
	return &g_array_index(l->out->chunks, struct tsim_recorded_chunk, i);
}

/* Throws: the event under way cannot be; where and when it is said to be goes before. */
gboolean tsim_link_throw(const struct tsim_linking *l, GError **error, const char *format, ...)
{
	const struct tsim_trace_event *e = tsim_link_event(l, l->at);
	g_autofree char *at = tsim_human_time((double)e->t_ns), *what = NULL;
	va_list arguments;

	va_start(arguments, format);
	what = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	return tsim_throw(error, "%" G_GUINT64_FORMAT ": %s after the first event: %s", e->line, at,
			  what);
}

/* Throws: the event under way says @what of a block group. */
gboolean tsim_link_fail(const struct tsim_linking *l, const char *what, GError **error)
{
	return tsim_link_throw(l, error, "block group %" G_GUINT64_FORMAT " %s",
			       tsim_link_event(l, l->at)->logical, what);
}

static void add_chunk(struct tsim_linking *l, guint64 logical, guint64 len, guint64 phys)
{
	g_array_append_val(l->out->chunks, ((struct tsim_recorded_chunk){ logical, len, phys }));
	g_array_append_val(l->known, ((struct known){ FALSE }));
}

/* The newest chunk at @logical whose group is @removed, or not; TSIM_NO_CHUNK. */
guint tsim_link_find(const struct tsim_linking *l, guint64 logical, gboolean removed)
{
	for (guint i = l->known->len; i > 0; i--) {
		if (chunk_at(l, i - 1)->logical == logical &&
		    g_array_index(l->known, struct known, i - 1).removed == removed)
			return i - 1;
	}
	return TSIM_NO_CHUNK;
}

/* The chunk that owns @phys; TSIM_NO_CHUNK: unallocated. */
static guint find_owner(const struct tsim_linking *l, guint64 phys)
{
	for (guint i = l->known->len; i > 0; i--) {
		const struct tsim_recorded_chunk *c = chunk_at(l, i - 1);

		if (phys >= c->phys && phys - c->phys < c->len &&
		    !g_array_index(l->known, struct known, i - 1).removed)
			return i - 1;
	}
	return TSIM_NO_CHUNK;
}

/* The event under way as a step; its pieces and its end are still to be set. */
struct tsim_recorded_step *tsim_link_add(struct tsim_linking *l, guint lane, guint chunk)
{
	struct tsim_recorded_step step = { .event = *tsim_link_event(l, l->at),
					   .lane = lane,
					   .chunk = chunk };

	l->out->n_lanes = MAX(l->out->n_lanes, lane + 1);
	g_array_append_val(l->out->steps, step);
	return &g_array_index(l->out->steps, struct tsim_recorded_step, l->out->steps->len - 1);
}

/* ---- chunks and commits ---- */

static gboolean link_alloc(struct tsim_linking *l, GError **error)
{
	const struct tsim_trace_event *e = tsim_link_event(l, l->at);

	if (tsim_link_find(l, e->logical, FALSE) != TSIM_NO_CHUNK)
		return tsim_link_fail(
			l, "is allocated twice (a recording must be of single profiles)", error);
	if (e->len == 0 || e->logical + e->len < e->logical || e->phys + e->len < e->phys)
		return tsim_link_fail(l, "is allocated with a length that cannot be", error);
	tsim_link_add(l, TSIM_LANE_SPACE, l->known->len);
	add_chunk(l, e->logical, e->len, e->phys);
	return TRUE;
}

static gboolean link_group(struct tsim_linking *l, GError **error)
{
	const struct tsim_trace_event *e = tsim_link_event(l, l->at);
	guint i = tsim_link_find(l, e->logical, FALSE);
	struct known *known;

	if (i == TSIM_NO_CHUNK)
		return tsim_link_fail(l,
				      e->kind == TSIM_TRACE_REMOVED ?
					      "is removed, but there is none at this address" :
					      "is set read-only, but there is none at this address",
				      error);
	known = &g_array_index(l->known, struct known, i);
	known->removed = e->kind == TSIM_TRACE_REMOVED;
	known->kept = known->removed && e->kept;
	tsim_link_add(l, TSIM_LANE_SPACE, i);
	return TRUE;
}

static gboolean link_release(struct tsim_linking *l, GError **error)
{
	guint i = tsim_link_find(l, tsim_link_event(l, l->at)->logical, TRUE);
	struct known *known = i == TSIM_NO_CHUNK ? NULL : &g_array_index(l->known, struct known, i);

	if (!known || !known->kept || known->released)
		return tsim_link_fail(l, "is released, but it is not kept", error);
	known->released = TRUE;
	tsim_link_add(l, TSIM_LANE_SPACE, i);
	return TRUE;
}

/* Without a gap: what is freed by a commit that is missing would never be free. */
static gboolean link_commit(struct tsim_linking *l, GError **error)
{
	const struct tsim_trace_event *e = tsim_link_event(l, l->at);

	if (e->transid > MAX_TRANSID)
		return tsim_link_throw(l, error,
				       "no file system has had %" G_GUINT64_FORMAT " transactions",
				       e->transid);
	tsim_link_add(l, TSIM_LANE_SPACE, TSIM_NO_CHUNK);
	if (e->kind != TSIM_TRACE_UNBLOCKED)
		return TRUE;
	if (l->transid && e->transid != l->transid + 1)
		return tsim_link_throw(l, error,
				       "the commit of transaction %" G_GUINT64_FORMAT
				       " follows that of %" G_GUINT64_FORMAT
				       ": the recording has lost events",
				       e->transid, l->transid);
	l->transid = e->transid;
	if (!l->out->first_transid)
		l->out->first_transid = e->transid;
	return TRUE;
}

/* ---- writes ---- */

static gboolean is_super(struct tsim_range phys)
{
	for (guint i = 0; i < TSIM_N_SUPER_MIRRORS; i++) {
		if (phys.start >= tsim_super_mirrors[i] &&
		    phys.end <= tsim_super_mirrors[i] + SUPER_BYTES)
			return TRUE;
	}
	return FALSE;
}

static gboolean check_device(struct tsim_linking *l, const struct tsim_trace_event *e,
			     GError **error)
{
	if (!l->out->has_writes)
		l->device = e->flags;
	if (e->flags == l->device)
		return TRUE;
	return tsim_link_throw(l, error,
			       "writes to two devices, %u,%u and %u,%u: "
			       "leave those out of the recording that are not btrfs's",
			       (guint)(l->device >> 20), (guint)(l->device & 0xfffff),
			       (guint)(e->flags >> 20), (guint)(e->flags & 0xfffff));
}

static gboolean link_write(struct tsim_linking *l, GError **error)
{
	const struct tsim_trace_event *e = tsim_link_event(l, l->at);
	struct tsim_range r = TSIM_RANGE(e->phys, e->phys + e->len);

	if (!check_device(l, e, error))
		return FALSE;
	l->out->has_writes = TRUE;
	if (is_super(r))
		return TRUE;
	while (r.start < r.end) {
		guint i = find_owner(l, r.start);
		const struct tsim_recorded_chunk *c = i == TSIM_NO_CHUNK ? NULL : chunk_at(l, i);
		struct tsim_recorded_step *step;

		if (!c)
			return tsim_link_throw(l, error,
					       "a write of %" G_GUINT64_FORMAT
					       " bytes at %" G_GUINT64_FORMAT " hits no chunk",
					       e->len, r.start);
		step = tsim_link_add(l, TSIM_LANE_WRITES, i);
		step->event.phys = r.start;
		step->event.len = MIN(r.end, c->phys + c->len) - r.start;
		step->done_ns = e->wait_ns == TSIM_NS_NEVER ?
					tsim_link_event(l, l->events->len - 1)->t_ns :
					e->t_ns + e->wait_ns;
		r.start += step->event.len;
	}
	return TRUE;
}

/*
 * Without the block layer's lines the writes onto ranges under discard are
 * the only ones that are known; a write over two discards has two lines.
 */
static gboolean link_race(struct tsim_linking *l, GError **error)
{
	const struct tsim_trace_event *e = tsim_link_event(l, l->at), *before;

	if (l->has_requests)
		return TRUE;
	before = l->at > 0 ? tsim_link_event(l, l->at - 1) : e;
	if (before != e && before->kind == e->kind && before->t_ns == e->t_ns &&
	    before->phys == e->phys && before->len == e->len)
		return TRUE;
	return link_write(l, error);
}

static gboolean link_event(struct tsim_linking *l, GError **error)
{
	switch (tsim_link_event(l, l->at)->kind) {
	case TSIM_TRACE_CHUNK_ALLOC:
		return link_alloc(l, error);
	case TSIM_TRACE_BG_RO:
	case TSIM_TRACE_REMOVED:
		return link_group(l, error);
	case TSIM_TRACE_RELEASED:
		return link_release(l, error);
	case TSIM_TRACE_COMMIT_START:
	case TSIM_TRACE_UNBLOCKED:
	case TSIM_TRACE_SUPER_COMMITTED:
	case TSIM_TRACE_COMPLETED:
		return link_commit(l, error);
	case TSIM_TRACE_TRIM_GROUP:
	case TSIM_TRACE_TRIM_GROUP_END:
	case TSIM_TRACE_HIDE:
	case TSIM_TRACE_HIDE_END:
	case TSIM_TRACE_DISCARD_BEGIN:
	case TSIM_TRACE_DISCARD_END:
	case TSIM_TRACE_FITRIM_END:
		return tsim_link_trim(l, error);
	case TSIM_TRACE_WRITE:
		return link_write(l, error);
	case TSIM_TRACE_RACE:
		return link_race(l, error);
	default:
		return TRUE;
	}
}

static gboolean link_all(struct tsim_linking *l, GError **error)
{
	/* the order of space.c:tsim_space_mkfs() */
	add_chunk(l, 1048576, 4 * TSIM_MIB, 1048576);
	add_chunk(l, 5242880, 8 * TSIM_MIB, 5242880);
	add_chunk(l, 13631488, 8 * TSIM_MIB, 13631488);
	for (guint i = 0; i < l->events->len; i++)
		l->has_requests |= tsim_link_event(l, i)->kind == TSIM_TRACE_WRITE;
	for (l->at = 0; l->at < l->events->len; l->at++) {
		if (!link_event(l, error))
			return FALSE;
	}
	return TRUE;
}

/**
 * tsim_recording_new:
 * @events: (element-type struct tsim_trace_event), from the file system's first event on
 *
 * Returns: (transfer full) (nullable): what there is to follow, or NULL when
 * the recording contradicts itself: the message begins with the line's number.
 */
TsimRecording *tsim_recording_new(const GArray *events, GError **error)
{
	g_autoptr(TsimRecording) out = g_new0(TsimRecording, 1);
	g_autoptr(GArray) known = g_array_new(FALSE, FALSE, sizeof(struct known));
	g_autoptr(GArray)
		trimmers = g_array_new(FALSE, FALSE, sizeof(struct tsim_recorded_trimmer));
	struct tsim_linking l = {
		.events = events, .out = out, .known = known, .trimmers = trimmers
	};

	out->steps = g_array_new(FALSE, FALSE, sizeof(struct tsim_recorded_step));
	out->chunks = g_array_new(FALSE, FALSE, sizeof(struct tsim_recorded_chunk));
	out->pieces = g_array_new(FALSE, FALSE, sizeof(struct tsim_recorded_piece));
	out->n_lanes = TSIM_LANE_TRIMMERS;
	return link_all(&l, error) ? g_steal_pointer(&out) : NULL;
}

void tsim_recording_free(TsimRecording *recording)
{
	g_array_unref(recording->steps);
	g_array_unref(recording->chunks);
	g_array_unref(recording->pieces);
	g_free(recording);
}
