/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "option.h"

/*
 * A configuration file (GKeyFile behind a front pass that knows file:line),
 * its includes, and the --set overrides of the command line.
 */
typedef struct tsim_config TsimConfig;

TsimConfig *tsim_config_load(const char *path, GError **error);
void tsim_config_free(TsimConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimConfig, tsim_config_free)

/*
 * Override, "device.discard.latency=fixed(20ms)"; groups: device filesystem
 * workload policy.NAME experiment.
 */
gboolean tsim_config_set(TsimConfig *config, const char *assignment, GError **error);
gboolean tsim_config_set_all(TsimConfig *config, const char *const *assignments, GError **error);
/* The names of the [experiment NAME] groups, in file order.  (transfer full) */
GStrv tsim_config_experiments(const TsimConfig *config);

/*
 * One experiment, resolved: for each kind of group every option of its table
 * has a value and an origin.  Precedence: --set > experiment > named group >
 * inherited > preset > default.
 */
typedef struct tsim_resolved TsimResolved;

struct tsim_resolved_value {
	const char *kind, *group, *key;	/* kind "policy", group "pinned-chunk" */
	const char *text;		/* as written */
	const char *origin;		/* "configs/a.conf:12", "--set", "default" */
};

/* What may stand in a file; the lab supplies it, so that config knows no model. */
struct tsim_schema {
	const struct tsim_option *experiment, *device, *filesystem;
	/* Option table of a workload or policy kind, NULL if there is no such kind. */
	const struct tsim_option *(*workload)(const char *kind);
	const struct tsim_option *(*policy)(const char *kind);
	/* NULL-terminated, for messages */
	const char *const *workload_kinds, *const *policy_kinds;
};

/*
 * Check every group but the experiments, which tsim_config_resolve() does as
 * well: for files that have no experiment.
 */
gboolean tsim_groups_check(const TsimConfig *config, const struct tsim_schema *schema,
			   GError **error);

/*
 * tsim_config_resolve:
 * @experiment: NULL when the file has exactly one
 *
 * Groups [workload NAME] and [policy NAME] take `kind = ...`, by default
 * NAME itself when that is a kind.  A name that is a kind needs no group.
 * [experiment] takes device, filesystem, workload, policies and keys like
 * device.discard.latency.  Every option is parsed and range-checked here.
 */
TsimResolved *tsim_config_resolve(const TsimConfig *config, const char *experiment,
				  const struct tsim_schema *schema, GError **error);
void tsim_resolved_free(TsimResolved *resolved);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimResolved, tsim_resolved_free)

const char *tsim_resolved_experiment(const TsimResolved *resolved);
/* The kind of the workload, or of the policy named @name. */
const char *tsim_resolved_workload_kind(const TsimResolved *resolved);
const char *tsim_resolved_policy_kind(const TsimResolved *resolved, const char *name);
/*
 * Fill @target (defaults included) from the resolved values; @name only for
 * kind "policy".  @target may be uninitialised; tsim_options_clear() frees it.
 */
gboolean tsim_resolved_fill(const TsimResolved *resolved, const char *kind, const char *name,
			    void *target, GError **error);
/* All values, sorted by kind, group, key.  (element-type struct tsim_resolved_value) */
const GPtrArray *tsim_resolved_values(const TsimResolved *resolved);
/* A valid config file that reproduces the resolved experiment; no include, no preset needed. */
char *tsim_resolved_manifest(const TsimResolved *resolved);
/* The same, with the origin of each value in a comment when @origins. */
char *tsim_resolved_manifest_full(const TsimResolved *resolved, gboolean origins);
/* Where a key was set, for an error found later: "configs/a.conf:12" or "default". */
const char *tsim_resolved_origin(const TsimResolved *resolved, const char *kind, const char *name,
				 const char *key);

/* Where a bundled file is: as given, else in a data directory. */
char *tsim_data_file(const char *name, GError **error);
/*
 * Where bundled files are looked for, first match first; plots stand beside each.
 * (transfer full)
 */
GStrv tsim_data_directories(void);
