/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A recording, followed step by step.
 *
 * Models: chunk allocations, removals, the stages of commits, trimmers
 *   (follow-trim.c) and writes, each at its recorded time and in the recorded
 *   order; a command takes effect when the recorded one did.  Where chunks go
 *   and what becomes of a removed one is for the simulator and its policy:
 *   whatever concerns a chunk concerns ours in its place.
 * Leaves out: what the file system frees: a range is known to be free when it
 *   is trimmed or its group goes, so "persistent" is an upper limit.
 * Source: configs/traces/a5.trace; its RACE lines are met (ctest -R replay).
 */
#include "follow.h"

#include "removal.h"

static enum tsim_release as_recorded(struct tsim_policy *p, struct tsim_block_group *bg)
{
	const gboolean *keep = p->state;

	return *keep ? TSIM_RELEASE_PIN : TSIM_RELEASE_NOW;
}

const struct tsim_policy_ops tsim_policy_recorded = {
	.name = "recorded",
	.state_size = sizeof(gboolean),
	.group_removed = as_recorded,
};

tsim_ns tsim_follow_time(const struct tsim_follower *f, tsim_ns t)
{
	return (tsim_ns)MIN((double)t * f->scale, TSIM_FOREVER_NS);
}

/**
 * tsim_follow_range:
 * @offset: within the recorded chunk
 *
 * Returns: where that is in our chunk, logical, as far as it reaches: another
 * policy may have shrunk it.
 */
struct tsim_range tsim_follow_range(const struct tsim_chunk *chunk, guint64 offset, guint64 len)
{
	offset = MIN(offset, chunk->len);
	return TSIM_RANGE(chunk->logical + offset,
			  chunk->logical + offset + MIN(len, chunk->len - offset));
}

/* ---- chunks ---- */

static void allocate(struct tsim_follower *f, const struct tsim_recorded_step *step)
{
	struct tsim_fs *fs = f->fs;
	guint64 flags = step->event.flags;
	enum tsim_bg_type type = flags & 1 ? TSIM_DATA : flags & 2 ? TSIM_SYSTEM : TSIM_METADATA;
	struct tsim_transaction *trans = tsim_trans_attach(fs, TSIM_TRANS_JOIN);
	struct tsim_chunk_request request;

	if (tsim_chunk_alloc(&fs->space, type, TSIM_CHUNK_FORCE, &request) == TSIM_CHUNK_MADE)
		f->chunks[step->chunk] =
			g_ptr_array_index(fs->space.chunks, fs->space.chunks->len - 1);
	tsim_trans_end(fs, trans, TSIM_TRANS_JOIN);
	if (f->placed)
		f->placed(f->data, step, f->chunks[step->chunk]);
}

static void set_ro(struct tsim_fs *fs, struct tsim_block_group *bg)
{
	if (bg->ro || bg->removed || !tsim_block_group_set_ro(&fs->space, bg, TRUE))
		return;
	if (fs->policy.ops->group_ro)
		fs->policy.ops->group_ro(&fs->policy, bg);
}

/* What was written in it was moved or freed: when, is not recorded. */
static void empty(struct tsim_fs *fs, struct tsim_block_group *bg, struct tsim_transaction *trans)
{
	while (bg->chunk->live.n > 0) {
		struct tsim_range live = bg->chunk->live.ranges[0]; /* within the chunk */
		struct tsim_extent extent = { bg, TSIM_RANGE(bg->range.start + live.start,
							     bg->range.start + live.end) };

		tsim_extent_free(fs, trans, &extent);
	}
}

static void remove_group(struct tsim_follower *f, const struct tsim_recorded_step *step)
{
	struct tsim_fs *fs = f->fs;
	struct tsim_block_group *bg = f->chunks[step->chunk]->bg;
	struct tsim_transaction *trans;

	if (fs->policy.ops == &tsim_policy_recorded)
		*(gboolean *)fs->policy.state = step->event.kept;
	set_ro(fs, bg);
	trans = tsim_trans_attach(fs, TSIM_TRANS_JOIN);
	empty(fs, bg, trans);
	tsim_remove_block_group(fs, trans, bg);
	tsim_trans_end(fs, trans, TSIM_TRANS_JOIN);
}

/* Any other policy releases what it keeps itself. */
static void release(struct tsim_follower *f, const struct tsim_recorded_step *step)
{
	struct tsim_fs *fs = f->fs;
	struct tsim_block_group *bg = f->chunks[step->chunk]->bg;

	if (fs->policy.ops != &tsim_policy_recorded || !tsim_policy_pinned(&fs->policy, bg))
		return;
	tsim_policy_lock_chunks(&fs->policy);
	tsim_policy_release(&fs->policy, bg);
	tsim_policy_unlock_chunks(&fs->policy);
}

/* ---- commits ---- */

static void super_written(struct tsim_follower *f)
{
	if (!f->committing || f->committing->state != TSIM_TRANS_UNBLOCKED)
		return;
	tsim_power_flush_begins(&f->fs->oracle); /* the flush before it is not in the recording */
	tsim_power_flush_ends(&f->fs->oracle);
	tsim_commit_super_written(f->fs, f->committing);
}

static void complete(struct tsim_follower *f)
{
	super_written(f);
	if (f->committing)
		tsim_commit_complete(f->fs, f->committing);
	f->committing = NULL;
}

static void unblock(struct tsim_follower *f, const struct tsim_recorded_step *step)
{
	struct tsim_transaction *trans;

	complete(f); /* a recording may have been cut down to its UNBLOCKED lines */
	trans = tsim_trans_attach(f->fs, TSIM_TRANS_JOIN);
	tsim_commit_unblock(f->fs, trans);
	if (f->starting_transid == step->event.transid)
		trans->commit_start_ns = f->commit_start_ns;
	f->committing = trans;
}

static void commit_starts(struct tsim_follower *f, const struct tsim_recorded_step *step)
{
	f->starting_transid = step->event.transid;
	f->commit_start_ns = tsim_now(f->fs->engine);
}

/* ---- writes ---- */

/*
 * A policy that holds a trimmer up has free space hidden that was in use by now:
 * elsewhere, then.
 */
static gboolean is_hidden(const struct tsim_oracle *oracle, const struct tsim_block_group *bg,
			  struct tsim_range logical)
{
	for (guint i = 0; i < oracle->discards->len; i++) {
		const struct tsim_discard *d = g_ptr_array_index(oracle->discards, i);

		if (d->bg == bg && tsim_range_overlaps(d->logical, logical))
			return TRUE;
	}
	return FALSE;
}

static void write_range(struct tsim_follower *f, const struct tsim_recorded_step *step)
{
	struct tsim_chunk *chunk = f->chunks[step->chunk];
	struct tsim_range r = tsim_follow_range(
		chunk, step->event.phys - tsim_recorded_chunk(f->recording, step->chunk)->phys,
		step->event.len);

	if (chunk->bg->removed || r.start >= r.end || is_hidden(&f->fs->oracle, chunk->bg, r))
		return;
	tsim_extent_take_at(f->fs, chunk->bg, r);
	tsim_oracle_write_recorded(&f->fs->oracle, chunk, r, tsim_follow_time(f, step->done_ns));
}

/* ---- steps ---- */

static gboolean has_chunk(const struct tsim_recorded_step *step)
{
	switch (step->event.kind) {
	case TSIM_TRACE_COMMIT_START:
	case TSIM_TRACE_UNBLOCKED:
	case TSIM_TRACE_SUPER_COMMITTED:
	case TSIM_TRACE_COMPLETED:
	case TSIM_TRACE_FITRIM_END:
	case TSIM_TRACE_CHUNK_ALLOC: /* it comes only now */
		return FALSE;
	default:
		return TRUE;
	}
}

static void do_step(struct tsim_lane *lane, const struct tsim_recorded_step *step)
{
	struct tsim_follower *f = lane->f;

	if (has_chunk(step) && !f->chunks[step->chunk])
		return; /* under this policy there was no space for it */
	switch (step->event.kind) {
	case TSIM_TRACE_CHUNK_ALLOC:
		allocate(f, step);
		break;
	case TSIM_TRACE_BG_RO:
		set_ro(f->fs, f->chunks[step->chunk]->bg);
		break;
	case TSIM_TRACE_REMOVED:
		remove_group(f, step);
		break;
	case TSIM_TRACE_RELEASED:
		release(f, step);
		break;
	case TSIM_TRACE_COMMIT_START:
		commit_starts(f, step);
		break;
	case TSIM_TRACE_UNBLOCKED:
		unblock(f, step);
		break;
	case TSIM_TRACE_SUPER_COMMITTED:
		super_written(f);
		break;
	case TSIM_TRACE_COMPLETED:
		complete(f);
		break;
	case TSIM_TRACE_WRITE:
	case TSIM_TRACE_RACE:
		write_range(f, step);
		break;
	default:
		tsim_follow_trim(lane, step);
	}
}

static void lane_main(void *data)
{
	struct tsim_lane *lane = data;
	struct tsim_follower *f = lane->f;
	const GArray *steps = f->recording->steps;

	for (guint i = 0; i < steps->len; i++) {
		const struct tsim_recorded_step *step =
			&g_array_index(steps, struct tsim_recorded_step, i);

		if (step->lane != lane->n)
			continue;
		while (f->position <= i)
			tsim_park(f->fs->engine, TSIM_NS_NEVER, "its next recorded step");
		do_step(lane, step);
	}
}

/* Calls on the lanes in the recording's order; it runs after all that is due at an instant. */
static void script(void *data)
{
	struct tsim_follower *f = data;
	const GArray *steps = f->recording->steps;

	for (guint i = 0; i < steps->len && !f->stop; i++) {
		const struct tsim_recorded_step *step =
			&g_array_index(steps, struct tsim_recorded_step, i);

		tsim_sleep_until(f->fs->engine, tsim_follow_time(f, step->event.t_ns));
		f->position = i + 1;
		tsim_unpark(f->lanes[step->lane].actor);
		tsim_sleep(f->fs->engine, 0);
	}
}

static void drop_law(TsimLaw **law)
{
	g_clear_pointer(law, tsim_law_free);
}

/**
 * tsim_follow_adjust:
 * The file system that was recorded: mkfs with single profiles; nothing takes
 * time or space but what the recording says.
 */
void tsim_follow_adjust(struct tsim_fs_options *fs)
{
	drop_law(&fs->commit_start);
	drop_law(&fs->commit_critical);
	drop_law(&fs->commit_duration);
	drop_law(&fs->delayed_ref_delay);
	fs->commit_blocks = 0;
	fs->metadata_profile = TSIM_PROFILE_SINGLE;
	fs->initial_data_chunk = TRUE;
}

/**
 * tsim_follow_start:
 * @f: fs, recording, scale and placed are set; kept by reference until the
 *   run ends; tsim_follow_clear() it then
 *
 * On a fresh file system without kthreads.  Returns at once; the run ends
 * with the recording.
 */
void tsim_follow_start(struct tsim_follower *f)
{
	TsimEngine *engine = f->fs->engine;

	f->chunks = g_new0(struct tsim_chunk *, f->recording->chunks->len);
	for (guint i = 0; i < TSIM_RECORDED_INITIAL; i++)
		f->chunks[i] = g_ptr_array_index(f->fs->space.chunks, i);
	if (f->recording->first_transid)
		f->fs->commit.next_transid = f->recording->first_transid;
	f->lanes = g_new0(struct tsim_lane, f->recording->n_lanes);
	for (guint i = 0; i < f->recording->n_lanes; i++) {
		f->lanes[i] = (struct tsim_lane){ .f = f, .n = i };
		f->lanes[i].actor = tsim_actor_spawn(engine, "recorded process", 1,
						     TSIM_ACTOR_DAEMON, lane_main, &f->lanes[i]);
	}
	tsim_actor_spawn(engine, "recording", 2, 0, script, f);
}

void tsim_follow_clear(struct tsim_follower *f)
{
	g_clear_pointer(&f->chunks, g_free);
	g_clear_pointer(&f->lanes, g_free);
}
