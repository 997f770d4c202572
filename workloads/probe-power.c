/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * probe, script = power: the race of script = race, and commits at random
 * times until the power fails (device.power_loss).
 *
 * What was written is lost if the discard took effect, a superblock refers to
 * it, and, with device.discard.durable = flush, a commit's flush came after
 * the discard.
 */
#include "fitrim.h"
#include "probe.h"

static void trimmer(void *data)
{
	struct tsim_workload *w = data;
	struct tsim_probe *p = w->state;

	tsim_trim_block_group(w->fs, p->bg, 1);
	w->fs->out->trim_passes++;
}

static void reuse_and_commit(void *data)
{
	struct tsim_workload *w = data;
	const struct tsim_probe_config *c = w->config;
	struct tsim_fs *fs = w->fs;

	tsim_probe_race_reuse(w);
	for (guint32 k = 0; fs->oracle.power; k++) {
		tsim_sleep(fs->engine, tsim_draw_law(&fs->rng, c->gap, 0, DRAW_SYNC, k));
		tsim_commit_now(fs);
	}
}

void tsim_probe_power_start(struct tsim_workload *w)
{
	tsim_actor_spawn(w->fs->engine, "fstrim", 0, 0, trimmer, w);
	tsim_actor_spawn(w->fs->engine, "cleaner and writer", 1, 0, reuse_and_commit, w);
}
