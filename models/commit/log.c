/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fsync by the tree log.
 *
 * Models: log blocks written at once, before the transaction's commit; the
 *   superblock behind tree_log_mutex, which a committing transaction holds
 *   until its own is out; a full commit instead when the running transaction
 *   made a chunk.
 * Leaves out: two log transactions in flight, log replay.
 * Source: fs/btrfs/tree-log.c: btrfs_sync_log, file.c: btrfs_sync_file,
 *   btrfs_set_log_full_commit in btrfs_make_block_group (3.18 to 6.1).
 */
#include "file.h"
#include "fs.h"

/**
 * tsim_fsync_log:
 * @file: (nullable): whose data is waited for already; NULL: small files, all in tree blocks
 * @bytes: log tree blocks that the fsync writes
 *
 * Waits until the data is safe: by the log, or by a full commit.
 */
void tsim_fsync_log(struct tsim_fs *fs, const struct tsim_file *file, guint64 bytes)
{
	struct tsim_transaction *trans = tsim_trans_attach(fs, TSIM_TRANS_START);
	struct tsim_extent log;

	if (trans->log_full_commit || !tsim_extent_take(fs, TSIM_METADATA, bytes, bytes, &log)) {
		fs->out->forced_commits++;
		tsim_commit_transaction(fs, trans, TSIM_TRANS_START);
		return;
	}
	fs->out->log_commits++;
	g_array_append_val(trans->log_extents, log);
	tsim_sleep_until(fs->engine, tsim_oracle_write(&fs->oracle, log.bg->chunk, log.range));
	tsim_mutex_lock(&fs->commit.tree_log_mutex);
	tsim_write_super(fs);
	tsim_power_logged(&fs->oracle, trans->log_extents);
	if (file)
		tsim_power_logged(&fs->oracle, file->extents);
	tsim_mutex_unlock(&fs->commit.tree_log_mutex);
	tsim_trans_end(fs, trans, TSIM_TRANS_START);
}
