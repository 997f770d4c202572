/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fs.h"

/* One FITRIM over the whole file system; waits until it is done. FALSE: it ended with EINVAL. */
gboolean tsim_fitrim(struct tsim_fs *fs, guint64 minlen);
/* The part for one block group. */
gboolean tsim_trim_block_group(struct tsim_fs *fs, struct tsim_block_group *bg, guint64 minlen);
