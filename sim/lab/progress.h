/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "schedule.h"

enum tsim_progress_mode {
	TSIM_PROGRESS_QUIET, /* only when asked by SIGUSR1 */
	TSIM_PROGRESS_PLAIN, /* a line of its own now and then */
	TSIM_PROGRESS_TERMINAL, /* one line that is drawn again and again */
};

struct tsim_progress {
	enum tsim_progress_mode mode;
	gboolean drawn;
	gint64 start_us, last_us; /* monotonic */
	guint64 before; /* replications that were stored already at the start */
};

void tsim_progress_start(struct tsim_progress *p, enum tsim_progress_mode mode, guint64 before);
gboolean tsim_progress_due(const struct tsim_progress *p);
void tsim_progress_draw(struct tsim_progress *p, const struct tsim_totals *totals);
void tsim_progress_erase(struct tsim_progress *p);
char *tsim_progress_line(const struct tsim_totals *totals, guint64 before, double elapsed_s);
