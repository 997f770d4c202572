/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loops that several workloads run.
 *
 * Models: fstrim back to back; fallocate, write a share in random pieces,
 *   hold, truncate, wait.
 * Source: xfstests generic/038 (trim_loop, fallocate_loop); the recorded
 *   workload of configs/traces/a1.trace.
 */
#include "file.h"
#include "fitrim.h"
#include "workload.h"

static void trim_loop(void *data)
{
	const struct tsim_trim_loop *loop = data;

	while (tsim_now(loop->fs->engine) < loop->until_ns) {
		tsim_fitrim(loop->fs, loop->minlen);
		tsim_sleep(loop->fs->engine, loop->pause_ns);
	}
}

/**
 * tsim_trim_loop_start:
 * @loop: kept by reference; pause_ns above 0, or an empty file system would be
 *   trimmed for ever at one instant
 */
void tsim_trim_loop_start(const struct tsim_trim_loop *loop)
{
	tsim_actor_spawn(loop->fs->engine, "fstrim", 1, 0, trim_loop, (void *)loop);
}

/**
 * tsim_write_share:
 * @share: of the file's MiB that are written, each a random one
 * @piece_ns: what a piece takes before it is submitted, ns
 * @entity, @index: address of the draws; @index moves on by one a piece
 *
 * MB/32 random pieces of 1 MiB at a share of 1/32, as the recorded workload
 * has it.  Waits for the last.
 */
void tsim_write_share(struct tsim_file *file, double share, tsim_ns piece_ns, guint32 entity,
		      guint32 *index)
{
	struct tsim_fs *fs = file->fs;
	guint64 mib = tsim_file_bytes(file) / TSIM_MIB;
	guint64 n = (guint64)(share * (double)mib);
	tsim_ns done = tsim_now(fs->engine);

	for (guint64 i = 0; i < n; i++) {
		double u;

		if (piece_ns > 0)
			tsim_sleep(fs->engine, piece_ns);
		u = tsim_rng_uniform(&fs->rng, entity, TSIM_DRAW_WORKLOAD, (*index)++);

		done = tsim_later(done, tsim_file_write(file, (guint64)(u * (double)mib) * TSIM_MIB,
							TSIM_MIB));
	}
	tsim_sleep_until(fs->engine, done);
}

static tsim_ns piece_time(struct tsim_falloc_loop *loop)
{
	return loop->piece ? tsim_draw_law(&loop->fs->rng, loop->piece, loop->entity,
					   TSIM_DRAW_WORKLOAD + 4, loop->n_rounds++) :
			     0;
}

static void falloc_loop(void *data)
{
	struct tsim_falloc_loop *loop = data;
	struct tsim_fs *fs = loop->fs;

	tsim_sleep(fs->engine, loop->delay_ns);
	while (tsim_now(fs->engine) < loop->until_ns) {
		if (tsim_file_fallocate(loop->file, loop->bytes, loop->rule) && loop->written > 0)
			tsim_write_share(loop->file, loop->written, piece_time(loop),
					 loop->entity, &loop->n_writes);
		if (loop->fsync_bytes > 0)
			tsim_fsync_log(fs, loop->file, loop->fsync_bytes);
		tsim_sleep(fs->engine, loop->hold_ns);
		tsim_file_truncate(loop->file);
		if (loop->sync)
			tsim_sync_fs(fs);
		tsim_sleep(fs->engine, loop->gap_ns);
	}
}

void tsim_falloc_loop_start(struct tsim_falloc_loop *loop)
{
	loop->file = tsim_file_new(loop->fs);
	tsim_actor_spawn(loop->fs->engine, "fallocate", 1, 0, falloc_loop, loop);
}
