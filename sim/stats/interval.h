/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/*
 * An estimate with its confidence interval.  Without any data the estimate is
 * NaN; without enough of it a limit is infinite.
 */
struct tsim_estimate {
	double estimate;
	double low;
	double high;
	double confidence;
	const char *method;	/* static string */
};

struct tsim_estimate tsim_wilson(guint64 hits, guint64 n, double confidence);
struct tsim_estimate tsim_clopper_pearson(guint64 hits, guint64 n, double confidence);
/* Beta(1/2, 1/2) prior: coverage on the average, shorter than Clopper and Pearson's. */
struct tsim_estimate tsim_jeffreys(guint64 hits, guint64 n, double confidence);
/* Garwood */
struct tsim_estimate tsim_poisson_rate(guint64 events, double exposure, double confidence);
/* Wilson; Clopper-Pearson when hits is 0 or n, where a claim of safety is made. */
struct tsim_estimate tsim_proportion(guint64 hits, guint64 n, double confidence);

/*
 * Inverse sampling: run until so many hits are seen, however many trials that
 * takes; the relative precision is then the same whatever the probability.
 */
guint64 tsim_inverse_target(double relative_half_width, double confidence);
struct tsim_estimate tsim_inverse_sampling(guint64 hits, guint64 n, double confidence);

/* Exact tests, two-sided: twice the smaller tail, so that they agree with the exact intervals. */
double tsim_binomial_test(guint64 hits, guint64 n, double p);
double tsim_poisson_test(guint64 events, double mean);

/* From the order of the values, whatever their law. */
struct tsim_estimate tsim_median(const double *sorted, guint n, double confidence);

/* Of two independent estimates, from their intervals. */
struct tsim_estimate tsim_difference(const struct tsim_estimate *a, const struct tsim_estimate *b);

/*
 * Sums for the ratio of two per-replication totals, E[x]/E[y], interval by
 * the delta method.  Mergeable.
 */
struct tsim_ratio {
	guint64 n;
	double sx, sy, sxx, sxy, syy;
};
void tsim_ratio_add(struct tsim_ratio *r, double x, double y);
void tsim_ratio_merge(struct tsim_ratio *to, const struct tsim_ratio *from);
struct tsim_estimate tsim_ratio_estimate(const struct tsim_ratio *r, double confidence);
/* How far from @ratio, in standard deviations. */
double tsim_ratio_z(const struct tsim_ratio *r, double ratio);

/* Paired differences b - a over common random numbers. Mergeable. */
struct tsim_paired {
	guint64 n;
	double sum, sum2;
};
void tsim_paired_add(struct tsim_paired *p, double difference);
void tsim_paired_merge(struct tsim_paired *to, const struct tsim_paired *from);
struct tsim_estimate tsim_paired_estimate(const struct tsim_paired *p, double confidence);
gboolean tsim_paired_significant(const struct tsim_paired *p, double confidence);
/* The same of differences that are -1, 0 or 1, exactly. */
gboolean tsim_paired_share_significant(const struct tsim_paired *p, double confidence);
