/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "world.h"

/*
 * What a run consists of, as workers see it.  The setup of a point is (transfer none) and good
 * until the next call; NULL with an error that is no property of the replication.
 */
struct tsim_source {
	const TsimSetup *(*setup)(gpointer data, guint64 point, GError **error);
	gpointer data;
};

/* Shared with the parent, so that it knows where a worker died. */
struct tsim_worker_slot {
	gboolean open; /* the engine runs and has had something to run */
	gint running; /* a replication; atomic, it is written after the two below */
	guint32 replication, policy; /* being run */
	char message[512]; /* why it gave up, or "" */
};

/* Parent to worker, followed by the replications to leave out, and by what is summed already. */
struct tsim_assignment {
	guint64 point;
	guint32 next, end; /* replications [next, end) */
	guint32 n_skipped, sums_size, kept_size;
};

/* Worker to parent, followed by the encoded sums and races.  next < end: worn out, go on there. */
struct tsim_reply {
	guint32 next, sums_size, kept_size;
};

void tsim_worker_main(const struct tsim_source *source, struct tsim_worker_slot *slot,
		      int fd) G_GNUC_NORETURN;
