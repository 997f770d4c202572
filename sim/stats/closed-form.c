/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Closed forms of the race between a discard and the reuse of its range.
 *
 * D is the discard, in effect at its end; then, each after the one before,
 * come the removal, the commit, the allocation and the write.  The range is
 * corrupted if the write comes before the end of D.
 */
#include "closed-form-internal.h"

#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf_expint.h>
#include <gsl/gsl_sf_gamma.h>

#define INTERVALS 1000
#define RELATIVE_ERROR 1e-10

static double normal(double x)
{
	return gsl_cdf_ugaussian_P(x);
}

/** tsim_form_moment() - E[D^k] */
double tsim_form_moment(struct tsim_form_law d, int k)
{
	switch (d.kind) {
	case TSIM_FORM_FIXED:
		return pow(d.scale, k);
	case TSIM_FORM_EXPONENTIAL:
		return pow(d.scale, k) * gsl_sf_fact((unsigned int)k);
	default:
		return pow(d.scale, k) * exp(k * k * d.sigma * d.sigma / 2);
	}
}

/** tsim_form_survival() - P(D > t) */
double tsim_form_survival(struct tsim_form_law d, double t)
{
	if (t <= 0)
		return 1;
	switch (d.kind) {
	case TSIM_FORM_FIXED:
		return d.scale > t;
	case TSIM_FORM_EXPONENTIAL:
		return exp(-t / d.scale);
	default:
		return normal(log(d.scale / t) / d.sigma);
	}
}

/** tsim_form_excess() - E[(D - s)+] */
double tsim_form_excess(struct tsim_form_law d, double s)
{
	double x;

	switch (d.kind) {
	case TSIM_FORM_FIXED:
		return fmax(d.scale - s, 0);
	case TSIM_FORM_EXPONENTIAL:
		return d.scale * exp(-s / d.scale);
	default:
		x = log(d.scale / s) / d.sigma;
		return tsim_form_moment(d, 1) * normal(x + d.sigma) - s * normal(x);
	}
}

/**
 * tsim_form_r1() - every stage exponential, D ~ Exp(@mu) from the hide
 * @mu: rate of the discard
 * @r: rate of the removal
 * @c: rate of the commit
 * @a: rate of the allocation
 * @w: rate of the write
 *
 * The product of the stages' Laplace transforms at @mu.
 */
double tsim_form_r1(double mu, double r, double c, double a, double w)
{
	return r / (r + mu) * (c / (c + mu)) * (a / (a + mu)) * (w / (w + mu));
}

/**
 * tsim_form_r1_latent() - DUP, the copies discarded one after the other: one is destroyed
 *
 * D1 < S < D1 + D2.  With f the transform of S: P(S < D1) = f(mu) and
 * P(S < D1 + D2) = f(mu) - mu f'(mu).
 */
double tsim_form_r1_latent(double mu, double r, double c, double a, double w)
{
	double slope = mu / (r + mu) + mu / (c + mu) + mu / (a + mu) + mu / (w + mu);

	return tsim_form_r1(mu, r, c, a, w) * slope;
}

/**
 * tsim_form_power_ack() - the power fails at L; a discard D and a commit C come before
 * @d, @l, @c: rates of the three, 1/s
 *
 * Return: P(D < L, C < L), by inclusion and exclusion.
 */
double tsim_form_power_ack(double d, double l, double c)
{
	return 1 - l / (l + d) - l / (l + c) + l / (l + d + c);
}

/**
 * tsim_form_power_flush() - the same, and a commit after the discard
 * @d, @l, @c: rates, 1/s
 *
 * Return: P(D + C < L); without memory, so that earlier commits do not matter.
 */
double tsim_form_power_flush(double d, double l, double c)
{
	return d / (d + l) * c / (c + l);
}

/**
 * tsim_form_r2() - the removal uniform within D, all the rest takes @s
 *
 * E[(1 - s/D)+]; for an exponential D the exponential integral E2.
 */
double tsim_form_r2(struct tsim_form_law d, double s)
{
	double m = log(d.scale), v = d.sigma * d.sigma;

	if (s <= 0)
		return 1;
	switch (d.kind) {
	case TSIM_FORM_FIXED:
		return fmax(1 - s / d.scale, 0);
	case TSIM_FORM_EXPONENTIAL:
		/* beyond 700 GSL would abort on the underflow */
		return s < 700 * d.scale ? gsl_sf_expint_E2(s / d.scale) : 0;
	default:
		return normal((m - log(s)) / d.sigma) -
		       s * exp(v / 2 - m) * normal((m - v - log(s)) / d.sigma);
	}
}

/**
 * tsim_form_r3() - periodic commit, removal at the hide
 * @mean_d: of the exponential discard
 * @t: interval: the commit comes after U(0, t)
 * @c: it takes so long
 * @mean_a: of the exponential allocation
 * @w: write
 * @q: probability that the new chunk overlaps
 */
double tsim_form_r3(double mean_d, double t, double c, double mean_a, double w, double q)
{
	double mu = 1 / mean_d;

	return -q * expm1(-mu * t) / (mu * t) * exp(-mu * (c + w)) / (1 + mean_a * mu);
}

struct r4 {
	struct tsim_form_law d;
	double t, fixed, a;
};

/* The density of U(0, t) + Exp(a) times the probability given the sum. */
static double r4_integrand(double x, void *data)
{
	const struct r4 *r = data;
	double h = x < r->t ? -expm1(-r->a * x) :
			      -exp(-r->a * (x - r->t)) * expm1(-r->a * r->t);

	return h / r->t * tsim_form_r2(r->d, r->fixed + x);
}

struct tail {
	double (*fn)(double, void *);
	void *data;
	double start, scale;
};

static double tail_integrand(double y, void *data)
{
	const struct tail *tail = data;

	return tail->scale * tail->fn(tail->start + tail->scale * y, tail->data);
}

/*
 * From 0 to infinity.  @middle: where the integrand may have a kink; @scale:
 * how fast it falls off beyond, which the infinite rule cannot find out.
 */
double tsim_form_integrate(double (*fn)(double, void *), void *data, double middle, double scale)
{
	gsl_integration_workspace *work = gsl_integration_workspace_alloc(INTERVALS);
	struct tail tail = { fn, data, middle, scale };
	gsl_function below = { fn, data }, above = { tail_integrand, &tail };
	double low, high, error;

	gsl_integration_qag(&below, 0, middle, 0, RELATIVE_ERROR, INTERVALS, GSL_INTEG_GAUSS31,
			    work, &low, &error);
	/* relative to the whole: beyond the middle there may be next to nothing */
	gsl_integration_qagiu(&above, 0, RELATIVE_ERROR * low, RELATIVE_ERROR, INTERVALS, work,
			      &high, &error);
	gsl_integration_workspace_free(work);
	return low + high;
}

/** tsim_form_r4() - removal uniform within D, and the delays of tsim_form_r3() after it */
double tsim_form_r4(struct tsim_form_law d, double t, double c, double mean_a, double w, double q)
{
	struct r4 r = { d, t, c + w, 1 / mean_a };

	return q * tsim_form_integrate(r4_integrand, &r, t, mean_a);
}

/**
 * tsim_form_r5() - share of removals that corrupt, in the steady state
 * @d: the discard
 * @mean_gap: from its end to the next discard of the range
 * @s: from the removal to the write
 */
double tsim_form_r5(struct tsim_form_law d, double mean_gap, double s)
{
	return tsim_form_excess(d, s) / (tsim_form_moment(d, 1) + mean_gap);
}

/**
 * tsim_form_r6() - D in @k equal pieces one after the other, a write at @x
 *
 * The write is to one place, uniform over the range: piece j of k is over at
 * D j/k.
 */
double tsim_form_r6(struct tsim_form_law d, double x, unsigned int k)
{
	double sum = 0;

	for (unsigned int j = 1; j <= k; j++)
		sum += tsim_form_survival(d, x * k / j);
	return sum / k;
}
