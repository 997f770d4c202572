/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "device-options.h"
#include "engine.h"
#include "ftl-device.h"
#include "histogram.h"
#include "interval-set.h"
#include "outcome.h"
#include "rng.h"
#include "usage.h"

/* The later of two times; MAX() would evaluate, and so submit, twice. */
static inline tsim_ns tsim_later(tsim_ns a, tsim_ns b)
{
	return a > b ? a : b;
}

/*
 * A command in flight.  All times are known when it is submitted.  Where it
 * waits for its effect, start and completion are those of the device's work.
 */
struct tsim_command {
	struct tsim_range range;
	tsim_ns submit_ns, start_ns, effect_ns, complete_ns;
	guint64 seq; /* order of submission, decides equal effect times */
	gboolean discard;
	gboolean late; /* a discard that may take effect after its acknowledgement */
	tsim_ns ack_ns; /* ... which is then, where complete_ns is that of the work */
	guint64 first; /* swept discards: where the sweep began; range.start is where it is */
	guint piece; /* of the discard it was split from */
	void *tag; /* the submitter's */
	guint64 tag_number;
};

/* Told of each effect in the order in which the device executes them. */
struct tsim_device_listener {
	void (*write_effect)(void *data, const struct tsim_command *cmd);
	/* @range: the part of the command that takes effect at @t (all of it unless swept). */
	void (*discard_effect)(void *data, const struct tsim_command *cmd, struct tsim_range range,
			       tsim_ns t);
	/* A late discard is under way: its tag must live until it is over.  Both may be NULL. */
	void (*discard_late)(void *data, const struct tsim_command *cmd);
	void *data;
	void (*discard_over)(void *data, void *tag);
};

/* One latency draw, for tests of common random numbers. */
struct tsim_discard_draw {
	guint32 entity, index;
	tsim_ns service_ns;
};

/* Commands of one kind. */
struct tsim_load {
	guint64 n;
	tsim_ns wait_ns, service_ns; /* sums */
};

struct tsim_device {
	TsimEngine *engine;
	const struct tsim_device_options *opt;
	struct tsim_rng rng;
	struct tsim_device_listener listener;
	TsimHistogram *discard_ns, *io_ns; /* not owned, may be NULL */
	struct tsim_latencies *latencies; /* the same */

	tsim_ns *slot_free_ns; /* reads, writes, flushes: opt->slots */
	tsim_ns *discard_slot_free_ns; /* opt->discard_slots */
	tsim_ns barrier_until_ns; /* nothing starts before */
	tsim_ns busy_until_ns; /* last completion of all commands */
	tsim_ns writes_done_ns;
	GArray *in_flight; /* (element-type struct tsim_command) heap by effect */
	GArray *sweeps; /* (element-type struct tsim_command) */
	GArray *late; /* (element-type struct tsim_late) discards that spare what is written */
	tsim_ns deferred_ns; /* effect of the last deferred discard */
	tsim_ns *backlog_ns; /* a ring of opt->discard_backlog: when those before are in effect */
	guint64 n_backlog; /* discards that ever were in it */
	struct tsim_interval_set discarding; /* ns in which a discard is in service */
	struct tsim_interval_set unmapped; /* discarded and not written since; rate_unmapped only */
	tsim_ns swept_until_ns; /* all sweeps are where they are then */
	tsim_ns tick; /* the last that a discard began in */
	guint n_on_tick;
	guint64 seq;
	tsim_ns longest_wait_ns; /* of reads, writes and flushes in the queue; a commit resets it */
	GArray *draw_log; /* (element-type struct tsim_discard_draw), tests only */
	/* Told of every command when it is submitted; may be NULL. */
	void (*watch)(void *data, const struct tsim_command *cmd);
	void *watch_data;

	struct tsim_load load[TSIM_N_IO]; /* submitted since counted_from_ns */
	struct tsim_usage usage;
	tsim_ns counted_from_ns;
	guint32 n_reads; /* index of the next draw */
	struct tsim_device_ftl *ftl; /* NULL: none */
	GQueue held; /* (element-type TsimActor) that wait for their turn, reads-first only */
};

void tsim_device_init(struct tsim_device *dev, TsimEngine *engine,
		      const struct tsim_device_options *opt, const struct tsim_rng *rng);
void tsim_device_clear(struct tsim_device *dev);
/* The flash behind it, if opt->ftl says so. */
void tsim_device_attach_ftl(struct tsim_device *dev, guint64 size_bytes);
/* Forget what was counted, as when a warm-up is over. */
void tsim_device_count_from_now(struct tsim_device *dev);

/* Submit and return the completion time; never waits. */
tsim_ns tsim_device_read(struct tsim_device *dev, struct tsim_range range);
tsim_ns tsim_device_write(struct tsim_device *dev, struct tsim_range range, void *tag,
			  guint64 tag_number);
tsim_ns tsim_device_flush(struct tsim_device *dev);

/* Submit in turn, wait for the completion. */
void tsim_device_write_wait(struct tsim_device *dev, struct tsim_range range);
/* Does the device hold data for the page at @at? */
gboolean tsim_device_maps(const struct tsim_device *dev, guint64 at);

/*
 * Split, submit and wait for all pieces (blkdev_issue_discard).  Draws are
 * addressed (entity, *index).
 */
gboolean tsim_device_discard(struct tsim_device *dev, struct tsim_range range, guint32 entity,
			     guint32 *index, void *tag);
/* The same for ranges that are submitted together, under one plug. */
gboolean tsim_device_discard_ranges(struct tsim_device *dev, const struct tsim_range *ranges,
				    guint n, guint32 entity, guint32 *index, void *tag);
/* As a recording has them: done at @done_ns, whatever slots and laws say.  Neither waits. */
tsim_ns tsim_device_write_recorded(struct tsim_device *dev, struct tsim_range range,
				   tsim_ns done_ns, void *tag, guint64 tag_number);
void tsim_device_discard_recorded(struct tsim_device *dev, struct tsim_range range, tsim_ns done_ns,
				  void *tag);
/* Let every effect up to now happen, in order.  Call before ownership of a range changes. */
void tsim_device_settle(struct tsim_device *dev);
/* When the last discard that is acknowledged takes effect; 0: there is none. */
tsim_ns tsim_device_backlog_end(const struct tsim_device *dev);
/* Of all commands in flight, as far as they are known. */
void tsim_device_drain(struct tsim_device *dev);
