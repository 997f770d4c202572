/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "law.h"

/* Samples of sizes from low up to twice that: those the law was made of, and the others. */
struct tsim_ks_class {
	guint64 low;
	guint fitted, tested;
	double distance, p;
};

GArray *tsim_samples_ks(const struct tsim_law_sample *samples, gsize n);
