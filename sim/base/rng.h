/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/*
 * Counter-based random numbers (Philox4x32-10).  A draw is addressed by its
 * meaning, never by the order in which events happen: the k-th discard of
 * block group g has the same latency under every policy.
 */
struct tsim_rng {
	guint64 seed;
	guint32 replication;
};

double tsim_rng_uniform(const struct tsim_rng *rng, guint32 entity, guint32 purpose, guint32 index);
