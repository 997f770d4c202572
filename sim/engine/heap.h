/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "simtime.h"

struct tsim_actor;

/* The wake-up of one actor; an actor has at most one. */
struct tsim_event {
	tsim_ns time;
	guint64 seq;
	struct tsim_actor *actor;
	int priority;
};

/*
 * A binary heap on (time, priority, seq).  Each actor knows the place of its
 * event, so an unpark takes the deadline it overtakes out of the heap: no
 * stale event is ever left behind.
 */
struct tsim_heap {
	struct tsim_event *events;
	guint n;
	guint capacity;
};

#define TSIM_HEAP_NONE G_MAXUINT	/* the place of an actor without an event */

void tsim_heap_push(struct tsim_heap *heap, struct tsim_event event);
void tsim_heap_remove(struct tsim_heap *heap, guint place);
void tsim_heap_clear(struct tsim_heap *heap);	/* frees the storage */
