/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "tally.h"
#include "world.h"

struct tsim_runner_options {
	guint jobs; /* worker processes; 0: one per processor */
	gboolean progress; /* draw the progress line on stderr */
	guint max_failures; /* stop at so many, with what is summed by then; 0: go on */
};

/* A replication that did not end: no policy of it counts. */
struct tsim_failure {
	char *policy; /* under which it failed */
	guint64 seed;
	guint32 replication;
	char *message;
};

gboolean tsim_runner_run(const TsimSetup *setup, const struct tsim_runner_options *options,
			 TsimTally **tally, GPtrArray **failures, GError **error);
guint32 tsim_runner_block_size(guint64 replications);
