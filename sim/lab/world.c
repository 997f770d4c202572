/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One replication: a device, a file system, a policy and a workload.
 */
#include "invariant.h"
#include "paranoid.h"
#include "setup.h"

struct world {
	struct tsim_fs fs;
	struct tsim_workload workload;
};

/* The clock stands at 0 here, and not before: chunks remember when they were made. */
static void start(void *data)
{
	struct world *world = data;
	const struct tsim_workload_ops *ops = world->workload.ops;

	if (ops->mkfs)
		ops->mkfs(&world->workload);
	else if (!ops->bare)
		tsim_space_mkfs(&world->fs.space);
	if (!ops->bare)
		tsim_fs_mount(&world->fs, !tsim_workload_scripted(&world->workload));
	ops->start(&world->workload);
}

static void world_init(struct world *world, const TsimSetup *setup, TsimEngine *engine,
		       guint policy, guint32 replication, struct tsim_outcome *outcome,
		       struct tsim_distributions *distributions, const struct tsim_trace_sink *sink)
{
	struct tsim_rng rng = { setup->experiment.seed, replication };
	struct tsim_fs *fs = &world->fs;

	tsim_fs_init(fs, engine, &setup->fs, &setup->device, &rng);
	fs->out = outcome;
	fs->dist = distributions;
	fs->trace = sink;
	if (distributions) {
		fs->dev.discard_ns = distributions->discard;
		fs->dev.io_ns = distributions->io;
		fs->dev.latencies = &distributions->latencies;
	}
	if (setup->experiment.paranoid)
		tsim_paranoid_start(fs);
	tsim_policy_init(&fs->policy, setup->policies[policy].ops, setup->policies[policy].config,
			 fs);
	tsim_workload_init(&world->workload, setup->workload, setup->workload_config, fs);
}

static gboolean run(const TsimSetup *setup, TsimEngine *engine, guint policy, guint32 replication,
		    struct tsim_outcome *outcome, struct tsim_distributions *distributions,
		    GPtrArray *races, const struct tsim_trace_sink *sink, GError **error)
{
	struct world world;
	tsim_ns horizon = TSIM_NS_NEVER;
	gboolean ok;

	tsim_where.policy = setup->policies[policy].ops->name;
	tsim_where.seed = setup->experiment.seed;
	tsim_where.replication = replication;
	*outcome = (struct tsim_outcome){ .first_hit_ns = TSIM_NS_NEVER };
	world_init(&world, setup, engine, policy, replication, outcome, distributions, sink);
	if (setup->workload->horizon)
		horizon = setup->workload->horizon(setup->workload_config);
	horizon = tsim_power_horizon(&world.fs.oracle, horizon);
	ok = tsim_engine_run(engine, horizon, start, &world, error);
	if (ok)
		tsim_fs_finish(&world.fs, races);
	tsim_workload_clear(&world.workload);
	tsim_fs_clear(&world.fs);
	return ok;
}

gboolean tsim_world_run(const TsimSetup *setup, TsimEngine *engine, guint policy,
			guint32 replication, struct tsim_outcome *outcome,
			struct tsim_distributions *distributions, GPtrArray *races, GError **error)
{
	return run(setup, engine, policy, replication, outcome, distributions, races, NULL, error);
}

/**
 * tsim_world_trace:
 * @sink: called for every event of the models, in time order
 *
 * tsim_world_run() without distributions and races.
 */
gboolean tsim_world_trace(const TsimSetup *setup, TsimEngine *engine, guint policy,
			  guint32 replication, struct tsim_outcome *outcome,
			  const struct tsim_trace_sink *sink, GError **error)
{
	return run(setup, engine, policy, replication, outcome, NULL, NULL, sink, error);
}
