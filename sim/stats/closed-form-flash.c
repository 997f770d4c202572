/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Closed forms of write amplification: pages written to the flash over pages
 * written by the host, which writes to random pages, in the limit of many
 * blocks.  @u is the share of the flash's pages that hold data.
 */
#include "closed-form.h"

#include <gsl/gsl_sf_lambert.h>
#include <math.h>

/**
 * tsim_form_wa_fifo() - the oldest block is collected
 * @u: utilisation, below 1
 *
 * A block is met again after a time in which each of its pages has survived
 * with probability x' = exp(-(1 - x') / u): P. Desnoyers, SYSTOR 2012; the
 * same for greedy collection and large blocks: X. Xiang, B. Kurkoski,
 * arXiv:1110.4245.
 */
double tsim_form_wa_fifo(double u)
{
	double alpha = 1 / u;

	return alpha / (alpha + gsl_sf_lambert_W0(-alpha * exp(-alpha)));
}

static double harmonic(unsigned int from, unsigned int to)
{
	double sum = 0;

	for (unsigned int i = from + 1; i <= to; i++)
		sum += 1.0 / i;
	return sum;
}

/**
 * tsim_form_wa_greedy() - the block with the fewest valid pages is collected
 * @u: utilisation, below 1
 * @b: pages of a block
 *
 * In the limit every victim has k valid pages or, the share f of them, one
 * fewer: a block that falls to k - 1 is collected at once, and what else is
 * needed is taken from those with k.  How full the others are follows from
 * the balance of pages that die in them, a harmonic sum, which must give @u.
 */
double tsim_form_wa_greedy(double u, unsigned int b)
{
	for (unsigned int k = 1; k < b; k++) {
		double f = (u * b * harmonic(k, b) - (b - k)) / (1 - u * b / k);

		if (f >= 0 && f < 1)
			return b / (b - k + f);
	}
	return NAN;
}

/**
 * tsim_form_in_use() - share of the address space that holds data
 * @q: share of the requests that discard a page that holds data; the others
 *	write to any page
 *
 * (1 - 2q) / (1 - q): T. Frankie, G. Hughes, K. Kreutz-Delgado,
 * arXiv:1208.1794.  A page in use then dies at the rate of a device that is
 * that much smaller, so write amplification is that of u times this.
 */
double tsim_form_in_use(double q)
{
	return (1 - 2 * q) / (1 - q);
}
