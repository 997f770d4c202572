/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "histogram.h"
#include "simtime.h"

/*
 * Stages of the race, in order (docs/model.md); the funnel counts hidden entries
 * that reached each.
 */
enum tsim_stage {
	TSIM_STAGE_HIDDEN,
	TSIM_STAGE_REMOVED,
	TSIM_STAGE_COMMITTED,
	TSIM_STAGE_REUSED,
	TSIM_STAGE_WRITTEN,
	TSIM_STAGE_CORRUPTED,
	TSIM_N_STAGES,
};

/* What a writer's allocation waited for. */
enum tsim_stall_cause {
	TSIM_STALL_PINNED, /* only a pinned range would have served it; it waited for the release */
	TSIM_STALL_COMMIT, /* the ENOSPC flush, or a commit that blocks joins */
	TSIM_STALL_CHUNK_MUTEX,
	TSIM_STALL_DEVICE, /* part of a commit wait that its writes spent in the device queue */
	TSIM_STALL_FALSE_ENOSPC, /* `full` still set (sticky) or retry after a false ENOSPC */
	TSIM_STALL_ENOSPC, /* truly out of space: it would wait without pins as well */
	TSIM_N_STALL_CAUSES,
};
/* Commands of the device. */
enum tsim_io { TSIM_IO_READ, TSIM_IO_WRITE, TSIM_IO_FLUSH, TSIM_IO_DISCARD, TSIM_N_IO };
extern const char *const tsim_io_names[TSIM_N_IO];
/* Classes of commands by their bytes: not more than this, and more than the class before. */
enum tsim_size {
	TSIM_SIZE_4KIB,
	TSIM_SIZE_64KIB,
	TSIM_SIZE_1MIB,
	TSIM_SIZE_64MIB,
	TSIM_SIZE_1GIB,
	TSIM_SIZE_MORE,
	TSIM_N_SIZES,
};
extern const char *const tsim_size_names[TSIM_N_SIZES];
extern const char *const tsim_stage_names[TSIM_N_STAGES];
extern const char *const tsim_stall_cause_names[TSIM_N_STALL_CAUSES];

/* One replication under one policy.  Plain data: workers send it through a pipe. */
struct tsim_outcome {
	guint64 corrupted; /* 0 or 1: at least one persistent hit that no copy repairs */
	guint64 hits; /* live ranges destroyed */
	guint64 destroying; /* discards that made them, in the funnel or, after an early end, not */
	guint64 healed; /* hits freed or rewritten before they were read */
	guint64 latent; /* hits that another copy repairs */
	guint64 persistent; /* hits still referenced at the end */
	guint64 undone; /* hits whose discard a loss of power undid */
	guint64 harmless; /* late discards that met only unwritten space of a new owner */
	guint64 lost_bytes;
	guint64 power_losses; /* 0 or 1: it ended the run */
	guint64 overwritten_bytes; /* ... the superblock refers to, and a new chunk wrote over */
	tsim_ns first_hit_ns; /* TSIM_NS_NEVER: none */
	guint64 funnel[TSIM_N_STAGES];

	guint64 discards, discard_bytes, discards_misdirected; /* V2 */
	guint64 trim_passes, trim_errors; /* V3: EINVAL */
	guint64 removals, removals_skipped; /* skipped: reserved, used or last of its kind */
	guint64 chunks_allocated, commits, forced_commits, log_commits, relocations;
	guint64 relocations_failed; /* found no room; the group stayed */

	guint64 waiting; /* of the stalled: those that still waited when the run ended */
	guint64 requests, stalled, enospc, false_enospc, displaced, shrunk, extra_commits;
	tsim_ns stall_ns, stall_by_cause_ns[TSIM_N_STALL_CAUSES];
	tsim_ns sticky_full_ns;
	guint64 pin_overlaps; /* chunks that the search of 5.2 .. 6.19 put over a pinned range */
	guint64 eexist; /* ... over a live one: the kernel aborts the transaction */
	guint64 pinned_chunks, pinned_max_bytes;
	double pinned_byte_seconds;

	tsim_ns simulated_ns;
	guint64 events, fingerprint,
		discard_draws; /* discard_draws: hash of (entity, k, latency) */

	/* From counted_ns before the end on: a workload may have a warm-up. */
	tsim_ns counted_ns;
	guint64 commands[TSIM_N_IO];
	tsim_ns wait_ns[TSIM_N_IO], service_ns[TSIM_N_IO];
	tsim_ns busy_ns, depth_ns, backlog_ns; /* any command, all, discards: times their number */
	double backlog_byte_seconds;
	guint64 max_depth, max_backlog, max_backlog_bytes;
	/* of flash, if there is any */
	guint64 host_pages, moved_pages, erased_blocks, trimmed_pages;
};

/* Submission to completion of the device's commands: of[io * TSIM_N_SIZES + size], NULL: none. */
struct tsim_latencies {
	TsimHistogram *of[TSIM_N_IO * TSIM_N_SIZES];
};

/* Distributions, summed over replications. */
struct tsim_distributions {
	TsimHistogram *stall; /* per allocation request, 0 included */
	TsimHistogram *chunk_alloc; /* per chunk allocation: mutex wait and work */
	TsimHistogram *commit; /* COMMIT_START to COMPLETED */
	TsimHistogram *discard; /* submit to completion, per device command */
	TsimHistogram *io; /* reads and writes */
	struct tsim_latencies latencies; /* of both, apart */
};

/*
 * One destroyed range with its causal chain, in time order; kept for `explain` and
 * the space-time plot.
 */
enum tsim_column {
	TSIM_COLUMN_FSTRIM,
	TSIM_COLUMN_CLEANER, /* or balance */
	TSIM_COLUMN_COMMIT,
	TSIM_COLUMN_WRITER, /* chunk allocator and writers */
	TSIM_COLUMN_DEVICE,
	TSIM_N_COLUMNS,
};

struct tsim_race_step {
	tsim_ns t_ns;
	enum tsim_column column;
	/* static: "hide", "submit", "ro", "remove", "unblocked", "chunk", "write", ... */
	const char *what;
	guint64 start, end; /* physical range, 0,0 when it has none */
	guint64 logical; /* logical start, 0 when it has none */
	guint64 number; /* transaction id, group ordinal, piece ... see what */
};

struct tsim_race {
	GArray *steps; /* (element-type struct tsim_race_step) */
	guint64 lost_logical, lost_bytes; /* what the hit destroyed */
	guint copies, copies_lost;
	guint more_writes; /* into what the hit destroyed, beside those among the steps */
	guint forgotten_writes; /* into the range under discard, too long ago */
	const char *kind; /* "data", "metadata", "system" */
	const char *fate; /* "healed", "undone", "latent", "persistent" */
};
