/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "result.h"

#include <math.h>
#include <string.h>
#include "latencies.h"

/* The shortest text that reads back as the same double: tables are compared bit for bit. */
static char *real_text(double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	if (!isfinite(value))
		return g_strdup(isinf(value) ? "inf" : "nan");
	for (int digits = 6; digits <= 17; digits++) {
		g_autofree char *format = g_strdup_printf("%%.%dg", digits);

		g_ascii_formatd(text, sizeof(text), format, value);
		if (g_ascii_strtod(text, NULL) == value)
			break;
	}
	return g_strdup(text);
}

static void append_real(GString *out, double value)
{
	g_autofree char *text = real_text(value);

	g_string_append_printf(out, "\t%s", text);
}

static void append_count(GString *out, guint64 value)
{
	g_string_append_printf(out, "\t%" G_GUINT64_FORMAT, value);
}

static void append_estimate(GString *out, const struct tsim_estimate *e)
{
	append_real(out, e->estimate);
	append_real(out, e->low);
	append_real(out, e->high);
}

/* Whole nanoseconds: what the histogram holds. */
static void append_limit(GString *out, double value)
{
	if (isfinite(value))
		append_count(out, (guint64)llround(value));
	else
		g_string_append(out, "\tnan");
}

static void append_percentiles(GString *out, const struct tsim_result *result, guint policy,
			       enum tsim_distribution which)
{
	const TsimHistogram *h = tsim_distribution_of(&result->tally->policies[policy], which);

	for (guint i = 0; i < TSIM_N_QUANTILES; i++) {
		struct tsim_estimate e = tsim_result_quantile(result, policy, which, i);

		append_limit(out, e.estimate);
		append_limit(out, e.low);
		append_limit(out, e.high);
	}
	append_limit(out, tsim_histogram_count(h) ? (double)tsim_histogram_max_ns(h) : NAN);
}

/* What varies comes first: numbers in base units, or texts. */
static void append_values(GString *out, const struct tsim_result *result)
{
	for (guint v = 0; v < result->head->n_variables; v++) {
		const struct tsim_variable *variable = &result->head->variables[v];
		g_autofree char *text = NULL;
		double number;

		if (variable->number && variable->number(result->values[v], &number))
			text = real_text(number);
		g_string_append_printf(out, "%s\t", text ? text : result->values[v]);
	}
}

static void append_device(GString *out, const struct tsim_outcome *sum)
{
	double counted = sum->counted_ns;

	append_real(out, sum->busy_ns / counted);
	append_real(out, sum->depth_ns / counted);
	append_count(out, sum->max_depth);
	append_real(out, sum->backlog_ns / counted);
	append_count(out, sum->max_backlog);
	append_real(out, sum->backlog_byte_seconds * TSIM_NS_PER_S / counted);
	append_count(out, sum->max_backlog_bytes);
}

static void append_point(GString *out, const struct tsim_result *result, guint policy)
{
	const struct tsim_outcome *sum = &result->tally->policies[policy].sum;
	struct tsim_summary s;

	tsim_result_summarize(result, policy, &s);
	append_values(out, result);
	g_string_append(out, result->experiment->policies[policy]);
	append_count(out, result->tally->replications);
	append_count(out, sum->corrupted);
	append_estimate(out, &s.probability);
	append_estimate(out, &s.per_hour);
	append_estimate(out, &s.per_removal);
	append_estimate(out, &s.per_trim_pass);
	append_count(out, sum->hits);
	append_count(out, sum->healed);
	append_count(out, sum->latent);
	append_count(out, sum->harmless);
	append_count(out, sum->undone);
	append_count(out, sum->power_losses);
	append_count(out, sum->overwritten_bytes);
	for (guint i = 0; i < TSIM_N_STAGES; i++)
		append_count(out, sum->funnel[i]);
	append_count(out, sum->requests);
	append_count(out, sum->stalled);
	append_count(out, sum->waiting);
	append_estimate(out, &s.stalled);
	append_percentiles(out, result, policy, TSIM_DIST_STALL);
	append_count(out, sum->stall_ns);
	for (guint i = 0; i < TSIM_N_STALL_CAUSES; i++)
		append_count(out, sum->stall_by_cause_ns[i]);
	append_count(out, sum->enospc);
	append_count(out, sum->false_enospc);
	append_count(out, sum->displaced);
	append_count(out, sum->shrunk);
	append_count(out, sum->extra_commits);
	append_count(out, sum->sticky_full_ns);
	append_count(out, sum->pinned_chunks);
	append_count(out, sum->pinned_max_bytes);
	append_real(out, sum->pinned_byte_seconds);
	append_percentiles(out, result, policy, TSIM_DIST_CHUNK_ALLOC);
	append_percentiles(out, result, policy, TSIM_DIST_COMMIT);
	append_percentiles(out, result, policy, TSIM_DIST_DISCARD);
	append_device(out, sum);
	append_real(out, sum->simulated_ns / (double)TSIM_NS_PER_S);
	append_count(out, sum->events);
	g_string_append_printf(out, "\t%016" G_GINT64_MODIFIER "x\n", sum->fingerprint);
}

static void append_names(GString *out, const char *prefix, const char *const *suffixes, guint n)
{
	for (guint i = 0; i < n; i++) {
		g_autofree char *name = g_strdelimit(g_strdup(suffixes[i]), " ", '_');

		g_string_append_printf(out, "\t%s%s", prefix, name);
	}
}

static char *points_begin(const struct tsim_document *document, const struct tsim_head *head)
{
	GString *out = g_string_new(NULL);
	static const char *const bounds[] = { "", "_low", "_high" };
	static const char *const percentiles[] = {
		"p50_ns",      "p50_low_ns",   "p50_high_ns", "p90_ns",	     "p90_low_ns",
		"p90_high_ns", "p99_ns",       "p99_low_ns",  "p99_high_ns", "p999_ns",
		"p999_low_ns", "p999_high_ns", "max_ns",
	};
	const guint n_percentiles = G_N_ELEMENTS(percentiles);

	for (guint v = 0; v < head->n_variables; v++)
		g_string_append_printf(out, "%s%s\t", head->variables[v].name,
				       head->variables[v].suffix);
	g_string_append(out, "policy\treplications\tcorrupted");
	append_names(out, "corruption_probability", bounds, 3);
	append_names(out, "corruptions_per_hour", bounds, 3);
	append_names(out, "per_removal", bounds, 3);
	append_names(out, "per_trim_pass", bounds, 3);
	g_string_append(out, "\thits\thealed\tlatent\tharmless\tundone\tpower_losses"
			     "\toverwritten_bytes");
	append_names(out, "funnel_", tsim_stage_names, TSIM_N_STAGES);
	g_string_append(out, "\trequests\tstalled\twaiting_at_end");
	append_names(out, "stall_probability", bounds, 3);
	append_names(out, "stall_", percentiles, n_percentiles);
	g_string_append(out, "\tstall_total_ns");
	append_names(out, "stall_ns_by_", tsim_stall_cause_names, TSIM_N_STALL_CAUSES);
	g_string_append(out,
			"\tenospc\tfalse_enospc\tdisplaced\tshrunk\textra_commits\tsticky_full_ns"
			"\tpinned_chunks\tpinned_max_bytes\tpinned_byte_seconds");
	append_names(out, "chunk_alloc_", percentiles, n_percentiles);
	append_names(out, "commit_", percentiles, n_percentiles);
	append_names(out, "discard_", percentiles, n_percentiles);
	g_string_append(out, "\tbusy_share\tqueue_depth\tmax_queue_depth\tdiscard_backlog"
			     "\tmax_discard_backlog\tdiscard_backlog_bytes"
			     "\tmax_discard_backlog_bytes");
	g_string_append(out, "\tsimulated_s\tevents\tfingerprint\n");
	return g_string_free(out, FALSE);
}

static char *points_point(const struct tsim_document *document, const struct tsim_result *result)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < tsim_result_n_policies(result); i++)
		append_point(out, result, i);
	return g_string_free(out, FALSE);
}

/* A line per point and policy, tab separated, under a line of names; nan: unknown. */
const struct tsim_document tsim_document_points = { "points.tsv", .begin = points_begin,
						    .point = points_point };

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
		append_count(out, result->tally->replications);
		append_count(out, result->tally->policies[i].sum.corrupted);
		append_estimate(out, &s.probability);
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
	append_estimate(out, &share);
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
	g_autofree char *x_text = real_text(x);
	g_autofree char *t_text = real_text(t / (double)TSIM_NS_PER_S);

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
	static const double q[] = { 0.5, 0.9, 0.99, 0.999 };
	guint64 n = tsim_histogram_count(h);

	append_count(out, n);
	for (guint i = 0; i < G_N_ELEMENTS(q); i++)
		append_limit(out, tsim_percentile_supported(n, q[i]) ?
					  (double)tsim_histogram_quantile_ns(h, q[i]) :
					  NAN);
	append_limit(out, n ? (double)tsim_histogram_max_ns(h) : NAN);
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
			"\tstall_s\tlow\thigh\n");
}

/* Paired differences of each policy to the first: corrupted replications, and seconds of waiting. */
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
		append_count(out, result->tally->replications);
		append_estimate(out, &corrupted);
		append_estimate(out, &stall);
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
