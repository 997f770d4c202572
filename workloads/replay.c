/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay: the foreground operations of a recorded trace, at their times,
 * against another device, file system or policy.
 *
 * Models: rounds of small files (created evenly from their begin to their
 *   deletion, then syncfs), fallocates (a share written in random pieces,
 *   fsync, truncate, syncfs) and FITRIM passes, each at its recorded time or
 *   as soon as the one before it is done.
 * Leaves out: fsync within a round of files; the recording's own chunk
 *   allocations, removals and commits, which the simulator makes itself.
 * Source: the workload marks of configs/traces/a1.trace.
 */
#include "config.h"
#include "error.h"
#include "file.h"
#include "fitrim.h"
#include "ftrace.h"
#include "workloads.h"

#define SMALL_FILE_BYTES 4096 /* 3,900 bytes, not inline since 4.6 (max_inline 2048) */
#define ITEM_BYTES 512 /* inode, ref, dir items, extent and csum items of such a file */
#define NODESIZE G_GUINT64_CONSTANT(16384)
#define BATCHES 20 /* a round of files is created in so many steps */

struct config {
	char *trace;
	guint64 files;
	double written, scale;
	char *on_enospc;
	struct tsim_enospc_rule rule; /* on_enospc, parsed once by prepare() */
	GArray *events; /* (element-type struct tsim_trace_event) loaded by prepare() */
};

struct state {
	struct tsim_file *small, *large;
	struct tsim_tree_growth growth;
	struct tsim_extent unlinked; /* where the last unlink was */
	guint32 n_writes;
};

#define OPT(field) offsetof(struct config, field)

static const struct tsim_option options[] = {
	{ "trace", TSIM_OPT_STRING, OPT(trace), .def = "traces/a1.trace",
	  .help = "recorded trace: a path, or a file of the data directory" },
	{ "files", TSIM_OPT_COUNT, OPT(files), 1, 1e9, .def = "2000",
	  .help = "small files of a round", .source = "trace A1: NFILES=2000" },
	{ "written", TSIM_OPT_SHARE, OPT(written), 0, 1, .def = "3.125%",
	  .help = "share of a fallocated file that is written",
	  .source = "trace A1: MB/32 pieces of 1 MiB" },
	{ "time_scale", TSIM_OPT_REAL, OPT(scale), 1e-3, 1e3, .def = "1",
	  .help = "recorded times are multiplied by this" },
	{ "on_enospc", TSIM_OPT_STRING, OPT(on_enospc), .def = "fail",
	  .help = "fail, wait, or retry(TIME): what a writer does when there is no space" },
	{ .name = NULL },
};

static gboolean prepare(void *data, GError **error)
{
	struct config *c = data;
	g_autofree char *path = tsim_data_file(c->trace, error);

	if (!path || !tsim_enospc_rule_parse(c->on_enospc, &c->rule, error))
		return FALSE;
	c->events = tsim_ftrace_read(path, error);
	return c->events != NULL;
}

static void release(void *data)
{
	struct config *c = data;

	g_clear_pointer(&c->events, g_array_unref);
}

static tsim_ns scaled(const struct config *c, tsim_ns t)
{
	return (tsim_ns)((double)t * c->scale);
}

/* The time of the next event of @kind after index @i, or of the trace's end. */
static tsim_ns time_of_next(const struct config *c, guint i, enum tsim_trace_kind kind)
{
	const struct tsim_trace_event *events = (const struct tsim_trace_event *)c->events->data;

	for (i++; i < c->events->len; i++) {
		if (events[i].kind == kind)
			break;
	}
	return scaled(c, events[MIN(i, c->events->len - 1)].t_ns);
}

static void create_round(struct tsim_workload *w, tsim_ns until)
{
	const struct config *c = w->config;
	struct state *state = w->state;
	TsimEngine *engine = w->fs->engine;
	tsim_ns begin = tsim_now(engine);
	guint64 items = c->files * ITEM_BYTES / NODESIZE + BATCHES;

	for (guint i = 0; i < BATCHES; i++) {
		guint64 before = tsim_file_bytes(state->small),
			bytes = c->files / BATCHES * SMALL_FILE_BYTES;

		if (!tsim_tree_grow(&state->growth, items / BATCHES * NODESIZE, 2, &c->rule) ||
		    !tsim_file_fallocate(state->small, bytes, &c->rule))
			return;
		tsim_file_write(state->small, before, bytes);
		tsim_sleep_until(engine, begin + (until - begin) / BATCHES * (i + 1));
	}
}

static void file_rounds(void *data)
{
	struct tsim_workload *w = data;
	const struct config *c = w->config;
	struct state *state = w->state;
	const struct tsim_trace_event *events = (const struct tsim_trace_event *)c->events->data;

	for (guint i = 0; i < c->events->len; i++) {
		if (events[i].kind == TSIM_TRACE_CREATE) {
			tsim_sleep_until(w->fs->engine, scaled(c, events[i].t_ns));
			create_round(w, time_of_next(c, i, TSIM_TRACE_DELETE));
			tsim_file_truncate(state->small);
			tsim_tree_shrink(w->fs, &state->unlinked, c->files * ITEM_BYTES);
		} else if (events[i].kind == TSIM_TRACE_SYNCFS) {
			tsim_sleep_until(w->fs->engine, scaled(c, events[i].t_ns));
			tsim_sync_fs(w->fs);
		}
	}
}

static void fallocates(void *data)
{
	struct tsim_workload *w = data;
	const struct config *c = w->config;
	struct state *state = w->state;
	const struct tsim_trace_event *events = (const struct tsim_trace_event *)c->events->data;

	for (guint i = 0; i < c->events->len; i++) {
		if (events[i].kind != TSIM_TRACE_FALLOC && events[i].kind != TSIM_TRACE_TRUNCATE)
			continue;
		tsim_sleep_until(w->fs->engine, scaled(c, events[i].t_ns));
		if (events[i].kind == TSIM_TRACE_TRUNCATE) {
			tsim_file_truncate(state->large);
			tsim_sync_fs(w->fs);
		} else if (tsim_file_fallocate(state->large, events[i].len, &c->rule)) {
			tsim_write_share(state->large, c->written, 0, 0, &state->n_writes);
			tsim_fsync_log(w->fs, 2 * NODESIZE);
		}
	}
}

static void trims(void *data)
{
	struct tsim_workload *w = data;
	const struct config *c = w->config;
	const struct tsim_trace_event *events = (const struct tsim_trace_event *)c->events->data;

	for (guint i = 0; i < c->events->len; i++) {
		if (events[i].kind != TSIM_TRACE_FITRIM)
			continue;
		tsim_sleep_until(w->fs->engine, scaled(c, events[i].t_ns));
		tsim_fitrim(w->fs, 0);
	}
}

static void start(struct tsim_workload *w)
{
	struct state *state = w->state;
	TsimEngine *engine = w->fs->engine;

	tsim_tree_growth_init(&state->growth, w->fs);
	state->small = tsim_file_new(w->fs);
	state->large = tsim_file_new(w->fs);
	tsim_actor_spawn(engine, "creator", 1, 0, file_rounds, w);
	tsim_actor_spawn(engine, "fallocate", 1, 0, fallocates, w);
	tsim_actor_spawn(engine, "fstrim", 1, 0, trims, w);
}

static void clear(struct tsim_workload *w)
{
	tsim_tree_growth_clear(&((struct state *)w->state)->growth);
}

const struct tsim_workload_ops tsim_workload_replay = {
	.name = "replay",
	.summary = "file rounds, fallocates and FITRIM passes of a recorded trace",
	.options = options,
	.config_size = sizeof(struct config),
	.state_size = sizeof(struct state),
	.prepare = prepare,
	.release = release,
	.start = start,
	.clear = clear,
};
