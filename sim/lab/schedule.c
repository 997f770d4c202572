/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which block of which point is run next, and when a point has enough.
 *
 * A point is complete when its cap is reached, or at the end of the first
 * block with which its worst policy has as many corrupted replications as the
 * rule asks for.  Blocks are looked at in their order, whenever they come in,
 * so that this is the same end whatever the number of workers, and whatever
 * was interrupted.  What was run beyond it is stored and counts not.
 *
 * Shards: a block can be run by anybody, but who is to stop a point has to see
 * all of its blocks.  So points without a rule are cut by the block, in turn,
 * and points with one are dealt out whole.  Then no shard runs anything that
 * the unsharded run would not, and together they run all that it would.
 *
 * Points get replications in rounds, each up to twice as many as before, and
 * only those that are not complete: when the time is up, all of these have
 * about as many.
 */
#include "schedule.h"

#include "tally.h"

/* The end of the first round. */
#define FIRST_ROUND 128
/* So many workers at one point while others wait: what is run beyond a stop is lost. */
#define CROWD 2

/* A block that is known before its turn to be counted. */
struct known {
	guint64 replications;
	guint64 corrupted[]; /* one per policy */
};

struct state {
	struct tsim_standing at;
	guint64 *corrupted; /* in [0, at.end), one per policy; NULL: none yet */
	guint64 index, given_index; /* of the blocks at at.end and given */
	guint32 given; /* blocks before are known or given out */
	guint in_flight;
	GHashTable *known; /* first replication -> struct known, not before at.end; or NULL */
};

struct tsim_schedule {
	struct tsim_goal *goals;
	struct state *states;
	guint64 n;
	struct tsim_shard shard;
	struct tsim_totals totals; /* but for left */
	GArray *active; /* (element-type guint64) points that were incomplete when a round began */
	guint cursor; /* those before it have what the round gives */
	guint64 round_end;
};

static guint32 end_of_block(const struct tsim_goal *goal, guint32 first)
{
	return MIN(tsim_block_end(first), goal->replications);
}

/**
 * tsim_schedule_owns() - does any block of @point belong to this shard?
 *
 * Points are dealt out on a diagonal, as the last variable of a sweep often has
 * as many values as there are shards: none shall get all the slow ones.
 */
gboolean tsim_schedule_owns(const TsimSchedule *schedule, guint64 point)
{
	const struct tsim_shard *shard = &schedule->shard;

	return !schedule->goals[point].failures ||
	       (point + point / shard->n) % shard->n == shard->i;
}

static gboolean owns_block(const TsimSchedule *schedule, guint64 point, guint64 index)
{
	const struct tsim_shard *shard = &schedule->shard;

	if (schedule->goals[point].failures)
		return tsim_schedule_owns(schedule, point);
	return (point + index) % shard->n == shard->i;
}

static guint64 most(const guint64 *counts, guint n)
{
	guint64 highest = 0;

	for (guint i = 0; i < n; i++)
		highest = MAX(highest, counts[i]);
	return highest;
}

static void count(TsimSchedule *schedule, guint64 point, const struct known *known)
{
	const struct tsim_goal *goal = &schedule->goals[point];
	struct state *s = &schedule->states[point];
	guint64 before = s->at.corrupted;

	if (!s->corrupted)
		s->corrupted = g_new0(guint64, goal->n_policies);
	for (guint i = 0; i < goal->n_policies; i++)
		s->corrupted[i] += known->corrupted[i];
	s->at.corrupted = most(s->corrupted, goal->n_policies);
	s->at.replications += known->replications;
	s->at.enough = goal->failures && s->at.corrupted >= goal->failures;
	schedule->totals.replications += known->replications;
	schedule->totals.corrupted += s->at.corrupted - before;
}

static void forget(struct state *s)
{
	g_clear_pointer(&s->known, g_hash_table_unref);
	g_clear_pointer(&s->corrupted, g_free);
}

/* Count what is known, in order, as far as it goes. */
static void advance(TsimSchedule *schedule, guint64 point)
{
	const struct tsim_goal *goal = &schedule->goals[point];
	struct state *s = &schedule->states[point];

	while (!s->at.enough && s->at.end < goal->replications) {
		gpointer key = GUINT_TO_POINTER(s->at.end);
		struct known *known = s->known ? g_hash_table_lookup(s->known, key) : NULL;

		if (known) {
			count(schedule, point, known);
			g_hash_table_remove(s->known, key);
		} else if (owns_block(schedule, point, s->index)) {
			return;
		}
		s->at.end = end_of_block(goal, s->at.end);
		s->index++;
	}
	s->at.complete = TRUE;
	schedule->totals.complete++;
	forget(s);
}

/**
 * tsim_schedule_new() - nothing has run yet
 * @goals: one per point; copied
 * @n: points
 * @shard: which part of it is run here
 */
TsimSchedule *tsim_schedule_new(const struct tsim_goal *goals, guint64 n,
				const struct tsim_shard *shard)
{
	TsimSchedule *schedule = g_new0(TsimSchedule, 1);

	schedule->goals = g_new(struct tsim_goal, n);
	schedule->states = g_new0(struct state, n);
	schedule->n = n;
	schedule->shard = *shard;
	schedule->active = g_array_new(FALSE, FALSE, sizeof(guint64));
	schedule->round_end = FIRST_ROUND;
	for (guint64 p = 0; p < n; p++) {
		schedule->goals[p] = goals[p];
		if (!tsim_schedule_owns(schedule, p))
			continue;
		schedule->totals.points++;
		g_array_append_val(schedule->active, p);
		advance(schedule, p);
	}
	return schedule;
}

void tsim_schedule_free(TsimSchedule *schedule)
{
	for (guint64 p = 0; p < schedule->n; p++)
		forget(&schedule->states[p]);
	g_array_unref(schedule->active);
	g_free(schedule->states);
	g_free(schedule->goals);
	g_free(schedule);
}

/**
 * tsim_schedule_know() - a block has run, now or earlier
 * @point: its point
 * @first: its first replication
 * @end: where it ends; a block that ends elsewhere than in this run is of no use
 * @sums: encoded
 * @size: bytes of it
 *
 * Return: FALSE when the sums cannot be read.
 */
gboolean tsim_schedule_know(TsimSchedule *schedule, guint64 point, guint32 first, guint32 end,
			    const guint8 *sums, gsize size)
{
	const struct tsim_goal *goal = &schedule->goals[point];
	struct state *s = &schedule->states[point];
	g_autofree struct known *known =
		g_malloc0(sizeof(*known) + goal->n_policies * sizeof(guint64));

	if (s->in_flight)
		s->in_flight--;
	if (!tsim_tally_peek(&sums, sums + size, goal->n_policies, known->corrupted,
			     &known->replications))
		return FALSE;
	if (s->at.complete || first < s->at.end || first >= goal->replications ||
	    end != end_of_block(goal, first))
		return TRUE;
	if (!s->known)
		s->known = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	g_hash_table_insert(s->known, GUINT_TO_POINTER(first), g_steal_pointer(&known));
	advance(schedule, point);
	return TRUE;
}

/* Move past what is not to be given out; FALSE: nothing is left. */
static gboolean find_given(TsimSchedule *schedule, guint64 point)
{
	const struct tsim_goal *goal = &schedule->goals[point];
	struct state *s = &schedule->states[point];

	if (s->given < s->at.end) {
		s->given = s->at.end;
		s->given_index = s->index;
	}
	while (!s->at.complete && s->given < goal->replications) {
		gpointer key = GUINT_TO_POINTER(s->given);

		if (owns_block(schedule, point, s->given_index) &&
		    !(s->known && g_hash_table_contains(s->known, key)))
			return TRUE;
		s->given = end_of_block(goal, s->given);
		s->given_index++;
	}
	return FALSE;
}

static struct tsim_block *give(TsimSchedule *schedule, guint64 point)
{
	struct state *s = &schedule->states[point];
	guint32 end = end_of_block(&schedule->goals[point], s->given);
	struct tsim_block *block = tsim_block_new(point, s->given, end);

	s->given = end;
	s->given_index++;
	s->in_flight++;
	return block;
}

/* A block of this round, of a point that no more than @crowd workers are at. */
static struct tsim_block *next_of_round(TsimSchedule *schedule, guint crowd)
{
	for (guint i = schedule->cursor; i < schedule->active->len; i++) {
		guint64 point = g_array_index(schedule->active, guint64, i);
		const struct state *s = &schedule->states[point];

		if (!find_given(schedule, point) || s->given >= schedule->round_end)
			schedule->cursor += i == schedule->cursor;
		else if (s->in_flight < crowd)
			return give(schedule, point);
	}
	return NULL;
}

/* FALSE: all blocks are given out. */
static gboolean next_round(TsimSchedule *schedule)
{
	GArray *left = g_array_new(FALSE, FALSE, sizeof(guint64));
	gboolean any = FALSE;

	for (guint i = 0; i < schedule->active->len; i++) {
		guint64 point = g_array_index(schedule->active, guint64, i);

		any |= find_given(schedule, point);
		if (!schedule->states[point].at.complete)
			g_array_append_val(left, point);
	}
	g_array_unref(schedule->active);
	schedule->active = left;
	schedule->cursor = 0;
	schedule->round_end *= any ? 2 : 1;
	return any;
}

/**
 * tsim_schedule_next() - the block to be run next
 *
 * Return: (transfer full) (nullable): NULL while all that is left is being run.
 */
struct tsim_block *tsim_schedule_next(TsimSchedule *schedule)
{
	struct tsim_block *block;

	do {
		block = next_of_round(schedule, CROWD);
		if (!block)
			block = next_of_round(schedule, G_MAXUINT);
	} while (!block && next_round(schedule));
	return block;
}

const struct tsim_standing *tsim_schedule_standing(const TsimSchedule *schedule, guint64 point)
{
	return &schedule->states[point].at;
}

/* When a rule is met is not known: the cap is the most. */
static guint64 left_of(const TsimSchedule *schedule, guint64 point)
{
	const struct tsim_goal *goal = &schedule->goals[point];
	const struct tsim_standing *at = &schedule->states[point].at;

	if (at->complete)
		return 0;
	return (goal->replications - at->end) / (goal->failures ? 1 : schedule->shard.n);
}

/** tsim_schedule_totals() - how far all points are */
void tsim_schedule_totals(const TsimSchedule *schedule, struct tsim_totals *totals)
{
	*totals = schedule->totals;
	for (guint i = 0; i < schedule->active->len; i++) {
		guint64 point = g_array_index(schedule->active, guint64, i);

		totals->left += left_of(schedule, point);
		totals->ruled |= !schedule->states[point].at.complete &&
				 schedule->goals[point].failures;
	}
}
