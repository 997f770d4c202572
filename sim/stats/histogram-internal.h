/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "histogram.h"

#define SUB_BITS 7	/* each power of two from 2^8 on is cut into 2^7 buckets */
#define BLOCK (1u << SUB_BITS)
#define N_BLOCKS (64 - SUB_BITS)	/* int64 values: the highest bit is bit 62 */

struct tsim_histogram {
	guint64 used;	/* bit b: block b may hold a count */
	guint64 count;
	unsigned __int128 total;
	tsim_ns min, max;	/* of no meaning while count is 0 */
	guint64 buckets[N_BLOCKS * BLOCK];
};

static inline guint histogram_bucket(tsim_ns value)
{
	guint64 v = (guint64)value;
	guint shift = v < 2 * BLOCK ? 0 : 63 - SUB_BITS - (guint)__builtin_clzll(v);

	return (shift << SUB_BITS) + (guint)(v >> shift);
}
