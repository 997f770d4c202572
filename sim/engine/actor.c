/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine-private.h"
#include "invariant.h"

static TsimActor *actor_take(TsimEngine *e)
{
	TsimActor *actor;

	if (e->n_actors == e->actors->len)
		g_ptr_array_add(e->actors, g_new(TsimActor, 1));
	actor = g_ptr_array_index(e->actors, e->n_actors);
	*actor = (TsimActor){ .engine = e, .ordinal = e->n_actors++, .place = TSIM_HEAP_NONE };
	return actor;
}

/**
 * tsim_actor_spawn() - an actor that starts at the present instant, in its turn.
 *
 * May be called by start() or by an actor of the same run.  Return: the actor,
 * owned by the engine and valid until the end of the run, even when it has
 * ended before.
 */
TsimActor *tsim_actor_spawn(TsimEngine *e, const char *name, int priority, unsigned int flags,
			    tsim_actor_fn fn, void *data)
{
	TsimActor *actor;

	tsim_invariant(e->running, "actor '%s' spawned outside a run", name);
	actor = actor_take(e);
	actor->name = name;
	actor->priority = priority;
	actor->flags = flags;
	actor->fn = fn;
	actor->data = data;
	if (!(flags & TSIM_ACTOR_DAEMON))
		e->live++;
	tsim_engine_schedule(actor, e->now);
	return actor;
}

/* NULL in start(), which is no actor. */
TsimActor *tsim_actor_self(TsimEngine *e)
{
	return e->actor;
}

const char *tsim_actor_name(const TsimActor *actor)
{
	return actor->name;
}

/* Simulated time since the start of the run, ns. */
tsim_ns tsim_now(const TsimEngine *e)
{
	return e->now;
}

void tsim_engine_schedule(TsimActor *actor, tsim_ns when)
{
	TsimEngine *e = actor->engine;

	tsim_heap_push(&e->heap, (struct tsim_event){
		.time = MAX(when, e->now),
		.priority = actor->priority,
		.seq = e->seq++,
		.actor = actor,
	});
}

gboolean tsim_engine_block(TsimEngine *e, tsim_ns deadline, const char *kind, const char *why)
{
	TsimActor *self = e->actor;

	tsim_invariant(self, "wait for %s %s outside an actor", kind, why);
	self->kind = kind;
	self->why = why;
	self->woken = FALSE;
	if (deadline != TSIM_NS_NEVER)
		tsim_engine_schedule(self, deadline);
	tsim_engine_wait(e);
	return self->woken;
}

void tsim_engine_wake(TsimActor *actor)
{
	if (actor->place != TSIM_HEAP_NONE)
		tsim_heap_remove(&actor->engine->heap, actor->place);
	actor->woken = TRUE;
	tsim_engine_schedule(actor, actor->engine->now);
}

/**
 * tsim_sleep_until() - wait until @when (ns since the start of the run).
 *
 * A time that is past means now: what is due at this instant with a lower
 * priority number, or is older, runs before this returns.
 */
void tsim_sleep_until(TsimEngine *e, tsim_ns when)
{
	tsim_engine_block(e, when, "sleep", "for ever");
}

void tsim_sleep(TsimEngine *e, tsim_ns duration)
{
	tsim_ns when;

	tsim_invariant(duration >= 0, "sleep of %" G_GINT64_FORMAT " ns", duration);
	if (__builtin_add_overflow(e->now, duration, &when))
		when = TSIM_NS_NEVER;
	tsim_sleep_until(e, when);
}

/**
 * tsim_park() - wait for tsim_unpark() or @deadline (absolute, ns).
 *
 * Return: TRUE when unparked, also by a token (then without waiting).
 */
gboolean tsim_park(TsimEngine *e, tsim_ns deadline, const char *why)
{
	TsimActor *self = e->actor;

	tsim_invariant(self, "park for %s outside an actor", why);
	if (self->token) {
		self->token = FALSE;
		return TRUE;
	}
	self->parked = TRUE;
	tsim_engine_block(e, deadline, "parked for", why);
	self->parked = FALSE;
	return self->woken;
}

/**
 * tsim_unpark() - end the park of @actor, or leave it one token.
 *
 * Several before @actor runs again count as one.  No effect on an actor that
 * has ended.
 */
void tsim_unpark(TsimActor *actor)
{
	if (!actor->parked)
		actor->token = TRUE;
	else if (!actor->woken)
		tsim_engine_wake(actor);
}
