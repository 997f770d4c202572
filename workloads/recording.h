/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "interval-set.h"
#include "trace-event.h"

/* Chunks that mkfs.btrfs makes with single profiles; a recording does not have them. */
#define TSIM_RECORDED_INITIAL 3

#define TSIM_FOREVER_NS 4e18 /* 126 years: no scaled time is beyond */

/* Lanes: what happens in one is done in order, whatever the others wait for. */
#define TSIM_LANE_SPACE 0 /* chunks, removals, commits */
#define TSIM_LANE_WRITES 1
#define TSIM_LANE_TRIMMERS 2 /* one for each process */

struct tsim_recorded_chunk {
	guint64 logical, len, phys;
};

/* One command of a recorded discard. */
struct tsim_recorded_piece {
	struct tsim_range phys;
	tsim_ns done_ns;
};

/* An event with what it means: whose chunk it is, and when a command is done. */
struct tsim_recorded_step {
	struct tsim_trace_event event;
	guint lane;
	guint chunk; /* index into chunks, where there is one */
	guint first_piece, n_pieces; /* of a DISCARD_BEGIN */
	tsim_ns done_ns; /* of a WRITE */
};

/* A recording of a real btrfs, ready to be followed. */
typedef struct tsim_recording {
	GArray *steps; /* (element-type struct tsim_recorded_step) */
	GArray *chunks; /* (element-type struct tsim_recorded_chunk) in order of creation */
	GArray *pieces; /* (element-type struct tsim_recorded_piece) */
	guint n_lanes;
	guint64 first_transid; /* of a commit; 0: none is recorded */
	gboolean has_discards, has_writes;
} TsimRecording;

TsimRecording *tsim_recording_new(const GArray *events, GError **error);
void tsim_recording_free(TsimRecording *recording);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimRecording, tsim_recording_free)

static inline const struct tsim_recorded_chunk *tsim_recorded_chunk(const TsimRecording *recording,
								    guint i)
{
	return &g_array_index(recording->chunks, struct tsim_recorded_chunk, i);
}
