/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "keep.h"
#include "result.h"

/* A kept race as it is stored in races/, with what it takes to find it again. */
struct tsim_race_file {
	char *experiment, *policy;
	char *point; /* "D = 1ms", NULL when nothing varies */
	guint64 seed;
	gboolean follows_recording;
	gboolean reads_ones; /* what is discarded reads as 0xff */
	tsim_ns recording_start_ns; /* on the recording's own clock */
	struct tsim_kept *kept;
};

char *tsim_race_file_name(guint number, const char *policy);
char *tsim_race_json(const struct tsim_result *result, guint policy, const struct tsim_kept *kept);
struct tsim_race_file *tsim_race_file_load(const char *path, GError **error);
void tsim_race_file_free(struct tsim_race_file *file);
typedef struct tsim_race_file TsimRaceFile;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimRaceFile, tsim_race_file_free)

const struct tsim_race_step *tsim_race_last_step(const struct tsim_race *race, const char *what);
extern const char *const tsim_column_names[TSIM_N_COLUMNS];
/* The race as shapes for space-time.gp. */
char *tsim_race_shapes(const struct tsim_race *race);
