/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "result-json.h"

#include <math.h>
#include <string.h>
#include "json-members.h"
#include "model-version.h"
#include "plan.h"

static void add_count(JsonBuilder *b, const char *name, guint64 value)
{
	json_builder_set_member_name(b, name);
	json_builder_add_int_value(b, value);
}

static void add_text(JsonBuilder *b, const char *name, const char *value)
{
	json_builder_set_member_name(b, name);
	json_builder_add_string_value(b, value);
}

/* JSON has neither NaN nor infinity: what is not known is null. */
static void add_real(JsonBuilder *b, const char *name, double value)
{
	json_builder_set_member_name(b, name);
	if (isfinite(value))
		json_builder_add_double_value(b, value);
	else
		json_builder_add_null_value(b);
}

static void begin(JsonBuilder *b, const char *name)
{
	if (name)
		json_builder_set_member_name(b, name);
	json_builder_begin_object(b);
}

static void estimate_members(JsonBuilder *b, const struct tsim_estimate *e)
{
	add_real(b, "estimate", e->estimate);
	add_real(b, "low", e->low);
	add_real(b, "high", e->high);
	add_real(b, "confidence", e->confidence);
	add_text(b, "method", e->method);
}

static void add_estimate(JsonBuilder *b, const char *name, const struct tsim_estimate *e)
{
	begin(b, name);
	estimate_members(b, e);
	json_builder_end_object(b);
}

static void add_limit(JsonBuilder *b, const char *name, const char *which, double value)
{
	g_autofree char *member = g_strconcat(name, which, NULL);

	json_builder_set_member_name(b, member);
	if (isfinite(value))
		json_builder_add_int_value(b, llround(value));
	else
		json_builder_add_null_value(b);
}

/* Percentiles that too few samples carry are null. */
static void add_percentiles(JsonBuilder *b, const struct tsim_result *result, guint policy,
			    enum tsim_distribution which)
{
	static const char *const names[] = { "p50", "p90", "p99", "p999" };

	for (guint i = 0; i < TSIM_N_QUANTILES; i++) {
		struct tsim_estimate e = tsim_result_quantile(result, policy, which, i);

		add_limit(b, names[i], "", e.estimate);
		add_limit(b, names[i], "_low", e.low);
		add_limit(b, names[i], "_high", e.high);
	}
}

static void begin_histogram(JsonBuilder *b, const char *name, const TsimHistogram *h)
{
	guint64 n = tsim_histogram_count(h);

	begin(b, name);
	add_count(b, "count", n);
	add_real(b, "mean", n ? tsim_histogram_total_ns(h) / n : NAN);
}

static void end_histogram(JsonBuilder *b, const TsimHistogram *h)
{
	guint64 n = tsim_histogram_count(h);

	json_builder_set_member_name(b, "max");
	if (n)
		json_builder_add_int_value(b, tsim_histogram_max_ns(h));
	else
		json_builder_add_null_value(b);
	json_builder_set_member_name(b, "total");
	json_builder_add_int_value(b, n ? llround(tsim_histogram_total_ns(h)) : 0);
	json_builder_end_object(b);
}

static void add_histogram(JsonBuilder *b, const char *name, const struct tsim_result *result,
			  guint policy, enum tsim_distribution which)
{
	const TsimHistogram *h = tsim_distribution_of(&result->tally->policies[policy], which);

	begin_histogram(b, name, h);
	add_percentiles(b, result, policy, which);
	end_histogram(b, h);
}

/* Of one kind and size; how its percentiles vary between replications is not kept. */
static void add_latency(JsonBuilder *b, const char *name, const TsimHistogram *h)
{
	static const struct {
		const char *name;
		double q;
	} percentiles[] = { { "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 }, { "p999", 0.999 } };
	guint64 n = tsim_histogram_count(h);

	begin_histogram(b, name, h);
	for (guint i = 0; i < G_N_ELEMENTS(percentiles); i++)
		add_real(b, percentiles[i].name,
			 tsim_percentile_supported(n, percentiles[i].q) ?
				 (double)tsim_histogram_quantile_ns(h, percentiles[i].q) :
				 NAN);
	end_histogram(b, h);
}

static void add_first_hit(JsonBuilder *b, const struct tsim_result *result, guint policy)
{
	const TsimHistogram *h = result->tally->policies[policy].first_hit;
	struct tsim_estimate p50 = tsim_result_first_hit(result, policy);
	guint64 n = tsim_histogram_count(h);

	begin(b, "first_hit_s");
	add_count(b, "count", n);
	add_real(b, "min", n ? tsim_histogram_min_ns(h) / (double)TSIM_NS_PER_S : NAN);
	add_real(b, "p50", p50.estimate / TSIM_NS_PER_S);
	add_real(b, "p50_low", p50.low / TSIM_NS_PER_S);
	add_real(b, "p50_high", p50.high / TSIM_NS_PER_S);
	add_real(b, "max", n ? tsim_histogram_max_ns(h) / (double)TSIM_NS_PER_S : NAN);
	json_builder_end_object(b);
}

static void add_corruption(JsonBuilder *b, const struct tsim_result *result, guint policy,
			   const struct tsim_summary *s)
{
	const struct tsim_policy_tally *p = &result->tally->policies[policy];

	add_count(b, "corrupted", p->sum.corrupted);
	add_estimate(b, "corruption_probability", &s->probability);
	add_estimate(b, "corruptions_per_hour", &s->per_hour);
	add_estimate(b, "per_removal", &s->per_removal);
	add_estimate(b, "per_trim_pass", &s->per_trim_pass);
	add_count(b, "hits", p->sum.hits);
	add_count(b, "healed", p->sum.healed);
	add_count(b, "undone", p->sum.undone);
	add_count(b, "latent", p->sum.latent);
	add_count(b, "persistent", p->sum.persistent);
	add_count(b, "harmless", p->sum.harmless);
	add_count(b, "lost_bytes", p->sum.lost_bytes);
	add_count(b, "overwritten_bytes", p->sum.overwritten_bytes);
	add_count(b, "power_losses", p->sum.power_losses);
	add_first_hit(b, result, policy);
	begin(b, "funnel");
	for (guint i = 0; i < TSIM_N_STAGES; i++)
		add_count(b, tsim_stage_names[i], p->sum.funnel[i]);
	json_builder_end_object(b);
}

static void add_allocation(JsonBuilder *b, const struct tsim_result *result, guint policy,
			   const struct tsim_summary *s)
{
	const struct tsim_outcome *sum = &result->tally->policies[policy].sum;

	begin(b, "allocation");
	add_count(b, "requests", sum->requests);
	add_count(b, "stalled", sum->stalled);
	add_count(b, "waiting_at_end", sum->waiting);
	add_estimate(b, "stall_probability", &s->stalled);
	add_count(b, "enospc", sum->enospc);
	add_count(b, "false_enospc", sum->false_enospc);
	add_estimate(b, "false_enospc_probability", &s->false_enospc);
	add_count(b, "displaced", sum->displaced);
	add_count(b, "shrunk", sum->shrunk);
	add_count(b, "extra_commits", sum->extra_commits);
	add_count(b, "eexist", sum->eexist);
	add_count(b, "sticky_full_ns", sum->sticky_full_ns);
	add_histogram(b, "stall_ns", result, policy, TSIM_DIST_STALL);
	begin(b, "by_cause_ns");
	for (guint i = 0; i < TSIM_N_STALL_CAUSES; i++)
		add_count(b, tsim_stall_cause_names[i], sum->stall_by_cause_ns[i]);
	json_builder_end_object(b);
	json_builder_end_object(b);
}

/* Over the replications, for who compares them with others: those are means of as many numbers. */
static void add_moments(JsonBuilder *b, const char *name, const struct tsim_ratio *r)
{
	double n = r->n, mean = r->sx / n;

	begin(b, name);
	add_real(b, "mean", mean);
	add_real(b, "sd", n > 1 ? sqrt(MAX(0, r->sxx - n * mean * mean) / (n - 1)) : NAN);
	json_builder_end_object(b);
}

static void add_per_replication(JsonBuilder *b, const struct tsim_policy_tally *p)
{
	begin(b, "per_replication");
	add_moments(b, "destroyed", &p->per_hour);
	add_moments(b, "stalled", &p->stalled);
	add_moments(b, "stall_s", &p->stall_time);
	json_builder_end_object(b);
}

static void add_activity(JsonBuilder *b, const struct tsim_outcome *sum)
{
	add_count(b, "discards", sum->discards);
	add_count(b, "discard_bytes", sum->discard_bytes);
	add_count(b, "discards_misdirected", sum->discards_misdirected);
	add_count(b, "trim_passes", sum->trim_passes);
	add_count(b, "trim_errors", sum->trim_errors);
	add_count(b, "removals", sum->removals);
	add_count(b, "removals_skipped", sum->removals_skipped);
	add_count(b, "chunks_allocated", sum->chunks_allocated);
	add_count(b, "commits", sum->commits);
	add_count(b, "forced_commits", sum->forced_commits);
	add_count(b, "log_commits", sum->log_commits);
	add_count(b, "relocations", sum->relocations);
	add_count(b, "relocations_failed", sum->relocations_failed);
	add_real(b, "simulated_s", sum->simulated_ns / (double)TSIM_NS_PER_S);
	add_count(b, "events", sum->events);
}

/*
 * Only the sizes that there are, or there would be little else in the file;
 * all of them when nothing has run, for those who ask for the names.
 */
static void add_latencies(JsonBuilder *b, const struct tsim_latencies *latencies, enum tsim_io io,
			  gboolean all)
{
	g_autoptr(TsimHistogram) none = tsim_histogram_new();

	begin(b, "latency_ns");
	for (guint size = 0; size < TSIM_N_SIZES; size++) {
		const TsimHistogram *h = latencies->of[io * TSIM_N_SIZES + size];

		if (h || all)
			add_latency(b, tsim_size_names[size], h ? h : none);
	}
	json_builder_end_object(b);
}

static void add_mean_max(JsonBuilder *b, const char *name, double mean, guint64 max)
{
	begin(b, name);
	add_real(b, "mean", mean);
	add_count(b, "max", max);
	json_builder_end_object(b);
}

/* Sums over the replications, and what follows from them. */
static void add_device(JsonBuilder *b, const struct tsim_policy_tally *p, gboolean all)
{
	const struct tsim_outcome *sum = &p->sum;
	double counted = sum->counted_ns;

	begin(b, "device");
	add_real(b, "counted_s", counted / TSIM_NS_PER_S);
	add_real(b, "busy_share", sum->busy_ns / counted);
	add_mean_max(b, "queue_depth", sum->depth_ns / counted, sum->max_depth);
	add_mean_max(b, "discard_backlog", sum->backlog_ns / counted, sum->max_backlog);
	add_mean_max(b, "discard_backlog_bytes",
		     sum->backlog_byte_seconds * TSIM_NS_PER_S / counted, sum->max_backlog_bytes);
	for (guint i = 0; i < TSIM_N_IO; i++) {
		begin(b, tsim_io_names[i]);
		add_count(b, "commands", sum->commands[i]);
		add_count(b, "wait_ns", sum->wait_ns[i]);
		add_count(b, "service_ns", sum->service_ns[i]);
		add_latencies(b, &p->distributions.latencies, i, all);
		json_builder_end_object(b);
	}
	json_builder_end_object(b);
}

static void add_flash(JsonBuilder *b, const struct tsim_outcome *sum)
{
	guint64 pages = sum->host_pages + sum->moved_pages;

	begin(b, "flash");
	add_count(b, "host_pages", sum->host_pages);
	add_count(b, "moved_pages", sum->moved_pages);
	add_count(b, "erased_blocks", sum->erased_blocks);
	add_count(b, "trimmed_pages", sum->trimmed_pages);
	json_builder_end_object(b);
	add_real(b, "write_amplification", sum->host_pages ? (double)pages / sum->host_pages : NAN);
}

static void add_hex(JsonBuilder *b, const char *name, guint64 value)
{
	g_autofree char *text = g_strdup_printf("%016" G_GINT64_MODIFIER "x", value);

	add_text(b, name, text);
}

static void add_policy(JsonBuilder *b, const struct tsim_result *result, guint policy)
{
	const struct tsim_policy_tally *p = &result->tally->policies[policy];
	struct tsim_summary s;

	tsim_result_summarize(result, policy, &s);
	begin(b, result->experiment->policies[policy]);
	add_count(b, "replications", result->tally->replications);
	add_corruption(b, result, policy, &s);
	add_allocation(b, result, policy, &s);
	add_per_replication(b, p);
	begin(b, "pinned");
	add_count(b, "chunks", p->sum.pinned_chunks);
	add_count(b, "pin_overlaps", p->sum.pin_overlaps);
	add_count(b, "max_bytes", p->sum.pinned_max_bytes);
	add_real(b, "byte_seconds", p->sum.pinned_byte_seconds);
	json_builder_end_object(b);
	add_histogram(b, "chunk_alloc_ns", result, policy, TSIM_DIST_CHUNK_ALLOC);
	add_histogram(b, "commit_ns", result, policy, TSIM_DIST_COMMIT);
	add_histogram(b, "discard_ns", result, policy, TSIM_DIST_DISCARD);
	add_histogram(b, "io_ns", result, policy, TSIM_DIST_IO);
	add_activity(b, &p->sum);
	add_device(b, p, result->tally->replications == 0);
	add_flash(b, &p->sum);
	add_hex(b, "fingerprint", p->sum.fingerprint);
	json_builder_end_object(b);
}

static void add_difference(JsonBuilder *b, const char *name, const struct tsim_paired *d,
			   gboolean significant, double confidence)
{
	struct tsim_estimate e = tsim_paired_estimate(d, confidence);

	begin(b, name);
	estimate_members(b, &e);
	json_builder_set_member_name(b, "significant");
	json_builder_add_boolean_value(b, significant);
	json_builder_end_object(b);
}

static void add_paired(JsonBuilder *b, const struct tsim_result *result)
{
	const struct tsim_experiment *e = result->experiment;

	begin(b, "paired");
	for (guint i = 1; i < tsim_result_n_policies(result); i++) {
		const struct tsim_policy_tally *p = &result->tally->policies[i];

		begin(b, e->policies[i]);
		add_text(b, "baseline", e->policies[0]);
		add_difference(b, "corrupted", &p->corrupted,
			       tsim_paired_share_significant(&p->corrupted, e->confidence),
			       e->confidence);
		add_difference(b, "stalled", &p->stalls,
			       tsim_paired_significant(&p->stalls, e->confidence), e->confidence);
		add_difference(b, "stall_s", &p->stall_s,
			       tsim_paired_significant(&p->stall_s, e->confidence), e->confidence);
		json_builder_end_object(b);
	}
	json_builder_end_object(b);
}

static void add_failures(JsonBuilder *b, const struct tsim_result *result)
{
	json_builder_set_member_name(b, "failures");
	json_builder_begin_array(b);
	for (guint i = 0; i < result->failures->len; i++) {
		const struct tsim_failure *failure = g_ptr_array_index(result->failures, i);

		begin(b, NULL);
		add_text(b, "policy", result->experiment->policies[failure->policy]);
		add_count(b, "seed", result->experiment->seed);
		add_count(b, "replication", failure->replication);
		add_text(b, "message", failure->message);
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
}

/* The texts as they are in the configuration: numbers with units. */
static void add_parameters(JsonBuilder *b, const struct tsim_result *result)
{
	begin(b, "parameters");
	for (guint v = 0; v < result->head->n_variables; v++)
		add_text(b, result->head->variables[v].name, result->values[v]);
	json_builder_end_object(b);
}

/* By which the store knows the point. */
static void add_key(JsonBuilder *b, const guint8 *key)
{
	GString *hex = g_string_new(NULL);

	for (guint i = 0; i < TSIM_KEY_SIZE; i++)
		g_string_append_printf(hex, "%02x", key[i]);
	add_text(b, "key", hex->str);
	g_string_free(hex, TRUE);
}

/** tsim_result_json() - a point as an object; names: docs/results.md.  (transfer full) */
JsonNode *tsim_result_json(const struct tsim_result *result)
{
	g_autoptr(JsonBuilder) b = json_builder_new();

	begin(b, NULL);
	add_parameters(b, result);
	if (result->key)
		add_key(b, result->key);
	add_text(b, "stopped", tsim_stopped_names[result->stopped]);
	begin(b, "policies");
	for (guint i = 0; i < tsim_result_n_policies(result); i++)
		add_policy(b, result, i);
	json_builder_end_object(b);
	add_paired(b, result);
	add_failures(b, result);
	json_builder_end_object(b);
	return json_builder_get_root(b);
}

/* What follows the points, from the array's bracket on. */
#define END "]\n}"

/* All of the object but the points, which are many: they are written one by one. */
static char *json_begin(const struct tsim_document *document, const struct tsim_head *head)
{
	g_autoptr(JsonBuilder) b = json_builder_new();
	g_autoptr(JsonNode) root = NULL;
	g_autofree char *text = NULL;

	begin(b, NULL);
	add_text(b, "trimsim", TSIM_VERSION);
	add_text(b, "model", tsim_model_version);
	add_text(b, "experiment", head->name);
	add_count(b, "seed", head->experiment->seed);
	add_text(b, "device", head->experiment->device);
	add_text(b, "filesystem", head->experiment->filesystem);
	add_text(b, "workload", head->experiment->workload);
	add_count(b, "points_in_all", head->n_all);
	json_builder_set_member_name(b, "points");
	json_builder_begin_array(b);
	json_builder_end_array(b);
	json_builder_end_object(b);
	root = json_builder_get_root(b);
	text = tsim_json_print(root);
	return g_strndup(text, strlen(text) - strlen(END));
}

/* A line end within a text is escaped, so that those that are there can be indented. */
static char *json_point(const struct tsim_document *document, const struct tsim_result *result)
{
	g_autoptr(JsonNode) node = tsim_result_json(result);
	g_autofree char *text = tsim_json_print(node);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autofree char *indented = g_strjoinv("\n    ", lines);

	return g_strconcat(result->i ? ",\n    " : "\n    ", indented, NULL);
}

static char *json_end(const struct tsim_document *document, const struct tsim_head *head)
{
	return g_strdup("\n  " END "\n");
}

const struct tsim_document tsim_document_json = { "result.json", .begin = json_begin,
						  .point = json_point, .end = json_end };
