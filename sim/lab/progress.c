/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "progress.h"

#include <stdio.h>

#define REDRAW_US (G_USEC_PER_SEC / 4)

/** tsim_progress_start() - start the clock; draw nothing unless @on */
void tsim_progress_start(struct tsim_progress *p, gboolean on)
{
	*p = (struct tsim_progress){ .on = on, .start_us = g_get_monotonic_time() };
}

/**
 * tsim_progress_line() - the text of the progress line
 * @done: replications that ended
 * @total: replications asked for
 * @corrupted: of them, under the policy that has most
 * @elapsed_s: seconds since the start
 *
 * Return: (transfer full), less than 80 columns.
 */
char *tsim_progress_line(guint64 done, guint64 total, guint64 corrupted, double elapsed_s)
{
	double rate = elapsed_s > 0 ? done / elapsed_s : 0;
	GString *line = g_string_new(NULL);

	g_string_append_printf(line,
			       "[%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT
			       "] %3.0f%%  %.3g/s  corrupted %" G_GUINT64_FORMAT,
			       done, total, total ? 100.0 * done / total : 100.0, rate, corrupted);
	if (rate > 0 && done < total) {
		guint64 left = (total - done) / rate + 0.5;

		g_string_append_printf(line,
				       "  ETA %02" G_GUINT64_FORMAT ":%02" G_GUINT64_FORMAT
				       ":%02" G_GUINT64_FORMAT,
				       left / 3600, left / 60 % 60, left % 60);
	}
	return g_string_free(line, FALSE);
}

/** tsim_progress_draw() - redraw the line, at most four times a second */
void tsim_progress_draw(struct tsim_progress *p, guint64 done, guint64 total, guint64 corrupted)
{
	gint64 now = g_get_monotonic_time();
	g_autofree char *line = NULL;

	if (!p->on || now - p->last_us < REDRAW_US)
		return;
	line = tsim_progress_line(done, total, corrupted,
				  (now - p->start_us) / (double)G_USEC_PER_SEC);
	fprintf(stderr, "\r%s\033[K", line);
	fflush(stderr);
	p->last_us = now;
	p->drawn = TRUE;
}

/** tsim_progress_erase() - take the line away, before other text or at the end */
void tsim_progress_erase(struct tsim_progress *p)
{
	if (!p->drawn)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	p->drawn = FALSE;
	p->last_us = 0;
}
