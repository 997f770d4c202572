/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An SSD as its block device shows it.
 *
 * Models: reads, writes, flushes and discards in flight with submit, effect
 *   and completion times; parallel slots; splitting of discards at max_bytes
 *   and granularity; queued discards and the barrier of non-queued SATA TRIM;
 *   effect at start, at the end or swept over the range; first come first
 *   served, or reads before what waits; the flash behind it, if it has a
 *   translation layer (ftl-device.c).
 * Leaves out: early acknowledgement, merging of neighbouring discards,
 *   volatile cache loss.
 * Source: Linux block/blk-lib.c:__blkdev_issue_discard (splitting);
 *   C. Hellwig, linux-btrfs 2023-04-05 (non-queued TRIM drains the queue);
 *   NVMe 1.2 ch. 7 (no order between commands in flight).
 *
 * Every time of a command follows by arithmetic from its arrival and from
 * what was submitted before, so the device needs no event of its own: only
 * the submitter waits.  What commands do to the media, and when, is in
 * effects.c.
 */
#include "device.h"

#include <string.h>

#include "draws.h"
#include "effects.h"
#include "service.h"

/* Completions of one tick, so far apart that whoever is woken first is done first. */
#define TICK_STACK 1000
#define TICK_APART_NS 100

void tsim_device_init(struct tsim_device *dev, TsimEngine *engine,
		      const struct tsim_device_options *opt, const struct tsim_rng *rng)
{
	*dev = (struct tsim_device){ .engine = engine, .opt = opt, .rng = *rng };
	dev->slot_free_ns = g_new0(tsim_ns, opt->slots);
	dev->discard_slot_free_ns = g_new0(tsim_ns, opt->discard_slots);
	dev->in_flight = g_array_new(FALSE, FALSE, sizeof(struct tsim_command));
	dev->sweeps = g_array_new(FALSE, FALSE, sizeof(struct tsim_command));
}

void tsim_device_clear(struct tsim_device *dev)
{
	g_clear_pointer(&dev->slot_free_ns, g_free);
	g_clear_pointer(&dev->discard_slot_free_ns, g_free);
	g_clear_pointer(&dev->in_flight, g_array_unref);
	g_clear_pointer(&dev->sweeps, g_array_unref);
	g_clear_pointer(&dev->ftl, tsim_device_ftl_free);
	g_queue_clear(&dev->held);
}

/**
 * tsim_device_attach_ftl:
 * @size_bytes: of the device
 *
 * Flash behind it, as it is after the writes of ftl.fill and ftl.turnovers,
 * if the options ask for any.
 */
void tsim_device_attach_ftl(struct tsim_device *dev, guint64 size_bytes)
{
	if (dev->opt->ftl != TSIM_FTL_OFF)
		dev->ftl = tsim_device_ftl_new(dev->opt, size_bytes, dev->rng.seed);
}

void tsim_device_count_from_now(struct tsim_device *dev)
{
	dev->counted_from_ns = tsim_now(dev->engine);
	memset(dev->load, 0, sizeof(dev->load));
	if (dev->ftl)
		tsim_ftl_reset_counters(dev->ftl->map);
}

/**
 * tsim_device_maps:
 * Without a translation layer nobody knows, and the answer is TRUE.
 */
gboolean tsim_device_maps(const struct tsim_device *dev, guint64 at)
{
	guint64 page = at / dev->opt->ftl_page_bytes;

	return !dev->ftl || tsim_ftl_lookup(dev->ftl->map, (guint32)page) != TSIM_FTL_NONE;
}

static tsim_ns *earliest_slot(tsim_ns *free_ns, guint64 n)
{
	tsim_ns *best = free_ns;

	for (guint64 i = 1; i<n && * best> 0; i++) {
		if (free_ns[i] < *best)
			best = &free_ns[i];
	}
	return best;
}

/*
 * With reads-first a write or a barrier discard keeps out of the queue until
 * it can start at once: what is in the queue is served in its order, so a
 * read that comes meanwhile goes first.  Those that wait keep their own order.
 */
static void wait_for_turn(struct tsim_device *dev, gboolean barrier)
{
	TsimActor *self = tsim_actor_self(dev->engine);
	tsim_ns start;

	g_queue_push_tail(&dev->held, self);
	for (;;) {
		start = MAX(*earliest_slot(dev->slot_free_ns, dev->opt->slots),
			    dev->barrier_until_ns);
		if (barrier)
			start = MAX(start, dev->busy_until_ns);
		if (g_queue_peek_head(&dev->held) != self)
			start = TSIM_NS_NEVER;
		if (start <= tsim_now(dev->engine))
			break;
		tsim_park(dev->engine, start, "its turn at the device");
	}
	g_queue_pop_head(&dev->held);
	if (dev->held.head)
		tsim_unpark(dev->held.head->data);
}

/* What the flash did by itself, and with it what has taken effect, up to now. */
static void catch_up(struct tsim_device *dev)
{
	tsim_device_settle(dev);
	tsim_device_ftl_idle(dev->ftl, MAX(dev->busy_until_ns, dev->ftl->flash.done_ns),
			     tsim_now(dev->engine));
}

/* When a command that starts at @start is done. */
static tsim_ns serve(struct tsim_device *dev, enum tsim_io io, struct tsim_range range,
		     tsim_ns start)
{
	switch (io) {
	case TSIM_IO_READ:
		if (dev->ftl)
			start = tsim_device_ftl_read(dev->ftl, range, start);
		return start +
		       tsim_read_time(dev->opt, &dev->rng, tsim_range_len(range), dev->n_reads++);
	case TSIM_IO_WRITE:
		if (dev->ftl)
			start = tsim_device_ftl_write(dev->ftl, range, start);
		return start + tsim_write_service(dev->opt, tsim_range_len(range));
	default:
		if (dev->ftl)
			start = tsim_device_ftl_flush(dev->ftl, start);
		return start + dev->opt->flush_base_ns;
	}
}

static void count(struct tsim_device *dev, enum tsim_io io, const struct tsim_command *cmd)
{
	struct tsim_load *load = &dev->load[io];

	load->n++;
	load->wait_ns += cmd->start_ns - cmd->submit_ns;
	load->service_ns += cmd->complete_ns - cmd->start_ns;
}

/*
 * Queue a read, write or flush, submitted at @submit: first free slot, behind
 * a barrier, not before @not_before.
 */
static struct tsim_command queue_io(struct tsim_device *dev, enum tsim_io io,
				    struct tsim_range range, tsim_ns submit, tsim_ns not_before)
{
	tsim_ns now = tsim_now(dev->engine);
	tsim_ns *slot = earliest_slot(dev->slot_free_ns, dev->opt->slots);
	struct tsim_command cmd = { .range = range, .submit_ns = submit, .seq = dev->seq++ };

	if (dev->ftl)
		catch_up(dev);
	cmd.start_ns = MAX(MAX(now, *slot), MAX(dev->barrier_until_ns, not_before));
	cmd.complete_ns = serve(dev, io, range, cmd.start_ns);
	cmd.effect_ns = cmd.complete_ns;
	*slot = cmd.complete_ns;
	dev->busy_until_ns = MAX(dev->busy_until_ns, cmd.complete_ns);
	dev->longest_wait_ns = MAX(dev->longest_wait_ns, cmd.start_ns - submit);
	count(dev, io, &cmd);
	if (dev->io_ns)
		tsim_histogram_add(dev->io_ns, cmd.complete_ns - submit);
	if (dev->watch)
		dev->watch(dev->watch_data, &cmd);
	return cmd;
}

/**
 * tsim_device_read:
 * Returns: the completion time, ns.
 */
tsim_ns tsim_device_read(struct tsim_device *dev, struct tsim_range range)
{
	return queue_io(dev, TSIM_IO_READ, range, tsim_now(dev->engine), 0).complete_ns;
}

static tsim_ns submit_write(struct tsim_device *dev, struct tsim_range range, tsim_ns submit,
			    void *tag, guint64 tag_number)
{
	struct tsim_command cmd = queue_io(dev, TSIM_IO_WRITE, range, submit, 0);

	cmd.tag = tag;
	cmd.tag_number = tag_number;
	dev->writes_done_ns = MAX(dev->writes_done_ns, cmd.complete_ns);
	tsim_effects_add(dev, &cmd);
	return cmd.complete_ns;
}

/**
 * tsim_device_write:
 * @tag, @tag_number: handed to the listener with the effect
 *
 * A write takes effect when it completes.  It is in the queue at once,
 * whatever the scheduler.
 *
 * Returns: the completion time, ns.
 */
tsim_ns tsim_device_write(struct tsim_device *dev, struct tsim_range range, void *tag,
			  guint64 tag_number)
{
	return submit_write(dev, range, tsim_now(dev->engine), tag, tag_number);
}

/**
 * tsim_device_write_wait:
 * With reads-first, reads that come before it starts go before it.
 */
void tsim_device_write_wait(struct tsim_device *dev, struct tsim_range range)
{
	tsim_ns submit = tsim_now(dev->engine);

	if (dev->opt->scheduler == TSIM_SCHEDULER_READS_FIRST)
		wait_for_turn(dev, FALSE);
	tsim_sleep_until(dev->engine, submit_write(dev, range, submit, NULL, 0));
}

/**
 * tsim_device_flush:
 * Returns: when every write submitted so far and the flush itself are done, ns.
 */
tsim_ns tsim_device_flush(struct tsim_device *dev)
{
	return queue_io(dev, TSIM_IO_FLUSH, TSIM_RANGE(0, 0), tsim_now(dev->engine),
			dev->writes_done_ns).complete_ns;
}

static tsim_ns effect_time(const struct tsim_device_options *opt, const struct tsim_command *cmd)
{
	return opt->discard_effect == TSIM_EFFECT_START ? cmd->start_ns : cmd->complete_ns;
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

static tsim_ns submit_discard(struct tsim_device *dev, struct tsim_command *cmd, guint32 entity,
			      guint32 index)
{
	const struct tsim_device_options *opt = dev->opt;
	tsim_ns service =
		tsim_discard_service(opt, &dev->rng, tsim_range_len(cmd->range), entity, index);
	tsim_ns *slot = earliest_slot(dev->discard_slot_free_ns, opt->discard_slots);

	if (dev->ftl)
		catch_up(dev);
	cmd->discard = TRUE;
	cmd->seq = dev->seq++;
	cmd->start_ns = MAX(MAX(tsim_now(dev->engine), *slot), dev->barrier_until_ns);
	if (opt->discard_queueing == TSIM_BARRIER)
		cmd->start_ns = MAX(cmd->start_ns, dev->busy_until_ns);
	cmd->complete_ns = opt->discard_tick_ns > 0 ? on_tick(dev, cmd->start_ns, service) :
						      cmd->start_ns + service;
	cmd->effect_ns = effect_time(opt, cmd);
	*slot = cmd->complete_ns;
	dev->busy_until_ns = MAX(dev->busy_until_ns, cmd->complete_ns);
	if (opt->discard_queueing == TSIM_BARRIER)
		dev->barrier_until_ns = cmd->complete_ns;
	count(dev, TSIM_IO_DISCARD, cmd);
	if (dev->discard_ns)
		tsim_histogram_add(dev->discard_ns, cmd->complete_ns - cmd->submit_ns);
	if (dev->watch)
		dev->watch(dev->watch_data, cmd);
	if (dev->draw_log)
		g_array_append_val(dev->draw_log,
				   ((struct tsim_discard_draw){ entity, index, service }));
	return cmd->complete_ns;
}

static void put_in_flight(struct tsim_device *dev, struct tsim_command *cmd)
{
	struct tsim_range whole = tsim_whole_granules(dev->opt, cmd->range);

	if (dev->listener.discard_submit)
		dev->listener.discard_submit(dev->listener.data, cmd);
	if (whole.start >= whole.end)
		return;
	cmd->range = whole;
	if (dev->opt->discard_effect == TSIM_EFFECT_SWEEP)
		tsim_effects_add_sweep(dev, cmd);
	else
		tsim_effects_add(dev, cmd);
}

/**
 * tsim_device_discard:
 * @range: physical bytes
 * @entity, @index: address of the first latency draw; @index moves on by one a piece
 * @tag: handed to the listener
 *
 * blkdev_issue_discard: all pieces are submitted together and the caller
 * waits for the last.  On a barrier device a piece is issued only when the
 * one before has completed, so that other commands go in between.
 */
void tsim_device_discard(struct tsim_device *dev, struct tsim_range range, guint32 entity,
			 guint32 *index, void *tag)
{
	tsim_ns done = tsim_now(dev->engine);
	guint64 pos = range.start;

	for (guint piece = 0; pos < range.end; piece++) {
		struct tsim_command cmd = { .tag = tag,
					    .piece = piece,
					    .submit_ns = tsim_now(dev->engine) };

		cmd.range = TSIM_RANGE(pos, tsim_piece_end(dev->opt, pos, range.end));
		if (dev->opt->scheduler == TSIM_SCHEDULER_READS_FIRST &&
		    dev->opt->discard_queueing == TSIM_BARRIER)
			wait_for_turn(dev, TRUE);
		done = tsim_later(done, submit_discard(dev, &cmd, entity, (*index)++));
		pos = cmd.range.end;
		put_in_flight(dev, &cmd);
		if (dev->opt->discard_queueing == TSIM_BARRIER && pos < range.end)
			tsim_sleep_until(dev->engine, done);
	}
	tsim_sleep_until(dev->engine, done);
}

static struct tsim_command recorded_command(struct tsim_device *dev, enum tsim_io io,
					    struct tsim_range range, tsim_ns done_ns)
{
	TsimHistogram *latencies = io == TSIM_IO_DISCARD ? dev->discard_ns : dev->io_ns;
	tsim_ns now = tsim_now(dev->engine);
	struct tsim_command cmd = { .range = range,
				    .submit_ns = now,
				    .start_ns = now,
				    .effect_ns = MAX(now, done_ns),
				    .complete_ns = MAX(now, done_ns),
				    .seq = dev->seq++ };

	if (dev->ftl)
		catch_up(dev);
	dev->busy_until_ns = MAX(dev->busy_until_ns, cmd.complete_ns);
	count(dev, io, &cmd);
	if (latencies)
		tsim_histogram_add(latencies, cmd.complete_ns - now);
	return cmd;
}

/**
 * tsim_device_write_recorded:
 * @done_ns: when the recorded device completed it; now, if that is past
 *
 * Returns: the completion time, ns.
 */
tsim_ns tsim_device_write_recorded(struct tsim_device *dev, struct tsim_range range,
				   tsim_ns done_ns, void *tag, guint64 tag_number)
{
	struct tsim_command cmd = recorded_command(dev, TSIM_IO_WRITE, range, done_ns);

	if (dev->ftl) /* for what it moves; the time is the recorded one */
		tsim_device_ftl_write(dev->ftl, range, cmd.start_ns);
	cmd.tag = tag;
	cmd.tag_number = tag_number;
	if (dev->watch)
		dev->watch(dev->watch_data, &cmd);
	dev->writes_done_ns = MAX(dev->writes_done_ns, cmd.complete_ns);
	tsim_effects_add(dev, &cmd);
	return cmd.complete_ns;
}

/**
 * tsim_device_discard_recorded:
 * @range: of one command
 *
 * When within its time it takes effect, the option discard.effect says.
 */
void tsim_device_discard_recorded(struct tsim_device *dev, struct tsim_range range, tsim_ns done_ns,
				  void *tag)
{
	struct tsim_command cmd = recorded_command(dev, TSIM_IO_DISCARD, range, done_ns);

	cmd.discard = TRUE;
	cmd.tag = tag;
	cmd.effect_ns = effect_time(dev->opt, &cmd);
	if (dev->watch)
		dev->watch(dev->watch_data, &cmd);
	put_in_flight(dev, &cmd);
}
