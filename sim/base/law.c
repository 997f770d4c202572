/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "law.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

#include "law-internal.h"

/* Round to whole ns; what is too long for the clock becomes TSIM_LAW_MAX_NS. */
static inline tsim_ns to_ns(double t)
{
	if (!(t < (double)TSIM_LAW_MAX_NS))
		return TSIM_LAW_MAX_NS;
	return t > 0 ? llrint(t) : 0;
}

/* fixed(t0) */
static tsim_ns fixed_quantile(const TsimLaw *law, double u)
{
	return law->t[0];
}

static tsim_ns fixed_residual(const TsimLaw *law, tsim_ns elapsed, double u)
{
	return law->t[0];
}

static double fixed_cdf(const TsimLaw *law, double t)
{
	return t >= (double)law->t[0];
}

static double fixed_survival(const TsimLaw *law, double t)
{
	return t < (double)law->t[0];
}

static double t0_mean(const TsimLaw *law)
{
	return (double)law->t[0];
}

const struct law_type law_fixed = {
	.name = "fixed", .usage = "fixed(20ms)",
	.params = { { "value", LAW_T0, .positional = TRUE } },
	.quantile = fixed_quantile, .residual = fixed_residual, .cdf = fixed_cdf,
	.survival = fixed_survival, .mean = t0_mean, .min = t0_mean,
};

/* uniform(t0, t1) */
static const char *uniform_check(TsimLaw *law)
{
	return law->t[0] < law->t[1] ? NULL : "the first time must be below the second";
}

static tsim_ns uniform_quantile(const TsimLaw *law, double u)
{
	return law->t[0] + to_ns(u * (double)(law->t[1] - law->t[0]));
}

static tsim_ns uniform_residual(const TsimLaw *law, tsim_ns elapsed, double u)
{
	tsim_ns low = MAX(law->t[0], elapsed);

	return low < law->t[1] ? low + to_ns(u * (double)(law->t[1] - low)) : elapsed;
}

static double uniform_cdf(const TsimLaw *law, double t)
{
	return CLAMP((t - (double)law->t[0]) / (double)(law->t[1] - law->t[0]), 0, 1);
}

static double uniform_survival(const TsimLaw *law, double t)
{
	return CLAMP(((double)law->t[1] - t) / (double)(law->t[1] - law->t[0]), 0, 1);
}

static double uniform_mean(const TsimLaw *law)
{
	return ((double)law->t[0] + (double)law->t[1]) / 2;
}

const struct law_type law_uniform = {
	.name = "uniform", .usage = "uniform(1ms, 2ms)",
	.params = { { "min", LAW_T0, .positional = TRUE }, { "max", LAW_T1, .positional = TRUE } },
	.check = uniform_check, .quantile = uniform_quantile, .residual = uniform_residual,
	.cdf = uniform_cdf, .survival = uniform_survival, .mean = uniform_mean, .min = t0_mean,
};

/* exponential(mean=t0) */
static const char *exponential_check(TsimLaw *law)
{
	return law->t[0] > 0 ? NULL : "the mean must be above 0; for no delay write fixed(0s)";
}

static tsim_ns exponential_quantile(const TsimLaw *law, double u)
{
	return to_ns(-(double)law->t[0] * log1p(-u));
}

static tsim_ns exponential_residual(const TsimLaw *law, tsim_ns elapsed, double u)
{
	return elapsed + exponential_quantile(law, u);
}

static double exponential_cdf(const TsimLaw *law, double t)
{
	return t > 0 ? -expm1(-t / (double)law->t[0]) : 0;
}

static double exponential_survival(const TsimLaw *law, double t)
{
	return t > 0 ? exp(-t / (double)law->t[0]) : 1;
}

static double zero_min(const TsimLaw *law)
{
	return 0;
}

const struct law_type law_exponential = {
	.name = "exponential", .usage = "exponential(mean=20ms)",
	.params = { { "mean", LAW_T0 } },
	.check = exponential_check, .quantile = exponential_quantile,
	.residual = exponential_residual, .cdf = exponential_cdf,
	.survival = exponential_survival, .mean = t0_mean, .min = zero_min,
};

/*
 * lognormal(median=t0, sigma=shape), or mean=t1 in the place of the median.
 * The median of such a law is a whole number of ns, as if it had been written.
 */
static const char *lognormal_use_mean(TsimLaw *law)
{
	if (law->t[1] <= 0)
		return "the mean must be above 0; for no delay write fixed(0s)";
	law->t[0] = to_ns((double)law->t[1] * exp(-law->shape * law->shape / 2));
	law->t[1] = -1;
	return law->t[0] > 0 ? NULL : "the median, mean * exp(-sigma^2 / 2), is below 1ns";
}

static const char *lognormal_check(TsimLaw *law)
{
	const char *wrong = NULL;

	if (law->t[0] < 0 && law->t[1] < 0)
		return "median or mean is missing";
	if (law->t[0] >= 0 && law->t[1] >= 0)
		return "median and mean are given, write one of them";
	if (law->t[1] < 0 && law->t[0] == 0)
		return "the median must be above 0; for no delay write fixed(0s)";
	if (!(law->shape > 0 && law->shape <= 10))
		return "sigma must be above 0 and at most 10; for no spread write fixed(TIME)";
	if (law->t[1] >= 0)
		wrong = lognormal_use_mean(law);
	if (wrong)
		return wrong;
	law->log_median = log((double)law->t[0]);
	return NULL;
}

static tsim_ns lognormal_quantile(const TsimLaw *law, double u)
{
	return to_ns(exp(law->log_median + law->shape * gsl_cdf_ugaussian_Pinv(u)));
}

static double lognormal_z(const TsimLaw *law, double t)
{
	return (log(t) - law->log_median) / law->shape;
}

static double lognormal_cdf(const TsimLaw *law, double t)
{
	return t > 0 ? gsl_cdf_ugaussian_P(lognormal_z(law, t)) : 0;
}

static double lognormal_survival(const TsimLaw *law, double t)
{
	return t > 0 ? gsl_cdf_ugaussian_Q(lognormal_z(law, t)) : 1;
}

static tsim_ns lognormal_residual(const TsimLaw *law, tsim_ns elapsed, double u)
{
	double q = lognormal_survival(law, (double)elapsed);

	/* Beyond 38 sigma nothing is left to draw from. */
	if (q <= 0)
		return elapsed;
	return to_ns(exp(law->log_median + law->shape * gsl_cdf_ugaussian_Qinv((1 - u) * q)));
}

static double lognormal_mean(const TsimLaw *law)
{
	return (double)law->t[0] * exp(law->shape * law->shape / 2);
}

const struct law_type law_lognormal = {
	.name = "lognormal", .usage = "lognormal(median=20ms, sigma=1.2)",
	.params = { { "median", LAW_T0, .optional = TRUE }, { "sigma", LAW_SHAPE },
		    { "mean", LAW_T1, .optional = TRUE } },
	.check = lognormal_check, .quantile = lognormal_quantile, .residual = lognormal_residual,
	.cdf = lognormal_cdf, .survival = lognormal_survival, .mean = lognormal_mean,
	.min = zero_min,
};

/*
 * pareto(min=t0, alpha=shape[, max=t1]): P(X > x) = (t0/x)^alpha, given X < t1
 * when there is a t1.  What is left beyond x is again a pareto law from x on.
 */
static gboolean has_max(const TsimLaw *law)
{
	return law->t[1] >= 0;
}

/* P(X <= max given X > from) of the law without its max. */
static double pareto_kept(const TsimLaw *law, double from)
{
	return has_max(law) ? -expm1(law->shape * log(from / (double)law->t[1])) : 1;
}

static const char *pareto_check(TsimLaw *law)
{
	if (law->t[0] <= 0)
		return "min must be above 0";
	if (!(law->shape > 0 && law->shape <= 100))
		return "alpha must be above 0 and at most 100";
	if (has_max(law) && law->t[1] <= law->t[0])
		return "max must be above min";
	law->kept = pareto_kept(law, (double)law->t[0]);
	return NULL;
}

static tsim_ns pareto_from(const TsimLaw *law, double from, double kept, double u)
{
	return to_ns(from * exp(-log1p(-u * kept) / law->shape));
}

static tsim_ns pareto_quantile(const TsimLaw *law, double u)
{
	return pareto_from(law, (double)law->t[0], law->kept, u);
}

static tsim_ns pareto_residual(const TsimLaw *law, tsim_ns elapsed, double u)
{
	double from = (double)MAX(law->t[0], elapsed);

	if (has_max(law) && elapsed >= law->t[1])
		return elapsed;
	return pareto_from(law, from, pareto_kept(law, from), u);
}

static double pareto_cdf(const TsimLaw *law, double t)
{
	double min = (double)law->t[0];

	if (t <= min)
		return 0;
	if (has_max(law) && t >= (double)law->t[1])
		return 1;
	return -expm1(law->shape * log(min / t)) / law->kept;
}

static double pareto_survival(const TsimLaw *law, double t)
{
	double min = (double)law->t[0];

	if (t <= min)
		return 1;
	if (has_max(law) && t >= (double)law->t[1])
		return 0;
	return pow(min / t, law->shape) * pareto_kept(law, t) / law->kept;
}

static double pareto_mean(const TsimLaw *law)
{
	double min = (double)law->t[0], alpha = law->shape, x;

	if (!has_max(law))
		return alpha > 1 ? min * alpha / (alpha - 1) : INFINITY;
	/* min * alpha * (e^x - 1) / x * ln(max/min), continuous at alpha = 1 */
	x = (1 - alpha) * log((double)law->t[1] / min);
	return min * alpha * (x ? expm1(x) / x : 1) * log((double)law->t[1] / min) /
	       law->kept;
}

const struct law_type law_pareto = {
	.name = "pareto", .usage = "pareto(min=1ms, alpha=1.5, max=10s)",
	.params = { { "min", LAW_T0 }, { "alpha", LAW_SHAPE },
		    { "max", LAW_T1, .optional = TRUE } },
	.check = pareto_check, .quantile = pareto_quantile, .residual = pareto_residual,
	.cdf = pareto_cdf, .survival = pareto_survival, .mean = pareto_mean, .min = t0_mean,
};

/* Allocate a law of a type with nothing set: no time is negative, no shape a NaN. */
TsimLaw *tsim_law_new(const struct law_type *type)
{
	TsimLaw *law = g_new0(TsimLaw, 1);

	law->type = type;
	law->refs = 1;
	law->t[0] = law->t[1] = -1;
	law->shape = NAN;
	return law;
}

/**
 * tsim_law_new_fixed() - make the law that always gives one value
 * @value_ns: the value, 0..TSIM_LAW_MAX_NS
 *
 * Return: (transfer full): the law.
 */
TsimLaw *tsim_law_new_fixed(tsim_ns value_ns)
{
	TsimLaw *law = tsim_law_new(&law_fixed);

	law->t[0] = CLAMP(value_ns, 0, TSIM_LAW_MAX_NS);
	return law;
}

/**
 * tsim_law_free() - free a law
 * @law: the law, or NULL
 */
void tsim_law_free(TsimLaw *law)
{
	if (!law || --law->refs > 0)
		return;
	for (guint i = 0; i < law->n_parts; i++)
		tsim_law_free(law->parts[i]);
	g_free(law->parts);
	g_free(law->weights);
	g_free(law->upto);
	g_free(law->file);
	tsim_law_clear_samples(law);
	g_free(law);
}

/**
 * tsim_law_quantile_ns() - draw from a law by inversion
 * @law: the law
 * @u: a uniform number strictly inside (0, 1)
 *
 * One uniform per draw, so that two policies that draw with the same meaning
 * stay coupled.  It rises with u, save that a mixture first spends u on the
 * choice of a branch and then its remainder inside the branch.
 *
 * Return: whole ns, 0..TSIM_LAW_MAX_NS.
 */
tsim_ns tsim_law_quantile_ns(const TsimLaw *law, double u)
{
	return law->type->quantile(law, u);
}

/**
 * tsim_law_quantile_sized_ns() - draw the time of a command of a size
 * @law: the law; only samples with sizes, alone or in a mixture, differ by size
 * @bytes: the command's size
 * @u: a uniform number strictly inside (0, 1)
 *
 * Return: whole ns, 0..TSIM_LAW_MAX_NS.
 */
tsim_ns tsim_law_quantile_sized_ns(const TsimLaw *law, guint64 bytes, double u)
{
	while (law->type == &law_mixture)
		law = tsim_law_choose_part(law, &u);
	return law->n_bins ? tsim_law_quantile_of_size(law, bytes, u) :
			     tsim_law_quantile_ns(law, u);
}

/**
 * tsim_law_residual_ns() - draw again, given that the duration exceeds what has elapsed
 * @law: the law
 * @elapsed: ns since the start
 * @u: a uniform number strictly inside (0, 1)
 *
 * Return: the whole duration counted from its start, not what is left; never
 * below @elapsed, and @elapsed itself when the law has nothing beyond it.
 */
tsim_ns tsim_law_residual_ns(const TsimLaw *law, tsim_ns elapsed, double u)
{
	if (elapsed <= 0)
		return tsim_law_quantile_ns(law, u);
	if (elapsed >= TSIM_LAW_MAX_NS)
		return elapsed;
	return CLAMP(law->type->residual(law, elapsed, u), elapsed, TSIM_LAW_MAX_NS);
}

/**
 * tsim_law_cdf() - the probability of at most t
 * @law: the law, before its draws are rounded to whole ns
 * @t_ns: t
 */
double tsim_law_cdf(const TsimLaw *law, double t_ns)
{
	return law->type->cdf(law, t_ns);
}

/**
 * tsim_law_mean_ns() - the mean, INFINITY for a pareto law with alpha <= 1 and no max
 * @law: the law
 */
double tsim_law_mean_ns(const TsimLaw *law)
{
	return law->type->mean(law);
}

/**
 * tsim_law_min_ns() - the lower end of the law
 * @law: the law
 */
double tsim_law_min_ns(const TsimLaw *law)
{
	return law->type->min(law);
}

/**
 * tsim_law_is_fixed() - does the law always give the same value?
 * @law: the law
 * @value_ns: (out) (optional): that value
 */
gboolean tsim_law_is_fixed(const TsimLaw *law, tsim_ns *value_ns)
{
	if (law->type != &law_fixed)
		return FALSE;
	if (value_ns)
		*value_ns = law->t[0];
	return TRUE;
}
