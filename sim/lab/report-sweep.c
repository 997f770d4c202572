/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report-sweep.h"

#include <string.h>
#include "text.h"

#define WIDTH 75
#define NAME_WIDTH 15
#define RUNS_WIDTH 13
#define P_WIDTH 29 /* the mark of a difference included */
#define STALLED_WIDTH 8
#define WAIT_WIDTH 10

/** tsim_report_sweep_head() - what all points have in common, and the head of the table */
void tsim_report_sweep_head(GString *out, const struct tsim_head *head)
{
	const struct tsim_experiment *e = head->experiment;

	g_string_append_printf(out,
			       "%" G_GUINT64_FORMAT " points, seed %" G_GUINT64_FORMAT
			       ", common random numbers,\n",
			       head->n_points, e->seed);
	g_string_append_printf(out, "intervals [low, high] of %g %% confidence\n\n",
			       e->confidence * 100);
	g_string_append_printf(out, "%-*s%*s%*s%*s%*s\n", NAME_WIDTH, "", RUNS_WIDTH, "fail:runs",
			       P_WIDTH - 2, "P(corrupt)", STALLED_WIDTH + 2, "stalled", WAIT_WIDTH,
			       "stall p99");
	for (guint i = 0; i < WIDTH; i++)
		g_string_append_c(out, '=');
	g_string_append_c(out, '\n');
}

/* All variables in a line if it holds them, else a line each. */
static void append_label(GString *out, const struct tsim_result *result)
{
	gboolean fits = strlen(result->label) <= WIDTH;

	if (fits)
		g_string_append_printf(out, "%s\n", result->label);
	for (guint v = 0; !fits && v < result->head->n_variables; v++)
		g_string_append_printf(out, "%s = %s\n", result->head->variables[v].name,
				       result->values[v]);
}

static char *percent(const char *sign, double share)
{
	double x = 100 * share;

	return g_strdup_printf("%s%.*f%%", sign, x < 0.095 ? 3 : x < 0.95 ? 2 : x < 9.5 ? 1 : 0, x);
}

/* The share of requests that waited. */
static char *stalled_text(const struct tsim_estimate *e)
{
	if (!(e->estimate >= 0))
		return g_strdup("-");
	return e->estimate > 0 ? percent("", e->estimate) : percent("<", e->high);
}

static void append_policy(GString *out, const struct tsim_result *result, guint policy)
{
	const struct tsim_policy_tally *p = &result->tally->policies[policy];
	double confidence = result->experiment->confidence;
	struct tsim_summary s;
	g_autofree char *probability = NULL, *stalled = NULL, *p99 = NULL, *runs = NULL;

	tsim_result_summarize(result, policy, &s);
	runs = g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, p->sum.corrupted,
			       result->tally->replications);
	probability = tsim_text_estimate(&s.probability);
	stalled = stalled_text(&s.stalled);
	p99 = tsim_text_percentile(p->distributions.stall, 0.99, "no wait");
	g_string_append_printf(
		out, "  %-*.*s%*s%*s%-2s%*s%*s\n", NAME_WIDTH - 2, NAME_WIDTH - 2,
		result->experiment->policies[policy], RUNS_WIDTH, runs, P_WIDTH - 2, probability,
		policy && tsim_paired_share_significant(&p->corrupted, confidence) ? " *" : "",
		STALLED_WIDTH, stalled, WAIT_WIDTH, p99);
}

/** tsim_report_sweep_point() - a line per policy under the values of the variables */
void tsim_report_sweep_point(GString *out, const struct tsim_result *result)
{
	append_label(out, result);
	for (guint i = 0; i < tsim_result_n_policies(result); i++)
		append_policy(out, result, i);
	if (result->stopped == TSIM_STOPPED_TIME)
		g_string_append(out, "  STOPPED when its time was up\n");
	if (result->failures->len)
		g_string_append_printf(out, "  %u more replications FAILED and count nowhere\n",
				       result->failures->len);
}
