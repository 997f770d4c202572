/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What commands in flight do to the media, and in which order.
 *
 * Models: each effect at its time, of two at one time that of the later
 *   submission; discards that sweep over their range; flash, if there is any.
 * Leaves out: what the effect is to whoever owns the data (oracle.c).
 * Source: NVMe 1.2 ch. 7 (no order between commands in flight).
 *
 * Effects are applied lazily, in their order, before anything looks at what
 * the media hold (tsim_device_settle).
 */
#include "effects.h"

#include <math.h>

#include "late.h"

/* A heap on (effect, seq): of two effects at one instant the later submitted wins. */
static gboolean effect_before(const struct tsim_command *a, const struct tsim_command *b)
{
	if (a->effect_ns != b->effect_ns)
		return a->effect_ns < b->effect_ns;
	return a->seq < b->seq;
}

/** tsim_effects_add() - a write, or a discard that has one effect */
void tsim_effects_add(struct tsim_device *dev, const struct tsim_command *cmd)
{
	GArray *heap = dev->in_flight;
	struct tsim_command *c;
	guint i = heap->len;

	if (dev->late->len > 0 && !cmd->discard)
		tsim_late_written(dev, cmd, cmd->submit_ns);
	g_array_append_vals(heap, cmd, 1);
	c = (struct tsim_command *)heap->data;
	while (i > 0 && effect_before(cmd, &c[(i - 1) / 2])) {
		c[i] = c[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	c[i] = *cmd;
}

/** tsim_effects_add_sweep() - a discard that takes effect bit by bit */
void tsim_effects_add_sweep(struct tsim_device *dev, struct tsim_command *cmd)
{
	cmd->first = cmd->range.start;
	g_array_append_vals(dev->sweeps, cmd, 1);
}

static struct tsim_command heap_pop(GArray *heap)
{
	struct tsim_command *c = (struct tsim_command *)heap->data;
	struct tsim_command first = c[0], last = c[heap->len - 1];
	guint n = heap->len - 1, i = 0;

	for (;;) {
		guint child = 2 * i + 1;

		if (child + 1 < n && effect_before(&c[child + 1], &c[child]))
			child++;
		if (child >= n || effect_before(&last, &c[child]))
			break;
		c[i] = c[child];
		i = child;
	}
	if (n > 0)
		c[i] = last;
	g_array_set_size(heap, n);
	return first;
}

static void write_effect(struct tsim_device *dev, const struct tsim_command *cmd)
{
	if (dev->ftl)
		tsim_device_ftl_written(dev->ftl, cmd->range);
	if (dev->late->len > 0)
		tsim_late_written(dev, cmd, cmd->effect_ns);
	if (dev->unmapped.n > 0)
		tsim_interval_set_remove(&dev->unmapped, cmd->range);
	dev->listener.write_effect(dev->listener.data, cmd);
}

static void destroy(struct tsim_device *dev, const struct tsim_command *cmd,
		    struct tsim_range range, tsim_ns t)
{
	if (dev->opt->discard_rate_unmapped > 0 && !dev->ftl)
		tsim_interval_set_add(&dev->unmapped, range);
	if (dev->ftl)
		tsim_device_ftl_discarded(dev->ftl, range);
	dev->listener.discard_effect(dev->listener.data, cmd, range, t);
}

static void discard_effect(struct tsim_device *dev, const struct tsim_command *cmd,
			   struct tsim_range range, tsim_ns t)
{
	if (cmd->late)
		tsim_late_effect(dev, cmd, range, t, destroy);
	else
		destroy(dev, cmd, range, t);
}

/** tsim_effects_swept() - where a sweep is at @t: whole granules only, as a device unmaps */
guint64 tsim_effects_swept(const struct tsim_command *cmd, tsim_ns t,
			   const struct tsim_device_options *opt)
{
	guint64 granularity = opt->discard_granularity_bytes;
	double share =
		(double)(t - cmd->start_ns) / (double)MAX(cmd->complete_ns - cmd->start_ns, 1);

	if (t <= cmd->start_ns)
		return cmd->range.start;
	if (t >= cmd->complete_ns)
		return cmd->range.end;
	if (opt->sweep_steps > 0)
		share = floor(share * (double)opt->sweep_steps) / (double)opt->sweep_steps;
	return cmd->range.start +
	       (guint64)(share * (double)tsim_range_len(cmd->range)) / granularity * granularity;
}

/*
 * Move the sweeps over a part of @range on to @until; each keeps in
 * range.start what it has not reached yet.  At one instant the later
 * submission wins: a sweep submitted after @seq comes after that command.
 */
static void advance_sweeps(struct tsim_device *dev, struct tsim_range range, tsim_ns until,
			   guint64 seq)
{
	for (guint i = 0; i < dev->sweeps->len;) {
		struct tsim_command *cmd = &g_array_index(dev->sweeps, struct tsim_command, i);
		struct tsim_command whole = *cmd;
		tsim_ns t = cmd->seq > seq ? until - 1 : until;
		guint64 reached;

		if (!tsim_range_overlaps(cmd->range, range)) { /* no order to keep */
			i++;
			continue;
		}
		whole.range.start = cmd->first;
		reached = tsim_effects_swept(&whole, t, dev->opt);
		if (reached > cmd->range.start) {
			discard_effect(dev, cmd, TSIM_RANGE(cmd->range.start, reached),
				       MIN(t, cmd->complete_ns));
			cmd->range.start = reached;
		}
		if (cmd->range.start >= cmd->range.end)
			g_array_remove_index(dev->sweeps, i);
		else
			i++;
	}
}

static void settle_until(struct tsim_device *dev, tsim_ns until)
{
	while (dev->in_flight->len > 0) {
		struct tsim_command cmd = g_array_index(dev->in_flight, struct tsim_command, 0);

		if (cmd.effect_ns > until)
			break;
		heap_pop(dev->in_flight);
		if (dev->sweeps->len > 0)
			advance_sweeps(dev, cmd.range, cmd.effect_ns, cmd.seq);
		if (!cmd.discard)
			write_effect(dev, &cmd);
		else
			discard_effect(dev, &cmd, cmd.range, cmd.effect_ns);
	}
	if (dev->sweeps->len > 0 && dev->swept_until_ns != until)
		advance_sweeps(dev, TSIM_RANGE(0, G_MAXUINT64), until, G_MAXUINT64);
	dev->swept_until_ns = until;
	if (dev->late->len > 0)
		tsim_late_expire(dev, until);
}

/**
 * tsim_device_settle:
 * Apply every effect due by now, in the device's order.
 */
void tsim_device_settle(struct tsim_device *dev)
{
	if (dev->in_flight->len > 0 || dev->sweeps->len > 0 || dev->late->len > 0)
		settle_until(dev, tsim_now(dev->engine));
}

/**
 * tsim_device_drain:
 * Apply the effects of all commands in flight, future ones included: for the
 * end of a run, when nobody will touch the media any more.
 */
void tsim_device_drain(struct tsim_device *dev)
{
	settle_until(dev, TSIM_NS_NEVER - 1);
}
