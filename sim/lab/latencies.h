/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "outcome.h"

void tsim_latencies_clear(struct tsim_latencies *latencies);
void tsim_latencies_encode(const struct tsim_latencies *latencies, GByteArray *out);
gboolean tsim_latencies_decode_merge(struct tsim_latencies *latencies, const guint8 **p,
				     const guint8 *end);
TsimHistogram *tsim_latencies_sum(const struct tsim_latencies *latencies, enum tsim_io io);
