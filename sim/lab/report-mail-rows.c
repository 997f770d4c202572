/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One point in a mail: a row per number, a column per policy, the paired difference. */
#include "report-mail-rows.h"

#include <math.h>
#include <string.h>
#include "report-bare.h"
#include "text.h"

#define NAME_WIDTH 22
#define VALUE_WIDTH 18
#define DIFFERENCE_WIDTH (TSIM_TEXT_WIDTH - NAME_WIDTH - 2 * VALUE_WIDTH)

/* A text of the value at @path of a policy.  (transfer full) */
typedef char *(*row_fn)(JsonObject *policy, const char *path);

struct row {
	const char *name;
	row_fn text;
	const char *path, *paired; /* paired: the name of its difference, or NULL */
};

/** tsim_mail_runs() - "857:1000000" */
char *tsim_mail_runs(JsonObject *policy)
{
	return g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
			       tsim_stored_count(policy, "corrupted"),
			       tsim_stored_count(policy, "replications"));
}

/** tsim_mail_mark() - " *" when the paired difference is significant */
const char *tsim_mail_mark(JsonObject *paired, const char *name)
{
	return tsim_stored_flag(paired, name, "significant") ? " *" : "";
}

static char *runs(JsonObject *policy, const char *path)
{
	return tsim_mail_runs(policy);
}

static char *estimate(JsonObject *policy, const char *path)
{
	struct tsim_estimate e = tsim_stored_estimate(policy, path);

	return tsim_text_plus_minus(&e);
}

static char *percent(JsonObject *policy, const char *path)
{
	struct tsim_estimate e = tsim_stored_estimate(policy, path);

	e.estimate *= 100;
	e.low *= 100;
	e.high *= 100;
	return tsim_text_plus_minus(&e);
}

/* "12.3ms +-4.2%" */
static char *percentile(JsonObject *policy, const char *path, const char *zero)
{
	struct tsim_estimate e = tsim_stored_quantile(policy, path);
	g_autofree char *time = NULL, *relative = NULL;

	if (!isfinite(e.estimate))
		return g_strdup("-");
	if (e.estimate == 0)
		return g_strdup(zero);
	time = tsim_text_time(e.estimate);
	relative = tsim_text_relative(&e);
	return *relative ? g_strdup_printf("%s %s", time, relative) : g_steal_pointer(&time);
}

/* A percentile; what waited not at all is told from what is not known. */
static char *wait(JsonObject *policy, const char *path)
{
	return percentile(policy, path, "no wait");
}

static char *duration(JsonObject *policy, const char *path)
{
	return percentile(policy, path, "0s");
}

static char *bytes(JsonObject *policy, const char *path)
{
	return tsim_text_bytes(tsim_stored_number(policy, path));
}

/* Requests that got nothing, of all. */
static char *share(JsonObject *policy, const char *path)
{
	struct tsim_estimate e = tsim_stored_estimate(policy, "allocation.stall_probability");

	return tsim_text_share(tsim_stored_count(policy, path),
			       tsim_stored_count(policy, "allocation.requests"),
			       isfinite(e.confidence) ? e.confidence : 0.95);
}

static char *mean(JsonObject *policy, const char *path)
{
	struct tsim_moments m = tsim_stored_moments(policy, path);
	double confidence = tsim_stored_number(policy, "corruption_probability.confidence");
	struct tsim_estimate e = tsim_mean(&m, isfinite(confidence) ? confidence : 0.95);

	return tsim_text_plus_minus(&e);
}

static const struct row rows[] = {
	{ "corrupt (fail:runs)", runs, NULL, NULL },
	{ "P(corrupt)", estimate, "corruption_probability", "corrupted" },
	{ "destroyed per removal", estimate, "per_removal", NULL },
	{ "destroyed per hour", estimate, "corruptions_per_hour", NULL },
	{ "stalled_allocs_pct", percent, "allocation.stall_probability", NULL },
	{ "stall_p99", wait, "allocation.stall_ns.p99", NULL },
	{ "stall_p99.9", wait, "allocation.stall_ns.p999", NULL },
	{ "stall_max", wait, "allocation.stall_ns.max", NULL },
	{ "stall_s per run", mean, "stall_s", "stall_s" },
	{ "false_enospc", share, "allocation.false_enospc", NULL },
	{ "commit_p50", duration, "commit_ns.p50", NULL },
	{ "commit_p99", duration, "commit_ns.p99", NULL },
	{ "pinned_peak", bytes, "pinned.max_bytes", NULL },
	{ "write_amplification", tsim_bare_amplification, "write_amplification", NULL },
};

/* "+0.45 +-58% *" */
static char *difference(const struct row *row, JsonObject *paired)
{
	struct tsim_estimate e = { .estimate = NAN };
	g_autofree char *text = NULL;

	if (row->paired && paired)
		e = tsim_stored_estimate(paired, row->paired);
	if (!isfinite(e.estimate))
		return g_strdup("");
	if (e.low == 0 && e.high == 0)
		return g_strdup("no pair differs");
	text = tsim_text_plus_minus(&e);
	return g_strconcat(e.estimate > 0 ? "+" : "", text, tsim_mail_mark(paired, row->paired),
			   NULL);
}

static void append_row(GString *out, const struct row *row, JsonObject *a, JsonObject *b,
		       JsonObject *paired)
{
	g_autofree char *first = row->text(a, row->path),
			*second = b ? row->text(b, row->path) : g_strdup("");
	g_autofree char *more = difference(row, paired);

	/* Nobody had the occasion: nothing to be said. */
	if (strcmp(first, "-") == 0 && (!b || strcmp(second, "-") == 0))
		return;
	g_string_append_printf(out, "%-*s%*s", NAME_WIDTH, row->name, VALUE_WIDTH, first);
	if (b)
		g_string_append_printf(out, "%*s", VALUE_WIDTH, second);
	if (*more)
		g_string_append_printf(out, "%*s", DIFFERENCE_WIDTH, more);
	g_string_append_c(out, '\n');
}

/** tsim_mail_rows() - the table of one point; @second: (nullable): beside @first */
void tsim_mail_rows(GString *out, JsonObject *point, const char *first, const char *second)
{
	JsonObject *a = tsim_stored_policy(point, first);
	JsonObject *b = second ? tsim_stored_policy(point, second) : NULL;
	JsonObject *paired = second ? tsim_stored_paired(point, second) : NULL;

	g_string_append_printf(out, "\n%-*s%*.*s", NAME_WIDTH, "metric", VALUE_WIDTH,
			       VALUE_WIDTH - 1, first);
	if (b)
		g_string_append_printf(out, "%*.*s%*s", VALUE_WIDTH, VALUE_WIDTH - 1, second,
				       DIFFERENCE_WIDTH, "diff");
	g_string_append_c(out, '\n');
	for (guint i = 0; i < (b ? TSIM_TEXT_WIDTH : NAME_WIDTH + VALUE_WIDTH); i++)
		g_string_append_c(out, '=');
	g_string_append_c(out, '\n');
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
		append_row(out, &rows[i], a, b, paired);
}

/** tsim_mail_facts() - how much was simulated, and what went wrong */
void tsim_mail_facts(GString *out, const TsimStored *stored)
{
	guint64 replications = 0, events = 0, failures = 0;
	g_autofree char *time = NULL;
	double seconds = 0;

	for (guint i = 0; i < tsim_stored_n_points(stored); i++) {
		JsonObject *point = tsim_stored_point(stored, i);
		g_auto(GStrv) policies = tsim_stored_policies(point);

		for (guint k = 0; policies[k]; k++) {
			JsonObject *policy = tsim_stored_policy(point, policies[k]);

			replications += tsim_stored_count(policy, "replications");
			events += tsim_stored_count(policy, "events");
			seconds += tsim_stored_number(policy, "simulated_s");
		}
		failures += tsim_stored_n_failures(point);
	}
	time = tsim_text_time(seconds * 1e9);
	g_string_append_printf(out,
			       "%" G_GUINT64_FORMAT
			       " replications of all policies, %s simulated, %" G_GUINT64_FORMAT
			       " events\n",
			       replications, time, events);
	if (failures)
		g_string_append_printf(
			out, "%" G_GUINT64_FORMAT " more BROKE OFF and count nowhere\n", failures);
}
