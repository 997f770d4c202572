/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rng.h"

#include <Random123/philox.h>

/**
 * tsim_rng_uniform() - the draw that a meaning names
 * @rng: seed and replication
 * @entity: whose draw it is, e.g. the creation ordinal of a block group
 * @purpose: what it is for, e.g. a discard's latency
 * @index: which of that entity's draws for that purpose
 *
 * A function of its arguments alone: calling it twice gives the same number.
 *
 * The value is an odd multiple of 2^-53, so it is strictly inside (0, 1), its
 * mean is exactly 1/2, and 1 - u is again such a number.  A generator with 32
 * bits would cut every exponential tail at 22 means.
 *
 * Return: uniform on (0, 1).
 */
double tsim_rng_uniform(const struct tsim_rng *rng, guint32 entity, guint32 purpose, guint32 index)
{
	philox4x32_key_t key = { { (guint32)rng->seed, (guint32)(rng->seed >> 32) } };
	philox4x32_ctr_t counter = { { index, purpose, entity, rng->replication } };
	philox4x32_ctr_t r = philox4x32(counter, key);
	guint64 bits = (guint64)r.v[1] << 32 | r.v[0];

	return ((double)(bits >> 12) + 0.5) * 0x1p-52;
}
