/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "progress.h"

#include <signal.h>
#include <stdio.h>

#define REDRAW_US (G_USEC_PER_SEC / 4)
/* A longer line would not be drawn over. */
#define WIDTH 79
#define PLAIN_US (30 * G_USEC_PER_SEC)

static volatile sig_atomic_t asked;

static void on_signal(int number)
{
	asked = 1;
}

/**
 * tsim_progress_start() - start the clock
 * @p: (out)
 * @mode: how progress is shown; SIGUSR1 gets a line in any case from now on
 * @before: replications that are done already and say nothing about the rate
 */
void tsim_progress_start(struct tsim_progress *p, enum tsim_progress_mode mode, guint64 before)
{
	struct sigaction act = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	gint64 now = g_get_monotonic_time();

	*p = (struct tsim_progress){ .mode = mode, .start_us = now, .before = before };
	p->last_us = mode == TSIM_PROGRESS_PLAIN ? now : 0;
	sigaction(SIGUSR1, &act, NULL);
}

/* "412", "31200", "312k", "3.12M" */
static char *short_count(double n)
{
	if (n < 1e5)
		return g_strdup_printf("%.0f", n);
	if (n < 1e6)
		return g_strdup_printf("%.0fk", n / 1e3);
	return n < 1e9 ? g_strdup_printf("%.3gM", n / 1e6) : g_strdup_printf("%.3gG", n / 1e9);
}

static void append_points(GString *line, const struct tsim_totals *t)
{
	g_autofree char *complete = short_count(t->complete), *points = short_count(t->points);

	if (t->points > 1)
		g_string_append_printf(line, "%s/%s points, ", complete, points);
}

static void append_time(GString *line, double left_s, gboolean ruled)
{
	guint64 s = left_s + 0.5;

	g_string_append(line, ruled ? ", ETA <= " : ", ETA ");
	if (s >= 100 * 3600)
		g_string_append_printf(line, "%.0f days", left_s / 86400);
	else
		g_string_append_printf(line, "%02d:%02d:%02d", (int)(s / 3600),
				       (int)(s / 60 % 60), (int)(s % 60));
}

/**
 * tsim_progress_line() - the text of the progress line
 * @t: how far it is; without a rule to stop the time that is left is told, else the most that it
 * can be: the rate so far, up to the cap
 * @before: replications that were done before
 * @elapsed_s: seconds since the start
 *
 * Return: (transfer full), less than 80 columns.
 */
char *tsim_progress_line(const struct tsim_totals *t, guint64 before, double elapsed_s)
{
	double rate = elapsed_s > 0 ? (t->replications - before) / elapsed_s : 0;
	double all = (double)t->replications + t->left;
	g_autofree char *runs = short_count(t->replications), *hits = short_count(t->corrupted);
	GString *line = g_string_new("[");

	append_points(line, t);
	g_string_append_printf(line, "%.0f%%] %s replications, %.3g/s, %s corrupted",
			       all > 0 ? 100 * t->replications / all : 100.0, runs, rate, hits);
	if (rate > 0 && t->left)
		append_time(line, t->left / rate, t->ruled);
	g_string_truncate(line, MIN(line->len, WIDTH));
	return g_string_free(line, FALSE);
}

/** tsim_progress_due() - is it time to draw: four times a second, or asked for by SIGUSR1? */
gboolean tsim_progress_due(const struct tsim_progress *p)
{
	gint64 since = g_get_monotonic_time() - p->last_us;

	return asked || (p->mode == TSIM_PROGRESS_TERMINAL && since >= REDRAW_US) ||
	       (p->mode == TSIM_PROGRESS_PLAIN && since >= PLAIN_US);
}

/** tsim_progress_draw() - say how far it is, on stderr */
void tsim_progress_draw(struct tsim_progress *p, const struct tsim_totals *totals)
{
	gint64 now = g_get_monotonic_time();
	g_autofree char *line =
		tsim_progress_line(totals, p->before, (now - p->start_us) / (double)G_USEC_PER_SEC);

	if (asked || p->mode == TSIM_PROGRESS_PLAIN) {
		tsim_progress_erase(p);
		fprintf(stderr, "%s\n", line);
	}
	asked = 0;
	p->last_us = now;
	if (p->mode != TSIM_PROGRESS_TERMINAL)
		return;
	fprintf(stderr, "\r%s\033[K", line);
	fflush(stderr);
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
