/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "commit.h"
#include "device.h"
#include "draws.h"
#include "fs-options.h"
#include "oracle.h"
#include "outcome.h"
#include "policy.h"
#include "space.h"
#include "trace-event.h"

/*
 * One file system on one device in one replication: everything that actors
 * share.  It owns all heap, since an actor that is cancelled unwinds nothing.
 */
struct tsim_fs {
	TsimEngine *engine;
	const struct tsim_fs_options *opt;
	struct tsim_rng rng;
	struct tsim_device dev;
	struct tsim_space space;
	struct tsim_commit commit;
	struct tsim_policy policy;
	struct tsim_oracle oracle;
	struct tsim_cleaner *cleaner;
	struct tsim_outcome *out;
	struct tsim_distributions *dist;
	struct tsim_paranoid *paranoid; /* NULL: off */
	const struct tsim_trace_sink *trace; /* NULL: nobody listens */
	guint trees_copied; /* relocations of tree blocks under way */
	struct tsim_cond copy_done;
	tsim_ns copy_start_ns, copy_end_ns; /* of the last one */
	GPtrArray *requests; /* (element-type struct tsim_alloc_request) for space, owned */
	GPtrArray *files; /* (element-type struct tsim_file) owned */
	guint32 n_cow; /* index of the next copied tree block */
	guint32 n_delayed; /* index of the next draw for delayed references */
	guint32 n_unallocated; /* index of the next draw for unallocated space */
};

void tsim_fs_init(struct tsim_fs *fs, TsimEngine *engine, const struct tsim_fs_options *opt,
		  const struct tsim_device_options *device, const struct tsim_rng *rng);
void tsim_fs_clear(struct tsim_fs *fs);
/*
 * Start the actors of a mounted file system: chunk allocator and, with @kthreads,
 * transaction kthread and cleaner.
 */
void tsim_fs_mount(struct tsim_fs *fs, gboolean kthreads);
/* After the run: drain the device, judge the hits, fill fs->out. */
void tsim_fs_finish(struct tsim_fs *fs, GPtrArray *races);
