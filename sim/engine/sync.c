/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine-private.h"
#include "invariant.h"

/*
 * Everything here lives in the model's world; a run that ends forgets it.
 * An actor is in at most one list of waiters.
 */

static void waiters_push(struct tsim_waiters *w, TsimActor *actor)
{
	actor->next = NULL;
	actor->prev = w->tail;
	if (w->tail)
		w->tail->next = actor;
	else
		w->head = actor;
	w->tail = actor;
}

static void waiters_remove(struct tsim_waiters *w, TsimActor *actor)
{
	if (actor->prev)
		actor->prev->next = actor->next;
	else
		w->head = actor->next;
	if (actor->next)
		actor->next->prev = actor->prev;
	else
		w->tail = actor->prev;
}

/* Wake the one that has waited longest; NULL when there is none. */
static TsimActor *waiters_wake(struct tsim_waiters *w)
{
	TsimActor *actor = w->head;

	if (actor) {
		waiters_remove(w, actor);
		tsim_engine_wake(actor);
	}
	return actor;
}

void tsim_mutex_init(struct tsim_mutex *m, TsimEngine *engine, const char *name)
{
	*m = (struct tsim_mutex){ .engine = engine, .name = name };
}

/**
 * tsim_mutex_lock() - take the mutex in the order of arrival.
 *
 * An unlock hands the mutex over to the one that has waited longest.
 * Return: the time waited, ns.
 */
tsim_ns tsim_mutex_lock(struct tsim_mutex *m)
{
	TsimEngine *e = m->engine;
	tsim_ns since = e->now;

	if (tsim_mutex_trylock(m))
		return 0;
	tsim_invariant(m->owner != e->actor, "mutex %s locked twice", m->name);
	waiters_push(&m->waiters, e->actor);
	tsim_engine_block(e, TSIM_NS_NEVER, "waits for mutex", m->name);
	return e->now - since;
}

/* FALSE when somebody holds it, the caller included. */
gboolean tsim_mutex_trylock(struct tsim_mutex *m)
{
	tsim_invariant(m->engine->actor, "mutex %s locked outside an actor", m->name);
	if (m->owner)
		return FALSE;
	m->owner = m->engine->actor;
	return TRUE;
}

void tsim_mutex_unlock(struct tsim_mutex *m)
{
	tsim_invariant(tsim_mutex_held(m), "mutex %s unlocked by another than its owner", m->name);
	m->owner = waiters_wake(&m->waiters);
}

gboolean tsim_mutex_held(const struct tsim_mutex *m)
{
	return m->owner && m->owner == m->engine->actor;
}

void tsim_cond_init(struct tsim_cond *c, TsimEngine *engine, const char *name)
{
	*c = (struct tsim_cond){ .engine = engine, .name = name };
}

/**
 * tsim_cond_wait() - wait for a signal, a broadcast or @deadline (absolute, ns).
 *
 * Return: FALSE when the deadline came first.
 */
gboolean tsim_cond_wait(struct tsim_cond *c, tsim_ns deadline)
{
	TsimActor *self = c->engine->actor;

	tsim_invariant(self, "condition %s waited for outside an actor", c->name);
	waiters_push(&c->waiters, self);
	if (tsim_engine_block(c->engine, deadline, "waits for", c->name))
		return TRUE;
	waiters_remove(&c->waiters, self);
	return FALSE;
}

/* Wake the one that has waited longest, if any. */
void tsim_cond_signal(struct tsim_cond *c)
{
	waiters_wake(&c->waiters);
}

void tsim_cond_broadcast(struct tsim_cond *c)
{
	while (waiters_wake(&c->waiters))
		;
}

void tsim_semaphore_init(struct tsim_semaphore *s, TsimEngine *engine, const char *name,
			 guint count)
{
	*s = (struct tsim_semaphore){ .engine = engine, .name = name, .count = count };
}

/**
 * tsim_semaphore_acquire() - take one unit in the order of arrival.
 */
void tsim_semaphore_acquire(struct tsim_semaphore *s)
{
	tsim_invariant(s->engine->actor, "semaphore %s acquired outside an actor", s->name);
	if (s->count) {
		s->count--;
		return;
	}
	waiters_push(&s->waiters, s->engine->actor);
	tsim_engine_block(s->engine, TSIM_NS_NEVER, "waits for", s->name);
}

/* A waiter gets the unit directly, so that nobody overtakes it. */
void tsim_semaphore_release(struct tsim_semaphore *s)
{
	if (!waiters_wake(&s->waiters))
		s->count++;
}
