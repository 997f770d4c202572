/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "comparison.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

/* Of fewer blocks than this that differ, Student's t says too much. */
#define FEW_BLOCKS 20

static double t_quantile(double freedom, double confidence)
{
	return gsl_cdf_tdist_Qinv((1 - confidence) / 2, freedom);
}

/** tsim_mean() - a mean with Student's interval, which is infinite for one replication */
struct tsim_estimate tsim_mean(const struct tsim_moments *m, double confidence)
{
	double half = m->n > 1 ? t_quantile(m->n - 1, confidence) * m->sd / sqrt(m->n) : INFINITY;

	return (struct tsim_estimate){ m->mean, m->mean - half, m->mean + half, confidence,
				       "student" };
}

/* An estimate with Student's interval, and the p-value of 0. */
static struct tsim_comparison student(double difference, double error, double freedom,
				      double confidence, const char *method)
{
	double half = error > 0 ? t_quantile(freedom, confidence) * error : 0;
	struct tsim_comparison c = {
		{ difference, difference - half, difference + half, confidence, method }, 1
	};

	if (error > 0)
		c.p = 2 * gsl_cdf_tdist_Q(fabs(difference) / error, freedom);
	else if (difference != 0)
		c.p = 0;
	return c;
}

static struct tsim_comparison unknown(double difference, double confidence, const char *method)
{
	return (struct tsim_comparison){ { difference, -INFINITY, INFINITY, confidence, method },
					 NAN };
}

/**
 * tsim_compare_means() - the difference of two means, by Welch (1947)
 * @a: of independent replications
 * @b: of others, independent of them
 * @confidence: two-sided, e.g. 0.95
 *
 * Degrees of freedom by Satterthwaite.  Two means without any variance differ
 * or do not.
 */
struct tsim_comparison tsim_compare_means(const struct tsim_moments *a,
					  const struct tsim_moments *b, double confidence)
{
	double va = a->sd * a->sd / a->n, vb = b->sd * b->sd / b->n, freedom;

	if (!isfinite(va) || !isfinite(vb) || a->n < 2 || b->n < 2)
		return unknown(b->mean - a->mean, confidence, "too few replications");
	if (va + vb == 0 && a->mean == 0 && b->mean == 0)
		return (struct tsim_comparison){ { 0, 0, 0, confidence, "none seen" }, NAN };
	freedom = (va + vb) * (va + vb) / (va * va / (a->n - 1) + vb * vb / (b->n - 1));
	return student(b->mean - a->mean, sqrt(va + vb), freedom, confidence, "welch");
}

/* P(@k or fewer), P(@k or more) of @drawn are among the @hits of @hits + @misses. */
static double at_most(guint64 k, guint64 hits, guint64 misses, guint64 drawn)
{
	return gsl_cdf_hypergeometric_P(k, hits, misses, drawn);
}

static double at_least(guint64 k, guint64 hits, guint64 misses, guint64 drawn)
{
	return k ? gsl_cdf_hypergeometric_Q(k - 1, hits, misses, drawn) : 1;
}

/* Fisher's exact test, two-sided: twice the smaller tail, as in tsim_binomial_test(). */
static double fisher(guint64 hits_a, guint64 n_a, guint64 hits_b, guint64 n_b)
{
	guint64 hits = hits_a + hits_b, misses = n_a + n_b - hits;
	double low = at_most(hits_b, hits, misses, n_b);
	double high = at_least(hits_b, hits, misses, n_b);

	return MIN(1, 2 * MIN(low, high));
}

/* For counts that GSL's 32 bits or its sum of terms cannot do; both are large then. */
static double pooled_z(guint64 hits_a, guint64 n_a, guint64 hits_b, guint64 n_b)
{
	double na = n_a, nb = n_b, pool = (hits_a + hits_b) / (na + nb);
	double error = sqrt(pool * (1 - pool) * (1 / na + 1 / nb));

	return error > 0 ? 2 * gsl_cdf_ugaussian_Q(fabs(hits_b / nb - hits_a / na) / error) : 1;
}

/**
 * tsim_compare_shares() - the difference of two probabilities
 * @hits_a: trials that hit, of @n_a independent ones
 * @n_a: trials
 * @a: its estimate; the interval of the difference follows from both, see tsim_difference()
 * @hits_b: as @hits_a, of trials independent of these
 * @n_b: trials
 * @b: its estimate
 *
 * With Wilson's intervals that of the difference is Newcombe's (1998, method
 * 10).  The p-value is Fisher's exact one, which may not agree with the
 * interval to the last digit.
 */
struct tsim_comparison tsim_compare_shares(guint64 hits_a, guint64 n_a,
					   const struct tsim_estimate *a, guint64 hits_b,
					   guint64 n_b, const struct tsim_estimate *b)
{
	struct tsim_comparison c = { tsim_difference(b, a), NAN };

	c.difference.method = "newcombe, fisher";
	if (!n_a || !n_b || (!hits_a && !hits_b))
		return c;
	c.p = hits_a + hits_b < 100000 && n_a + n_b < G_MAXINT32 ?
		      fisher(hits_a, n_a, hits_b, n_b) :
		      pooled_z(hits_a, n_a, hits_b, n_b);
	return c;
}

/**
 * tsim_block_sums_add() - count a block
 * @s: the sums
 * @difference: of the totals over its replications, b - a
 * @replications: how many it has, of which each has the same random numbers in a and b
 */
void tsim_block_sums_add(struct tsim_block_sums *s, double difference, double replications)
{
	tsim_ratio_add(&s->sums, difference, replications);
	s->more += difference > 0;
	s->less += difference < 0;
}

/**
 * tsim_compare_blocks() - the mean difference per replication, from blocks of them
 * @s: sums over all blocks
 * @confidence: two-sided, e.g. 0.95
 *
 * The difference per replication is the ratio of the sums.  Its error comes
 * from what is left over in each block (delta method), so that blocks may be
 * of any size; they count for as many as (sum of sizes)^2 / sum of squared
 * sizes, less one, in Student's t.  When few blocks differ at all, the p-value
 * is that of the exact sign test: without a difference, one block in two that
 * differs is above 0.
 */
struct tsim_comparison tsim_compare_blocks(const struct tsim_block_sums *s, double confidence)
{
	const struct tsim_ratio *r = &s->sums;
	double mean = r->sx / r->sy, n = (double)r->n, freedom = r->sy * r->sy / r->syy - 1;
	double rest = r->sxx - 2 * mean * r->sxy + mean * mean * r->syy;
	guint64 differ = s->more + s->less;
	struct tsim_comparison c;

	if (!(r->sy > 0) || r->n < 2)
		return unknown(mean, confidence, "too few blocks");
	if (!differ)
		return (struct tsim_comparison){ { 0, 0, 0, confidence, "no pair differs" }, NAN };
	c = student(mean, sqrt(MAX(0, rest) * n / (n - 1)) / r->sy, freedom, confidence,
		    "paired blocks, t");
	if (differ < FEW_BLOCKS) {
		c.difference.method = "paired blocks, t and sign test";
		c.p = tsim_binomial_test(s->more, differ, 0.5);
	}
	return c;
}

static int by_value(const void *a, const void *b)
{
	double x = **(double *const *)a, y = **(double *const *)b;

	return x < y ? -1 : x > y;
}

/**
 * tsim_holm() - correct p-values for how many there are
 * @p: p-values; replaced by those of Holm (1979), at most 1; NaN stays and counts not
 * @n: how many
 *
 * To call those below 1 - c significant errs in any of them with a probability
 * of 1 - c at most, however they depend on each other.
 */
void tsim_holm(double *p, guint n)
{
	g_autofree double **sorted = g_new0(double *, n + 1);
	guint m = 0;
	double worst = 0;

	for (guint i = 0; i < n; i++)
		if (!isnan(p[i]))
			sorted[m++] = &p[i];
	qsort(sorted, m, sizeof(*sorted), by_value);
	for (guint i = 0; i < m; i++) {
		worst = fmax(worst, fmin(1, (m - i) * *sorted[i]));
		*sorted[i] = worst;
	}
}
