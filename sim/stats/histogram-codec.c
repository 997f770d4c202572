/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A histogram on a pipe between a worker and its parent, as LEB128 numbers:
 *
 *	number of filled buckets, then unless that is 0
 *	min, max, total (high word, low word)
 *	for each filled bucket: distance from the one before (from -1), its count
 *
 * Some tens of bytes for one replication, against 58 KB of memory.
 */
#include "histogram.h"

#include "histogram-internal.h"

static void put(GByteArray *out, guint64 value)
{
	guint8 bytes[10];
	guint n = 0;

	for (; value >= 0x80; value >>= 7)
		bytes[n++] = (guint8)(value | 0x80);
	bytes[n++] = (guint8)value;
	g_byte_array_append(out, bytes, n);
}

static gboolean get(const guint8 **p, const guint8 *end, guint64 *value)
{
	*value = 0;
	for (guint shift = 0; shift < 64 && *p < end; shift += 7) {
		guint8 byte = *(*p)++;

		if (shift == 63 && byte > 1)
			return FALSE;
		*value |= (guint64)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return TRUE;
	}
	return FALSE;
}

static guint count_filled(const TsimHistogram *h)
{
	guint n = 0;

	for (guint64 used = h->used; used; used &= used - 1) {
		guint first = (guint)__builtin_ctzll(used) * BLOCK;

		for (guint i = first; i < first + BLOCK; i++)
			n += h->buckets[i] != 0;
	}
	return n;
}

/**
 * tsim_histogram_encode() - append a histogram to a message
 * @h: the histogram
 * @out: the message
 */
void tsim_histogram_encode(const TsimHistogram *h, GByteArray *out)
{
	guint before = 0;

	put(out, count_filled(h));
	if (!h->count)
		return;
	put(out, (guint64)h->min);
	put(out, (guint64)h->max);
	put(out, (guint64)(h->total >> 64));
	put(out, (guint64)h->total);
	for (guint64 used = h->used; used; used &= used - 1) {
		guint first = (guint)__builtin_ctzll(used) * BLOCK;

		for (guint i = first; i < first + BLOCK; i++) {
			if (!h->buckets[i])
				continue;
			put(out, i + 1 - before);
			put(out, h->buckets[i]);
			before = i + 1;
		}
	}
}

/* Read the buckets into @h, or only check them when @h is NULL. */
static gboolean get_buckets(const guint8 **p, const guint8 *end, guint64 n, const guint64 range[2],
			    TsimHistogram *h)
{
	guint64 bucket = 0, distance, count;

	for (guint64 i = 0; i < n; i++) {
		if (!get(p, end, &distance) || !get(p, end, &count))
			return FALSE;
		if (!distance || distance > N_BLOCKS * BLOCK - bucket || !count)
			return FALSE;
		bucket += distance;
		if (i == 0 && bucket - 1 != histogram_bucket((tsim_ns)range[0]))
			return FALSE;
		if (!h)
			continue;
		h->buckets[bucket - 1] += count;
		h->used |= G_GUINT64_CONSTANT(1) << ((bucket - 1) >> SUB_BITS);
		h->count += count;
	}
	return bucket - 1 == histogram_bucket((tsim_ns)range[1]);
}

/**
 * tsim_histogram_decode_merge() - take a histogram from a message and merge it
 * @h: grows; unchanged when the message is malformed
 * @p: where the histogram starts; moved to its end, or anywhere if malformed
 * @end: end of the message
 *
 * Return: FALSE if the message is cut short or malformed.
 */
gboolean tsim_histogram_decode_merge(TsimHistogram *h, const guint8 **p, const guint8 *end)
{
	guint64 n, range[2], total[2];
	const guint8 *buckets;

	if (!get(p, end, &n))
		return FALSE;
	if (!n)
		return TRUE;
	if (!get(p, end, &range[0]) || !get(p, end, &range[1]) || !get(p, end, &total[0]) ||
	    !get(p, end, &total[1]) || range[0] > range[1] || range[1] > G_MAXINT64)
		return FALSE;
	buckets = *p;
	if (!get_buckets(p, end, n, range, NULL))
		return FALSE;
	h->min = h->count ? MIN(h->min, (tsim_ns)range[0]) : (tsim_ns)range[0];
	h->max = h->count ? MAX(h->max, (tsim_ns)range[1]) : (tsim_ns)range[1];
	h->total += (unsigned __int128)total[0] << 64 | total[1];
	return get_buckets(&buckets, end, n, range, h);
}
