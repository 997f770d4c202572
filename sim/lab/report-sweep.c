/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report-sweep.h"

#include <string.h>
#include "latencies.h"
#include "report-column.h"
#include "text.h"

#define WIDTH 75
#define NAME_WIDTH 14
#define RUNS_WIDTH 11
#define P_WIDTH 28 /* the mark of a difference included */
#define HITS_WIDTH 6
#define STALLED_WIDTH 8
#define WAIT_WIDTH 8

/* No policy can do anything on a bare device: the first one stands for all. */
static guint n_shown(const struct tsim_result *result)
{
	return result->experiment->bare ? 1 : tsim_result_n_policies(result);
}

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
	if (head->common.bare)
		return;
	g_string_append_printf(out, "%-*s%*s%*s%*s%*s%*s\n", NAME_WIDTH, "", RUNS_WIDTH,
			       "fail:runs", P_WIDTH - 2, "P(corrupt)", HITS_WIDTH + 2, "hits",
			       STALLED_WIDTH, "stalled", WAIT_WIDTH, "p99");
	for (guint i = 0; i < WIDTH; i++)
		g_string_append_c(out, '=');
	g_string_append_c(out, '\n');
}

/** tsim_report_sweep_legend() - what the columns are, under the table */
void tsim_report_sweep_legend(GString *out, const struct tsim_head *head)
{
	if (head->common.bare)
		return;
	g_string_append(
		out, "\n"
		     "fail:runs   replications that were corrupted (a persistent hit), of all\n"
		     "P(corrupt)  their share;  < x  none seen, upper limit x;  *  differs from\n"
		     "            the first policy, exact test of the pairs\n"
		     "hits        ranges that a discard destroyed, those that healed included\n"
		     "stalled     requests for space that waited;  p99  of their waits, all\n"
		     "            requests counted;  -  too few samples\n");
}

/**
 * tsim_report_no_race() - why nothing could be destroyed
 *
 * Return: (nullable): NULL when the race could have occurred.
 */
const char *tsim_report_no_race(const struct tsim_outcome *sum)
{
	if (sum->hits || sum->funnel[TSIM_STAGE_COMMITTED])
		return NULL;
	if (!sum->removals)
		return "no block group was removed";
	if (!sum->commits)
		return "no removal was committed";
	return sum->funnel[TSIM_STAGE_REMOVED] ?
		       "no discard was still outstanding when the removal was committed" :
		       "no discard was outstanding when a block group was removed";
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

/* "412", "3.1e+06" */
static char *count_text(guint64 n)
{
	return n < 100000 ? g_strdup_printf("%" G_GUINT64_FORMAT, n) :
			    g_strdup_printf("%.0e", (double)n);
}

static void append_policy(GString *out, const struct tsim_result *result, guint policy)
{
	const struct tsim_policy_tally *p = &result->tally->policies[policy];
	double confidence = result->experiment->confidence;
	struct tsim_summary s;
	g_autofree char *probability = NULL, *stalled = NULL, *p99 = NULL, *runs = NULL,
			*hits = count_text(p->sum.hits);

	tsim_result_summarize(result, policy, &s);
	runs = g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, p->sum.corrupted,
			       result->tally->replications);
	probability = tsim_text_estimate(&s.probability);
	stalled = stalled_text(&s.stalled);
	p99 = tsim_text_percentile(p->distributions.stall, 0.99, "no wait");
	g_string_append_printf(
		out, " %-*.*s%*s%*s%-2s%*s%*s%*s\n", NAME_WIDTH - 1, NAME_WIDTH - 1,
		result->experiment->policies[policy], RUNS_WIDTH, runs, P_WIDTH - 2, probability,
		policy && tsim_paired_share_significant(&p->corrupted, confidence) ? " *" : "",
		HITS_WIDTH, hits, STALLED_WIDTH, stalled, WAIT_WIDTH, p99);
}

/* One reason stands for all policies: the protection comes after the stages it looks at. */
static void append_no_race(GString *out, const struct tsim_result *result)
{
	const char *why = tsim_report_no_race(&result->tally->policies[0].sum);

	for (guint i = 1; i < tsim_result_n_policies(result) && why; i++)
		if (!tsim_report_no_race(&result->tally->policies[i].sum))
			why = NULL;
	if (why)
		g_string_append_printf(out, " no race: %s\n", why);
}

/*
 * Where nobody asks for space the device is what the experiment is about.
 * The first policy stands for all, as none of them can do anything then.
 */
static void append_device(GString *out, const struct tsim_result *result)
{
	const struct tsim_policy_tally *p = &result->tally->policies[0];

	for (enum tsim_io io = 0; io < TSIM_N_IO && !p->sum.requests && !p->sum.removals; io++) {
		g_autoptr(TsimHistogram) h = tsim_latencies_sum(&p->distributions.latencies, io);
		g_autofree char *p50 = tsim_text_percentile(h, 0.5, "0s");
		g_autofree char *p99 = tsim_text_percentile(h, 0.99, "0s");
		g_autofree char *max = tsim_text_percentile(h, 1, "0s");

		if (tsim_histogram_count(h))
			g_string_append_printf(out, " %-8s latency p50 %s, p99 %s, max %s\n",
					       tsim_io_names[io], p50, p99, max);
	}
}

/* A number of each policy in a line, as far as it has room. */
static void append_each(GString *out, const char *name, const struct tsim_result *result,
			char *(*text_of)(const struct tsim_policy_tally *p, double confidence))
{
	gsize begin = out->len;

	g_string_append_printf(out, " %s: ", name);
	for (guint i = 0; i < n_shown(result); i++) {
		const struct tsim_policy_tally *p = &result->tally->policies[i];
		g_autofree char *text = text_of(p, result->experiment->confidence);

		if (i)
			g_string_append_c(out, ',');
		if (out->len - begin + strlen(text) + 2 > WIDTH) {
			g_string_append(out, "\n  ");
			begin = out->len - 2;
		}
		g_string_append_printf(out, "%s%s", i ? " " : "", text);
	}
	g_string_append_c(out, '\n');
}

static char *waiting_text(const struct tsim_policy_tally *p, double confidence)
{
	return g_strdup_printf("%" G_GUINT64_FORMAT, p->sum.waiting);
}

static char *undone_text(const struct tsim_policy_tally *p, double confidence)
{
	return g_strdup_printf("%" G_GUINT64_FORMAT, p->sum.undone);
}

/* What is of interest only where there is any; of waits: they are longer than is counted of them. */
static void append_rest(GString *out, const struct tsim_result *result)
{
	gboolean waiting = FALSE, flash = FALSE, power = FALSE;

	for (guint i = 0; i < tsim_result_n_policies(result); i++) {
		const struct tsim_outcome *sum = &result->tally->policies[i].sum;

		waiting |= sum->waiting > 0;
		flash |= sum->host_pages > 0;
		power |= sum->power_losses > 0;
	}
	if (waiting)
		append_each(out, "still waiting at the end", result, waiting_text);
	if (power)
		append_each(out, "undone by the loss of power", result, undone_text);
	if (flash)
		append_each(out, "write amplification", result, tsim_report_amplification);
}

/** tsim_report_sweep_point() - a line per policy under the values of the variables */
void tsim_report_sweep_point(GString *out, const struct tsim_result *result)
{
	append_label(out, result);
	if (!result->experiment->bare) {
		for (guint i = 0; i < tsim_result_n_policies(result); i++)
			append_policy(out, result, i);
		append_no_race(out, result);
	}
	append_device(out, result);
	append_rest(out, result);
	if (result->stopped == TSIM_STOPPED_CAP)
		g_string_append(out, " CAP of replications reached before the rule to stop\n");
	if (result->stopped == TSIM_STOPPED_TIME)
		g_string_append(out, " STOPPED when its time was up\n");
	if (result->failures->len)
		g_string_append_printf(out, " %u more replications BROKE OFF and count nowhere\n",
				       result->failures->len);
}
