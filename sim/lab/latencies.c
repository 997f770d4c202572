/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the commands of the device took, by kind and size: one histogram each,
 * where there are any.
 */
#include "latencies.h"

#include "wire.h"

#define N (TSIM_N_IO * TSIM_N_SIZES)

void tsim_latencies_clear(struct tsim_latencies *latencies)
{
	for (guint i = 0; i < N; i++)
		g_clear_pointer(&latencies->of[i], tsim_histogram_free);
}

void tsim_latencies_encode(const struct tsim_latencies *latencies, GByteArray *out)
{
	for (guint i = 0; i < N; i++) {
		guint8 there = latencies->of[i] != NULL;

		tsim_wire_put(out, &there, sizeof(there));
		if (there)
			tsim_histogram_encode(latencies->of[i], out);
	}
}

/**
 * tsim_latencies_decode_merge() - add what was encoded
 * @latencies: grows
 * @p: position, advanced
 * @end: end of the bytes
 *
 * Return: FALSE when the bytes are no such histograms.
 */
gboolean tsim_latencies_decode_merge(struct tsim_latencies *latencies, const guint8 **p,
				     const guint8 *end)
{
	for (guint i = 0; i < N; i++) {
		TsimHistogram **h = &latencies->of[i];
		guint8 there;

		if (!tsim_wire_get(p, end, &there, sizeof(there)))
			return FALSE;
		if (there && !*h)
			*h = tsim_histogram_new();
		if (there && !tsim_histogram_decode_merge(*h, p, end))
			return FALSE;
	}
	return TRUE;
}

/** tsim_latencies_sum() - commands of a kind, of all sizes.  Return: (transfer full) */
TsimHistogram *tsim_latencies_sum(const struct tsim_latencies *latencies, enum tsim_io io)
{
	TsimHistogram *sum = tsim_histogram_new();

	for (guint size = 0; size < TSIM_N_SIZES; size++) {
		const TsimHistogram *h = latencies->of[io * TSIM_N_SIZES + size];

		if (h)
			tsim_histogram_merge(sum, h);
	}
	return sum;
}
