/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "recording.h"

#define TSIM_NO_CHUNK G_MAXUINT

struct tsim_recorded_trimmer {
	guint64 task;
	guint chunk; /* whose group it is in, or TSIM_NO_CHUNK */
	struct tsim_range hidden; /* logical: of the entry under way; empty: none */
};

/* Events on their way to become steps. */
struct tsim_linking {
	const GArray *events;
	guint at; /* index of the event under way */
	TsimRecording *out;
	GArray *known; /* what is known of each chunk */
	GArray *trimmers; /* (element-type struct tsim_recorded_trimmer) */
	guint64 device, transid;
	gboolean has_requests; /* the block layer's lines are there */
};

static inline const struct tsim_trace_event *tsim_link_event(const struct tsim_linking *l, guint i)
{
	return &g_array_index(l->events, struct tsim_trace_event, i);
}

/* recording.c */
gboolean tsim_link_throw(const struct tsim_linking *l, GError **error, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
gboolean tsim_link_fail(const struct tsim_linking *l, const char *what, GError **error);
guint tsim_link_find(const struct tsim_linking *l, guint64 logical, gboolean removed);
struct tsim_recorded_step *tsim_link_add(struct tsim_linking *l, guint lane, guint chunk);

/* recording-trim.c */
gboolean tsim_link_trim(struct tsim_linking *l, GError **error);
