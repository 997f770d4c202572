/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "config.h"
#include "schedule.h"
#include "world.h"

#define TSIM_KEY_SIZE 32 /* SHA-256 */

/* A point of an experiment. */
struct tsim_point {
	guint64 index; /* in the sweep */
	guint8 key[TSIM_KEY_SIZE]; /* of all that its results depend on but the seed */
	guint64 seed;
	struct tsim_goal goal;
};

/* What the points are of; TSIM_VARIES where that is not the same of all. */
#define TSIM_VARIES "varies"
struct tsim_common {
	const char *device, *filesystem, *workload;
	gboolean bare; /* no point has a file system */
};

struct tsim_plan_options {
	const char *select; /* which points, NULL: all */
	gboolean force; /* more than a million of them */
};

/* The points of an experiment that are to be run, each resolved and found right. */
typedef struct tsim_plan TsimPlan;

TsimPlan *tsim_plan_new(const TsimConfig *config, const char *experiment,
			const struct tsim_plan_options *options, GError **error);
void tsim_plan_free(TsimPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimPlan, tsim_plan_free)
const char *tsim_plan_experiment(const TsimPlan *plan);
guint64 tsim_plan_n_points(const TsimPlan *plan);
guint64 tsim_plan_n_all(const TsimPlan *plan);
const struct tsim_point *tsim_plan_point(const TsimPlan *plan, guint64 i);
const TsimSetup *tsim_plan_first(const TsimPlan *plan);
const TsimSetup *tsim_plan_setup(TsimPlan *plan, guint64 i, GError **error);
const char *tsim_plan_file(const TsimPlan *plan);
const struct tsim_common *tsim_plan_common(const TsimPlan *plan);
char *tsim_plan_point_text(TsimPlan *plan, guint64 i, GError **error);
tsim_ns tsim_plan_time_budget(const TsimPlan *plan);

/* What varies. */
guint tsim_plan_n_variables(const TsimPlan *plan);
const char *tsim_plan_variable(const TsimPlan *plan, guint v);
const char *tsim_plan_value(const TsimPlan *plan, guint64 i, guint v);
char *tsim_plan_label(const TsimPlan *plan, guint64 i);

char *tsim_plan_select(const TsimPlan *plan);
char *tsim_plan_manifest(const TsimPlan *plan);
char *tsim_plan_hash(const TsimPlan *plan);
