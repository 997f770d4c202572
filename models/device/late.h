/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "device.h"

GArray *tsim_late_new(void);
/*
 * @cmd, acknowledged at its completion, takes effect in @hull, the last of it
 * at @end_ns; with @bug it does not care what was written meanwhile.
 */
void tsim_late_add(struct tsim_device *dev, const struct tsim_command *cmd, struct tsim_range hull,
		   tsim_ns end_ns, gboolean bug);
/*
 * A write is submitted, or takes effect, at @t: after an acknowledgement it wins
 * in either case, whether its own effect comes before or after the discard's.
 */
void tsim_late_written(struct tsim_device *dev, const struct tsim_command *write, tsim_ns t);
/* Call @effect for each part of @range that the late discard @cmd still destroys. */
void tsim_late_effect(struct tsim_device *dev, const struct tsim_command *cmd,
		      struct tsim_range range, tsim_ns t,
		      void (*effect)(struct tsim_device *dev, const struct tsim_command *cmd,
				     struct tsim_range range, tsim_ns t));
/* Those whose last effect was by @until are over. */
void tsim_late_expire(struct tsim_device *dev, tsim_ns until);
