/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * probe, the scripts with pinned places (S1 to S4).
 *
 * cycle: one place, pinned for a discard and then free for a gap; each request
 *   that gets it hands it back at once.  One cycle a replication.
 * spare: one place pinned beside spare_slots free ones; one request more than
 *   there are free places, and each keeps what it gets.
 * loss: slots places; each request takes a free one and has it discarded and
 *   removed at once, or is lost when all are pinned.  From a request that
 *   finds all places free until all are free again: one regenerative cycle.
 * crowd: the same with more places than are ever pinned; after allocation_delay
 *   a writer asks for spare_slots + 1 chunks, and is refused one if more than
 *   slots - spare_slots - 1 places are pinned by then.
 * overlap: under_discard of slots places, chosen at random, are discarded and
 *   removed; then allocations chunks are made and written.
 *
 * Places are separate holes of 1 MiB with 64 KiB chunks between them, so that
 * each holds one chunk whatever the allocator's limits.
 */
#include <math.h>

#include "fitrim.h"
#include "probe.h"

#define SLOT_BYTES TSIM_MIB
#define FENCE_BYTES (64 * TSIM_KIB)
#define SYSTEM_BYTES (4 * TSIM_MIB)
#define FENCES_START (TSIM_MIB + SYSTEM_BYTES)
#define SUPER_MIRROR (64 * TSIM_MIB)

static guint n_slots(const struct tsim_probe_config *c)
{
	if (c->script == TSIM_PROBE_SPARE)
		return 1 + c->spare_slots;
	return c->script == TSIM_PROBE_CYCLE ? 1 : c->slots;
}

/* With two trimmers a superblock mirror splits the first slot: two entries of free space. */
static guint64 slot_start(const struct tsim_probe_config *c, guint i)
{
	guint64 split = SUPER_MIRROR - SLOT_BYTES / 2;
	guint64 first = c->trimmers == 2 ? split : FENCES_START + FENCE_BYTES;

	return first + i * (SLOT_BYTES + FENCE_BYTES);
}

void tsim_probe_stall_adjust(const struct tsim_probe_config *c, struct tsim_fs_options *fs)
{
	fs->size_bytes = slot_start(c, n_slots(c)) - FENCE_BYTES;
	fs->metadata_profile = TSIM_PROFILE_SINGLE;
}

/* Selection sampling: every subset of under_discard slots is equally likely. */
static gboolean chosen(struct tsim_workload *w, guint i, guint n_left)
{
	const struct tsim_probe_config *c = w->config;
	double u = tsim_rng_uniform(&w->fs->rng, 0, DRAW_SUBSET, i);

	return u * (double)(c->slots - i) < (double)n_left;
}

static gboolean starts_with_group(struct tsim_workload *w, guint i)
{
	const struct tsim_probe_config *c = w->config;
	const struct tsim_probe *p = w->state;

	if (c->script == TSIM_PROBE_OVERLAP)
		return chosen(w, i, c->under_discard - p->n_trims);
	return (c->script == TSIM_PROBE_CYCLE || c->script == TSIM_PROBE_SPARE) && i == 0;
}

static void add_trim(struct tsim_workload *w, struct tsim_block_group *bg)
{
	struct tsim_probe *p = w->state;

	p->trims[p->n_trims++] = (struct tsim_probe_trim){ w, bg };
}

void tsim_probe_stall_mkfs(struct tsim_workload *w)
{
	const struct tsim_probe_config *c = w->config;
	struct tsim_probe *p = w->state;
	guint64 end = FENCES_START;

	p->trims = g_new0(struct tsim_probe_trim, MAX(n_slots(c), c->trimmers));
	p->more_trims = g_ptr_array_new_with_free_func(g_free);
	tsim_space_add_initial(&w->fs->space, TSIM_SYSTEM, TSIM_MIB, SYSTEM_BYTES);
	for (guint i = 0; i < n_slots(c); i++) {
		guint64 start = slot_start(c, i);

		tsim_probe_add_group(w, TSIM_DATA, end, start - end);
		if (starts_with_group(w, i))
			add_trim(w, tsim_probe_add_group(w, TSIM_DATA, start, SLOT_BYTES));
		end = start + SLOT_BYTES;
	}
}

static void trim(struct tsim_probe_trim *t)
{
	struct tsim_fs *fs = t->w->fs;

	tsim_trim_block_group(fs, t->bg, 1);
	fs->out->trim_passes++;
	t->bg = NULL;
}

static void trimmer(void *data)
{
	trim(data);
}

static void spawn_trimmer(struct tsim_workload *w, struct tsim_probe_trim *t)
{
	tsim_actor_spawn(w->fs->engine, "fstrim", 0, 0, trimmer, t);
}

/* ---- cycle and spare ---- */

static void cycle_trimmer(void *data)
{
	struct tsim_probe_trim *t = data;
	const struct tsim_probe_config *c = t->w->config;

	trim(t);
	tsim_sleep(t->w->fs->engine, tsim_probe_draw(t->w, c->gap, DRAW_GAP));
	tsim_engine_stop(t->w->fs->engine);
}

static void remover(void *data)
{
	struct tsim_workload *w = data;
	struct tsim_probe *p = w->state;

	tsim_sleep(w->fs->engine, tsim_probe_removal_delay(w));
	tsim_probe_remove_and_commit(w, p->bg);
}

static struct tsim_block_group *newest_group(struct tsim_fs *fs)
{
	GPtrArray *groups = fs->space.info[TSIM_DATA].groups;

	return g_ptr_array_index(groups, groups->len - 1);
}

/* Hand a granted place back at once: the chunk never reaches a commit root. */
static void give_back(struct tsim_fs *fs)
{
	struct tsim_block_group *bg = newest_group(fs);
	struct tsim_transaction *trans = tsim_trans_attach(fs, TSIM_TRANS_JOIN);

	tsim_block_group_set_ro(&fs->space, bg, TRUE);
	tsim_remove_block_group(fs, trans, bg);
	tsim_trans_end(fs, trans, TSIM_TRANS_JOIN);
	fs->out->removals--; /* not one of the file system's */
	tsim_space_released(&fs->space);
}

/* One request for a chunk, as a writer makes it, with its stall. */
static gboolean get_chunk(struct tsim_workload *w)
{
	const struct tsim_probe_config *c = w->config;
	struct tsim_alloc_request *r = tsim_alloc_begin(w->fs);
	enum tsim_chunk_result result;
	gboolean again;

	do {
		result = tsim_alloc_chunk(w->fs, TSIM_DATA, TSIM_CHUNK_FORCE, r);
		again = result != TSIM_CHUNK_MADE &&
			tsim_alloc_again(w->fs, TSIM_DATA, SLOT_BYTES,
					 result == TSIM_CHUNK_FALSE_ENOSPC, &c->rule, r);
	} while (again);
	tsim_alloc_end(w->fs, r);
	return result == TSIM_CHUNK_MADE;
}

static void request(void *data)
{
	struct tsim_workload *w = data;
	const struct tsim_probe_config *c = w->config;

	if (get_chunk(w) && c->script == TSIM_PROBE_CYCLE)
		give_back(w->fs);
}

static void sleep_until_request(struct tsim_workload *w, guint32 k)
{
	const struct tsim_probe_config *c = w->config;
	double u = tsim_rng_uniform(&w->fs->rng, 0, DRAW_REQUEST, k);

	tsim_sleep(w->fs->engine, (tsim_ns)(-log(u) * 1e9 / c->request_rate));
}

static void requests(void *data)
{
	struct tsim_workload *w = data;
	const struct tsim_probe_config *c = w->config;
	guint64 n = c->script == TSIM_PROBE_SPARE ? c->spare_slots + 1 : G_MAXUINT64;

	for (guint32 k = 0; k < n; k++) {
		sleep_until_request(w, k);
		tsim_actor_spawn(w->fs->engine, "writer", 1, 0, request, w);
	}
}

static void start_requests(struct tsim_workload *w)
{
	const struct tsim_probe_config *c = w->config;
	struct tsim_probe *p = w->state;
	TsimEngine *engine = w->fs->engine;

	p->bg = p->trims[0].bg;
	if (c->script == TSIM_PROBE_CYCLE) {
		tsim_actor_spawn(engine, "fstrim", 0, 0, cycle_trimmer, &p->trims[0]);
	} else {
		if (c->trimmers == 2)
			add_trim(w, p->bg);
		for (guint i = 0; i < p->n_trims; i++)
			spawn_trimmer(w, &p->trims[i]);
	}
	tsim_actor_spawn(engine, "cleaner", 1, 0, remover, w);
	tsim_actor_spawn(engine, "arrivals", 1, 0, requests, w);
}

/* ---- loss and crowd ---- */

static void loss_trimmer(void *data)
{
	struct tsim_probe_trim *t = data;
	const struct tsim_probe_config *c = t->w->config;
	struct tsim_probe *p = t->w->state;

	trim(t);
	/* nothing in the file system does: a `full` that sticks would block a free place */
	tsim_space_clear_full(&t->w->fs->space);
	if (--p->n_trimming == 0 && c->script == TSIM_PROBE_LOSS)
		tsim_engine_stop(t->w->fs->engine);
}

/* As many as are under way: without a pin, more than there are places. */
static struct tsim_probe_trim *unused_trim(struct tsim_probe *p)
{
	struct tsim_probe_trim *t;

	for (guint i = 0; i < p->more_trims->len; i++) {
		t = g_ptr_array_index(p->more_trims, i);
		if (!t->bg)
			return t;
	}
	t = g_new0(struct tsim_probe_trim, 1);
	g_ptr_array_add(p->more_trims, t);
	return t;
}

/* The new chunk is discarded and removed at once: its place stays pinned for the discard. */
static void discard_and_remove(struct tsim_workload *w)
{
	struct tsim_probe *p = w->state;
	struct tsim_block_group *bg = newest_group(w->fs);
	struct tsim_probe_trim *t = unused_trim(p);

	*t = (struct tsim_probe_trim){ w, bg };
	p->n_trimming++;
	tsim_block_group_set_ro(&w->fs->space, bg, TRUE);
	tsim_actor_spawn(w->fs->engine, "fstrim", 0, 0, loss_trimmer, t);
	tsim_sleep(w->fs->engine, 0); /* it is under way */
	tsim_probe_remove_and_commit(w, bg);
}

static void losses(void *data)
{
	struct tsim_workload *w = data;
	const struct tsim_probe_config *c = w->config;

	for (guint32 k = 0;; k++) {
		if (k > 0 || c->script == TSIM_PROBE_CROWD)
			sleep_until_request(w, k);
		if (get_chunk(w))
			discard_and_remove(w);
	}
}

/* The last one of the run: what it got need not be given back. */
static void crowd_writer(void *data)
{
	struct tsim_workload *w = data;
	const struct tsim_probe_config *c = w->config;

	tsim_sleep(w->fs->engine, tsim_probe_draw(w, c->allocation_delay, DRAW_ALLOCATION));
	for (guint64 k = 0; k <= c->spare_slots; k++)
		if (!get_chunk(w))
			break;
	tsim_engine_stop(w->fs->engine);
}

/* ---- overlap ---- */

static void allocate_and_write(struct tsim_workload *w)
{
	const struct tsim_probe_config *c = w->config;
	struct tsim_probe *p = w->state;
	const struct tsim_extent *e;
	guint64 start;

	if (!tsim_alloc_extents(w->fs, TSIM_DATA, SLOT_BYTES, SLOT_BYTES, &c->rule, p->extents))
		return;
	e = &g_array_index(p->extents, struct tsim_extent, p->extents->len - 1);
	start = e->range.start;
	tsim_oracle_write(&w->fs->oracle, e->bg->chunk, TSIM_RANGE(start, start + TSIM_SECTOR));
}

static void overlaps(void *data)
{
	struct tsim_workload *w = data;
	const struct tsim_probe_config *c = w->config;
	struct tsim_probe *p = w->state;

	for (guint i = 0; i < p->n_trims; i++)
		tsim_probe_remove_and_commit(w, p->trims[i].bg);
	for (guint64 j = 0; j < c->allocations; j++)
		allocate_and_write(w);
}

void tsim_probe_stall_start(struct tsim_workload *w)
{
	const struct tsim_probe_config *c = w->config;
	struct tsim_probe *p = w->state;

	if (c->script == TSIM_PROBE_LOSS || c->script == TSIM_PROBE_CROWD) {
		tsim_actor_spawn(w->fs->engine, "arrivals", 1, 0, losses, w);
		if (c->script == TSIM_PROBE_CROWD)
			tsim_actor_spawn(w->fs->engine, "writer", 1, 0, crowd_writer, w);
	} else if (c->script == TSIM_PROBE_OVERLAP) {
		for (guint i = 0; i < p->n_trims; i++)
			spawn_trimmer(w, &p->trims[i]);
		tsim_actor_spawn(w->fs->engine, "cleaner and writers", 1, 0, overlaps, w);
	} else {
		start_requests(w);
	}
}
