/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * probe, script = race: one range, one race (R1 to R6).
 *
 * The probed place is the upper of two.  The lower one is taken, unless the
 * draw of `overlap` says that the new chunk shall miss: then it goes there,
 * because the allocator takes the lowest place.
 */
#include "fitrim.h"
#include "probe.h"

#define SLOT_BYTES (16 * TSIM_MIB) /* a chunk of any device below 160 MiB */
#define SYSTEM_BYTES (4 * TSIM_MIB)

/* Two copies of two places go above the superblock mirror at 64 MiB, which would split discards. */
static guint64 first_slot(guint64 copies)
{
	return copies == 2 ? 65 * TSIM_MIB : TSIM_MIB + SYSTEM_BYTES;
}

void tsim_probe_race_adjust(const struct tsim_probe_config *c, struct tsim_fs_options *fs,
			    struct tsim_device_options *device)
{
	fs->size_bytes = first_slot(c->copies) + 2 * c->copies * SLOT_BYTES;
	fs->metadata_profile = c->copies == 2 ? TSIM_PROFILE_DUP : TSIM_PROFILE_SINGLE;
	if (c->pieces > 1) {
		device->discard_effect = TSIM_EFFECT_SWEEP;
		device->sweep_steps = c->pieces;
	}
}

static enum tsim_bg_type probed_type(const struct tsim_probe_config *c)
{
	return c->copies == 2 ? TSIM_METADATA : TSIM_DATA;
}

void tsim_probe_race_mkfs(struct tsim_workload *w)
{
	const struct tsim_probe_config *c = w->config;
	struct tsim_probe *p = w->state;
	guint64 start = first_slot(c->copies), system_end = TSIM_MIB + c->copies * SYSTEM_BYTES;

	tsim_space_add_initial(&w->fs->space, TSIM_SYSTEM, TSIM_MIB, SYSTEM_BYTES);
	if (system_end < start)
		tsim_probe_add_group(w, TSIM_DATA, system_end, start - system_end);
	if (tsim_rng_uniform(&w->fs->rng, 0, DRAW_OVERLAP, 0) < c->overlap)
		tsim_probe_add_group(w, probed_type(c), start, SLOT_BYTES);
	p->bg = tsim_probe_add_group(w, probed_type(c), start + c->copies * SLOT_BYTES, SLOT_BYTES);
}

/* The discard of the whole group.  When its effect is over nothing more can be destroyed. */
static void trimmer(void *data)
{
	struct tsim_workload *w = data;
	const struct tsim_probe_config *c = w->config;
	struct tsim_probe *p = w->state;
	tsim_ns end;

	tsim_trim_block_group(w->fs, p->bg, 1);
	w->fs->out->trim_passes++;
	end = tsim_device_backlog_end(&w->fs->dev);
	if (end > tsim_now(w->fs->engine))
		tsim_sleep_until(w->fs->engine, end);
	if (c->removal_in_cycle)
		tsim_sleep(w->fs->engine, tsim_probe_draw(w, c->gap, DRAW_GAP));
	tsim_engine_stop(w->fs->engine);
}

/* One sector at a uniform place of what was allocated. */
static void write_sector(struct tsim_workload *w)
{
	struct tsim_probe *p = w->state;
	const struct tsim_extent *e = &g_array_index(p->extents, struct tsim_extent, 0);
	double u = tsim_rng_uniform(&w->fs->rng, 0, DRAW_SECTOR, 0);
	guint64 k = (guint64)(u * (double)(tsim_range_len(e->range) / TSIM_SECTOR));
	guint64 start = e->range.start + k * TSIM_SECTOR;

	tsim_oracle_write(&w->fs->oracle, e->bg->chunk, TSIM_RANGE(start, start + TSIM_SECTOR));
}

/* The range gets a new owner, who writes. */
void tsim_probe_race_reuse(struct tsim_workload *w)
{
	const struct tsim_probe_config *c = w->config;
	struct tsim_probe *p = w->state;
	struct tsim_fs *fs = w->fs;

	tsim_sleep(fs->engine, tsim_probe_removal_delay(w));
	tsim_probe_remove_and_commit(w, p->bg);
	tsim_sleep(fs->engine, tsim_probe_draw(w, c->allocation_delay, DRAW_ALLOCATION));
	if (!tsim_alloc_extents(fs, probed_type(c), SLOT_BYTES, SLOT_BYTES, &c->rule, p->extents))
		return;
	tsim_sleep(fs->engine, tsim_probe_draw(w, c->write_delay, DRAW_WRITE));
	write_sector(w);
}

static void reuse(void *data)
{
	tsim_probe_race_reuse(data);
}

void tsim_probe_race_start(struct tsim_workload *w)
{
	tsim_actor_spawn(w->fs->engine, "fstrim", 0, 0, trimmer, w);
	tsim_actor_spawn(w->fs->engine, "cleaner and writer", 1, 0, reuse, w);
}
