/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replications of a condition of the recorded workload, and sweeps of its discard latency. */
#include "kernel.h"

#include <math.h>

#include "observe.h"
#include "setup.h"

static gboolean set(TsimConfig *config, GError **error, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
static gboolean set(TsimConfig *config, GError **error, const char *format, ...)
{
	g_autofree char *assignment = NULL;
	va_list args;

	va_start(args, format);
	assignment = g_strdup_vprintf(format, args);
	va_end(args);
	return tsim_config_set(config, assignment, error);
}

static TsimConfig *load(const struct tsim_kernel_row *row, guint64 seed, char **sets,
			GError **error)
{
	g_autofree char *name = g_strdup_printf("validation/kernel/%s.conf", row->series);
	g_autofree char *path = tsim_data_file(name, error);
	g_autoptr(TsimConfig) config = path ? tsim_config_load(path, error) : NULL;

	if (!config || !set(config, error, "experiment.policies=%s", row->policy) ||
	    !set(config, error, "experiment.seed=%" G_GUINT64_FORMAT, seed) ||
	    !set(config, error, "workload.duration=%us", row->seconds) ||
	    !set(config, error, "device.discard.latency=fixed(%" G_GUINT64_FORMAT "us)",
		 row->set_us) ||
	    !tsim_config_set_all(config, (const char *const *)sets, error))
		return NULL;
	return g_steal_pointer(&config);
}

/**
 * tsim_kernel_resolve:
 * @row: the condition
 * @sets: (nullable): further assignments
 *
 * Returns: (transfer full) (nullable): the series' experiment under that condition.
 */
TsimResolved *tsim_kernel_resolve(const struct tsim_kernel_row *row, guint64 seed, char **sets,
				  GError **error)
{
	g_autoptr(TsimConfig) config = load(row, seed, sets, error);

	return config ? tsim_config_resolve(config, NULL, tsim_setup_schema(), error) : NULL;
}

/**
 * tsim_kernel_observe:
 * @row: the condition
 * @options: how often, and by how many processes
 * @sets: (nullable): further assignments
 *
 * Returns: (transfer full) (nullable) (element-type struct tsim_observed):
 * the runs, less those that failed.
 */
GArray *tsim_kernel_observe(const struct tsim_kernel_row *row,
			    const struct tsim_kernel_options *options, char **sets, GError **error)
{
	g_autoptr(TsimResolved) resolved = tsim_kernel_resolve(row, options->seed, sets, error);
	g_autoptr(TsimSetup) setup = resolved ? tsim_setup_new(resolved, error) : NULL;

	return setup ? tsim_observe(setup, options->replications, options->jobs, error) : NULL;
}

static gboolean sweep_point(const struct tsim_kernel_row *row,
			    const struct tsim_kernel_options *options, GArray *points,
			    GError **error)
{
	g_autoptr(GArray) observed = tsim_kernel_observe(row, options, NULL, error);
	struct tsim_kernel_point point;

	if (!observed)
		return FALSE;
	point = tsim_kernel_point(observed, row->seconds);
	point.set_us = row->set_us;
	point.failures = options->replications - observed->len;
	g_array_append_val(points, point);
	return TRUE;
}

/**
 * tsim_kernel_sweep:
 * @series: of the recordings; unpinned
 * @seconds: that the workload runs
 *
 * Returns: (transfer full) (nullable) (element-type struct tsim_kernel_point):
 * from 10 ms to 1 s, in whole ticks of the disk.
 */
GArray *tsim_kernel_sweep(const char *series, guint seconds,
			  const struct tsim_kernel_options *options, GError **error)
{
	static const guint64 set_ms[] = { 10,  20,  40,	 60,  80,  90,	100, 120,
					  150, 200, 250, 300, 400, 500, 700, 1000 };
	g_autoptr(GArray) points = g_array_new(FALSE, FALSE, sizeof(struct tsim_kernel_point));
	struct tsim_kernel_row row = { series, "unpinned", 0, seconds, 0, NULL };

	for (guint i = 0; i < G_N_ELEMENTS(set_ms); i++) {
		row.set_us = set_ms[i] * 1000;
		if (!sweep_point(&row, options, points, error))
			return NULL;
	}
	return g_steal_pointer(&points);
}

/**
 * tsim_kernel_law_gap:
 * @points: (element-type struct tsim_kernel_point)
 *
 * Returns: how far the share of the exposed that a new chunk was placed over
 * is from P(residual > T_reuse), where it is furthest.
 */
double tsim_kernel_law_gap(const GArray *points)
{
	double gap = 0;

	for (guint i = 0; i < points->len; i++) {
		const struct tsim_kernel_point *p =
			&g_array_index(points, struct tsim_kernel_point, i);

		gap = fmax(gap, fabs(p->realloc.estimate - p->late.estimate));
	}
	return gap;
}

/**
 * tsim_kernel_hump:
 * @points: (element-type struct tsim_kernel_point): at least one
 *
 * Discards that take no time expose none, so the curve is not monotonic if it
 * comes down again.
 *
 * Returns: (nullable): the latency that exposes most per hour, if that is more
 * than the last one does, beyond their intervals.
 */
const struct tsim_kernel_point *tsim_kernel_hump(const GArray *points)
{
	const struct tsim_kernel_point *p =
		(const struct tsim_kernel_point *)(gpointer)points->data;
	const struct tsim_kernel_point *highest = p, *last = p + points->len - 1;

	for (guint i = 1; i < points->len; i++)
		if (p[i].exposures.estimate > highest->exposures.estimate)
			highest = p + i;
	return tsim_difference(&highest->exposures, &last->exposures).low > 0 ? highest : NULL;
}
