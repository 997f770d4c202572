/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "backend.h"
#include "engine.h"
#include "heap.h"

/* A stack on which actors run, one after another. */
struct tsim_stack {
	TsimEngine *engine;
	struct tsim_context *context;	/* the back end's handle */
	TsimActor *actor;		/* what runs here, or runs here next */
	gboolean abandoned;		/* the actor in it was cancelled */
	gboolean quit;			/* the engine is being left */
	void *loop[5];			/* __builtin_setjmp: where an abandoned wait goes */
};

struct tsim_actor {
	TsimEngine *engine;
	const char *name;
	tsim_actor_fn fn;
	void *data;
	struct tsim_stack *stack;	/* NULL before the start and after the end */
	TsimActor *next, *prev;		/* in a struct tsim_waiters */
	const char *kind, *why;		/* what it waits for, for the deadlock report */
	guint64 ordinal;
	guint place;			/* of its event in the heap */
	int priority;
	unsigned int flags;
	gboolean parked;		/* in tsim_park(), not yet woken */
	gboolean woken;			/* the wait was ended by somebody, not by its deadline */
	gboolean token;			/* an unpark that came first */
	gboolean ended;
};

struct tsim_engine {
	const struct tsim_backend_ops *ops;
	struct tsim_heap heap;
	tsim_ns now;
	TsimActor *actor;		/* the running one; NULL in start() and between runs */
	struct tsim_stack *current;	/* the running stack */
	guint64 seq, events, fingerprint;
	tsim_ns horizon;
	guint at_instant;		/* events since the clock last moved */
	guint live;			/* actors that are not daemons and have not ended */
	gboolean running, stop;
	GError *failure;

	tsim_ns base;			/* the back end's clock at time 0 of this run */
	tsim_ns clock;			/* the back end's clock */
	GPtrArray *actors;		/* reused by each run; @n_actors belong to this one */
	guint n_actors;
	GPtrArray *stacks;
	GPtrArray *idle;		/* of @stacks */
	struct tsim_stack main;
	void (*enter_fn)(void *data);
	void *enter_data;
};

const struct tsim_backend_ops *tsim_backend_load(const char *name, GError **error);

/* The running actor waits; TRUE when tsim_engine_wake() ended the wait, not @deadline. */
gboolean tsim_engine_block(TsimEngine *e, tsim_ns deadline, const char *kind, const char *why);
void tsim_engine_wake(TsimActor *actor);
void tsim_engine_schedule(TsimActor *actor, tsim_ns when);
/* Give the processor to the next event; returns when the caller's own event is due. */
void tsim_engine_wait(TsimEngine *e);
