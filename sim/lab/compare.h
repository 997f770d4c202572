/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "comparison.h"
#include "stored-blocks.h"

/* A number of one policy at one point in two results. */
struct tsim_compared_row {
	const char *policy;
	enum tsim_metric metric;
	struct tsim_estimate a, b; /* per replication */
	struct tsim_comparison c; /* b - a; the p-value alone */
	double adjusted; /* the p-value among all of them; NaN: no test */
};

/* A point that both results have. */
struct tsim_compared_point {
	JsonObject *a, *b; /* in the results */
	char *label; /* NULL: nothing varies */
	GStrv policies; /* that both have */
	const char *unpaired; /* why it is not compared replication by replication; NULL: it is */
	GArray *rows; /* (element-type struct tsim_compared_row) */
};

typedef struct tsim_compared TsimCompared;
struct tsim_compared {
	TsimStored *a, *b;
	double confidence;
	GPtrArray *points; /* (element-type struct tsim_compared_point) in the order of a */
	GPtrArray *only_a, *only_b; /* (element-type utf8) labels of points without a match */
	guint n_tests, n_significant, n_paired;
};

TsimCompared *tsim_compare(const char *dir_a, const char *dir_b, GError **error);
void tsim_compared_free(TsimCompared *compared);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimCompared, tsim_compared_free)
gboolean tsim_compared_significant(const TsimCompared *compared,
				   const struct tsim_compared_row *row);

/* All (transfer full). */
char *tsim_compared_text(const TsimCompared *compared);
char *tsim_compared_json(const TsimCompared *compared);
char *tsim_compared_tsv(const TsimCompared *compared);
