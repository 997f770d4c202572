/* SPDX-License-Identifier: GPL-3.0-or-later */
/* points.tsv: all numbers of all points. */
#include "result.h"

#include <math.h>
#include "tsv.h"

static void append_percentiles(GString *out, const struct tsim_result *result, guint policy,
			       enum tsim_distribution which)
{
	const TsimHistogram *h = tsim_distribution_of(&result->tally->policies[policy], which);

	for (guint i = 0; i < TSIM_N_QUANTILES; i++) {
		struct tsim_estimate e = tsim_result_quantile(result, policy, which, i);

		tsim_tsv_ns(out, e.estimate);
		tsim_tsv_ns(out, e.low);
		tsim_tsv_ns(out, e.high);
	}
	tsim_tsv_ns(out, tsim_histogram_count(h) ? (double)tsim_histogram_max_ns(h) : NAN);
}

/* What varies comes first: numbers in base units, or texts. */
static void append_values(GString *out, const struct tsim_result *result)
{
	for (guint v = 0; v < result->head->n_variables; v++) {
		const struct tsim_variable *variable = &result->head->variables[v];
		g_autofree char *text = NULL;
		double number;

		if (variable->number && variable->number(result->values[v], &number))
			text = tsim_tsv_text(number);
		g_string_append_printf(out, "%s\t", text ? text : result->values[v]);
	}
}

static void append_device(GString *out, const struct tsim_outcome *sum)
{
	double counted = sum->counted_ns;

	tsim_tsv_real(out, sum->busy_ns / counted);
	tsim_tsv_real(out, sum->depth_ns / counted);
	tsim_tsv_count(out, sum->max_depth);
	tsim_tsv_real(out, sum->backlog_ns / counted);
	tsim_tsv_count(out, sum->max_backlog);
	tsim_tsv_real(out, sum->backlog_byte_seconds * TSIM_NS_PER_S / counted);
	tsim_tsv_count(out, sum->max_backlog_bytes);
}

static void append_flash(GString *out, const struct tsim_outcome *sum)
{
	double pages = sum->host_pages + sum->moved_pages;

	tsim_tsv_real(out, sum->host_pages ? pages / sum->host_pages : NAN);
	tsim_tsv_count(out, sum->host_pages);
	tsim_tsv_count(out, sum->moved_pages);
	tsim_tsv_count(out, sum->erased_blocks);
	tsim_tsv_count(out, sum->trimmed_pages);
}

static void append_point(GString *out, const struct tsim_result *result, guint policy)
{
	const struct tsim_outcome *sum = &result->tally->policies[policy].sum;
	struct tsim_summary s;

	tsim_result_summarize(result, policy, &s);
	append_values(out, result);
	g_string_append(out, result->experiment->policies[policy]);
	tsim_tsv_count(out, result->tally->replications);
	tsim_tsv_count(out, sum->corrupted);
	tsim_tsv_estimate(out, &s.probability);
	tsim_tsv_estimate(out, &s.per_hour);
	tsim_tsv_estimate(out, &s.per_removal);
	tsim_tsv_estimate(out, &s.per_trim_pass);
	tsim_tsv_count(out, sum->hits);
	tsim_tsv_count(out, sum->healed);
	tsim_tsv_count(out, sum->latent);
	tsim_tsv_count(out, sum->harmless);
	tsim_tsv_count(out, sum->undone);
	tsim_tsv_count(out, sum->power_losses);
	tsim_tsv_count(out, sum->overwritten_bytes);
	for (guint i = 0; i < TSIM_N_STAGES; i++)
		tsim_tsv_count(out, sum->funnel[i]);
	tsim_tsv_count(out, sum->requests);
	tsim_tsv_count(out, sum->stalled);
	tsim_tsv_count(out, sum->waiting);
	tsim_tsv_estimate(out, &s.stalled);
	append_percentiles(out, result, policy, TSIM_DIST_STALL);
	tsim_tsv_count(out, sum->stall_ns);
	for (guint i = 0; i < TSIM_N_STALL_CAUSES; i++)
		tsim_tsv_count(out, sum->stall_by_cause_ns[i]);
	tsim_tsv_count(out, sum->enospc);
	tsim_tsv_count(out, sum->false_enospc);
	tsim_tsv_count(out, sum->displaced);
	tsim_tsv_count(out, sum->shrunk);
	tsim_tsv_count(out, sum->extra_commits);
	tsim_tsv_count(out, sum->sticky_full_ns);
	tsim_tsv_count(out, sum->pinned_chunks);
	tsim_tsv_count(out, sum->pinned_max_bytes);
	tsim_tsv_real(out, sum->pinned_byte_seconds);
	append_percentiles(out, result, policy, TSIM_DIST_CHUNK_ALLOC);
	append_percentiles(out, result, policy, TSIM_DIST_COMMIT);
	append_percentiles(out, result, policy, TSIM_DIST_DISCARD);
	append_device(out, sum);
	append_flash(out, sum);
	tsim_tsv_real(out, sum->simulated_ns / (double)TSIM_NS_PER_S);
	tsim_tsv_count(out, sum->events);
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
	g_string_append(out, "\twrite_amplification\thost_pages\tmoved_pages\terased_blocks"
			     "\ttrimmed_pages");
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
