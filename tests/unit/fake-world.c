/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake-world.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include "error.h"
#include "rng.h"

TsimSetup *fake_setup(const char *policies, guint64 replications)
{
	TsimSetup *setup = g_new0(TsimSetup, 1);

	setup->experiment = (struct tsim_experiment){
		.device = g_strdup("nvme-consumer-slow"),
		.filesystem = g_strdup("btrfs-3.18"),
		.workload = g_strdup("generic-038"),
		.policies = g_strsplit(policies, ",", -1),
		.replications = replications,
		.seed = 20261122,
		.confidence = 0.95,
	};
	return setup;
}

void fake_setup_free(TsimSetup *setup)
{
	g_free(setup->experiment.device);
	g_free(setup->experiment.filesystem);
	g_free(setup->experiment.workload);
	g_strfreev(setup->experiment.policies);
	g_free(setup);
}

const struct tsim_experiment *tsim_setup_experiment(const TsimSetup *setup)
{
	/* A worker asks for this first of all. */
	if (setup->die_starting && getpid() != setup->parent &&
	    g_atomic_int_add(setup->die_starting, -1) > 0)
		kill(getpid(), SIGKILL);
	return &setup->experiment;
}

static double draw(const TsimSetup *setup, guint32 replication, guint32 purpose)
{
	struct tsim_rng rng = { setup->experiment.seed, replication };

	return tsim_rng_uniform(&rng, 1, purpose, 0);
}

/* Policy 0 is corrupted in 30 % of the replications, others never; others wait twice as long. */
void fake_outcome(const TsimSetup *setup, guint policy, guint32 replication, struct tsim_outcome *o)
{
	gboolean hit = policy == 0 && draw(setup, replication, 1) < 0.3;

	*o = (struct tsim_outcome){ .first_hit_ns = TSIM_NS_NEVER };
	o->removals = 1 + draw(setup, replication, 2) * 20;
	o->trim_passes = 1 + draw(setup, replication, 3) * 100;
	o->requests = 100;
	o->stalled = draw(setup, replication, 4) * 10;
	o->stall_ns = o->stalled * (policy + 1) * 3333333;
	o->stall_by_cause_ns[TSIM_STALL_COMMIT] = o->stall_ns;
	o->pinned_byte_seconds = policy * draw(setup, replication, 5) * 1e9;
	o->pinned_chunks = policy;
	o->pinned_max_bytes = policy * (replication % 7) * TSIM_MIB;
	o->funnel[TSIM_STAGE_HIDDEN] = 50;
	o->simulated_ns = 30 * TSIM_NS_PER_S;
	o->fingerprint = replication * 31 + policy;
	if (hit) {
		o->corrupted = o->destroying = o->hits = o->persistent = o->funnel[TSIM_STAGE_CORRUPTED] = 1;
		o->lost_bytes = 16384;
		o->first_hit_ns = draw(setup, replication, 6) * TSIM_NS_PER_S;
	}
}

static void add_step(struct tsim_race *race, tsim_ns t, enum tsim_column column, const char *what,
		     guint64 start, guint64 end, guint64 logical, guint64 number)
{
	struct tsim_race_step step = { t, column, what, start, end, logical, number };

	g_array_append_val(race->steps, step);
}

/* The tree block of the kernel's report: logical 833912832, 16 KiB, where an old group was. */
struct tsim_race *fake_race(const char *kind, const char *fate, guint copies, guint copies_lost)
{
	struct tsim_race *race = g_new0(struct tsim_race, 1);
	guint64 chunk = 1104150528, len = 128 * TSIM_MIB;

	race->steps = g_array_new(FALSE, FALSE, sizeof(struct tsim_race_step));
	race->kind = kind;
	race->fate = fate;
	race->copies = copies;
	race->copies_lost = copies_lost;
	race->lost_logical = 833912832;
	race->lost_bytes = 16384;
	add_step(race, 1000, TSIM_COLUMN_CLEANER, "ro", chunk, chunk + len, 30408704, 3);
	add_step(race, 2000, TSIM_COLUMN_FSTRIM, "hide", chunk, chunk + len, 30408704, 3);
	add_step(race, 3000, TSIM_COLUMN_FSTRIM, "submit", chunk, chunk + len, 30408704, 0);
	add_step(race, 90000000, TSIM_COLUMN_CLEANER, "remove", chunk, chunk + len, 30408704, 8);
	add_step(race, 100000000, TSIM_COLUMN_COMMIT, "commit_start", 0, 0, 0, 8);
	add_step(race, 110000000, TSIM_COLUMN_COMMIT, "unblocked", 0, 0, 0, 8);
	add_step(race, 150000000, TSIM_COLUMN_WRITER, "chunk", chunk, chunk + len * copies,
		 833617920, 9);
	add_step(race, 160000000, TSIM_COLUMN_WRITER, "write", chunk + 294912, chunk + 311296,
		 833912832, 0);
	add_step(race, 160080000, TSIM_COLUMN_DEVICE, "write_effect", chunk + 294912,
		 chunk + 311296, 833912832, 0);
	add_step(race, 500003000, TSIM_COLUMN_DEVICE, "effect", chunk + 294912, chunk + 311296,
		 833912832, 0);
	return race;
}

struct nap {
	TsimEngine *engine;
	double s;
};

static void sleeper(void *data)
{
	struct nap *nap = data;

	tsim_sleep(nap->engine, nap->s * TSIM_NS_PER_S);
}

static void start(void *data)
{
	struct nap *nap = data;

	tsim_actor_spawn(nap->engine, "sleeper", 0, 0, sleeper, nap);
}

/* A discard of up to 1 GiB. */
void fake_latency(struct tsim_distributions *distributions, tsim_ns latency)
{
	TsimHistogram **h = &distributions->latencies.of[TSIM_IO_DISCARD * TSIM_N_SIZES +
							 TSIM_SIZE_1GIB];

	if (!*h)
		*h = tsim_histogram_new();
	tsim_histogram_add(*h, latency);
}

gboolean tsim_world_run(const TsimSetup *setup, TsimEngine *engine, guint policy,
			guint32 replication, struct tsim_outcome *outcome,
			struct tsim_distributions *distributions, GPtrArray *races, GError **error)
{
	struct nap nap = { engine, setup->sleep_s };

	/* Something is in the sums already when the second policy meets its fate. */
	tsim_histogram_add(distributions->discard, replication * 1000);
	fake_latency(distributions, replication * 1000);
	if (policy && setup->crash_every &&
	    replication % setup->crash_every == setup->crash_every - 1)
		abort();
	if (policy && setup->fail_every && replication % setup->fail_every == setup->fail_every - 1)
		return tsim_throw_run(error, "deadlock in the fake world");
	if (setup->fail && g_hash_table_contains(setup->fail, GUINT_TO_POINTER(replication)))
		return tsim_throw_run(error, "told to fail");
	if (setup->sleep_s > 0 && !tsim_engine_run(engine, TSIM_NS_NEVER, start, &nap, error))
		return FALSE;
	if (tsim_engine_clock_s(engine) > 9e5)
		return tsim_throw_run(error, "the worker should have been replaced");
	if (setup->delay_us)
		g_usleep(setup->delay_us);
	fake_outcome(setup, policy, replication, outcome);
	tsim_histogram_add(distributions->stall, outcome->stall_ns);
	if (outcome->corrupted)
		g_ptr_array_add(races, fake_race("metadata",
						 replication % 2 ? "persistent" : "latent", 2, 2));
	return TRUE;
}
