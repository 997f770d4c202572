/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kernel-churn: the workload of the recordings of a real btrfs.
 *
 * Models: processes that create files and keep or unlink them, one that
 *   fallocates, writes, holds and deletes, a syncfs loop, a loop of balance
 *   calls, FITRIM loops without a pause; at the end of its time everybody
 *   stops, a balance in mid-group, FITRIM passes after their last discard.
 * Leaves out: reads; the file system's check afterwards.
 * Source: the .params files beside the recordings (Linux 6.1.192, null_blk,
 *   virtual time): their names are in the help of each key.
 */
#include <math.h>

#include "balance.h"
#include "file.h"
#include "workloads.h"

#define FILE_BYTES 4096 /* 3,900 bytes, not inline since 4.6 (max_inline 2048) */
#define BATCH_FILES 10 /* between two pauses */
#define FSYNC_FILES 1000
#define NODESIZE G_GUINT64_CONSTANT(16384)

enum balance_mode { BALANCE_NONE, BALANCE_DATA, BALANCE_METADATA };
static const char *const balance_names[] = { "none", "data", "metadata", NULL };

struct config {
	guint64 trimmers, files, item_bytes, falloc_bytes;
	gboolean keep_files;
	tsim_ns file_pause_ns, hold_ns, sync_pause_ns, balance_pause_ns, duration_ns;
	int balance;
	double neighbours;
	double balance_usage;
	TsimLaw *balance_start, *piece;
};

struct state {
	struct tsim_trim_loop trim;
	struct tsim_falloc_loop falloc;
	struct tsim_tree_growth growth;
	struct tsim_file *files;
	struct tsim_directory dir;
	guint64 names; /* in it */
	GArray *fresh; /* (element-type struct tsim_extent) leaves of the last transaction */
	guint64 fresh_transid;
	guint64 item_bytes; /* made by files, not yet a whole tree block */
	double pushed; /* of a copy of a neighbour that is due */
	guint64 unlinked_bytes;
	struct tsim_extent unlinked; /* where the last unlink was */
};

static const struct tsim_enospc_rule fail = { TSIM_ENOSPC_FAIL, 0 };

#define OPT(field) offsetof(struct config, field)
#define HOUR_NS 3600e9

static const struct tsim_option options[] = {
	{ "trimmers", TSIM_OPT_COUNT, OPT(trimmers), 0, 1000, .def = "4",
	  .help = "NTRIM: FITRIM loops" },
	{ "files", TSIM_OPT_COUNT, OPT(files), 0, 1e9, .def = "1000",
	  .help = "NFILES: files of a round; 0: none" },
	{ "keep_files", TSIM_OPT_BOOL, OPT(keep_files), .def = "no",
	  .help = "NFILES below 0: files stay, else a round ends with unlink and syncfs" },
	{ "file_pause", TSIM_OPT_TIME, OPT(file_pause_ns), 1e3, HOUR_NS, .def = "2ms",
	  .help = "THR: pause after each 10 files, made or unlinked" },
	{ "item_bytes", TSIM_OPT_BYTES, OPT(item_bytes), 1, 1e6, .def = "512B",
	  .help = "metadata of a file: inode, ref, dir items, extent and csum items",
	  .source = "struct sizes; recorded growth of series k outside of copies: 0.5 MiB/s" },
	{ "neighbours", TSIM_OPT_REAL, OPT(neighbours), 0, 10, .def = "0.1",
	  .help = "other leaves that are copied for a leaf that comes or goes",
	  .source =
		  "ctree.c: push_leaf_left, push_leaf_right; chosen once for all series, docs/validation-kernel.md" },
	{ "falloc_bytes", TSIM_OPT_BYTES, OPT(falloc_bytes), 0, 1e15, .def = "0B",
	  .help = "MB: fallocated, 1/32 of it written in pieces of 1 MiB, deleted; 0: none" },
	{ "piece_time", TSIM_OPT_LAW, OPT(piece), .def = "lognormal(median=0.9ms, sigma=0.65)",
	  .help = "of copying such a piece, the same throughout a round",
	  .source = "recorded series m1: 37 pieces and an fsync take 19.7/34/109 ms" },
	{ "hold", TSIM_OPT_TIME, OPT(hold_ns), 1e3, HOUR_NS, .def = "200ms",
	  .help = "HOLD: before and after the deletion" },
	{ "sync_pause", TSIM_OPT_TIME, OPT(sync_pause_ns), 0, HOUR_NS, .def = "100ms",
	  .help = "SYNCMS: between two calls of syncfs; 0: none" },
	{ "balance", TSIM_OPT_ENUM, OPT(balance), .choices = balance_names, .def = "none",
	  .help = "BALANCE: a loop of balance calls over these groups" },
	{ "balance_usage", TSIM_OPT_SHARE, OPT(balance_usage), 0, 1, .def = "100%",
	  .help = "BALARGS: groups that use more are left alone" },
	{ "balance_pause", TSIM_OPT_TIME, OPT(balance_pause_ns), 1e3, HOUR_NS, .def = "100ms",
	  .help = "BALSLEEP: between two balance calls" },
	{ "balance_start", TSIM_OPT_LAW, OPT(balance_start),
	  .def = "lognormal(median=6ms, sigma=1.6)",
	  .help = "from the start of the balance program to its first group",
	  .source = "recorded series k: 100.05/104-108/131-159/250 ms less the pause of 100" },
	{ "duration", TSIM_OPT_TIME, OPT(duration_ns), 1e6, 1e14, .def = "20s",
	  .help = "SECS: when everybody stops" },
	{ .name = NULL },
};

static gboolean go_on(struct tsim_workload *w)
{
	return tsim_now(w->fs->engine) < ((const struct config *)w->config)->duration_ns;
}

static void sleep_within(struct tsim_workload *w, tsim_ns pause)
{
	const struct config *c = w->config;
	tsim_ns until = tsim_now(w->fs->engine) + pause;

	tsim_sleep_until(w->fs->engine, MIN(until, c->duration_ns));
}

/*
 * The leaves that the last transaction made get the files' extents when the
 * data is written back, which is after its commit: they are copied once more.
 */
static void update_fresh_leaves(struct tsim_workload *w)
{
	struct state *state = w->state;
	struct tsim_transaction *trans = tsim_trans_attach(w->fs, TSIM_TRANS_START);

	tsim_device_settle(&w->fs->dev);
	if (trans->transid != state->fresh_transid) {
		for (guint i = 0; i < state->fresh->len; i++) {
			struct tsim_extent *leaf =
				&g_array_index(state->fresh, struct tsim_extent, i);

			if (tsim_extent_live(leaf))
				tsim_tree_cow_block(w->fs, trans, leaf);
		}
		g_array_set_size(state->fresh, 0);
		state->fresh_transid = trans->transid;
	}
	tsim_trans_end(w->fs, trans, TSIM_TRANS_START);
}

/* push_leaf_left(), push_leaf_right(): leaves beside those that are split or become empty. */
static guint neighbours(struct tsim_workload *w, guint64 leaves)
{
	const struct config *c = w->config;
	struct state *state = w->state;
	double n = state->pushed + c->neighbours * (double)leaves;

	state->pushed = n - floor(n);
	return (guint)n;
}

/* Returns: FALSE on ENOSPC. */
static gboolean create_batch(struct tsim_workload *w)
{
	const struct config *c = w->config;
	struct state *state = w->state;
	guint64 before = tsim_file_bytes(state->files), blocks;

	state->item_bytes += BATCH_FILES * c->item_bytes;
	blocks = state->item_bytes / NODESIZE;
	state->item_bytes -= blocks * NODESIZE;
	update_fresh_leaves(w);
	if (!tsim_tree_grow(&state->growth, blocks * NODESIZE, neighbours(w, blocks), &fail) ||
	    !tsim_file_fallocate(state->files, BATCH_FILES * FILE_BYTES, &fail))
		return FALSE;
	g_array_append_vals(state->fresh, state->growth.extents->data, state->growth.extents->len);
	tsim_file_write(state->files, before, BATCH_FILES * FILE_BYTES);
	state->names += BATCH_FILES;
	tsim_directory_change(&state->dir, w->fs, BATCH_FILES, state->names);
	return TRUE;
}

static void unlink_batch(struct tsim_workload *w)
{
	const struct config *c = w->config;
	struct state *state = w->state;
	guint64 blocks = state->unlinked_bytes / NODESIZE;

	if (blocks > 0)
		tsim_tree_shrink(w->fs, &state->unlinked, blocks * NODESIZE);
	tsim_tree_grow(&state->growth, 0, neighbours(w, blocks), &fail);
	state->unlinked_bytes += BATCH_FILES * c->item_bytes - blocks * NODESIZE;
	state->names -= BATCH_FILES;
	tsim_directory_change(&state->dir, w->fs, BATCH_FILES, state->names);
}

static void unlink_files(struct tsim_workload *w)
{
	const struct config *c = w->config;
	struct state *state = w->state;

	while (state->names > 0 && go_on(w)) {
		unlink_batch(w);
		sleep_within(w, c->file_pause_ns);
	}
	tsim_file_truncate(state->files);
	tsim_sync_fs(w->fs);
}

/* A round ends with its last file, or when there is no space for the next. */
static void create_files(void *data)
{
	struct tsim_workload *w = data;
	const struct config *c = w->config;
	struct state *state = w->state;

	while (go_on(w)) {
		gboolean full = !create_batch(w);

		if (!full && state->names % FSYNC_FILES == 0)
			tsim_fsync_log(w->fs, NULL, 2 * NODESIZE);
		sleep_within(w, c->file_pause_ns);
		if (!c->keep_files && (full || state->names >= c->files))
			unlink_files(w);
	}
}

static void sync_loop(void *data)
{
	struct tsim_workload *w = data;
	const struct config *c = w->config;

	while (go_on(w)) {
		sleep_within(w, c->sync_pause_ns);
		tsim_sync_fs(w->fs);
	}
}

static void balance_loop(void *data)
{
	struct tsim_workload *w = data;
	const struct config *c = w->config;
	struct tsim_balance args = { c->balance == BALANCE_DATA ? TSIM_DATA : TSIM_METADATA,
				     c->balance_usage, 0, c->duration_ns };

	for (guint32 i = 0; go_on(w); i++) {
		sleep_within(w, tsim_draw_law(&w->fs->rng, c->balance_start, 0,
					      TSIM_DRAW_WORKLOAD + 1, i));
		tsim_balance(w->fs, &args);
		sleep_within(w, c->balance_pause_ns);
	}
}

static void start(struct tsim_workload *w)
{
	const struct config *c = w->config;
	struct state *state = w->state;
	TsimEngine *engine = w->fs->engine;

	tsim_tree_growth_init(&state->growth, w->fs);
	tsim_directory_init(&state->dir, 0);
	state->fresh = g_array_new(FALSE, FALSE, sizeof(struct tsim_extent));
	state->files = tsim_file_new(w->fs);
	state->trim = (struct tsim_trim_loop){ w->fs, TSIM_NS_PER_US, 0, c->duration_ns };
	for (guint64 i = 0; i < c->trimmers; i++)
		tsim_trim_loop_start(&state->trim);
	state->falloc = (struct tsim_falloc_loop){ .fs = w->fs,
						   .bytes = c->falloc_bytes,
						   .written = 1.0 / 32,
						   .piece = c->piece,
						   .hold_ns = c->hold_ns,
						   .gap_ns = c->hold_ns,
						   .until_ns = c->duration_ns,
						   .sync = TRUE,
						   .fsync_bytes = 2 * NODESIZE,
						   .rule = &fail };
	if (c->falloc_bytes > 0)
		tsim_falloc_loop_start(&state->falloc);
	if (c->files > 0)
		tsim_actor_spawn(engine, "creator", 1, 0, create_files, w);
	if (c->balance != BALANCE_NONE)
		tsim_actor_spawn(engine, "balance", 1, 0, balance_loop, w);
	if (c->sync_pause_ns > 0)
		tsim_actor_spawn(engine, "syncfs", 1, 0, sync_loop, w);
}

static void clear(struct tsim_workload *w)
{
	struct state *state = w->state;

	tsim_tree_growth_clear(&state->growth);
	tsim_directory_clear(&state->dir);
	g_clear_pointer(&state->fresh, g_array_unref);
}

const struct tsim_workload_ops tsim_workload_kernel_churn = {
	.name = "kernel-churn",
	.summary =
		"the workload of the recordings of a real btrfs: files, fallocate, balance, fstrim",
	.options = options,
	.config_size = sizeof(struct config),
	.state_size = sizeof(struct state),
	.start = start,
	.clear = clear,
};
