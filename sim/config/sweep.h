/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "config.h"

/* The points of an experiment: one assignment of values to its iteration variables each. */
typedef struct tsim_sweep TsimSweep;

TsimSweep *tsim_sweep_new(const TsimConfig *config, const char *experiment,
			  const struct tsim_schema *schema, GError **error);
/* Without the limit of a million points: --force. */
TsimSweep *tsim_sweep_new_forced(const TsimConfig *config, const char *experiment,
				 const struct tsim_schema *schema, GError **error);
void tsim_sweep_free(TsimSweep *sweep);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimSweep, tsim_sweep_free)

const char *tsim_sweep_experiment(const TsimSweep *sweep);
/* Constraints applied; 1 without variables. */
guint64 tsim_sweep_n_points(const TsimSweep *sweep);
/* The variables that iterate; each is named, or named after its key. */
guint tsim_sweep_n_variables(const TsimSweep *sweep);
/* The name, e.g. "D" or "filesystem.commit_interval". */
const char *tsim_sweep_variable(const TsimSweep *sweep, guint v);
/* The text as it is put into the configuration, e.g. "3.162ms".  (transfer none) */
const char *tsim_sweep_value(const TsimSweep *sweep, guint64 point, guint v);
/* "point 3: D = 1ms, T = 5s", for messages; empty without variables.  (transfer full) */
char *tsim_sweep_describe(const TsimSweep *sweep, guint64 point);
/*
 * The resolved experiment of a point: every ${...} replaced, options parsed
 * and checked.  The order of points is fixed: the last variable varies fastest.
 */
TsimResolved *tsim_sweep_resolve(const TsimSweep *sweep, guint64 point, GError **error);
/* -r: "3", "0..9", "D > 10ms && T == 30s"; (element-type guint64), in order.  (transfer full) */
GArray *tsim_sweep_select(const TsimSweep *sweep, const char *expression, GError **error);
/*
 * A valid config file that has the same points; no include, no preset needed.
 * With the origin of each value in a comment when @origins.  (transfer full)
 */
char *tsim_sweep_manifest(const TsimSweep *sweep, gboolean origins, GError **error);
