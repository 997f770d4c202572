/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tree blocks that come and go with files.
 *
 * Models: new leaves taken in clusters and dirtied in the running
 *   transaction; old leaves copied; leaves freed when files are unlinked.
 * Leaves out: which keys are where: copied leaves are random ones, freed leaves
 *   a run from a random one.
 * Source: fs/btrfs/ctree.c; metadata volume from a recorded btrfs and the
 *   workloads' own figures.
 */
#include "workload.h"
#include "writer.h"

#define FREE_PIECE (64 * TSIM_KIB)
#define NODESIZE G_GUINT64_CONSTANT(16384)
#define MAX_MISSES 64
#define DIR_ITEM_BYTES 95
#define DIR_LEAF_BYTES 9830 /* 60 % of a leaf: names arrive in random order */

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

	while (fs->trees_copied > 0)
		tsim_cond_wait(&fs->copy_done, TSIM_NS_NEVER);
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

/* The first written blocks from where @at ends, or from the start of its group, or of any other. */
static gboolean next_written(struct tsim_fs *fs, struct tsim_extent *at)
{
	const struct tsim_interval_set *on_disk;
	guint64 from;
	guint i;

	tsim_device_settle(&fs->dev);
	if (!at->bg || at->bg->chunk->on_disk.n == 0)
		return tsim_tree_pick(fs, FREE_PIECE, at);
	on_disk = &at->bg->chunk->on_disk;
	from = at->range.end - at->bg->chunk->logical;
	i = tsim_interval_set_find(on_disk, from);
	if (i == on_disk->n)
		i = 0;
	at->range.start = at->bg->chunk->logical + MAX(on_disk->ranges[i].start, i == 0 ? 0 : from);
	at->range.end =
		MIN(at->bg->chunk->logical + on_disk->ranges[i].end, at->range.start + FREE_PIECE);
	return TRUE;
}

/**
 * tsim_tree_shrink:
 * @at: (inout): where the leaves of these files are, {0} for anywhere; moved on
 * @bytes: tree blocks to free, in the running transaction
 *
 * Files that were made together have their leaves together: written blocks
 * are freed one after the other.
 */
void tsim_tree_shrink(struct tsim_fs *fs, struct tsim_extent *at, guint64 bytes)
{
	struct tsim_transaction *trans = tsim_trans_attach(fs, TSIM_TRANS_START);
	guint misses = 0;

	while (bytes > 0 && misses < MAX_MISSES) {
		if (!next_written(fs, at)) {
			misses++;
			continue;
		}
		at->range.end = at->range.start + MIN(tsim_range_len(at->range), bytes);
		bytes -= tsim_range_len(at->range);
		tsim_extent_free(fs, trans, at);
	}
	tsim_trans_end(fs, trans, TSIM_TRANS_START);
}

void tsim_directory_init(struct tsim_directory *dir, guint32 entity)
{
	*dir = (struct tsim_directory){ .entity = entity };
	dir->leaves = g_array_new(FALSE, TRUE, sizeof(struct tsim_extent));
}

void tsim_directory_clear(struct tsim_directory *dir)
{
	g_clear_pointer(&dir->leaves, g_array_unref);
}

/* Did this transaction copy the leaf, or make it? */
static gboolean is_fresh(const struct tsim_extent *leaf)
{
	return !tsim_interval_set_overlaps(&leaf->bg->chunk->on_disk, tsim_extent_offsets(leaf));
}

/*
 * Copy a leaf unless this transaction did; where a balance took it nobody knows,
 * so another will do.
 */
static gboolean touch_leaf(struct tsim_directory *dir, struct tsim_fs *fs,
			   struct tsim_transaction *trans, struct tsim_extent *leaf)
{
	gboolean known = leaf->bg && tsim_extent_live(leaf);

	if (known && is_fresh(leaf))
		return TRUE;
	if (!known && !tsim_tree_pick(fs, NODESIZE, leaf))
		return TRUE;
	dir->n_copied++;
	return tsim_tree_cow_block(fs, trans, leaf);
}

/**
 * tsim_directory_change:
 * @names: how many names come or go
 * @total: names in the directory afterwards
 *
 * Each name is in a random leaf, since names are hashed, and the leaves that
 * this transaction has not copied yet are copied: the rest of the trees stays
 * where it is.
 */
void tsim_directory_change(struct tsim_directory *dir, struct tsim_fs *fs, guint64 names,
			   guint64 total)
{
	struct tsim_transaction *trans = tsim_trans_attach(fs, TSIM_TRANS_START);
	gboolean room = TRUE;

	g_array_set_size(dir->leaves, 1 + (guint)(total * DIR_ITEM_BYTES / DIR_LEAF_BYTES));
	if (dir->transid != trans->transid)
		dir->n_copied = 0;
	dir->transid = trans->transid;
	tsim_device_settle(&fs->dev);
	for (guint64 i = 0; i < names && room && dir->n_copied < dir->leaves->len; i++) {
		double u = tsim_rng_uniform(&fs->rng, dir->entity, TSIM_DRAW_DIRECTORY,
					    dir->n_touched++);

		room = touch_leaf(dir, fs, trans,
				  &g_array_index(dir->leaves, struct tsim_extent,
						 (guint)(u * dir->leaves->len)));
	}
	tsim_trans_end(fs, trans, TSIM_TRANS_START);
}
