/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "block.h"
#include "progress.h"
#include "tally.h"
#include "worker.h"

/* What workers are kept busy with. */
struct tsim_work {
	struct tsim_source source;
	/* The next block to be run, (transfer full); NULL: none before another one is done. */
	struct tsim_block *(*next)(gpointer data);
	/* Takes a block that has run, (transfer full); an error ends all. */
	gboolean (*done)(gpointer data, struct tsim_block *block, GError **error);
	/* Several times a second.  FALSE: enough, what is running does not count. */
	gboolean (*tick)(gpointer data);
	/* What a message calls a point, (transfer full) (nullable). */
	char *(*label)(gpointer data, guint64 point);
	gpointer data;
	struct tsim_progress *progress; /* whose line a message must not run into; NULL: none */
};

gboolean tsim_runner_work(const struct tsim_work *work, guint jobs, GError **error);

/* runner-one.c: one point, a fixed number of replications, nothing stored. */
struct tsim_runner_options {
	guint jobs; /* worker processes; 0: one per processor */
	guint max_failures; /* stop at so many, with what is summed by then; 0: go on */
};
gboolean tsim_runner_run(const TsimSetup *setup, const struct tsim_runner_options *options,
			 TsimTally **tally, GPtrArray **failures, GError **error);
