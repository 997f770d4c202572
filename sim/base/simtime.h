/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* Simulated time: int64 nanoseconds since the start of the replication. */
typedef gint64 tsim_ns;

#define TSIM_NS_PER_US G_GINT64_CONSTANT(1000)
#define TSIM_NS_PER_MS G_GINT64_CONSTANT(1000000)
#define TSIM_NS_PER_S G_GINT64_CONSTANT(1000000000)
#define TSIM_NS_NEVER G_MAXINT64

#define TSIM_KIB G_GUINT64_CONSTANT(1024)
#define TSIM_MIB (1024 * TSIM_KIB)
#define TSIM_GIB (1024 * TSIM_MIB)

/* Sums of times and of areas below curves, 0 and more: NEVER stands for 292 years and longer. */
static inline tsim_ns tsim_ns_add(tsim_ns a, tsim_ns b)
{
	return a > TSIM_NS_NEVER - b ? TSIM_NS_NEVER : a + b;
}

static inline tsim_ns tsim_ns_mul(tsim_ns a, guint64 n)
{
	tsim_ns product;

	return __builtin_mul_overflow(a, n, &product) ? TSIM_NS_NEVER : product;
}
