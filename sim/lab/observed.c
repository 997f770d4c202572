/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run was, from what its observer has noted. */
#include "observer-private.h"

#include <math.h>

#include "interval.h"
#include "units.h"

#define CONFIDENCE 0.95

const char *const tsim_observable_names[TSIM_N_OBSERVABLES] = {
	[TSIM_OBS_SECONDS] = "virtual_s",
	[TSIM_OBS_FITRIM_PASSES] = "fitrim_passes",
	[TSIM_OBS_DISCARDS] = "discards",
	[TSIM_OBS_MAIN_DISCARDS] = "main_discards",
	[TSIM_OBS_DISCARD_MEAN] = "mean_discard_ms",
	[TSIM_OBS_COMMANDS] = "commands",
	[TSIM_OBS_COMMAND_MEAN] = "mean_command_ms",
	[TSIM_OBS_REMOVALS] = "bg_removed",
	[TSIM_OBS_REMOVALS_UNDER] = "removed_while_frozen",
	[TSIM_OBS_EXPOSED] = "exposed_discards",
	[TSIM_OBS_REALLOC] = "realloc_in_flight",
	[TSIM_OBS_RACED] = "raced_discards",
	[TSIM_OBS_LATE] = "exposed_beyond_reuse",
	[TSIM_OBS_RESIDUAL_MEDIAN] = "residual_ms_p50",
	[TSIM_OBS_REUSES] = "reuses",
	[TSIM_OBS_REUSE_P05] = "reuse_ms_p05",
	[TSIM_OBS_REUSE_MEDIAN] = "reuse_ms_p50",
	[TSIM_OBS_PINS] = "pinned_releases",
	[TSIM_OBS_PIN_MEDIAN] = "pin_ms_p50",
	[TSIM_OBS_PIN_LOW] = "pin_ms_low",
	[TSIM_OBS_PIN_HIGH] = "pin_ms_high",
	[TSIM_OBS_PINNED_PEAK] = "peak_frozen_mib",
	[TSIM_OBS_COMMITS] = "commits",
	[TSIM_OBS_COMMIT_MEDIAN] = "commit_ms_p50",
	[TSIM_OBS_COMMIT_P99] = "commit_ms_p99",
	[TSIM_OBS_MUTEX_MAX] = "chunk_mutex_wait_ms_max",
	[TSIM_OBS_ALLOC_FAILED] = "alloc_fail",
	[TSIM_OBS_PLACES] = "distinct_phys",
	[TSIM_OBS_HIGHEST_PLACE] = "max_phys_mib",
	[TSIM_OBS_RO_MEDIAN] = "ro_window_ms_p50",
	[TSIM_OBS_RO_MAX] = "ro_window_ms_max",
	[TSIM_OBS_RO_EMPTY_DATA] = "ro_empty_data_ms_p50",
	[TSIM_OBS_RO_USED_DATA] = "ro_used_data_ms_p50",
	[TSIM_OBS_RO_METADATA] = "ro_metadata_ms_p50",
	[TSIM_OBS_RO_SYSTEM] = "ro_system_ms_p50",
};

static int compare(const double *a, const double *b)
{
	return (*a > *b) - (*a < *b);
}

static double mean(const GArray *times)
{
	double sum = 0;

	for (guint i = 0; i < times->len; i++)
		sum += g_array_index(times, double, i);
	return times->len ? sum / times->len : NAN;
}

/* Of sorted times; as in kernel-runs.csv the time of rank floor(q n), counted from 0. */
static double quantile(const GArray *times, double q)
{
	guint rank = (guint)(q * times->len);

	return times->len ? g_array_index(times, double, MIN(rank, times->len - 1)) : NAN;
}

static void put_times(TsimObserver *o, double *v)
{
	for (guint i = 0; i < N_TIMES; i++)
		g_array_sort(o->times[i], (GCompareFunc)compare);
	v[TSIM_OBS_DISCARD_MEAN] = mean(o->times[DISCARD]);
	v[TSIM_OBS_COMMAND_MEAN] = mean(o->times[COMMAND]);
	v[TSIM_OBS_RESIDUAL_MEDIAN] = quantile(o->times[RESIDUAL], .5);
	v[TSIM_OBS_REUSE_P05] = quantile(o->times[REUSE], .05);
	v[TSIM_OBS_REUSE_MEDIAN] = quantile(o->times[REUSE], .5);
	v[TSIM_OBS_COMMIT_MEDIAN] = quantile(o->times[COMMIT], .5);
	v[TSIM_OBS_COMMIT_P99] = quantile(o->times[COMMIT], .99);
	v[TSIM_OBS_RO_MEDIAN] = quantile(o->times[RO], .5);
	v[TSIM_OBS_RO_MAX] = quantile(o->times[RO], 1);
	v[TSIM_OBS_RO_EMPTY_DATA] = quantile(o->times[RO_EMPTY_DATA], .5);
	v[TSIM_OBS_RO_USED_DATA] = quantile(o->times[RO_USED_DATA], .5);
	v[TSIM_OBS_RO_METADATA] = quantile(o->times[RO_METADATA], .5);
	v[TSIM_OBS_RO_SYSTEM] = quantile(o->times[RO_SYSTEM], .5);
}

static void put_pins(const TsimObserver *o, double *v)
{
	const GArray *pins = o->times[PIN];
	struct tsim_estimate e =
		tsim_median((const double *)(gpointer)pins->data, pins->len, CONFIDENCE);

	v[TSIM_OBS_PINS] = pins->len;
	v[TSIM_OBS_PIN_MEDIAN] = e.estimate;
	v[TSIM_OBS_PIN_LOW] = e.low;
	v[TSIM_OBS_PIN_HIGH] = e.high;
	v[TSIM_OBS_PINNED_PEAK] = (double)o->pinned_peak / TSIM_MIB;
}

static void put_counts(const TsimObserver *o, double *v)
{
	v[TSIM_OBS_SECONDS] = (double)(o->last_ns - o->first_ns) / TSIM_NS_PER_S;
	v[TSIM_OBS_FITRIM_PASSES] = (double)o->fitrims;
	v[TSIM_OBS_DISCARDS] = (double)o->discards;
	v[TSIM_OBS_MAIN_DISCARDS] = (double)o->main;
	v[TSIM_OBS_COMMANDS] = o->times[COMMAND]->len;
	v[TSIM_OBS_REMOVALS] = (double)o->removals;
	v[TSIM_OBS_REMOVALS_UNDER] = (double)o->under;
	v[TSIM_OBS_EXPOSED] = (double)o->exposed;
	v[TSIM_OBS_REALLOC] = (double)o->realloc;
	v[TSIM_OBS_RACED] = (double)o->raced;
	v[TSIM_OBS_REUSES] = o->times[REUSE]->len;
	v[TSIM_OBS_COMMITS] = (double)o->commits;
	v[TSIM_OBS_MUTEX_MAX] = (double)o->mutex_max_ns / TSIM_NS_PER_MS;
	v[TSIM_OBS_ALLOC_FAILED] = (double)o->failed;
	v[TSIM_OBS_PLACES] = g_hash_table_size(o->places);
	v[TSIM_OBS_HIGHEST_PLACE] = (double)o->highest / TSIM_MIB;
}

/* How many of the sorted times are shorter than @ms. */
static guint shorter(const GArray *times, double ms)
{
	guint n = 0;

	while (n < times->len && g_array_index(times, double, n) < ms)
		n++;
	return n;
}

/*
 * P(residual > T_reuse), as if the two were independent, times the exposed.
 * A place that nobody takes has no T_reuse.
 */
static double expect_realloc(const TsimObserver *o)
{
	const GArray *residuals = o->times[RESIDUAL], *reuses = o->times[REUSE];
	double sum = 0;

	for (guint i = 0; i < residuals->len; i++)
		sum += shorter(reuses, g_array_index(residuals, double, i));
	return reuses->len ? sum / reuses->len : 0;
}

/**
 * tsim_observer_finish:
 * @observer: has seen the whole run
 */
void tsim_observer_finish(TsimObserver *observer, struct tsim_observed *out)
{
	put_counts(observer, out->value);
	put_times(observer, out->value);
	put_pins(observer, out->value);
	out->value[TSIM_OBS_LATE] = expect_realloc(observer);
}
