/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Measures one run from its events, recorded or simulated: the same code for
 * both.
 *
 * Models: docs/validation-kernel.md, "What is measured".  A discard is matched
 *   with its end by place and length, oldest first: recordings that were
 *   imported carry no task.
 * Leaves out: more than one copy of a chunk.
 */
#include "observer-private.h"

TsimObserver *tsim_observer_new(void)
{
	TsimObserver *o = g_new0(TsimObserver, 1);

	o->flights = g_array_new(FALSE, FALSE, sizeof(struct tsim_flight));
	o->freed = g_array_new(FALSE, FALSE, sizeof(struct tsim_begun));
	o->kept = g_array_new(FALSE, FALSE, sizeof(struct tsim_begun));
	o->commit = g_array_new(FALSE, FALSE, sizeof(struct tsim_begun));
	o->ro = g_array_new(FALSE, FALSE, sizeof(struct tsim_begun));
	o->places = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	for (guint i = 0; i < N_TIMES; i++)
		o->times[i] = g_array_new(FALSE, FALSE, sizeof(double));
	return o;
}

void tsim_observer_free(TsimObserver *o)
{
	g_array_unref(o->flights);
	g_array_unref(o->freed);
	g_array_unref(o->kept);
	g_array_unref(o->commit);
	g_array_unref(o->ro);
	g_hash_table_unref(o->places);
	for (guint i = 0; i < N_TIMES; i++)
		g_array_unref(o->times[i]);
	g_free(o);
}

static void note_time(TsimObserver *o, enum tsim_times kind, tsim_ns duration)
{
	double ms = (double)duration / TSIM_NS_PER_MS;

	g_array_append_val(o->times[kind], ms);
}

/* Take the one with @key out; FALSE: it began before the recording. */
static gboolean take(GArray *list, guint64 key, struct tsim_begun *out)
{
	for (guint i = 0; i < list->len; i++) {
		*out = g_array_index(list, struct tsim_begun, i);
		if (out->key != key)
			continue;
		g_array_remove_index(list, i);
		return TRUE;
	}
	return FALSE;
}

static gboolean overlap(guint64 a, guint64 a_len, guint64 b, guint64 b_len)
{
	return a < b + b_len && b < a + a_len;
}

/* ---- discards ---- */

static void on_discard_begin(TsimObserver *o, const struct tsim_trace_event *e)
{
	struct tsim_flight flight = {
		.begin_ns = e->t_ns, .logical = e->logical, .phys = e->phys, .len = e->len
	};

	o->discards++;
	g_array_append_val(o->flights, flight);
}

static void on_discard_end(TsimObserver *o, const struct tsim_trace_event *e)
{
	for (guint i = 0; i < o->flights->len; i++) {
		const struct tsim_flight *f = &g_array_index(o->flights, struct tsim_flight, i);

		if (f->phys != e->phys || f->len != e->len)
			continue;
		note_time(o, DISCARD, e->t_ns - f->begin_ns);
		if (f->exposed)
			note_time(o, RESIDUAL, e->t_ns - f->removed_ns);
		g_array_remove_index(o->flights, i);
		return;
	}
}

static void on_command_done(TsimObserver *o, const struct tsim_trace_event *e)
{
	note_time(o, COMMAND, e->wait_ns);
}

/* Those that are in flight over the removed chunk are exposed from here on. */
static void expose(TsimObserver *o, const struct tsim_trace_event *e)
{
	gboolean under = FALSE;

	for (guint i = 0; i < o->flights->len; i++) {
		struct tsim_flight *f = &g_array_index(o->flights, struct tsim_flight, i);

		if (f->exposed || !overlap(f->logical, f->len, e->logical, e->len))
			continue;
		f->exposed = under = TRUE;
		f->removed_ns = e->t_ns;
		o->exposed++;
	}
	o->under += under;
}

static void on_race(TsimObserver *o, const struct tsim_trace_event *e)
{
	for (guint i = 0; i < o->flights->len; i++) {
		struct tsim_flight *f = &g_array_index(o->flights, struct tsim_flight, i);

		if (!f->exposed || f->raced || !overlap(f->phys, f->len, e->phys, e->len))
			continue;
		f->raced = TRUE;
		o->raced++;
	}
}

/* ---- chunks ---- */

static void on_chunk_free(TsimObserver *o, const struct tsim_trace_event *e)
{
	struct tsim_begun freed = { .t_ns = e->t_ns, .key = e->phys, .len = e->len };

	g_array_append_val(o->freed, freed);
}

static void on_removed(TsimObserver *o, const struct tsim_trace_event *e)
{
	struct tsim_begun kept = { .t_ns = e->t_ns, .key = e->logical, .len = e->len }, ro;

	o->removals++;
	o->main = o->discards;
	expose(o, e);
	if (e->kept) {
		g_array_append_val(o->kept, kept);
		o->pinned_bytes += e->len;
		o->pinned_peak = MAX(o->pinned_peak, o->pinned_bytes);
	}
	if (take(o->ro, e->logical, &ro)) {
		note_time(o, RO, e->t_ns - ro.t_ns);
		note_time(o, ro.kind, e->t_ns - ro.t_ns);
	}
}

static void on_released(TsimObserver *o, const struct tsim_trace_event *e)
{
	struct tsim_begun kept;

	if (!take(o->kept, e->logical, &kept))
		return;
	note_time(o, PIN, e->t_ns - kept.t_ns);
	o->pinned_bytes -= kept.len;
}

/* Freed places that the new chunk covers in part are reused as a whole. */
static void reuse(TsimObserver *o, const struct tsim_trace_event *e)
{
	for (guint i = 0; i < o->freed->len;) {
		const struct tsim_begun *freed = &g_array_index(o->freed, struct tsim_begun, i);

		if (!overlap(freed->key, freed->len, e->phys, e->len)) {
			i++;
			continue;
		}
		note_time(o, REUSE, e->t_ns - freed->t_ns);
		g_array_remove_index(o->freed, i);
	}
}

static void on_chunk_alloc(TsimObserver *o, const struct tsim_trace_event *e)
{
	guint64 *place = g_new(guint64, 1);

	*place = e->phys;
	g_hash_table_add(o->places, place);
	o->highest = MAX(o->highest, e->phys + e->len);
	reuse(o, e);
	for (guint i = 0; i < o->flights->len; i++) {
		struct tsim_flight *f = &g_array_index(o->flights, struct tsim_flight, i);

		if (!f->exposed || f->reallocated || !overlap(f->phys, f->len, e->phys, e->len))
			continue;
		f->reallocated = TRUE;
		o->realloc++;
	}
}

static void on_chunk_done(TsimObserver *o, const struct tsim_trace_event *e)
{
	o->mutex_max_ns = MAX(o->mutex_max_ns, e->wait_ns);
	o->failed += !e->kept;
}

static enum tsim_times ro_kind(const struct tsim_trace_event *e)
{
	if (e->flags & 1)
		return e->used ? RO_USED_DATA : RO_EMPTY_DATA;
	return e->flags & 2 ? RO_SYSTEM : RO_METADATA;
}

/* Balance sets a group read-only, gives up and comes again: the last time counts. */
static void on_bg_ro(TsimObserver *o, const struct tsim_trace_event *e)
{
	struct tsim_begun ro = { .t_ns = e->t_ns, .key = e->logical, .kind = ro_kind(e) }, before;

	take(o->ro, e->logical, &before);
	g_array_append_val(o->ro, ro);
}

/* ---- transactions and passes ---- */

static void on_commit_start(TsimObserver *o, const struct tsim_trace_event *e)
{
	struct tsim_begun commit = { .t_ns = e->t_ns, .key = e->transid };

	g_array_append_val(o->commit, commit);
}

static void on_completed(TsimObserver *o, const struct tsim_trace_event *e)
{
	struct tsim_begun commit;

	o->commits++;
	if (take(o->commit, e->transid, &commit))
		note_time(o, COMMIT, e->t_ns - commit.t_ns);
}

static void on_fitrim_end(TsimObserver *o, const struct tsim_trace_event *e)
{
	o->fitrims++;
}

/**
 * tsim_observer_event:
 * @observer: from tsim_observer_new()
 */
void tsim_observer_event(void *observer, const struct tsim_trace_event *event)
{
	static void (*const handlers[])(TsimObserver *, const struct tsim_trace_event *) = {
		[TSIM_TRACE_CHUNK_ALLOC] = on_chunk_alloc,
		[TSIM_TRACE_CHUNK_DONE] = on_chunk_done,
		[TSIM_TRACE_CHUNK_FREE] = on_chunk_free,
		[TSIM_TRACE_BG_RO] = on_bg_ro,
		[TSIM_TRACE_REMOVED] = on_removed,
		[TSIM_TRACE_RELEASED] = on_released,
		[TSIM_TRACE_COMMIT_START] = on_commit_start,
		[TSIM_TRACE_COMPLETED] = on_completed,
		[TSIM_TRACE_FITRIM_END] = on_fitrim_end,
		[TSIM_TRACE_DISCARD_BEGIN] = on_discard_begin,
		[TSIM_TRACE_DISCARD_END] = on_discard_end,
		[TSIM_TRACE_COMMAND_DONE] = on_command_done,
		[TSIM_TRACE_RACE] = on_race,
	};
	TsimObserver *o = observer;

	if (!o->any)
		o->first_ns = event->t_ns;
	o->any = TRUE;
	o->last_ns = event->t_ns;
	if (event->kind < G_N_ELEMENTS(handlers) && handlers[event->kind])
		handlers[event->kind](o, event);
}
