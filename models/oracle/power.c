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
	oracle->power->of = g_hash_table_new(NULL, NULL);
}

void tsim_power_clear(struct tsim_oracle *oracle)
{
	if (!oracle->power)
		return;
	g_ptr_array_unref(oracle->power->chunks);
	g_hash_table_unref(oracle->power->of);
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

/* NULL: the chunk is gone, and no superblock refers to anything in it. */
static struct tsim_referenced *find(const struct tsim_power *power, const struct tsim_chunk *chunk)
{
	return g_hash_table_lookup(power->of, chunk);
}

/** tsim_power_track() - a new chunk */
void tsim_power_track(struct tsim_oracle *oracle, struct tsim_chunk *chunk)
{
	struct tsim_referenced *ref;

	if (!oracle->power || find(oracle->power, chunk))
		return;
	ref = g_new0(struct tsim_referenced, 1);
	ref->chunk = chunk;
	g_hash_table_insert(oracle->power->of, chunk, ref);
	g_ptr_array_add(oracle->power->chunks, ref);
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
	if (!oracle->power)
		return;
	tsim_device_settle(&oracle->fs->dev);
	for (guint i = 0; i < oracle->power->chunks->len; i++) {
		struct tsim_referenced *ref = g_ptr_array_index(oracle->power->chunks, i);

		tsim_interval_set_copy(&ref->next, ref->chunk->type == TSIM_DATA ?
							   &ref->chunk->on_disk :
							   &ref->chunk->live);
	}
}

/* Tree blocks that were taken and are not written belong to the next transaction. */
static void drop_unwritten(struct tsim_referenced *ref)
{
	struct tsim_interval_set unwritten = { 0 };

	tsim_interval_set_copy(&unwritten, &ref->chunk->live);
	tsim_interval_set_remove_all(&unwritten, &ref->chunk->on_disk);
	tsim_interval_set_remove_all(&ref->next, &unwritten);
	tsim_interval_set_clear(&unwritten);
}

/** tsim_power_super_written() - and now the superblock on the device refers to them */
void tsim_power_super_written(struct tsim_oracle *oracle)
{
	GPtrArray *chunks;

	if (!oracle->power)
		return;
	chunks = oracle->power->chunks;
	for (guint i = 0; i < chunks->len;) {
		struct tsim_referenced *ref = g_ptr_array_index(chunks, i);

		drop_unwritten(ref);
		tsim_interval_set_copy(&ref->refs, &ref->next);
		if (ref->chunk->map == TSIM_MAP_GONE && ref->refs.n == 0) {
			g_hash_table_remove(oracle->power->of, ref->chunk);
			g_ptr_array_remove_index_fast(chunks, i);
		} else {
			i++;
		}
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

		struct tsim_referenced *ref = find(oracle->power, e->bg->chunk);

		if (ref)
			tsim_interval_set_add_part(&ref->refs, &e->bg->chunk->on_disk,
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
	ref = find(oracle->power, extent->bg->chunk);
	if (!ref)
		return;
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

		for (guint c = 0; c < TSIM_MAX_COPIES; c++)
			tsim_interval_set_copy(&ref->copy[c].flushing, &ref->copy[c].undoable);
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
	if (!oracle->power)
		return;
	for (guint i = 0; i < oracle->power->chunks->len; i++) {
		struct tsim_referenced *ref = g_ptr_array_index(oracle->power->chunks, i);

		for (guint c = 0; c < TSIM_MAX_COPIES; c++) {
			tsim_interval_set_remove_all(&ref->copy[c].undoable,
						     &ref->copy[c].flushing);
			tsim_interval_set_reset(&ref->copy[c].flushing);
		}
	}
	note_durable(oracle);
}

/* ---- effects ---- */

static void forget(struct tsim_referenced *ref, guint copy, struct tsim_range r)
{
	tsim_interval_set_remove(&ref->copy[copy].discarded, r);
	tsim_interval_set_remove(&ref->copy[copy].undoable, r);
	tsim_interval_set_remove(&ref->copy[copy].flushing, r);
}

/* Another chunk had this place, a superblock refers to it there, and its new owner has used it. */
static void overwrite(struct tsim_referenced *ref, guint copy, struct tsim_range r)
{
	forget(ref, copy, r);
	tsim_interval_set_add_part(&ref->copy[copy].overwritten, &ref->refs, r);
	tsim_interval_set_add_part(&ref->copy[copy].overwritten, &ref->next, r);
}

/**
 * tsim_power_written() - a write takes effect
 * @range: offsets within @chunk
 */
void tsim_power_written(struct tsim_oracle *oracle, struct tsim_chunk *chunk, guint copy,
			struct tsim_range range)
{
	struct tsim_range phys =
		TSIM_RANGE(chunk->phys[copy] + range.start, chunk->phys[copy] + range.end);
	struct tsim_referenced *own;

	if (!oracle->power)
		return;
	own = find(oracle->power, chunk);
	for (guint i = 0; i < oracle->power->chunks->len; i++) {
		struct tsim_referenced *ref = g_ptr_array_index(oracle->power->chunks, i);

		for (guint c = 0; ref != own && c < ref->chunk->copies; c++)
			if (tsim_range_overlaps(phys, tsim_chunk_stripe(ref->chunk, c)))
				overwrite(ref, c, offsets_on(ref->chunk, c, phys));
	}
	if (own) /* else it was in flight when its chunk went */
		forget(own, copy, range);
}

/*
 * What a superblock refers to, and the file system no longer.  A late discard
 * makes a hit of it that only a mount will find; any other is the new owner's.
 */
static void discard_freed(struct tsim_oracle *oracle, struct tsim_referenced *ref, guint copy,
			  struct tsim_interval_set *destroyed, const struct tsim_command *cmd,
			  struct tsim_range r, tsim_ns t)
{
	const struct tsim_discard *d = cmd->tag;
	struct tsim_interval_set freed = { 0 };

	tsim_interval_set_add_part(&freed, &ref->refs, r);
	tsim_interval_set_add_part(&freed, &ref->next, r);
	tsim_interval_set_remove_all(&freed,
				     &ref->chunk->live); /* a hit already, or not written yet */
	tsim_interval_set_remove_all(&freed, &ref->copy[copy].overwritten);
	for (guint i = 0; i < freed.n; i++) {
		if (!d || !d->removed) {
			overwrite(ref, copy, freed.ranges[i]);
			continue;
		}
		tsim_oracle_hit(oracle, ref->chunk, copy, freed.ranges[i], cmd, t);
		tsim_interval_set_add(destroyed, freed.ranges[i]);
	}
	tsim_interval_set_clear(&freed);
}

static void discard_copy(struct tsim_oracle *oracle, struct tsim_referenced *ref, guint copy,
			 struct tsim_range r, const struct tsim_command *cmd, tsim_ns t)
{
	struct tsim_interval_set destroyed = { 0 };

	discard_freed(oracle, ref, copy, &destroyed, cmd, r, t);
	tsim_interval_set_add_part(&destroyed, &ref->chunk->on_disk, r);
	tsim_interval_set_remove_all(&destroyed,
				     &ref->copy[copy].discarded); /* durable or not as it was */
	tsim_interval_set_add_part(&ref->copy[copy].discarded, &destroyed, r);
	if (oracle->fs->dev.opt->discard_durable == TSIM_DURABLE_FLUSH)
		tsim_interval_set_add_part(&ref->copy[copy].undoable, &destroyed, r);
	tsim_interval_set_clear(&destroyed);
}

/** tsim_power_discarded() - a discard of @phys takes effect at @t */
void tsim_power_discarded(struct tsim_oracle *oracle, const struct tsim_command *cmd,
			  struct tsim_range phys, tsim_ns t)
{
	for (guint i = 0; oracle->power && i < oracle->power->chunks->len; i++) {
		struct tsim_referenced *ref = g_ptr_array_index(oracle->power->chunks, i);
		const struct tsim_chunk *chunk = ref->chunk;

		for (guint c = 0; c < chunk->copies; c++)
			if (tsim_range_overlaps(phys, tsim_chunk_stripe(chunk, c)))
				discard_copy(oracle, ref, c, offsets_on(chunk, c, phys), cmd, t);
	}
}

/* ---- the next mount ---- */

static void mount_copy(struct tsim_oracle *oracle, struct tsim_referenced *ref, guint copy)
{
	struct tsim_interval_set *destroyed = &ref->chunk->destroyed[copy];
	struct tsim_interval_set lost = { 0 };

	tsim_interval_set_copy(&lost, &ref->copy[copy].discarded);
	tsim_interval_set_remove_all(&lost, &ref->copy[copy].undoable);
	tsim_interval_set_reset(destroyed);
	for (guint i = 0; i < ref->refs.n; i++) {
		tsim_interval_set_add_part(destroyed, &lost, ref->refs.ranges[i]);
		oracle->fs->out->overwritten_bytes += tsim_interval_set_overlap_bytes(
			&ref->copy[copy].overwritten, ref->refs.ranges[i]);
	}
	ref->chunk->has_hits |= destroyed->n > 0;
	tsim_interval_set_clear(&lost);
}

/**
 * tsim_power_mount() - the power has failed: chunk->destroyed is what of the superblock's trees is
 */
void tsim_power_mount(struct tsim_oracle *oracle)
{
	oracle->fs->out->power_losses++;
	for (guint i = 0; i < oracle->power->chunks->len; i++) {
		struct tsim_referenced *ref = g_ptr_array_index(oracle->power->chunks, i);

		for (guint c = 0; c < ref->chunk->copies; c++)
			mount_copy(oracle, ref, c);
	}
}

/** tsim_power_undid() - did the loss of power bring back what a hit took of the trees? */
gboolean tsim_power_undid(const struct tsim_oracle *oracle, const struct tsim_chunk *chunk,
			  guint copy, struct tsim_range range)
{
	const struct tsim_referenced *ref;
	const struct tsim_interval_set *back;

	if (!tsim_power_failed(oracle))
		return FALSE;
	ref = find(oracle->power, chunk);
	if (!ref) /* no superblock refers to it */
		return FALSE;
	back = &ref->copy[copy].undoable;
	for (guint i = tsim_interval_set_find(back, range.start);
	     i < back->n && back->ranges[i].start < range.end; i++)
		if (tsim_interval_set_overlaps(&ref->refs,
					       tsim_range_intersect(back->ranges[i], range)))
			return TRUE;
	return FALSE;
}
