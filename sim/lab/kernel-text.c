/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `trimsim validate kernel` as text of at most 75 columns. */
#include "kernel.h"

#include <math.h>
#include <string.h>

#include "text.h"

#define CELL 22

/* "0.424 [0.383, 0.466]", "3.47 [2.32, 4.78]e-03": three digits of the estimate. */
static char *bracketed(const struct tsim_estimate *e)
{
	int exponent = e->estimate != 0 ? (int)floor(log10(fabs(e->estimate))) : 0;
	double scale = exponent < -1 ? pow(10, exponent) : 1;
	int decimals = exponent < -1 ? 2 : CLAMP(2 - exponent, 0, 3);
	g_autofree char *power = scale < 1 ? g_strdup_printf("e%+03d", exponent) : g_strdup("");

	if (!isfinite(e->high))
		return g_strdup_printf("%.*f%s, one run", decimals, e->estimate / scale, power);
	return g_strdup_printf("%.*f [%.*f, %.*f]%s", decimals, e->estimate / scale, decimals,
			       e->low / scale, decimals, e->high / scale, power);
}

/* The same in so many columns, however wide the interval is; "< 2.9e-03" where nothing was seen. */
static char *cell(const struct tsim_estimate *e)
{
	g_autofree char *text = NULL;

	if (isnan(e->estimate))
		return g_strdup("-");
	if (e->estimate == 0 && e->high != 0 && isfinite(e->high))
		return tsim_text_limit(e->high);
	if (e->estimate == 0)
		return g_strdup("0");
	text = bracketed(e);
	return strlen(text) <= CELL ?
		       g_steal_pointer(&text) :
		       g_strdup_printf("%.2g [%.1g, %.1g]", e->estimate, e->low, e->high);
}

static char *ratio_of(const struct tsim_kernel_result *r)
{
	double ratio = r->simulated.estimate / r->kernel.estimate;

	return isfinite(ratio) ? g_strdup_printf("%.2f", ratio) : g_strdup("");
}

static const char *verdict_of(const struct tsim_kernel_result *r)
{
	if (r->target.rule == TSIM_KERNEL_SHOWN)
		return "";
	return r->ok ? "ok" : "OFF";
}

static gboolean says_nothing(const struct tsim_kernel_result *r)
{
	return r->target.rule == TSIM_KERNEL_SHOWN && !(r->kernel.estimate > 0) &&
	       !(r->simulated.estimate > 0);
}

static void append_result(GString *text, const struct tsim_kernel_result *r)
{
	g_autofree char *kernel = cell(&r->kernel), *simulated = cell(&r->simulated);
	g_autofree char *ratio = ratio_of(r), *line = NULL;

	line = g_strdup_printf("  %-15s %-22s %-22s %5s %s", r->quantity->name, kernel, simulated,
			       ratio, verdict_of(r));
	g_string_append_printf(text, "%s\n", g_strchomp(line));
}

/** tsim_kernel_text() - one row */
char *tsim_kernel_text(const struct tsim_kernel_report *report)
{
	const struct tsim_kernel_row *row = report->row;
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "%s  %g ms, %s, %u s%s%s: kernel %u run%s, simulated %u\n",
			       row->series, (double)row->set_us / 1e3, row->policy, row->seconds,
			       row->recording ? ", recording " : "",
			       row->recording ? row->recording : "", report->kernel_runs,
			       report->kernel_runs == 1 ? "" : "s", report->replications);
	g_string_append_printf(text, "  %-15s %-22s %-22s %5s\n", "", "kernel", "simulated",
			       "ratio");
	for (guint i = 0; i < report->results->len; i++) {
		const struct tsim_kernel_result *r =
			&g_array_index(report->results, struct tsim_kernel_result, i);

		if (!says_nothing(r))
			append_result(text, r);
	}
	if (report->failures)
		g_string_append_printf(text, "  %u replications FAILED\n", report->failures);
	g_string_append_c(text, '\n');
	return g_string_free(text, FALSE);
}

static void append_threshold(GString *text, const GArray *points)
{
	double gap = tsim_kernel_law_gap(points);

	g_string_append(text, "Series k, unpinned, over the discard latency; P given exposed,\n"
			      "times in ms; the last column is P(residual > T_reuse):\n");
	g_string_append_printf(text, "%6s %8s %7s %-22s %-22s %s\n", "D", "residual", "T_reuse",
			       "P(realloc)", "P(raced)", "P");
	for (guint i = 0; i < points->len; i++) {
		const struct tsim_kernel_point *p =
			&g_array_index(points, struct tsim_kernel_point, i);
		g_autofree char *realloc = cell(&p->realloc), *raced = cell(&p->raced);

		g_string_append_printf(text, "%6.1f %8.1f %7.1f %-22s %-22s %5.3f\n",
				       p->discard_ms.estimate, p->residual_ms.estimate,
				       p->reuse_ms.estimate, realloc, raced, p->late.estimate);
	}
	g_string_append_printf(
		text, "P(realloc) is P(residual > T_reuse) to %.3f, permitted is %g: %s\n\n", gap,
		TSIM_KERNEL_LAW_GAP, gap <= TSIM_KERNEL_LAW_GAP ? "ok" : "OFF");
}

static void append_cleaner(GString *text, const GArray *points)
{
	const struct tsim_kernel_point *hump = tsim_kernel_hump(points);

	g_string_append(text, "Series m2, unpinned: the cleaner's path over the discard latency:\n"
			      "discard ms  removals per hour      exposed per hour"
			      "       exposed/main\n");
	for (guint i = 0; i < points->len; i++) {
		const struct tsim_kernel_point *p =
			&g_array_index(points, struct tsim_kernel_point, i);
		g_autofree char *removals = cell(&p->removals), *exposures = cell(&p->exposures);

		g_string_append_printf(text, "%10.1f  %-22s %-22s %.4f\n", p->discard_ms.estimate,
				       removals, exposures, p->exposed.estimate);
	}
	if (hump)
		g_string_append_printf(text,
				       "Not monotonic: %.0f ms expose most, longer ones fewer "
				       "again: ok\n\n",
				       hump->discard_ms.estimate);
	else
		g_string_append(text, "The longest discards expose most: OFF\n\n");
}

static void count_sweeps(const struct tsim_kernel_table *table, guint *judged, guint *off)
{
	if (table->threshold) {
		(*judged)++;
		*off += tsim_kernel_law_gap(table->threshold) > TSIM_KERNEL_LAW_GAP;
	}
	if (table->cleaner) {
		(*judged)++;
		*off += !tsim_kernel_hump(table->cleaner);
	}
}

static void count(const struct tsim_kernel_table *table, guint *judged, guint *off)
{
	for (guint i = 0; i < table->reports->len; i++) {
		const struct tsim_kernel_report *report = g_ptr_array_index(table->reports, i);

		for (guint k = 0; k < report->results->len; k++) {
			const struct tsim_kernel_result *r =
				&g_array_index(report->results, struct tsim_kernel_result, k);

			*judged += r->target.rule != TSIM_KERNEL_SHOWN;
			*off += !r->ok;
		}
	}
}

/** tsim_kernel_foot() - the sweeps, and what the rows say as a whole */
char *tsim_kernel_foot(const struct tsim_kernel_table *table)
{
	GString *text = g_string_new(NULL);
	guint judged = 0, off = 0;

	if (table->threshold)
		append_threshold(text, table->threshold);
	if (table->cleaner)
		append_cleaner(text, table->cleaner);
	count(table, &judged, &off);
	count_sweeps(table, &judged, &off);
	g_string_append_printf(text, "%u figures judged, %u of them off: %s.\n", judged, off,
			       tsim_kernel_passed(table) ? "passed" : "FAILED");
	g_string_append_printf(text, "%u replications a row, seed %" G_GUINT64_FORMAT ".\n",
			       table->options.replications, table->options.seed);
	return g_string_free(text, FALSE);
}
