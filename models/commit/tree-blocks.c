/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What transactions do to tree blocks and freed extents.
 *
 * Models: tree blocks dirtied in a transaction and written by its commit, or
 *   before when more than the threshold is dirty (btree writepages); copy on
 *   write of random written blocks, whose old places are pinned until the
 *   commit; delayed references that free data; unpinning.
 * Leaves out: which tree a block belongs to; keys; checksums.
 * Source: fs/btrfs/disk-io.c: btree_writepages (BTRFS_DIRTY_METADATA_THRESH),
 *   ctree.c: should_cow_block, extent-tree.c: btrfs_finish_extent_commit.
 */
#include "fs.h"
#include "invariant.h"

#define NODESIZE G_GUINT64_CONSTANT(16384)
#define MAX_WRITE (512 * TSIM_KIB) /* block/blk-settings.c: BLK_DEF_MAX_SECTORS of 3.18 */

/* Write what is still live of a dirty extent. Returns the last completion. */
static tsim_ns write_extent(struct tsim_fs *fs, const struct tsim_extent *extent)
{
	struct tsim_chunk *chunk = extent->bg->chunk;
	struct tsim_range whole = tsim_extent_offsets(extent);
	tsim_ns done = 0;

	for (guint i = tsim_interval_set_find(&chunk->live, whole.start);
	     i < chunk->live.n && chunk->live.ranges[i].start < whole.end; i++) {
		struct tsim_range r = tsim_range_intersect(chunk->live.ranges[i], whole);

		r.start += chunk->logical;
		r.end += chunk->logical;
		done = tsim_later(done, tsim_oracle_write(&fs->oracle, chunk, r));
	}
	return done;
}

/**
 * tsim_tree_write_dirty:
 * Submit every dirty tree block of @trans.
 *
 * Returns: when the last write completes, ns; 0 when nothing was dirty.
 */
tsim_ns tsim_tree_write_dirty(struct tsim_fs *fs, struct tsim_transaction *trans)
{
	tsim_ns done = 0;

	for (guint i = 0; i < trans->dirty->len; i++)
		done = tsim_later(done, write_extent(fs, &g_array_index(trans->dirty,
									struct tsim_extent, i)));
	g_array_set_size(trans->dirty, 0);
	trans->dirty_bytes = 0;
	return done;
}

/*
 * Neighbours go to the device as one write, as the block layer merges what is
 * submitted under one plug.
 */
static gboolean merge_with_last(struct tsim_transaction *trans, const struct tsim_extent *extent)
{
	struct tsim_extent *last;

	if (trans->dirty->len == 0)
		return FALSE;
	last = &g_array_index(trans->dirty, struct tsim_extent, trans->dirty->len - 1);
	if (last->bg != extent->bg || last->range.end != extent->range.start ||
	    extent->range.end - last->range.start > MAX_WRITE)
		return FALSE;
	last->range.end = extent->range.end;
	return TRUE;
}

/**
 * tsim_tree_dirty:
 * @extent: new tree blocks, allocated and live
 *
 * They are written by the commit, or at once with all others when the dirty
 * threshold is passed.
 *
 * Returns: whether this call started writeback.
 */
gboolean tsim_tree_dirty(struct tsim_fs *fs, struct tsim_transaction *trans,
			 const struct tsim_extent *extent)
{
	if (!merge_with_last(trans, extent))
		g_array_append_vals(trans->dirty, extent, 1);
	trans->dirty_bytes += tsim_range_len(extent->range);
	if (trans->dirty_bytes <= fs->opt->dirty_threshold_bytes)
		return FALSE;
	tsim_tree_write_dirty(fs, trans);
	return TRUE;
}

/**
 * tsim_extent_free:
 * The extent is referenced no more; its place can be allocated again after
 * the commit of @trans.
 */
void tsim_extent_free(struct tsim_fs *fs, struct tsim_transaction *trans,
		      const struct tsim_extent *extent)
{
	tsim_oracle_freed(&fs->oracle, extent->bg->chunk, extent->range);
	tsim_block_group_unuse(&fs->space, extent->bg, extent->range);
	g_array_append_vals(trans->pinned, extent, 1);
}

/* As tsim_extent_free(), of what is left: a copy on write or a balance may have freed a part. */
void tsim_extent_free_live(struct tsim_fs *fs, struct tsim_transaction *trans,
			   const struct tsim_extent *extent)
{
	const struct tsim_chunk *chunk = extent->bg->chunk;
	struct tsim_range whole = tsim_extent_offsets(extent);
	guint i;

	while ((i = tsim_interval_set_find(&chunk->live, whole.start)) < chunk->live.n) {
		struct tsim_range r = tsim_range_intersect(chunk->live.ranges[i], whole);
		struct tsim_extent part = { extent->bg,
					    { chunk->logical + r.start, chunk->logical + r.end } };

		if (r.start >= r.end)
			break;
		tsim_extent_free(fs, trans, &part);
	}
}

/* A random group of metadata, weighted by what it uses. */
static struct tsim_block_group *pick_group(struct tsim_fs *fs, double u)
{
	GPtrArray *groups = fs->space.info[TSIM_METADATA].groups;
	double at = u * (double)fs->space.info[TSIM_METADATA].used;

	for (guint i = 0; i < groups->len; i++) {
		struct tsim_block_group *bg = g_ptr_array_index(groups, i);

		at -= (double)bg->used;
		if (at < 0 && bg->used > 0 && !bg->removed)
			return bg;
	}
	return NULL;
}

/* The block at the share @u of what is written, and what follows it in one piece. */
static struct tsim_range written_at(const struct tsim_interval_set *on_disk, double u)
{
	guint64 at = (guint64)(u * (double)tsim_interval_set_bytes(on_disk)) / NODESIZE * NODESIZE;
	guint i = 0;

	while (i + 1 < on_disk->n && at >= tsim_range_len(on_disk->ranges[i]))
		at -= tsim_range_len(on_disk->ranges[i++]);
	return TSIM_RANGE(MIN(on_disk->ranges[i].start + at, on_disk->ranges[i].end - TSIM_SECTOR),
			  on_disk->ranges[i].end);
}

/**
 * tsim_tree_pick:
 * @bytes: most that is wanted, in whole blocks of 16 KiB
 * @out: (out): written tree blocks at a random place
 *
 * Returns: FALSE when the draw met no written block: one that is not on disk
 * yet needs no copy (should_cow_block).
 */
gboolean tsim_tree_pick(struct tsim_fs *fs, guint64 bytes, struct tsim_extent *out)
{
	guint32 k = fs->n_cow++;
	struct tsim_block_group *bg =
		pick_group(fs, tsim_rng_uniform(&fs->rng, 0, TSIM_DRAW_COW_GROUP, k));
	double u = tsim_rng_uniform(&fs->rng, 0, TSIM_DRAW_COW_BLOCK, k);
	struct tsim_range r;

	if (!bg || bg->chunk->on_disk.n == 0)
		return FALSE;
	r = written_at(&bg->chunk->on_disk, u);
	r.end = MIN(r.end, r.start + bytes);
	*out = (struct tsim_extent){ bg,
				     { bg->chunk->logical + r.start, bg->chunk->logical + r.end } };
	return TRUE;
}

/**
 * tsim_tree_cow_block:
 * @block: (inout): a written tree block; where its copy is
 *
 * btrfs_cow_block(). Returns: FALSE, and nothing happened, when the metadata
 * groups have no room.
 */
gboolean tsim_tree_cow_block(struct tsim_fs *fs, struct tsim_transaction *trans,
			     struct tsim_extent *block)
{
	struct tsim_extent new;

	if (!tsim_extent_take(fs, TSIM_METADATA, NODESIZE, NODESIZE, &new))
		return FALSE;
	tsim_extent_free(fs, trans, block);
	tsim_tree_dirty(fs, trans, &new);
	*block = new;
	return TRUE;
}

/**
 * tsim_tree_cow:
 * @n_blocks: tree blocks that the transaction touches
 *
 * btrfs_cow_block() on random blocks: a written one is freed and gets a new
 * place, as long as existing metadata groups have room (a commit may not
 * allocate chunks here).
 */
void tsim_tree_cow(struct tsim_fs *fs, struct tsim_transaction *trans, guint n_blocks)
{
	for (guint i = 0; i < n_blocks; i++) {
		struct tsim_extent block;

		tsim_device_settle(&fs->dev);
		if (tsim_tree_pick(fs, NODESIZE, &block) && !tsim_tree_cow_block(fs, trans, &block))
			return;
	}
}

/* Where a root was after the last commit, unless a balance moved it or it is dirty anyway. */
static gboolean find_root(struct tsim_fs *fs, guint i, struct tsim_extent *old)
{
	GArray *roots = fs->commit.roots;

	if (i >= roots->len)
		return tsim_tree_pick(fs, NODESIZE, old);
	*old = g_array_index(roots, struct tsim_extent, i);
	return tsim_interval_set_contains(&old->bg->chunk->on_disk, tsim_extent_offsets(old)) ||
	       tsim_tree_pick(fs, NODESIZE, old);
}

/**
 * tsim_tree_cow_roots:
 * @n_blocks: of the trees that every commit changes
 *
 * commit_cowonly_roots(): the same blocks in each commit, so that the places
 * they leave lie together.
 */
void tsim_tree_cow_roots(struct tsim_fs *fs, struct tsim_transaction *trans, guint n_blocks)
{
	for (guint i = 0; i < n_blocks; i++) {
		struct tsim_extent block;

		tsim_device_settle(&fs->dev);
		if (!find_root(fs, i, &block))
			continue;
		if (!tsim_tree_cow_block(fs, trans, &block))
			return;
		if (i < fs->commit.roots->len)
			g_array_index(fs->commit.roots, struct tsim_extent, i) = block;
		else
			g_array_append_val(fs->commit.roots, block);
	}
}

/* The first tree block of a system group. */
static gboolean find_chunk_block(struct tsim_fs *fs, struct tsim_extent *out)
{
	GPtrArray *groups = fs->space.info[TSIM_SYSTEM].groups;

	for (guint i = 0; i < groups->len; i++) {
		struct tsim_block_group *bg = g_ptr_array_index(groups, i);
		const struct tsim_interval_set *live = &bg->chunk->live;
		guint64 start = bg->range.start + (live->n ? live->ranges[0].start : 0);

		if (live->n == 0)
			continue;
		*out = (struct tsim_extent){ bg, { start, start + NODESIZE } };
		return TRUE;
	}
	return FALSE;
}

/**
 * tsim_chunk_tree_cow:
 * A chunk was made or removed in @trans: the chunk tree's block moves, and
 * leaves a hole in its system group.
 */
void tsim_chunk_tree_cow(struct tsim_fs *fs, struct tsim_transaction *trans)
{
	struct tsim_extent old, new;

	tsim_device_settle(&fs->dev);
	if (!find_chunk_block(fs, &old) || !tsim_extent_take_after(fs, &old, NODESIZE, &new))
		return;
	tsim_extent_free_live(fs, trans, &old);
	tsim_tree_dirty(fs, trans, &new);
}

/* A worker that comes after a while (btrfs_async_run_delayed_refs, flush_space). */
static void run_delayed_refs(void *data)
{
	struct tsim_fs *fs = data;
	struct tsim_transaction *trans;

	tsim_sleep(fs->engine, tsim_draw_law(&fs->rng, fs->opt->delayed_ref_delay, 0,
					     TSIM_DRAW_DELAYED_REF, fs->n_delayed++));
	trans = tsim_trans_attach(fs, TSIM_TRANS_JOIN);
	tsim_run_delayed_frees(fs, trans);
	tsim_trans_end(fs, trans, TSIM_TRANS_JOIN);
}

/* What a truncate frees: the next commit frees it, or a worker does before. */
void tsim_queue_delayed_frees(struct tsim_fs *fs, struct tsim_transaction *trans,
			      const GArray *extents)
{
	g_array_append_vals(trans->delayed_frees, extents->data, extents->len);
	if (fs->opt->delayed_ref_delay && extents->len > 0)
		tsim_actor_spawn(fs->engine, "delayed refs", 1, TSIM_ACTOR_DAEMON, run_delayed_refs,
				 fs);
}

/*
 * btrfs_run_delayed_refs(): frees take effect; a group that becomes empty is
 * queued for the cleaner.
 */
void tsim_run_delayed_frees(struct tsim_fs *fs, struct tsim_transaction *trans)
{
	for (guint i = 0; i < trans->delayed_frees->len; i++)
		tsim_extent_free(fs, trans,
				 &g_array_index(trans->delayed_frees, struct tsim_extent, i));
	g_array_set_size(trans->delayed_frees, 0);
}

/* btrfs_finish_extent_commit() without -o discard; log trees are gone as well. */
void tsim_unpin_extents(struct tsim_fs *fs, struct tsim_transaction *trans)
{
	for (guint i = 0; i < trans->pinned->len; i++) {
		const struct tsim_extent *extent =
			&g_array_index(trans->pinned, struct tsim_extent, i);

		tsim_block_group_unpin(&fs->space, extent->bg, extent->range);
	}
	g_array_set_size(trans->pinned, 0);
}
