/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A recording of a real btrfs drives the space and commit code: at each of
 * its allocations, removals, commits and releases the same is done here, and
 * every chunk must come out at the kernel's place, size and logical address.
 *
 * Models: mkfs.btrfs with single data and single metadata, and what the
 *   recording says (follow.c); nothing here takes time but what it says.
 */
#include "placement.h"

#include "device-options.h"
#include "follow.h"
#include "units.h"

struct replay {
	TsimEngine *engine;
	TsimRecording *recording;
	struct tsim_fs_options fs_options;
	struct tsim_device_options device_options;
	struct tsim_fs fs;
	struct tsim_outcome outcome;
	struct tsim_follower follower;
	struct tsim_placement *out;
};

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
	r->out->beyond = e->phys + e->len > r->fs_options.size_bytes;
	r->follower.stop = TRUE;
}

static gboolean was_used(const struct tsim_space *space, const struct tsim_chunk *new)
{
	for (guint i = 0; i < new->ordinal; i++) {
		if (((struct tsim_chunk *)g_ptr_array_index(space->chunks, i))->logical ==
		    new->logical)
			return TRUE;
	}
	return FALSE;
}

static void compare(void *data, const struct tsim_recorded_step *step,
		    const struct tsim_chunk *chunk)
{
	struct replay *r = data;
	const struct tsim_trace_event *e = &step->event;

	if (!chunk || chunk->logical != e->logical || chunk->phys[0] != e->phys ||
	    chunk->len != e->len) {
		differ(r, e, chunk);
		return;
	}
	r->out->placed++;
	r->out->reused += was_used(&r->fs.space, chunk);
}

/* The rest of a recording is for those who measure or follow all of it. */
static gboolean concerns_placement(const struct tsim_trace_event *e)
{
	return e->kind == TSIM_TRACE_CHUNK_ALLOC || e->kind == TSIM_TRACE_REMOVED ||
	       e->kind == TSIM_TRACE_RELEASED || e->kind == TSIM_TRACE_UNBLOCKED;
}

static TsimRecording *record(const GArray *events, struct tsim_placement *out, GError **error)
{
	g_autoptr(GArray) kept = g_array_new(FALSE, FALSE, sizeof(struct tsim_trace_event));

	for (guint i = 0; i < events->len; i++) {
		const struct tsim_trace_event *e =
			&g_array_index(events, struct tsim_trace_event, i);

		out->chunks += e->kind == TSIM_TRACE_CHUNK_ALLOC;
		if (concerns_placement(e))
			g_array_append_vals(kept, e, 1);
	}
	return tsim_recording_new(kept, error);
}

static void start(void *data)
{
	struct replay *r = data;

	tsim_space_mkfs(&r->fs.space);
	tsim_fs_mount(&r->fs, FALSE);
	tsim_follow_start(&r->follower);
}

static void set_options(struct replay *r, guint64 device_bytes, enum tsim_hole_search search)
{
	tsim_options_defaults(tsim_fs_option_table, &r->fs_options);
	tsim_options_defaults(tsim_device_option_table, &r->device_options);
	tsim_follow_adjust(&r->fs_options);
	r->fs_options.size_bytes = device_bytes;
	r->fs_options.hole_search = search;
}

static gboolean run(struct replay *r, GError **error)
{
	const struct tsim_rng rng = { 1, 1 };
	gboolean ok;

	tsim_fs_init(&r->fs, r->engine, &r->fs_options, &r->device_options, &rng);
	r->fs.out = &r->outcome;
	tsim_policy_init(&r->fs.policy, &tsim_policy_recorded, NULL, &r->fs);
	r->follower = (struct tsim_follower){
		.fs = &r->fs, .recording = r->recording, .scale = 1, .placed = compare, .data = r
	};
	ok = tsim_engine_run(r->engine, TSIM_NS_NEVER, start, r, error);
	tsim_follow_clear(&r->follower);
	tsim_fs_clear(&r->fs);
	return ok;
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
	g_autoptr(TsimRecording) recording = NULL;
	struct replay *r;
	gboolean ok;

	*out = (struct tsim_placement){ 0 };
	recording = record(events, out, error);
	if (!recording)
		return FALSE;
	r = g_new0(struct replay, 1);
	r->engine = engine;
	r->recording = recording;
	r->out = out;
	r->outcome.first_hit_ns = TSIM_NS_NEVER;
	set_options(r, device_bytes, search);
	ok = run(r, error);
	tsim_options_clear(tsim_fs_option_table, &r->fs_options);
	tsim_options_clear(tsim_device_option_table, &r->device_options);
	g_free(r);
	return ok;
}

void tsim_placement_clear(struct tsim_placement *placement)
{
	g_clear_pointer(&placement->difference, g_free);
}
