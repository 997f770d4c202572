/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay: a recorded trace, as it was or as it would have been elsewhere.
 *
 * Models: follow = recording: everything that was recorded, at its times
 *   (follow.c).  follow = foreground: what the users did (foreground.c),
 *   each operation at its recorded time (loop = open) or as long after the one
 *   before it as in the recording (loop = closed), against any device, file
 *   system and policy.
 * Leaves out: fsync within a round of files; filters of a balance other than
 *   usage.
 * Source: configs/traces/a1.trace, a5.trace.gz.
 */
#include "balance.h"
#include "config.h"
#include "error.h"
#include "file.h"
#include "fitrim.h"
#include "follow.h"
#include "foreground.h"
#include "ftrace.h"
#include "workloads.h"

#define SMALL_FILE_BYTES 4096 /* 3,900 bytes, not inline since 4.6 (max_inline 2048) */
#define ITEM_BYTES 512 /* inode, ref, dir items, extent and csum items of such a file */
#define NODESIZE G_GUINT64_CONSTANT(16384)
#define MAX_RECORDING_NS (1000000 * TSIM_NS_PER_S)
#define BATCHES 20 /* a round of files is created in so many steps */

enum follow { FOLLOW_FOREGROUND, FOLLOW_RECORDING };
enum loop { LOOP_OPEN, LOOP_CLOSED };
enum trims { TRIMS_RECORDED, TRIMS_LOOP, TRIMS_NONE };
static const char *const follow_names[] = { "foreground", "recording", NULL };
static const char *const loop_names[] = { "open", "closed", NULL };
static const char *const trims_names[] = { "recorded", "loop", "none", NULL };

struct config {
	char *trace;
	int follow, loop, trims;
	double scale;
	tsim_ns trim_pause_ns;
	double balance_usage;
	guint64 files;
	double written;
	char *on_enospc;
	/* Made by prepare(). */
	struct tsim_enospc_rule rule;
	TsimRecording *recording; /* follow = recording */
	TsimForeground *foreground; /* follow = foreground */
	tsim_ns start_ns; /* the first event, on the recording's clock */
};

/* One user of the recording. */
struct actor {
	struct tsim_workload *w;
	const struct tsim_user *user;
	struct tsim_file *file;
	struct tsim_tree_growth growth;
	struct tsim_extent unlinked; /* where the last unlink was */
	guint32 n_writes;
};

struct state {
	struct tsim_follower follower;
	struct actor *actors;
	guint n_busy; /* users that have not done yet and do more than trim */
};

#define OPT(field) offsetof(struct config, field)
#define HOUR_NS 3600e9

static const struct tsim_option options[] = {
	{ "trace", TSIM_OPT_STRING, OPT(trace), .def = "traces/a1.trace",
	  .help = "recorded trace: a path, or a file of the data directory" },
	{ "follow", TSIM_OPT_ENUM, OPT(follow), .choices = follow_names, .def = "foreground",
	  .help = "foreground: what users did; recording: all that was recorded" },
	{ "loop", TSIM_OPT_ENUM, OPT(loop), .choices = loop_names, .def = "open",
	  .help = "operations at recorded times, or after recorded pauses: closed" },
	{ "time_scale", TSIM_OPT_REAL, OPT(scale), 1e-3, 1e3, .def = "1",
	  .help = "recorded times are multiplied by this: 0.5 is twice as fast" },
	{ "trims", TSIM_OPT_ENUM, OPT(trims), .choices = trims_names, .def = "recorded",
	  .help = "foreground: recorded passes, none, or each recorded fstrim process in a loop" },
	{ "trim_pause", TSIM_OPT_TIME, OPT(trim_pause_ns), 1e3, 1000 * HOUR_NS, .def = "1ms",
	  .help = "trims = loop: between two passes" },
	{ "balance_usage", TSIM_OPT_SHARE, OPT(balance_usage), 0, 1, .def = "100%",
	  .help = "foreground: usage filter of the balance calls, which no trace has" },
	{ "files", TSIM_OPT_COUNT, OPT(files), 1, 1e9, .def = "2000",
	  .help = "small files of a round", .source = "trace A1: NFILES=2000" },
	{ "written", TSIM_OPT_SHARE, OPT(written), 0, 1, .def = "3.125%",
	  .help = "share of a fallocated file that is written",
	  .source = "trace A1: MB/32 pieces of 1 MiB" },
	{ "on_enospc", TSIM_OPT_STRING, OPT(on_enospc), .def = "fail",
	  .help = "fail, wait, or retry(TIME): what a writer does when there is no space" },
	{ .name = NULL },
};

static gboolean prepare_recording(struct config *c, const GArray *events, GError **error)
{
	g_autoptr(GError) local = NULL;

	c->recording = tsim_recording_new(events, &local);
	if (!c->recording)
		return tsim_throw(error, "trace = %s:%s", c->trace, local->message);
	if (!c->recording->has_discards)
		return tsim_throw(error,
				  "trace = %s: no sim: discard_begin line: there is nothing to "
				  "judge, use follow = foreground",
				  c->trace);
	return TRUE;
}

static gboolean prepare_foreground(struct config *c, const GArray *events, GError **error)
{
	c->foreground = tsim_foreground_new(events);
	return c->foreground->users->len > 0 ||
	       tsim_throw(error, "trace = %s: no operation of a user in this trace", c->trace);
}

/* The file system goes on committing in a gap: without a limit a run need not end. */
static gboolean check_length(const struct config *c, const GArray *events, GError **error)
{
	const struct tsim_trace_event *last =
		&g_array_index(events, struct tsim_trace_event, events->len - 1);

	return last->t_ns <= MAX_RECORDING_NS ||
	       tsim_throw(error,
			  "trace = %s:%" G_GUINT64_FORMAT ": a recording of more than 11 days",
			  c->trace, last->line);
}

/* (transfer full) (nullable): what is wrong is said of the key. */
static GArray *read_trace(struct config *c, GError **error)
{
	g_autoptr(GError) local = NULL;
	g_autofree char *path = NULL;
	GArray *events;

	if (!*c->trace) {
		tsim_throw(error, "trace: '' names no file");
		return NULL;
	}
	path = tsim_data_file(c->trace, &local);
	events = path ? tsim_ftrace_read_all(path, &c->start_ns, &local) : NULL;
	if (!events)
		tsim_throw(error, path ? "trace = %s" : "trace: %s", local->message);
	return events;
}

static gboolean prepare(void *data, GError **error)
{
	struct config *c = data;
	g_autoptr(GArray) events = NULL;

	if (!tsim_enospc_rule_parse(c->on_enospc, &c->rule, error))
		return FALSE;
	events = read_trace(c, error);
	if (!events || !check_length(c, events, error))
		return FALSE;
	return c->follow == FOLLOW_RECORDING ? prepare_recording(c, events, error) :
					       prepare_foreground(c, events, error);
}

static void release(void *data)
{
	struct config *c = data;

	g_clear_pointer(&c->recording, tsim_recording_free);
	g_clear_pointer(&c->foreground, tsim_foreground_free);
}

static gboolean scripted(const void *config)
{
	return ((const struct config *)config)->follow == FOLLOW_RECORDING;
}

static gboolean follows(const void *config, tsim_ns *start_ns)
{
	*start_ns = ((const struct config *)config)->start_ns;
	return scripted(config);
}

static void adjust(const void *config, struct tsim_fs_options *fs,
		   struct tsim_device_options *device)
{
	if (scripted(config))
		tsim_follow_adjust(fs);
}

static tsim_ns scaled(const struct config *c, tsim_ns t)
{
	return (tsim_ns)MIN((double)t * c->scale, TSIM_FOREVER_NS);
}

/* ---- operations ---- */

static void create_round(struct actor *a, tsim_ns until)
{
	const struct config *c = a->w->config;
	TsimEngine *engine = a->w->fs->engine;
	tsim_ns begin = tsim_now(engine);
	guint64 items = c->files * ITEM_BYTES / NODESIZE + BATCHES;

	for (guint i = 0; i < BATCHES; i++) {
		guint64 before = tsim_file_bytes(a->file),
			bytes = c->files / BATCHES * SMALL_FILE_BYTES;

		if (!tsim_tree_grow(&a->growth, items / BATCHES * NODESIZE, 2, &c->rule) ||
		    !tsim_file_fallocate(a->file, bytes, &c->rule))
			return;
		tsim_file_write(a->file, before, bytes);
		tsim_sleep_until(engine, begin + (until - begin) / BATCHES * (i + 1));
	}
}

static void fallocate(struct actor *a, guint64 bytes)
{
	const struct config *c = a->w->config;

	if (!tsim_file_fallocate(a->file, bytes, &c->rule))
		return;
	tsim_write_share(a->file, c->written, 0, 0, &a->n_writes);
	if (a->user->syncs)
		tsim_fsync_log(a->w->fs, a->file, 2 * NODESIZE);
}

static void balance(struct actor *a, guint64 flags)
{
	const struct config *c = a->w->config;
	struct tsim_balance data = { TSIM_DATA, c->balance_usage, 0, TSIM_NS_NEVER },
			    metadata = { TSIM_METADATA, c->balance_usage, 0, TSIM_NS_NEVER };

	if (flags & 1)
		tsim_balance(a->w->fs, &data);
	if (flags & 6)
		tsim_balance(a->w->fs, &metadata);
}

static void perform(struct actor *a, const struct tsim_operation *op)
{
	const struct config *c = a->w->config;
	struct tsim_fs *fs = a->w->fs;
	tsim_ns until = scaled(c, op->end_ns);

	switch (op->kind) {
	case TSIM_OP_CREATE:
		if (c->loop == LOOP_CLOSED)
			until = tsim_now(fs->engine) + scaled(c, op->end_ns - op->begin_ns);
		create_round(a, MAX(until, tsim_now(fs->engine)));
		break;
	case TSIM_OP_DELETE:
		tsim_file_truncate(a->file);
		tsim_tree_shrink(fs, &a->unlinked, c->files * ITEM_BYTES);
		break;
	case TSIM_OP_FALLOCATE:
		fallocate(a, op->bytes);
		break;
	case TSIM_OP_TRUNCATE:
		tsim_file_truncate(a->file);
		if (a->user->syncs)
			tsim_sync_fs(fs);
		break;
	case TSIM_OP_SYNC:
		tsim_sync_fs(fs);
		break;
	case TSIM_OP_TRIM:
		tsim_fitrim(fs, 0);
		break;
	case TSIM_OP_BALANCE:
		balance(a, op->flags);
		break;
	case TSIM_OP_GROW:
		tsim_tree_grow(&a->growth, op->bytes, 1, &c->rule);
		break;
	case TSIM_OP_SHRINK:
		tsim_tree_shrink(fs, &a->unlinked, op->bytes);
		break;
	}
}

/* ---- when ---- */

/* Open: at its time, or late when the one before it is; closed: after the recorded pause. */
static void wait_turn(struct actor *a, guint i)
{
	const struct config *c = a->w->config;
	const struct tsim_operation *ops = (const struct tsim_operation *)a->user->operations->data;

	if (c->loop == LOOP_OPEN || i == 0)
		tsim_sleep_until(a->w->fs->engine, scaled(c, ops[i].begin_ns));
	else
		tsim_sleep(a->w->fs->engine,
			   scaled(c, MAX(ops[i].begin_ns - ops[i - 1].end_ns, 0)));
}

static void run_user(void *data)
{
	struct actor *a = data;

	for (guint i = 0; i < a->user->operations->len; i++) {
		wait_turn(a, i);
		perform(a, &g_array_index(a->user->operations, struct tsim_operation, i));
	}
	((struct state *)a->w->state)->n_busy -= a->user->kind != TSIM_USER_TRIM;
}

/* trims = loop: from its first recorded pass until the other users have done, at least. */
static void trim_loop(void *data)
{
	struct actor *a = data;
	const struct config *c = a->w->config;
	const struct state *state = a->w->state;
	struct tsim_fs *fs = a->w->fs;
	tsim_ns end = scaled(c, c->foreground->end_ns);

	wait_turn(a, 0);
	while (state->n_busy > 0 || tsim_now(fs->engine) < end) {
		tsim_fitrim(fs, 0);
		tsim_sleep(fs->engine, c->trim_pause_ns);
	}
}

static void start_user(struct tsim_workload *w, struct actor *a, const struct tsim_user *user)
{
	static const char *const names[] = {
		[TSIM_USER_FILES] = "creator",	 [TSIM_USER_DATA] = "fallocate",
		[TSIM_USER_TRIM] = "fstrim",	 [TSIM_USER_SYNC] = "syncfs",
		[TSIM_USER_BALANCE] = "balance", [TSIM_USER_TREE] = "tree growth"
	};
	const struct config *c = w->config;
	gboolean trims = user->kind == TSIM_USER_TRIM;

	*a = (struct actor){ .w = w, .user = user };
	tsim_tree_growth_init(&a->growth, w->fs);
	a->file = tsim_file_new(w->fs);
	if (trims && c->trims == TRIMS_NONE)
		return;
	((struct state *)w->state)->n_busy += !trims;
	tsim_actor_spawn(w->fs->engine, names[user->kind], 1, 0,
			 trims && c->trims == TRIMS_LOOP ? trim_loop : run_user, a);
}

static void start(struct tsim_workload *w)
{
	const struct config *c = w->config;
	struct state *state = w->state;
	GArray *users;

	if (c->follow == FOLLOW_RECORDING) {
		state->follower = (struct tsim_follower){ .fs = w->fs,
							  .recording = c->recording,
							  .scale = c->scale };
		tsim_follow_start(&state->follower);
		return;
	}
	users = c->foreground->users;
	state->actors = g_new0(struct actor, users->len);
	for (guint i = 0; i < users->len; i++)
		start_user(w, &state->actors[i], &g_array_index(users, struct tsim_user, i));
}

static void clear(struct tsim_workload *w)
{
	const struct config *c = w->config;
	struct state *state = w->state;

	tsim_follow_clear(&state->follower);
	for (guint i = 0; state->actors && i < c->foreground->users->len; i++)
		tsim_tree_growth_clear(&state->actors[i].growth);
	g_free(state->actors);
}

const struct tsim_workload_ops tsim_workload_replay = {
	.name = "replay",
	.summary = "a recorded trace: as it was, or its users against another file system",
	.options = options,
	.config_size = sizeof(struct config),
	.state_size = sizeof(struct state),
	.prepare = prepare,
	.release = release,
	.adjust = adjust,
	.scripted = scripted,
	.follows = follows,
	.start = start,
	.clear = clear,
};
