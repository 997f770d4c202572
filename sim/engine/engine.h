/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "simtime.h"

/*
 * Actors and the clock.  Every order is decided here, by an int64 heap on
 * (time, priority, sequence); a back end only gives each actor a stack and
 * keeps its own clock in step.
 */
typedef struct tsim_engine TsimEngine;
typedef struct tsim_actor TsimActor;
typedef void (*tsim_actor_fn)(void *data);

/* The module of a back end ("simgrid") into memory, before fork(): it takes 20 ms. */
void tsim_engine_preload(const char *backend);
/* The same and an engine; once per process, after fork. */
TsimEngine *tsim_engine_open(const char *backend, GError **error);
void tsim_engine_close(TsimEngine *engine);

/*
 * tsim_engine_enter:
 * Run @fn inside the back end, so that it may call tsim_engine_run() as often
 * as it likes: all replications of a worker share one pool of actors.
 */
void tsim_engine_enter(TsimEngine *engine, void (*fn)(void *data), void *data);

/*
 * tsim_engine_run:
 * One replication: reset the clock to 0, call @start (which spawns actors),
 * run until tsim_engine_stop(), until @horizon_ns (events at the horizon do not
 * happen any more), or until every actor that is not a daemon has ended; then
 * cancel what is left.  FALSE with @error on deadlock (names the parked actors
 * and what they wait for) or livelock (more than 1e6 events at one instant).
 */
gboolean tsim_engine_run(TsimEngine *engine, tsim_ns horizon_ns, void (*start)(void *data),
			 void *data, GError **error);
void tsim_engine_stop(TsimEngine *engine);
/* Events (wake-ups delivered) of the current or last run. */
guint64 tsim_engine_events(const TsimEngine *engine);
/*
 * FNV-1a over (time, actor ordinal) of every wake-up of the current or last
 * run: the trajectory's fingerprint.
 */
guint64 tsim_engine_fingerprint(const TsimEngine *engine);
/* The back end's own clock, seconds since it was opened: the worker is replaced before 1e6. */
double tsim_engine_clock_s(const TsimEngine *engine);

enum tsim_actor_flags {
	TSIM_ACTOR_DAEMON = 1 << 0,	/* may be parked for ever; does not keep the run alive */
};

/*
 * tsim_actor_spawn:
 * @name is kept by reference (static or owned by the world).  Of events at
 * one instant the lower @priority runs first, then the older.  The actor's
 * function may return at any time.  At the end of a run an actor that still
 * waits is cancelled: its wait does not return (its stack is abandoned by
 * longjmp), so an actor owns no heap and no lock of its own across a wait.
 */
TsimActor *tsim_actor_spawn(TsimEngine *engine, const char *name, int priority, unsigned int flags,
			    tsim_actor_fn fn, void *data);
TsimActor *tsim_actor_self(TsimEngine *engine);
const char *tsim_actor_name(const TsimActor *actor);

tsim_ns tsim_now(const TsimEngine *engine);
/* A sleep of 0, or until a time that is past, yields: what is due now and first in order runs. */
void tsim_sleep_until(TsimEngine *engine, tsim_ns when);
void tsim_sleep(TsimEngine *engine, tsim_ns duration);
/*
 * tsim_park:
 * Wait for tsim_unpark() or @deadline (TSIM_NS_NEVER: none).  TRUE when
 * unparked.  @why is a static text for the deadlock report.  An unpark that
 * came first is kept as one token.
 */
gboolean tsim_park(TsimEngine *engine, tsim_ns deadline, const char *why);
void tsim_unpark(TsimActor *actor);

/* FIFO mutex, counting semaphore, condition; embed and zero-initialise with the init functions. */
struct tsim_waiters {
	TsimActor *head, *tail;
};
struct tsim_mutex {
	TsimEngine *engine;
	const char *name;
	TsimActor *owner;
	struct tsim_waiters waiters;
};
void tsim_mutex_init(struct tsim_mutex *m, TsimEngine *engine, const char *name);
/* Returns the time waited. */
tsim_ns tsim_mutex_lock(struct tsim_mutex *m);
gboolean tsim_mutex_trylock(struct tsim_mutex *m);
void tsim_mutex_unlock(struct tsim_mutex *m);
gboolean tsim_mutex_held(const struct tsim_mutex *m);	/* by the running actor */

struct tsim_cond {
	TsimEngine *engine;
	const char *name;
	struct tsim_waiters waiters;
};
void tsim_cond_init(struct tsim_cond *c, TsimEngine *engine, const char *name);
/* Wait for a broadcast or the deadline; no mutex: actors are only preempted where they wait. */
gboolean tsim_cond_wait(struct tsim_cond *c, tsim_ns deadline);
void tsim_cond_signal(struct tsim_cond *c);
void tsim_cond_broadcast(struct tsim_cond *c);

struct tsim_semaphore {
	TsimEngine *engine;
	const char *name;
	guint count;
	struct tsim_waiters waiters;
};
void tsim_semaphore_init(struct tsim_semaphore *s, TsimEngine *engine, const char *name,
			 guint count);
void tsim_semaphore_acquire(struct tsim_semaphore *s);
void tsim_semaphore_release(struct tsim_semaphore *s);
