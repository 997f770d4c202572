/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "simtime.h"

/*
 * What happened, in the words of a recorded trace of a real btrfs.  The
 * importers read these out of a recording and the models emit them, so that
 * both can be measured by the same code.
 */
enum tsim_trace_kind {
	TSIM_TRACE_CHUNK_ALLOC, /* logical, len, flags, phys, transid */
	TSIM_TRACE_CHUNK_DONE, /* over: kept if it made a chunk, wait_ns on chunk_mutex */
	TSIM_TRACE_CHUNK_FREE, /* logical: device extents freed */
	TSIM_TRACE_BG_RO, /* logical, flags, used, reserved */
	TSIM_TRACE_REMOVED, /* logical, flags, transid; kept: em_removed=0 */
	TSIM_TRACE_RELEASED, /* logical: the kept map went */
	TSIM_TRACE_COMMIT_START, /* transid, here and below */
	TSIM_TRACE_UNBLOCKED,
	TSIM_TRACE_SUPER_COMMITTED,
	TSIM_TRACE_COMPLETED,
	TSIM_TRACE_FITRIM, /* task */
	TSIM_TRACE_FITRIM_END, /* task; kept if it returned 0 */
	TSIM_TRACE_DISCARD_BEGIN, /* task, logical, phys, len */
	TSIM_TRACE_DISCARD_END,
	TSIM_TRACE_COMMAND_DONE, /* a discard of the device: phys, len, wait_ns since its begin */
	TSIM_TRACE_RACE, /* a write of len at phys, into a range under discard; models: task */
	TSIM_TRACE_CREATE, /* a round of small files begins */
	TSIM_TRACE_DELETE, /* ... they are unlinked */
	TSIM_TRACE_SYNCFS,
	TSIM_TRACE_FALLOC, /* len */
	TSIM_TRACE_TRUNCATE,
	/* What only tsim_ftrace_read_all() gives. */
	TSIM_TRACE_FALLOC_END,
	TSIM_TRACE_TRIM_GROUP, /* task, logical, flags, used: a trimmer enters a block group */
	TSIM_TRACE_TRIM_GROUP_END,
	TSIM_TRACE_HIDE, /* task, logical, len: of a free-space entry, what is to be discarded */
	TSIM_TRACE_HIDE_END, /* ... it is put back */
	TSIM_TRACE_WRITE, /* phys, len: a request is issued; wait_ns until it was done, or NEVER */
	TSIM_TRACE_N_KINDS,
};

/* Who it was, as far as the recording tells. */
enum tsim_trace_process {
	TSIM_PROCESS_UNKNOWN,
	TSIM_PROCESS_USER,
	TSIM_PROCESS_BTRFS, /* btrfs-progs: a balance, if it relocates */
	TSIM_PROCESS_KERNEL, /* a kthread or kworker of btrfs */
};

struct tsim_trace_event {
	tsim_ns t_ns; /* since the first event, or the mount */
	enum tsim_trace_kind kind;
	enum tsim_trace_process process;
	guint64 task; /* pid; in the models the number of the discard */
	guint64 logical, len, phys, transid;
	guint64 flags; /* 1 data, 2 system, 4 metadata; of a request its device */
	guint64 used, reserved;
	tsim_ns wait_ns;
	gboolean kept;
	guint64 line; /* of the file; 0 in the models */
	/* bytes of the device, with chunks and commits of the models only: what is there now */
	guint64 device_bytes, allocated_bytes, pinned_bytes;
};

/* Receives what the models emit; NULL in struct tsim_fs: nobody listens. */
struct tsim_trace_sink {
	void (*emit)(void *data, const struct tsim_trace_event *event);
	void *data;
};
