/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chunks: a logical range, its stripes on the device, its extent map.
 *
 * Models: the mapping tree (live and pinned maps), logical addresses that
 *   are used again, device extents that come and go in the running
 *   transaction, DUP stripes next to each other.
 * Leaves out: striping over devices.
 * Source: fs/btrfs/volumes.c: find_next_chunk, __btrfs_alloc_chunk,
 *   btrfs_remove_chunk; 04216820fe83 for pinned_chunks.
 */
#include "fs.h"
#include "invariant.h"
#include "space.h"
#include "tracepoint.h"

static guint map_position(const struct tsim_space *space, guint64 logical)
{
	guint lo = 0, hi = space->maps->len;

	while (lo < hi) {
		guint mid = (lo + hi) / 2;
		const struct tsim_chunk *chunk = g_ptr_array_index(space->maps, mid);

		if (chunk->logical + chunk->len <= logical)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/**
 * tsim_chunk_lookup:
 * Returns: (nullable): the chunk whose map covers @logical: live or pinned,
 * and after a removal perhaps a new chunk at the same logical address.
 */
struct tsim_chunk *tsim_chunk_lookup(const struct tsim_space *space, guint64 logical)
{
	guint i = map_position(space, logical);
	struct tsim_chunk *chunk;

	if (i >= space->maps->len)
		return NULL;
	chunk = g_ptr_array_index(space->maps, i);
	return chunk->logical <= logical ? chunk : NULL;
}

/* find_next_chunk(): the end of the highest map still present, a pinned one included. */
guint64 tsim_chunk_next_logical(const struct tsim_space *space)
{
	const struct tsim_chunk *last;

	if (space->maps->len == 0)
		return 0;
	last = g_ptr_array_index(space->maps, space->maps->len - 1);
	return last->logical + last->len;
}

/**
 * tsim_chunk_overlapping:
 * Returns: (nullable): a chunk in @state, live or pinned, on any part of @phys.
 */
struct tsim_chunk *tsim_chunk_overlapping(const struct tsim_space *space, struct tsim_range phys,
					  enum tsim_map_state state)
{
	for (guint i = 0; i < space->maps->len; i++) {
		struct tsim_chunk *other = g_ptr_array_index(space->maps, i);

		for (guint c = 0; c < other->copies; c++) {
			if (other->map == state &&
			    tsim_range_overlaps(tsim_chunk_stripe(other, c), phys))
				return other;
		}
	}
	return NULL;
}

/* Only the hole search of 5.2 .. 6.19 can miss a pinned range: the second one in a hole. */
static void check_no_overlap(const struct tsim_space *space, struct tsim_range stripe)
{
	gboolean may_miss = space->fs->opt->hole_search == TSIM_HOLE_FIRST_PENDING;

	tsim_invariant(!tsim_chunk_overlapping(space, stripe, TSIM_MAP_LIVE) &&
			       (may_miss ||
				!tsim_chunk_overlapping(space, stripe, TSIM_MAP_PINNED)),
		       "two chunks on one range: [%" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT ")",
		       stripe.start, stripe.end);
}

/**
 * tsim_chunk_create:
 * @phys: physical start of the first stripe; a second follows it directly
 * @len: bytes of each stripe, which is the chunk's logical length
 *
 * Map and device extents of a new chunk; its block group comes separately.
 * Returns: (transfer none): owned by @space until the end of the run.
 */
struct tsim_chunk *tsim_chunk_create(struct tsim_space *space, enum tsim_bg_type type, guint64 phys,
				     guint64 len)
{
	struct tsim_chunk *chunk = g_new0(struct tsim_chunk, 1);

	chunk->ordinal = space->chunks->len;
	chunk->type = type;
	chunk->logical = tsim_chunk_next_logical(space);
	chunk->len = len;
	chunk->copies = tsim_chunk_copies(space->fs->opt, type);
	chunk->alloc_ns = tsim_now(space->fs->engine);
	for (guint i = 0; i < chunk->copies; i++) {
		chunk->phys[i] = phys + i * len;
		check_no_overlap(space, tsim_chunk_stripe(chunk, i));
		tsim_interval_set_add(&space->dev_extents, tsim_chunk_stripe(chunk, i));
		tsim_interval_set_remove(&space->trimmed, tsim_chunk_stripe(chunk, i));
	}
	g_ptr_array_add(space->chunks, chunk);
	g_ptr_array_add(space->maps, chunk);
	g_ptr_array_add(space->pending_chunks, chunk);
	tsim_power_track(&space->fs->oracle, chunk);
	return chunk;
}

/* btrfs_free_dev_extent() for each stripe, in the running transaction. */
void tsim_chunk_free_dev_extents(struct tsim_space *space, struct tsim_chunk *chunk)
{
	for (guint i = 0; i < chunk->copies; i++)
		tsim_interval_set_remove(&space->dev_extents, tsim_chunk_stripe(chunk, i));
}

/* remove_extent_mapping() */
void tsim_chunk_drop_map(struct tsim_space *space, struct tsim_chunk *chunk)
{
	g_ptr_array_remove(space->maps, chunk);
	g_ptr_array_remove(space->pending_chunks, chunk);
	chunk->map = TSIM_MAP_GONE;
}

/* list_move_tail(&em->list, &fs_info->pinned_chunks); chunk_mutex is held. */
void tsim_chunk_pin_map(struct tsim_space *space, struct tsim_chunk *chunk)
{
	tsim_invariant(tsim_mutex_held(&space->chunk_mutex), "pinned_chunks without chunk_mutex");
	g_ptr_array_remove(space->pending_chunks, chunk);
	g_ptr_array_add(space->pinned_chunks, chunk);
	chunk->map = TSIM_MAP_PINNED;
	space->fs->out->pinned_chunks++;
	tsim_space_count_pinned(space, (gint64)(chunk->len * chunk->copies));
}

/* The last trimmer's cleanup; chunk_mutex is held. */
void tsim_chunk_unpin_map(struct tsim_space *space, struct tsim_chunk *chunk)
{
	tsim_invariant(tsim_mutex_held(&space->chunk_mutex), "pinned_chunks without chunk_mutex");
	tsim_invariant(chunk->map == TSIM_MAP_PINNED, "chunk %u is not pinned", chunk->ordinal);
	g_ptr_array_remove(space->pinned_chunks, chunk);
	tsim_chunk_drop_map(space, chunk);
	tsim_space_count_pinned(space, -(gint64)(chunk->len * chunk->copies));
	tsim_trace_chunk(space->fs, TSIM_TRACE_RELEASED, chunk);
	tsim_space_released(space);
}
