/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "device.h"

/* What device.c, discard.c and interference.c share. */

/* Is every discard acknowledged before it is in effect? */
static inline gboolean tsim_device_is_late(const struct tsim_device_options *opt)
{
	return opt->discard_ack == TSIM_ACK_EARLY || opt->discard_effect == TSIM_EFFECT_DEFERRED;
}

tsim_ns *tsim_device_earliest_slot(tsim_ns *free_ns, guint64 n);
void tsim_device_wait_for_turn(struct tsim_device *dev, gboolean barrier, guint64 bytes);
void tsim_device_catch_up(struct tsim_device *dev);
void tsim_device_count(struct tsim_device *dev, enum tsim_io io, const struct tsim_command *cmd,
		       guint64 bytes, tsim_ns service);
struct tsim_command tsim_device_recorded_command(struct tsim_device *dev, enum tsim_io io,
						 struct tsim_range range, tsim_ns done_ns);

/* Interference. */
void tsim_device_add_discarding(struct tsim_device *dev, tsim_ns start, tsim_ns end);
tsim_ns tsim_device_stretch(const struct tsim_device *dev, enum tsim_io io, tsim_ns start,
			    tsim_ns complete);
double tsim_device_gc_factor(const struct tsim_device *dev, tsim_ns t);
