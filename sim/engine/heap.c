/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heap.h"
#include "engine-private.h"

static inline gboolean event_before(const struct tsim_event *a, const struct tsim_event *b)
{
	if (a->time != b->time)
		return a->time < b->time;
	if (a->priority != b->priority)
		return a->priority < b->priority;
	return a->seq < b->seq;
}

static inline void heap_place(struct tsim_heap *heap, guint place, struct tsim_event event)
{
	heap->events[place] = event;
	event.actor->place = place;
}

static void heap_sift_up(struct tsim_heap *heap, guint place, struct tsim_event event)
{
	while (place > 0) {
		guint parent = (place - 1) / 2;

		if (!event_before(&event, &heap->events[parent]))
			break;
		heap_place(heap, place, heap->events[parent]);
		place = parent;
	}
	heap_place(heap, place, event);
}

static void heap_sift_down(struct tsim_heap *heap, guint place, struct tsim_event event)
{
	for (;;) {
		guint child = 2 * place + 1;

		if (child >= heap->n)
			break;
		if (child + 1 < heap->n &&
		    event_before(&heap->events[child + 1], &heap->events[child]))
			child++;
		if (!event_before(&heap->events[child], &event))
			break;
		heap_place(heap, place, heap->events[child]);
		place = child;
	}
	heap_place(heap, place, event);
}

/**
 * tsim_heap_push() - add the wake-up of an actor that has none yet.
 */
void tsim_heap_push(struct tsim_heap *heap, struct tsim_event event)
{
	if (heap->n == heap->capacity) {
		heap->capacity = MAX(64, 2 * heap->capacity);
		heap->events = g_renew(struct tsim_event, heap->events, heap->capacity);
	}
	heap_sift_up(heap, heap->n++, event);
}

/**
 * tsim_heap_remove() - take out the event at @place (0: the earliest).
 */
void tsim_heap_remove(struct tsim_heap *heap, guint place)
{
	struct tsim_event last = heap->events[--heap->n];

	heap->events[place].actor->place = TSIM_HEAP_NONE;
	if (place == heap->n)
		return;
	if (place > 0 && event_before(&last, &heap->events[(place - 1) / 2]))
		heap_sift_up(heap, place, last);
	else
		heap_sift_down(heap, place, last);
}

void tsim_heap_clear(struct tsim_heap *heap)
{
	g_free(heap->events);
	*heap = (struct tsim_heap){ 0 };
}
