/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * unpinned: btrfs before 04216820fe83 (3.18).
 *
 * Models: the extent map goes with the group, whatever trimmers do; the
 *   place is free as soon as the removal's transaction is UNBLOCKED.
 * Source: fs/btrfs/volumes.c:btrfs_remove_chunk of 3.18.
 */
#include "policies.h"

static enum tsim_release group_removed(struct tsim_policy *p, struct tsim_block_group *bg)
{
	return TSIM_RELEASE_NOW;
}

const struct tsim_policy_ops tsim_policy_unpinned = {
	.name = "unpinned",
	.summary =
		"a removed group's place is free once the removal is committed (before 04216820fe83)",
	.group_removed = group_removed,
};
