/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * probe: what the closed forms of docs/validation.md describe.
 *
 * Models: scripts of one race or one wait, at given delays.  race: one RO block
 *   group whose whole free space is hidden and discarded, then its removal,
 *   the commit, the allocation of a chunk at the same place and one write in
 *   it, each after its own delay (probe-race.c).  power: the same, with commits
 *   until the power fails (probe-power.c).  cycle, spare, loss,
 *   crowd, overlap: places that removed groups keep pinned, and who asks for them
 *   (probe-stall.c).
 * Leaves out: every other cost: nothing but the given delays takes time.
 * Source: docs/validation.md; the code of the space, commit, trim and policy
 *   models is the same as for every other workload.
 */
#include "probe.h"

#include <string.h>

#include "error.h"
#include "service.h"

#define MAX_SLOTS 40 /* below the superblock mirror at 64 MiB */

static const char *const scripts[] = { "race",	"cycle",   "spare", "loss",
				       "crowd", "overlap", "power", NULL };

#define OPT(field) offsetof(struct tsim_probe_config, field)

static const struct tsim_option options[] = {
	{ "script", TSIM_OPT_ENUM, OPT(script), .choices = scripts, .def = "race",
	  .help = "race: removal, reuse, write; power: and commits until the power fails; the others: pinned places and requests" },
	{ "removal_delay", TSIM_OPT_STRING, OPT(removal_delay), .def = "fixed(0s)",
	  .help = "from the hide to the removal: law, uniform-in-discard, uniform-in-cycle" },
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
	{ "copies", TSIM_OPT_COUNT, OPT(copies), 1, 2, .def = "1",
	  .help = "2: the range is DUP metadata, its copies are discarded in turn" },
	{ "gap", TSIM_OPT_LAW, OPT(gap), .def = "fixed(0s)",
	  .help = "time from the end of a discard to the next one of the place; power: between commits" },
	{ "request_rate", TSIM_OPT_FREQUENCY, OPT(request_rate), 0, 1e9, .def = "0/s",
	  .help = "Poisson requests for a place; loss: each takes one and discards it" },
	{ "slots", TSIM_OPT_COUNT, OPT(slots), 1, MAX_SLOTS, .def = "1",
	  .help = "loss, crowd, overlap: places of one chunk each" },
	{ "spare_slots", TSIM_OPT_COUNT, OPT(spare_slots), 0, MAX_SLOTS, .def = "0",
	  .help = "spare: free places beside the pinned one; crowd: a writer needs one more" },
	{ "trimmers", TSIM_OPT_COUNT, OPT(trimmers), 1, 2, .def = "1",
	  .help = "spare: trimmers that are in the pinned group, each at a free range of its own" },
	{ "under_discard", TSIM_OPT_COUNT, OPT(under_discard), 0, MAX_SLOTS, .def = "1",
	  .help = "overlap: how many of the slots, chosen at random, are discarded" },
	{ "allocations", TSIM_OPT_COUNT, OPT(allocations), 1, MAX_SLOTS, .def = "1",
	  .help = "overlap: chunks that are allocated and written meanwhile" },
	{ "on_enospc", TSIM_OPT_STRING, OPT(on_enospc), .def = "fail",
	  .help = "fail, wait, or retry(TIME): what a writer does when there is no space" },
	{ .name = NULL },
};

static gboolean parse_delay(const char *key, const char *text, const char *words, TsimLaw **out,
			    GError **error)
{
	g_auto(GStrv) list = g_strsplit(words, " or ", -1);
	g_autoptr(GError) local = NULL;

	*out = NULL;
	if (g_strv_contains((const char *const *)list, text))
		return TRUE;
	*out = tsim_law_parse(text, &local);
	return *out || tsim_throw(error, "%s = %s: %s (or %s)", key, text, local->message, words);
}

static gboolean is_race(const struct tsim_probe_config *c)
{
	return c->script == TSIM_PROBE_RACE || c->script == TSIM_PROBE_POWER;
}

static gboolean prepare(void *config, GError **error)
{
	struct tsim_probe_config *c = config;

	if (!parse_delay("removal_delay", c->removal_delay,
			 "uniform-in-discard or uniform-in-cycle", &c->removal, error) ||
	    !parse_delay("commit_delay", c->commit_delay, "periodic", &c->commit, error) ||
	    !tsim_enospc_rule_parse(c->on_enospc, &c->rule, error))
		return FALSE;
	c->removal_in_cycle = strcmp(c->removal_delay, "uniform-in-cycle") == 0;
	if (c->script == TSIM_PROBE_OVERLAP && MAX(c->under_discard, c->allocations) > c->slots)
		return tsim_throw(error, "under_discard and allocations must be at most slots");
	if (c->script == TSIM_PROBE_CROWD && c->spare_slots >= c->slots)
		return tsim_throw(error, "spare_slots must be below slots");
	if (is_race(c) || c->script == TSIM_PROBE_OVERLAP)
		return TRUE;
	return c->request_rate > 0 || tsim_throw(error, "request_rate must be above 0/s, e.g. 1/s");
}

static void release(void *config)
{
	struct tsim_probe_config *c = config;

	g_clear_pointer(&c->removal, tsim_law_free);
	g_clear_pointer(&c->commit, tsim_law_free);
}

static void adjust(const void *config, struct tsim_fs_options *fs,
		   struct tsim_device_options *device)
{
	const struct tsim_probe_config *c = config;

	if (is_race(c))
		tsim_probe_race_adjust(c, fs, device);
	else
		tsim_probe_stall_adjust(c, fs);
}

tsim_ns tsim_probe_draw(struct tsim_workload *w, const TsimLaw *law, guint32 purpose)
{
	return tsim_draw_law(&w->fs->rng, law, 0, purpose, 0);
}

/**
 * tsim_probe_removal_delay:
 * Returns: from the hide to the removal, ns; uniform-in-discard looks at what
 * the device will draw for the first discard.
 */
tsim_ns tsim_probe_removal_delay(struct tsim_workload *w)
{
	const struct tsim_probe_config *c = w->config;
	struct tsim_probe *p = w->state;
	guint64 bytes = tsim_range_len(p->bg->range);
	double span_ns;

	if (c->removal)
		return tsim_probe_draw(w, c->removal, DRAW_REMOVAL);
	span_ns = (double)tsim_discard_service(w->fs->dev.opt, &w->fs->rng, bytes,
					       p->bg->chunk->ordinal, 0);
	if (c->removal_in_cycle)
		span_ns += (double)tsim_probe_draw(w, c->gap, DRAW_GAP);
	return (tsim_ns)(tsim_rng_uniform(&w->fs->rng, 0, DRAW_REMOVAL, 0) * span_ns);
}

static void committer(void *data)
{
	struct tsim_workload *w = data;

	tsim_commit_now(w->fs);
}

/**
 * tsim_probe_remove_and_commit:
 * The removal joins a running transaction; periodic: of an age uniform in the
 * interval.  Returns when it is UNBLOCKED; the commit goes on.
 */
void tsim_probe_remove_and_commit(struct tsim_workload *w, struct tsim_block_group *bg)
{
	const struct tsim_probe_config *c = w->config;
	struct tsim_fs *fs = w->fs;
	struct tsim_transaction *trans = tsim_trans_attach(fs, TSIM_TRANS_JOIN);
	double u;

	tsim_remove_block_group(fs, trans, bg);
	tsim_trans_end(fs, trans, TSIM_TRANS_JOIN);
	if (c->commit) {
		tsim_sleep(fs->engine, tsim_probe_draw(w, c->commit, DRAW_COMMIT));
	} else {
		u = tsim_rng_uniform(&fs->rng, 0, DRAW_COMMIT, 0);
		trans->start_ns -= (tsim_ns)(u * (double)fs->opt->commit_interval_ns);
		tsim_sleep_until(fs->engine, trans->start_ns + fs->opt->commit_interval_ns);
	}
	tsim_actor_spawn(fs->engine, "btrfs-transaction", 0, 0, committer, w);
	tsim_commit_wait_unblocked(fs, trans->transid, TSIM_NS_NEVER);
}

/* A committed group that nobody allocates from. */
struct tsim_block_group *tsim_probe_add_group(struct tsim_workload *w, enum tsim_bg_type type,
					      guint64 start, guint64 len)
{
	struct tsim_block_group *bg = tsim_space_add_initial(&w->fs->space, type, start, len)->bg;

	tsim_block_group_set_ro(&w->fs->space, bg, TRUE);
	return bg;
}

static void probe_mkfs(struct tsim_workload *w)
{
	const struct tsim_probe_config *c = w->config;

	if (is_race(c))
		tsim_probe_race_mkfs(w);
	else
		tsim_probe_stall_mkfs(w);
}

static void start(struct tsim_workload *w)
{
	const struct tsim_probe_config *c = w->config;
	struct tsim_probe *p = w->state;

	p->extents = g_array_new(FALSE, FALSE, sizeof(struct tsim_extent));
	if (c->script == TSIM_PROBE_RACE)
		tsim_probe_race_start(w);
	else if (c->script == TSIM_PROBE_POWER)
		tsim_probe_power_start(w);
	else
		tsim_probe_stall_start(w);
}

static void clear(struct tsim_workload *w)
{
	struct tsim_probe *p = w->state;

	g_clear_pointer(&p->extents, g_array_unref);
	g_clear_pointer(&p->trims, g_free);
	g_clear_pointer(&p->more_trims, g_ptr_array_unref);
}

static gboolean scripted(const void *config)
{
	return TRUE;
}

const struct tsim_workload_ops tsim_workload_probe = {
	.name = "probe",
	.summary = "scripts of one race or one wait at given delays, for the closed forms",
	.options = options,
	.config_size = sizeof(struct tsim_probe_config),
	.state_size = sizeof(struct tsim_probe),
	.prepare = prepare,
	.release = release,
	.adjust = adjust,
	.scripted = scripted,
	.mkfs = probe_mkfs,
	.start = start,
	.clear = clear,
};
