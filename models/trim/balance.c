/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Balance: relocation of block groups and their removal.
 *
 * Models: set RO (with a new chunk when the rest has no room), passes of a
 *   commit, the copy with its own time and two commits, removal in a
 *   transaction that stays open until the next group or the end of the call
 *   commits it; `reserved`
 *   is not tested, so any discard under way in the group is exposed.
 * Leaves out: the relocation tree; failures in the middle of a copy.
 * Source: fs/btrfs/volumes.c: __btrfs_balance, btrfs_relocate_chunk,
 *   relocation.c: btrfs_relocate_block_group (3.18, 6.1); traces k and m1 of
 *   a real btrfs for the laws and for the order of transactions.
 */
#include "balance.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "file.h"
#include "removal.h"

/* Longest used MiB for which the square law was measured; beyond it the slope goes on. */
#define SQUARE_LAW_MIB 8.0

/*
 * The cleaner has it, or had it, while a transaction was waited for
 * (delete_unused_bgs_mutex, 67c5e7d4).
 */
static gboolean taken(const struct tsim_block_group *bg)
{
	return bg->removed || bg->ro;
}

static gboolean make_ro(struct tsim_fs *fs, struct tsim_block_group *bg)
{
	struct tsim_transaction *trans = tsim_trans_attach(fs, TSIM_TRANS_JOIN);
	struct tsim_chunk_request r;
	gboolean ok;

	ok = !taken(bg) && tsim_block_group_set_ro(&fs->space, bg, FALSE);
	if (!ok && !taken(bg) &&
	    tsim_chunk_alloc(&fs->space, bg->type, TSIM_CHUNK_FORCE, &r) == TSIM_CHUNK_MADE)
		ok = !taken(bg) && tsim_block_group_set_ro(&fs->space, bg, FALSE);
	if (ok && fs->policy.ops->group_ro)
		fs->policy.ops->group_ro(&fs->policy, bg);
	fs->out->relocations_failed += !ok && !taken(bg);
	tsim_trans_end(fs, trans, TSIM_TRANS_JOIN);
	return ok;
}

static tsim_ns copy_time(struct tsim_fs *fs, const struct tsim_block_group *bg)
{
	const struct tsim_fs_options *opt = fs->opt;
	guint32 ordinal = bg->chunk->ordinal;
	double mib = (double)bg->used / (double)TSIM_MIB, ns;
	tsim_ns fixed = 0;

	if (opt->relocation_fixed)
		fixed = tsim_draw_law(&fs->rng, opt->relocation_fixed, ordinal,
				      TSIM_DRAW_RELOCATION, 0);
	if (bg->type == TSIM_DATA)
		ns = isinf(opt->relocation_rate) ? 0 :
						   (double)bg->used / opt->relocation_rate * 1e9;
	else
		ns = (double)opt->relocation_square_ns * mib * MIN(mib, SQUARE_LAW_MIB);
	return fixed + (tsim_ns)(ns * exp(opt->relocation_sigma *
					  gsl_cdf_ugaussian_Pinv(tsim_rng_uniform(
						  &fs->rng, ordinal, TSIM_DRAW_RELOCATION, 1))));
}

/* Take room for @len bytes elsewhere, by a new chunk if need be. */
static gboolean take_target(struct tsim_fs *fs, struct tsim_transaction *trans,
			    enum tsim_bg_type type, guint64 len, struct tsim_extent *out)
{
	for (;;) {
		struct tsim_chunk_request r;

		if (tsim_extent_take(fs, type, len, MIN(len, 16384), out))
			return TRUE;
		if (tsim_chunk_alloc(&fs->space, type, TSIM_CHUNK_FORCE, &r) != TSIM_CHUNK_MADE)
			return FALSE;
	}
}

static gboolean on_disk(const struct tsim_chunk *chunk, struct tsim_range logical)
{
	return tsim_interval_set_overlaps(&chunk->on_disk,
					  TSIM_RANGE(logical.start - chunk->logical,
						     logical.end - chunk->logical));
}

/* A file's extent, or a part of it, has a new place. */
static void retarget_files(struct tsim_fs *fs, const struct tsim_extent *from,
			   const struct tsim_extent *to)
{
	for (guint i = 0; i < fs->files->len; i++) {
		struct tsim_file *file = g_ptr_array_index(fs->files, i);

		for (guint k = 0; k < file->extents->len; k++) {
			struct tsim_extent *e =
				&g_array_index(file->extents, struct tsim_extent, k);
			struct tsim_extent rest = *e;

			if (e->bg != from->bg || e->range.start != from->range.start)
				continue;
			rest.range.start = from->range.end;
			*e = *to;
			if (rest.range.start < rest.range.end)
				g_array_insert_val(file->extents, k + 1, rest);
			return;
		}
	}
}

/* The file extent that begins at @start decides how much moves in one piece. */
static guint64 piece_end(struct tsim_fs *fs, struct tsim_block_group *bg, struct tsim_range live)
{
	for (guint i = 0; i < fs->files->len; i++) {
		struct tsim_file *file = g_ptr_array_index(fs->files, i);

		for (guint k = 0; k < file->extents->len; k++) {
			const struct tsim_extent *e =
				&g_array_index(file->extents, struct tsim_extent, k);

			if (e->bg == bg && e->range.start == live.start)
				return MIN(e->range.end, live.end);
		}
	}
	return live.end;
}

/* Move the first live piece of @bg. Returns FALSE for lack of space. */
static gboolean move_one(struct tsim_fs *fs, struct tsim_transaction *trans,
			 struct tsim_block_group *bg, tsim_ns *done)
{
	struct tsim_chunk *chunk = bg->chunk;
	struct tsim_range live = chunk->live.ranges[0];
	struct tsim_extent from = { bg,
				    { chunk->logical + live.start, chunk->logical + live.end } },
			   to;
	gboolean written;

	if (bg->type == TSIM_DATA)
		from.range.end = piece_end(fs, bg, from.range);
	if (!take_target(fs, trans, bg->type, tsim_range_len(from.range), &to))
		return FALSE;
	/* whatever happened while a chunk was made: files may have been truncated */
	tsim_run_delayed_frees(fs, trans);
	if (!tsim_extent_live(&from)) {
		tsim_extent_free(fs, trans, &to);
		return TRUE;
	}
	from.range.end = from.range.start + tsim_range_len(to.range);
	written = on_disk(chunk, from.range);
	if (bg->type != TSIM_DATA)
		tsim_tree_dirty(fs, trans, &to);
	else if (written)
		*done = tsim_later(*done, tsim_oracle_write(&fs->oracle, to.bg->chunk, to.range));
	retarget_files(fs, &from, &to);
	tsim_extent_free(fs, trans, &from);
	return TRUE;
}

/* Copy what is live; what a truncate already queued is freed first. */
static gboolean move_contents(struct tsim_fs *fs, struct tsim_block_group *bg)
{
	struct tsim_transaction *trans = tsim_trans_attach(fs, TSIM_TRANS_JOIN);
	tsim_ns done = 0;
	gboolean ok = TRUE;

	tsim_run_delayed_frees(fs, trans);
	while (ok && bg->chunk->live.n > 0)
		ok = move_one(fs, trans, bg, &done);
	tsim_trans_end(fs, trans, TSIM_TRANS_JOIN);
	tsim_sleep_until(fs->engine, MAX(done, tsim_now(fs->engine)));
	return ok;
}

static void remove_chunk(struct tsim_fs *fs, struct tsim_block_group *bg)
{
	struct tsim_transaction *trans = tsim_trans_attach(fs, TSIM_TRANS_START);

	tsim_remove_block_group(fs, trans, bg);
	tsim_trans_end(fs, trans, TSIM_TRANS_START);
}

/**
 * tsim_relocation_burst_end:
 * A copy of tree blocks keeps the only CPU busy at the end of each of its
 * halves: whoever is woken meanwhile runs when the burst is over.
 *
 * Returns: when that is, ns; now or before when the CPU is free.
 */
tsim_ns tsim_relocation_burst_end(const struct tsim_fs *fs)
{
	tsim_ns half = (fs->copy_end_ns - fs->copy_start_ns) / 2,
		at = tsim_now(fs->engine) - fs->copy_start_ns;

	if (half == 0 || at >= 2 * half)
		return 0;
	if ((double)(at % half) < (1 - fs->opt->relocation_burst) * (double)half)
		return 0;
	return fs->copy_start_ns + (at / half + 1) * half;
}

/* The time of the copy; who changes trees meanwhile waits (recorded: no growth during a copy). */
static gboolean copy(struct tsim_fs *fs, struct tsim_block_group *bg, tsim_ns cancel_ns)
{
	tsim_ns now = tsim_now(fs->engine), time = copy_time(fs, bg), end = now + time;
	gboolean trees = bg->type != TSIM_DATA;

	fs->trees_copied += trees;
	if (trees) {
		fs->copy_start_ns = now;
		fs->copy_end_ns = MIN(end, cancel_ns);
	}
	tsim_sleep_until(fs->engine, MIN(end, cancel_ns));
	fs->trees_copied -= trees;
	if (trees)
		tsim_cond_broadcast(&fs->copy_done);
	return end <= cancel_ns;
}

/* relocate_block_group(): a commit before the copy, two after it. */
static gboolean relocate_pass(struct tsim_fs *fs, struct tsim_block_group *bg, tsim_ns cancel_ns)
{
	gboolean ok;

	tsim_commit_now(fs);
	ok = copy(fs, bg, cancel_ns);
	if (ok && !move_contents(fs, bg)) {
		fs->out->relocations_failed++;
		ok = FALSE;
	}
	tsim_commit_now(fs);
	tsim_commit_now(fs);
	return ok;
}

/*
 * A pass for what is there, for data one more that updates the pointers, and
 * one that finds nothing.  System groups are recorded the other way round (6
 * commits of 53 of 58 with nothing in use, 3 of 68 of 114 others): the chunk
 * tree's block moves at the same time.
 */
static guint count_passes(const struct tsim_block_group *bg)
{
	if (bg->type == TSIM_SYSTEM)
		return bg->used == 0 ? 2 : 1;
	if (bg->used == 0)
		return 1;
	return bg->type == TSIM_DATA ? 3 : 2;
}

/**
 * tsim_relocate:
 * @cancel_ns: the copy ends there and the group stays; TSIM_NS_NEVER
 *
 * btrfs_relocate_chunk(): the removal's own transaction stays open.  Recorded:
 * 3 commits for an empty group, 6 for tree blocks, 9 for data.
 *
 * Returns: FALSE when the group stays: for want of room, which is counted,
 * because the copy was cancelled, or because the cleaner has it.
 */
gboolean tsim_relocate(struct tsim_fs *fs, struct tsim_block_group *bg, tsim_ns cancel_ns)
{
	guint passes = count_passes(bg);
	gboolean ok = TRUE;

	if (!make_ro(fs, bg))
		return FALSE;
	for (guint i = 0; ok && (i < passes || bg->used > 0); i++)
		ok = relocate_pass(fs, bg, cancel_ns);
	if (!ok) {
		tsim_block_group_set_rw(&fs->space, bg);
		return FALSE;
	}
	remove_chunk(fs, bg);
	fs->out->relocations++;
	return TRUE;
}

static gboolean wanted(const struct tsim_balance *args, const struct tsim_block_group *bg)
{
	if (bg->ro || bg->removed ||
	    (bg->type != args->type && !(args->type == TSIM_METADATA && bg->type == TSIM_SYSTEM)))
		return FALSE;
	return (double)bg->used <= args->max_usage * (double)tsim_range_len(bg->range);
}

/* The wanted group with the highest address below @below. */
static struct tsim_block_group *highest_below(struct tsim_fs *fs, const struct tsim_balance *args,
					      guint64 below)
{
	GPtrArray *groups = fs->space.groups;

	for (guint i = groups->len; i > 0; i--) {
		struct tsim_block_group *bg = g_ptr_array_index(groups, i - 1);

		if (bg->range.start < below && wanted(args, bg))
			return bg;
	}
	return NULL;
}

/**
 * tsim_balance:
 * btrfs_balance(): a commit for its item, then from the highest chunk
 * downwards; groups made on the way are not met again.  A commit ends the
 * call.  `-m` means system chunks as well, as btrfs-progs has it.
 */
guint tsim_balance(struct tsim_fs *fs, const struct tsim_balance *args)
{
	struct tsim_block_group *bg;
	guint64 below = G_MAXUINT64;
	guint n = 0;

	tsim_commit_now(fs);
	while ((args->max_groups == 0 || n < args->max_groups) &&
	       tsim_now(fs->engine) < args->cancel_ns && (bg = highest_below(fs, args, below))) {
		below = bg->range.start;
		n += tsim_relocate(fs, bg, args->cancel_ns);
	}
	tsim_commit_now(fs);
	return n;
}
