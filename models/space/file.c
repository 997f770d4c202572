/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files, as far as they own data extents.
 *
 * Models: preallocation in extents of at most 256 MiB, writes in place into
 *   preallocated space, truncation through delayed references.
 * Leaves out: names, inodes, copy on write of data that was written before,
 *   delayed allocation, checksums.
 * Source: fs/btrfs/inode.c: btrfs_prealloc_file_range, btrfs_truncate.
 */
#include "file.h"

struct tsim_file *tsim_file_new(struct tsim_fs *fs)
{
	struct tsim_file *file = g_new0(struct tsim_file, 1);

	file->fs = fs;
	file->extents = g_array_new(FALSE, FALSE, sizeof(struct tsim_extent));
	g_ptr_array_add(fs->files, file);
	return file;
}

guint64 tsim_file_bytes(const struct tsim_file *file)
{
	guint64 bytes = 0;

	for (guint i = 0; i < file->extents->len; i++)
		bytes += tsim_range_len(g_array_index(file->extents, struct tsim_extent, i).range);
	return bytes;
}

gboolean tsim_file_fallocate(struct tsim_file *file, guint64 bytes,
			     const struct tsim_enospc_rule *rule)
{
	struct tsim_fs *fs = file->fs;
	struct tsim_transaction *trans;

	if (!tsim_alloc_extents(fs, TSIM_DATA, bytes, TSIM_MAX_EXTENT, rule, file->extents))
		return FALSE;
	trans = tsim_trans_attach(fs, TSIM_TRANS_START);
	tsim_trans_end(fs, trans, TSIM_TRANS_START);
	return TRUE;
}

tsim_ns tsim_file_write(struct tsim_file *file, guint64 offset, guint64 bytes)
{
	tsim_ns done = tsim_now(file->fs->engine);
	guint64 pos = 0;

	for (guint i = 0; i < file->extents->len && bytes > 0; i++) {
		const struct tsim_extent e = g_array_index(file->extents, struct tsim_extent, i);
		guint64 len = tsim_range_len(e.range);

		if (offset < pos + len) {
			guint64 start = e.range.start + (offset - pos);
			guint64 n = MIN(bytes, e.range.end - start);

			done = tsim_later(done, tsim_oracle_write(&file->fs->oracle, e.bg->chunk,
								  TSIM_RANGE(start, start + n)));
			offset += n;
			bytes -= n;
		}
		pos += len;
	}
	return done;
}

void tsim_file_truncate(struct tsim_file *file)
{
	struct tsim_transaction *trans = tsim_trans_attach(file->fs, TSIM_TRANS_START);

	tsim_queue_delayed_frees(file->fs, trans, file->extents);
	g_array_set_size(file->extents, 0);
	tsim_trans_end(file->fs, trans, TSIM_TRANS_START);
}
