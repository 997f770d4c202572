/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "closed-form.h"
#include "interval.h"
#include "tally.h"

/* The probability that a correct program fails the whole table. */
#define TSIM_VALIDATE_FALSE_ALARM 1e-4
/* A row that expects fewer hits is not tested: it needs rare-event estimation. */
#define TSIM_VALIDATE_MIN_HITS 20
#define TSIM_VALIDATE_BUDGET 100000
#define TSIM_VALIDATE_SEED 20261122

/* What a row compares: sums over independent replications. */
enum tsim_measure {
	TSIM_MEASURE_CORRUPTED, /* corrupted replications of all */
	TSIM_MEASURE_LATENT, /* replications with a latent hit; they have one at most */
	TSIM_MEASURE_STALLED, /* replications with a stall; they have one at most */
	TSIM_MEASURE_REFUSED, /* replications with a false ENOSPC, as above */
	TSIM_MEASURE_CORRUPTED_TIME, /* from here on ratios: time in corrupted replications */
	TSIM_MEASURE_STALLS, /* stalls per request */
	TSIM_MEASURE_STALL_TIME, /* seconds per request */
	TSIM_MEASURE_LOST, /* false ENOSPC per request */
	TSIM_MEASURE_READ_WAIT, /* seconds in the device's queue per read */
	TSIM_MEASURE_DISCARD_WAIT, /* ... per discard */
	TSIM_MEASURE_THROUGHPUT, /* commands per second */
	TSIM_MEASURE_RESPONSE, /* seconds per command */
	TSIM_MEASURE_BUSY, /* share of the time in which the device had a command */
	TSIM_MEASURE_DEPTH, /* commands of the device, over time */
	TSIM_MEASURE_AMPLIFICATION, /* pages written to flash per page of the host */
};

struct tsim_validate_row;
typedef double (*tsim_form_fn)(const struct tsim_validate_row *row);

struct tsim_validate_quantity {
	const char *name;
	enum tsim_measure measure;
	tsim_form_fn form;
	tsim_form_fn scale; /* the measured ratio times this is the quantity; NULL: 1 */
	tsim_form_fn skewness; /* of what is averaged; NULL: no heavier than exponential */
};

#define TSIM_VALIDATE_QUANTITIES 2

/* Rows of one shape: a configuration, the keys that vary, and the closed forms. */
struct tsim_validate_case {
	const char *name;
	const char *file; /* configs/validation/FILE.conf */
	const char *parameters; /* what the numbers of a row are */
	const char *formula;
	const char *policy;
	gboolean pinned_too; /* the same rows under pinned-chunk: no hit at all */
	guint cost; /* of a replication, in those of a race */
	double tolerance; /* > 0: a limit for many blocks, which must be met within this share */
	void (*set)(const struct tsim_validate_row *row, GPtrArray *sets);
	struct tsim_validate_quantity quantities[TSIM_VALIDATE_QUANTITIES];
};

/* Times in seconds. */
struct tsim_validate_row {
	const struct tsim_validate_case *kase;
	struct tsim_form_law d, gap;
	double v[5];
};

/* validate-rows.c */
extern const struct tsim_validate_row tsim_validate_rows[];
extern const guint tsim_validate_n_rows;
/* Assignments for --set, (transfer full) (element-type utf8) */
GPtrArray *tsim_validate_sets(const struct tsim_validate_row *row);
/* The numbers of the row in the order of its case's parameters.  (transfer full) */
char *tsim_validate_text(const struct tsim_validate_row *row);

enum tsim_verdict {
	TSIM_VERDICT_PASSED,
	TSIM_VERDICT_FAILED,
	TSIM_VERDICT_RARE, /* not tested */
};

/* One line of the table: a quantity of a row, or a row that may have no hit at all. */
struct tsim_validate_result {
	const struct tsim_validate_row *row;
	const struct tsim_validate_quantity *quantity; /* NULL: no hit under pinned-chunk */
	guint64 seed, replications, hits, failures;
	double expected;
	struct tsim_estimate measured;
	double z; /* NaN: an exact test was used, or a tolerance */
	double p; /* of the test, two-sided; NaN: a tolerance */
	enum tsim_verdict verdict;
};

struct tsim_validate_options {
	char **cases; /* names of cases or files, NULL: all */
	guint64 budget, seed;
	guint jobs;
};

struct tsim_validate_table {
	guint64 budget, seed;
	double row_alarm; /* false-alarm rate of each row */
	GArray *results; /* (element-type struct tsim_validate_result) */
};

typedef void (*tsim_validate_fn)(const struct tsim_validate_result *result, gpointer data);

/* validate.c */
gboolean tsim_validate(const struct tsim_validate_options *options, tsim_validate_fn done,
		       gpointer data, struct tsim_validate_table **table, GError **error);
gboolean tsim_validate_one(const struct tsim_validate_row *row, guint64 replications, guint64 seed,
			   guint jobs, GArray *results, GError **error);
gboolean tsim_validate_passed(const struct tsim_validate_table *table);
void tsim_validate_table_free(struct tsim_validate_table *table);
typedef struct tsim_validate_table TsimValidateTable;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimValidateTable, tsim_validate_table_free)

/* validate-output.c: (transfer full) */
char *tsim_validate_head(void);
char *tsim_validate_line(const struct tsim_validate_result *result,
			 const struct tsim_validate_result *before);
char *tsim_validate_foot(const struct tsim_validate_table *table);
char *tsim_validate_json(const struct tsim_validate_table *table);
char *tsim_validate_tsv(const struct tsim_validate_table *table);
