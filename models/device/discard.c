/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Discards, from the block layer to their effect.
 *
 * Models: splitting at max_bytes and granularity; ranges of one plug that share
 *   a command; queued discards, the barrier of non-queued SATA TRIM, cards that
 *   do one thing at a time; acknowledgement at the end or early; effect at
 *   start, at the end, swept over the range, unit by unit or deferred; discards
 *   that are ignored, that beat a later write, that time out.
 * Leaves out: merging in an I/O scheduler; what a loss of power undoes (oracle/power.c).
 * Source: Linux block/blk-lib.c:__blkdev_issue_discard (splitting),
 *   block/blk-merge.c:bio_attempt_discard_merge (ranges); C. Hellwig,
 *   linux-btrfs 2023-04-05 (non-queued TRIM drains the queue); drivers/mmc/core
 *   (queue idle, then the erase); NVMe 1.2 ch. 7 (no order in flight).
 */
#include "device-private.h"
#include "draws.h"
#include "effects.h"
#include "late.h"
#include "service.h"

/* Completions of one tick, so far apart that whoever is woken first is done first. */
#define TICK_STACK 1000
#define TICK_APART_NS 100

#define RECORDED_ENTITY (G_MAXUINT32 - 1) /* the draws of recorded discards */

/* One command on its way. */
struct discard {
	struct tsim_command cmd;
	const struct tsim_range *parts; /* of the host's; n of them */
	guint n;
	guint32 entity, index; /* address of its draws */
	tsim_ns work_ns, end_ns; /* of the device's work on it */
	tsim_ns limit_ns; /* nothing takes effect from here on: it was aborted */
	gboolean bug;
};

/* Ranges that are submitted together, and what is left of them. */
struct plug {
	const struct tsim_range *ranges;
	guint n;
	guint64 pos; /* in the first of them */
};

static gboolean happens(struct tsim_device *dev, const struct discard *d, double share,
			enum tsim_purpose purpose)
{
	return share > 0 && tsim_rng_uniform(&dev->rng, d->entity, purpose, d->index) < share;
}

static tsim_ns draw_law(struct tsim_device *dev, const struct discard *d, const TsimLaw *law,
			enum tsim_purpose purpose)
{
	return law ? tsim_draw_law(&dev->rng, law, d->entity, purpose, d->index) : 0;
}

static guint64 bytes_of(const struct discard *d)
{
	guint64 bytes = 0;

	for (guint i = 0; i < d->n; i++)
		bytes += tsim_range_len(d->parts[i]);
	return bytes;
}

/* ---- times ---- */

static guint64 unmapped_bytes(const struct tsim_device *dev, struct tsim_range range)
{
	if (dev->opt->discard_rate_unmapped <= 0)
		return 0;
	if (dev->ftl)
		return tsim_device_ftl_unmapped(dev->ftl, range);
	return tsim_interval_set_overlap_bytes(&dev->unmapped, range);
}

static tsim_ns service_time(struct tsim_device *dev, const struct discard *d)
{
	struct tsim_discard_load load = { .ranges = d->n };

	for (guint i = 0; i < d->n; i++) {
		guint64 bytes = tsim_range_len(d->parts[i]);

		load.bytes += bytes;
		load.units += tsim_discard_units(dev->opt, bytes);
		load.unmapped += unmapped_bytes(dev, d->parts[i]);
	}
	return tsim_discard_service_of(dev->opt, &dev->rng, &load, d->entity, d->index);
}

/*
 * A delayed work ends a jiffy late at most, and the timer wheel's buckets are
 * stacks: of those that end on one tick the last begun is first.
 */
static tsim_ns on_tick(struct tsim_device *dev, tsim_ns start, tsim_ns service)
{
	tsim_ns tick = dev->opt->discard_tick_ns, begun = start / tick;

	if (begun != dev->tick) {
		dev->tick = begun;
		dev->n_on_tick = 0;
	}
	if (dev->n_on_tick < TICK_STACK)
		dev->n_on_tick++;
	return (begun + 1 + (service + tick - 1) / tick) * tick +
	       (TICK_STACK - dev->n_on_tick) * TICK_APART_NS;
}

/* When there is room for one more that is acknowledged and not in effect. */
static tsim_ns *backlog(struct tsim_device *dev)
{
	return &dev->backlog_ns[dev->n_backlog % dev->opt->discard_backlog];
}

/* When it starts, completes and is worked on, behind what @slot has to do. */
static void schedule(struct tsim_device *dev, struct discard *d, tsim_ns slot, tsim_ns service)
{
	const struct tsim_device_options *opt = dev->opt;
	struct tsim_command *cmd = &d->cmd;

	cmd->start_ns = MAX(tsim_now(dev->engine), dev->barrier_until_ns);
	if (opt->discard_queueing != TSIM_QUEUED)
		cmd->start_ns = MAX(cmd->start_ns, dev->busy_until_ns);
	if (opt->discard_ack == TSIM_ACK_EARLY) {
		cmd->complete_ns = cmd->start_ns + draw_law(dev, d, opt->discard_ack_latency,
							    TSIM_DRAW_DISCARD_ACK);
		cmd->complete_ns = MAX(cmd->complete_ns, *backlog(dev));
		d->work_ns = MAX(cmd->complete_ns, slot);
		d->end_ns = d->work_ns + service;
		return;
	}
	cmd->start_ns = MAX(cmd->start_ns, slot);
	cmd->complete_ns = opt->discard_tick_ns > 0 ? on_tick(dev, cmd->start_ns, service) :
						      cmd->start_ns + service;
	d->work_ns = cmd->start_ns;
	d->end_ns = cmd->complete_ns;
	if (opt->discard_effect == TSIM_EFFECT_DEFERRED)
		cmd->complete_ns = MAX(cmd->complete_ns, *backlog(dev));
}

/*
 * The host's timer runs while the device has the command: from the submission,
 * or where one at a time is sent, from its start.  What has taken effect when
 * the host aborts it stays so; the rest never does.
 */
static void time_out(struct tsim_device *dev, struct discard *d)
{
	const struct tsim_device_options *opt = dev->opt;
	struct tsim_command *cmd = &d->cmd;
	tsim_ns since = opt->discard_queueing == TSIM_QUEUED ? cmd->submit_ns : cmd->start_ns;

	d->limit_ns = TSIM_NS_NEVER;
	if (opt->discard_timeout_ns == 0 || cmd->complete_ns - since <= opt->discard_timeout_ns)
		return;
	d->limit_ns = since + opt->discard_timeout_ns;
	cmd->complete_ns = d->limit_ns;
	cmd->start_ns = MIN(cmd->start_ns, d->limit_ns);
}

/* Effect times that follow from those of the work, and whether any is late. */
static void set_effect(struct tsim_device *dev, struct discard *d)
{
	const struct tsim_device_options *opt = dev->opt;
	struct tsim_command *cmd = &d->cmd;

	cmd->discard = TRUE;
	d->bug = happens(dev, d, opt->discard_firmware_bug, TSIM_DRAW_DISCARD_BUG);
	cmd->effect_ns = opt->discard_effect == TSIM_EFFECT_START ? d->work_ns : d->end_ns;
	cmd->late = d->end_ns > cmd->complete_ns;
	if (d->limit_ns < TSIM_NS_NEVER) {
		cmd->effect_ns = MIN(cmd->effect_ns, cmd->complete_ns);
		cmd->late = FALSE;
	} else if (d->bug || opt->discard_effect == TSIM_EFFECT_DEFERRED) {
		cmd->late = TRUE;
		cmd->effect_ns = MAX(cmd->complete_ns, d->end_ns) +
				 draw_law(dev, d, opt->discard_delay, TSIM_DRAW_DISCARD_DELAY);
		cmd->effect_ns = MAX(cmd->effect_ns, dev->deferred_ns);
		dev->deferred_ns = cmd->effect_ns;
	}
	if (dev->backlog_ns) {
		*backlog(dev) = MAX(cmd->effect_ns, MIN(d->end_ns, d->limit_ns));
		dev->n_backlog++;
	}
}

/* Returns: FALSE when it times out. */
static gboolean submit(struct tsim_device *dev, struct discard *d)
{
	const struct tsim_device_options *opt = dev->opt;
	struct tsim_command *cmd = &d->cmd;
	tsim_ns *slot = tsim_device_earliest_slot(dev->discard_slot_free_ns, opt->discard_slots);
	tsim_ns service, end;

	if (dev->ftl)
		tsim_device_catch_up(dev);
	else if (opt->discard_rate_unmapped > 0)
		tsim_device_settle(dev);
	service = service_time(dev, d);
	cmd->seq = dev->seq++;
	schedule(dev, d, *slot, service);
	time_out(dev, d);
	set_effect(dev, d);
	end = MIN(d->end_ns, d->limit_ns);
	*slot = MAX(*slot, end);
	dev->busy_until_ns = MAX(dev->busy_until_ns, cmd->complete_ns);
	if (opt->discard_queueing != TSIM_QUEUED)
		dev->barrier_until_ns = cmd->complete_ns;
	tsim_device_add_discarding(dev, d->work_ns, end);
	tsim_device_count(dev, TSIM_IO_DISCARD, cmd, bytes_of(d), MAX(end - d->work_ns, 0));
	if (dev->discard_ns)
		tsim_histogram_add(dev->discard_ns, cmd->complete_ns - cmd->submit_ns);
	if (dev->watch)
		dev->watch(dev->watch_data, cmd);
	if (dev->draw_log)
		g_array_append_val(dev->draw_log,
				   ((struct tsim_discard_draw){ d->entity, d->index, service }));
	return d->limit_ns == TSIM_NS_NEVER;
}

/* ---- effects ---- */

/* Each unit at a time of its own; @e has the time of the work on it. */
static void add_units(struct tsim_device *dev, const struct discard *d, struct tsim_command e)
{
	const struct tsim_device_options *opt = dev->opt;
	guint64 unit = MAX(opt->discard_unit_bytes, opt->discard_granularity_bytes);
	guint64 first = opt->discard_alignment_bytes, end = e.range.end;
	double key = tsim_rng_uniform(&dev->rng, d->entity, TSIM_DRAW_DISCARD_UNITS, d->index);
	struct tsim_rng rng = { .seed = (guint64)(key * 0x1p53) };

	for (guint32 k = 0; e.range.start < end; k++, e.range.start = e.range.end) {
		double u = tsim_rng_uniform(&rng, d->entity, TSIM_DRAW_DISCARD_UNITS, k);

		e.range.end = MIN(first + ((e.range.start - first) / unit + 1) * unit, end);
		e.effect_ns = e.start_ns + (tsim_ns)(u * (double)(e.complete_ns - e.start_ns));
		if (e.effect_ns < d->limit_ns)
			tsim_effects_add(dev, &e);
	}
}

static void add_sweep(struct tsim_device *dev, const struct discard *d, struct tsim_command e)
{
	if (e.complete_ns > d->limit_ns) {
		e.range.end = tsim_effects_swept(&e, d->limit_ns, dev->opt);
		e.complete_ns = d->limit_ns;
	}
	if (e.range.start < e.range.end)
		tsim_effects_add_sweep(dev, &e);
}

/* @e: whole granules, and the time of the work on them */
static void add_effects(struct tsim_device *dev, const struct discard *d, struct tsim_command e)
{
	int effect = d->bug ? TSIM_EFFECT_DEFERRED : dev->opt->discard_effect;

	if (effect == TSIM_EFFECT_SWEEP)
		add_sweep(dev, d, e);
	else if (effect == TSIM_EFFECT_UNIFORM)
		add_units(dev, d, e);
	else if (d->limit_ns == TSIM_NS_NEVER ||
		 (effect == TSIM_EFFECT_START && d->work_ns < d->limit_ns))
		tsim_effects_add(dev, &e);
}

static struct tsim_range hull_of(const struct discard *d)
{
	struct tsim_range hull = d->parts[0];

	for (guint i = 1; i < d->n; i++) {
		hull.start = MIN(hull.start, d->parts[i].start);
		hull.end = MAX(hull.end, d->parts[i].end);
	}
	return hull;
}

/* The ranges of a command are worked on one after the other. */
static void put_in_flight(struct tsim_device *dev, const struct discard *d)
{
	double total = 0, ns = (double)(d->end_ns - d->work_ns), before = 0;
	struct tsim_command e = d->cmd;

	if (happens(dev, d, dev->opt->discard_ignored, TSIM_DRAW_DISCARD_IGNORED))
		return;
	if (d->cmd.late)
		tsim_late_add(dev, &d->cmd, hull_of(d), MAX(d->cmd.effect_ns, d->end_ns), d->bug);
	for (guint i = 0; i < d->n; i++)
		total += (double)tsim_range_len(d->parts[i]);
	e.ack_ns = d->cmd.complete_ns;
	e.complete_ns = d->work_ns;
	for (guint i = 0; i < d->n; i++) {
		before += (double)tsim_range_len(d->parts[i]);
		e.start_ns = e.complete_ns;
		e.complete_ns = d->work_ns + (tsim_ns)(ns * (before / total));
		e.range = tsim_whole_granules(dev->opt, d->parts[i]);
		if (e.range.start < e.range.end)
			add_effects(dev, d, e);
	}
}

/* ---- the host ---- */

static void skip_empty(struct plug *plug)
{
	while (plug->n > 0 && plug->pos >= plug->ranges->end) {
		plug->ranges++;
		if (--plug->n > 0)
			plug->pos = plug->ranges->start;
	}
}

/* Take the next command's ranges into @parts.  Returns: their number, 0 at the end. */
static guint next_command(const struct tsim_device_options *opt, struct plug *plug,
			  struct tsim_range *parts)
{
	guint64 bytes = 0;
	guint n = 0;

	for (; plug->n > 0 && n < opt->discard_max_ranges; n++) {
		guint64 end = tsim_piece_end(opt, plug->pos, plug->ranges->end);

		bytes += end - plug->pos;
		if (n > 0 && bytes > opt->discard_max_bytes)
			break;
		parts[n] = TSIM_RANGE(plug->pos, end);
		plug->pos = end;
		skip_empty(plug);
	}
	return n;
}

/**
 * tsim_device_discard_ranges:
 * @ranges: @n ranges of physical bytes, in the order of their submission
 * @entity, @index: address of the first latency draw; @index moves on by one a command
 * @tag: handed to the listener
 *
 * blkdev_issue_discard: all pieces are submitted together and the caller
 * waits for the last.  Up to max_ranges of them share a command, as long as it
 * has no more than max_bytes (bio_attempt_discard_merge).  On a barrier device
 * a piece is issued only when the one before has completed, so that other
 * commands go in between.
 *
 * Returns: FALSE when one of them timed out.
 */
gboolean tsim_device_discard_ranges(struct tsim_device *dev, const struct tsim_range *ranges,
				    guint n, guint32 entity, guint32 *index, void *tag)
{
	const struct tsim_device_options *opt = dev->opt;
	struct plug plug = { ranges, n, n > 0 ? ranges->start : 0 };
	struct tsim_range parts[TSIM_MAX_DISCARD_RANGES];
	tsim_ns done = tsim_now(dev->engine);
	struct discard d = { .cmd = { .tag = tag }, .parts = parts, .entity = entity };
	gboolean ok = TRUE;

	skip_empty(&plug);
	for (; (d.n = next_command(opt, &plug, parts)) > 0; d.cmd.piece++) {
		d.cmd.submit_ns = tsim_now(dev->engine);
		d.cmd.range = hull_of(&d);
		if (opt->scheduler == TSIM_SCHEDULER_READS_FIRST &&
		    opt->discard_queueing != TSIM_QUEUED)
			tsim_device_wait_for_turn(dev, TRUE, bytes_of(&d));
		d.index = (*index)++;
		ok = submit(dev, &d) && ok;
		done = MAX(done, d.cmd.complete_ns);
		put_in_flight(dev, &d);
		if (opt->discard_queueing == TSIM_BARRIER && plug.n > 0)
			tsim_sleep_until(dev->engine, done);
	}
	tsim_sleep_until(dev->engine, done);
	return ok;
}

/** tsim_device_discard() - the same of one range */
gboolean tsim_device_discard(struct tsim_device *dev, struct tsim_range range, guint32 entity,
			     guint32 *index, void *tag)
{
	return tsim_device_discard_ranges(dev, &range, 1, entity, index, tag);
}

/**
 * tsim_device_discard_recorded:
 * @range: of one command
 *
 * When it takes effect, the option discard.effect says.
 */
void tsim_device_discard_recorded(struct tsim_device *dev, struct tsim_range range, tsim_ns done_ns,
				  void *tag)
{
	struct discard d = {
		.parts = &range, .n = 1, .entity = RECORDED_ENTITY, .limit_ns = TSIM_NS_NEVER
	};

	d.cmd = tsim_device_recorded_command(dev, TSIM_IO_DISCARD, range, done_ns);
	d.cmd.tag = tag;
	d.index = (guint32)d.cmd.seq;
	d.work_ns = d.cmd.start_ns;
	d.end_ns = d.cmd.complete_ns;
	set_effect(dev, &d);
	if (dev->watch)
		dev->watch(dev->watch_data, &d.cmd);
	put_in_flight(dev, &d);
}
