/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "interval.h"

/* Do two sets of replications differ?  Differences are b - a; p-values are two-sided. */

/* Mean and standard deviation over independent replications; NaN: not known. */
struct tsim_moments {
	double n, mean, sd;
};

struct tsim_estimate tsim_mean(const struct tsim_moments *m, double confidence);

struct tsim_comparison {
	struct tsim_estimate difference;
	double p; /* that no difference would do as much; NaN: nothing that could differ */
};

/* Welch: unequal variances, different numbers of replications. */
struct tsim_comparison tsim_compare_means(const struct tsim_moments *a,
					  const struct tsim_moments *b, double confidence);
/* Two shares; their intervals are in @a and @b. */
struct tsim_comparison tsim_compare_shares(guint64 hits_a, guint64 n_a,
					   const struct tsim_estimate *a, guint64 hits_b,
					   guint64 n_b, const struct tsim_estimate *b);

/*
 * Sums over blocks of replications that both sets have: x the difference of a
 * block's totals, y how many replications it has.
 */
struct tsim_block_sums {
	struct tsim_ratio sums;
	guint64 more, less; /* blocks with a difference above and below 0 */
};
void tsim_block_sums_add(struct tsim_block_sums *s, double difference, double replications);
struct tsim_comparison tsim_compare_blocks(const struct tsim_block_sums *s, double confidence);

/* Holm: what each p-value is worth among all of them.  NaN counts not. */
void tsim_holm(double *p, guint n);
