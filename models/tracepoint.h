/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fs.h"
#include "trace-event.h"

/* Where the models say what happens; each costs a test when nobody listens. */
void tsim_trace_chunk(struct tsim_fs *fs, enum tsim_trace_kind kind,
		      const struct tsim_chunk *chunk);
void tsim_trace_chunk_done(struct tsim_fs *fs, gboolean made, tsim_ns mutex_wait_ns);
void tsim_trace_commit(struct tsim_fs *fs, enum tsim_trace_kind kind, guint64 transid);
void tsim_trace_fitrim(struct tsim_fs *fs, enum tsim_trace_kind kind, gboolean ok);
void tsim_trace_discard(struct tsim_fs *fs, enum tsim_trace_kind kind,
			const struct tsim_discard *discard);
void tsim_trace_race(struct tsim_fs *fs, const struct tsim_discard *discard,
		     struct tsim_range phys);
