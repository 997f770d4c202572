/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "world.h"

/* Shared with the parent, so that it knows where a worker died. */
struct tsim_worker_slot {
	gboolean open; /* the engine runs */
	gint running; /* a replication; atomic, it is written after the two below */
	guint32 replication, policy; /* being run */
	char message[512]; /* why it gave up, or "" */
};

/* Parent to worker, followed by n_skipped replication numbers and resume_size bytes of tally. */
struct tsim_assignment {
	guint64 block;
	guint32 next, end; /* replications [next, end) */
	guint32 n_skipped, resume_size;
};

/* Worker to parent, followed by size bytes of tally.  next < end: worn out, go on there. */
struct tsim_reply {
	guint64 block;
	guint32 next, size;
};

void tsim_worker_main(const TsimSetup *setup, struct tsim_worker_slot *slot,
		      int fd) G_GNUC_NORETURN;
