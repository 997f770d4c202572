/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Invariants that cost time, for tests and --paranoid.
 *
 * Models: conservation of bytes in each block group, of the groups in their
 *   space info, of chunks in device extents and on the device; no two chunks on
 *   one range; Little's law over the device's commands.
 * Leaves out: what the oracle asserts anyway.
 * Source: fs/btrfs/space-info.c and volumes.c, whose counters these are.
 *
 * Actors are only preempted where they wait, so all of this holds whenever
 * anybody waits.
 */
#include "paranoid.h"

#include <float.h>
#include <math.h>

#include "fs.h"
#include "invariant.h"

/* The number of commands in flight, integrated over time as the clock goes on. */
struct tsim_paranoid {
	GArray *completions; /* (element-type tsim_ns) of those in flight */
	tsim_ns last_ns;
	__int128 area_ns; /* under the number in flight */
	__int128 total_ns; /* submit to completion, summed */
	double reported_ns; /* the same in the device's histograms, before the run */
};

/* Let the earliest completion by @now happen; FALSE when there is none. */
static gboolean complete_one(struct tsim_paranoid *p, tsim_ns now)
{
	guint first = 0, n = p->completions->len;
	const tsim_ns *t = (const tsim_ns *)p->completions->data;

	for (guint i = 1; i < n; i++)
		if (t[i] < t[first])
			first = i;
	if (n == 0 || t[first] > now)
		return FALSE;
	p->area_ns += (__int128)(t[first] - p->last_ns) * n;
	p->last_ns = t[first];
	g_array_remove_index_fast(p->completions, first);
	return TRUE;
}

static void advance(struct tsim_paranoid *p, tsim_ns now)
{
	while (complete_one(p, now))
		;
	p->area_ns += (__int128)(now - p->last_ns) * p->completions->len;
	p->last_ns = now;
}

static void watch(void *data, const struct tsim_command *cmd)
{
	struct tsim_paranoid *p = data;
	/* what was held back for its turn is only seen when that comes */
	tsim_ns held = MAX(p->last_ns - cmd->submit_ns, 0);

	tsim_invariant(p->last_ns <= cmd->start_ns && cmd->submit_ns <= cmd->start_ns &&
			       cmd->start_ns <= cmd->effect_ns &&
			       cmd->start_ns <= cmd->complete_ns &&
			       (cmd->effect_ns <= cmd->complete_ns || cmd->late),
		       "the times of command %" G_GUINT64_FORMAT " are out of order", cmd->seq);
	p->area_ns += held;
	advance(p, cmd->submit_ns + held);
	g_array_append_val(p->completions, cmd->complete_ns);
	p->total_ns += cmd->complete_ns - cmd->submit_ns;
}

/* What is reported of the commands; histograms go on over the replications. */
static double reported_ns(const struct tsim_device *dev)
{
	return (dev->discard_ns ? tsim_histogram_total_ns(dev->discard_ns) : 0) +
	       (dev->io_ns ? tsim_histogram_total_ns(dev->io_ns) : 0);
}

void tsim_paranoid_start(struct tsim_fs *fs)
{
	fs->paranoid = g_new0(struct tsim_paranoid, 1);
	fs->paranoid->completions = g_array_new(FALSE, FALSE, sizeof(tsim_ns));
	fs->paranoid->reported_ns = reported_ns(&fs->dev);
	fs->dev.watch = watch;
	fs->dev.watch_data = fs->paranoid;
}

void tsim_paranoid_clear(struct tsim_fs *fs)
{
	if (fs->paranoid)
		g_array_unref(fs->paranoid->completions);
	g_clear_pointer(&fs->paranoid, g_free);
}

/* ---- space ---- */

static void check_group(const struct tsim_block_group *bg)
{
	guint64 sum = bg->free.bytes + bg->used + bg->pinned + bg->hidden + bg->super_bytes;

	tsim_invariant(sum == tsim_range_len(bg->range),
		       "group %u of %" G_GUINT64_FORMAT " bytes: free %" G_GUINT64_FORMAT
		       " + used %" G_GUINT64_FORMAT " + pinned %" G_GUINT64_FORMAT
		       " + hidden %" G_GUINT64_FORMAT " + super %" G_GUINT64_FORMAT,
		       bg->chunk->ordinal, tsim_range_len(bg->range), bg->free.bytes, bg->used,
		       bg->pinned, bg->hidden, bg->super_bytes);
	tsim_invariant(bg->reserved <= bg->hidden, "group %u has more reserved than is hidden",
		       bg->chunk->ordinal);
}

/* What the counters of a space info must be, by its groups. */
static void add_group(struct tsim_space_info *sum, const struct tsim_block_group *bg)
{
	guint64 len = tsim_range_len(bg->range), taken = bg->used + bg->reserved + bg->pinned;

	sum->reserved += bg->reserved;
	if (bg->removed) {
		/* what a trimmer took while the group was RW comes back as read-only */
		sum->readonly -= (gint64)bg->reserved;
		return;
	}
	sum->total += len;
	sum->used += bg->used;
	sum->pinned += bg->pinned;
	sum->readonly += (gint64)bg->super_bytes;
	if (bg->ro)
		sum->readonly += (gint64)(len - taken - bg->super_bytes);
}

static void check_info(const struct tsim_space *space, enum tsim_bg_type type)
{
	const struct tsim_space_info *info = &space->info[type];
	struct tsim_space_info sum = { 0 };

	for (guint i = 0; i < space->groups_owned->len; i++) {
		const struct tsim_block_group *bg = g_ptr_array_index(space->groups_owned, i);

		if (bg->type == type)
			add_group(&sum, bg);
	}
	tsim_invariant(sum.total == info->total && sum.used == info->used &&
			       sum.pinned == info->pinned && sum.reserved == info->reserved,
		       "the counters of %s are not the sums over its groups",
		       tsim_bg_type_names[type]);
	tsim_invariant(sum.readonly == info->readonly,
		       "%s: %" G_GINT64_FORMAT " bytes read-only, by its groups %" G_GINT64_FORMAT,
		       tsim_bg_type_names[type], info->readonly, sum.readonly);
}

/* Stripes of chunks that are not removed, one by one and together, are the device extents. */
static void check_dev_extents(const struct tsim_space *space)
{
	guint64 stripes = 0;

	for (guint i = 0; i < space->chunks->len; i++) {
		const struct tsim_chunk *chunk = g_ptr_array_index(space->chunks, i);

		for (guint c = 0; c < chunk->copies && !chunk->remove_transid; c++) {
			tsim_invariant(tsim_interval_set_contains(&space->dev_extents,
								  tsim_chunk_stripe(chunk, c)),
				       "chunk %u has no device extent", chunk->ordinal);
			stripes += chunk->len;
		}
	}
	tsim_invariant(stripes == tsim_interval_set_bytes(&space->dev_extents),
		       "%" G_GUINT64_FORMAT " bytes of stripes in %" G_GUINT64_FORMAT
		       " of device extents",
		       stripes, tsim_interval_set_bytes(&space->dev_extents));
}

/*
 * Unallocated, allocated and pinned are the device, and no byte is two of them.
 * Only a hole search with a historical bug can put a chunk on a pinned range.
 */
static void check_device(const struct tsim_space *space)
{
	struct tsim_interval_set all = { 0 };
	guint64 live = 0, pinned = 0, bytes;

	for (guint i = 0; i < space->maps->len; i++) {
		const struct tsim_chunk *chunk = g_ptr_array_index(space->maps, i);

		for (guint c = 0; c < chunk->copies; c++)
			tsim_interval_set_add(&all, tsim_chunk_stripe(chunk, c));
		if (chunk->map == TSIM_MAP_PINNED)
			pinned += chunk->len * chunk->copies;
		else
			live += chunk->len * chunk->copies;
	}
	bytes = tsim_interval_set_bytes(&all);
	tsim_invariant(all.n == 0 || all.ranges[all.n - 1].end <= space->fs->opt->size_bytes,
		       "a chunk beyond the end of the device");
	tsim_invariant(live + pinned == bytes || space->fs->out->pin_overlaps > 0,
		       "%" G_GUINT64_FORMAT " bytes allocated and %" G_GUINT64_FORMAT
		       " pinned cover %" G_GUINT64_FORMAT,
		       live, pinned, bytes);
	tsim_invariant(pinned == space->pinned_bytes,
		       "%" G_GUINT64_FORMAT " bytes pinned, not %" G_GUINT64_FORMAT, pinned,
		       space->pinned_bytes);
	tsim_interval_set_clear(&all);
}

void tsim_paranoid_check(const struct tsim_fs *fs)
{
	const struct tsim_space *space = &fs->space;

	if (!fs->paranoid)
		return;
	for (guint i = 0; i < space->groups->len; i++)
		check_group(g_ptr_array_index(space->groups, i));
	for (guint i = 0; i < TSIM_N_BG_TYPES; i++)
		check_info(space, i);
	check_dev_extents(space);
	check_device(space);
}

/*
 * Little's law without an average in it: over a time that begins and ends with
 * nothing in flight, the area under the number in flight is the sum of the
 * times that are reported; divided by the length, mean number = rate * mean
 * time.
 */
static void check_little(struct tsim_fs *fs)
{
	struct tsim_paranoid *p = fs->paranoid;
	double after = reported_ns(&fs->dev), reported = after - p->reported_ns;

	while (complete_one(p, TSIM_NS_NEVER))
		;
	tsim_invariant(p->area_ns == p->total_ns, "Little: %g ns in flight, %g ns in commands",
		       (double)p->area_ns, (double)p->total_ns);
	if (!fs->dev.discard_ns || !fs->dev.io_ns)
		return;
	/* the totals are doubles: each may be off by half of its last bit */
	tsim_invariant(fabs((double)p->area_ns - reported) <= 4 * DBL_EPSILON * after,
		       "Little: %.17g ns in flight, %.17g ns reported", (double)p->area_ns,
		       reported);
}

void tsim_paranoid_finish(struct tsim_fs *fs)
{
	if (!fs->paranoid)
		return;
	tsim_paranoid_check(fs);
	check_little(fs);
	if (fs->dev.ftl)
		tsim_ftl_check(fs->dev.ftl->map);
}
