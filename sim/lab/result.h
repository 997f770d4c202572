/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "block.h"
#include "plan.h"
#include "spread.h"
#include "summary.h"
#include "tally.h"
#include "world.h"

/* A variable of a sweep as a column of numbers, if its values are such. */
struct tsim_variable {
	const char *name;
	const char *suffix; /* of the column's name: "_s", "_bytes" ... */
	gboolean (*number)(const char *text, double *value); /* NULL: texts */
};

/* What all points have in common.  Owns nothing. */
struct tsim_head {
	const char *name; /* of the [experiment] group */
	const struct tsim_experiment *experiment; /* of the first point */
	struct tsim_common common;
	const char *const
		*command; /* that repeats the run: words quoted for a shell, NULL-terminated */
	guint64 n_points, n_all; /* n_all: of the sweep, before some were selected */
	guint n_variables;
	const struct tsim_variable *variables;
};

enum tsim_stopped {
	TSIM_STOPPED_REPLICATIONS, /* all that were asked for are run */
	TSIM_STOPPED_ENOUGH, /* the rule to stop was met */
	TSIM_STOPPED_CAP, /* so were all that are permitted, but the rule to stop was not met */
	TSIM_STOPPED_TIME, /* the time budget ended: another run may get further or less far */
};
extern const char *const tsim_stopped_names[];

/* One point, as every kind of output needs it.  Owns nothing. */
struct tsim_result {
	const struct tsim_head *head;
	guint64 i; /* its place among the points */
	const char *const *values; /* of the variables */
	const char *label; /* "D = 1ms", NULL when nothing varies */
	const guint8 *key; /* of the point in the store, or NULL */
	const struct tsim_experiment *experiment;
	const TsimTally *tally;
	const TsimSpread *spread; /* NULL: quantiles have no intervals */
	const GPtrArray *failures; /* (element-type struct tsim_failure) */
	enum tsim_stopped stopped;
};

static inline guint tsim_result_n_policies(const struct tsim_result *result)
{
	return result->tally->n_policies;
}

struct tsim_estimate tsim_result_quantile(const struct tsim_result *result, guint policy,
					  enum tsim_distribution which,
					  enum tsim_quantile quantile);
struct tsim_estimate tsim_result_first_hit(const struct tsim_result *result, guint policy);
void tsim_result_summarize(const struct tsim_result *result, guint policy,
			   struct tsim_summary *summary);

/* A file of a result: @begin + @point ... + @end, all (transfer full), NULL: nothing. */
struct tsim_document {
	const char *name; /* below the directory of the result */
	const char *what; /* of several that are alike */
	char *(*begin)(const struct tsim_document *document, const struct tsim_head *head);
	char *(*point)(const struct tsim_document *document, const struct tsim_result *result);
	char *(*end)(const struct tsim_document *document, const struct tsim_head *head);
};
extern const struct tsim_document tsim_document_report, tsim_document_json, tsim_document_points;
extern const struct tsim_document tsim_document_tables[]; /* for gnuplot; ends without a name */

/* The text of a document about one point only; for tests and for looking up a name. */
char *tsim_document_text(const struct tsim_document *document, const struct tsim_result *result);
