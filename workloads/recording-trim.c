/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the trims of a recording mean: in which group each trimmer is, and
 * when each part of a discard took effect.
 *
 * Models: commands that the block layer merged of neighbouring discards, and
 *   discards that are cut around superblocks.
 * Leaves out: trims of unallocated space, under which nothing can lie.
 * Source: configs/traces/a5.trace.gz.
 */
#include "recording-internal.h"

#define MAX_TRIMMERS 1000
#define ROUNDING_NS (2 * TSIM_NS_PER_US) /* of a recorded time or latency */

static guint find_trimmer(struct tsim_linking *l, guint64 task)
{
	for (guint i = 0; i < l->trimmers->len; i++) {
		if (g_array_index(l->trimmers, struct tsim_recorded_trimmer, i).task == task)
			return i;
	}
	g_array_append_val(l->trimmers, ((struct tsim_recorded_trimmer){ .task = task,
									 .chunk = TSIM_NO_CHUNK }));
	return l->trimmers->len - 1;
}

/* When the trimmer had waited for the discard; the recording's end, if it never had. */
static guint find_discard_end(const struct tsim_linking *l)
{
	const struct tsim_trace_event *begin = tsim_link_event(l, l->at);

	for (guint i = l->at + 1; i < l->events->len; i++) {
		const struct tsim_trace_event *e = tsim_link_event(l, i);

		if (e->kind == TSIM_TRACE_DISCARD_END && e->task == begin->task &&
		    e->phys == begin->phys && e->len == begin->len)
			return i;
	}
	return l->events->len - 1;
}

/* The first issued of the commands up to @end that reach into @rest; older ones are not it. */
static const struct tsim_trace_event *find_command(const struct tsim_linking *l, guint end,
						   const struct tsim_interval_set *rest)
{
	const struct tsim_trace_event *best = NULL;
	tsim_ns begin_ns = tsim_link_event(l, l->at)->t_ns;

	for (guint i = l->at + 1; i <= end; i++) {
		const struct tsim_trace_event *e = tsim_link_event(l, i);

		if (e->kind != TSIM_TRACE_COMMAND_DONE ||
		    !tsim_interval_set_overlaps(rest, TSIM_RANGE(e->phys, e->phys + e->len)) ||
		    e->t_ns - e->wait_ns + ROUNDING_NS < begin_ns)
			continue;
		if (!best || e->t_ns - e->wait_ns < best->t_ns - best->wait_ns)
			best = e;
	}
	return best;
}

static void add_piece(struct tsim_linking *l, struct tsim_recorded_step *step,
		      struct tsim_range phys, tsim_ns done_ns)
{
	g_array_append_val(l->out->pieces, ((struct tsim_recorded_piece){ phys, done_ns }));
	step->n_pieces++;
}

/*
 * The block layer merges neighbours, and btrfs leaves superblocks out: each
 * part took effect with the command that it was in.  Without any command in
 * the recording: when the trimmer had waited for it.
 */
static void link_pieces(struct tsim_linking *l, struct tsim_recorded_step *step)
{
	struct tsim_range whole = TSIM_RANGE(step->event.phys, step->event.phys + step->event.len);
	guint end = find_discard_end(l);
	struct tsim_interval_set rest = { 0 };
	const struct tsim_trace_event *command;

	step->first_piece = l->out->pieces->len;
	tsim_interval_set_add(&rest, whole);
	while ((command = find_command(l, end, &rest))) {
		struct tsim_range all = TSIM_RANGE(command->phys, command->phys + command->len);

		for (guint i = tsim_interval_set_find(&rest, all.start);
		     i < rest.n && rest.ranges[i].start < all.end; i++)
			add_piece(l, step, tsim_range_intersect(rest.ranges[i], all),
				  command->t_ns);
		tsim_interval_set_remove(&rest, all);
	}
	if (step->n_pieces == 0)
		add_piece(l, step, whole, tsim_link_event(l, end)->t_ns);
	tsim_interval_set_clear(&rest);
}

static gboolean is_within(struct tsim_range r, struct tsim_range outer)
{
	return r.start >= outer.start && r.end <= outer.end;
}

static gboolean is_open(const struct tsim_recorded_trimmer *t)
{
	return t->hidden.start < t->hidden.end;
}

/* A range of a group, and, of a discard, of the entry that is hidden. */
static gboolean check_range(const struct tsim_linking *l, const struct tsim_recorded_trimmer *t,
			    struct tsim_range r, GError **error)
{
	const struct tsim_trace_event *e = tsim_link_event(l, l->at);
	const struct tsim_recorded_chunk *c = tsim_recorded_chunk(l->out, t->chunk);

	if (r.start >= r.end || e->phys + e->len < e->phys)
		return tsim_link_throw(l, error, "a discard of a length that cannot be");
	if (!is_within(r, TSIM_RANGE(c->logical, c->logical + c->len)))
		return tsim_link_throw(l, error,
				       "a discard at %" G_GUINT64_FORMAT
				       " outside of its block group %" G_GUINT64_FORMAT,
				       e->logical, c->logical);
	if (e->kind == TSIM_TRACE_HIDE && is_open(t))
		return tsim_link_throw(l, error,
				       "an entry is hidden while another is: "
				       "its sim: trim_extent_end is missing");
	if (e->kind == TSIM_TRACE_DISCARD_BEGIN && !(is_open(t) && is_within(r, t->hidden)))
		return tsim_link_throw(l, error,
				       "a discard at %" G_GUINT64_FORMAT
				       " of no hidden entry: its sim: trim_extent_begin is missing",
				       e->logical);
	return TRUE;
}

/*
 * Without the lines of a discard's entry nobody would judge it, and the
 * recording would be said to have no hit.
 */
static gboolean check_entry(const struct tsim_linking *l, struct tsim_recorded_trimmer *t,
			    GError **error)
{
	const struct tsim_trace_event *e = tsim_link_event(l, l->at);
	struct tsim_range r = TSIM_RANGE(e->logical, e->logical + e->len);

	switch (e->kind) {
	case TSIM_TRACE_HIDE:
		if (!check_range(l, t, r, error))
			return FALSE;
		t->hidden = r;
		return TRUE;
	case TSIM_TRACE_DISCARD_BEGIN:
		return check_range(l, t, r, error);
	case TSIM_TRACE_HIDE_END:
		if (!is_open(t))
			return tsim_link_throw(l, error,
					       "an entry is put back that was not hidden: "
					       "its sim: trim_extent_begin is missing");
		t->hidden = TSIM_RANGE(0, 0);
		return TRUE;
	case TSIM_TRACE_TRIM_GROUP:
	case TSIM_TRACE_TRIM_GROUP_END:
	case TSIM_TRACE_FITRIM_END:
		return !is_open(t) ||
		       tsim_link_throw(l, error,
				       "a block group is left while an entry of it is hidden: "
				       "its sim: trim_extent_end is missing");
	default:
		return TRUE;
	}
}

/* A trimmer takes its group from the tree: one that is removed may be gone from it just now. */
static gboolean find_group(struct tsim_linking *l, struct tsim_recorded_trimmer *t, GError **error)
{
	guint64 logical = tsim_link_event(l, l->at)->logical;

	t->chunk = tsim_link_find(l, logical, FALSE);
	if (t->chunk == TSIM_NO_CHUNK)
		t->chunk = tsim_link_find(l, logical, TRUE);
	return t->chunk != TSIM_NO_CHUNK ||
	       tsim_link_fail(l, "is trimmed, but there is none at this address", error);
}

gboolean tsim_link_trim(struct tsim_linking *l, GError **error)
{
	const struct tsim_trace_event *e = tsim_link_event(l, l->at);
	guint n = find_trimmer(l, e->task);
	struct tsim_recorded_trimmer *t =
		&g_array_index(l->trimmers, struct tsim_recorded_trimmer, n);
	struct tsim_recorded_step *step;

	if (e->kind == TSIM_TRACE_TRIM_GROUP && !find_group(l, t, error))
		return FALSE;
	if (t->chunk == TSIM_NO_CHUNK && e->kind != TSIM_TRACE_FITRIM_END)
		return e->kind != TSIM_TRACE_DISCARD_BEGIN ||
		       tsim_link_throw(
			       l, error,
			       "a discard at %" G_GUINT64_FORMAT
			       " in no block group: the recording has no sim: trim_bg_begin",
			       e->logical);
	if (n >= MAX_TRIMMERS)
		return tsim_link_throw(l, error, "more than %d processes trim", MAX_TRIMMERS);
	if (!check_entry(l, t, error))
		return FALSE;
	step = tsim_link_add(l, TSIM_LANE_TRIMMERS + n, t->chunk);
	if (e->kind == TSIM_TRACE_DISCARD_BEGIN) {
		l->out->has_discards = TRUE;
		link_pieces(l, step);
	} else if (e->kind == TSIM_TRACE_TRIM_GROUP_END) {
		t->chunk = TSIM_NO_CHUNK;
	}
	return TRUE;
}
