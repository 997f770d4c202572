/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The validation table as text of at most 100 columns, as JSON, and as TSV
 * for validation.gp.
 */
#include <math.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "json-members.h"
#include "text.h"
#include "validate.h"

static const char *const verdicts[] = { "passed", "failed", "needs rare-event estimation" };

static char *key_of(const struct tsim_validate_result *r)
{
	return r->quantity ? tsim_validate_text(r->row) :
			     g_strdup("all of these under pinned-chunk");
}

/** tsim_validate_head() - the column titles */
char *tsim_validate_head(void)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "%-38s %-6s %10s %-27s %6s %8s\n", "  parameters", "what",
			       "expected", "measured [95 % interval]", "ratio", "z");
	g_string_append_printf(text, "%s\n",
			       "=================================================="
			       "==================================================");
	return g_string_free(text, FALSE);
}

static char *significance(const struct tsim_validate_result *r)
{
	const char *mark = r->verdict == TSIM_VERDICT_FAILED ? "!" : "";

	if (r->failures)
		return g_strdup_printf("broken!");
	if (r->row->kase->tolerance > 0)
		return g_strdup(r->verdict == TSIM_VERDICT_FAILED ? "off!" : "ok");
	if (!r->quantity)
		return g_strdup(r->hits ? "hits!" : "ok");
	if (!isnan(r->z))
		return g_strdup_printf("%+.2f%s", r->z, mark);
	return g_strdup_printf(r->p < 1e-3 ? "p=%.0e%s" : "p=%.2f%s", r->p, mark);
}

/**
 * tsim_validate_line() - one line of the table, with the case's title before its first
 * @result: what is printed
 * @before: (nullable): the line before
 */
char *tsim_validate_line(const struct tsim_validate_result *result,
			 const struct tsim_validate_result *before)
{
	const struct tsim_validate_case *kase = result->row->kase;
	g_autofree char *key = key_of(result), *z = significance(result), *measured = NULL;
	GString *text = g_string_new(NULL);

	if (!before || before->row->kase != kase)
		g_string_append_printf(text, "%s  %s: %s\n", kase->name, kase->parameters,
				       kase->formula);
	g_string_append_printf(text, "  %-36s %-6s ", key,
			       result->quantity ? result->quantity->name : "hits");
	if (!result->quantity) {
		measured = tsim_text_count(result->hits, result->replications, 0.95);
		g_string_append_printf(text, "%10s %-27s %6s %8s\n", "exactly 0", measured, "", z);
	} else if (result->verdict == TSIM_VERDICT_RARE) {
		g_string_append_printf(text, "%10.3e %s\n", result->expected,
				       verdicts[TSIM_VERDICT_RARE]);
	} else {
		measured = tsim_text_estimate(&result->measured);
		g_string_append_printf(text, "%10.3e %-27s %6.3f %8s\n", result->expected, measured,
				       result->measured.estimate / result->expected, z);
	}
	if (result->failures)
		g_string_append_printf(text,
				       "    %" G_GUINT64_FORMAT
				       " replications broke an invariant\n",
				       result->failures);
	return g_string_free(text, FALSE);
}

enum test { TEST_CHANCE, TEST_TOLERANCE, TEST_NO_HIT };

static enum test test_of(const struct tsim_validate_result *r)
{
	if (!r->quantity)
		return TEST_NO_HIT;
	return r->row->kase->tolerance > 0 ? TEST_TOLERANCE : TEST_CHANCE;
}

/* Lines of one kind with one verdict, for the last lines. */
static guint count_verdict(const struct tsim_validate_table *table, enum tsim_verdict verdict,
			   enum test test)
{
	guint n = 0;

	for (guint i = 0; i < table->results->len; i++) {
		const struct tsim_validate_result *r =
			&g_array_index(table->results, struct tsim_validate_result, i);

		n += r->verdict == verdict && test_of(r) == test;
	}
	return n;
}

/** tsim_validate_foot() - what the table says as a whole */
char *tsim_validate_foot(const struct tsim_validate_table *table)
{
	guint passed = count_verdict(table, TSIM_VERDICT_PASSED, TEST_CHANCE);
	guint failed = count_verdict(table, TSIM_VERDICT_FAILED, TEST_CHANCE);
	guint rare = count_verdict(table, TSIM_VERDICT_RARE, TEST_CHANCE);
	guint near = count_verdict(table, TSIM_VERDICT_PASSED, TEST_TOLERANCE);
	guint off = count_verdict(table, TSIM_VERDICT_FAILED, TEST_TOLERANCE);
	guint pins = count_verdict(table, TSIM_VERDICT_PASSED, TEST_NO_HIT);
	guint broken = count_verdict(table, TSIM_VERDICT_FAILED, TEST_NO_HIT);
	GString *text = g_string_new("\n");

	if (passed + failed)
		g_string_append_printf(
			text,
			"%u rows tested, %u of them beyond |z| = %.2f, or p = %.1e:\n"
			"a correct program fails a table with probability %g.\n",
			passed + failed, failed, gsl_cdf_ugaussian_Qinv(table->row_alarm / 2),
			table->row_alarm, TSIM_VALIDATE_FALSE_ALARM);
	if (near + off)
		g_string_append_printf(text, "Within their tolerance: %u of %u rows.\n", near,
				       near + off);
	if (rare)
		g_string_append_printf(
			text, "%u rows not tested: they need rare-event estimation.\n", rare);
	if (pins + broken)
		g_string_append_printf(text, "No hit under pinned-chunk: %u of %u cases.\n", pins,
				       pins + broken);
	g_string_append_printf(text,
			       "%s.  Up to %" G_GUINT64_FORMAT
			       " replications a row, seed %" G_GUINT64_FORMAT "\n",
			       failed + broken + off ? "FAILED" : "passed", table->budget,
			       table->seed);
	return g_string_free(text, FALSE);
}

static void json_sets(JsonBuilder *b, const struct tsim_validate_row *row)
{
	g_autoptr(GPtrArray) sets = tsim_validate_sets(row);

	tsim_json_begin_array(b, "set");
	for (guint i = 0; i < sets->len; i++)
		json_builder_add_string_value(b, g_ptr_array_index(sets, i));
	json_builder_end_array(b);
}

static void json_row(JsonBuilder *b, const struct tsim_validate_result *r)
{
	g_autofree char *config = g_strdup_printf("validation/%s.conf", r->row->kase->file);
	g_autofree char *key = key_of(r);

	json_builder_begin_object(b);
	tsim_json_text(b, "case", r->row->kase->name);
	tsim_json_text(b, "config", config);
	tsim_json_text(b, "names", r->row->kase->parameters);
	tsim_json_text(b, "parameters", key);
	tsim_json_text(b, "quantity", r->quantity ? r->quantity->name : "hits");
	tsim_json_text(b, "policy", r->quantity ? r->row->kase->policy : "pinned-chunk");
	if (r->quantity)
		json_sets(b, r->row);
	tsim_json_count(b, "seed", r->seed);
	tsim_json_count(b, "replications", r->replications);
	tsim_json_count(b, "hits", r->hits);
	tsim_json_count(b, "failures", r->failures);
	tsim_json_number(b, "closed_form", r->expected);
	tsim_json_estimate(b, "measured", &r->measured);
	tsim_json_number(b, "ratio", r->quantity ? r->measured.estimate / r->expected : NAN);
	tsim_json_number(b, "z", r->z);
	tsim_json_number(b, "p", r->p);
	tsim_json_number(b, "tolerance",
			 r->row->kase->tolerance > 0 ? r->row->kase->tolerance : NAN);
	tsim_json_text(b, "verdict", verdicts[r->verdict]);
	json_builder_end_object(b);
}

/** tsim_validate_json() - all lines as one object */
char *tsim_validate_json(const struct tsim_validate_table *table)
{
	g_autoptr(JsonBuilder) b = json_builder_new();

	json_builder_begin_object(b);
	tsim_json_text(b, "trimsim", TSIM_VERSION);
	tsim_json_count(b, "seed", table->seed);
	tsim_json_count(b, "budget", table->budget);
	tsim_json_number(b, "false_alarm", TSIM_VALIDATE_FALSE_ALARM);
	tsim_json_number(b, "p_threshold", table->row_alarm);
	tsim_json_number(b, "z_threshold", gsl_cdf_ugaussian_Qinv(table->row_alarm / 2));
	tsim_json_text(
		b, "verdict",
		verdicts[tsim_validate_passed(table) ? TSIM_VERDICT_PASSED : TSIM_VERDICT_FAILED]);
	tsim_json_begin_array(b, "rows");
	for (guint i = 0; i < table->results->len; i++)
		json_row(b, &g_array_index(table->results, struct tsim_validate_result, i));
	json_builder_end_array(b);
	json_builder_end_object(b);
	return tsim_json_finish(b);
}

/** tsim_validate_tsv() - what was measured over what was expected, for validation.gp */
char *tsim_validate_tsv(const struct tsim_validate_table *table)
{
	GString *text = g_string_new(
		"# row\tcase\tquantity\texpected\tratio\tlow\thigh\tz\tverdict\tparameters\n");

	for (guint i = 0, n = 0; i < table->results->len; i++) {
		const struct tsim_validate_result *r =
			&g_array_index(table->results, struct tsim_validate_result, i);
		g_autofree char *key = key_of(r);

		if (!r->quantity || r->verdict == TSIM_VERDICT_RARE)
			continue;
		g_string_append_printf(text, "%u\t%s\t%s\t%.9e\t%.6f\t%.6f\t%.6f\t%.3f\t%s\t%s\n",
				       ++n, r->row->kase->name, r->quantity->name, r->expected,
				       r->measured.estimate / r->expected,
				       r->measured.low / r->expected,
				       r->measured.high / r->expected, r->z, verdicts[r->verdict],
				       key);
	}
	return g_string_free(text, FALSE);
}
