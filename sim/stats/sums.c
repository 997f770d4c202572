/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Estimates from sums over independent replications.  The sums are doubles:
 * to get the same bits again, add or merge in the order of the replications.
 */
#include "interval.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

static double t_quantile(guint64 n, double confidence)
{
	return gsl_cdf_tdist_Qinv((1 - confidence) / 2, (double)(n - 1));
}

/**
 * tsim_ratio_add() - count one replication
 * @r: the sums
 * @x: its total above the line, not negative
 * @y: its total below the line, not negative
 */
void tsim_ratio_add(struct tsim_ratio *r, double x, double y)
{
	r->n++;
	r->sx += x;
	r->sy += y;
	r->sxx += x * x;
	r->sxy += x * y;
	r->syy += y * y;
}

/**
 * tsim_ratio_merge() - count all the replications of other sums
 * @to: grows
 * @from: stays as it is
 */
void tsim_ratio_merge(struct tsim_ratio *to, const struct tsim_ratio *from)
{
	to->n += from->n;
	to->sx += from->sx;
	to->sy += from->sy;
	to->sxx += from->sxx;
	to->sxy += from->sxy;
	to->syy += from->syy;
}

/* The sum of the squares of the residuals x - ratio * y. */
static double residual_squares(const struct tsim_ratio *r, double ratio)
{
	return MAX(0, r->sxx - 2 * ratio * r->sxy + ratio * ratio * r->syy);
}

/* The standard error of ln(sx/sy). */
static double log_ratio_error(const struct tsim_ratio *r, double ratio)
{
	double n = (double)r->n;

	return sqrt(residual_squares(r, ratio) * n / (n - 1)) / r->sx;
}

/**
 * tsim_ratio_estimate() - estimate E[x]/E[y]
 * @r: the sums over independent replications
 * @confidence: two-sided, e.g. 0.95
 *
 * Delta method for the logarithm of the ratio, with Student's t: for many
 * events the same as for the ratio itself, but for few of them the interval is
 * skewed as it must be and never reaches below 0.
 *
 * When x is 0 throughout there is no variance to go by.  The upper limit then
 * takes x for a count of events that come singly, and y for their exposure; it
 * means nothing if x is not a count.
 *
 * Return: the estimate; NaN without any y; an upper limit of INFINITY when
 * there is but one replication.
 */
struct tsim_estimate tsim_ratio_estimate(const struct tsim_ratio *r, double confidence)
{
	struct tsim_estimate e = { r->sx / r->sy, 0, INFINITY, confidence, "ratio" };
	double half;

	if (!(r->sy > 0)) {
		e.estimate = NAN;
		e.method = "no exposure";
	} else if (r->sx <= 0) {
		e = tsim_poisson_rate(0, r->sy, confidence);
		e.method = "garwood, no event seen";
	} else if (r->n < 2) {
		e.method = "ratio of one replication";
	} else {
		half = t_quantile(r->n, confidence) * log_ratio_error(r, e.estimate);
		e.low = e.estimate * exp(-half);
		e.high = e.estimate * exp(half);
	}
	return e;
}

/**
 * tsim_ratio_z() - how far the sums are from a known ratio
 * @r: the sums over independent replications
 * @ratio: that E[x]/E[y] should be
 *
 * The residuals x - ratio * y have the mean 0 if it is; nothing is divided, so
 * nothing is biased.
 *
 * Return: their sum in its standard deviations, with the sign of the
 * difference; NaN when all are 0.
 */
double tsim_ratio_z(const struct tsim_ratio *r, double ratio)
{
	return (r->sx - ratio * r->sy) / sqrt(residual_squares(r, ratio));
}

/**
 * tsim_paired_add() - count one replication
 * @p: the sums
 * @difference: policy b minus policy a, on the same random numbers
 */
void tsim_paired_add(struct tsim_paired *p, double difference)
{
	p->n++;
	p->sum += difference;
	p->sum2 += difference * difference;
}

/**
 * tsim_paired_merge() - count all the replications of other sums
 * @to: grows
 * @from: stays as it is
 */
void tsim_paired_merge(struct tsim_paired *to, const struct tsim_paired *from)
{
	to->n += from->n;
	to->sum += from->sum;
	to->sum2 += from->sum2;
}

/**
 * tsim_paired_estimate() - estimate the mean difference
 * @p: the sums over independent replications
 * @confidence: two-sided, e.g. 0.95
 *
 * Return: the mean with Student's interval; with infinite limits when there
 * are fewer than two replications, NaN when there is none.
 */
struct tsim_estimate tsim_paired_estimate(const struct tsim_paired *p, double confidence)
{
	double n = (double)p->n, mean = p->sum / n, squares, half;

	if (!p->n)
		return (struct tsim_estimate){ NAN, -INFINITY, INFINITY, confidence,
					       "no replications" };
	if (p->n == 1)
		return (struct tsim_estimate){ mean, -INFINITY, INFINITY, confidence,
					       "difference of one replication" };
	squares = MAX(0, p->sum2 - n * mean * mean);
	half = t_quantile(p->n, confidence) * sqrt(squares / (n - 1) / n);
	return (struct tsim_estimate){ mean, mean - half, mean + half, confidence, "paired t" };
}

/**
 * tsim_paired_significant() - is the mean difference other than 0?
 * @p: the sums over independent replications
 * @confidence: two-sided, e.g. 0.95
 */
gboolean tsim_paired_significant(const struct tsim_paired *p, double confidence)
{
	struct tsim_estimate e = tsim_paired_estimate(p, confidence);

	return e.low > 0 || e.high < 0;
}

/**
 * tsim_paired_share_significant() - do more replications hit under b than under a, or fewer?
 * @p: the sums; each difference is -1, 0 or 1
 * @confidence: two-sided, e.g. 0.95
 *
 * The exact test of McNemar (1947): of the pairs that differ, one in two is to
 * either side.  Student's t would call 5 to 0 significant, which by chance
 * alone comes once in 16 times.
 */
gboolean tsim_paired_share_significant(const struct tsim_paired *p, double confidence)
{
	guint64 differ = llround(p->sum2), more = llround((p->sum2 + p->sum) / 2);

	return differ && tsim_binomial_test(more, differ, 0.5) <= 1 - confidence;
}
