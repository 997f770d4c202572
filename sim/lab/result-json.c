/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "result-json.h"

#include <math.h>
#include <string.h>
#include "json-members.h"
#include "model-version.h"
#include "plan.h"

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
	for (guint i = 0; i < TSIM_N_QUANTILES; i++) {
		struct tsim_estimate e = tsim_result_quantile(result, policy, which, i);

		add_limit(b, tsim_quantile_names[i], "", e.estimate);
		add_limit(b, tsim_quantile_names[i], "_low", e.low);
		add_limit(b, tsim_quantile_names[i], "_high", e.high);
	}
}

static void add_histogram(JsonBuilder *b, const char *name, const struct tsim_result *result,
			  guint policy, enum tsim_distribution which)
{
	const TsimHistogram *h = tsim_distribution_of(&result->tally->policies[policy], which);

	tsim_json_begin_histogram(b, name, h);
	add_percentiles(b, result, policy, which);
	tsim_json_end_histogram(b, h);
}

static void add_first_hit(JsonBuilder *b, const struct tsim_result *result, guint policy)
{
	const TsimHistogram *h = result->tally->policies[policy].first_hit;
	struct tsim_estimate p50 = tsim_result_first_hit(result, policy);
	guint64 n = tsim_histogram_count(h);

	tsim_json_begin(b, "first_hit_s");
	tsim_json_count(b, "count", n);
	tsim_json_number(b, "min", n ? tsim_histogram_min_ns(h) / (double)TSIM_NS_PER_S : NAN);
	tsim_json_number(b, "p50", p50.estimate / TSIM_NS_PER_S);
	tsim_json_number(b, "p50_low", p50.low / TSIM_NS_PER_S);
	tsim_json_number(b, "p50_high", p50.high / TSIM_NS_PER_S);
	tsim_json_number(b, "max", n ? tsim_histogram_max_ns(h) / (double)TSIM_NS_PER_S : NAN);
	json_builder_end_object(b);
}

static void add_corruption(JsonBuilder *b, const struct tsim_result *result, guint policy,
			   const struct tsim_summary *s)
{
	const struct tsim_policy_tally *p = &result->tally->policies[policy];

	tsim_json_count(b, "corrupted", p->sum.corrupted);
	tsim_json_estimate(b, "corruption_probability", &s->probability);
	tsim_json_estimate(b, "corruptions_per_hour", &s->per_hour);
	tsim_json_estimate(b, "per_removal", &s->per_removal);
	tsim_json_estimate(b, "per_trim_pass", &s->per_trim_pass);
	tsim_json_count(b, "destroying_discards", p->sum.destroying);
	tsim_json_count(b, "hits", p->sum.hits);
	tsim_json_count(b, "healed", p->sum.healed);
	tsim_json_count(b, "undone", p->sum.undone);
	tsim_json_count(b, "latent", p->sum.latent);
	tsim_json_count(b, "persistent", p->sum.persistent);
	tsim_json_count(b, "harmless", p->sum.harmless);
	tsim_json_count(b, "lost_bytes", p->sum.lost_bytes);
	tsim_json_count(b, "overwritten_bytes", p->sum.overwritten_bytes);
	tsim_json_count(b, "power_losses", p->sum.power_losses);
	add_first_hit(b, result, policy);
	tsim_json_begin(b, "funnel");
	for (guint i = 0; i < TSIM_N_STAGES; i++)
		tsim_json_count(b, tsim_stage_names[i], p->sum.funnel[i]);
	json_builder_end_object(b);
}

static void add_allocation(JsonBuilder *b, const struct tsim_result *result, guint policy,
			   const struct tsim_summary *s)
{
	const struct tsim_outcome *sum = &result->tally->policies[policy].sum;

	tsim_json_begin(b, "allocation");
	tsim_json_count(b, "requests", sum->requests);
	tsim_json_count(b, "stalled", sum->stalled);
	tsim_json_count(b, "waiting_at_end", sum->waiting);
	tsim_json_estimate(b, "stall_probability", &s->stalled);
	tsim_json_count(b, "enospc", sum->enospc);
	tsim_json_count(b, "false_enospc", sum->false_enospc);
	tsim_json_estimate(b, "false_enospc_probability", &s->false_enospc);
	tsim_json_count(b, "displaced", sum->displaced);
	tsim_json_count(b, "shrunk", sum->shrunk);
	tsim_json_count(b, "extra_commits", sum->extra_commits);
	tsim_json_count(b, "eexist", sum->eexist);
	tsim_json_count(b, "sticky_full_ns", sum->sticky_full_ns);
	add_histogram(b, "stall_ns", result, policy, TSIM_DIST_STALL);
	tsim_json_begin(b, "by_cause_ns");
	for (guint i = 0; i < TSIM_N_STALL_CAUSES; i++)
		tsim_json_count(b, tsim_stall_cause_names[i], sum->stall_by_cause_ns[i]);
	json_builder_end_object(b);
	json_builder_end_object(b);
}

/* Over the replications, for who compares them with others: those are means of as many numbers. */
static void add_moments(JsonBuilder *b, const char *name, const struct tsim_ratio *r)
{
	double n = r->n, mean = r->sx / n;

	tsim_json_begin(b, name);
	tsim_json_number(b, "mean", mean);
	tsim_json_number(b, "sd", n > 1 ? sqrt(MAX(0, r->sxx - n * mean * mean) / (n - 1)) : NAN);
	json_builder_end_object(b);
}

static void add_per_replication(JsonBuilder *b, const struct tsim_policy_tally *p)
{
	tsim_json_begin(b, "per_replication");
	add_moments(b, "destroyed", &p->per_hour);
	add_moments(b, "stalled", &p->stalled);
	add_moments(b, "stall_s", &p->stall_time);
	json_builder_end_object(b);
}

static void add_activity(JsonBuilder *b, const struct tsim_outcome *sum)
{
	tsim_json_count(b, "discards", sum->discards);
	tsim_json_count(b, "discard_bytes", sum->discard_bytes);
	tsim_json_count(b, "discards_misdirected", sum->discards_misdirected);
	tsim_json_count(b, "trim_passes", sum->trim_passes);
	tsim_json_count(b, "trim_errors", sum->trim_errors);
	tsim_json_count(b, "removals", sum->removals);
	tsim_json_count(b, "removals_skipped", sum->removals_skipped);
	tsim_json_count(b, "chunks_allocated", sum->chunks_allocated);
	tsim_json_count(b, "commits", sum->commits);
	tsim_json_count(b, "forced_commits", sum->forced_commits);
	tsim_json_count(b, "log_commits", sum->log_commits);
	tsim_json_count(b, "relocations", sum->relocations);
	tsim_json_count(b, "relocations_failed", sum->relocations_failed);
	tsim_json_number(b, "simulated_s", sum->simulated_ns / (double)TSIM_NS_PER_S);
	tsim_json_count(b, "events", sum->events);
}

static void add_hex(JsonBuilder *b, const char *name, guint64 value)
{
	g_autofree char *text = g_strdup_printf("%016" G_GINT64_MODIFIER "x", value);

	tsim_json_text(b, name, text);
}

static void add_policy(JsonBuilder *b, const struct tsim_result *result, guint policy)
{
	const struct tsim_policy_tally *p = &result->tally->policies[policy];
	struct tsim_summary s;

	tsim_result_summarize(result, policy, &s);
	tsim_json_begin(b, result->experiment->policies[policy]);
	tsim_json_count(b, "replications", result->tally->replications);
	add_corruption(b, result, policy, &s);
	add_allocation(b, result, policy, &s);
	add_per_replication(b, p);
	tsim_json_begin(b, "pinned");
	tsim_json_count(b, "chunks", p->sum.pinned_chunks);
	tsim_json_count(b, "pin_overlaps", p->sum.pin_overlaps);
	tsim_json_count(b, "max_bytes", p->sum.pinned_max_bytes);
	tsim_json_number(b, "byte_seconds", p->sum.pinned_byte_seconds);
	json_builder_end_object(b);
	add_histogram(b, "chunk_alloc_ns", result, policy, TSIM_DIST_CHUNK_ALLOC);
	add_histogram(b, "commit_ns", result, policy, TSIM_DIST_COMMIT);
	add_histogram(b, "discard_ns", result, policy, TSIM_DIST_DISCARD);
	add_histogram(b, "io_ns", result, policy, TSIM_DIST_IO);
	add_activity(b, &p->sum);
	tsim_result_json_device(b, p, result->tally->replications == 0);
	add_hex(b, "fingerprint", p->sum.fingerprint);
	json_builder_end_object(b);
}

static void add_difference(JsonBuilder *b, const char *name, const struct tsim_paired *d,
			   gboolean significant, double confidence)
{
	struct tsim_estimate e = tsim_paired_estimate(d, confidence);

	tsim_json_begin(b, name);
	tsim_json_estimate_members(b, &e);
	tsim_json_boolean(b, "significant", significant);
	json_builder_end_object(b);
}

static void add_paired(JsonBuilder *b, const struct tsim_result *result)
{
	const struct tsim_experiment *e = result->experiment;

	tsim_json_begin(b, "paired");
	for (guint i = 1; i < tsim_result_n_policies(result); i++) {
		const struct tsim_policy_tally *p = &result->tally->policies[i];

		tsim_json_begin(b, e->policies[i]);
		tsim_json_text(b, "baseline", e->policies[0]);
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
	tsim_json_begin_array(b, "failures");
	for (guint i = 0; i < result->failures->len; i++) {
		const struct tsim_failure *failure = g_ptr_array_index(result->failures, i);

		json_builder_begin_object(b);
		tsim_json_text(b, "policy", result->experiment->policies[failure->policy]);
		tsim_json_count(b, "seed", result->experiment->seed);
		tsim_json_count(b, "replication", failure->replication);
		tsim_json_text(b, "message", failure->message);
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
}

/* The texts as they are in the configuration: numbers with units. */
static void add_parameters(JsonBuilder *b, const struct tsim_result *result)
{
	tsim_json_begin(b, "parameters");
	for (guint v = 0; v < result->head->n_variables; v++)
		tsim_json_text(b, result->head->variables[v].name, result->values[v]);
	json_builder_end_object(b);
}

/* By which the store knows the point. */
static void add_key(JsonBuilder *b, const guint8 *key)
{
	GString *hex = g_string_new(NULL);

	for (guint i = 0; i < TSIM_KEY_SIZE; i++)
		g_string_append_printf(hex, "%02x", key[i]);
	tsim_json_text(b, "key", hex->str);
	g_string_free(hex, TRUE);
}

/** tsim_result_json() - a point as an object; names: docs/results.md.  (transfer full) */
JsonNode *tsim_result_json(const struct tsim_result *result)
{
	g_autoptr(JsonBuilder) b = json_builder_new();

	json_builder_begin_object(b);
	add_parameters(b, result);
	if (result->key)
		add_key(b, result->key);
	tsim_json_text(b, "stopped", tsim_stopped_names[result->stopped]);
	tsim_json_begin(b, "policies");
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

	json_builder_begin_object(b);
	tsim_json_text(b, "trimsim", TSIM_VERSION);
	tsim_json_text(b, "model", tsim_model_version);
	tsim_json_text(b, "experiment", head->name);
	tsim_json_count(b, "seed", head->experiment->seed);
	tsim_json_text(b, "device", head->common.device);
	tsim_json_text(b, "filesystem", head->common.filesystem);
	tsim_json_text(b, "workload", head->common.workload);
	tsim_json_boolean(b, "bare_device", head->common.bare);
	tsim_json_count(b, "points_in_all", head->n_all);
	tsim_json_begin_array(b, "points");
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
