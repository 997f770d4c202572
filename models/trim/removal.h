/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fs.h"

/* btrfs_remove_chunk and btrfs_remove_block_group in @trans; the group is RO and unused. */
void tsim_remove_block_group(struct tsim_fs *fs, struct tsim_transaction *trans,
			     struct tsim_block_group *bg);
