/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A result for a commit message or a mail: fail:runs as the kernel test robot
 * has it (lkp-tests lib/compare.rb), +-x% as perf stat --repeat, `*` for what is
 * significant as fsperf, the command under the table.
 */
#include "report-mail.h"

#include <math.h>
#include <string.h>
#include "report-bare.h"
#include "report-mail-rows.h"
#include "text.h"

/* A sweep: the point, two policies with their uncertainty and the mark, the cost. */
#define POINT_WIDTH 15
#define RUNS_WIDTH 13
#define RELATIVE_WIDTH 9
#define COST_WIDTH 12

static void append_rule(GString *out)
{
	for (guint i = 0; i < TSIM_TEXT_WIDTH; i++)
		g_string_append_c(out, '=');
	g_string_append_c(out, '\n');
}

static void append_head(GString *out, const TsimStored *s)
{
	JsonObject *point = tsim_stored_point(s, 0);
	g_auto(GStrv) policies = tsim_stored_policies(point);
	guint n = tsim_stored_n_points(s);
	g_autofree char *subject = tsim_stored_subject(s->head);
	g_autofree char *what =
		g_strdup_printf("%s: %s", tsim_stored_text(s->head, "experiment"), subject);
	g_autofree char *part = tsim_stored_part(s);

	g_string_append_printf(out, "%.75s\n", what);
	if (part)
		g_string_append_printf(out, "%s\n", part);
	if (n > 1)
		g_string_append_printf(out, "%u points", n);
	else
		g_string_append_printf(out, "%" G_GUINT64_FORMAT " replications per policy",
				       tsim_stored_count(tsim_stored_policy(point, policies[0]),
							 "replications"));
	g_string_append_printf(out,
			       ", seed %" G_GUINT64_FORMAT "%s,\nintervals of %g %% confidence\n",
			       tsim_stored_count(s->head, "seed"),
			       policies[1] ? ", common random numbers" : "",
			       100 * tsim_stored_confidence(s));
}

/* ---- a sweep ---- */

/* "1ms, 5s": the values alone. */
static char *values_of(JsonObject *point)
{
	JsonObject *parameters = json_object_get_object_member(point, "parameters");
	g_autoptr(GList) names = json_object_get_members(parameters);
	GString *text = g_string_new(NULL);

	for (GList *name = names; name; name = name->next)
		g_string_append_printf(text, "%s%s", text->len ? ", " : "",
				       tsim_stored_text(parameters, name->data));
	return g_string_free(text, FALSE);
}

static char *names_of(JsonObject *point)
{
	g_autoptr(GList)
		names = json_object_get_members(json_object_get_object_member(point, "parameters"));
	GString *text = g_string_new(NULL);

	for (GList *name = names; name; name = name->next)
		g_string_append_printf(text, "%s%s", text->len ? ", " : "", (char *)name->data);
	return g_string_free(text, FALSE);
}

/* "+-21%", or the upper limit "<3.7e-06" when none was seen. */
static char *relative(JsonObject *policy)
{
	struct tsim_estimate e = tsim_stored_estimate(policy, "corruption_probability");
	g_autofree char *limit = NULL;

	if (!isfinite(e.estimate))
		return g_strdup("");
	if (e.estimate > 0)
		return tsim_text_relative(&e);
	limit = tsim_text_limit(e.high);
	return g_strconcat("<", limit + strlen("< "), NULL);
}

static void append_policy(GString *out, JsonObject *policy)
{
	g_autofree char *runs = tsim_mail_runs(policy), *uncertainty = relative(policy);

	g_string_append_printf(out, "%*s%*s", RUNS_WIDTH, runs, RELATIVE_WIDTH, uncertainty);
}

/* Seconds that a replication waits more, digits by the interval; no pair differs: "none". */
static char *cost(JsonObject *paired)
{
	struct tsim_estimate e = tsim_stored_estimate(paired, "stall_s");
	g_autofree char *text = NULL;

	if (!isfinite(e.estimate))
		return g_strdup("-");
	if (e.low == 0 && e.high == 0)
		return g_strdup("none");
	text = tsim_text_plus_minus(&e);
	text[strcspn(text, " ")] = '\0';
	return g_strconcat(e.estimate > 0 ? "+" : "", text, NULL);
}

/* Each in the columns of its policy; @second: (nullable) */
static void append_more(GString *out, const char *name, const char *first, const char *second)
{
	g_string_append_printf(out, "%-*s%*s", POINT_WIDTH, name, RUNS_WIDTH, first);
	if (second)
		g_string_append_printf(out, "%*s", RELATIVE_WIDTH + RUNS_WIDTH, second);
	g_string_append_c(out, '\n');
}

static gboolean all_healed(JsonObject *policy)
{
	return policy && tsim_stored_count(policy, "hits") &&
	       tsim_stored_count(policy, "corrupted") == 0;
}

/* Data was destroyed, and the column above says that none was found lost. */
static void append_healed(GString *out, JsonObject *a, JsonObject *b)
{
	g_autofree char *first = NULL, *second = NULL;

	if (!all_healed(a) && !all_healed(b))
		return;
	first = g_strdup_printf("%" G_GUINT64_FORMAT, a ? tsim_stored_count(a, "hits") : 0);
	second = b ? g_strdup_printf("%" G_GUINT64_FORMAT, tsim_stored_count(b, "hits")) : NULL;
	append_more(out, "  hits", first, second);
}

static void append_amplification(GString *out, JsonObject *a, JsonObject *b)
{
	const char *path = "write_amplification";
	g_autofree char *first = a ? tsim_bare_amplification(a, path) : g_strdup("-");
	g_autofree char *second = b ? tsim_bare_amplification(b, path) : NULL;

	if (strcmp(first, "-") != 0)
		append_more(out, "  write amplif.", first, second);
}

static void append_point(GString *out, JsonObject *point, const char *first, const char *second)
{
	JsonObject *paired = second ? tsim_stored_paired(point, second) : NULL;
	JsonObject *a = tsim_stored_policy(point, first);
	JsonObject *b = second ? tsim_stored_policy(point, second) : NULL;
	g_autofree char *values = values_of(point), *label = tsim_stored_label(point);
	gboolean fits = strlen(values) <= POINT_WIDTH;

	if (!fits)
		g_string_append_printf(out, "%s\n", label);
	g_string_append_printf(out, "%-*s", POINT_WIDTH, fits ? values : "");
	if (a)
		append_policy(out, a);
	if (b)
		append_policy(out, b);
	if (paired) {
		g_autofree char *more = cost(paired);

		g_string_append_printf(out, "%-2s%*s%s", tsim_mail_mark(paired, "corrupted"),
				       COST_WIDTH, more, tsim_mail_mark(paired, "stall_s"));
	}
	g_string_append_c(out, '\n');
	append_healed(out, a, b);
	append_amplification(out, a, b);
}

/* @second: NULL when there is but one policy */
static void append_sweep(GString *out, const TsimStored *s, const char *first, const char *second)
{
	const int width = RUNS_WIDTH + RELATIVE_WIDTH;
	g_autofree char *names = names_of(tsim_stored_point(s, 0));

	g_string_append_printf(out, "\n%-*s%*.*s", POINT_WIDTH, "", width, width - 1, first);
	if (second)
		g_string_append_printf(out, "%*.*s%*s", width, width - 1, second, COST_WIDTH + 2,
				       "more stall");
	g_string_append_printf(out, "\n%-*.*s%*s%*s", POINT_WIDTH, POINT_WIDTH, names, RUNS_WIDTH,
			       "fail:runs", RELATIVE_WIDTH, "");
	if (second)
		g_string_append_printf(out, "%*s%*s%*s", RUNS_WIDTH, "fail:runs", RELATIVE_WIDTH,
				       "", COST_WIDTH + 2, "s per run");
	g_string_append_c(out, '\n');
	append_rule(out);
	for (guint i = 0; i < tsim_stored_n_points(s); i++)
		append_point(out, tsim_stored_point(s, i), first, second);
}

/* ---- all ---- */

static void append_notes(GString *out, const TsimStored *s, gboolean pairs)
{
	if (tsim_stored_n_points(s) > 1)
		g_string_append(out, "+-x%: of P(corrupt); <x: none seen, upper limit of it\n");
	if (pairs)
		g_string_append(out, "*: significant paired difference to the first policy\n");
}

/* What depends on the program and not on the machine that ran it. */
static void append_origin(GString *out, const TsimStored *s)
{
	g_auto(GStrv) command = tsim_stored_command(s);

	tsim_text_command(out, (const char *const *)command);
	g_string_append_printf(out, "\n  (trimsim %s, model %s)\n",
			       tsim_stored_text(s->head, "trimsim"),
			       tsim_stored_text(s->head, "model"));
}

/** tsim_report_mail() - the first policy beside each of the others; see docs/results.md */
char *tsim_report_mail(const TsimStored *stored)
{
	g_auto(GStrv) policies = tsim_stored_policies(tsim_stored_point(stored, 0));
	guint n = g_strv_length(policies);
	GString *out = g_string_new(NULL);

	append_head(out, stored);
	if (tsim_stored_bare(stored))
		tsim_bare_mail(out, stored);
	for (guint i = n > 1 ? 1 : 0; i < n && !tsim_stored_bare(stored); i++) {
		const char *second = i ? policies[i] : NULL;

		if (tsim_stored_n_points(stored) > 1)
			append_sweep(out, stored, policies[0], second);
		else
			tsim_mail_rows(out, tsim_stored_point(stored, 0), policies[0], second);
	}
	if (!tsim_stored_bare(stored))
		append_notes(out, stored, n > 1);
	tsim_mail_facts(out, stored);
	append_origin(out, stored);
	return g_string_free(out, FALSE);
}
