/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * probe: one range, one race, at given delays; what the closed forms describe.
 *
 * Models: one RO block group whose whole free space is hidden and discarded;
 *   then, each after its own delay, its removal, the commit, the allocation of
 *   a chunk at the same place and one write of a sector in it.  Or, with
 *   request_rate, a place that is pinned for a discard and then free for a
 *   gap, and writers that ask for it (one cycle a replication).
 * Leaves out: every other cost: nothing but the five delays takes time.
 * Source: docs/validation.md; the code of the space, commit, trim and policy
 *   models is the same as for every other workload.
 */
#include <math.h>
#include <string.h>

#include "error.h"
#include "file.h"
#include "fitrim.h"
#include "removal.h"
#include "service.h"
#include "workloads.h"

#define SLOT_BYTES (16 * TSIM_MIB)	/* the data chunk of any device below 160 MiB */
#define SYSTEM_BYTES (4 * TSIM_MIB)
#define FIRST_SLOT (TSIM_MIB + SYSTEM_BYTES)

enum {
	DRAW_REMOVAL = TSIM_DRAW_WORKLOAD + 10,
	DRAW_COMMIT,
	DRAW_ALLOCATION,
	DRAW_WRITE,
	DRAW_OVERLAP,
	DRAW_SECTOR,
	DRAW_GAP,
	DRAW_REQUEST,
};

struct config {
	char *removal_delay, *commit_delay;
	TsimLaw *allocation_delay, *write_delay, *gap;
	double overlap, request_rate;
	guint64 pieces;
	char *on_enospc;
};

struct state {
	struct tsim_enospc_rule rule;
	TsimLaw *removal, *commit;	/* NULL: uniform-in-discard, periodic */
	struct tsim_block_group *bg;
	struct tsim_file *file;
};

#define OPT(field) offsetof(struct config, field)

static const struct tsim_option options[] = {
	{ "removal_delay", TSIM_OPT_STRING, OPT(removal_delay), .def = "fixed(0s)",
	  .help = "law of the time from the hide to the group's removal, or uniform-in-discard" },
	{ "commit_delay", TSIM_OPT_STRING, OPT(commit_delay), .def = "fixed(0s)",
	  .help = "law of the time from removal to commit, or periodic: by the commit interval" },
	{ "allocation_delay", TSIM_OPT_LAW, OPT(allocation_delay), .def = "fixed(0s)",
	  .help = "from UNBLOCKED to the allocation of a chunk" },
	{ "write_delay", TSIM_OPT_LAW, OPT(write_delay), .def = "fixed(0s)",
	  .help = "from the grant to the write" },
	{ "overlap", TSIM_OPT_SHARE, OPT(overlap), 0, 1, .def = "1",
	  .help = "probability that the new chunk overlaps the discarded range" },
	{ "pieces", TSIM_OPT_COUNT, OPT(pieces), 1, 1e6, .def = "1",
	  .help = "equal parts of the discard that take effect one after the other" },
	{ "request_rate", TSIM_OPT_FREQUENCY, OPT(request_rate), 0, 1e9, .def = "0/s",
	  .help = "Poisson requests for the pinned place; 0: one race instead" },
	{ "gap", TSIM_OPT_LAW, OPT(gap), .def = "fixed(0s)",
	  .help = "with request_rate: time that the place is free after each discard" },
	{ "on_enospc", TSIM_OPT_STRING, OPT(on_enospc), .def = "fail",
	  .help = "fail, wait, or retry(TIME): what a writer does when there is no space" },
	{ .name = NULL },
};

static gboolean parse_delay(const char *key, const char *text, const char *word, TsimLaw **out, GError **error)
{
	g_autoptr(GError) local = NULL;

	*out = NULL;
	if (strcmp(text, word) == 0)
		return TRUE;
	*out = tsim_law_parse(text, &local);
	return *out || tsim_throw(error, "%s = %s: %s (or %s)", key, text, local->message, word);
}

static gboolean prepare(void *data, GError **error)
{
	const struct config *c = data;
	g_autoptr(TsimLaw) removal = NULL, commit = NULL;
	struct tsim_enospc_rule rule;

	return parse_delay("removal_delay", c->removal_delay, "uniform-in-discard", &removal, error) &&
	       parse_delay("commit_delay", c->commit_delay, "periodic", &commit, error) &&
	       tsim_enospc_rule_parse(c->on_enospc, &rule, error);
}

/* Two slots: the probed one above, and below it one that is taken unless the new chunk misses. */
static void adjust(const void *data, struct tsim_fs_options *fs, struct tsim_device_options *device)
{
	const struct config *c = data;

	fs->size_bytes = FIRST_SLOT + 2 * SLOT_BYTES;
	fs->metadata_profile = TSIM_PROFILE_SINGLE;
	if (c->pieces > 1) {
		device->discard_effect = TSIM_EFFECT_SWEEP;
		device->sweep_steps = c->pieces;
	}
}

static tsim_ns draw(struct tsim_workload *w, const TsimLaw *law, guint32 purpose)
{
	return tsim_draw_law(&w->fs->rng, law, 0, purpose, 0);
}

static void probe_mkfs(struct tsim_workload *w)
{
	const struct config *c = w->config;
	struct state *state = w->state;
	struct tsim_fs *fs = w->fs;

	tsim_space_add_initial(&fs->space, TSIM_SYSTEM, TSIM_MIB, SYSTEM_BYTES);
	if (tsim_rng_uniform(&fs->rng, 0, DRAW_OVERLAP, 0) < c->overlap || c->request_rate > 0)
		tsim_block_group_set_ro(&fs->space, tsim_space_add_initial(&fs->space, TSIM_DATA, FIRST_SLOT,
									   SLOT_BYTES)->bg, TRUE);
	state->bg = tsim_space_add_initial(&fs->space, TSIM_DATA, FIRST_SLOT + SLOT_BYTES, SLOT_BYTES)->bg;
	tsim_block_group_set_ro(&fs->space, state->bg, TRUE);
}

/* The discard of the whole group.  When it is over nothing more can be destroyed. */
static void trimmer(void *data)
{
	struct tsim_workload *w = data;
	const struct config *c = w->config;
	struct state *state = w->state;

	tsim_trim_block_group(w->fs, state->bg, 1);
	w->fs->out->trim_passes++;
	if (c->request_rate > 0)
		tsim_sleep(w->fs->engine, draw(w, c->gap, DRAW_GAP));
	tsim_engine_stop(w->fs->engine);
}

static tsim_ns removal_delay(struct tsim_workload *w)
{
	struct state *state = w->state;
	const struct tsim_device_options *device = w->fs->dev.opt;
	guint32 ordinal = state->bg->chunk->ordinal;

	if (state->removal)
		return draw(w, state->removal, DRAW_REMOVAL);
	return (tsim_ns)(tsim_rng_uniform(&w->fs->rng, 0, DRAW_REMOVAL, 0) *
			 (double)tsim_discard_service(device, &w->fs->rng, SLOT_BYTES, ordinal, 0));
}

/* The removal joins a running transaction; periodic: of an age uniform in the interval. */
static void remove_and_commit(struct tsim_workload *w)
{
	struct state *state = w->state;
	struct tsim_fs *fs = w->fs;
	struct tsim_transaction *trans = tsim_trans_attach(fs, TSIM_TRANS_JOIN);
	double u;

	tsim_remove_block_group(fs, trans, state->bg);
	tsim_trans_end(fs, trans, TSIM_TRANS_JOIN);
	if (state->commit) {
		tsim_sleep(fs->engine, draw(w, state->commit, DRAW_COMMIT));
	} else {
		u = tsim_rng_uniform(&fs->rng, 0, DRAW_COMMIT, 0);
		trans->start_ns -= (tsim_ns)(u * (double)fs->opt->commit_interval_ns);
		tsim_sleep_until(fs->engine, trans->start_ns + fs->opt->commit_interval_ns);
	}
	tsim_commit_now(fs);
}

static void reuse(void *data)
{
	struct tsim_workload *w = data;
	const struct config *c = w->config;
	struct state *state = w->state;
	struct tsim_fs *fs = w->fs;
	guint64 sector;

	tsim_sleep(fs->engine, removal_delay(w));
	remove_and_commit(w);
	if (c->request_rate > 0)
		return;
	tsim_sleep(fs->engine, draw(w, c->allocation_delay, DRAW_ALLOCATION));
	if (!tsim_file_fallocate(state->file, SLOT_BYTES, &state->rule))
		return;
	tsim_sleep(fs->engine, draw(w, c->write_delay, DRAW_WRITE));
	sector = (guint64)(tsim_rng_uniform(&fs->rng, 0, DRAW_SECTOR, 0) * (double)(SLOT_BYTES / TSIM_SECTOR));
	tsim_file_write(state->file, sector * TSIM_SECTOR, TSIM_SECTOR);
}

/* Hand a granted place back at once: the chunk never reaches a commit root. */
static void give_back(struct tsim_fs *fs)
{
	GPtrArray *groups = fs->space.info[TSIM_DATA].groups;
	struct tsim_block_group *bg = g_ptr_array_index(groups, groups->len - 1);
	struct tsim_transaction *trans = tsim_trans_attach(fs, TSIM_TRANS_JOIN);

	tsim_block_group_set_ro(&fs->space, bg, TRUE);
	tsim_remove_block_group(fs, trans, bg);
	tsim_trans_end(fs, trans, TSIM_TRANS_JOIN);
	fs->out->removals--;	/* not one of the file system's */
	tsim_space_released(&fs->space);
}

static void request(void *data)
{
	struct tsim_workload *w = data;
	struct state *state = w->state;
	struct tsim_alloc_request r;
	enum tsim_chunk_result result;

	tsim_alloc_begin(w->fs, &r);
	do {
		result = tsim_alloc_chunk(w->fs, TSIM_DATA, TSIM_CHUNK_FORCE, &r);
	} while (result != TSIM_CHUNK_MADE &&
		 tsim_alloc_again(w->fs, TSIM_DATA, SLOT_BYTES, result == TSIM_CHUNK_FALSE_ENOSPC, &state->rule, &r));
	tsim_alloc_end(w->fs, &r);
	if (result == TSIM_CHUNK_MADE)
		give_back(w->fs);
}

static void arrivals(void *data)
{
	struct tsim_workload *w = data;
	const struct config *c = w->config;
	double mean_ns = 1e9 / c->request_rate;

	for (guint32 k = 0;; k++) {
		double u = tsim_rng_uniform(&w->fs->rng, 0, DRAW_REQUEST, k);

		tsim_sleep(w->fs->engine, (tsim_ns)(-log(u) * mean_ns));
		tsim_actor_spawn(w->fs->engine, "writer", 1, TSIM_ACTOR_DAEMON, request, w);
	}
}

static void start(struct tsim_workload *w)
{
	const struct config *c = w->config;
	struct state *state = w->state;
	TsimEngine *engine = w->fs->engine;

	tsim_enospc_rule_parse(c->on_enospc, &state->rule, NULL);
	parse_delay("", c->removal_delay, "uniform-in-discard", &state->removal, NULL);
	parse_delay("", c->commit_delay, "periodic", &state->commit, NULL);
	state->file = tsim_file_new(w->fs);
	tsim_actor_spawn(engine, "fstrim", 0, 0, trimmer, w);
	tsim_actor_spawn(engine, "cleaner and writer", 1, 0, reuse, w);
	if (c->request_rate > 0)
		tsim_actor_spawn(engine, "arrivals", 1, TSIM_ACTOR_DAEMON, arrivals, w);
}

static void clear(struct tsim_workload *w)
{
	struct state *state = w->state;

	g_clear_pointer(&state->removal, tsim_law_free);
	g_clear_pointer(&state->commit, tsim_law_free);
}

const struct tsim_workload_ops tsim_workload_probe = {
	.name = "probe",
	.summary = "one hidden range, removal, commit, reallocation and write at given delays",
	.options = options,
	.config_size = sizeof(struct config),
	.state_size = sizeof(struct state),
	.prepare = prepare,
	.adjust = adjust,
	.scripted = TRUE,
	.mkfs = probe_mkfs,
	.start = start,
	.clear = clear,
};
