/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A loss of power, and what the file system finds when it is mounted again.
 *
 * Models: what the last superblock on the device refers to, with what a tree
 *   log adds; what discards, and the writes of a new owner of the place, have
 *   taken of that; which discards no flush has made durable: with durable =
 *   flush their range holds the old data again.
 * Leaves out: writes that no flush covers (a superblock refers to none of
 *   them; a place that is written again counts as lost to its old owner at
 *   once); the replay of the log; a flush that was not asked to cover a
 *   discard and does.
 * Source: fs/btrfs/disk-io.c: write_all_supers (a flush, then the superblock
 *   with FUA); NVMe 1.2, 6.8; C. Hellwig: an unmapping need only last from the
 *   next flush on; 43794446548730 for what is overwritten.
 */
#include "power.h"

#include "draws.h"
#include "fs.h"
#include "oracle.h"

static void free_referenced(gpointer data)
{
	struct tsim_referenced *ref = data;

	if (!ref)
		return;
	tsim_interval_set_clear(&ref->refs);
	tsim_interval_set_clear(&ref->next);
	for (guint c = 0; c < TSIM_MAX_COPIES; c++) {
		tsim_interval_set_clear(&ref->copy[c].discarded);
		tsim_interval_set_clear(&ref->copy[c].undoable);
		tsim_interval_set_clear(&ref->copy[c].flushing);
		tsim_interval_set_clear(&ref->copy[c].overwritten);
	}
	g_free(ref);
}

/** tsim_power_init() - draw when the power fails */
void tsim_power_init(struct tsim_oracle *oracle)
{
	const struct tsim_fs *fs = oracle->fs;
	const TsimLaw *law = fs->dev.opt->power_loss;

	if (!law)
		return;
	oracle->power = g_new0(struct tsim_power, 1);
	oracle->power->fails_ns = tsim_draw_law(&fs->rng, law, 0, TSIM_DRAW_POWER_LOSS, 0);
	oracle->power->chunks = g_ptr_array_new_with_free_func(free_referenced);
}

void tsim_power_clear(struct tsim_oracle *oracle)
{
	if (!oracle->power)
		return;
	g_ptr_array_unref(oracle->power->chunks);
	g_clear_pointer(&oracle->power, g_free);
}

/** tsim_power_horizon() - when the run ends that would end at @horizon, ns */
tsim_ns tsim_power_horizon(const struct tsim_oracle *oracle, tsim_ns horizon)
{
	return oracle->power ? MIN(horizon, oracle->power->fails_ns) : horizon;
}

gboolean tsim_power_failed(const struct tsim_oracle *oracle)
{
	return oracle->power && tsim_now(oracle->fs->engine) >= oracle->power->fails_ns;
}

static struct tsim_referenced *referenced(struct tsim_power *power, const struct tsim_chunk *chunk)
{
	gpointer *slot;

	if (chunk->ordinal >= power->chunks->len)
		g_ptr_array_set_size(power->chunks, (gint)chunk->ordinal + 1);
	slot = &g_ptr_array_index(power->chunks, chunk->ordinal);
	if (!*slot)
		*slot = g_new0(struct tsim_referenced, 1);
	return *slot;
}

/* ---- sets ---- */

static void copy_set(struct tsim_interval_set *to, const struct tsim_interval_set *from)
{
	tsim_interval_set_reset(to);
	for (guint i = 0; i < from->n; i++)
		tsim_interval_set_add(to, from->ranges[i]);
}

/* What @from has of @within. */
static void add_part(struct tsim_interval_set *to, const struct tsim_interval_set *from,
		     struct tsim_range within)
{
	for (guint i = tsim_interval_set_find(from, within.start);
	     i < from->n && from->ranges[i].start < within.end; i++)
		tsim_interval_set_add(to, tsim_range_intersect(from->ranges[i], within));
}

static void remove_all(struct tsim_interval_set *set, const struct tsim_interval_set *what)
{
	for (guint i = 0; i < what->n; i++)
		tsim_interval_set_remove(set, what->ranges[i]);
}

/* The part of @phys that lies on a copy of @chunk. */
static struct tsim_range offsets_on(const struct tsim_chunk *chunk, guint copy,
				    struct tsim_range phys)
{
	struct tsim_range r = tsim_range_intersect(phys, tsim_chunk_stripe(chunk, copy));

	return TSIM_RANGE(r.start - chunk->phys[copy], r.end - chunk->phys[copy]);
}

/* ---- transactions ---- */

/**
 * tsim_power_switch_commit_root() - the trees that the commit under way will write are these
 *
 * Data counts that is written: its file extent item is made when its write is
 * done (btrfs_finish_ordered_io).  Tree blocks are written before the
 * superblock is.
 */
void tsim_power_switch_commit_root(struct tsim_oracle *oracle)
{
	GPtrArray *chunks = oracle->fs->space.chunks;

	if (!oracle->power)
		return;
	tsim_device_settle(&oracle->fs->dev);
	for (guint i = 0; i < chunks->len; i++) {
		const struct tsim_chunk *chunk = g_ptr_array_index(chunks, i);

		copy_set(&referenced(oracle->power, chunk)->next,
			 chunk->type == TSIM_DATA ? &chunk->on_disk : &chunk->live);
	}
}

/** tsim_power_super_written() - and now the superblock on the device refers to them */
void tsim_power_super_written(struct tsim_oracle *oracle)
{
	for (guint i = 0; oracle->power && i < oracle->power->chunks->len; i++) {
		struct tsim_referenced *ref = g_ptr_array_index(oracle->power->chunks, i);

		if (ref)
			copy_set(&ref->refs, &ref->next);
	}
}

/**
 * tsim_power_logged() - the superblock refers to a log that has these
 * @extents: (element-type struct tsim_extent): what of them is written
 */
void tsim_power_logged(struct tsim_oracle *oracle, const GArray *extents)
{
	for (guint i = 0; oracle->power && i < extents->len; i++) {
		const struct tsim_extent *e = &g_array_index(extents, struct tsim_extent, i);

		add_part(&referenced(oracle->power, e->bg->chunk)->refs, &e->bg->chunk->on_disk,
			 tsim_extent_offsets(e));
	}
}

/**
 * tsim_power_put_back() - no superblock refers to @extent
 *
 * It was taken and given back, or freed and committed at a time that a
 * recording does not tell.
 */
void tsim_power_put_back(struct tsim_oracle *oracle, const struct tsim_extent *extent)
{
	struct tsim_referenced *ref;

	if (!oracle->power)
		return;
	ref = referenced(oracle->power, extent->bg->chunk);
	tsim_interval_set_remove(&ref->refs, tsim_extent_offsets(extent));
	tsim_interval_set_remove(&ref->next, tsim_extent_offsets(extent));
}

/** tsim_power_flush_begins() - a flush is submitted: it covers what is in effect now */
void tsim_power_flush_begins(struct tsim_oracle *oracle)
{
	if (!oracle->power)
		return;
	tsim_device_settle(&oracle->fs->dev);
	oracle->power->flush_begins_ns = tsim_now(oracle->fs->engine);
	for (guint i = 0; i < oracle->power->chunks->len; i++) {
		struct tsim_referenced *ref = g_ptr_array_index(oracle->power->chunks, i);

		for (guint c = 0; ref && c < TSIM_MAX_COPIES; c++)
			copy_set(&ref->copy[c].flushing, &ref->copy[c].undoable);
	}
}

/* For the story of a hit. */
static void note_durable(struct tsim_oracle *oracle)
{
	for (guint i = 0; i < oracle->hits->len; i++) {
		struct tsim_hit *hit = &g_array_index(oracle->hits, struct tsim_hit, i);

		if (hit->durable_ns == 0 && hit->t_ns <= oracle->power->flush_begins_ns)
			hit->durable_ns = tsim_now(oracle->fs->engine);
	}
}

/** tsim_power_flush_ends() - what it covers can no longer be undone */
void tsim_power_flush_ends(struct tsim_oracle *oracle)
{
	for (guint i = 0; oracle->power && i < oracle->power->chunks->len; i++) {
		struct tsim_referenced *ref = g_ptr_array_index(oracle->power->chunks, i);

		for (guint c = 0; ref && c < TSIM_MAX_COPIES; c++) {
			remove_all(&ref->copy[c].undoable, &ref->copy[c].flushing);
			tsim_interval_set_reset(&ref->copy[c].flushing);
		}
	}
	if (oracle->power)
		note_durable(oracle);
}

/* ---- effects ---- */

static void forget(struct tsim_referenced *ref, guint copy, struct tsim_range r)
{
	tsim_interval_set_remove(&ref->copy[copy].discarded, r);
	tsim_interval_set_remove(&ref->copy[copy].undoable, r);
	tsim_interval_set_remove(&ref->copy[copy].flushing, r);
}

/* Another chunk had this place, and a superblock still refers to it there. */
static void overwrite(struct tsim_referenced *ref, guint copy, struct tsim_range r)
{
	forget(ref, copy, r);
	add_part(&ref->copy[copy].overwritten, &ref->refs, r);
	add_part(&ref->copy[copy].overwritten, &ref->next, r);
}

/**
 * tsim_power_written() - a write takes effect
 * @range: offsets within @chunk
 */
void tsim_power_written(struct tsim_oracle *oracle, struct tsim_chunk *chunk, guint copy,
			struct tsim_range range)
{
	GPtrArray *chunks = oracle->fs->space.chunks;
	struct tsim_range phys =
		TSIM_RANGE(chunk->phys[copy] + range.start, chunk->phys[copy] + range.end);

	if (!oracle->power)
		return;
	for (guint i = 0; i < chunks->len; i++) {
		const struct tsim_chunk *other = g_ptr_array_index(chunks, i);
		struct tsim_referenced *ref = referenced(oracle->power, other);

		if (other == chunk || ref->refs.n + ref->next.n == 0)
			continue;
		for (guint c = 0; c < other->copies; c++)
			if (tsim_range_overlaps(phys, tsim_chunk_stripe(other, c)))
				overwrite(ref, c, offsets_on(other, c, phys));
	}
	forget(referenced(oracle->power, chunk), copy, range);
}

/* What a superblock refers to, and the file system no longer: a hit that only a mount will find. */
static void hit_freed(struct tsim_oracle *oracle, struct tsim_chunk *chunk, guint copy,
		      const struct tsim_interval_set *destroyed, const struct tsim_command *cmd,
		      tsim_ns t)
{
	struct tsim_interval_set freed = { 0 };

	copy_set(&freed, destroyed);
	remove_all(&freed, &chunk->on_disk); /* oracle.c has seen what is not freed */
	for (guint i = 0; i < freed.n; i++)
		tsim_oracle_hit(oracle, chunk, copy, freed.ranges[i], cmd, t);
	tsim_interval_set_clear(&freed);
}

static void discard_copy(struct tsim_oracle *oracle, struct tsim_chunk *chunk, guint copy,
			 struct tsim_range r, const struct tsim_command *cmd, tsim_ns t)
{
	struct tsim_referenced *ref = referenced(oracle->power, chunk);
	struct tsim_interval_set destroyed = { 0 };

	add_part(&destroyed, &ref->refs, r);
	add_part(&destroyed, &ref->next, r);
	remove_all(&destroyed, &ref->copy[copy].overwritten);
	if (cmd->tag)
		hit_freed(oracle, chunk, copy, &destroyed, cmd, t);
	add_part(&destroyed, &chunk->on_disk, r);
	remove_all(&destroyed, &ref->copy[copy].discarded); /* durable or not as it was */
	add_part(&ref->copy[copy].discarded, &destroyed, r);
	if (oracle->fs->dev.opt->discard_durable == TSIM_DURABLE_FLUSH)
		add_part(&ref->copy[copy].undoable, &destroyed, r);
	tsim_interval_set_clear(&destroyed);
}

/** tsim_power_discarded() - a discard of @phys takes effect at @t */
void tsim_power_discarded(struct tsim_oracle *oracle, const struct tsim_command *cmd,
			  struct tsim_range phys, tsim_ns t)
{
	GPtrArray *chunks = oracle->fs->space.chunks;

	for (guint i = 0; oracle->power && i < chunks->len; i++) {
		struct tsim_chunk *chunk = g_ptr_array_index(chunks, i);

		for (guint c = 0; c < chunk->copies; c++)
			if (tsim_range_overlaps(phys, tsim_chunk_stripe(chunk, c)))
				discard_copy(oracle, chunk, c, offsets_on(chunk, c, phys), cmd, t);
	}
}

/* ---- the next mount ---- */

static void mount_copy(struct tsim_oracle *oracle, struct tsim_chunk *chunk, guint copy)
{
	struct tsim_referenced *ref = referenced(oracle->power, chunk);
	struct tsim_interval_set *destroyed = &chunk->destroyed[copy];
	const struct tsim_interval_set *refs = &ref->refs;
	struct tsim_interval_set lost = { 0 };

	copy_set(&lost, &ref->copy[copy].discarded);
	remove_all(&lost, &ref->copy[copy].undoable);
	tsim_interval_set_reset(destroyed);
	for (guint i = 0; i < refs->n; i++) {
		add_part(destroyed, &lost, refs->ranges[i]);
		oracle->fs->out->overwritten_bytes += tsim_interval_set_overlap_bytes(
			&ref->copy[copy].overwritten, refs->ranges[i]);
	}
	chunk->has_hits = chunk->has_hits || destroyed->n > 0;
	tsim_interval_set_clear(&lost);
}

/**
 * tsim_power_mount() - the power has failed: chunk->destroyed is what of the superblock's trees is
 */
void tsim_power_mount(struct tsim_oracle *oracle)
{
	GPtrArray *chunks = oracle->fs->space.chunks;

	oracle->fs->out->power_losses++;
	for (guint i = 0; i < chunks->len; i++) {
		struct tsim_chunk *chunk = g_ptr_array_index(chunks, i);

		for (guint c = 0; c < chunk->copies; c++)
			mount_copy(oracle, chunk, c);
	}
}

/**
 * tsim_power_undid() - did the loss of power bring back what a hit took of the
 * superblock's trees?
 */
gboolean tsim_power_undid(const struct tsim_oracle *oracle, const struct tsim_chunk *chunk,
			  guint copy, struct tsim_range range)
{
	const struct tsim_referenced *ref;
	const struct tsim_interval_set *back;

	if (!tsim_power_failed(oracle))
		return FALSE;
	ref = g_ptr_array_index(oracle->power->chunks, chunk->ordinal);
	back = &ref->copy[copy].undoable;
	for (guint i = tsim_interval_set_find(back, range.start);
	     i < back->n && back->ranges[i].start < range.end; i++)
		if (tsim_interval_set_overlaps(&ref->refs,
					       tsim_range_intersect(back->ranges[i], range)))
			return TRUE;
	return FALSE;
}
