/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forms.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf_expint.h>
#include <math.h>

/* A stage must end before an exponential discard does: its Laplace transform at mu. */
double form_r1(double mu, double r, double c, double a, double w)
{
	return r / (r + mu) * c / (c + mu) * a / (a + mu) * w / (w + mu);
}

/* P(D(1 - U) > s) */
double form_r2_exponential(double mu, double s)
{
	return gsl_sf_expint_E2(mu * s);
}

double form_r2_fixed(double d, double s)
{
	return fmax(1 - s / d, 0);
}

double form_r2_lognormal(double median, double sigma, double s)
{
	double m = log(median), var = sigma * sigma;

	if (s <= 0)
		return 1;
	return gsl_cdf_ugaussian_P((m - log(s)) / sigma) -
	       s * exp(-m + var / 2) * gsl_cdf_ugaussian_P((m - var - log(s)) / sigma);
}

double form_r3(double ed, double t, double c, double ea, double w, double q)
{
	double mu = 1 / ed, a = 1 / ea;

	return q * -expm1(-mu * t) / (mu * t) * exp(-mu * c) * a / (a + mu) * exp(-mu * w);
}

struct r4 {
	double median, sigma, t, rest, a;
};

/* The density of U(0, t) + Exp(a) at x, times R2 for what is left. */
static double r4_integrand(double x, void *data)
{
	const struct r4 *p = data;
	double h = x < p->t ? -expm1(-p->a * x) : exp(-p->a * (x - p->t)) - exp(-p->a * x);

	return h / p->t * form_r2_lognormal(p->median, p->sigma, p->rest + x);
}

double form_r4(double median, double sigma, double t, double c, double a, double w)
{
	struct r4 p = { median, sigma, t, c + w, a };
	gsl_function f = { r4_integrand, &p };
	gsl_integration_workspace *space = gsl_integration_workspace_alloc(1000);
	double below, above, error;

	gsl_integration_qag(&f, 0, t, 0, 1e-10, 1000, GSL_INTEG_GAUSS31, space, &below, &error);
	gsl_integration_qagiu(&f, t, 1e-15, 1e-8, 1000, space, &above, &error);
	gsl_integration_workspace_free(space);
	return below + above;
}

/* Piece j takes effect at D j / k. */
double form_r6(double median, double sigma, double x, unsigned int k)
{
	double sum = 0;

	for (unsigned int j = 1; j <= k; j++)
		sum += gsl_cdf_ugaussian_Q(log(k * x / j / median) / sigma);
	return sum / k;
}

struct moments moments_exponential(double mean)
{
	return (struct moments){ mean, 2 * pow(mean, 2), 6 * pow(mean, 3), 24 * pow(mean, 4) };
}

struct moments moments_fixed(double d)
{
	return (struct moments){ d, pow(d, 2), pow(d, 3), pow(d, 4) };
}

struct moments moments_lognormal(double median, double sigma)
{
	double v = sigma * sigma / 2;

	return (struct moments){ median * exp(v), pow(median, 2) * exp(4 * v),
				 pow(median, 3) * exp(9 * v), pow(median, 4) * exp(16 * v) };
}

/*
 * Given D, the waits W ~ Poisson(rate D), the others ~ Poisson(rate g), and
 * each wait is uniform in (0, D).  The variance of a ratio estimator is that
 * of (x - ratio * y) over E[y]^2.
 */
struct stall_form form_s1(struct moments d, double g, double rate)
{
	double cycle = d.m1 + g, p = d.m1 / cycle, w = d.m2 / 2 / cycle, var;
	struct stall_form s = { .wait = p, .mean_wait = w };

	/* var(W - pN) */
	var = rate * ((1 - p) * (1 - p) * d.m1 + p * p * g) +
	      pow((1 - p) * rate, 2) * (d.m2 - d.m1 * d.m1);
	s.wait_sd = sqrt(var) / (rate * cycle);
	/* var(T - wN), T all waits: the mean of its variance given D, the variance of its mean */
	var = rate * (d.m3 / 3 - w * d.m2 + w * w * cycle);
	var += rate * rate *
	       ((d.m4 - d.m2 * d.m2) / 4 - w * (d.m3 - d.m1 * d.m2) + w * w * (d.m2 - d.m1 * d.m1));
	s.mean_wait_sd = sqrt(var) / (rate * cycle);
	return s;
}

/* P(Erlang(k + 1, lambda) < D); what is left of D is Exp(mu) again */
double form_s2(double lambda, unsigned int k, double mu)
{
	return pow(lambda / (lambda + mu), k + 1);
}

double form_s4(unsigned int n, unsigned int m, unsigned int j)
{
	double miss = 1;

	for (unsigned int i = 0; i < j; i++)
		miss *= (double)(n - m - i) / (n - i);
	return 1 - miss;
}
