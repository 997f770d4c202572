/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The closed forms of the race and of the stall, docs/validation.md.  Times
 * in any one unit; rates are its inverse.
 */

/* R1: D ~ Exp(mu); removal, commit, allocation, write: Exp(r), Exp(c), Exp(a), Exp(w) in a row. */
double form_r1(double mu, double r, double c, double a, double w);
/* R2: removal uniform within the discard, everything else takes s. */
double form_r2_exponential(double mu, double s);
double form_r2_fixed(double d, double s);
double form_r2_lognormal(double median, double sigma, double s);
/* R3: removal with the hide, commit uniform in t, then c; allocation Exp(1/ea), write w. */
double form_r3(double ed, double t, double c, double ea, double w, double q);
/* R4: as R2 with lognormal D; commit uniform in t, then c, allocation Exp(a), write w. */
double form_r4(double median, double sigma, double t, double c, double a, double w);
/* R6: lognormal D in k equal pieces one after the other, a write at x. */
double form_r6(double median, double sigma, double x, unsigned int k);

/* Moments of D. */
struct moments {
	double m1, m2, m3, m4;
};
struct moments moments_exponential(double mean);
struct moments moments_fixed(double d);
struct moments moments_lognormal(double median, double sigma);

/*
 * S1: cycles of a discard D and a gap g, Poisson requests at @rate that wait
 * for the end of D.  @wait_sd and @mean_wait_sd: standard deviation, times
 * sqrt(cycles), of the ratio estimators waits/requests and waited/requests.
 */
struct stall_form {
	double wait, wait_sd; /* P(a request waits) */
	double mean_wait, mean_wait_sd; /* E[wait] of a request */
};
struct stall_form form_s1(struct moments d, double g, double rate);

/* S2, D ~ Exp(mu): the (k+1)-th Poisson request of rate lambda waits for the end of D. */
double form_s2(double lambda, unsigned int k, double mu);
/* S4: of n places m are under discard; one of j random allocations meets one of them. */
double form_s4(unsigned int n, unsigned int m, unsigned int j);
