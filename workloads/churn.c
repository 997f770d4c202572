/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * churn: block groups that fill and empty, with fstrim all the while.
 *
 * Models: data (fallocate, write a share, hold, truncate) and metadata
 *   (create at a rate, unlink, again) that come and go; a loop of balance
 *   calls; syncfs and fsync loops; fstrim loops.
 * Leaves out: reads.
 * Source: the workload of recordings of a real btrfs (6.1.192), whose series are
 *   named k (metadata balance), m1 (data balance), m2 and m3 (the cleaner).
 */
#include "balance.h"
#include "file.h"
#include "workloads.h"

#define BATCH_BYTES (64 * TSIM_KIB)

enum balance_mode { BALANCE_NONE, BALANCE_DATA, BALANCE_METADATA };
static const char *const balance_names[] = { "none", "data", "metadata", NULL };

struct config {
	guint64 trimmers, minlen;
	tsim_ns trim_pause_ns;
	guint64 data_bytes;
	double data_written;
	tsim_ns data_hold_ns, data_gap_ns;
	gboolean data_sync;
	guint64 metadata_bytes;
	double metadata_rate;
	int balance;
	double balance_usage;
	guint64 balance_groups;
	TsimLaw *balance_pause;
	tsim_ns sync_pause_ns, fsync_pause_ns;
	guint64 fsync_bytes;
	tsim_ns duration_ns;
	char *on_enospc;
	struct tsim_enospc_rule rule; /* on_enospc, parsed once by prepare() */
};

struct state {
	struct tsim_trim_loop trim;
	struct tsim_falloc_loop data;
	struct tsim_tree_growth growth;
	struct tsim_extent unlinked; /* where the last unlink was */
};

#define OPT(field) offsetof(struct config, field)
#define HOUR_NS 3600e9

static const struct tsim_option options[] = {
	{ "trimmers", TSIM_OPT_COUNT, OPT(trimmers), 0, 1000, .def = "4", .help = "fstrim loops" },
	{ "trim_pause", TSIM_OPT_TIME, OPT(trim_pause_ns), 1e3, HOUR_NS, .def = "1ms",
	  .help = "between two passes of an fstrim loop" },
	{ "minlen", TSIM_OPT_BYTES, OPT(minlen), 0, 1e15, .def = "0B", .help = "fstrim -m" },
	{ "data_bytes", TSIM_OPT_BYTES, OPT(data_bytes), 0, 1e15, .def = "0B",
	  .help = "size of the file that is fallocated again and again; 0: none" },
	{ "data_written", TSIM_OPT_SHARE, OPT(data_written), 0, 1, .def = "3.125%",
	  .help = "share of it that is written, in random pieces of 1 MiB",
	  .source = "recorded btrfs 6.1.192: MB/32" },
	{ "data_hold", TSIM_OPT_TIME, OPT(data_hold_ns), 0, HOUR_NS, .def = "1s",
	  .help = "until it is truncated" },
	{ "data_gap", TSIM_OPT_TIME, OPT(data_gap_ns), 1e3, HOUR_NS, .def = "1s",
	  .help = "until the next one" },
	{ "data_sync", TSIM_OPT_BOOL, OPT(data_sync), .def = "yes",
	  .help = "syncfs after the truncate" },
	{ "metadata_bytes", TSIM_OPT_BYTES, OPT(metadata_bytes), 0, 1e15, .def = "0B",
	  .help = "tree blocks that files use before they are unlinked; 0: none" },
	{ "metadata_rate", TSIM_OPT_RATE, OPT(metadata_rate), 1, 1e12, .def = "500kB/s",
	  .help = "growth of the tree blocks",
	  .source = "recorded btrfs 6.1.192, series k: .48 MiB/s" },
	{ "balance", TSIM_OPT_ENUM, OPT(balance), .choices = balance_names, .def = "none",
	  .help = "a loop of balance calls over these groups" },
	{ "balance_usage", TSIM_OPT_SHARE, OPT(balance_usage), 0, 1, .def = "100%",
	  .help = "groups that use more are left alone (usage filter)" },
	{ "balance_groups", TSIM_OPT_COUNT, OPT(balance_groups), 0, 1e6, .def = "0",
	  .help = "groups relocated in a call (limit filter); 0: all" },
	{ "balance_pause", TSIM_OPT_LAW, OPT(balance_pause), 1e6, HOUR_NS,
	  .def = "lognormal(median=105ms, sigma=0.1)", .help = "between two balance calls",
	  .source = "recorded btrfs 6.1.192, series k: 100 to 250 ms" },
	{ "sync_pause", TSIM_OPT_TIME, OPT(sync_pause_ns), 0, HOUR_NS, .def = "0ns",
	  .help = "between two calls of syncfs; 0: none" },
	{ "fsync_pause", TSIM_OPT_TIME, OPT(fsync_pause_ns), 0, HOUR_NS, .def = "0ns",
	  .help = "between two calls of fsync; 0: none" },
	{ "fsync_bytes", TSIM_OPT_BYTES, OPT(fsync_bytes), 16384, 1e9, .def = "32KiB",
	  .help = "log tree blocks of an fsync" },
	{ "duration", TSIM_OPT_TIME, OPT(duration_ns), 1e6, 1e14, .def = "20s",
	  .help = "length of the run" },
	{ "on_enospc", TSIM_OPT_STRING, OPT(on_enospc), .def = "fail",
	  .help = "fail, wait, or retry(TIME): what a writer does when there is no space" },
	{ .name = NULL },
};

static gboolean prepare(void *data, GError **error)
{
	struct config *c = data;

	return tsim_enospc_rule_parse(c->on_enospc, &c->rule, error);
}

/*
 * A loop is met at a random point of its first pause: if all began at time 0
 * the run would open with a race that no running system has.
 */
static tsim_ns phase(struct tsim_workload *w, guint32 loop, tsim_ns pause)
{
	return (tsim_ns)(tsim_rng_uniform(&w->fs->rng, loop, TSIM_DRAW_WORKLOAD + 2, 0) *
			 (double)pause);
}

static void metadata_loop(void *data)
{
	struct tsim_workload *w = data;
	const struct config *c = w->config;
	struct state *state = w->state;
	tsim_ns batch_ns = (tsim_ns)((double)BATCH_BYTES / c->metadata_rate * 1e9);
	guint64 grown = 0;

	for (;;) {
		if (grown < c->metadata_bytes &&
		    tsim_tree_grow(&state->growth, BATCH_BYTES, 1, &c->rule)) {
			grown += BATCH_BYTES;
		} else {
			tsim_tree_shrink(w->fs, &state->unlinked, grown);
			grown = 0;
		}
		tsim_sleep(w->fs->engine, MAX(batch_ns, 1));
	}
}

static void balance_loop(void *data)
{
	struct tsim_workload *w = data;
	const struct config *c = w->config;
	struct tsim_balance args = { c->balance == BALANCE_DATA ? TSIM_DATA : TSIM_METADATA,
				     c->balance_usage, (guint)c->balance_groups, TSIM_NS_NEVER };

	for (guint32 i = 0;; i++) {
		tsim_ns pause =
			tsim_draw_law(&w->fs->rng, c->balance_pause, 1, TSIM_DRAW_WORKLOAD + 1, i);

		tsim_sleep(w->fs->engine, i == 0 ? phase(w, 0, pause) : MAX(pause, TSIM_NS_PER_US));
		tsim_balance(w->fs, &args);
	}
}

static void sync_loop(void *data)
{
	struct tsim_workload *w = data;
	const struct config *c = w->config;

	tsim_sleep(w->fs->engine, phase(w, 1, c->sync_pause_ns));
	for (;;) {
		tsim_sleep(w->fs->engine, c->sync_pause_ns);
		tsim_sync_fs(w->fs);
	}
}

static void fsync_loop(void *data)
{
	struct tsim_workload *w = data;
	const struct config *c = w->config;

	tsim_sleep(w->fs->engine, phase(w, 2, c->fsync_pause_ns));
	for (;;) {
		tsim_sleep(w->fs->engine, c->fsync_pause_ns);
		tsim_fsync_log(w->fs, NULL, c->fsync_bytes);
	}
}

static void start(struct tsim_workload *w)
{
	const struct config *c = w->config;
	struct state *state = w->state;
	TsimEngine *engine = w->fs->engine;

	tsim_tree_growth_init(&state->growth, w->fs);
	state->trim = (struct tsim_trim_loop){ w->fs, c->trim_pause_ns, c->minlen, TSIM_NS_NEVER };
	for (guint64 i = 0; i < c->trimmers; i++)
		tsim_trim_loop_start(&state->trim);
	state->data = (struct tsim_falloc_loop){ .fs = w->fs,
						 .bytes = c->data_bytes,
						 .written = c->data_written,
						 .hold_ns = c->data_hold_ns,
						 .gap_ns = c->data_gap_ns,
						 .until_ns = TSIM_NS_NEVER,
						 .sync = c->data_sync,
						 .rule = &c->rule,
						 .delay_ns = phase(w, 3, c->data_gap_ns) };
	if (c->data_bytes > 0)
		tsim_falloc_loop_start(&state->data);
	if (c->metadata_bytes > 0)
		tsim_actor_spawn(engine, "creator", 1, 0, metadata_loop, w);
	if (c->balance != BALANCE_NONE)
		tsim_actor_spawn(engine, "balance", 1, 0, balance_loop, w);
	if (c->sync_pause_ns > 0)
		tsim_actor_spawn(engine, "syncfs", 1, 0, sync_loop, w);
	if (c->fsync_pause_ns > 0)
		tsim_actor_spawn(engine, "fsync", 1, 0, fsync_loop, w);
}

static tsim_ns horizon(const void *config)
{
	return ((const struct config *)config)->duration_ns;
}

static void clear(struct tsim_workload *w)
{
	tsim_tree_growth_clear(&((struct state *)w->state)->growth);
}

const struct tsim_workload_ops tsim_workload_churn = {
	.name = "churn",
	.summary =
		"data and metadata groups fill and empty; balance, syncfs and fsync loops; fstrim loops",
	.options = options,
	.config_size = sizeof(struct config),
	.state_size = sizeof(struct state),
	.prepare = prepare,
	.start = start,
	.horizon = horizon,
	.clear = clear,
};
