/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "config.h"
#include "interval.h"
#include "observer.h"

/*
 * `trimsim validate kernel`: the recorded workload, simulated, against what
 * recordings of a real btrfs were measured to be.
 */
#define TSIM_KERNEL_REPLICATIONS 60
#define TSIM_KERNEL_SEED 20261122
#define TSIM_KERNEL_CONFIDENCE 0.95

/* A run of the kernel: a line of kernel-runs.csv, all of recorded.csv if it is there too. */
struct tsim_kernel_run {
	char *name, *series; /* series is NULL for a recording outside of the table */
	gboolean protected;
	guint64 set_us;
	struct tsim_observed observed;
};

/* A file of the data directory. */
#define TSIM_KERNEL_RUNS_FILE "validation/kernel/kernel-runs.csv"

/* kernel-runs.c: (transfer full) (element-type struct tsim_kernel_run) */
GPtrArray *tsim_kernel_runs_load(GError **error);
/* kernel-runs.csv's form, one column per observable; (transfer full) */
char *tsim_kernel_csv_head(void);
char *tsim_kernel_csv_line(const char *name, const struct tsim_observed *observed);

/* One condition of the workload. */
struct tsim_kernel_row {
	const char *series; /* configs/validation/kernel/SERIES.conf */
	const char *policy;
	guint64 set_us; /* what the disk was told; discards take some 10 ms more */
	guint seconds; /* that the workload ran */
	guint64 discards; /* of the file system in all runs of the table; 0: the recording's */
	const char *recording; /* a run outside of the table */
};

enum tsim_kernel_form {
	TSIM_KERNEL_SHARE, /* of one count in another */
	TSIM_KERNEL_RATE, /* a count per second of the workload */
	TSIM_KERNEL_VALUE, /* one number a run, its median over the runs */
};

struct tsim_kernel_quantity {
	const char *name;
	enum tsim_kernel_form form;
	enum tsim_observable what, of; /* of: SHARE only */
	enum tsim_observable kernel; /* what a run of the kernel has for @what */
	gboolean pinned_only;
};

/* kernel-rows.c; both end with an entry without a name. */
extern const struct tsim_kernel_row tsim_kernel_rows[];
extern const struct tsim_kernel_quantity tsim_kernel_quantities[];

enum tsim_kernel_rule {
	TSIM_KERNEL_SHOWN, /* not judged */
	TSIM_KERNEL_FACTOR, /* within a factor, or within the intervals of both */
	TSIM_KERNEL_NEVER, /* not once */
	TSIM_KERNEL_RARE, /* not more than the kernel's upper limit */
};

struct tsim_kernel_target {
	enum tsim_kernel_rule rule;
	double low, high; /* of simulated over measured */
};
struct tsim_kernel_target tsim_kernel_target(const struct tsim_kernel_row *row,
					     const struct tsim_kernel_quantity *quantity);

struct tsim_kernel_result {
	const struct tsim_kernel_quantity *quantity;
	struct tsim_estimate kernel, simulated; /* NaN: not there */
	struct tsim_kernel_target target;
	gboolean ok;
};

struct tsim_kernel_report {
	const struct tsim_kernel_row *row;
	guint kernel_runs, replications, failures;
	GArray *results; /* (element-type struct tsim_kernel_result) */
};

/* A sweep of the discard latency under the unpinned policy. */
struct tsim_kernel_point {
	guint64 set_us;
	guint failures;
	struct tsim_estimate discard_ms, reuse_ms, residual_ms;
	struct tsim_estimate exposed, realloc, raced,
		late; /* shares of the discards, of the exposed */
	struct tsim_estimate removals, exposures; /* per hour of the workload */
};

struct tsim_kernel_options {
	char **series; /* NULL: all */
	guint replications, jobs;
	guint64 seed;
};

struct tsim_kernel_table {
	struct tsim_kernel_options options;
	GPtrArray *runs; /* (element-type struct tsim_kernel_run) */
	GPtrArray *reports; /* (element-type struct tsim_kernel_report) */
	GArray *threshold, *cleaner; /* (element-type struct tsim_kernel_point); series k, m2 */
};

/* kernel-compare.c: (transfer full) */
struct tsim_kernel_report *tsim_kernel_compare(const struct tsim_kernel_row *row,
					       const GPtrArray *runs, const GArray *observed);
gboolean tsim_kernel_measured(const struct tsim_kernel_row *row, const GPtrArray *runs);
void tsim_kernel_report_free(struct tsim_kernel_report *report);
struct tsim_kernel_point tsim_kernel_point(const GArray *observed, double seconds);
struct tsim_estimate tsim_kernel_estimate(const struct tsim_kernel_quantity *quantity,
					  const GArray *observed, double seconds);

/* kernel-sweep.c: replications of one condition, in worker processes */
GArray *tsim_kernel_observe(const struct tsim_kernel_row *row,
			    const struct tsim_kernel_options *options, char **sets, GError **error);
TsimResolved *tsim_kernel_resolve(const struct tsim_kernel_row *row, guint64 seed, char **sets,
				  GError **error);
/* (transfer full) (element-type struct tsim_kernel_point) */
GArray *tsim_kernel_sweep(const char *series, guint seconds,
			  const struct tsim_kernel_options *options, GError **error);
/* P(realloc given exposed) is P(residual > T_reuse) to so much, at every point of series k. */
#define TSIM_KERNEL_LAW_GAP 0.1
double tsim_kernel_law_gap(const GArray *points);
/* Where the cleaner's path exposes most; NULL: not more than the longest discards. */
const struct tsim_kernel_point *tsim_kernel_hump(const GArray *points);

/* kernel-sensitivity.c */
#define TSIM_KERNEL_MOVED 4

/* What half and twice a parameter make of series k at 100 ms, unpinned. */
struct tsim_kernel_lever {
	const char *name;
	const char *key; /* "workload.balance_pause" */
	const char *argument; /* of a law; NULL: the first number of the text */
	char *text; /* as the series has it */
	struct tsim_estimate half[TSIM_KERNEL_MOVED], twice[TSIM_KERNEL_MOVED];
};

struct tsim_kernel_sensitivity {
	struct tsim_kernel_options options;
	struct tsim_estimate base[TSIM_KERNEL_MOVED];
	GArray *levers; /* (element-type struct tsim_kernel_lever) */
};
extern const char *const tsim_kernel_moved[TSIM_KERNEL_MOVED]; /* names of quantities */

struct tsim_kernel_sensitivity *tsim_kernel_sensitivity(const struct tsim_kernel_options *options,
							GError **error);
void tsim_kernel_sensitivity_free(struct tsim_kernel_sensitivity *sensitivity);
typedef struct tsim_kernel_sensitivity TsimKernelSensitivity;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimKernelSensitivity, tsim_kernel_sensitivity_free)
/* (transfer full) (nullable): @text with the number of @argument times @factor, 100% at most */
char *tsim_kernel_scale(const char *text, const char *argument, double factor);
/* (transfer full) */
char *tsim_kernel_sensitivity_text(const struct tsim_kernel_sensitivity *sensitivity);
char *tsim_kernel_sensitivity_tsv(const struct tsim_kernel_sensitivity *sensitivity);

/* kernel.c */
typedef void (*tsim_kernel_fn)(const struct tsim_kernel_report *report, gpointer data);
gboolean tsim_kernel_validate(const struct tsim_kernel_options *options, tsim_kernel_fn done,
			      gpointer data, struct tsim_kernel_table **table, GError **error);
gboolean tsim_kernel_passed(const struct tsim_kernel_table *table);
void tsim_kernel_table_free(struct tsim_kernel_table *table);
typedef struct tsim_kernel_table TsimKernelTable;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimKernelTable, tsim_kernel_table_free)

/* kernel-text.c, kernel-json.c: (transfer full) */
char *tsim_kernel_text(const struct tsim_kernel_report *report);
char *tsim_kernel_foot(const struct tsim_kernel_table *table);
char *tsim_kernel_json(const struct tsim_kernel_table *table);
char *tsim_kernel_tsv(const struct tsim_kernel_table *table);
