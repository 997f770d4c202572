/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pinned-chunk: btrfs since 04216820fe83 (3.19), "Btrfs: fix race between fs
 * trimming and block group remove/allocation".
 *
 * Models: the fix hunk by hunk: `trimming` counts trimmers in a group,
 *   `removed` is set under chunk_mutex, a removed group under a trimmer keeps
 *   its extent map on pinned_chunks, the last trimmer releases it.  The
 *   remover never waits.
 * Source: 04216820fe83; renamed freeze/unfreeze in 6b7304af62d0.
 */
#include "policies.h"

/* free-space-cache.c: btrfs_trim_block_group(), entry */
static gboolean trim_begin(struct tsim_policy *p, struct tsim_block_group *bg)
{
	if (bg->removed)
		return FALSE;
	bg->trimming++;
	return TRUE;
}

/* free-space-cache.c: btrfs_trim_block_group(), exit: the last trimmer cleans up */
static void trim_end(struct tsim_policy *p, struct tsim_block_group *bg)
{
	if (--bg->trimming > 0 || !bg->removed || !tsim_policy_pinned(p, bg))
		return;
	tsim_policy_lock_chunks(p);
	tsim_policy_release(p, bg);
	tsim_policy_unlock_chunks(p);
}

/* extent-tree.c: btrfs_remove_block_group(): remove_em = (trimming == 0) */
static enum tsim_release group_removed(struct tsim_policy *p, struct tsim_block_group *bg)
{
	return bg->trimming > 0 ? TSIM_RELEASE_PIN : TSIM_RELEASE_NOW;
}

const struct tsim_policy_ops tsim_policy_pinned_chunk = {
	.name = "pinned-chunk",
	.summary =
		"a removed group's chunk stays allocated until the last trimmer leaves it (04216820fe83)",
	.safe = TRUE,
	.trim_begin = trim_begin,
	.trim_end = trim_end,
	.group_removed = group_removed,
};
