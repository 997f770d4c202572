/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A recording of a real btrfs drives the space and commit code: at each of
 * its allocations, removals, commits and releases the same is done here, and
 * every chunk must come out at the kernel's place, size and logical address.
 *
 * Models: mkfs.btrfs with single data and single metadata, and what the
 *   recording says; nothing here takes time but what it says.
 */
#include "placement.h"

#include "device-options.h"
#include "error.h"
#include "fs.h"
#include "ftrace.h"
#include "removal.h"
#include "units.h"

struct replay {
	TsimEngine *engine;
	const GArray *events;
	struct tsim_fs_options fs_options;
	struct tsim_device_options device_options;
	struct tsim_fs fs;
	struct tsim_outcome outcome;
	struct tsim_placement *out;
	GError *error;
	gboolean stop;
};

/* Keeps the map of a removed group when the recorded kernel did; the recording releases it. */
struct recorded {
	gboolean keep_next;
};

static enum tsim_release as_recorded(struct tsim_policy *p, struct tsim_block_group *bg)
{
	const struct recorded *state = p->state;

	return state->keep_next ? TSIM_RELEASE_PIN : TSIM_RELEASE_NOW;
}

static const struct tsim_policy_ops recorded = {
	.name = "recorded",
	.state_size = sizeof(struct recorded),
	.group_removed = as_recorded,
};

static enum tsim_bg_type type_of(guint64 flags)
{
	return flags & 1 ? TSIM_DATA : flags & 2 ? TSIM_SYSTEM : TSIM_METADATA;
}

/* What follows a difference follows from it: the replay ends. */
static void differ(struct replay *r, const struct tsim_trace_event *e,
		   const struct tsim_chunk *chunk)
{
	g_autofree char *at = tsim_human_time((double)e->t_ns);
	g_autofree char *ours = NULL;

	if (chunk)
		ours = g_strdup_printf("logical %" G_GUINT64_FORMAT " phys %" G_GUINT64_FORMAT
				       " len %" G_GUINT64_FORMAT,
				       chunk->logical, chunk->phys[0], chunk->len);
	r->out->difference = g_strdup_printf(
		"chunk %u, %s after the first event: the kernel has logical %" G_GUINT64_FORMAT
		" phys %" G_GUINT64_FORMAT " len %" G_GUINT64_FORMAT ", the simulator %s",
		r->out->placed + 1, at, e->logical, e->phys, e->len, ours ? ours : "no space");
	r->stop = TRUE;
}

static void fail(struct replay *r, const struct tsim_trace_event *e, const char *what)
{
	g_autofree char *at = tsim_human_time((double)e->t_ns);

	tsim_throw(&r->error, "%s after the first event: block group %" G_GUINT64_FORMAT " %s", at,
		   e->logical, what);
	r->stop = TRUE;
}

static gboolean was_used(const struct tsim_space *space, guint n, guint64 logical)
{
	for (guint i = 0; i < n; i++) {
		if (((struct tsim_chunk *)g_ptr_array_index(space->chunks, i))->logical == logical)
			return TRUE;
	}
	return FALSE;
}

static void place(struct replay *r, const struct tsim_trace_event *e)
{
	struct tsim_space *space = &r->fs.space;
	struct tsim_chunk_request request;
	const struct tsim_chunk *chunk;
	guint n = space->chunks->len;

	if (tsim_chunk_alloc(space, type_of(e->flags), TSIM_CHUNK_FORCE, &request) !=
	    TSIM_CHUNK_MADE) {
		differ(r, e, NULL);
		return;
	}
	chunk = g_ptr_array_index(space->chunks, n);
	if (chunk->logical != e->logical || chunk->phys[0] != e->phys || chunk->len != e->len) {
		differ(r, e, chunk);
		return;
	}
	r->out->placed++;
	r->out->reused += was_used(space, n, e->logical);
}

/* What mkfs put there: a balance moved it. */
static void empty(struct replay *r, struct tsim_block_group *bg, struct tsim_transaction *trans)
{
	while (bg->chunk->live.n > 0) {
		struct tsim_range live = bg->chunk->live.ranges[0]; /* within the chunk */
		struct tsim_extent extent = { bg, TSIM_RANGE(bg->range.start + live.start,
							     bg->range.start + live.end) };

		tsim_extent_free(&r->fs, trans, &extent);
	}
}

/* The removal is done at its bg_removed line, which says whether the map was kept. */
static void remove_group(struct replay *r, const struct tsim_trace_event *e,
			 struct tsim_transaction *trans)
{
	struct tsim_block_group *bg = tsim_block_group_next(&r->fs.space, e->logical);

	if (!bg || bg->range.start != e->logical) {
		fail(r, e, "is removed, but there is none at this address");
		return;
	}
	((struct recorded *)r->fs.policy.state)->keep_next = e->kept;
	empty(r, bg, trans);
	if (!tsim_block_group_set_ro(&r->fs.space, bg, TRUE)) {
		fail(r, e, "is removed, but it cannot be set read-only");
		return;
	}
	tsim_remove_block_group(&r->fs, trans, bg);
}

static void release(struct replay *r, const struct tsim_trace_event *e)
{
	struct tsim_space *space = &r->fs.space;

	for (guint i = 0; i < space->pinned_chunks->len; i++) {
		struct tsim_chunk *chunk = g_ptr_array_index(space->pinned_chunks, i);

		if (chunk->logical != e->logical)
			continue;
		tsim_mutex_lock(&space->chunk_mutex);
		tsim_policy_release(&r->fs.policy, chunk->bg);
		tsim_mutex_unlock(&space->chunk_mutex);
		return;
	}
	fail(r, e, "is released, but it is not kept");
}

static void step(struct replay *r, const struct tsim_trace_event *e)
{
	struct tsim_transaction *trans;

	tsim_sleep_until(r->engine, e->t_ns);
	trans = tsim_trans_attach(&r->fs, TSIM_TRANS_JOIN);
	if (e->kind == TSIM_TRACE_CHUNK_ALLOC)
		place(r, e);
	else if (e->kind == TSIM_TRACE_REMOVED)
		remove_group(r, e, trans);
	else if (e->kind == TSIM_TRACE_RELEASED)
		release(r, e);
	if (e->kind == TSIM_TRACE_UNBLOCKED && !r->stop)
		tsim_commit_transaction(&r->fs, trans, TSIM_TRANS_JOIN);
	else
		tsim_trans_end(&r->fs, trans, TSIM_TRANS_JOIN);
}

/* The rest of a recording is for those who measure it. */
static gboolean concerns_placement(const struct tsim_trace_event *e)
{
	return e->kind == TSIM_TRACE_CHUNK_ALLOC || e->kind == TSIM_TRACE_REMOVED ||
	       e->kind == TSIM_TRACE_RELEASED || e->kind == TSIM_TRACE_UNBLOCKED;
}

static void script(void *data)
{
	struct replay *r = data;

	for (guint i = 0; i < r->events->len && !r->stop; i++) {
		const struct tsim_trace_event *e =
			&g_array_index(r->events, struct tsim_trace_event, i);

		if (concerns_placement(e))
			step(r, e);
	}
}

static void start(void *data)
{
	struct replay *r = data;

	tsim_space_mkfs(&r->fs.space);
	tsim_fs_mount(&r->fs, FALSE);
	tsim_actor_spawn(r->engine, "recording", 1, 0, script, r);
}

static void drop_law(TsimLaw **law)
{
	g_clear_pointer(law, tsim_law_free);
}

/* A file system in which nothing takes time of its own. */
static void set_options(struct replay *r, guint64 device_bytes, enum tsim_hole_search search)
{
	struct tsim_fs_options *o = &r->fs_options;

	tsim_options_defaults(tsim_fs_option_table, o);
	tsim_options_defaults(tsim_device_option_table, &r->device_options);
	drop_law(&o->commit_start);
	drop_law(&o->commit_critical);
	drop_law(&o->delayed_ref_delay);
	o->commit_blocks = 0;
	o->size_bytes = device_bytes;
	o->metadata_profile = TSIM_PROFILE_SINGLE;
	o->hole_search = search;
	r->device_options.slots = 64;
}

static void run(struct replay *r)
{
	const struct tsim_rng rng = { 1, 1 };

	tsim_fs_init(&r->fs, r->engine, &r->fs_options, &r->device_options, &rng);
	r->fs.out = &r->outcome;
	tsim_policy_init(&r->fs.policy, &recorded, NULL, &r->fs);
	if (tsim_engine_run(r->engine, TSIM_NS_NEVER, start, r, r->error ? NULL : &r->error))
		tsim_fs_finish(&r->fs, NULL);
	tsim_fs_clear(&r->fs);
}

/**
 * tsim_placement_check:
 * @engine: entered
 * @events: (element-type struct tsim_trace_event)
 * @out: tsim_placement_clear() it, also after an error
 *
 * Replays a recording up to the first chunk that comes out elsewhere.
 *
 * Returns: FALSE when the recording contradicts itself.
 */
gboolean tsim_placement_check(TsimEngine *engine, const GArray *events, guint64 device_bytes,
			      enum tsim_hole_search search, struct tsim_placement *out,
			      GError **error)
{
	struct replay *r = g_new0(struct replay, 1);
	gboolean ok;

	*out = (struct tsim_placement){ 0 };
	for (guint i = 0; i < events->len; i++)
		out->chunks += g_array_index(events, struct tsim_trace_event, i).kind ==
			       TSIM_TRACE_CHUNK_ALLOC;
	r->engine = engine;
	r->events = events;
	r->out = out;
	r->outcome.first_hit_ns = TSIM_NS_NEVER;
	set_options(r, device_bytes, search);
	run(r);
	ok = !r->error;
	if (r->error)
		g_propagate_error(error, r->error);
	tsim_options_clear(tsim_fs_option_table, &r->fs_options);
	tsim_options_clear(tsim_device_option_table, &r->device_options);
	g_free(r);
	return ok;
}

void tsim_placement_clear(struct tsim_placement *placement)
{
	g_clear_pointer(&placement->difference, g_free);
}
