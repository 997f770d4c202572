/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Closed forms of what requests for pinned places wait for, and of queues.
 */
#include "closed-form-internal.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>

/**
 * tsim_form_s1() - one place, pinned in cycles of @d and a gap, Poisson requests
 *
 * A request sees what an outsider sees: the place is pinned for E[D] of
 * E[D + G], and what is left of D then is E[D^2] / 2 E[D] in the mean.
 */
struct tsim_form_wait tsim_form_s1(struct tsim_form_law d, double mean_gap)
{
	double cycle = tsim_form_moment(d, 1) + mean_gap;

	return (struct tsim_form_wait){ tsim_form_moment(d, 1) / cycle,
					tsim_form_moment(d, 2) / 2 / cycle };
}

struct erlang {
	struct tsim_form_law d;
	double n, lambda;	/* the n-th request */
};

static double comes_at(double t, void *data)
{
	const struct erlang *e = data;

	return gsl_ran_gamma_pdf(t, e->n, 1 / e->lambda) * tsim_form_survival(e->d, t);
}

static double waits_at(double t, void *data)
{
	const struct erlang *e = data;

	return gsl_sf_gamma_inc_P(e->n, e->lambda * t) * tsim_form_survival(e->d, t);
}

/**
 * tsim_form_s2() - @spare free places and one that is pinned for @d
 * @d: from the first moment on
 * @spare: k; each request keeps what it gets
 * @lambda: rate of the requests
 *
 * Return: of request k + 1, which waits if it comes before the end of @d.
 */
struct tsim_form_wait tsim_form_s2(struct tsim_form_law d, unsigned int spare, double lambda)
{
	struct erlang e = { d, spare + 1.0, lambda };
	double p;

	switch (d.kind) {
	case TSIM_FORM_FIXED:
		p = gsl_sf_gamma_inc_P(e.n, lambda * d.scale);
		return (struct tsim_form_wait){ p, d.scale * p - e.n / lambda *
						  gsl_sf_gamma_inc_P(e.n + 1, lambda * d.scale) };
	case TSIM_FORM_EXPONENTIAL:
		p = pow(lambda / (lambda + 1 / d.scale), e.n);
		return (struct tsim_form_wait){ p, p * d.scale };
	default:
		return (struct tsim_form_wait){
			tsim_form_integrate(comes_at, &e, d.scale, e.n / lambda),
			tsim_form_integrate(waits_at, &e, d.scale, d.scale),
		};
	}
}

/**
 * tsim_form_s2_two_trimmers() - the pinned group has two entries and a trimmer at each
 * @mu: rate of every discard
 * @lambda: rate of the one request
 *
 * The first of the two discards ends after Exp(2 mu).  If it was the second
 * entry's, with probability 1/2, the trimmer of the first one finds that entry
 * put back when it goes on, and discards it again.  So the pin lasts Exp(2 mu)
 * + Exp(mu), and one Exp(mu) more in half of the cases.
 */
struct tsim_form_wait tsim_form_s2_two_trimmers(double mu, double lambda)
{
	double one = mu / (lambda + mu), two = 2 * mu / (lambda + 2 * mu);
	double p = 1 - two * one * (1 + one) / 2;

	return (struct tsim_form_wait){ p, 2 / mu - p / lambda };
}

/** tsim_form_erlang_b() - S3: share of requests lost with @n places and offered load @rho */
double tsim_form_erlang_b(unsigned int n, double rho)
{
	double b = 1;

	for (unsigned int i = 1; i <= n; i++)
		b = rho * b / (i + rho * b);
	return b;
}

/** tsim_form_poisson_tail() - S3 without a limit: P(at least @n under way) */
double tsim_form_poisson_tail(unsigned int n, double rho)
{
	return n ? gsl_sf_gamma_inc_P(n, rho) : 1;
}

/**
 * tsim_form_s4() - @n places, @m under discard, @j allocations: at least one meets a discard
 *
 * 1 - C(n-m, j) / C(n, j).
 */
double tsim_form_s4(unsigned int n, unsigned int m, unsigned int j)
{
	double none = 1;

	for (unsigned int i = 0; i < j; i++)
		none *= i + m < n ? (double)(n - m - i) / (n - i) : 0;
	return 1 - none;
}

/** tsim_form_mm1_wait() - mean wait before service, M/M/1 */
double tsim_form_mm1_wait(double lambda, double mu)
{
	return lambda / mu / (mu - lambda);
}

/** tsim_form_mm1_sojourn_quantile() - wait and service together are exponential */
double tsim_form_mm1_sojourn_quantile(double lambda, double mu, double q)
{
	return -log1p(-q) / (mu - lambda);
}

/** tsim_form_mg1_wait() - Pollaczek and Khinchine */
double tsim_form_mg1_wait(double lambda, double mean, double mean_square)
{
	return lambda * mean_square / (2 * (1 - lambda * mean));
}

/** tsim_form_mmc_wait() - Erlang C */
double tsim_form_mmc_wait(double lambda, double mu, unsigned int c)
{
	double load = lambda / mu, b = tsim_form_erlang_b(c, load);
	double waits = b / (1 - load / c * (1 - b));

	return waits / (c * mu - lambda);
}

#define STATES 500

/* Who is in the system a service time later: those who were queued now, and new arrivals. */
static void step(const double *now, double *next, const double *arrivals, unsigned int c)
{
	double none = 0;

	for (unsigned int i = 0; i <= c; i++)
		none += now[i];
	for (unsigned int j = 0; j < STATES; j++) {
		double sum = none * arrivals[j];

		for (unsigned int i = c + 1; i <= c + j && i < STATES; i++)
			sum += now[i] * arrivals[j - (i - c)];
		next[j] = sum;
	}
}

/**
 * tsim_form_mdc_wait() - M/D/c, numerically
 * @lambda: rate of arrivals
 * @d: the service
 * @c: servers
 *
 * Everybody in service now will have left after @d, and nobody who comes by
 * then: the number in the system at multiples of @d is a Markov chain
 * (Crommelin).  Its stationary law by iteration, 500 states; below a load of
 * 0.95.
 */
double tsim_form_mdc_wait(double lambda, double d, unsigned int c)
{
	static double now[STATES], next[STATES], arrivals[STATES];
	double mean = 0, last = -1;

	for (unsigned int j = 0; j < STATES; j++)
		arrivals[j] = gsl_ran_poisson_pdf(j, lambda * d);
	memset(now, 0, sizeof(now));
	now[0] = 1;
	while (fabs(mean - last) > 1e-12 * mean) {
		last = mean;
		step(now, next, arrivals, c);
		memcpy(now, next, sizeof(now));
		mean = 0;
		for (unsigned int j = 0; j < STATES; j++)
			mean += j * now[j];
	}
	return mean / lambda - d;
}

/** tsim_form_priority_wait() - Cobham, two classes */
void tsim_form_priority_wait(const struct tsim_form_class classes[2], double wait[2])
{
	double left = (classes[0].lambda * classes[0].mean_square +
		       classes[1].lambda * classes[1].mean_square) / 2;
	double free = 1 - classes[0].lambda * classes[0].mean;

	wait[0] = left / free;
	wait[1] = left / (free * (free - classes[1].lambda * classes[1].mean));
}

/** tsim_form_closed_queue() - machine repair: the birth and death chain of those in the queue */
void tsim_form_closed_queue(unsigned int customers, unsigned int c, double mu, double z,
			    double *throughput, double *response)
{
	double weight = 1, sum = 1, served = 0;

	for (unsigned int n = 1; n <= customers; n++) {
		weight *= (customers - n + 1) * z / (mu * (n < c ? n : c));
		sum += weight;
		served += weight * mu * (n < c ? n : c);
	}
	*throughput = served / sum;
	*response = customers / *throughput - 1 / z;
}
