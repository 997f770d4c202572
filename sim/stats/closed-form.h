/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Closed forms that the simulator must agree with; docs/validation.md derives
 * them.  Nothing here is shared with the simulator: not its laws, not its
 * random numbers.  Times are in one unit, rates in its inverse.
 */
enum tsim_form_kind {
	TSIM_FORM_FIXED,
	TSIM_FORM_EXPONENTIAL,
	TSIM_FORM_LOGNORMAL,
};

struct tsim_form_law {
	enum tsim_form_kind kind;
	double scale;	/* value, mean or median */
	double sigma;	/* of the logarithm, lognormal only */
};

double tsim_form_moment(struct tsim_form_law d, int k);
double tsim_form_survival(struct tsim_form_law d, double t);
double tsim_form_excess(struct tsim_form_law d, double s);

/* The race: probability that the discard D destroys the write. */
double tsim_form_r1(double mu, double r, double c, double a, double w);
double tsim_form_r1_latent(double mu, double r, double c, double a, double w);
double tsim_form_power_ack(double d, double l, double c);
double tsim_form_power_flush(double d, double l, double c);
double tsim_form_r2(struct tsim_form_law d, double s);
double tsim_form_r3(double mean_d, double t, double c, double mean_a, double w, double q);
double tsim_form_r4(struct tsim_form_law d, double t, double c, double mean_a, double w, double q);
double tsim_form_r5(struct tsim_form_law d, double mean_gap, double s);
double tsim_form_r6(struct tsim_form_law d, double x, unsigned int k);

/* The stall: what requests for pinned places wait for. */
struct tsim_form_wait {
	double probability;	/* that it waits */
	double mean;		/* of the wait, 0 counted in */
};
struct tsim_form_wait tsim_form_s1(struct tsim_form_law d, double mean_gap);
struct tsim_form_wait tsim_form_s2(struct tsim_form_law d, unsigned int spare, double lambda);
struct tsim_form_wait tsim_form_s2_two_trimmers(double mu, double lambda);
double tsim_form_erlang_b(unsigned int n, double rho);
double tsim_form_poisson_tail(unsigned int n, double rho);
double tsim_form_s4(unsigned int n, unsigned int m, unsigned int j);

/* Queues: mean wait before service. */
double tsim_form_mm1_wait(double lambda, double mu);
double tsim_form_mm1_sojourn_quantile(double lambda, double mu, double q);
double tsim_form_mg1_wait(double lambda, double mean, double mean_square);
double tsim_form_mmc_wait(double lambda, double mu, unsigned int c);
double tsim_form_mdc_wait(double lambda, double d, unsigned int c);
struct tsim_form_class {
	double lambda, mean, mean_square;
};
/* Two classes, the first goes first, nobody is interrupted. */
void tsim_form_priority_wait(const struct tsim_form_class classes[2], double wait[2]);
/* @customers that think for Exp(z), then queue for one of @c servers. */
void tsim_form_closed_queue(unsigned int customers, unsigned int c, double mu, double z,
			    double *throughput, double *response);

/* Flash: pages written over pages that the host wrote. */
double tsim_form_wa_fifo(double u);
double tsim_form_wa_greedy(double u, unsigned int b);
double tsim_form_in_use(double q);
