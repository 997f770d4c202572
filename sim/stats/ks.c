/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The test of Kolmogorov and Smirnov for two samples; GSL has none. */
#include "ks.h"

#include <math.h>

/* How many of @a[i...] equal the value that both are compared at next. */
static gsize skip_equal(const double *a, gsize n, gsize i, double value)
{
	while (i < n && a[i] <= value)
		i++;
	return i;
}

/**
 * tsim_ks_distance() - the largest distance of two empirical distributions
 * @a, @b: in rising order, @n and @m values, at least one each
 *
 * Equal values are passed together, so that ties make no distance of their own.
 */
double tsim_ks_distance(const double *a, gsize n, const double *b, gsize m)
{
	double largest = 0;
	gsize i = 0, j = 0;

	while (i < n && j < m) {
		double value = fmin(a[i], b[j]);

		i = skip_equal(a, n, i, value);
		j = skip_equal(b, m, j, value);
		largest = fmax(largest, fabs((double)i / (double)n - (double)j / (double)m));
	}
	return largest;
}

/**
 * tsim_ks_p() - the probability of at least that distance under one continuous law
 * @distance: of tsim_ks_distance()
 * @n, @m: sizes of the samples; INFINITY for a law that is known
 *
 * The limit of Kolmogorov with Stephens' correction (J. Roy. Statist. Soc. B 32,
 * 1970), which is good from 4 samples on; with ties the truth is smaller.
 */
double tsim_ks_p(double distance, double n, double m)
{
	double root = sqrt(isinf(m) ? n : n * m / (n + m));
	double x = (root + 0.12 + 0.11 / root) * distance, p = 0;

	if (x < 0.2) /* there the series does not converge, and p is 1 to 12 digits */
		return 1;
	for (int k = 1; k <= 100; k++)
		p += (k % 2 ? 2 : -2) * exp(-2.0 * k * k * x * x);
	return CLAMP(p, 0, 1);
}
