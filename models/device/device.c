/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An SSD as its block device shows it.
 *
 * Models: reads, writes and flushes in flight with submit, effect and
 *   completion times; parallel slots; first come first served, or reads before
 *   what waits; the flash behind it, if it has a translation layer
 *   (ftl-device.c).  Discards are in discard.c.
 * Leaves out: what a loss of power does to a volatile cache.
 * Source: NVMe 1.2 ch. 7 (no order between commands in flight).
 *
 * Every time of a command follows by arithmetic from its arrival and from
 * what was submitted before, so the device needs no event of its own: only
 * the submitter waits.  What commands do to the media, and when, is in
 * effects.c.
 */
#include "device.h"

#include <string.h>

#include "device-private.h"
#include "effects.h"
#include "late.h"
#include "service.h"

void tsim_device_init(struct tsim_device *dev, TsimEngine *engine,
		      const struct tsim_device_options *opt, const struct tsim_rng *rng)
{
	*dev = (struct tsim_device){ .engine = engine, .opt = opt, .rng = *rng };
	dev->slot_free_ns = g_new0(tsim_ns, opt->slots);
	dev->discard_slot_free_ns = g_new0(tsim_ns, opt->discard_slots);
	if (tsim_device_is_late(opt))
		dev->backlog_ns = g_new0(tsim_ns, opt->discard_backlog);
	dev->in_flight = g_array_new(FALSE, FALSE, sizeof(struct tsim_command));
	dev->sweeps = g_array_new(FALSE, FALSE, sizeof(struct tsim_command));
	dev->late = tsim_late_new();
	tsim_usage_init(&dev->usage);
}

void tsim_device_clear(struct tsim_device *dev)
{
	g_clear_pointer(&dev->slot_free_ns, g_free);
	g_clear_pointer(&dev->discard_slot_free_ns, g_free);
	g_clear_pointer(&dev->backlog_ns, g_free);
	g_clear_pointer(&dev->in_flight, g_array_unref);
	g_clear_pointer(&dev->sweeps, g_array_unref);
	g_clear_pointer(&dev->late, g_array_unref);
	tsim_interval_set_clear(&dev->discarding);
	tsim_interval_set_clear(&dev->unmapped);
	g_clear_pointer(&dev->ftl, tsim_device_ftl_free);
	tsim_usage_clear(&dev->usage);
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
	tsim_usage_reset(&dev->usage, dev->counted_from_ns);
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

/* Of @n times the first, or one that is 0. */
tsim_ns *tsim_device_earliest_slot(tsim_ns *free_ns, guint64 n)
{
	tsim_ns *best = free_ns;

	for (guint64 i = 1; i < n; i++) {
		if (*best <= 0)
			break;
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
void tsim_device_wait_for_turn(struct tsim_device *dev, gboolean barrier, guint64 bytes)
{
	TsimActor *self = tsim_actor_self(dev->engine);
	tsim_ns start;

	g_queue_push_tail(&dev->held, self);
	tsim_usage_hold(&dev->usage, tsim_now(dev->engine), barrier, bytes);
	for (;;) {
		start = MAX(*tsim_device_earliest_slot(dev->slot_free_ns, dev->opt->slots),
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
	tsim_usage_release(&dev->usage, tsim_now(dev->engine), barrier, bytes);
	if (dev->held.head)
		tsim_unpark(dev->held.head->data);
}

/* What the flash did by itself, and with it what has taken effect, up to now. */
void tsim_device_catch_up(struct tsim_device *dev)
{
	tsim_ns idle;

	tsim_device_settle(dev);
	idle = MAX(dev->busy_until_ns, dev->ftl->flash.done_ns);
	dev->ftl->flash.gc_factor = tsim_device_gc_factor(dev, idle);
	tsim_device_ftl_idle(dev->ftl, idle, tsim_now(dev->engine));
}

/* When a command that starts at @start is done. */
static tsim_ns serve(struct tsim_device *dev, enum tsim_io io, struct tsim_range range,
		     tsim_ns start)
{
	if (dev->ftl)
		dev->ftl->flash.gc_factor = tsim_device_gc_factor(dev, start);
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

static enum tsim_size size_of(guint64 bytes)
{
	static const guint64 limits[] = { 4 << 10, 64 << 10, 1 << 20, 64 << 20, 1 << 30 };
	guint size = 0;

	while (size < G_N_ELEMENTS(limits) && bytes > limits[size])
		size++;
	return size;
}

static void count_latency(struct tsim_latencies *latencies, enum tsim_io io, guint64 bytes,
			  tsim_ns latency)
{
	TsimHistogram **h = &latencies->of[io * TSIM_N_SIZES + size_of(bytes)];

	if (!*h)
		*h = tsim_histogram_new();
	tsim_histogram_add(*h, latency);
}

/* @bytes: of all its ranges; @service: of the device's work. */
void tsim_device_count(struct tsim_device *dev, enum tsim_io io, const struct tsim_command *cmd,
		       guint64 bytes, tsim_ns service)
{
	struct tsim_load *load = &dev->load[io];

	tsim_usage_add(&dev->usage, tsim_now(dev->engine), cmd->complete_ns, io == TSIM_IO_DISCARD,
		       bytes);
	if (dev->latencies)
		count_latency(dev->latencies, io, bytes, cmd->complete_ns - cmd->submit_ns);
	load->n++;
	load->wait_ns = tsim_ns_add(load->wait_ns, cmd->start_ns - cmd->submit_ns);
	load->service_ns = tsim_ns_add(load->service_ns, service);
}

/*
 * Queue a read, write or flush, submitted at @submit: first free slot, behind
 * a barrier, not before @not_before.
 */
static struct tsim_command queue_io(struct tsim_device *dev, enum tsim_io io,
				    struct tsim_range range, tsim_ns submit, tsim_ns not_before)
{
	tsim_ns now = tsim_now(dev->engine);
	tsim_ns *slot = tsim_device_earliest_slot(dev->slot_free_ns, dev->opt->slots);
	struct tsim_command cmd = { .range = range, .submit_ns = submit, .seq = dev->seq++ };

	if (dev->ftl) {
		tsim_device_ftl_expect(dev->ftl, range);
		tsim_device_catch_up(dev);
	}
	cmd.start_ns = MAX(MAX(now, *slot), MAX(dev->barrier_until_ns, not_before));
	cmd.complete_ns =
		tsim_device_stretch(dev, io, cmd.start_ns, serve(dev, io, range, cmd.start_ns));
	cmd.effect_ns = cmd.complete_ns;
	*slot = cmd.complete_ns;
	dev->busy_until_ns = MAX(dev->busy_until_ns, cmd.complete_ns);
	dev->longest_wait_ns = MAX(dev->longest_wait_ns, cmd.start_ns - submit);
	tsim_device_count(dev, io, &cmd, tsim_range_len(range), cmd.complete_ns - cmd.start_ns);
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
		tsim_device_wait_for_turn(dev, FALSE, tsim_range_len(range));
	tsim_sleep_until(dev->engine, submit_write(dev, range, submit, NULL, 0));
}

/**
 * tsim_device_flush:
 * Returns: when every write submitted so far and the flush itself are done, ns.
 */
tsim_ns tsim_device_flush(struct tsim_device *dev)
{
	return queue_io(dev, TSIM_IO_FLUSH, TSIM_RANGE(0, 0), tsim_now(dev->engine),
			dev->writes_done_ns)
		.complete_ns;
}

/* As it was recorded: served from now until @done_ns. */
struct tsim_command tsim_device_recorded_command(struct tsim_device *dev, enum tsim_io io,
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
		tsim_device_catch_up(dev);
	dev->busy_until_ns = MAX(dev->busy_until_ns, cmd.complete_ns);
	tsim_device_count(dev, io, &cmd, tsim_range_len(range), cmd.complete_ns - cmd.start_ns);
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
	struct tsim_command cmd = tsim_device_recorded_command(dev, TSIM_IO_WRITE, range, done_ns);

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
