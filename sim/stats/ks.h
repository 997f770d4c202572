/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* Of two samples, each in rising order: how far their distributions are apart. */
double tsim_ks_distance(const double *a, gsize n, const double *b, gsize m);
/* How likely at least this distance is when both are of one law. */
double tsim_ks_p(double distance, double n, double m);
