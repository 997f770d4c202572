/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values below 256 have a bucket each.  A larger value v with highest bit h
 * is kept by its top 8 bits: bucket b = v >> (h - 7), 128 <= b < 256, which
 * holds the 2^(h-7) values from b << (h - 7) on.
 *
 * Error bound: a quantile is answered with the middle of the bucket of the
 * sample asked for, at most half a bucket away from it: 2^(h-8).  The sample
 * is at least 2^h, so the relative error is at most 2^-8 = 1/256.  Clamping
 * the answer to the exact [min, max] can only bring it nearer to the sample,
 * which lies in there.
 */
#include "histogram.h"

#include <math.h>
#include <string.h>

#include "histogram-internal.h"
#include "invariant.h"

static guint bucket_shift(guint bucket)
{
	return bucket < 2 * BLOCK ? 0 : (bucket >> SUB_BITS) - 1;
}

static tsim_ns bucket_low(guint bucket)
{
	guint shift = bucket_shift(bucket);

	return (tsim_ns)((guint64)(bucket - (shift << SUB_BITS)) << shift);
}

/* The last value of a bucket; inclusive, because the end of the last one is 2^63. */
static tsim_ns bucket_high(guint bucket)
{
	return bucket_low(bucket) + (tsim_ns)((G_GUINT64_CONSTANT(1) << bucket_shift(bucket)) - 1);
}

/**
 * tsim_histogram_new() - make an empty histogram
 *
 * Return: (transfer full): the histogram, 58 KB.
 */
TsimHistogram *tsim_histogram_new(void)
{
	return g_new0(TsimHistogram, 1);
}

/**
 * tsim_histogram_free() - free a histogram
 * @h: the histogram, or NULL
 */
void tsim_histogram_free(TsimHistogram *h)
{
	g_free(h);
}

/**
 * tsim_histogram_reset() - empty a histogram
 * @h: the histogram
 *
 * Only the powers of two that were used are cleared, 1 KB each.
 */
void tsim_histogram_reset(TsimHistogram *h)
{
	for (guint64 used = h->used; used; used &= used - 1)
		memset(h->buckets + __builtin_ctzll(used) * BLOCK, 0, BLOCK * sizeof(guint64));
	h->used = 0;
	h->count = 0;
	h->total = 0;
}

static void widen(TsimHistogram *h, tsim_ns min, tsim_ns max)
{
	h->min = h->count ? MIN(h->min, min) : min;
	h->max = h->count ? MAX(h->max, max) : max;
}

/**
 * tsim_histogram_add() - count one duration
 * @h: the histogram
 * @value: ns, not negative
 */
void tsim_histogram_add(TsimHistogram *h, tsim_ns value)
{
	guint bucket;

	tsim_invariant(value >= 0, "duration of %" G_GINT64_FORMAT "ns", value);
	bucket = histogram_bucket(value);
	h->used |= G_GUINT64_CONSTANT(1) << (bucket >> SUB_BITS);
	h->buckets[bucket]++;
	widen(h, value, value);
	h->count++;
	h->total += (guint64)value;
}

/**
 * tsim_histogram_merge() - count in one histogram all that another holds
 * @to: grows
 * @from: stays as it is
 */
void tsim_histogram_merge(TsimHistogram *to, const TsimHistogram *from)
{
	if (!from->count)
		return;
	for (guint64 used = from->used; used; used &= used - 1) {
		guint first = (guint)__builtin_ctzll(used) * BLOCK;

		for (guint i = first; i < first + BLOCK; i++)
			to->buckets[i] += from->buckets[i];
	}
	to->used |= from->used;
	widen(to, from->min, from->max);
	to->count += from->count;
	to->total += from->total;
}

/**
 * tsim_histogram_count() - how many durations were counted
 * @h: the histogram
 */
guint64 tsim_histogram_count(const TsimHistogram *h)
{
	return h->count;
}

/**
 * tsim_histogram_total_ns() - the sum of the durations
 * @h: the histogram
 *
 * The sum is exact inside, whatever the order of adds and merges; only the
 * result is rounded to a double.
 */
double tsim_histogram_total_ns(const TsimHistogram *h)
{
	return (double)h->total;
}

/**
 * tsim_histogram_max_ns() - the longest duration, exactly; 0 when there is none
 * @h: the histogram
 */
tsim_ns tsim_histogram_max_ns(const TsimHistogram *h)
{
	return h->count ? h->max : 0;
}

/**
 * tsim_histogram_min_ns() - the shortest duration, exactly; 0 when there is none
 * @h: the histogram
 */
tsim_ns tsim_histogram_min_ns(const TsimHistogram *h)
{
	return h->count ? h->min : 0;
}

/* The bucket of the @rank-th shortest duration; the last one that is used when there are fewer. */
static guint rank_bucket(const TsimHistogram *h, guint64 rank)
{
	guint64 seen = 0;
	guint last = 0;

	for (guint64 used = h->used; used; used &= used - 1) {
		guint first = (guint)__builtin_ctzll(used) * BLOCK;

		for (guint i = first; i < first + BLOCK; i++) {
			seen += h->buckets[i];
			last = h->buckets[i] ? i : last;
			if (seen >= rank)
				return i;
		}
	}
	return last;
}

/**
 * tsim_histogram_rank() - where the @rank-th shortest duration is
 * @h: the histogram, not empty
 * @rank: from 1; more than there are: the longest
 * @low, @high: (out): of its bucket, within the minimum and the maximum
 */
void tsim_histogram_rank(const TsimHistogram *h, guint64 rank, tsim_ns *low, tsim_ns *high)
{
	guint bucket = rank_bucket(h, rank);

	*low = MAX(bucket_low(bucket), h->min);
	*high = MIN(bucket_high(bucket), h->max);
}

/**
 * tsim_histogram_below() - how many durations are in the buckets below that of @value
 * @h: the histogram
 * @value: ns
 * @inclusive: and in that
 */
guint64 tsim_histogram_below(const TsimHistogram *h, tsim_ns value, gboolean inclusive)
{
	guint end = histogram_bucket(value) + (inclusive ? 1 : 0);
	guint64 n = 0;

	for (guint64 used = h->used; used; used &= used - 1) {
		guint first = (guint)__builtin_ctzll(used) * BLOCK;

		for (guint i = first; i < MIN(first + BLOCK, end); i++)
			n += h->buckets[i];
	}
	return n;
}

/* The smallest rank k with k >= q * count; the margin undoes the rounding of 0.07 * 100. */
static guint64 quantile_rank(const TsimHistogram *h, double q)
{
	double n = (double)h->count;

	return (guint64)MAX(1, ceil(q * n - n * 0x1p-52));
}

/**
 * tsim_histogram_quantile_ns() - the duration that a share of all do not exceed
 * @h: the histogram
 * @q: the share; 0 or less is the minimum, 1 or more the maximum, both exact
 *
 * Return: the smallest counted duration with at least q of all at or below
 * it, with a relative error of at most 1/256; 0 when there is none.
 */
tsim_ns tsim_histogram_quantile_ns(const TsimHistogram *h, double q)
{
	guint bucket;
	tsim_ns low;

	if (q <= 0 || !h->count)
		return tsim_histogram_min_ns(h);
	if (q >= 1)
		return h->max;
	bucket = rank_bucket(h, quantile_rank(h, q));
	low = bucket_low(bucket);
	return CLAMP(low + (bucket_high(bucket) - low) / 2, h->min, h->max);
}

/**
 * tsim_histogram_foreach() - visit the buckets that hold anything, from short to long
 * @h: the histogram
 * @fn: called with the first and the last value of the bucket (both inclusive) and its count
 * @data: passed on to @fn
 */
void tsim_histogram_foreach(const TsimHistogram *h, tsim_histogram_fn fn, void *data)
{
	for (guint64 used = h->used; used; used &= used - 1) {
		guint first = (guint)__builtin_ctzll(used) * BLOCK;

		for (guint i = first; i < first + BLOCK; i++)
			if (h->buckets[i])
				fn(bucket_low(i), bucket_high(i), h->buckets[i], data);
	}
}
