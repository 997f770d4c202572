/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "simtime.h"

/*
 * Log-linear histogram of durations >= 0 ns, exact below 256 ns, relative
 * error <= 1/256 above.  Mergeable.
 */
typedef struct tsim_histogram TsimHistogram;

TsimHistogram *tsim_histogram_new(void);
void tsim_histogram_free(TsimHistogram *h);
void tsim_histogram_reset(TsimHistogram *h);
void tsim_histogram_add(TsimHistogram *h, tsim_ns value);
void tsim_histogram_merge(TsimHistogram *to, const TsimHistogram *from);
guint64 tsim_histogram_count(const TsimHistogram *h);
double tsim_histogram_total_ns(const TsimHistogram *h);	/* exact sum */
tsim_ns tsim_histogram_max_ns(const TsimHistogram *h);	/* exact */
tsim_ns tsim_histogram_min_ns(const TsimHistogram *h);	/* exact */
tsim_ns tsim_histogram_quantile_ns(const TsimHistogram *h, double q);
guint64 tsim_histogram_below(const TsimHistogram *h, tsim_ns value, gboolean inclusive);
void tsim_histogram_rank(const TsimHistogram *h, guint64 rank, tsim_ns *low, tsim_ns *high);
/* A bucket holds the durations low..high, both inclusive. */
typedef void (*tsim_histogram_fn)(tsim_ns low, tsim_ns high, guint64 count, void *data);
void tsim_histogram_foreach(const TsimHistogram *h, tsim_histogram_fn fn, void *data);
/* Sparse encoding for a pipe: appends to @out / reads and merges, advancing @p. */
void tsim_histogram_encode(const TsimHistogram *h, GByteArray *out);
gboolean tsim_histogram_decode_merge(TsimHistogram *h, const guint8 **p, const guint8 *end);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimHistogram, tsim_histogram_free)
