/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"

struct tsim_fs;
struct tsim_block_group;

/* The cleaner kthread: removes unused block groups. */
struct tsim_cleaner {
	struct tsim_fs *fs;
	TsimActor *actor;
	gboolean woken;
	struct tsim_cond retry; /* a trimmer left a group: where the remover waits for it */
};

struct tsim_cleaner *tsim_cleaner_start(struct tsim_fs *fs);
void tsim_cleaner_wake(struct tsim_cleaner *cleaner);
