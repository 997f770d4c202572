/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "writer.h"

#define TSIM_MAX_EXTENT (256 * TSIM_MIB) /* btrfs_prealloc_file_range */

/* A file's data extents in file order; a balance moves them in place. */
struct tsim_file {
	struct tsim_fs *fs;
	GArray *extents; /* (element-type struct tsim_extent) */
};

struct tsim_file *tsim_file_new(struct tsim_fs *fs);
guint64 tsim_file_bytes(const struct tsim_file *file);
/* fallocate: unwritten extents. FALSE: ENOSPC, the file is unchanged. */
gboolean tsim_file_fallocate(struct tsim_file *file, guint64 bytes,
			     const struct tsim_enospc_rule *rule);
/* Write [offset, offset + bytes) of allocated space. Returns the completion time, ns. */
tsim_ns tsim_file_write(struct tsim_file *file, guint64 offset, guint64 bytes);
/* truncate to 0: delayed references in the running transaction. */
void tsim_file_truncate(struct tsim_file *file);
