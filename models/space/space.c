/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The space of one file system: device extents, chunk maps, space infos.
 *
 * Models: the device tree with its commit root, the mapping tree with live
 *   and pinned maps, pending and pinned lists, counters of each space info
 *   with `full`, the chunks that mkfs makes.
 * Leaves out: more devices, mixed groups, the global reserve and may_use.
 * Source: fs/btrfs/volumes.c, extent-tree.c of 3.18; space-info.c of 6.1;
 *   the layout of mkfs.btrfs from a kernel developer's trace (linux-btrfs,
 *   2026-02-03, 1 GiB null_blk).
 */
#include "space.h"

#include "fs.h"

#define NODESIZE G_GUINT64_CONSTANT(16384)

const char *const tsim_bg_type_names[TSIM_N_BG_TYPES] = { "data", "metadata", "system" };

static void free_chunk(gpointer data)
{
	struct tsim_chunk *chunk = data;

	tsim_interval_set_clear(&chunk->live);
	tsim_interval_set_clear(&chunk->on_disk);
	for (guint i = 0; i < TSIM_MAX_COPIES; i++)
		tsim_interval_set_clear(&chunk->destroyed[i]);
	g_free(chunk);
}

static void free_group(gpointer data)
{
	struct tsim_block_group *bg = data;

	tsim_free_space_clear(&bg->free);
	g_free(bg);
}

void tsim_space_init(struct tsim_space *space, struct tsim_fs *fs)
{
	*space = (struct tsim_space){ .fs = fs };
	space->chunks = g_ptr_array_new_with_free_func(free_chunk);
	space->groups_owned = g_ptr_array_new_with_free_func(free_group);
	space->maps = g_ptr_array_new();
	space->groups = g_ptr_array_new();
	space->pending_chunks = g_ptr_array_new();
	space->pinned_chunks = g_ptr_array_new();
	space->unused_bgs = g_ptr_array_new();
	for (guint i = 0; i < TSIM_N_BG_TYPES; i++)
		space->info[i].groups = g_ptr_array_new();
	tsim_interval_set_init(&space->dev_extents);
	tsim_interval_set_init(&space->commit_root);
	tsim_interval_set_init(&space->trimmed);
	space->requests_tail = &space->requests;
	tsim_mutex_init(&space->chunk_mutex, fs->engine, "chunk_mutex");
	tsim_cond_init(&space->released, fs->engine, "released space");
}

void tsim_space_clear(struct tsim_space *space)
{
	g_ptr_array_unref(space->maps);
	g_ptr_array_unref(space->groups);
	g_ptr_array_unref(space->pending_chunks);
	g_ptr_array_unref(space->pinned_chunks);
	g_ptr_array_unref(space->unused_bgs);
	for (guint i = 0; i < TSIM_N_BG_TYPES; i++)
		g_ptr_array_unref(space->info[i].groups);
	g_ptr_array_unref(space->chunks);
	g_ptr_array_unref(space->groups_owned);
	tsim_interval_set_clear(&space->dev_extents);
	tsim_interval_set_clear(&space->commit_root);
	tsim_interval_set_clear(&space->trimmed);
}

/**
 * tsim_space_add_initial:
 * @start: physical and logical address
 * @len: bytes per copy
 *
 * A chunk that is already committed when the file system is mounted.
 */
struct tsim_chunk *tsim_space_add_initial(struct tsim_space *space, enum tsim_bg_type type,
					  guint64 start, guint64 len)
{
	struct tsim_chunk *chunk = tsim_chunk_create(space, type, start, len);

	/* mkfs gives logical = physical; nothing else is mapped yet */
	chunk->logical = start;
	chunk->bg = tsim_block_group_create(space, chunk);
	g_ptr_array_set_size(space->pending_chunks, 0);
	tsim_space_switch_commit_root(space);
	return chunk;
}

/*
 * Tree blocks from @start on; the last @cold of them are of trees that nobody
 * writes to (data relocation, uuid): no copy on write meets them.
 */
static void mkfs_contents(struct tsim_space *space, struct tsim_chunk *chunk, guint64 start,
			  guint64 blocks, guint64 cold)
{
	struct tsim_range r;

	if (!tsim_free_space_take(&chunk->bg->free, chunk->logical + start, blocks * NODESIZE,
				  blocks * NODESIZE, &r))
		return;
	tsim_block_group_use(space, chunk->bg, r);
	tsim_oracle_allocated(&space->fs->oracle, chunk, r);
	tsim_interval_set_add(&chunk->on_disk,
			      TSIM_RANGE(r.start - chunk->logical,
					 r.end - chunk->logical - cold * NODESIZE));
}

/**
 * tsim_space_mkfs:
 * The chunks of a fresh file system: with DUP the temporary single chunks
 * are gone and leave the hole at 1 MiB.
 */
void tsim_space_mkfs(struct tsim_space *space)
{
	const struct tsim_fs_options *opt = space->fs->opt;
	gboolean dup = opt->metadata_profile == TSIM_PROFILE_DUP;
	struct tsim_chunk *system, *metadata;

	/* in the order of their addresses */
	if (dup && opt->initial_data_chunk)
		tsim_space_add_initial(space, TSIM_DATA, 13631488, 8 * TSIM_MIB);
	if (!dup) {
		system = tsim_space_add_initial(space, TSIM_SYSTEM, 1048576, 4 * TSIM_MIB);
		metadata = tsim_space_add_initial(space, TSIM_METADATA, 5242880, 8 * TSIM_MIB);
	} else {
		guint64 limit = opt->size_bytes > 50 * TSIM_GIB ? TSIM_GIB : 256 * TSIM_MIB;
		guint64 stripe = MIN(limit, opt->size_bytes / 20 / 65536 * 65536);

		system = tsim_space_add_initial(space, TSIM_SYSTEM, 22020096, 8 * TSIM_MIB);
		metadata = tsim_space_add_initial(space, TSIM_METADATA, 38797312, stripe);
	}
	if (!dup && opt->initial_data_chunk)
		tsim_space_add_initial(space, TSIM_DATA, 13631488, 8 * TSIM_MIB);
	/* mounting copied the chunk root: all recordings have it in the second block */
	mkfs_contents(space, system, NODESIZE, 1, 0);
	mkfs_contents(space, metadata, 0, 7, 2);
}

/**
 * tsim_space_switch_commit_root:
 * switch_commit_roots(): what was freed in this transaction can be allocated
 * from now on, what was allocated is no longer pending.
 */
void tsim_space_switch_commit_root(struct tsim_space *space)
{
	tsim_interval_set_reset(&space->commit_root);
	for (guint i = 0; i < space->dev_extents.n; i++)
		tsim_interval_set_add(&space->commit_root, space->dev_extents.ranges[i]);
	g_ptr_array_set_size(space->pending_chunks, 0);
}

/* Free bytes that an allocation of @type may count on without a new chunk. */
guint64 tsim_space_free_bytes(const struct tsim_space *space, enum tsim_bg_type type)
{
	const struct tsim_space_info *info = &space->info[type];
	gint64 taken = (gint64)(info->used + info->reserved + info->pinned) + info->readonly;

	return taken >= (gint64)info->total ? 0 : info->total - (guint64)taken;
}

/**
 * tsim_space_set_full:
 * @is_false: a chunk would have fitted without pinned ranges
 */
void tsim_space_set_full(struct tsim_space *space, enum tsim_bg_type type, gboolean is_false)
{
	struct tsim_space_info *info = &space->info[type];

	if (info->full)
		return;
	info->full = TRUE;
	info->full_is_false = is_false;
	info->full_since_ns = tsim_now(space->fs->engine);
}

/* btrfs_clear_space_info_full(): all types at once. */
void tsim_space_clear_full(struct tsim_space *space)
{
	for (guint i = 0; i < TSIM_N_BG_TYPES; i++) {
		struct tsim_space_info *info = &space->info[i];

		if (info->full && info->full_is_false)
			space->fs->out->sticky_full_ns +=
				tsim_now(space->fs->engine) - info->full_since_ns;
		info->full = FALSE;
	}
}

/* A place, or free space, may serve those who wait for it. */
void tsim_space_released(struct tsim_space *space)
{
	space->n_released++;
	tsim_cond_broadcast(&space->released);
}

/* Keep the byte-seconds and the peak of what is pinned. */
void tsim_space_count_pinned(struct tsim_space *space, gint64 bytes)
{
	struct tsim_outcome *out = space->fs->out;
	tsim_ns now = tsim_now(space->fs->engine);

	out->pinned_byte_seconds +=
		(double)space->pinned_bytes * (double)(now - space->pinned_changed_ns) / 1e9;
	space->pinned_changed_ns = now;
	space->pinned_bytes = (guint64)((gint64)space->pinned_bytes + bytes);
	out->pinned_max_bytes = MAX(out->pinned_max_bytes, space->pinned_bytes);
}
