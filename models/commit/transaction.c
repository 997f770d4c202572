/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Transaction handles.
 *
 * Models: one running transaction; START handles are blocked from
 *   COMMIT_START, JOIN from COMMIT_DOING, JOIN_NOLOCK until UNBLOCKED; the
 *   next transaction begins with the first handle after UNBLOCKED.
 * Leaves out: reservations of metadata units, ATTACH, aborted transactions.
 * Source: fs/btrfs/transaction.c: btrfs_blocked_trans_types, join_transaction,
 *   wait_current_trans, __btrfs_end_transaction.
 */
#include "fs.h"
#include "invariant.h"

static GArray *new_extents(void)
{
	return g_array_new(FALSE, FALSE, sizeof(struct tsim_extent));
}

static void free_transaction(gpointer data)
{
	struct tsim_transaction *trans = data;

	g_array_unref(trans->dirty);
	g_array_unref(trans->delayed_frees);
	g_array_unref(trans->pinned);
	g_array_unref(trans->log_extents);
	g_free(trans);
}

void tsim_commit_init(struct tsim_commit *commit, struct tsim_fs *fs)
{
	*commit = (struct tsim_commit){ .fs = fs,
					.next_transid = 7 }; /* a fresh file system's first */
	commit->transactions = g_ptr_array_new_with_free_func(free_transaction);
	commit->roots = new_extents();
	tsim_cond_init(&commit->wait, fs->engine, "a commit");
	tsim_mutex_init(&commit->tree_log_mutex, fs->engine, "tree_log_mutex");
}

void tsim_commit_clear(struct tsim_commit *commit)
{
	g_clear_pointer(&commit->transactions, g_ptr_array_unref);
	g_clear_pointer(&commit->roots, g_array_unref);
}

static struct tsim_transaction *new_transaction(struct tsim_commit *commit)
{
	struct tsim_transaction *trans = g_new0(struct tsim_transaction, 1);

	trans->transid = commit->next_transid++;
	trans->start_ns = tsim_now(commit->fs->engine);
	trans->dirty = new_extents();
	trans->delayed_frees = new_extents();
	trans->pinned = new_extents();
	trans->log_extents = new_extents();
	g_ptr_array_add(commit->transactions, trans);
	return trans;
}

static gboolean blocks(const struct tsim_transaction *trans, enum tsim_trans_type type)
{
	switch (type) {
	case TSIM_TRANS_START:
		return trans->state >= TSIM_TRANS_COMMIT_START;
	case TSIM_TRANS_JOIN:
		return trans->state >= TSIM_TRANS_COMMIT_DOING;
	default:
		return trans->state >= TSIM_TRANS_UNBLOCKED;
	}
}

/**
 * tsim_trans_attach:
 * @type: decides how long a commit under way blocks the caller
 *
 * Returns: (transfer none): a handle on the running transaction, a new one if
 * there is none.  Give it back with tsim_trans_end() or the commit.
 */
struct tsim_transaction *tsim_trans_attach(struct tsim_fs *fs, enum tsim_trans_type type)
{
	struct tsim_commit *commit = &fs->commit;

	while (commit->running && blocks(commit->running, type))
		tsim_cond_wait(&commit->wait, TSIM_NS_NEVER);
	if (!commit->running)
		commit->running = new_transaction(commit);
	commit->running->num_writers++;
	if (type == TSIM_TRANS_START)
		commit->running->num_extwriters++;
	return commit->running;
}

/* btrfs_end_transaction(): no commit. */
void tsim_trans_end(struct tsim_fs *fs, struct tsim_transaction *trans, enum tsim_trans_type type)
{
	tsim_invariant(trans->num_writers > 0, "transaction %" G_GUINT64_FORMAT " has no writer",
		       trans->transid);
	trans->num_writers--;
	if (type == TSIM_TRANS_START)
		trans->num_extwriters--;
	if (trans->state > TSIM_TRANS_RUNNING)
		tsim_cond_broadcast(&fs->commit.wait);
}

struct tsim_transaction *tsim_trans_find(const struct tsim_commit *commit, guint64 transid)
{
	struct tsim_transaction *first;

	if (commit->transactions->len == 0)
		return NULL;
	first = g_ptr_array_index(commit->transactions, 0);
	if (transid < first->transid || transid - first->transid >= commit->transactions->len)
		return NULL;
	return g_ptr_array_index(commit->transactions, transid - first->transid);
}
