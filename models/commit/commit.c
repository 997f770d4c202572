/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The commit of a transaction and the transaction kthread.
 *
 * Models: delayed references, COMMIT_START, waiting for the transaction
 *   before and for writers, COMMIT_DOING, switch_commit_roots, UNBLOCKED (the
 *   next transaction can start and allocate what this one freed, before any
 *   block of this one is written), tree-block writes, superblock, unpinning,
 *   COMPLETED; the interval; waking the cleaner.
 * Leaves out: snapshots, ordered data, aborts, discard=sync at commit.
 * Source: fs/btrfs/transaction.c:btrfs_commit_transaction (3.18, 6.1),
 *   disk-io.c:transaction_kthread.
 */
#include "cleaner.h"
#include "fs.h"
#include "invariant.h"
#include "paranoid.h"
#include "tracepoint.h"

#define SUPER_BYTES 4096
#define SUPER_OFFSET (64 * TSIM_KIB)

static void set_state(struct tsim_fs *fs, struct tsim_transaction *trans,
		      enum tsim_trans_state state)
{
	trans->state = state;
	tsim_cond_broadcast(&fs->commit.wait);
}

static void wait_completed(struct tsim_fs *fs, guint64 transid)
{
	while (fs->commit.completed_transid < transid)
		tsim_cond_wait(&fs->commit.wait, TSIM_NS_NEVER);
}

/* Transactions are numbered without gaps; those before the first count as completed. */
static void wait_previous(struct tsim_fs *fs, struct tsim_transaction *trans)
{
	if (tsim_trans_find(&fs->commit, trans->transid - 1))
		wait_completed(fs, trans->transid - 1);
}

static void sleep_law(struct tsim_fs *fs, const TsimLaw *law, guint64 transid,
		      enum tsim_purpose purpose)
{
	if (law)
		tsim_sleep(fs->engine, tsim_draw_law(&fs->rng, law, (guint32)transid, purpose, 0));
}

/* COMMIT_START up to and including the critical section, ends with nobody else attached. */
static void stop_writers(struct tsim_fs *fs, struct tsim_transaction *trans)
{
	const struct tsim_fs_options *opt = fs->opt;

	trans->commit_start_ns = tsim_now(fs->engine);
	tsim_trace_commit(fs, TSIM_TRACE_COMMIT_START, trans->transid);
	set_state(fs, trans, TSIM_TRANS_COMMIT_START);
	wait_previous(fs, trans);
	if (!opt->commit_duration)
		sleep_law(fs, opt->commit_start, trans->transid, TSIM_DRAW_COMMIT_START);
	while (trans->num_extwriters > 0)
		tsim_cond_wait(&fs->commit.wait, TSIM_NS_NEVER);
	set_state(fs, trans, TSIM_TRANS_COMMIT_DOING);
	while (trans->num_writers > 1)
		tsim_cond_wait(&fs->commit.wait, TSIM_NS_NEVER);
	tsim_run_delayed_frees(fs, trans);
	if (!opt->commit_duration)
		sleep_law(fs, opt->commit_critical, trans->transid, TSIM_DRAW_COMMIT_CRITICAL);
	else
		sleep_law(fs, opt->commit_duration, trans->transid, TSIM_DRAW_COMMIT_DURATION);
}

/* What a commit itself changes in the trees; a recording has it among its writes. */
static void change_trees(struct tsim_fs *fs, struct tsim_transaction *trans)
{
	for (guint i = 0; i < trans->log_extents->len; i++) /* btrfs_free_log() */
		tsim_extent_free_live(fs, trans,
				      &g_array_index(trans->log_extents, struct tsim_extent, i));
	g_array_set_size(trans->log_extents, 0);
	if (trans->log_full_commit || trans->have_free_bgs)
		tsim_chunk_tree_cow(fs, trans);
	tsim_tree_cow_roots(fs, trans, (guint)fs->opt->commit_blocks / 2);
	tsim_tree_cow(fs, trans, (guint)(fs->opt->commit_blocks + 1) / 2); /* a leaf each */
}

static void unblock(struct tsim_fs *fs, struct tsim_transaction *trans)
{
	struct tsim_policy *policy = &fs->policy;

	tsim_space_switch_commit_root(&fs->space);
	tsim_power_switch_commit_root(&fs->oracle);
	trans->unblocked_ns = tsim_now(fs->engine);
	trans->num_writers--;
	fs->commit.running = NULL;
	tsim_oracle_unblocked(&fs->oracle, trans->transid);
	if (policy->ops->unblocked)
		policy->ops->unblocked(policy, trans->transid);
	tsim_trace_commit(fs, TSIM_TRACE_UNBLOCKED, trans->transid);
	set_state(fs, trans, TSIM_TRANS_UNBLOCKED);
	if (trans->have_free_bgs)
		tsim_space_released(&fs->space);
}

/**
 * tsim_commit_unblock:
 * @trans: RUNNING; the caller's JOIN handle, given back
 *
 * The commit up to UNBLOCKED as a recording has it: whoever calls this goes
 * on with tsim_commit_super_written() and tsim_commit_complete().
 */
void tsim_commit_unblock(struct tsim_fs *fs, struct tsim_transaction *trans)
{
	tsim_run_delayed_frees(fs, trans);
	stop_writers(fs, trans);
	unblock(fs, trans);
}

/* write_ctree_super: flush, then the superblock with FUA; tree_log_mutex is held. */
void tsim_write_super(struct tsim_fs *fs)
{
	fs->dev.longest_wait_ns = 0;
	tsim_power_flush_begins(&fs->oracle);
	tsim_sleep_until(fs->engine, tsim_device_flush(&fs->dev));
	tsim_power_flush_ends(&fs->oracle);
	tsim_sleep_until(fs->engine,
			 tsim_device_write(&fs->dev,
					   TSIM_RANGE(SUPER_OFFSET, SUPER_OFFSET + SUPER_BYTES),
					   NULL, 0));
	fs->commit.device_wait_ns += fs->dev.longest_wait_ns;
}

static void write_out(struct tsim_fs *fs, struct tsim_transaction *trans)
{
	tsim_mutex_lock(&fs->commit.tree_log_mutex);
	fs->dev.longest_wait_ns = 0;
	tsim_sleep_until(fs->engine, tsim_tree_write_dirty(fs, trans));
	fs->commit.device_wait_ns += fs->dev.longest_wait_ns;
	tsim_write_super(fs);
	tsim_mutex_unlock(&fs->commit.tree_log_mutex);
}

/* Its superblock is on the device. */
void tsim_commit_super_written(struct tsim_fs *fs, struct tsim_transaction *trans)
{
	struct tsim_policy *policy = &fs->policy;

	trans->super_ns = tsim_now(fs->engine);
	tsim_power_super_written(&fs->oracle);
	tsim_trace_commit(fs, TSIM_TRACE_SUPER_COMMITTED, trans->transid);
	set_state(fs, trans, TSIM_TRANS_SUPER_COMMITTED);
	if (policy->ops->super_written)
		policy->ops->super_written(policy, trans->transid);
}

/* It is over: what it freed is free. */
void tsim_commit_complete(struct tsim_fs *fs, struct tsim_transaction *trans)
{
	struct tsim_policy *policy = &fs->policy;

	tsim_unpin_extents(fs, trans);
	tsim_paranoid_check(fs);
	if (fs->opt->clear_full_at_commit && trans->have_free_bgs)
		tsim_space_clear_full(&fs->space);
	tsim_space_released(&fs->space);
	fs->commit.completed_transid = trans->transid;
	fs->out->commits++;
	if (fs->dist)
		tsim_histogram_add(fs->dist->commit, tsim_now(fs->engine) - trans->commit_start_ns);
	tsim_trace_commit(fs, TSIM_TRACE_COMPLETED, trans->transid);
	set_state(fs, trans, TSIM_TRANS_COMPLETED);
	if (policy->ops->completed)
		policy->ops->completed(policy, trans->transid);
}

/**
 * tsim_commit_transaction:
 * @trans: the caller's handle, of kind @type; given back
 *
 * Returns when the transaction is COMPLETED, whoever commits it.
 */
void tsim_commit_transaction(struct tsim_fs *fs, struct tsim_transaction *trans,
			     enum tsim_trans_type type)
{
	if (trans->state >= TSIM_TRANS_COMMIT_START) {
		guint64 transid = trans->transid;

		tsim_trans_end(fs, trans, type);
		wait_completed(fs, transid);
		return;
	}
	if (type == TSIM_TRANS_START)
		trans->num_extwriters--;
	tsim_run_delayed_frees(fs, trans);
	stop_writers(fs, trans);
	change_trees(fs, trans);
	unblock(fs, trans);
	write_out(fs, trans);
	tsim_commit_super_written(fs, trans);
	tsim_commit_complete(fs, trans);
}

void tsim_commit_now(struct tsim_fs *fs)
{
	fs->out->forced_commits++;
	tsim_commit_transaction(fs, tsim_trans_attach(fs, TSIM_TRANS_JOIN), TSIM_TRANS_JOIN);
}

/* btrfs_sync_fs() */
void tsim_sync_fs(struct tsim_fs *fs)
{
	struct tsim_transaction *trans = fs->commit.running;
	guint64 last = fs->commit.next_transid - 1;

	if (trans && trans->state < TSIM_TRANS_COMMIT_START)
		tsim_commit_now(fs);
	else if (tsim_trans_find(&fs->commit, last)) /* btrfs_attach_transaction_barrier() */
		wait_completed(fs, last);
}

/**
 * tsim_commit_wait_unblocked:
 * Returns: FALSE when @deadline came first.
 */
gboolean tsim_commit_wait_unblocked(struct tsim_fs *fs, guint64 transid, tsim_ns deadline)
{
	struct tsim_transaction *trans = tsim_trans_find(&fs->commit, transid);

	while (trans->state < TSIM_TRANS_UNBLOCKED) {
		if (!tsim_cond_wait(&fs->commit.wait, deadline))
			return FALSE;
	}
	return TRUE;
}

/* transaction_kthread(): commit what is old enough, wake the cleaner each round. */
static void transaction_kthread(void *data)
{
	struct tsim_fs *fs = data;
	tsim_ns interval = fs->opt->commit_interval_ns;

	for (;;) {
		struct tsim_transaction *trans = fs->commit.running;
		tsim_ns delay = MIN(interval, fs->opt->cleaner_interval_ns);

		if (trans && trans->state < TSIM_TRANS_COMMIT_START) {
			tsim_ns left = trans->start_ns + interval - tsim_now(fs->engine);

			if (left <= 0)
				tsim_commit_transaction(fs, tsim_trans_attach(fs, TSIM_TRANS_JOIN),
							TSIM_TRANS_JOIN);
			else
				delay = MIN(delay, left);
		}
		tsim_cleaner_wake(fs->cleaner);
		tsim_sleep(fs->engine, delay);
	}
}

void tsim_transaction_kthread_start(struct tsim_fs *fs)
{
	tsim_actor_spawn(fs->engine, "btrfs-transaction", 0, TSIM_ACTOR_DAEMON, transaction_kthread,
			 fs);
}
