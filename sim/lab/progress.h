/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

struct tsim_progress {
	gboolean on, drawn;
	gint64 start_us, last_us; /* monotonic */
};

void tsim_progress_start(struct tsim_progress *p, gboolean on);
void tsim_progress_draw(struct tsim_progress *p, guint64 done, guint64 total, guint64 corrupted);
void tsim_progress_erase(struct tsim_progress *p);
char *tsim_progress_line(guint64 done, guint64 total, guint64 corrupted, double elapsed_s);
