/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "law.h"
#include "rng.h"

/*
 * What a draw is for; with the entity and its index it is the draw's address.
 * Never renumber: results change.
 */
enum tsim_purpose {
	TSIM_DRAW_DISCARD_BODY =
		1, /* entity: group ordinal, index: k-th discard command of the group */
	TSIM_DRAW_DISCARD_TAIL = 2,
	TSIM_DRAW_DISCARD_TAIL_VALUE = 3,
	TSIM_DRAW_RO_WINDOW = 4, /* entity: group ordinal */
	TSIM_DRAW_RELOCATION = 5, /* entity: group ordinal */
	TSIM_DRAW_COMMIT_START = 6, /* entity: transid */
	TSIM_DRAW_COMMIT_CRITICAL = 7,
	TSIM_DRAW_COMMIT_DURATION = 8,
	TSIM_DRAW_COW_GROUP = 9, /* index: k-th copied tree block of the run */
	TSIM_DRAW_COW_BLOCK = 10,
	TSIM_DRAW_DELAYED_REF = 11, /* index: k-th truncate of the run */
	TSIM_DRAW_DIRECTORY = 12, /* entity: directory, index: k-th name that comes or goes */
	TSIM_DRAW_DISCARD_IGNORED = 13, /* these as DISCARD_BODY */
	TSIM_DRAW_DISCARD_BUG = 14,
	TSIM_DRAW_DISCARD_ACK = 15,
	TSIM_DRAW_DISCARD_DELAY = 16,
	TSIM_DRAW_DISCARD_UNITS = 17, /* the key of the draws of its units */
	TSIM_DRAW_POWER_LOSS = 18,
	TSIM_DRAW_READ = 20, /* index: k-th read of the run */
	TSIM_DRAW_FTL_OVERWRITE = 21, /* index: k-th page overwritten before the run */
	TSIM_DRAW_WORKLOAD = 100, /* and up: a workload's own purposes */
};

static inline tsim_ns tsim_draw_law(const struct tsim_rng *rng, const TsimLaw *law, guint32 entity,
				    guint32 purpose, guint32 index)
{
	tsim_ns fixed_ns;

	if (tsim_law_is_fixed(law, &fixed_ns))
		return fixed_ns;
	return tsim_law_quantile_ns(law, tsim_rng_uniform(rng, entity, purpose, index));
}

/* The time of a command of @bytes. */
static inline tsim_ns tsim_draw_sized(const struct tsim_rng *rng, const TsimLaw *law, guint64 bytes,
				      guint32 entity, guint32 purpose, guint32 index)
{
	tsim_ns fixed_ns;

	if (tsim_law_is_fixed(law, &fixed_ns))
		return fixed_ns;
	return tsim_law_quantile_sized_ns(law, bytes,
					  tsim_rng_uniform(rng, entity, purpose, index));
}
