/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "engine.h"
#include "interval-set.h"
#include "simtime.h"

struct tsim_fs;
struct tsim_block_group;
struct tsim_file;

/* Transaction states in order (3.18's BLOCKED is never seen here: it is left before a wait). */
enum tsim_trans_state {
	TSIM_TRANS_RUNNING,
	TSIM_TRANS_COMMIT_START,
	TSIM_TRANS_COMMIT_DOING,
	TSIM_TRANS_UNBLOCKED,
	TSIM_TRANS_SUPER_COMMITTED,
	TSIM_TRANS_COMPLETED,
};

/*
 * Who may still attach: START until COMMIT_START, JOIN until COMMIT_DOING,
 * JOIN_NOLOCK until UNBLOCKED.
 */
enum tsim_trans_type {
	TSIM_TRANS_START,
	TSIM_TRANS_JOIN,
	TSIM_TRANS_JOIN_NOLOCK,
};

/* Part of a block group: allocated, freed or dirty in a transaction. */
struct tsim_extent {
	struct tsim_block_group *bg;
	struct tsim_range range; /* logical */
};

struct tsim_transaction {
	guint64 transid;
	enum tsim_trans_state state;
	tsim_ns start_ns, commit_start_ns, unblocked_ns, super_ns;
	guint num_writers, num_extwriters;
	gboolean log_full_commit; /* btrfs_set_log_full_commit: a chunk was made */
	gboolean have_free_bgs; /* BTRFS_TRANS_HAVE_FREE_BGS: a chunk was freed */
	GArray *dirty; /* (element-type struct tsim_extent) tree blocks to write */
	guint64 dirty_bytes;
	GArray *delayed_frees; /* (element-type struct tsim_extent) delayed refs: data freed */
	GArray *pinned; /* (element-type struct tsim_extent) freed, allocatable after the commit */
	GArray *log_extents; /* (element-type struct tsim_extent) log tree blocks */
};

struct tsim_commit {
	struct tsim_fs *fs;
	struct tsim_transaction *running; /* NULL between UNBLOCKED and the next join */
	GPtrArray *transactions; /* all, owned */
	guint64 next_transid;
	guint64 completed_transid;
	struct tsim_cond wait; /* any state change, any handle ended */
	struct tsim_mutex tree_log_mutex;
	GArray *roots; /* (element-type struct tsim_extent) what every commit copies */
	tsim_ns device_wait_ns; /* time that commits' writes spent queued */
};

/* transaction.c */
void tsim_commit_init(struct tsim_commit *commit, struct tsim_fs *fs);
void tsim_commit_clear(struct tsim_commit *commit);
struct tsim_transaction *tsim_trans_attach(struct tsim_fs *fs, enum tsim_trans_type type);
void tsim_trans_end(struct tsim_fs *fs, struct tsim_transaction *trans, enum tsim_trans_type type);
struct tsim_transaction *tsim_trans_find(const struct tsim_commit *commit, guint64 transid);

/* commit.c */
void tsim_commit_transaction(struct tsim_fs *fs, struct tsim_transaction *trans,
			     enum tsim_trans_type type);
/* The stages of that, for a recording that says when each is reached. */
void tsim_commit_unblock(struct tsim_fs *fs, struct tsim_transaction *trans);
void tsim_commit_super_written(struct tsim_fs *fs, struct tsim_transaction *trans);
void tsim_commit_complete(struct tsim_fs *fs, struct tsim_transaction *trans);
/* Join and commit; returns when the transaction is COMPLETED. */
void tsim_commit_now(struct tsim_fs *fs);
/* syncfs: commit what is running, else wait for what is being committed. */
void tsim_sync_fs(struct tsim_fs *fs);
void tsim_write_super(struct tsim_fs *fs);
void tsim_transaction_kthread_start(struct tsim_fs *fs);
gboolean tsim_commit_wait_unblocked(struct tsim_fs *fs, guint64 transid, tsim_ns deadline);

/* tree-blocks.c: metadata contents */
gboolean tsim_tree_dirty(struct tsim_fs *fs, struct tsim_transaction *trans,
			 const struct tsim_extent *extent);
gboolean tsim_tree_pick(struct tsim_fs *fs, guint64 bytes, struct tsim_extent *out);
gboolean tsim_tree_cow_block(struct tsim_fs *fs, struct tsim_transaction *trans,
			     struct tsim_extent *block);
void tsim_tree_cow(struct tsim_fs *fs, struct tsim_transaction *trans, guint n_blocks);
void tsim_chunk_tree_cow(struct tsim_fs *fs, struct tsim_transaction *trans);
void tsim_tree_cow_roots(struct tsim_fs *fs, struct tsim_transaction *trans, guint n_blocks);
void tsim_extent_free(struct tsim_fs *fs, struct tsim_transaction *trans,
		      const struct tsim_extent *extent);
void tsim_extent_free_live(struct tsim_fs *fs, struct tsim_transaction *trans,
			   const struct tsim_extent *extent);
tsim_ns tsim_tree_write_dirty(struct tsim_fs *fs, struct tsim_transaction *trans);
void tsim_queue_delayed_frees(struct tsim_fs *fs, struct tsim_transaction *trans,
			      const GArray *extents);
void tsim_run_delayed_frees(struct tsim_fs *fs, struct tsim_transaction *trans);
void tsim_unpin_extents(struct tsim_fs *fs, struct tsim_transaction *trans);

/* extent.c: allocation out of existing groups */
void tsim_extent_first_cluster(struct tsim_fs *fs);
gboolean tsim_extent_take(struct tsim_fs *fs, int type, guint64 bytes, guint64 min,
			  struct tsim_extent *out);

gboolean tsim_extent_take_after(struct tsim_fs *fs, const struct tsim_extent *old, guint64 bytes,
				struct tsim_extent *out);

/* Within its chunk: what chunk->live and chunk->on_disk count in. */
struct tsim_range tsim_extent_offsets(const struct tsim_extent *extent);
gboolean tsim_extent_live(const struct tsim_extent *extent);

void tsim_extent_take_at(struct tsim_fs *fs, struct tsim_block_group *bg, struct tsim_range range);
void tsim_extent_put_back(struct tsim_fs *fs, const struct tsim_extent *extent);

/* log.c: fsync */
void tsim_fsync_log(struct tsim_fs *fs, const struct tsim_file *file, guint64 bytes);
