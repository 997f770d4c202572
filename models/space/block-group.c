/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Block groups and their counters.
 *
 * Models: used, reserved, pinned and super bytes of each group; RW, RO and
 *   removed; the size rule of set_block_group_ro; superblock mirrors that
 *   free space leaves out; the list of unused groups.
 * Leaves out: caching of free space (it is always known), clusters.
 * Source: fs/btrfs/extent-tree.c: set_block_group_ro, update_block_group,
 *   exclude_super_stripes, btrfs_remove_block_group (3.18).
 */
#include "fs.h"
#include "invariant.h"
#include "space.h"
#include "tracepoint.h"

const guint64 tsim_super_mirrors[TSIM_N_SUPER_MIRRORS] = { 64 * TSIM_KIB, 64 * TSIM_MIB,
							   256 * TSIM_GIB };

#define STRIPE_LEN (64 * TSIM_KIB)

/* Take the 64 KiB around each superblock mirror out of the group's free space. */
static void exclude_super_stripes(struct tsim_block_group *bg, struct tsim_interval_set *free)
{
	const struct tsim_chunk *chunk = bg->chunk;

	for (guint m = 0; m < TSIM_N_SUPER_MIRRORS; m++) {
		for (guint c = 0; c < chunk->copies; c++) {
			struct tsim_range stripe = tsim_chunk_stripe(chunk, c);
			guint64 logical = chunk->logical + (tsim_super_mirrors[m] - stripe.start);

			if (tsim_super_mirrors[m] < stripe.start ||
			    tsim_super_mirrors[m] >= stripe.end)
				continue;
			logical = chunk->logical +
				  (logical - chunk->logical) / STRIPE_LEN * STRIPE_LEN;
			bg->super_bytes += tsim_interval_set_remove(
				free, TSIM_RANGE(logical, logical + STRIPE_LEN));
		}
	}
}

static gint compare_logical(gconstpointer a, gconstpointer b)
{
	const struct tsim_block_group *x = *(struct tsim_block_group *const *)a;
	const struct tsim_block_group *y = *(struct tsim_block_group *const *)b;

	return x->range.start < y->range.start ? -1 : x->range.start > y->range.start;
}

/**
 * tsim_block_group_create:
 * btrfs_make_block_group(): an empty RW group over @chunk, in the tree and
 * at the tail of its space info's list.
 */
struct tsim_block_group *tsim_block_group_create(struct tsim_space *space, struct tsim_chunk *chunk)
{
	const struct tsim_fs_options *opt = space->fs->opt;
	struct tsim_space_info *info = &space->info[chunk->type];
	struct tsim_block_group *bg = g_new0(struct tsim_block_group, 1);
	struct tsim_interval_set free = { 0 };

	bg->chunk = chunk;
	bg->type = chunk->type;
	bg->range = TSIM_RANGE(chunk->logical, chunk->logical + chunk->len);
	tsim_free_space_init(&bg->free, bg->range, opt->trim_extents_per_gib,
			     opt->trim_force_extents);
	tsim_interval_set_add(&free, bg->range);
	exclude_super_stripes(bg, &free);
	for (guint i = 0; i < free.n; i++)
		tsim_free_space_add(&bg->free, free.ranges[i]);
	tsim_interval_set_clear(&free);

	info->total += chunk->len;
	info->readonly += (gint64)bg->super_bytes;
	g_ptr_array_add(info->groups, bg);
	g_ptr_array_add(space->groups_owned, bg);
	g_ptr_array_add(space->groups, bg);
	g_ptr_array_sort(space->groups, compare_logical);
	chunk->bg = bg;
	return bg;
}

/**
 * tsim_block_group_next:
 * Returns: (nullable): the group in the tree with the lowest start that is at least @logical.
 */
struct tsim_block_group *tsim_block_group_next(const struct tsim_space *space, guint64 logical)
{
	guint lo = 0, hi = space->groups->len;

	while (lo < hi) {
		guint mid = (lo + hi) / 2;
		struct tsim_block_group *bg = g_ptr_array_index(space->groups, mid);

		if (bg->range.start < logical)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < space->groups->len ? g_ptr_array_index(space->groups, lo) : NULL;
}

static guint64 unused_bytes(const struct tsim_block_group *bg)
{
	return tsim_range_len(bg->range) - bg->used - bg->reserved - bg->pinned - bg->super_bytes;
}

/**
 * tsim_block_group_set_ro:
 * @force: do not keep 1 MiB allocatable in metadata and system
 *
 * set_block_group_ro(): only if the rest of the space info can hold what is
 * used and reserved, so that the last group of metadata or system stays RW.
 */
gboolean tsim_block_group_set_ro(struct tsim_space *space, struct tsim_block_group *bg,
				 gboolean force)
{
	struct tsim_space_info *info = &space->info[bg->type];
	guint64 keep = bg->type != TSIM_DATA && !force ? TSIM_MIB : 0;
	gint64 taken = (gint64)(info->used + info->reserved + info->pinned) + info->readonly;

	if (bg->ro == 0) {
		if (taken + (gint64)(unused_bytes(bg) + keep) > (gint64)info->total)
			return FALSE;
		info->readonly += (gint64)unused_bytes(bg);
		bg->ro_ns = tsim_now(space->fs->engine);
		tsim_trace_chunk(space->fs, TSIM_TRACE_BG_RO, bg->chunk);
	}
	bg->ro++;
	return TRUE;
}

/* btrfs_set_block_group_rw() */
void tsim_block_group_set_rw(struct tsim_space *space, struct tsim_block_group *bg)
{
	if (--bg->ro == 0)
		space->info[bg->type].readonly -= (gint64)unused_bytes(bg);
}

/**
 * tsim_block_group_unlink:
 * btrfs_remove_block_group() up to the point where the fix comes in: out of
 * the tree, free-space cache dropped, space info totals down, pinned extents
 * forgotten.  Trimmers in it still hold it.
 */
void tsim_block_group_unlink(struct tsim_space *space, struct tsim_block_group *bg)
{
	struct tsim_space_info *info = &space->info[bg->type];

	bg->removed =
		TRUE; /* before chunk_mutex is waited for: an older commit may unpin meanwhile */
	g_ptr_array_remove(space->groups, bg);
	g_ptr_array_remove(info->groups, bg);
	g_ptr_array_remove(space->unused_bgs, bg);
	tsim_free_space_drop_all(&bg->free);
	if (space->cluster == bg)
		space->cluster = NULL;
	info->pinned -= bg->pinned;
	info->readonly += (gint64)bg->pinned;
	bg->pinned = 0;
	info->total -= tsim_range_len(bg->range);
	info->readonly -= (gint64)tsim_range_len(bg->range);
}

/* Account for a range taken from the group's free space. */
void tsim_block_group_use(struct tsim_space *space, struct tsim_block_group *bg,
			  struct tsim_range r)
{
	bg->used += tsim_range_len(r);
	space->info[bg->type].used += tsim_range_len(r);
}

/* update_block_group() for a freed extent: pinned until the transaction is committed. */
void tsim_block_group_unuse(struct tsim_space *space, struct tsim_block_group *bg,
			    struct tsim_range r)
{
	struct tsim_space_info *info = &space->info[bg->type];

	tsim_invariant(bg->used >= tsim_range_len(r),
		       "group %u has fewer bytes used than are freed", bg->chunk->ordinal);
	bg->used -= tsim_range_len(r);
	info->used -= tsim_range_len(r);
	bg->pinned += tsim_range_len(r);
	info->pinned += tsim_range_len(r);
	if (bg->used == 0)
		tsim_block_group_mark_unused(space, bg);
}

/* unpin_extent_range() */
void tsim_block_group_unpin(struct tsim_space *space, struct tsim_block_group *bg,
			    struct tsim_range r)
{
	struct tsim_space_info *info = &space->info[bg->type];

	if (bg->removed)
		return;
	tsim_invariant(bg->pinned >= tsim_range_len(r),
		       "group %u has fewer bytes pinned than are unpinned", bg->chunk->ordinal);
	bg->pinned -= tsim_range_len(r);
	info->pinned -= tsim_range_len(r);
	if (bg->ro)
		info->readonly += (gint64)tsim_range_len(r);
	tsim_free_space_add(&bg->free, r);
}

/* Queue for the cleaner: used fell to 0. */
void tsim_block_group_mark_unused(struct tsim_space *space, struct tsim_block_group *bg)
{
	if (bg->unused_listed || bg->removed)
		return;
	bg->unused_listed = TRUE;
	g_ptr_array_add(space->unused_bgs, bg);
}
