/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tree blocks that come and go with files.
 *
 * Models: new leaves taken in clusters and dirtied in the running
 *   transaction; old leaves copied; leaves freed when files are unlinked.
 * Leaves out: which keys are where: freed and copied leaves are random ones.
 * Source: fs/btrfs/ctree.c; metadata volume from a recorded btrfs and the
 *   workloads' own figures.
 */
#include "workload.h"
#include "writer.h"

#define FREE_PIECE (64 * TSIM_KIB)
#define MAX_MISSES 64

void tsim_tree_growth_init(struct tsim_tree_growth *growth, struct tsim_fs *fs)
{
	growth->fs = fs;
	growth->extents = g_array_new(FALSE, FALSE, sizeof(struct tsim_extent));
}

void tsim_tree_growth_clear(struct tsim_tree_growth *growth)
{
	g_clear_pointer(&growth->extents, g_array_unref);
}

/**
 * tsim_tree_grow:
 * @bytes: new tree blocks, a multiple of 16 KiB
 * @cow_blocks: old ones that are touched as well
 *
 * Returns: FALSE on ENOSPC.
 */
gboolean tsim_tree_grow(struct tsim_tree_growth *growth, guint64 bytes, guint cow_blocks,
			const struct tsim_enospc_rule *rule)
{
	struct tsim_fs *fs = growth->fs;
	struct tsim_transaction *trans;

	g_array_set_size(growth->extents, 0);
	if (!tsim_alloc_extents(fs, TSIM_METADATA, bytes, fs->opt->metadata_cluster_bytes, rule,
				growth->extents))
		return FALSE;
	trans = tsim_trans_attach(fs, TSIM_TRANS_START);
	for (guint i = 0; i < growth->extents->len; i++)
		tsim_tree_dirty(fs, trans, &g_array_index(growth->extents, struct tsim_extent, i));
	tsim_tree_cow(fs, trans, cow_blocks);
	tsim_trans_end(fs, trans, TSIM_TRANS_START);
	return TRUE;
}

/**
 * tsim_tree_shrink:
 * @bytes: tree blocks to free, in the running transaction
 *
 * Frees written blocks at random places until @bytes are gone or little is left.
 */
void tsim_tree_shrink(struct tsim_fs *fs, guint64 bytes)
{
	struct tsim_transaction *trans = tsim_trans_attach(fs, TSIM_TRANS_START);
	guint misses = 0;

	while (bytes > 0 && misses < MAX_MISSES) {
		struct tsim_extent extent;

		if (!tsim_tree_pick(fs, MIN(bytes, FREE_PIECE), &extent)) {
			misses++;
			continue;
		}
		bytes -= MIN(bytes, tsim_range_len(extent.range));
		tsim_extent_free(fs, trans, &extent);
	}
	tsim_trans_end(fs, trans, TSIM_TRANS_START);
}
