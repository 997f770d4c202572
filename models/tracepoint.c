/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The models' tracepoints: the events of a recorded trace of a real btrfs.
 *
 * Models: the added lines of the recordings that are named in
 *   configs/traces/a1.trace.
 * Leaves out: comm and cpu.
 */
#include "tracepoint.h"

static const guint64 type_flags[TSIM_N_BG_TYPES] = { 1, 4, 2 };

static void emit(struct tsim_fs *fs, struct tsim_trace_event event)
{
	event.t_ns = tsim_now(fs->engine);
	fs->trace->emit(fs->trace->data, &event);
}

/* ... with what is allocated and pinned after it. */
static void emit_state(struct tsim_fs *fs, struct tsim_trace_event event)
{
	event.device_bytes = fs->opt->size_bytes;
	event.allocated_bytes = tsim_interval_set_bytes(&fs->space.dev_extents);
	event.pinned_bytes = fs->space.pinned_bytes;
	emit(fs, event);
}

void tsim_trace_chunk(struct tsim_fs *fs, enum tsim_trace_kind kind,
		      const struct tsim_chunk *chunk)
{
	const struct tsim_transaction *running = fs->commit.running;

	if (!fs->trace)
		return;
	emit_state(fs, (struct tsim_trace_event){ .kind = kind,
						  .logical = chunk->logical,
						  .len = chunk->len,
						  .flags = type_flags[chunk->type],
						  .phys = chunk->phys[0],
						  .transid = running ? running->transid : 0,
						  .used = chunk->bg ? chunk->bg->used : 0,
						  .reserved = chunk->bg ? chunk->bg->reserved : 0,
						  .kept = chunk->map == TSIM_MAP_PINNED });
}

void tsim_trace_chunk_done(struct tsim_fs *fs, gboolean made, tsim_ns mutex_wait_ns)
{
	if (fs->trace)
		emit(fs, (struct tsim_trace_event){ .kind = TSIM_TRACE_CHUNK_DONE,
						    .kept = made,
						    .wait_ns = mutex_wait_ns });
}

void tsim_trace_commit(struct tsim_fs *fs, enum tsim_trace_kind kind, guint64 transid)
{
	if (fs->trace)
		emit_state(fs, (struct tsim_trace_event){ .kind = kind, .transid = transid });
}

void tsim_trace_fitrim(struct tsim_fs *fs, enum tsim_trace_kind kind, gboolean ok)
{
	if (fs->trace)
		emit(fs, (struct tsim_trace_event){ .kind = kind, .kept = ok });
}

void tsim_trace_discard(struct tsim_fs *fs, enum tsim_trace_kind kind,
			const struct tsim_discard *d)
{
	if (fs->trace)
		emit(fs, (struct tsim_trace_event){ .kind = kind,
						    .task = d->number,
						    .logical = d->logical.start,
						    .phys = d->phys.start,
						    .len = tsim_range_len(d->phys) });
}

void tsim_trace_race(struct tsim_fs *fs, const struct tsim_discard *d, struct tsim_range phys)
{
	if (fs->trace)
		emit(fs, (struct tsim_trace_event){ .kind = TSIM_TRACE_RACE,
						    .task = d->number,
						    .phys = phys.start,
						    .len = tsim_range_len(phys) });
}
