/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "simtime.h"

/* How many commands a device has, over time: integrals and maxima since it was told to begin. */
struct tsim_usage {
	struct tsim_pending *pending; /* heap by completion */
	guint n_pending, room;
	guint held; /* commands that wait before the queue */
	guint64 n_discards, discard_bytes; /* of both */
	tsim_ns until_ns; /* the integrals are complete up to here */

	tsim_ns busy_ns; /* some command was there */
	tsim_ns depth_ns, backlog_ns; /* commands, discards among them, times how long */
	double backlog_byte_ns;
	guint64 max_depth, max_backlog, max_backlog_bytes;
};

void tsim_usage_init(struct tsim_usage *usage);
void tsim_usage_clear(struct tsim_usage *usage);
/* A command that is there from @now to @complete.  Calls come in the order of time. */
void tsim_usage_add(struct tsim_usage *usage, tsim_ns now, tsim_ns complete, gboolean discard,
		    guint64 bytes);
/* One that waits for its turn, until it is released; then it is added. */
void tsim_usage_hold(struct tsim_usage *usage, tsim_ns now, gboolean discard, guint64 bytes);
void tsim_usage_release(struct tsim_usage *usage, tsim_ns now, gboolean discard, guint64 bytes);
void tsim_usage_advance(struct tsim_usage *usage, tsim_ns until);
/* Begin again, with the commands that are there. */
void tsim_usage_reset(struct tsim_usage *usage, tsim_ns now);
