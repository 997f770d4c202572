/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Removal of a block group, for the cleaner and for balance.
 *
 * Models: device extents and `full` first, then the group out of the tree
 *   with its free-space cache, then under chunk_mutex the policy's choice:
 *   the extent map goes, or stays pinned.
 * Leaves out: items in the trees (their cost is in the callers' laws).
 * Source: fs/btrfs/volumes.c: btrfs_remove_chunk, extent-tree.c:
 *   btrfs_remove_block_group (3.19); 04216820fe83.
 */
#include "removal.h"

#include "invariant.h"
#include "tracepoint.h"

static void release_map(struct tsim_fs *fs, struct tsim_block_group *bg)
{
	struct tsim_space *space = &fs->space;

	tsim_mutex_lock(&space->chunk_mutex);
	if (fs->policy.ops->group_removed(&fs->policy, bg) == TSIM_RELEASE_PIN)
		tsim_chunk_pin_map(space, bg->chunk);
	else
		tsim_chunk_drop_map(space, bg->chunk);
	tsim_mutex_unlock(&space->chunk_mutex);
}

/**
 * tsim_remove_block_group:
 * @trans: the caller's handle, kept
 *
 * The place on the device is free for new chunks when @trans is UNBLOCKED
 * and the map is gone, whichever is later.
 */
void tsim_remove_block_group(struct tsim_fs *fs, struct tsim_transaction *trans,
			     struct tsim_block_group *bg)
{
	struct tsim_space *space = &fs->space;
	struct tsim_chunk *chunk = bg->chunk;

	tsim_invariant(bg->used == 0, "group %u is removed with %" G_GUINT64_FORMAT " bytes used",
		       chunk->ordinal, bg->used);
	tsim_device_settle(&fs->dev);
	tsim_mutex_lock(&space->chunk_mutex);
	tsim_chunk_free_dev_extents(space, chunk);
	tsim_space_clear_full(space);
	tsim_trace_chunk(fs, TSIM_TRACE_CHUNK_FREE, chunk);
	tsim_mutex_unlock(&space->chunk_mutex);

	tsim_block_group_unlink(space, bg);
	chunk->remove_transid = trans->transid;
	chunk->remove_ns = tsim_now(fs->engine);
	trans->have_free_bgs = TRUE;
	release_map(fs, bg);
	tsim_trace_chunk(fs, TSIM_TRACE_REMOVED, chunk);
	fs->out->removals++;
	tsim_oracle_chunk_removed(&fs->oracle, chunk);
}
