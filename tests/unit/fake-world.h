/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sys/types.h>
#include "world.h"

/* Stands in for the world: outcomes drawn from (seed, replication), and mishaps on demand. */
struct tsim_setup {
	struct tsim_experiment experiment;
	guint64 crash_every; /* abort in replications k with k % n == n - 1; 0: never */
	guint64 fail_every; /* return an error, likewise */
	GHashTable *fail; /* set of replications that fail; NULL: none */
	gint *die_starting; /* shared: so many workers are killed before their engine is open */
	pid_t parent; /* is no worker */
	double sleep_s; /* simulated time of a replication */
	guint delay_us; /* real time of a replication */
};

TsimSetup *fake_setup(const char *policies, guint64 replications);
void fake_setup_free(TsimSetup *setup);
void fake_outcome(const TsimSetup *setup, guint policy, guint32 replication,
		  struct tsim_outcome *outcome);
void fake_latency(struct tsim_distributions *distributions, tsim_ns latency);
struct tsim_race *fake_race(const char *kind, const char *fate, guint copies, guint copies_lost);
