/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fs.h"

enum tsim_on_enospc {
	TSIM_ENOSPC_FAIL,
	TSIM_ENOSPC_RETRY, /* after delay_ns */
	TSIM_ENOSPC_WAIT, /* until something is released; what no btrfs does */
};

struct tsim_enospc_rule {
	enum tsim_on_enospc mode;
	tsim_ns delay_ns;
};

gboolean tsim_enospc_rule_parse(const char *text, struct tsim_enospc_rule *out, GError **error);

/*
 * One writer's request for space, from its first attempt to success: its stall is the time between.
 * The file system owns it, so that one whose writer is cancelled at the end can be counted.
 */
struct tsim_alloc_request {
	tsim_ns start_ns;
	tsim_ns by_cause_ns[TSIM_N_STALL_CAUSES];
	gboolean waiting; /* for @cause, since then; @queued: the commit's device waits then */
	enum tsim_stall_cause cause;
	tsim_ns since_ns, queued_ns;
	guint64 released; /* space->n_released when the last attempt began */
	gboolean flushed, counted_enospc;
};

struct tsim_alloc_request *tsim_alloc_begin(struct tsim_fs *fs);
void tsim_alloc_end(struct tsim_fs *fs, struct tsim_alloc_request *request);
/* After the run: book the waits that last until its end as so long. */
void tsim_alloc_finish(struct tsim_fs *fs);
/* Force or try a chunk for the request, with the waits booked to their causes. */
enum tsim_chunk_result tsim_alloc_chunk(struct tsim_fs *fs, enum tsim_bg_type type,
					enum tsim_chunk_force force,
					struct tsim_alloc_request *request);
/* After ENOSPC: flush, wait or retry as the rule says; FALSE: give up. */
gboolean tsim_alloc_again(struct tsim_fs *fs, enum tsim_bg_type type, guint64 bytes,
			  gboolean is_false, const struct tsim_enospc_rule *rule,
			  struct tsim_alloc_request *request);

/*
 * tsim_alloc_extents:
 * Allocate @bytes of @type in extents of at most @max_extent, making chunks
 * as needed; appends to @extents (element-type struct tsim_extent), which the
 * caller keeps where a cancelled actor leaves it.  FALSE: ENOSPC, nothing kept.
 */
gboolean tsim_alloc_extents(struct tsim_fs *fs, enum tsim_bg_type type, guint64 bytes,
			    guint64 max_extent, const struct tsim_enospc_rule *rule,
			    GArray *extents);
