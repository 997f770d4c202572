/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The trimmers of a recording that is followed.
 *
 * Models: a trimmer that enters a group, hides an entry, discards it, puts it
 *   back and leaves, with the policy's say; the map looked up when the
 *   recorded kernel did.
 * Leaves out: `reserved` and the hidden space while a trim is under way: they
 *   decide what the cleaner removes and when a chunk is made, and both are
 *   recorded; trims of unallocated space.
 * Source: fs/btrfs/free-space-cache.c:do_trimming (6.1);
 *   configs/traces/a5.trace.gz.
 */
#include "follow.h"
#include "tracepoint.h"

static void enter_group(struct tsim_lane *lane, struct tsim_block_group *bg)
{
	struct tsim_policy *policy = &lane->f->fs->policy;

	lane->bg = policy->ops->trim_begin && !policy->ops->trim_begin(policy, bg) ? NULL : bg;
}

static void leave_group(struct tsim_lane *lane)
{
	struct tsim_policy *policy = &lane->f->fs->policy;

	if (lane->bg && policy->ops->trim_end)
		policy->ops->trim_end(policy, lane->bg);
	lane->bg = NULL;
}

/* A trimmer takes what is free: it was freed, and committed, since it was written. */
static void free_hidden(struct tsim_fs *fs, struct tsim_block_group *bg, struct tsim_range logical)
{
	struct tsim_chunk *chunk = bg->chunk;
	struct tsim_range r =
		TSIM_RANGE(logical.start - chunk->logical, logical.end - chunk->logical);
	guint i;

	while ((i = tsim_interval_set_find(&chunk->live, r.start)) < chunk->live.n &&
	       chunk->live.ranges[i].start < r.end) {
		struct tsim_range live = tsim_range_intersect(chunk->live.ranges[i], r);
		struct tsim_extent extent = { bg, TSIM_RANGE(chunk->logical + live.start,
							     chunk->logical + live.end) };

		tsim_extent_put_back(fs, &extent);
	}
}

static void hide(struct tsim_lane *lane, const struct tsim_recorded_step *step)
{
	struct tsim_fs *fs = lane->f->fs;
	struct tsim_policy *policy = &fs->policy;
	struct tsim_range r;

	r = tsim_follow_range(lane->bg->chunk,
			      step->event.logical -
				      tsim_recorded_chunk(lane->f->recording, step->chunk)->logical,
			      step->event.len);
	if (r.start >= r.end)
		return;
	if (!lane->bg->removed)
		free_hidden(fs, lane->bg, r);
	lane->discard = tsim_oracle_hide(&fs->oracle, lane->bg, r);
	if (policy->ops->discard_begin)
		policy->ops->discard_begin(policy, lane->discard);
}

/* The map is looked up here and now, as the kernel did; where it leads to is ours. */
static void discard(struct tsim_lane *lane, const struct tsim_recorded_step *step)
{
	struct tsim_fs *fs = lane->f->fs;
	struct tsim_discard *d = lane->discard;
	const struct tsim_chunk *map;
	struct tsim_range phys;

	tsim_device_settle(&fs->dev);
	map = tsim_chunk_lookup(&fs->space, d->logical.start);
	if (!map)
		return;
	phys.start = map->phys[0] + (d->logical.start - map->logical);
	phys.end = MIN(phys.start + tsim_range_len(d->logical), map->phys[0] + map->len);
	tsim_oracle_discard_submit(&fs->oracle, d, map, phys);
	tsim_trace_discard(fs, TSIM_TRACE_DISCARD_BEGIN, d);
	for (guint i = 0; i < step->n_pieces; i++) {
		const struct tsim_recorded_piece *p = &g_array_index(lane->f->recording->pieces,
								     struct tsim_recorded_piece,
								     step->first_piece + i);
		guint64 start = phys.start + (p->phys.start - step->event.phys);
		struct tsim_range r = TSIM_RANGE(start, start + tsim_range_len(p->phys));

		r = tsim_range_intersect(r, phys);
		if (r.start >= r.end)
			continue;
		lane->done_ns = MAX(lane->done_ns, tsim_follow_time(lane->f, p->done_ns));
		tsim_device_discard_recorded(&fs->dev, r, tsim_follow_time(lane->f, p->done_ns), d);
	}
}

/* A recording in disorder may be early: nobody puts back what is under discard. */
static void put_back(struct tsim_lane *lane)
{
	struct tsim_fs *fs = lane->f->fs;

	if (lane->done_ns > tsim_now(fs->engine))
		tsim_sleep_until(fs->engine, lane->done_ns);
	if (fs->policy.ops->discard_end)
		fs->policy.ops->discard_end(&fs->policy, lane->discard);
	tsim_oracle_discard_done(&fs->oracle, lane->discard);
	lane->discard = NULL;
}

/**
 * tsim_follow_trim:
 * @step: of the lane's own trimmer
 */
void tsim_follow_trim(struct tsim_lane *lane, const struct tsim_recorded_step *step)
{
	struct tsim_fs *fs = lane->f->fs;

	switch (step->event.kind) {
	case TSIM_TRACE_TRIM_GROUP:
		enter_group(lane, lane->f->chunks[step->chunk]->bg);
		break;
	case TSIM_TRACE_TRIM_GROUP_END:
		leave_group(lane);
		break;
	case TSIM_TRACE_HIDE:
		if (lane->bg && !lane->discard)
			hide(lane, step);
		break;
	case TSIM_TRACE_DISCARD_BEGIN:
		if (lane->discard)
			discard(lane, step);
		break;
	case TSIM_TRACE_DISCARD_END:
		if (lane->discard && lane->discard->target)
			tsim_trace_discard(fs, TSIM_TRACE_DISCARD_END, lane->discard);
		break;
	case TSIM_TRACE_HIDE_END:
		if (lane->discard)
			put_back(lane);
		break;
	default:
		fs->out->trim_passes++;
		fs->out->trim_errors += !step->event.kept;
	}
}
