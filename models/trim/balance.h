/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fs.h"

/* Which groups a balance call takes, as `btrfs balance start -d|-m|-musage=` */
struct tsim_balance {
	enum tsim_bg_type type;
	double max_usage; /* share; groups that use more are left alone, 1: all */
	guint max_groups; /* 0: all */
	tsim_ns cancel_ns; /* `btrfs balance cancel` at that time: the group under way stays */
};

/* One balance call; returns the number of groups relocated. */
guint tsim_balance(struct tsim_fs *fs, const struct tsim_balance *args);
tsim_ns tsim_relocation_burst_end(const struct tsim_fs *fs);
/* Relocate one group; FALSE when there was no space for it, or it was cancelled. */
gboolean tsim_relocate(struct tsim_fs *fs, struct tsim_block_group *bg, tsim_ns cancel_ns);
