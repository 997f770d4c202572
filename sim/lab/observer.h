/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "trace-event.h"

/*
 * What is measured of one run, recorded or simulated; docs/validation-kernel.md
 * defines each.  Times in ms but for the first.
 */
enum tsim_observable {
	TSIM_OBS_SECONDS, /* first to last event */
	TSIM_OBS_FITRIM_PASSES,
	TSIM_OBS_DISCARDS,
	TSIM_OBS_MAIN_DISCARDS, /* begun before the last removal */
	TSIM_OBS_DISCARD_MEAN,
	TSIM_OBS_COMMANDS, /* of the device, neighbours merged; recordings only */
	TSIM_OBS_COMMAND_MEAN,
	TSIM_OBS_REMOVALS,
	TSIM_OBS_REMOVALS_UNDER, /* with a discard in flight in them */
	TSIM_OBS_EXPOSED, /* discards in flight when their chunk was removed: all of them main */
	TSIM_OBS_REALLOC, /* of those, under a new chunk before they ended */
	TSIM_OBS_RACED, /* of those, written into before they ended */
	TSIM_OBS_LATE, /* exposed times the share of pairs with residual > reuse */
	TSIM_OBS_RESIDUAL_MEDIAN, /* of the exposed: removal to end */
	TSIM_OBS_REUSES,
	TSIM_OBS_REUSE_P05, /* removal to the next chunk over any of its place */
	TSIM_OBS_REUSE_MEDIAN,
	TSIM_OBS_PINS,
	TSIM_OBS_PIN_MEDIAN, /* removal with its map kept to its release */
	TSIM_OBS_PIN_LOW, /* its interval, from the order of the pins' lengths */
	TSIM_OBS_PIN_HIGH,
	TSIM_OBS_PINNED_PEAK, /* MiB */
	TSIM_OBS_COMMITS, /* completed */
	TSIM_OBS_COMMIT_MEDIAN, /* COMMIT_START to COMPLETED */
	TSIM_OBS_COMMIT_P99,
	TSIM_OBS_MUTEX_MAX, /* the longest wait of an allocation for chunk_mutex */
	TSIM_OBS_ALLOC_FAILED,
	TSIM_OBS_PLACES, /* distinct physical offsets of new chunks */
	TSIM_OBS_HIGHEST_PLACE, /* MiB */
	TSIM_OBS_RO_MEDIAN, /* set read-only to removed */
	TSIM_OBS_RO_MAX,
	TSIM_OBS_RO_EMPTY_DATA, /* medians of the same, by type and use when set read-only */
	TSIM_OBS_RO_USED_DATA,
	TSIM_OBS_RO_METADATA,
	TSIM_OBS_RO_SYSTEM,
	TSIM_N_OBSERVABLES,
};

/* NaN: nothing of the kind in this run.  Plain data: workers send it through a pipe. */
struct tsim_observed {
	double value[TSIM_N_OBSERVABLES];
};

extern const char *const tsim_observable_names[TSIM_N_OBSERVABLES];

typedef struct tsim_observer TsimObserver;
TsimObserver *tsim_observer_new(void);
/* Receives events in order of time; fits struct tsim_trace_sink. */
void tsim_observer_event(void *observer, const struct tsim_trace_event *event);
void tsim_observer_finish(TsimObserver *observer, struct tsim_observed *out);
void tsim_observer_free(TsimObserver *observer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimObserver, tsim_observer_free)
