/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Taking extents out of existing block groups.
 *
 * Models: find_free_extent's walk over the groups of a type in the order of
 *   their creation, first fit within a group.
 * Leaves out: clusters, allocation hints.
 * Source: fs/btrfs/extent-tree.c:find_free_extent (3.18, 6.1).
 */
#include "fs.h"

/**
 * tsim_extent_take:
 * @type: enum tsim_bg_type
 * @bytes: most to take
 * @min: least that will do, contiguous
 * @out: (out): what was taken: used and live from now on
 *
 * Returns: FALSE when no RW group has @min contiguous bytes; no chunk is made.
 */
gboolean tsim_extent_take(struct tsim_fs *fs, int type, guint64 bytes, guint64 min,
			  struct tsim_extent *out)
{
	GPtrArray *groups = fs->space.info[type].groups;

	for (guint i = 0; i < groups->len; i++) {
		struct tsim_block_group *bg = g_ptr_array_index(groups, i);

		if (bg->ro ||
		    !tsim_free_space_take(&bg->free, bg->range.start, bytes, min, &out->range))
			continue;
		out->bg = bg;
		tsim_block_group_use(&fs->space, bg, out->range);
		tsim_oracle_allocated(&fs->oracle, bg->chunk, out->range);
		return TRUE;
	}
	return FALSE;
}
