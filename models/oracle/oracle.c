/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every range should hold, and what a discard destroyed.
 *
 * Models: for each chunk what is referenced, what is on disk and what was
 *   destroyed on each copy; the stages of the race that each discard under
 *   way has reached; a hit whenever a discard takes effect on live, written
 *   sectors.
 * Leaves out: checksums of stale contents; losses of power (power.c).
 * Source: the damage rule: of a discard and a write on the same sectors, the
 *   one that the device executes last wins (Linux block layer; NVMe 1.2 ch. 7).
 *
 * Order matters, not submission: the device calls write_effect and
 * discard_effect in the order in which it executes them.
 */
#include "oracle.h"

#include "fs.h"
#include "invariant.h"
#include "tracepoint.h"

static struct tsim_range offsets(const struct tsim_chunk *chunk, struct tsim_range logical)
{
	return TSIM_RANGE(logical.start - chunk->logical, logical.end - chunk->logical);
}

/* Whoever reaches a stage has reached those before it: the funnel only narrows. */
static void reach(struct tsim_oracle *oracle, struct tsim_discard *d, enum tsim_stage stage)
{
	while (d->stage < stage)
		oracle->fs->out->funnel[++d->stage]++;
}

/* ---- effects, in the device's order ---- */

static void write_effect(void *data, const struct tsim_command *cmd)
{
	struct tsim_oracle *oracle = data;
	struct tsim_chunk *chunk = cmd->tag;
	struct tsim_range r;
	guint copy = (guint)cmd->tag_number;

	if (!chunk) /* a superblock */
		return;
	r = TSIM_RANGE(cmd->range.start - chunk->phys[copy], cmd->range.end - chunk->phys[copy]);
	tsim_power_written(oracle, chunk, copy, r);
	if (chunk->has_hits)
		tsim_interval_set_remove(&chunk->destroyed[copy], r);
	if (tsim_interval_set_contains(&chunk->live, r)) {
		tsim_interval_set_add(&chunk->on_disk, r);
		return;
	}
	/* freed in part while the write was in flight */
	for (guint i = tsim_interval_set_find(&chunk->live, r.start);
	     i < chunk->live.n && chunk->live.ranges[i].start < r.end; i++)
		tsim_interval_set_add(&chunk->on_disk,
				      tsim_range_intersect(chunk->live.ranges[i], r));
}

void tsim_oracle_hit(struct tsim_oracle *oracle, struct tsim_chunk *chunk, guint copy,
		     struct tsim_range r, const struct tsim_command *cmd, tsim_ns t)
{
	struct tsim_discard *d = cmd->tag;
	struct tsim_hit hit = { .chunk = chunk,
				.copy = copy,
				.range = r,
				.t_ns = t,
				.piece = cmd->piece,
				.discard = *d,
				.piece_submit_ns = cmd->submit_ns,
				.piece_phys = cmd->range };
	struct tsim_outcome *out = oracle->fs->out;

	tsim_invariant(!oracle->fs->policy.ops->safe || out->pin_overlaps > 0 ||
			       oracle->fs->dev.opt->discard_firmware_bug > 0,
		       "a discard of group %u destroyed %" G_GUINT64_FORMAT
		       " bytes of chunk %u under a safe policy",
		       d->bg->chunk->ordinal, tsim_range_len(r), chunk->ordinal);
	if (cmd->first) /* a sweep has moved range.start on */
		hit.piece_phys.start = cmd->first;
	out->hits++;
	out->first_hit_ns = MIN(out->first_hit_ns, t);
	if (!d->done) /* the funnel is of discards outstanding */
		reach(oracle, d, TSIM_STAGE_CORRUPTED);
	g_array_append_val(oracle->hits, hit);
}

static void destroy(struct tsim_oracle *oracle, struct tsim_chunk *chunk, guint copy,
		    struct tsim_range r, const struct tsim_command *cmd, tsim_ns t)
{
	tsim_oracle_hit(oracle, chunk, copy, r, cmd, t);
	tsim_interval_set_add(&chunk->destroyed[copy], r);
	chunk->has_hits = TRUE;
}

/* What the discard of @phys meets in one copy of a chunk. */
static void discard_chunk(struct tsim_oracle *oracle, struct tsim_chunk *chunk, guint copy,
			  struct tsim_range phys, const struct tsim_command *cmd, tsim_ns t)
{
	struct tsim_range r = tsim_range_intersect(phys, tsim_chunk_stripe(chunk, copy));
	struct tsim_discard *d = cmd->tag;
	guint i;

	r = TSIM_RANGE(r.start - chunk->phys[copy], r.end - chunk->phys[copy]);
	tsim_invariant(chunk != d->bg->chunk || chunk != d->target || d->done ||
			       !tsim_interval_set_overlaps(&chunk->live, r),
		       "a discard of the group's own live data at %" G_GUINT64_FORMAT, phys.start);
	i = tsim_interval_set_find(&chunk->on_disk, r.start);
	for (; i < chunk->on_disk.n && chunk->on_disk.ranges[i].start < r.end; i++)
		destroy(oracle, chunk, copy, tsim_range_intersect(chunk->on_disk.ranges[i], r), cmd,
			t);
	if (chunk != d->bg->chunk && tsim_interval_set_overlaps(&chunk->live, r))
		d->met_unwritten = TRUE;
}

static void discard_effect(void *data, const struct tsim_command *cmd, struct tsim_range phys,
			   tsim_ns t)
{
	struct tsim_oracle *oracle = data;
	GPtrArray *maps = oracle->fs->space.maps;

	tsim_power_discarded(oracle, cmd, phys, t);
	if (!cmd->tag) /* unallocated space */
		return;
	for (guint i = 0; i < maps->len; i++) {
		struct tsim_chunk *chunk = g_ptr_array_index(maps, i);

		for (guint c = 0; c < chunk->copies; c++) {
			if (tsim_range_overlaps(phys, tsim_chunk_stripe(chunk, c)))
				discard_chunk(oracle, chunk, c, phys, cmd, t);
		}
	}
}

/* ---- discards that the device has acknowledged and not done ---- */

static void discard_late(void *data, const struct tsim_command *cmd)
{
	struct tsim_discard *d = cmd->tag;

	if (d)
		d->n_late++;
}

static void discard_over(void *data, void *tag)
{
	struct tsim_oracle *oracle = data;
	struct tsim_discard *d = tag;

	if (d && --d->n_late == 0 && d->done) {
		g_ptr_array_remove_fast(oracle->late, d);
		g_ptr_array_add(oracle->spare, d);
	}
}

void tsim_oracle_init(struct tsim_oracle *oracle, struct tsim_fs *fs)
{
	*oracle = (struct tsim_oracle){ .fs = fs };
	oracle->discards = g_ptr_array_new_with_free_func(g_free);
	oracle->spare = g_ptr_array_new_with_free_func(g_free);
	oracle->late = g_ptr_array_new();
	oracle->hits = g_array_new(FALSE, FALSE, sizeof(struct tsim_hit));
	tsim_power_init(oracle);
	fs->dev.listener = (struct tsim_device_listener){ .write_effect = write_effect,
							  .discard_effect = discard_effect,
							  .discard_late = discard_late,
							  .discard_over = discard_over,
							  .data = oracle };
}

void tsim_oracle_clear(struct tsim_oracle *oracle)
{
	g_ptr_array_set_free_func(oracle->late, g_free);
	g_ptr_array_unref(oracle->late);
	g_ptr_array_unref(oracle->discards);
	g_ptr_array_unref(oracle->spare);
	g_array_unref(oracle->hits);
	tsim_power_clear(oracle);
}

/* ---- the life of a hidden entry ---- */

/* The entry's group was removed, now or before the hide (trimming goes on in a removed group). */
static void note_removed(struct tsim_oracle *oracle, struct tsim_discard *d)
{
	const struct tsim_transaction *trans;

	d->removed = d->bg->chunk;
	reach(oracle, d, TSIM_STAGE_REMOVED);
	trans = tsim_trans_find(&oracle->fs->commit, d->removed->remove_transid);
	if (trans && trans->state >= TSIM_TRANS_UNBLOCKED)
		reach(oracle, d, TSIM_STAGE_COMMITTED);
}

/**
 * tsim_oracle_hide:
 * @logical: the entry, or the part of it, to be discarded
 *
 * Returns: (transfer none): outstanding until tsim_oracle_discard_done().
 */
struct tsim_discard *tsim_oracle_hide(struct tsim_oracle *oracle, struct tsim_block_group *bg,
				      struct tsim_range logical)
{
	struct tsim_discard *d;

	if (oracle->spare->len > 0)
		d = g_ptr_array_steal_index_fast(oracle->spare, oracle->spare->len - 1);
	else
		d = g_new(struct tsim_discard, 1);
	*d = (struct tsim_discard){ .number = oracle->fs->out->funnel[TSIM_STAGE_HIDDEN],
				    .bg = bg,
				    .logical = logical,
				    .hide_ns = tsim_now(oracle->fs->engine) };
	g_ptr_array_add(oracle->discards, d);
	oracle->fs->out->funnel[TSIM_STAGE_HIDDEN]++;
	if (bg->removed)
		note_removed(oracle, d);
	return d;
}

static gboolean covers(const struct tsim_discard *d, const struct tsim_chunk *chunk)
{
	for (guint c = 0; c < chunk->copies; c++) {
		if (tsim_range_overlaps(d->phys, tsim_chunk_stripe(chunk, c)))
			return TRUE;
	}
	return FALSE;
}

/* A place that had a new owner before this copy's discard was submitted. */
static void note_present_owner(struct tsim_oracle *oracle, struct tsim_discard *d)
{
	GPtrArray *maps = oracle->fs->space.maps;

	for (guint i = 0; i < maps->len; i++) {
		const struct tsim_chunk *chunk = g_ptr_array_index(maps, i);

		if (chunk == d->removed || !covers(d, chunk))
			continue;
		d->reused = chunk;
		reach(oracle, d, TSIM_STAGE_REUSED);
	}
}

/**
 * tsim_oracle_discard_submit:
 * @target: the chunk whose map gave the place: not the entry's own when the
 *   logical address had a new owner by then
 * @phys: where the discard goes
 */
void tsim_oracle_discard_submit(struct tsim_oracle *oracle, struct tsim_discard *d,
				const struct tsim_chunk *target, struct tsim_range phys)
{
	struct tsim_outcome *out = oracle->fs->out;

	d->target = target;
	d->phys = phys;
	out->discards++;
	out->discard_bytes += tsim_range_len(phys);
	out->discards_misdirected += target != d->bg->chunk;
	if (d->removed)
		note_present_owner(oracle, d);
}

/* All its pieces met nothing but unwritten space of a new owner. */
void tsim_oracle_count_harmless(struct tsim_oracle *oracle, const struct tsim_discard *d)
{
	oracle->fs->out->harmless += d->met_unwritten && d->stage < TSIM_STAGE_CORRUPTED;
}

void tsim_oracle_discard_done(struct tsim_oracle *oracle, struct tsim_discard *d)
{
	guint i;

	tsim_device_settle(&oracle->fs->dev);
	tsim_oracle_count_harmless(oracle, d);
	if (!g_ptr_array_find(oracle->discards, d, &i))
		return;
	d->done = TRUE;
	g_ptr_array_add(d->n_late > 0 ? oracle->late : oracle->spare,
			g_ptr_array_steal_index_fast(oracle->discards, i));
}

/* ---- stages that others reach over a discard under way ---- */

/* The chunk's device extents were freed while a discard of it is under way: exposed. */
void tsim_oracle_chunk_removed(struct tsim_oracle *oracle, const struct tsim_chunk *chunk)
{
	for (guint i = 0; i < oracle->discards->len; i++) {
		struct tsim_discard *d = g_ptr_array_index(oracle->discards, i);

		if (d->bg->chunk == chunk)
			note_removed(oracle, d);
	}
}

void tsim_oracle_unblocked(struct tsim_oracle *oracle, guint64 transid)
{
	for (guint i = 0; i < oracle->discards->len; i++) {
		struct tsim_discard *d = g_ptr_array_index(oracle->discards, i);

		if (d->removed && d->removed->remove_transid == transid)
			reach(oracle, d, TSIM_STAGE_COMMITTED);
	}
}

void tsim_oracle_chunk_created(struct tsim_oracle *oracle, const struct tsim_chunk *chunk)
{
	for (guint i = 0; i < oracle->discards->len; i++) {
		struct tsim_discard *d = g_ptr_array_index(oracle->discards, i);

		if (!d->removed || !covers(d, chunk))
			continue;
		d->reused = chunk;
		reach(oracle, d, TSIM_STAGE_REUSED);
	}
}

static void note_raced_write(struct tsim_oracle *oracle, struct tsim_range phys, guint64 logical,
			     tsim_ns effect_ns)
{
	for (guint i = 0; i < oracle->discards->len; i++) {
		struct tsim_discard *d = g_ptr_array_index(oracle->discards, i);

		if (!d->target || d->stage < TSIM_STAGE_REUSED ||
		    !tsim_range_overlaps(d->phys, phys))
			continue;
		reach(oracle, d, TSIM_STAGE_WRITTEN);
		tsim_trace_race(oracle->fs, d, phys);
		d->writes[d->n_writes++ % TSIM_KEPT_WRITES] =
			(struct tsim_raced_write){ phys, tsim_now(oracle->fs->engine), effect_ns,
						   logical };
	}
}

/* ---- contents ---- */

void tsim_oracle_allocated(struct tsim_oracle *oracle, struct tsim_chunk *chunk,
			   struct tsim_range range)
{
	tsim_device_settle(&oracle->fs->dev); /* what took effect before met nothing live */
	tsim_interval_set_add(&chunk->live, offsets(chunk, range));
}

/* Whatever is freed can no longer be lost. */
void tsim_oracle_freed(struct tsim_oracle *oracle, struct tsim_chunk *chunk,
		       struct tsim_range range)
{
	struct tsim_range r = offsets(chunk, range);

	tsim_device_settle(&oracle->fs->dev);
	tsim_interval_set_remove(&chunk->live, r);
	tsim_interval_set_remove(&chunk->on_disk, r);
	if (!chunk->has_hits)
		return;
	for (guint c = 0; c < chunk->copies; c++)
		tsim_interval_set_remove(&chunk->destroyed[c], r);
}

/* @done_ns: of a recording; TSIM_NS_NEVER: the device knows. */
static tsim_ns write_copies(struct tsim_oracle *oracle, struct tsim_chunk *chunk,
			    struct tsim_range range, tsim_ns done_ns)
{
	struct tsim_fs *fs = oracle->fs;
	struct tsim_range r = offsets(chunk, range);
	tsim_ns done = 0;

	for (guint c = 0; c < chunk->copies; c++) {
		struct tsim_range phys =
			TSIM_RANGE(chunk->phys[c] + r.start, chunk->phys[c] + r.end);
		tsim_ns complete;

		if (fs->policy.ops->write_submit)
			fs->policy.ops->write_submit(&fs->policy, phys);
		complete = done_ns == TSIM_NS_NEVER ?
				   tsim_device_write(&fs->dev, phys, chunk, c) :
				   tsim_device_write_recorded(&fs->dev, phys, done_ns, chunk, c);
		if (oracle->discards->len > 0)
			note_raced_write(oracle, phys, range.start, complete);
		done = MAX(done, complete);
	}
	return done;
}

/**
 * tsim_oracle_write:
 * @range: logical, within @chunk; written to all copies at once
 *
 * Returns: when the last copy completes, ns.
 */
tsim_ns tsim_oracle_write(struct tsim_oracle *oracle, struct tsim_chunk *chunk,
			  struct tsim_range range)
{
	return write_copies(oracle, chunk, range, TSIM_NS_NEVER);
}

/* The same, done when a recording has it done. */
void tsim_oracle_write_recorded(struct tsim_oracle *oracle, struct tsim_chunk *chunk,
				struct tsim_range range, tsim_ns done_ns)
{
	write_copies(oracle, chunk, range, done_ns);
}
