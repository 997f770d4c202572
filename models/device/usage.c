/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How busy a device is, and what waits in it.
 *
 * Models: the number of commands between submission and completion, and the
 *   discards among them, as functions of time: integral, maximum, and how long
 *   the first was above 0.
 * Leaves out: which slot serves what.  A command waits only while another one
 *   is served, so a device without any command is the one that is idle.
 * Source: J. Little, Operations Research 9 (1961): the integral of the number
 *   is the sum of the times; test-usage.c and --paranoid compare the two.
 *
 * A completion is known when its command is submitted, so a heap of them is
 * all there is to keep; nothing here is an event.
 */
#include "usage.h"

#include "invariant.h"

struct tsim_pending {
	tsim_ns complete_ns;
	gboolean discard;
	guint64 bytes;
};

void tsim_usage_init(struct tsim_usage *usage)
{
	*usage = (struct tsim_usage){ 0 };
}

void tsim_usage_clear(struct tsim_usage *usage)
{
	g_clear_pointer(&usage->pending, g_free);
}

/* ---- heap ---- */

static void push(struct tsim_usage *u, const struct tsim_pending *new)
{
	struct tsim_pending *p;
	guint i = u->n_pending++;

	if (i == u->room) {
		u->room = MAX(2 * u->room, 8);
		u->pending = g_renew(struct tsim_pending, u->pending, u->room);
	}
	p = u->pending;
	for (; i > 0 && new->complete_ns < p[(i - 1) / 2].complete_ns; i = (i - 1) / 2)
		p[i] = p[(i - 1) / 2];
	p[i] = *new;
}

static void pop(struct tsim_usage *u)
{
	struct tsim_pending *p = u->pending, last = p[--u->n_pending];
	guint n = u->n_pending, i = 0, child;

	while ((child = 2 * i + 1) < n) {
		if (child + 1 < n && p[child + 1].complete_ns < p[child].complete_ns)
			child++;
		if (last.complete_ns <= p[child].complete_ns)
			break;
		p[i] = p[child];
		i = child;
	}
	p[i] = last;
}

/* ---- integrals ---- */

static void integrate(struct tsim_usage *u, tsim_ns until)
{
	tsim_ns dt = until - u->until_ns;
	guint64 n = u->n_pending + u->held;

	tsim_invariant(dt >= 0, "the device's time goes back by %" G_GINT64_FORMAT "ns", -dt);
	u->until_ns = until;
	if (n == 0)
		return;
	u->busy_ns += dt;
	u->depth_ns = tsim_ns_add(u->depth_ns, tsim_ns_mul(dt, n));
	u->backlog_ns = tsim_ns_add(u->backlog_ns, tsim_ns_mul(dt, u->n_discards));
	u->backlog_byte_ns += (double)u->discard_bytes * (double)dt;
}

static void come(struct tsim_usage *u, gboolean discard, guint64 bytes)
{
	u->max_depth = MAX(u->max_depth, u->n_pending + u->held);
	if (!discard)
		return;
	u->n_discards++;
	u->discard_bytes += bytes;
	u->max_backlog = MAX(u->max_backlog, u->n_discards);
	u->max_backlog_bytes = MAX(u->max_backlog_bytes, u->discard_bytes);
}

static void go(struct tsim_usage *u, gboolean discard, guint64 bytes)
{
	if (!discard)
		return;
	u->n_discards--;
	u->discard_bytes -= bytes;
}

/**
 * tsim_usage_advance() - let the commands end that do
 * @usage: grows
 * @until: time, ns, not before that of any call before
 */
void tsim_usage_advance(struct tsim_usage *usage, tsim_ns until)
{
	while (usage->n_pending > 0 && usage->pending[0].complete_ns <= until) {
		struct tsim_pending first = usage->pending[0];

		integrate(usage, first.complete_ns);
		pop(usage);
		go(usage, first.discard, first.bytes);
	}
	integrate(usage, until);
}

void tsim_usage_add(struct tsim_usage *usage, tsim_ns now, tsim_ns complete, gboolean discard,
		    guint64 bytes)
{
	struct tsim_pending new = { complete, discard, bytes };

	tsim_usage_advance(usage, now);
	push(usage, &new);
	come(usage, discard, bytes);
}

void tsim_usage_hold(struct tsim_usage *usage, tsim_ns now, gboolean discard, guint64 bytes)
{
	tsim_usage_advance(usage, now);
	usage->held++;
	come(usage, discard, bytes);
}

void tsim_usage_release(struct tsim_usage *usage, tsim_ns now, gboolean discard, guint64 bytes)
{
	tsim_usage_advance(usage, now);
	usage->held--;
	go(usage, discard, bytes);
}

void tsim_usage_reset(struct tsim_usage *usage, tsim_ns now)
{
	tsim_usage_advance(usage, now);
	usage->busy_ns = usage->depth_ns = usage->backlog_ns = 0;
	usage->backlog_byte_ns = 0;
	usage->max_depth = usage->n_pending + usage->held;
	usage->max_backlog = usage->n_discards;
	usage->max_backlog_bytes = usage->discard_bytes;
}
