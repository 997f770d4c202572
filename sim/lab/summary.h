/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tally.h"

/* What is said about one policy, beyond plain sums. */
struct tsim_summary {
	struct tsim_estimate probability; /* of a corrupted replication */
	struct tsim_estimate per_hour, per_removal, per_trim_pass; /* corrupted discards */
	struct tsim_estimate stalled, false_enospc; /* per allocation request */
};

void tsim_summarize(const TsimTally *tally, guint policy, double confidence, guint64 enough,
		    struct tsim_summary *summary);
/* Can a percentile be read from so many samples: is at least one beyond it? */
gboolean tsim_percentile_supported(guint64 samples, double q);
double tsim_percentile_ns(const TsimHistogram *h, double q);
