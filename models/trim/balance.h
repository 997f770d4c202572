/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fs.h"

/* Which groups a balance call takes, as `btrfs balance start -d|-m|-musage=` */
struct tsim_balance {
	enum tsim_bg_type type;
	double max_usage; /* share; groups that use more are left alone, 1: all */
	guint max_groups; /* 0: all */
};

/* One balance call; returns the number of groups relocated. */
guint tsim_balance(struct tsim_fs *fs, const struct tsim_balance *args);
/* Relocate one group; FALSE when there was no space for it. */
gboolean tsim_relocate(struct tsim_fs *fs, struct tsim_block_group *bg);
