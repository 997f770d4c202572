/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables below data/ that gnuplot draws, with a block for each policy where it has a curve. */
#include "result.h"

#include <math.h>
#include <string.h>
#include "latencies.h"
#include "tsv.h"

/* What a table calls a policy, in quotes. */
static char *block_name(const struct tsim_result *result, guint policy)
{
	const char *name = result->experiment->policies[policy];
	char *text = result->label ? g_strdup_printf("\"%s, %s\"", name, result->label) :
				     g_strdup_printf("\"%s\"", name);

	/* no quote within */
	g_strdelimit(text + 1, "\"", '\'');
	text[strlen(text) - 1] = '"';
	return text;
}

static char *corruption_begin(const struct tsim_document *document, const struct tsim_head *head)
{
	return g_strdup("# index\tpolicy\treplications\tcorrupted\testimate\tlow\thigh\n");
}

/* The corruption probability of each policy, for corruption.gp. */
static char *corruption_point(const struct tsim_document *document,
			      const struct tsim_result *result)
{
	guint n = tsim_result_n_policies(result);
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < n; i++) {
		g_autofree char *name = block_name(result, i);
		struct tsim_summary s;

		tsim_result_summarize(result, i, &s);
		g_string_append_printf(out, "%" G_GUINT64_FORMAT "\t%s", result->i * n + i, name);
		tsim_tsv_count(out, result->tally->replications);
		tsim_tsv_count(out, result->tally->policies[i].sum.corrupted);
		tsim_tsv_estimate(out, &s.probability);
		g_string_append_c(out, '\n');
	}
	return g_string_free(out, FALSE);
}

/* gnuplot takes what two empty lines part for data sets of their own. */
static void append_block_name(GString *out, const struct tsim_result *result, guint policy)
{
	g_autofree char *name = block_name(result, policy);

	g_string_append_printf(out, "%s%s\n", result->i || policy ? "\n\n" : "", name);
}

static char *funnel_begin(const struct tsim_document *document, const struct tsim_head *head)
{
	return g_strdup("# stage\tentries\tshare\tlow\thigh\n");
}

/* The share of the hidden entries that reached a stage, as if these were independent. */
static void append_stage(GString *out, const struct tsim_result *result, guint policy, guint stage)
{
	const guint64 *funnel = result->tally->policies[policy].sum.funnel;
	struct tsim_estimate share = tsim_proportion(funnel[stage], funnel[TSIM_STAGE_HIDDEN],
						     result->experiment->confidence);

	g_string_append_printf(out, "%s\t%" G_GUINT64_FORMAT, tsim_stage_names[stage],
			       funnel[stage]);
	tsim_tsv_estimate(out, &share);
	g_string_append_c(out, '\n');
}

/* Hidden entries that reached each stage, one block per policy. */
static char *funnel_point(const struct tsim_document *document, const struct tsim_result *result)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < tsim_result_n_policies(result); i++) {
		append_block_name(out, result, i);
		for (guint k = 0; k < TSIM_N_STAGES; k++)
			append_stage(out, result, i, k);
	}
	return g_string_free(out, FALSE);
}

static void append_curve_point(GString *out, double x, tsim_ns t)
{
	g_autofree char *x_text = tsim_tsv_text(x);
	g_autofree char *t_text = tsim_tsv_text(t / (double)TSIM_NS_PER_S);

	g_string_append_printf(out, "%s\t%s\n", x_text, t_text);
}

/*
 * From the median on, 20 points a decade of 1/(1-q), as far as the samples
 * carry it; the last is the maximum, at 1/(1-q) = number of samples.
 */
static void append_percentile_curve(GString *out, const TsimHistogram *h)
{
	guint64 n = tsim_histogram_count(h);
	double x = 2;

	for (guint i = 1; x < n; i++) {
		append_curve_point(out, x, tsim_histogram_quantile_ns(h, 1 - 1 / x));
		x = 2 * pow(10, i / 20.0);
	}
	if (n)
		append_curve_point(out, n, tsim_histogram_max_ns(h));
	else
		g_string_append(out, "nan\tnan\n");
}

static const TsimHistogram *histogram_of(const struct tsim_policy_tally *p, const char *what)
{
	if (strcmp(what, "stall") == 0)
		return p->distributions.stall;
	if (strcmp(what, "chunk-alloc") == 0)
		return p->distributions.chunk_alloc;
	return strcmp(what, "commit") == 0 ? p->distributions.commit : p->distributions.discard;
}

static char *percentile_begin(const struct tsim_document *document, const struct tsim_head *head)
{
	return g_strdup_printf("# 1/(1-q)\t%s_s\n", document->what);
}

/* A distribution as a curve over 1/(1-q), one block per policy. */
static char *percentile_point(const struct tsim_document *document,
			      const struct tsim_result *result)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < tsim_result_n_policies(result); i++) {
		append_block_name(out, result, i);
		append_percentile_curve(out,
					histogram_of(&result->tally->policies[i], document->what));
	}
	return g_string_free(out, FALSE);
}

static char *read_point(const struct tsim_document *document, const struct tsim_result *result)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < tsim_result_n_policies(result); i++) {
		const struct tsim_policy_tally *p = &result->tally->policies[i];
		g_autoptr(TsimHistogram)
			reads = tsim_latencies_sum(&p->distributions.latencies, TSIM_IO_READ);

		append_block_name(out, result, i);
		append_percentile_curve(out, reads);
	}
	return g_string_free(out, FALSE);
}

static char *latency_begin(const struct tsim_document *document, const struct tsim_head *head)
{
	return g_strdup("# kind\tsize\tcommands\tp50_ns\tp90_ns\tp99_ns\tp999_ns\tmax_ns\n");
}

static void append_latency(GString *out, const TsimHistogram *h)
{
	guint64 n = tsim_histogram_count(h);

	tsim_tsv_count(out, n);
	for (guint i = 0; i < TSIM_N_QUANTILES; i++)
		tsim_tsv_ns(out, tsim_percentile_ns(h, tsim_quantiles[i]));
	tsim_tsv_ns(out, n ? (double)tsim_histogram_max_ns(h) : NAN);
}

static void append_latencies(GString *out, const struct tsim_latencies *latencies)
{
	for (guint i = 0; i < TSIM_N_IO * TSIM_N_SIZES; i++) {
		const TsimHistogram *h = latencies->of[i];

		if (!h)
			continue;
		g_string_append_printf(out, "%s\t%s", tsim_io_names[i / TSIM_N_SIZES],
				       tsim_size_names[i % TSIM_N_SIZES]);
		append_latency(out, h);
		g_string_append_c(out, '\n');
	}
}

/* What the commands took, by kind and size, one block per policy. */
static char *latency_point(const struct tsim_document *document, const struct tsim_result *result)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < tsim_result_n_policies(result); i++) {
		append_block_name(out, result, i);
		append_latencies(out, &result->tally->policies[i].distributions.latencies);
	}
	return g_string_free(out, FALSE);
}

static char *paired_begin(const struct tsim_document *document, const struct tsim_head *head)
{
	return g_strdup("# index\tpolicy\treplications\tcorrupted\tlow\thigh"
			"\tstall_s\tlow\thigh\tcorrupted_significant\tstall_s_significant\n");
}

/*
 * Paired differences of each policy to the first: corrupted replications, and
 * seconds of waiting.
 */
static char *paired_point(const struct tsim_document *document, const struct tsim_result *result)
{
	double confidence = result->experiment->confidence;
	guint n = tsim_result_n_policies(result);
	GString *out = g_string_new(NULL);

	for (guint i = 1; i < n; i++) {
		const struct tsim_policy_tally *p = &result->tally->policies[i];
		struct tsim_estimate corrupted = tsim_paired_estimate(&p->corrupted, confidence);
		struct tsim_estimate stall = tsim_paired_estimate(&p->stall_s, confidence);
		g_autofree char *name = block_name(result, i);

		g_string_append_printf(out, "%" G_GUINT64_FORMAT "\t%s",
				       result->i * (n - 1) + i - 1, name);
		tsim_tsv_count(out, result->tally->replications);
		tsim_tsv_estimate(out, &corrupted);
		tsim_tsv_estimate(out, &stall);
		tsim_tsv_count(out, tsim_paired_share_significant(&p->corrupted, confidence));
		tsim_tsv_count(out, tsim_paired_significant(&p->stall_s, confidence));
		g_string_append_c(out, '\n');
	}
	return g_string_free(out, FALSE);
}

const struct tsim_document tsim_document_tables[] = {
	{ "data/corruption.tsv", .begin = corruption_begin, .point = corruption_point },
	{ "data/funnel.tsv", .begin = funnel_begin, .point = funnel_point },
	{ "data/paired.tsv", .begin = paired_begin, .point = paired_point },
	{ "data/stall.tsv", "stall", percentile_begin, percentile_point, NULL },
	{ "data/chunk-alloc.tsv", "chunk-alloc", percentile_begin, percentile_point, NULL },
	{ "data/commit.tsv", "commit", percentile_begin, percentile_point, NULL },
	{ "data/discard.tsv", "discard", percentile_begin, percentile_point, NULL },
	{ "data/read.tsv", "read", percentile_begin, read_point, NULL },
	{ "data/latency.tsv", .begin = latency_begin, .point = latency_point },
	{ .name = NULL },
};
