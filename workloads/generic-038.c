/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * generic-038: the fstests case that was written for the fix.
 *
 * Models: endless fstrim loops; fallocate -k 1 GiB, sleep 3, truncate, sleep
 *   3; creators of small files whose data is inline, so that they consume
 *   metadata: three files to a leaf, and a copy of each directory leaf that a
 *   new name falls into, once per transaction.
 * Leaves out: the deletion of the files, fsck's own reading; data that is not
 *   inline (since 4.6 a mount needs max_inline=4095 for this shape).
 * Source: xfstests tests/generic/038 (038401d7 of 2014, c9b9d5f6 of 2015,
 *   82961ee6 of 2023), file counts and times from its commit messages;
 *   metadata volume computed from struct sizes, docs/model.md "Workloads".
 */
#include "file.h"
#include "workloads.h"

/*
 * struct sizes of 3.18: 16 KiB leaf, inode item, inode ref, inline extent of
 * 3900 B, dir item and dir index
 */
#define FILES_PER_LEAF 3
#define NODESIZE 16384

struct config {
	guint64 trimmers, fallocators, creators, files;
	double create_rate;
	guint64 batch_files, falloc_bytes, minlen;
	tsim_ns hold_ns, gap_ns, trim_pause_ns, duration_ns;
	char *on_enospc;
	struct tsim_enospc_rule rule; /* on_enospc, parsed once by prepare() */
};

struct creator {
	struct tsim_workload *w;
	struct tsim_tree_growth growth;
	struct tsim_directory dir;
	guint64 files;
};

struct state {
	struct tsim_trim_loop trim;
	struct tsim_falloc_loop *falloc;
	struct creator *creators;
};

#define OPT(field) offsetof(struct config, field)
#define HOUR_NS 3600e9

static const struct tsim_option options[] = {
	{ "trimmers", TSIM_OPT_COUNT, OPT(trimmers), 0, 1000, .def = "4", .help = "fstrim loops",
	  .source = "generic/038: 4 * LOAD_FACTOR" },
	{ "fallocators", TSIM_OPT_COUNT, OPT(fallocators), 0, 1000, .def = "1",
	  .help = "fallocate loops" },
	{ "creators", TSIM_OPT_COUNT, OPT(creators), 0, 1000, .def = "4",
	  .help = "processes that create files", .source = "generic/038 since c9b9d5f6; 1 before" },
	{ "files", TSIM_OPT_COUNT, OPT(files), 1, 1e9, .def = "50000",
	  .help = "files of each creator", .source = "generic/038; 400000 in 2014" },
	{ "create_rate", TSIM_OPT_FREQUENCY, OPT(create_rate), 1e-3, 1e6, .def = "425/s",
	  .help = "files per second of each creator",
	  .source = "c9b9d5f6: 400,000 files in 237 s with 4 creators; 578/s with one (692 s)" },
	{ "batch_files", TSIM_OPT_COUNT, OPT(batch_files), 3, 1e6, .def = "96",
	  .help = "files between two allocations of tree blocks" },
	{ "falloc_bytes", TSIM_OPT_BYTES, OPT(falloc_bytes), 4096, 1e15, .def = "1GiB",
	  .help = "size of the fallocated file" },
	{ "hold", TSIM_OPT_TIME, OPT(hold_ns), 0, HOUR_NS, .def = "3s",
	  .help = "fallocate to truncate" },
	{ "gap", TSIM_OPT_TIME, OPT(gap_ns), 1e3, HOUR_NS, .def = "3s",
	  .help = "truncate to fallocate" },
	{ "trim_pause", TSIM_OPT_TIME, OPT(trim_pause_ns), 1e3, HOUR_NS, .def = "2ms",
	  .help = "between two passes of an fstrim loop", .source = "fork and exec of fstrim" },
	{ "minlen", TSIM_OPT_BYTES, OPT(minlen), 0, 1e15, .def = "0B", .help = "fstrim -m" },
	{ "duration", TSIM_OPT_TIME, OPT(duration_ns), 1e6, 1e14, .def = "30s",
	  .help = "length of the run", .source = "generic/038 since 82961ee6: 30 s * TIME_FACTOR" },
	{ "on_enospc", TSIM_OPT_STRING, OPT(on_enospc), .def = "fail",
	  .help = "fail, wait, or retry(TIME): what a writer does when there is no space" },
	{ .name = NULL },
};

static gboolean prepare(void *data, GError **error)
{
	struct config *c = data;

	return tsim_enospc_rule_parse(c->on_enospc, &c->rule, error);
}

static void create_files(void *data)
{
	struct creator *creator = data;
	struct tsim_workload *w = creator->w;
	const struct config *c = w->config;
	tsim_ns batch_ns = (tsim_ns)((double)c->batch_files / c->create_rate * 1e9);

	while (creator->files < c->files) {
		guint64 leaves = (c->batch_files + FILES_PER_LEAF - 1) / FILES_PER_LEAF;

		if (!tsim_tree_grow(&creator->growth, leaves * NODESIZE, 0, &c->rule))
			return; /* the test's writers stop at ENOSPC */
		creator->files += c->batch_files;
		tsim_directory_change(&creator->dir, w->fs, c->batch_files, creator->files);
		tsim_sleep(w->fs->engine, batch_ns);
	}
}

static void start_creators(struct tsim_workload *w)
{
	const struct config *c = w->config;
	struct state *state = w->state;

	state->creators = g_new0(struct creator, c->creators);
	for (guint64 i = 0; i < c->creators; i++) {
		state->creators[i].w = w;
		tsim_tree_growth_init(&state->creators[i].growth, w->fs);
		tsim_directory_init(&state->creators[i].dir, (guint32)i);
		tsim_actor_spawn(w->fs->engine, "creator", 1, 0, create_files, &state->creators[i]);
	}
}

static void start(struct tsim_workload *w)
{
	const struct config *c = w->config;
	struct state *state = w->state;

	state->trim = (struct tsim_trim_loop){ w->fs, c->trim_pause_ns, c->minlen, TSIM_NS_NEVER };
	for (guint64 i = 0; i < c->trimmers; i++)
		tsim_trim_loop_start(&state->trim);
	state->falloc = g_new0(struct tsim_falloc_loop, c->fallocators);
	for (guint64 i = 0; i < c->fallocators; i++) {
		state->falloc[i] = (struct tsim_falloc_loop){ .fs = w->fs,
							      .bytes = c->falloc_bytes,
							      .hold_ns = c->hold_ns,
							      .gap_ns = c->gap_ns,
							      .until_ns = TSIM_NS_NEVER,
							      .rule = &c->rule,
							      .entity = (guint32)i };
		tsim_falloc_loop_start(&state->falloc[i]);
	}
	start_creators(w);
}

static tsim_ns horizon(const void *config)
{
	return ((const struct config *)config)->duration_ns;
}

static void clear(struct tsim_workload *w)
{
	const struct config *c = w->config;
	struct state *state = w->state;

	for (guint64 i = 0; state->creators && i < c->creators; i++) {
		tsim_tree_growth_clear(&state->creators[i].growth);
		tsim_directory_clear(&state->creators[i].dir);
	}
	g_free(state->creators);
	g_free(state->falloc);
}

const struct tsim_workload_ops tsim_workload_generic_038 = {
	.name = "generic-038",
	.summary = "fstests generic/038: fstrim loops, fallocate and truncate, many small files",
	.options = options,
	.config_size = sizeof(struct config),
	.state_size = sizeof(struct state),
	.prepare = prepare,
	.start = start,
	.horizon = horizon,
	.clear = clear,
};
