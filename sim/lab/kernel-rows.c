/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `trimsim validate kernel` compares, and how far off it may be. */
#include "kernel.h"

#include <string.h>

#define PIN "pinned-chunk"
#define OFF "unpinned"

/*
 * The discards are those of traces/README.md, which kernel-runs.csv does not
 * have; of m2 at 10 ms less the 6010 of the run that aborted.
 */
const struct tsim_kernel_row tsim_kernel_rows[] = {
	{ "k", OFF, 10000, 20, 7345, NULL },
	{ "k", OFF, 100000, 20, 2021, NULL },
	{ "k", OFF, 500000, 20, 784, NULL },
	{ "k", OFF, 500000, 15, 0, "A5" },
	{ "k", PIN, 10000, 20, 2944, NULL },
	{ "k", PIN, 100000, 20, 746, NULL },
	{ "k", PIN, 500000, 20, 246, NULL },
	{ "k", PIN, 500000, 15, 0, "A6" },
	{ "m1", OFF, 10000, 30, 16274, NULL },
	{ "m1", OFF, 200000, 30, 1652, NULL },
	{ "m1", PIN, 10000, 30, 5408, NULL },
	{ "m1", PIN, 200000, 30, 551, NULL },
	{ "m2", OFF, 10000, 30, 17839 - 6010, NULL },
	{ "m2", OFF, 200000, 30, 1727, NULL },
	{ "m2", PIN, 10000, 30, 0, NULL },
	{ "m2", PIN, 200000, 30, 589, NULL },
	{ "m3", OFF, 200000, 30, 1253, NULL },
	{ .series = NULL },
};

#define SHARE(what, of) TSIM_KERNEL_SHARE, TSIM_OBS_##what, TSIM_OBS_##of, TSIM_OBS_##what, FALSE
#define RATE(what) TSIM_KERNEL_RATE, TSIM_OBS_##what, 0, TSIM_OBS_##what, FALSE
#define VALUE(what) TSIM_KERNEL_VALUE, TSIM_OBS_##what, 0, TSIM_OBS_##what, FALSE
#define PINNED_VALUE(what) TSIM_KERNEL_VALUE, TSIM_OBS_##what, 0, TSIM_OBS_##what, TRUE

const struct tsim_kernel_quantity tsim_kernel_quantities[] = {
	{ "exposed/discard", SHARE(EXPOSED, DISCARDS) },
	{ "exposed/main", SHARE(EXPOSED, MAIN_DISCARDS) },
	{ "exposed /s", RATE(EXPOSED) },
	{ "realloc/exposed", SHARE(REALLOC, EXPOSED) },
	{ "raced/exposed", SHARE(RACED, EXPOSED) },
	{ "T_reuse ms", VALUE(REUSE_MEDIAN) },
	{ "removals /s", RATE(REMOVALS) },
	{ "pin ms", PINNED_VALUE(PIN_MEDIAN) },
	{ "peak pinned MiB", PINNED_VALUE(PINNED_PEAK) },
	{ "mutex wait ms", VALUE(MUTEX_MAX) },
	{ "places", VALUE(PLACES) },
	{ "failed chunks", VALUE(ALLOC_FAILED) },
	{ "commits /s", RATE(COMMITS) },
	{ "RO window ms", VALUE(RO_MEDIAN) },
	{ "FITRIM passes", VALUE(FITRIM_PASSES) },
	{ "discards", TSIM_KERNEL_VALUE, TSIM_OBS_DISCARDS, 0, TSIM_OBS_COMMANDS, FALSE },
	{ "discard ms", TSIM_KERNEL_VALUE, TSIM_OBS_DISCARD_MEAN, 0, TSIM_OBS_COMMAND_MEAN, FALSE },
	{ "residual ms", VALUE(RESIDUAL_MEDIAN) },
	{ "run s", VALUE(SECONDS) },
	{ .name = NULL },
};

#define FACTOR(f) { TSIM_KERNEL_FACTOR, 1.0 / (f), (f) }
#define PERCENT(p) { TSIM_KERNEL_FACTOR, 1 - (p) / 100.0, 1 + (p) / 100.0 }

/* The first line that fits a row and a quantity; a row that is named in none is shown. */
static const struct {
	const char *series, *policy; /* NULL: any */
	guint64 set_us; /* 0: any */
	const char *quantity;
	struct tsim_kernel_target target;
} targets[] = {
	{ NULL, PIN, 0, "realloc/exposed", { TSIM_KERNEL_NEVER, 0, 0 } },
	{ NULL, PIN, 0, "raced/exposed", { TSIM_KERNEL_NEVER, 0, 0 } },
	/* at 10 ms nearly all discards are main ones, and no recording is there whole */
	{ "k", NULL, 10000, "exposed/discard", PERCENT(20) },
	{ "k", NULL, 0, "exposed/main", PERCENT(20) },
	{ "k", NULL, 0, "realloc/exposed", PERCENT(20) },
	{ "k", NULL, 100000, "raced/exposed", FACTOR(1.6) },
	{ "k", NULL, 0, "raced/exposed", FACTOR(1.3) },
	{ "k", OFF, 0, "T_reuse ms", PERCENT(20) },
	/* protected, there is one run of a condition, and no telling how runs differ */
	{ "k", OFF, 0, "removals /s", PERCENT(20) },
	{ "k", PIN, 0, "pin ms", PERCENT(20) },
	{ "k", PIN, 0, "peak pinned MiB", PERCENT(20) },
	{ "m1", NULL, 0, "exposed/discard", FACTOR(1.5) },
	{ "m1", OFF, 0, "realloc/exposed", FACTOR(2) },
	{ "m1", OFF, 0, "raced/exposed", FACTOR(2) },
	{ "m1", NULL, 0, "mutex wait ms", FACTOR(1.5) },
	{ "m2", NULL, 0, "exposed/discard", FACTOR(1.5) },
	{ "m2", OFF, 0, "realloc/exposed", FACTOR(2) },
	{ "m2", OFF, 0, "raced/exposed", FACTOR(2) },
	{ "m2", NULL, 0, "mutex wait ms", PERCENT(20) },
	{ "m3", NULL, 0, "exposed/discard", { TSIM_KERNEL_RARE, 0, 0 } },
};

struct tsim_kernel_target tsim_kernel_target(const struct tsim_kernel_row *row,
					     const struct tsim_kernel_quantity *quantity)
{
	for (guint i = 0; i < G_N_ELEMENTS(targets); i++)
		if ((!targets[i].series || strcmp(targets[i].series, row->series) == 0) &&
		    (!targets[i].policy || strcmp(targets[i].policy, row->policy) == 0) &&
		    (!targets[i].set_us || targets[i].set_us == row->set_us) &&
		    strcmp(targets[i].quantity, quantity->name) == 0)
			return targets[i].target;
	return (struct tsim_kernel_target){ TSIM_KERNEL_SHOWN, 0, 0 };
}
