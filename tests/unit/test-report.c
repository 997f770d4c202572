/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "error.h"
#include "json-members.h"
#include "report-fixture.h"
#include "report-sweep.h"
#include "text.h"
#include "text-asserts.h"

static void assert_estimate(double estimate, double low, double high, const char *expected)
{
	struct tsim_estimate e = { estimate, low, high, 0.95, "test" };
	g_autofree char *text = tsim_text_estimate(&e);

	g_assert_cmpstr(text, ==, expected);
}

/* Two digits of the half-width, no more; a power of ten that keeps numbers short. */
static void test_estimate(void)
{
	assert_estimate(0.857, 0.83399, 0.87699, "0.857 [0.834, 0.877]");
	assert_estimate(8.57e-4, 8.01e-4, 9.16e-4, "8.57 [8.01, 9.16]e-04");
	assert_estimate(0, 0, 3.688878774e-6, "< 3.7e-06");
	assert_estimate(0, 0, 0.0366, "< 0.037");
	assert_estimate(NAN, 0, 1, "-");
	assert_estimate(0.52, 0, INFINITY, "-"); /* of a single replication */
	assert_estimate(12345, 11000, 13700, "12300 [11000, 13700]");
	assert_estimate(1234567, 1230000, 1240000, "1.2346 [1.2300, 1.2400]e+06");
	assert_estimate(-0.42, -0.518, -0.322, "-0.420 [-0.518, -0.322]");
	assert_estimate(-9.9e-6, -28e-6, 8e-6, "-1.0 [-2.8, 0.8]e-05");
	/* What excludes 0 does not print it. */
	assert_estimate(0.11, 0.0004, 0.22, "0.1100 [0.0004, 0.2200]");
	assert_estimate(-0.11, -0.22, -0.004, "-0.110 [-0.220, -0.004]");
}

static void assert_plus_minus(double estimate, double low, double high, const char *expected)
{
	struct tsim_estimate e = { estimate, low, high, 0.95, "test" };
	g_autofree char *text = tsim_text_plus_minus(&e);

	g_assert_cmpstr(text, ==, expected);
}

/* Two digits of what is uncertain, and how much that is. */
static void test_plus_minus(void)
{
	assert_plus_minus(812.34, 809.1, 815.6, "812.3 +-0.40%");
	assert_plus_minus(3190, 3155, 3225, "3190 +-1.1%");
	assert_plus_minus(0.2333, 0.144, 0.354, "0.23 +-45%");
	assert_plus_minus(8.57e-4, 8.01e-4, 9.16e-4, "8.57e-04 +-6.7%");
	assert_plus_minus(0, 0, 3.688878774e-6, "< 3.7e-06");
	assert_plus_minus(0, 0, 0, "none");
	assert_plus_minus(NAN, 0, 1, "-");
	assert_plus_minus(-0.23, -0.34, -0.12, "-0.23 +-48%");
	assert_plus_minus(5, 5, 5, "5.000");
	assert_plus_minus(5.25, -INFINITY, INFINITY, "-");
	/* What is not 0 does not read so, however uncertain. */
	assert_plus_minus(0.002, -0.4, 0.4, "0.002 +-20000%");
}

static void test_counts(void)
{
	/* No failure in 1e6: 1 - 0.025^(1/1e6) = 3.69e-06 (Clopper-Pearson). */
	assert_text(tsim_text_share(0, 1000000, 0.95), "0:1000000 (< 3.7e-06)");
	assert_text(tsim_text_share(0, 10, 0.95), "0:10 (< 0.31)");
	assert_text(tsim_text_share(0, 0, 0.95), "-");
	assert_text(tsim_text_share(1269, 20000, 0.95), "1269 (0.0635)");
	assert_text(tsim_text_share(3, 1000000, 0.95), "3 (3.0e-06)");
	/* Several per replication are possible: the limit of a Poisson mean is ln 40 / n. */
	assert_text(tsim_text_count(0, 1000, 0.95), "0:1000 (< 0.0037)");
	assert_text(tsim_text_count(0, 1, 0.95), "0:1 (< 3.7)");
	assert_text(tsim_text_count(12, 5, 0.95), "12");
	assert_text(tsim_text_time(0), "none");
	assert_text(tsim_text_time(12345678), "12.3ms");
}

static void test_percentile(void)
{
	g_autoptr(TsimHistogram) h = tsim_histogram_new();

	for (guint i = 0; i < 99; i++)
		tsim_histogram_add(h, i < 50 ? 0 : TSIM_NS_PER_MS);
	assert_text(tsim_text_percentile(h, 0.5, "no wait"), "no wait");
	assert_text(tsim_text_percentile(h, 0.9, "no wait"), "1ms");
	/* 99 samples do not show one in a hundred; 100 do. */
	assert_text(tsim_text_percentile(h, 0.99, "no wait"), "-");
	tsim_histogram_add(h, TSIM_NS_PER_MS);
	assert_text(tsim_text_percentile(h, 0.99, "no wait"), "1ms");
}

/* 75 columns, no bare zero, for one policy and for five. */
static void test_report_form(void)
{
	static const char *const lists[] = {
		"unpinned", "unpinned,pinned-chunk",
		"unpinned,pinned-chunk,fence,a-policy-with-a-very-long-name,e"
	};

	for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
		struct sample s;
		g_autofree char *text = NULL;
		g_auto(GStrv) lines = NULL;

		sample_init(&s, lists[i], 1000);
		text = tsim_document_text(&tsim_document_report, &s.result);
		lines = g_strsplit(text, "\n", -1);
		for (guint k = 0; lines[k]; k++) {
			g_test_message("%s", lines[k]);
			g_assert_cmpuint(strlen(lines[k]), <=,
					 strstr(lines[k], "--set") ? 100 : 75);
			g_assert_false(g_regex_match_simple("(^| )0(\\.0*)?( |$)", lines[k], 0, 0));
			g_assert_false(g_str_has_suffix(lines[k], " "));
			g_assert_null(strstr(lines[k], "nan"));
		}
		sample_clear(&s);
	}
}

/* Rows and lines that stand only where they say something. */
static void test_report_special(void)
{
	struct sample s;
	struct tsim_outcome *sum;
	g_autofree char *text = NULL;

	sample_init(&s, "unpinned,pinned-chunk", 100);
	s.tally->policies[1].sum.pin_overlaps = 3;
	sum = &s.tally->policies[0].sum;
	sum->removals = sum->hits = 0;
	text = tsim_document_text(&tsim_document_report, &s.result);
	assert_line(text, "^  placed over a pin +none +3$");
	assert_line(text, "^  no block group was removed$");
	assert_line(text, "^no race under pinned-chunk, see the funnel:$");
	sample_clear(&s);
}

/* How far the way to a loss was gone. */
static void test_no_race(void)
{
	struct tsim_outcome sum = { 0 };

	g_assert_cmpstr(tsim_report_no_race(&sum), ==, "no block group was removed");
	sum.removals = 5;
	g_assert_cmpstr(tsim_report_no_race(&sum), ==, "no removal was committed");
	sum.commits = 5;
	g_assert_cmpstr(tsim_report_no_race(&sum), ==,
			"no discard was outstanding when a block group was removed");
	sum.funnel[TSIM_STAGE_REMOVED] = 1;
	g_assert_cmpstr(tsim_report_no_race(&sum), ==,
			"no discard was still outstanding when the removal was committed");
	sum.funnel[TSIM_STAGE_COMMITTED] = 1;
	g_assert_null(tsim_report_no_race(&sum));
}

static void test_report_content(void)
{
	struct sample s;
	g_autofree char *text = NULL, *failed = NULL;

	sample_init(&s, "unpinned,pinned-chunk", 1000);
	s.tally->policies[0].sum.commits = s.tally->policies[1].sum.commits = 1000;
	text = tsim_document_text(&tsim_document_report, &s.result);
	failed = g_strdup_printf("^corrupt \\(fail:runs\\) +%" G_GUINT64_FORMAT
				 ":1000 +0:1000 \\(< 0.0037\\)$",
				 s.tally->policies[0].sum.corrupted);
	assert_line(text, "^experiment  latency$");
	assert_line(text, "^1000 replications per policy, seed 20261122, common random numbers,$");
	assert_line(text, "^1 more replication BROKE OFF and counts nowhere$");
	assert_line(text, failed);
	assert_line(text,
		    "^P\\(corrupt\\) +0\\.[23]\\d\\d \\[0\\.\\d{3}, 0\\.\\d{3}\\] +< 0\\.0037$");
	assert_line(text, "^  corrupted +-0\\.\\d{3} \\[-0\\.\\d{3}, -0\\.\\d{3}\\] \\*$");
	/* Only the corrupted ones are a share of the replications. */
	assert_line(text, "^  requests stalled +none seen$");
	assert_line(text, "^  removals skipped +none +none$");
	assert_line(text, "^  relocations failed +- +-$");
	assert_line(text, "^  stall p50 +\\d");
	assert_line(text, "^runs with a hit +\\d+ \\(0\\.\\d+\\) +0:1000 \\(< 0.0037\\)$");
	assert_line(text, "^discards that destroyed live data\n  per removal +\\d");
	assert_line(text, "^  destroyed live data ");
	assert_line(text, "^  discard.queue p99 +- +-$");
	assert_no(text, "placed over a pin");
	assert_no(text, "cannot occur");
	assert_line(text, "^  stall p99\\.9 ");
	assert_line(text, "^  removed +0:50000 \\(< 7.4e-05\\)");
	assert_line(text, "^  trimsim run configs/x.conf -e latency \\\\$");
	assert_line(text, "^  \\(trimsim \\d");
	sample_clear(&s);
}

static JsonNode *at(JsonNode *root, const char *path)
{
	g_autoptr(JsonNode) found = json_path_query(path, root, NULL);
	JsonArray *matches = json_node_get_array(found);

	g_assert_cmpuint(json_array_get_length(matches), ==, 1);
	return json_array_dup_element(matches, 0);
}

/* The names that others rely on. */
/* json-glib would print 1e-08.0; what a string holds is left as it is. */
static void test_json_numbers(void)
{
	g_autoptr(JsonBuilder) b = json_builder_new();
	g_autofree char *text = NULL;

	json_builder_begin_object(b);
	tsim_json_number(b, "a", 1e-8);
	tsim_json_number(b, "b", 3e-9);
	tsim_json_number(b, "c", 1e17);
	tsim_json_number(b, "d", -0x1p-40);
	tsim_json_number(b, "e", 2);
	tsim_json_number(b, "1e-8", NAN);
	tsim_json_text(b, "f", "\"1e-08.0\\");
	json_builder_end_object(b);
	text = tsim_json_finish(b);
	g_assert_cmpstr(text, ==,
			"{\n"
			"  \"a\" : 1e-08,\n"
			"  \"b\" : 3e-09,\n"
			"  \"c\" : 1e+17,\n"
			"  \"d\" : -9.0949470177292824e-13,\n"
			"  \"e\" : 2.0,\n"
			"  \"1e-8\" : null,\n"
			"  \"f\" : \"\\\"1e-08.0\\\\\"\n"
			"}\n");
}

static const char *const json_names[] = {
	"corrupted",
	"corruption_probability.estimate",
	"corruption_probability.low",
	"corruption_probability.high",
	"corruption_probability.confidence",
	"corruption_probability.method",
	"corruptions_per_hour.estimate",
	"per_removal.high",
	"per_trim_pass.low",
	"destroying_discards",
	"hits",
	"undone",
	"healed",
	"latent",
	"first_hit_s",
	"funnel.hidden",
	"funnel.removed",
	"funnel.committed",
	"funnel.reused",
	"funnel.written",
	"funnel.corrupted",
	"allocation.requests",
	"allocation.stalled",
	"allocation.stall_probability.estimate",
	"allocation.enospc",
	"allocation.false_enospc",
	"allocation.displaced",
	"allocation.shrunk",
	"allocation.extra_commits",
	"allocation.sticky_full_ns",
	"allocation.stall_ns.mean",
	"allocation.stall_ns.p50",
	"allocation.stall_ns.p90",
	"allocation.stall_ns.p99",
	"allocation.stall_ns.p99_low",
	"first_hit_s.p50_high",
	"allocation.stall_ns.p999",
	"allocation.stall_ns.max",
	"allocation.stall_ns.total",
	"allocation.by_cause_ns.pinned",
	"allocation.eexist",
	"pinned.chunks",
	"pinned.pin_overlaps",
	"pinned.max_bytes",
	"pinned.byte_seconds",
	"chunk_alloc_ns.p50",
	"commit_ns.p99",
	"discard_ns.p50",
	"io_ns.p50",
	"device.busy_share",
	"device.queue_depth.mean",
	"device.queue_depth.max",
	"device.discard_backlog.max",
	"device.discard_backlog_bytes.mean",
	"device.discard.latency_ns.1GiB.p99",
	"simulated_s",
	"events",
};

static void test_json(void)
{
	struct sample s;
	g_autofree char *text = NULL;
	g_autoptr(JsonNode) root = NULL, low = NULL, total = NULL, p50 = NULL, significant = NULL;

	sample_init(&s, "unpinned,pinned-chunk", 1000);
	text = tsim_document_text(&tsim_document_json, &s.result);
	root = json_from_string(text, NULL);
	g_assert_nonnull(root);
	for (guint i = 0; i < G_N_ELEMENTS(json_names); i++) {
		g_autofree char *path =
			g_strdup_printf("$.points[0].policies.unpinned.%s", json_names[i]);
		g_autoptr(JsonNode) node = at(root, path);

		g_assert_nonnull(node);
	}
	low = at(root, "$.points[0].policies.pinned-chunk.corruption_probability.low");
	g_assert_cmpfloat(json_node_get_double(low), ==, 0);
	total = at(root, "$.points[0].policies.unpinned.allocation.stall_ns.total");
	g_assert_cmpint(json_node_get_int(total), ==, s.tally->policies[0].sum.stall_ns);
	/* No commit was measured: not known is null, never 0. */
	p50 = at(root, "$.points[0].policies.unpinned.commit_ns.p50");
	g_assert_true(JSON_NODE_HOLDS_NULL(p50));
	significant = at(root, "$.points[0].paired.pinned-chunk.corrupted.significant");
	g_assert_true(json_node_get_boolean(significant));
	sample_clear(&s);
}

static void test_points(void)
{
	struct sample s;
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	g_auto(GStrv) names = NULL;

	sample_init(&s, "unpinned,pinned-chunk", 100);
	text = tsim_document_text(&tsim_document_points, &s.result);
	lines = g_strsplit(text, "\n", -1);
	names = g_strsplit(lines[0], "\t", -1);
	g_assert_cmpuint(g_strv_length(lines), ==, 4);
	for (guint i = 1; i < 3; i++) {
		g_auto(GStrv) values = g_strsplit(lines[i], "\t", -1);

		g_assert_cmpuint(g_strv_length(values), ==, g_strv_length(names));
		for (guint k = 0; values[k]; k++)
			g_assert_cmpuint(strlen(values[k]), >, 0);
	}
	sample_clear(&s);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/text/plus-minus", test_plus_minus);
	g_test_add_func("/text/estimate", test_estimate);
	g_test_add_func("/text/counts", test_counts);
	g_test_add_func("/text/percentile", test_percentile);
	g_test_add_func("/report/no-race", test_no_race);
	g_test_add_func("/report/form", test_report_form);
	g_test_add_func("/report/content", test_report_content);
	g_test_add_func("/report/special", test_report_special);
	g_test_add_func("/report/json", test_json);
	g_test_add_func("/report/json-numbers", test_json_numbers);
	g_test_add_func("/report/points", test_points);
	return g_test_run();
}
