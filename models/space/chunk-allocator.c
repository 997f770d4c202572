/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The chunk allocator actor.
 *
 * Models: allocation under chunk_mutex, the 80 % rule, the check of the
 *   system space first, `full` set on ENOSPC and looked at before anything
 *   else, what the policy forbids, and whether pinned ranges changed the
 *   answer (displaced, shrunk, false ENOSPC).
 * Leaves out: metadata over-commit; phase 2 of the allocation (items in the
 *   extent and device trees), which the commit writes with its tree blocks.
 * Source: fs/btrfs/extent-tree.c: do_chunk_alloc, should_alloc_chunk,
 *   check_system_chunk (3.18), block-group.c:btrfs_chunk_alloc (6.1), where a
 *   kworker does most of it.
 */
#include "fs.h"
#include "space.h"
#include "tracepoint.h"

/*
 * btrfs_calc_metadata_size(1 device) + btrfs_calc_insert_metadata_size(1): 3 * 8
 * levels of 16 KiB
 */
#define SYSTEM_THRESHOLD (G_GUINT64_CONSTANT(3) * 8 * 16384)

static guint collect_busy(const GPtrArray *chunks, struct tsim_range *busy)
{
	guint n = 0;

	for (guint i = 0; i < chunks->len; i++) {
		const struct tsim_chunk *chunk = g_ptr_array_index(chunks, i);

		for (guint c = 0; c < chunk->copies; c++)
			busy[n++] = tsim_chunk_stripe(chunk, c);
	}
	return n;
}

/* @vetoed: a range that the policy refused, or empty. */
static struct tsim_hole search(struct tsim_space *space, enum tsim_bg_type type, gboolean with_pins,
			       const struct tsim_interval_set *vetoed)
{
	const struct tsim_fs_options *opt = space->fs->opt;
	guint max = 2 * (space->pending_chunks->len + space->pinned_chunks->len) + vetoed->n;
	g_autofree struct tsim_range *busy = g_new(struct tsim_range, max + 1);
	guint n = collect_busy(space->pending_chunks, busy);

	if (with_pins)
		n += collect_busy(space->pinned_chunks, busy + n);
	for (guint i = 0; i < vetoed->n; i++)
		busy[n++] = vetoed->ranges[i];
	return tsim_find_free_dev_extent(&space->commit_root, busy, n, opt->size_bytes,
					 tsim_chunk_wanted(opt, type), opt->hole_search);
}

static guint64 stripe_in(struct tsim_space *space, enum tsim_bg_type type,
			 const struct tsim_hole *hole)
{
	return tsim_chunk_stripe_len(space->fs->opt, type, hole->len);
}

/**
 * tsim_chunk_would_fit_without_pins:
 * Returns: whether a chunk of @type could be made if nothing were pinned.
 */
gboolean tsim_chunk_would_fit_without_pins(struct tsim_space *space, enum tsim_bg_type type)
{
	struct tsim_interval_set none = { 0 };
	struct tsim_hole hole = search(space, type, FALSE, &none);

	return stripe_in(space, type, &hole) > 0;
}

/* Ask the policy about a hole; a refused range is searched around. */
static struct tsim_hole search_granted(struct tsim_space *space, enum tsim_bg_type type)
{
	struct tsim_policy *policy = &space->fs->policy;
	struct tsim_interval_set vetoed = { 0 };
	struct tsim_hole hole;

	for (;;) {
		enum tsim_grant grant = TSIM_GRANT;
		struct tsim_range r;

		hole = search(space, type, TRUE, &vetoed);
		r = TSIM_RANGE(hole.start,
			       hole.start + stripe_in(space, type, &hole) *
						    tsim_chunk_copies(space->fs->opt, type));
		if (policy->ops->may_allocate && r.end > r.start)
			grant = policy->ops->may_allocate(policy, r);
		if (grant == TSIM_GRANT)
			break;
		if (grant == TSIM_GRANT_SKIP) {
			tsim_interval_set_add(&vetoed, r);
			continue;
		}
		/* nothing may be owned across the wait */
		tsim_interval_set_clear(&vetoed);
		tsim_mutex_unlock(&space->chunk_mutex);
		tsim_cond_wait(&space->released, TSIM_NS_NEVER);
		tsim_mutex_lock(&space->chunk_mutex);
	}
	tsim_interval_set_clear(&vetoed);
	return hole;
}

static void compare_without_pins(struct tsim_space *space, struct tsim_chunk_request *r,
				 const struct tsim_hole *hole)
{
	struct tsim_interval_set none = { 0 };
	struct tsim_hole other;

	if (space->pinned_chunks->len == 0)
		return;
	other = search(space, r->type, FALSE, &none);
	r->displaced = other.start != hole->start;
	r->shrunk = stripe_in(space, r->type, &other) > stripe_in(space, r->type, hole);
}

static enum tsim_chunk_result make_chunk(struct tsim_space *space, struct tsim_chunk_request *r)
{
	struct tsim_hole hole = search_granted(space, r->type);
	guint64 stripe = stripe_in(space, r->type, &hole);
	struct tsim_transaction *trans = space->fs->commit.running;
	struct tsim_range phys;
	struct tsim_chunk *chunk;
	struct tsim_block_group *bg;

	compare_without_pins(space, r, &hole);
	if (stripe == 0) {
		gboolean is_false = tsim_chunk_would_fit_without_pins(space, r->type);

		r->displaced = r->shrunk = FALSE;
		tsim_space_set_full(space, r->type, is_false);
		return is_false ? TSIM_CHUNK_FALSE_ENOSPC : TSIM_CHUNK_ENOSPC;
	}
	phys = TSIM_RANGE(hole.start,
			  hole.start + stripe * tsim_chunk_copies(space->fs->opt, r->type));
	if (tsim_chunk_overlapping(space, phys, TSIM_MAP_LIVE)) { /* b14c5e04bd0f */
		space->fs->out->eexist++;
		return TSIM_CHUNK_ENOSPC;
	}
	space->fs->out->pin_overlaps += tsim_chunk_overlapping(space, phys, TSIM_MAP_PINNED) !=
					NULL;
	chunk = tsim_chunk_create(space, r->type, hole.start, stripe);
	bg = tsim_block_group_create(space, chunk);
	if (space->fs->opt->new_groups_unused) /* btrfs_create_pending_block_groups() */
		tsim_block_group_mark_unused(space, bg);
	trans->log_full_commit = TRUE; /* btrfs_set_log_full_commit() */
	space->fs->out->chunks_allocated++;
	tsim_trace_chunk(space->fs, TSIM_TRACE_CHUNK_ALLOC, chunk);
	tsim_oracle_chunk_created(&space->fs->oracle, chunk);
	return TSIM_CHUNK_MADE;
}

/**
 * tsim_chunk_alloc_needed:
 * should_alloc_chunk(): used and reserved plus 2 MiB reach 80 % of what is writable.
 */
gboolean tsim_chunk_alloc_needed(const struct tsim_space *space, enum tsim_bg_type type)
{
	const struct tsim_space_info *info = &space->info[type];
	gint64 writable = (gint64)info->total - info->readonly;

	return (gint64)(info->used + info->reserved + 2 * TSIM_MIB) >= writable / 10 * 8;
}

static void check_system_chunk(struct tsim_space *space)
{
	struct tsim_chunk_request r = { .type = TSIM_SYSTEM };

	if (tsim_space_free_bytes(space, TSIM_SYSTEM) < SYSTEM_THRESHOLD &&
	    !space->info[TSIM_SYSTEM].full)
		make_chunk(space, &r);
}

static void serve(struct tsim_space *space, struct tsim_chunk_request *r)
{
	struct tsim_space_info *info = &space->info[r->type];

	tsim_mutex_lock(&space->chunk_mutex);
	/* in btrfs each requester waits for the mutex itself */
	r->mutex_wait_ns = tsim_now(space->fs->engine) - r->since_ns;
	if (info->full) {
		r->result = info->full_is_false ? TSIM_CHUNK_FALSE_ENOSPC : TSIM_CHUNK_ENOSPC;
	} else if (r->force == TSIM_CHUNK_NO_FORCE && !tsim_chunk_alloc_needed(space, r->type)) {
		r->result = TSIM_CHUNK_NOT_NEEDED;
	} else {
		if (r->type != TSIM_SYSTEM)
			check_system_chunk(space);
		r->tried = TRUE;
		r->result = make_chunk(space, r);
	}
	tsim_mutex_unlock(&space->chunk_mutex);
}

static void chunk_allocator(void *data)
{
	struct tsim_space *space = data;

	for (;;) {
		struct tsim_chunk_request *r;

		while (!space->requests)
			tsim_park(space->fs->engine, TSIM_NS_NEVER, "a chunk request");
		r = space->requests;
		space->requests = r->next;
		if (!space->requests)
			space->requests_tail = &space->requests;
		serve(space, r);
		r->done = TRUE;
		tsim_unpark(r->requester);
	}
}

void tsim_chunk_allocator_start(struct tsim_space *space)
{
	space->allocator = tsim_actor_spawn(space->fs->engine, "chunk allocator", 0,
					    TSIM_ACTOR_DAEMON, chunk_allocator, space);
}

/**
 * tsim_chunk_alloc:
 * @force: whether the 80 % rule is asked first
 * @r: (out): displaced, shrunk and the wait for chunk_mutex
 *
 * do_chunk_alloc(): hands the request to the chunk allocator and waits for
 * its answer.  The caller holds a transaction handle.
 */
enum tsim_chunk_result tsim_chunk_alloc(struct tsim_space *space, enum tsim_bg_type type,
					enum tsim_chunk_force force, struct tsim_chunk_request *r)
{
	struct tsim_fs *fs = space->fs;
	tsim_ns start = tsim_now(fs->engine);

	*r = (struct tsim_chunk_request){ .type = type, .force = force, .since_ns = start };
	if (force == TSIM_CHUNK_NO_FORCE && !tsim_chunk_alloc_needed(space, type))
		return TSIM_CHUNK_NOT_NEEDED;
	r->requester = tsim_actor_self(fs->engine);
	*space->requests_tail = r;
	space->requests_tail = &r->next;
	tsim_unpark(space->allocator);
	while (!r->done)
		tsim_park(fs->engine, TSIM_NS_NEVER, "the chunk allocator");
	if (fs->dist)
		tsim_histogram_add(fs->dist->chunk_alloc, tsim_now(fs->engine) - start);
	if (r->tried)
		tsim_trace_chunk_done(fs, r->result == TSIM_CHUNK_MADE, r->mutex_wait_ns);
	fs->out->displaced += r->displaced;
	fs->out->shrunk += r->shrunk;
	return r->result;
}
