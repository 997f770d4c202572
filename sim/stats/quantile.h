/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "histogram.h"
#include "interval.h"

/* Up to where the values of each section are counted, to see how much sections differ there. */
struct tsim_level {
	tsim_ns value;
	gboolean inclusive; /* the bucket of @value counts */
};

/* Of the sections of a sample: how many of their values are at or below a level.  Mergeable. */
struct tsim_sections {
	struct tsim_ratio counts; /* each over the root of its weight */
	double weight;
};

struct tsim_level tsim_quantile_level(const TsimHistogram *h, double q);
void tsim_sections_add(struct tsim_sections *s, const TsimHistogram *section,
		       const struct tsim_level *level, double weight);
struct tsim_estimate tsim_quantile_estimate(const TsimHistogram *h, double q,
					    const struct tsim_sections *s, double confidence);
