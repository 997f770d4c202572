/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "runner.h"
#include "summary.h"
#include "tally.h"

/* One finished experiment, as every kind of output needs it.  Owns nothing. */
struct tsim_result {
	const char *name; /* of the [experiment] group */
	const struct tsim_experiment *experiment;
	const char *const
		*command; /* that repeats the run: words quoted for a shell, NULL-terminated */
	const TsimTally *tally;
	const GPtrArray *failures; /* (element-type struct tsim_failure) */
};

static inline guint tsim_result_n_policies(const struct tsim_result *result)
{
	return result->tally->n_policies;
}

/* Every function below returns a whole text, (transfer full), ending in a line end. */
char *tsim_result_report(const struct tsim_result *result);
char *tsim_result_json(const struct tsim_result *result);
char *tsim_result_points(const struct tsim_result *result);
/* Tables for gnuplot: a name without a directory, and the text. */
char *tsim_result_corruption_table(const struct tsim_result *result);
char *tsim_result_funnel_table(const struct tsim_result *result);
char *tsim_result_percentile_table(const struct tsim_result *result, const char *what);
