/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What discards in service do to everything else.
 *
 * Models: reads and writes that go slow_rw times as slowly, and collection
 *   that goes slow_gc times as slowly, while a discard is in service.
 * Leaves out: the effect of a discard on what was in the queue before it, whose
 *   times are settled by then.
 * Source: docs/model.md "Device"; own measurement: reads 12 % slower while
 *   holes are punched; Toshiba RC100: stalls of 0.25 s a GB.
 */
#include "device-private.h"

static gboolean interferes(const struct tsim_device_options *opt)
{
	return opt->discard_slow_rw > 1 || (opt->ftl != TSIM_FTL_OFF && opt->discard_slow_gc > 1);
}

/** tsim_device_add_discarding() - a discard is in service in [@start, @end), ns */
void tsim_device_add_discarding(struct tsim_device *dev, tsim_ns start, tsim_ns end)
{
	if (!interferes(dev->opt) || start >= end)
		return;
	tsim_interval_set_remove(&dev->discarding, TSIM_RANGE(0, (guint64)tsim_now(dev->engine)));
	tsim_interval_set_add(&dev->discarding, TSIM_RANGE((guint64)start, (guint64)end));
}

/**
 * tsim_device_stretch:
 * @start, @complete: of a command, were there no discards
 *
 * Work goes on at 1 / slow_rw of its speed in those parts of the time in
 * which a discard is in service, however many of them there are.
 *
 * Returns: its completion, ns.
 */
tsim_ns tsim_device_stretch(const struct tsim_device *dev, enum tsim_io io, tsim_ns start,
			    tsim_ns complete)
{
	const struct tsim_interval_set *set = &dev->discarding;
	double factor = dev->opt->discard_slow_rw, left = (double)(complete - start);
	double t = (double)start;

	if (factor <= 1 || set->n == 0 || io == TSIM_IO_FLUSH)
		return complete;
	for (guint i = tsim_interval_set_find(set, (guint64)start); i < set->n; i++) {
		double from = (double)set->ranges[i].start, to = (double)set->ranges[i].end;
		double before = MAX(from - t, 0), within;

		if (left <= before)
			break;
		left -= before;
		t += before;
		within = (to - t) / factor;
		if (left <= within)
			return (tsim_ns)(t + left * factor);
		left -= within;
		t = to;
	}
	return (tsim_ns)(t + left);
}

/** tsim_device_gc_factor() - how many times as long collection at @t takes */
double tsim_device_gc_factor(const struct tsim_device *dev, tsim_ns t)
{
	guint i;

	if (dev->discarding.n == 0)
		return 1;
	i = tsim_interval_set_find(&dev->discarding, (guint64)t);
	return i < dev->discarding.n && dev->discarding.ranges[i].start <= (guint64)t ?
		       dev->opt->discard_slow_gc :
		       1;
}
