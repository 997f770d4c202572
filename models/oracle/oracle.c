/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every range should hold, and what a discard destroyed.
 *
 * Models: for each chunk what is on disk and what was destroyed on each copy;
 *   the stages of the race that each discard under way has reached; a hit
 *   whenever a discard takes effect on live, written sectors.
 * Leaves out: checksums of stale contents; what is referenced (contents.c);
 *   losses of power (power.c).
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
	/* a part may have been freed while the write was in flight */
	tsim_interval_set_add_part(&chunk->on_disk, &chunk->live, r);
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
				.piece_start_ns = cmd->start_ns,
				.piece_ack_ns = cmd->late ? cmd->ack_ns : TSIM_NS_NEVER,
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
	out->destroying += !d->destroyed;
	d->destroyed = TRUE;
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

/**
 * tsim_oracle_raced_write: note it with the discards under way whose place it is in
 * @phys: where a write goes that is submitted now
 * @logical: its address
 * @effect_ns: when it completes
 */
void tsim_oracle_raced_write(struct tsim_oracle *oracle, struct tsim_range phys, guint64 logical,
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
