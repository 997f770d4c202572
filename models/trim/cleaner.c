/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The cleaner: deletion of unused block groups.
 *
 * Models: every step of btrfs_delete_unused_bgs: the test of reserved, used
 *   and ro (a trim of a read-write group raises `reserved`, so the group is
 *   skipped and forgotten), set RO, the handle on a transaction, which a
 *   commit may block, the RO window, pinned extents forgotten, removal, the
 *   handle given back without a commit.
 * Leaves out: discard=async's checks, reclaim, snapshot deletion.
 * Source: fs/btrfs/extent-tree.c: btrfs_delete_unused_bgs (3.18), 6.1
 *   block-group.c; disk-io.c: cleaner_kthread.
 */
#include "cleaner.h"

#include "draws.h"
#include "fs.h"
#include "removal.h"

static struct tsim_block_group *next_unused(struct tsim_space *space)
{
	struct tsim_block_group *bg;

	if (space->unused_bgs->len == 0)
		return NULL;
	bg = g_ptr_array_remove_index(space->unused_bgs, 0);
	bg->unused_listed = FALSE;
	return bg;
}

static gboolean unused(const struct tsim_cleaner *cleaner, const struct tsim_block_group *bg)
{
	const struct tsim_fs_options *opt = cleaner->fs->opt;

	if (bg->removed || bg->reserved || bg->used || bg->ro)
		return FALSE;
	if (opt->cleaner_checks_pinned && bg->pinned)
		return FALSE;
	if (opt->cleaner_keeps_last && cleaner->fs->space.info[bg->type].groups->len == 1)
		return FALSE;
	return TRUE;
}

/* Asked again, and looked at again, after each wait. */
static gboolean removable(struct tsim_cleaner *cleaner, struct tsim_block_group *bg)
{
	struct tsim_policy *policy = &cleaner->fs->policy;

	while (unused(cleaner, bg)) {
		enum tsim_removal answer = TSIM_REMOVE_GO;

		if (policy->ops->group_removing)
			answer = policy->ops->group_removing(policy, bg);
		if (answer != TSIM_REMOVE_WAIT)
			return answer == TSIM_REMOVE_GO;
		tsim_cond_wait(&cleaner->retry, TSIM_NS_NEVER);
	}
	return FALSE;
}

/* Set RO to free-space cache dropped: within this window a trim begun is exposed. */
static void delete_group(struct tsim_cleaner *cleaner, struct tsim_block_group *bg)
{
	struct tsim_fs *fs = cleaner->fs;
	enum tsim_trans_type type =
		fs->opt->cleaner_handle == TSIM_CLEANER_JOINS ? TSIM_TRANS_JOIN : TSIM_TRANS_START;
	struct tsim_transaction *trans = tsim_trans_attach(fs, type);

	if (fs->opt->ro_window)
		tsim_sleep(fs->engine, tsim_draw_law(&fs->rng, fs->opt->ro_window,
						     bg->chunk->ordinal, TSIM_DRAW_RO_WINDOW, 0));
	tsim_remove_block_group(fs, trans, bg);
	tsim_trans_end(fs, trans, type);
}

static void delete_unused_bgs(struct tsim_cleaner *cleaner)
{
	struct tsim_fs *fs = cleaner->fs;
	struct tsim_block_group *bg;

	while ((bg = next_unused(&fs->space))) {
		if (!removable(cleaner, bg) || !tsim_block_group_set_ro(&fs->space, bg, FALSE)) {
			fs->out->removals_skipped++;
			continue;
		}
		if (fs->policy.ops->group_ro)
			fs->policy.ops->group_ro(&fs->policy, bg);
		delete_group(cleaner, bg);
	}
}

static void cleaner_kthread(void *data)
{
	struct tsim_cleaner *cleaner = data;

	for (;;) {
		while (!cleaner->woken)
			tsim_park(cleaner->fs->engine, TSIM_NS_NEVER,
				  "being woken by the transaction kthread");
		cleaner->woken = FALSE;
		delete_unused_bgs(cleaner);
	}
}

/**
 * tsim_cleaner_start:
 * Returns: (transfer full): free with g_free() after the run.
 */
struct tsim_cleaner *tsim_cleaner_start(struct tsim_fs *fs)
{
	struct tsim_cleaner *cleaner = g_new0(struct tsim_cleaner, 1);

	cleaner->fs = fs;
	tsim_cond_init(&cleaner->retry, fs->engine, "a trimmer to leave the group");
	cleaner->actor = tsim_actor_spawn(fs->engine, "btrfs-cleaner", 0, TSIM_ACTOR_DAEMON,
					  cleaner_kthread, cleaner);
	return cleaner;
}

void tsim_cleaner_wake(struct tsim_cleaner *cleaner)
{
	if (!cleaner || cleaner->woken)
		return;
	cleaner->woken = TRUE;
	tsim_unpark(cleaner->actor);
}
