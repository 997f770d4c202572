/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "law-internal.h"

#include <math.h>

/*
 * mixture(w1: law, w2: law, ...).  One uniform serves both the choice of a
 * branch and the draw inside it: given the branch, the remainder of u is again
 * uniform.  A branch of weight w is left with 53 + log2(w) bits.
 */
static double remainder_of(double u, double from, double upto)
{
	return CLAMP((u - from) / (upto - from), 0x1p-53, 1 - 0x1p-53);
}

/* The branch of a mixture that @u chooses; what remains of it is for the draw inside. */
const TsimLaw *tsim_law_choose_part(const TsimLaw *law, double *u)
{
	double from = 0;
	guint i;

	for (i = 0; i + 1 < law->n_parts && *u >= law->upto[i]; i++)
		from = law->upto[i];
	*u = remainder_of(*u, from, law->upto[i]);
	return law->parts[i];
}

static tsim_ns mixture_quantile(const TsimLaw *law, double u)
{
	const TsimLaw *part = tsim_law_choose_part(law, &u);

	return tsim_law_quantile_ns(part, u);
}

static double weighted(const TsimLaw *law, guint i)
{
	return law->upto[i] - (i ? law->upto[i - 1] : 0);
}

/* A branch that has lasted so far is the likelier the more of it is still to come. */
static tsim_ns mixture_residual(const TsimLaw *law, tsim_ns elapsed, double u)
{
	double total = 0, from = 0;
	guint last = law->n_parts;

	for (guint i = 0; i < law->n_parts; i++)
		total += weighted(law, i) * law->parts[i]->type->survival(law->parts[i], elapsed);
	for (guint i = 0; i < law->n_parts; i++) {
		double w = weighted(law, i) *
			   law->parts[i]->type->survival(law->parts[i], elapsed) / total;

		if (!(w > 0))
			continue;
		if (u < from + w)
			return tsim_law_residual_ns(law->parts[i], elapsed,
						    remainder_of(u, from, from + w));
		from += w;
		last = i;
	}
	/* Rounding left u above the sum, or nothing exceeds what has elapsed. */
	if (last == law->n_parts)
		return elapsed;
	return tsim_law_residual_ns(law->parts[last], elapsed, 1 - 0x1p-53);
}

static double mixture_cdf(const TsimLaw *law, double t)
{
	double sum = 0;

	for (guint i = 0; i < law->n_parts; i++)
		sum += weighted(law, i) * tsim_law_cdf(law->parts[i], t);
	return MIN(sum, 1);
}

static double mixture_survival(const TsimLaw *law, double t)
{
	double sum = 0;

	for (guint i = 0; i < law->n_parts; i++)
		sum += weighted(law, i) * law->parts[i]->type->survival(law->parts[i], t);
	return MIN(sum, 1);
}

static double mixture_mean(const TsimLaw *law)
{
	double sum = 0;

	for (guint i = 0; i < law->n_parts; i++)
		sum += weighted(law, i) * tsim_law_mean_ns(law->parts[i]);
	return sum;
}

static double mixture_min(const TsimLaw *law)
{
	double min = INFINITY;

	for (guint i = 0; i < law->n_parts; i++)
		min = MIN(min, tsim_law_min_ns(law->parts[i]));
	return min;
}

/* Normalise the weights; they are as many as the parts. */
static const char *mixture_check(TsimLaw *law)
{
	double sum = 0, upto = 0;

	for (guint i = 0; i < law->n_parts; i++) {
		if (!(law->weights[i] > 0))
			return "every weight must be above 0";
		sum += law->weights[i];
	}
	if (!isfinite(sum))
		return "the weights must have a finite sum";
	law->upto = g_new(double, law->n_parts);
	for (guint i = 0; i < law->n_parts; i++) {
		upto += law->weights[i] / sum;
		law->upto[i] = upto;
		if (!(weighted(law, i) > 0))
			return "a weight vanishes beside the others";
	}
	law->upto[law->n_parts - 1] = 1;
	return NULL;
}

const struct law_type law_mixture = {
	.name = "mixture", .usage = "mixture(95%: fixed(1ms), 5%: exponential(mean=20ms))",
	.check = mixture_check, .quantile = mixture_quantile, .residual = mixture_residual,
	.cdf = mixture_cdf, .survival = mixture_survival, .mean = mixture_mean,
	.min = mixture_min,
};
