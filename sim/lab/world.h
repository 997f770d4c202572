/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "config.h"
#include "engine.h"
#include "outcome.h"
#include "trace-event.h"

/* An experiment ready to run: the parsed options of device, filesystem, workload and policies. */
typedef struct tsim_setup TsimSetup;

/* The [experiment] group. */
struct tsim_experiment {
	char *device, *filesystem, *workload;
	GStrv policies;
	guint64 replications, seed;
	double confidence;
	gboolean paranoid;
	char *stop;
	guint64 enough; /* corrupted replications that the rule to stop waits for; 0: no rule */
	tsim_ns time_budget_ns; /* of real time; 0: no limit */
	GStrv expect;
	/* Not of the group: of a replay of all that was recorded. */
	gboolean follows_recording;
	gboolean bare; /* no file system at all, only the device */
	gboolean reads_ones; /* device.discard.reads = ones */
	tsim_ns recording_start_ns; /* on the recording's own clock */
};

const struct tsim_schema *tsim_setup_schema(void);
TsimSetup *tsim_setup_new(const TsimResolved *resolved, GError **error);
void tsim_setup_free(TsimSetup *setup);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimSetup, tsim_setup_free)
const struct tsim_experiment *tsim_setup_experiment(const TsimSetup *setup);
void tsim_setup_set_replications(TsimSetup *setup, guint64 replications);

/*
 * tsim_world_run:
 * One replication under policy @policy (index into experiment->policies).
 * @distributions is added to; @races (element-type struct tsim_race, may be
 * NULL) receives every hit.  Call within tsim_engine_enter().
 */
gboolean tsim_world_run(const TsimSetup *setup, TsimEngine *engine, guint policy,
			guint32 replication, struct tsim_outcome *outcome,
			struct tsim_distributions *distributions, GPtrArray *races, GError **error);

/* The same, with every event of the models handed to @sink. */
gboolean tsim_world_trace(const TsimSetup *setup, TsimEngine *engine, guint policy,
			  guint32 replication, struct tsim_outcome *outcome,
			  const struct tsim_trace_sink *sink, GError **error);
