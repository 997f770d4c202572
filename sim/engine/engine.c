/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine-private.h"
#include "error.h"
#include "invariant.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

#define LIVELOCK_EVENTS 1000000
#define REPORT_ACTORS 20	/* named in the report of a deadlock */
#define FNV_OFFSET G_GUINT64_CONSTANT(0xcbf29ce484222325)
#define FNV_PRIME G_GUINT64_CONSTANT(0x100000001b3)

/*
 * Whoever waits takes the next event itself and hands over straight to the
 * stack of that event's actor: there is no scheduler loop in between.
 * Nothing shared may be touched between the hand-over and being resumed.
 */

static void engine_report_deadlock(TsimEngine *e)
{
	g_autoptr(GString) who = g_string_new(NULL);
	guint i, n = 0;

	for (i = 0; i < e->n_actors; i++) {
		TsimActor *a = g_ptr_array_index(e->actors, i);

		if (a->ended || (a->flags & TSIM_ACTOR_DAEMON) || n++ >= REPORT_ACTORS)
			continue;
		g_string_append_printf(who, "%s '%s' (%s %s)", who->len ? "," : "", a->name,
				       a->kind, a->why);
	}
	if (n > REPORT_ACTORS)
		g_string_append_printf(who, " and %u more", n - REPORT_ACTORS);
	tsim_throw_run(&e->failure, "deadlock at %" G_GINT64_FORMAT " ns: nothing can wake%s",
		       e->now, who->str);
}

static void engine_report_livelock(TsimEngine *e)
{
	tsim_throw_run(&e->failure, "livelock at %" G_GINT64_FORMAT
		       " ns: more than %d events at one instant, the last of actor '%s'",
		       e->now, LIVELOCK_EVENTS, e->heap.events[0].actor->name);
}

/* The clock moves to the next event's time; FALSE when the run is over. */
static gboolean engine_advance(TsimEngine *e, tsim_ns when)
{
	if (when == e->now) {
		if (++e->at_instant <= LIVELOCK_EVENTS)
			return TRUE;
		engine_report_livelock(e);
		return FALSE;
	}
	if (when >= e->horizon) {
		e->now = e->horizon;
		return FALSE;
	}
	e->now = when;
	e->at_instant = 1;
	e->clock = e->base + when;
	e->ops->advance(1e-9 * (double)e->clock);
	return TRUE;
}

/* Take the next event out and make its actor the running one; NULL: the run is over. */
static TsimActor *engine_next(TsimEngine *e)
{
	TsimActor *actor;

	e->actor = NULL;
	if (e->stop || e->live == 0)
		return NULL;
	if (e->heap.n == 0) {
		engine_report_deadlock(e);
		return NULL;
	}
	if (!engine_advance(e, e->heap.events[0].time))
		return NULL;
	actor = e->heap.events[0].actor;
	tsim_heap_remove(&e->heap, 0);
	e->events++;
	e->fingerprint = (e->fingerprint ^ (guint64)e->now) * FNV_PRIME;
	e->fingerprint = (e->fingerprint ^ actor->ordinal) * FNV_PRIME;
	e->actor = actor;
	tsim_where.now_ns = e->now;
	tsim_where.actor = actor->name;
	return actor;
}

static void stack_main(void *data);

static struct tsim_stack *stack_take(TsimEngine *e)
{
	struct tsim_stack *stack;

	if (e->idle->len)
		return g_ptr_array_steal_index_fast(e->idle, e->idle->len - 1);
	stack = g_new0(struct tsim_stack, 1);
	stack->engine = e;
	stack->context = e->ops->context_new("actor", stack_main, stack);
	g_ptr_array_add(e->stacks, stack);
	return stack;
}

/* Hand over from the running stack to @next's (NULL: to the caller of tsim_engine_run). */
static void engine_hand_over(TsimEngine *e, TsimActor *next)
{
	struct tsim_stack *from = e->current;
	struct tsim_stack *to = &e->main;

	if (next) {
		if (!next->stack) {
			next->stack = stack_take(e);
			next->stack->actor = next;
		}
		to = next->stack;
	}
	e->current = to;
	e->ops->context_switch(from->context, to->context);
}

/*
 * Back to stack_main() over the frames of a cancelled actor.  The built-in
 * jump is used because the sanitizers' longjmp() takes the thread's own
 * stack for the current one; they are told what it leaves behind here.
 */
static G_GNUC_NORETURN __attribute__((noinline, no_sanitize("address")))
void stack_abandon(struct tsim_stack *stack)
{
#ifdef __SANITIZE_ADDRESS__
	char *low = __builtin_frame_address(0);

	__asan_unpoison_memory_region(low, (char *)stack->loop[0] - low);
#endif
	__builtin_longjmp(stack->loop, 1);
}

void tsim_engine_wait(TsimEngine *e)
{
	struct tsim_stack *stack = e->current;
	TsimActor *self = e->actor;
	TsimActor *next = engine_next(e);

	if (next == self)
		return;
	engine_hand_over(e, next);
	if (G_UNLIKELY(stack->abandoned))
		stack_abandon(stack);
}

static void actor_end(TsimActor *actor)
{
	TsimEngine *e = actor->engine;

	actor->ended = TRUE;
	actor->stack = NULL;
	if (!(actor->flags & TSIM_ACTOR_DAEMON))
		e->live--;
}

/* Run actors until the engine is left; an actor that starts next needs no hand-over. */
static __attribute__((noinline)) void stack_loop(struct tsim_stack *stack)
{
	TsimEngine *e = stack->engine;

	while (!stack->quit) {
		TsimActor *next;

		stack->abandoned = FALSE;
		stack->actor->fn(stack->actor->data);
		actor_end(stack->actor);
		next = engine_next(e);
		if (next && !next->stack) {
			next->stack = stack;
			stack->actor = next;
			continue;
		}
		g_ptr_array_add(e->idle, stack);
		engine_hand_over(e, next);
	}
}

static void stack_main(void *data)
{
	struct tsim_stack *stack = data;
	TsimEngine *e = stack->engine;

	__builtin_setjmp(stack->loop);
	stack_loop(stack);
	e->current = &e->main;
	e->ops->context_exit_to(stack->context, e->main.context);
}

static void engine_leave(TsimEngine *e)
{
	guint i;

	for (i = 0; i < e->stacks->len; i++) {
		struct tsim_stack *stack = g_ptr_array_index(e->stacks, i);

		stack->quit = TRUE;
		e->current = stack;
		e->ops->context_switch(e->main.context, stack->context);
	}
	g_ptr_array_set_size(e->idle, 0);
	g_ptr_array_set_size(e->stacks, 0);
	e->main.context = NULL;
}

static void engine_main(void *data)
{
	TsimEngine *e = data;

	e->main.context = e->ops->context_self();
	e->current = &e->main;
	e->clock = (tsim_ns)(1e9 * e->ops->clock() + 0.5);
	e->enter_fn(e->enter_data);
	engine_leave(e);
}

/**
 * tsim_engine_enter() - run @fn where tsim_engine_run() may be called.
 *
 * Every stack that the runs inside @fn needed is given back at its end.  As
 * many actors may be alive at once as the kernel permits guarded stacks
 * (vm.max_map_count / 2, about 32000 by default).
 */
void tsim_engine_enter(TsimEngine *e, void (*fn)(void *data), void *data)
{
	tsim_invariant(!e->main.context, "the engine was entered twice");
	e->enter_fn = fn;
	e->enter_data = data;
	e->ops->run(engine_main, e);
}

static void engine_reset(TsimEngine *e, tsim_ns horizon)
{
	e->now = 0;
	e->actor = NULL;
	e->seq = 0;
	e->events = 0;
	e->fingerprint = FNV_OFFSET;
	e->horizon = horizon;
	e->at_instant = 0;
	e->live = 0;
	e->stop = FALSE;
	e->base = e->clock;
	e->n_actors = 0;
	tsim_where.now_ns = 0;
	tsim_where.actor = NULL;
}

/*
 * Cancel what is left.  A stack with a waiting actor in it is only marked: it
 * leaves the wait when it is next resumed, to run another actor or to quit.
 */
static void engine_cancel(TsimEngine *e)
{
	guint i;

	for (i = 0; i < e->n_actors; i++) {
		TsimActor *a = g_ptr_array_index(e->actors, i);

		if (!a->stack)
			continue;
		a->stack->abandoned = TRUE;
		g_ptr_array_add(e->idle, a->stack);
		a->stack = NULL;
	}
	e->heap.n = 0;
	tsim_where.actor = NULL;
}

/**
 * tsim_engine_run() - one replication, from time 0.
 * @horizon_ns: events at or after this time do not happen (TSIM_NS_NEVER:
 *	no limit); tsim_now() is @horizon_ns then
 * @start: spawns the first actors; must not wait
 *
 * The run is over at once when the last actor that is not a daemon has ended.
 * After an error the engine can run the next replication.
 */
gboolean tsim_engine_run(TsimEngine *e, tsim_ns horizon_ns, void (*start)(void *data),
			 void *data, GError **error)
{
	TsimActor *first;

	tsim_invariant(e->current == &e->main && e->main.context && !e->running,
		       "tsim_engine_run() called outside tsim_engine_enter() or in an actor");
	engine_reset(e, horizon_ns);
	e->running = TRUE;
	start(data);
	first = engine_next(e);
	if (first)
		engine_hand_over(e, first);
	e->running = FALSE;
	engine_cancel(e);
	if (!e->failure)
		return TRUE;
	g_propagate_error(error, g_steal_pointer(&e->failure));
	return FALSE;
}

/**
 * tsim_engine_stop() - end the run when the running actor next waits or ends.
 */
void tsim_engine_stop(TsimEngine *e)
{
	e->stop = TRUE;
}

guint64 tsim_engine_events(const TsimEngine *e)
{
	return e->events;
}

/**
 * tsim_engine_fingerprint() - FNV-1a, by 64-bit words, of each wake-up's time
 * and the ordinal of its actor (0 for the first one spawned).
 */
guint64 tsim_engine_fingerprint(const TsimEngine *e)
{
	return e->fingerprint;
}

double tsim_engine_clock_s(const TsimEngine *e)
{
	return e->ops->clock();
}

/**
 * tsim_engine_open() - load a back end by name.
 *
 * Do this after fork(): a back end owns process state.
 * Return: an engine to be closed, or NULL with @error.
 */
TsimEngine *tsim_engine_open(const char *backend, GError **error)
{
	const struct tsim_backend_ops *ops = tsim_backend_load(backend, error);
	TsimEngine *e;

	if (!ops)
		return NULL;
	e = g_new0(TsimEngine, 1);
	e->ops = ops;
	e->actors = g_ptr_array_new_with_free_func(g_free);
	e->stacks = g_ptr_array_new_with_free_func(g_free);
	e->idle = g_ptr_array_new();
	e->fingerprint = FNV_OFFSET;
	return e;
}

void tsim_engine_close(TsimEngine *e)
{
	if (!e)
		return;
	tsim_invariant(!e->main.context, "the engine was closed inside tsim_engine_enter()");
	tsim_heap_clear(&e->heap);
	g_ptr_array_unref(e->actors);
	g_ptr_array_unref(e->stacks);
	g_ptr_array_unref(e->idle);
	g_free(e);
}
