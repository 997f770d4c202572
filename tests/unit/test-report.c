/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "error.h"
#include "explain.h"
#include "fake-world.h"
#include "fsck.h"
#include "json-members.h"
#include "oracle.h"
#include "report-sweep.h"
#include "result.h"
#include "text.h"

static const char *const command[] = {
	"trimsim run",	   "configs/x.conf",
	"-e latency",	   "--set 'device.discard.latency=lognormal(median=20ms, sigma=1)'",
	"--seed 20261122", NULL,
};

/* A result of the fake world, with one failed replication. */
struct sample {
	TsimSetup *setup;
	TsimTally *tally;
	GPtrArray *failures;
	struct tsim_head head;
	struct tsim_result result;
};

static void sample_init(struct sample *s, const char *policies, guint32 n)
{
	guint n_policies;

	s->setup = fake_setup(policies, n);
	n_policies = g_strv_length(s->setup->experiment.policies);
	s->tally = tsim_tally_new(n_policies);
	for (guint32 r = 0; r < n; r++) {
		g_autofree struct tsim_outcome *outcomes = g_new0(struct tsim_outcome, n_policies);

		for (guint i = 0; i < n_policies; i++) {
			struct tsim_policy_tally *p = &s->tally->policies[i];
			struct tsim_race *race = fake_race("metadata", "persistent", 2, 2);

			fake_outcome(s->setup, i, r, &outcomes[i]);
			tsim_histogram_add(p->distributions.stall, outcomes[i].stall_ns);
			if (outcomes[i].corrupted)
				tsim_keep_offer(p->kept, r, 0, race);
			tsim_race_free(race);
		}
		tsim_tally_add(s->tally, outcomes);
	}
	s->failures = tsim_failures_new();
	tsim_failures_add(s->failures, 0, 7, "invariant 'x' broken");
	s->head = (struct tsim_head){ .name = "latency", .experiment = &s->setup->experiment,
				      .command = command, .n_points = 1 };
	s->result = (struct tsim_result){ .head = &s->head, .experiment = &s->setup->experiment,
					  .tally = s->tally, .failures = s->failures };
}

static void sample_clear(struct sample *s)
{
	tsim_tally_free(s->tally);
	g_ptr_array_unref(s->failures);
	fake_setup_free(s->setup);
}

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

static void assert_text(char *text, const char *expected)
{
	g_assert_cmpstr(text, ==, expected);
	g_free(text);
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

static void assert_line(const char *text, const char *pattern)
{
	if (!g_regex_match_simple(pattern, text, G_REGEX_MULTILINE, 0))
		g_error("no line matches '%s' in:\n%s", pattern, text);
}

static void assert_no(const char *text, const char *words)
{
	if (strstr(text, words))
		g_error("'%s' in:\n%s", words, text);
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

static void test_json(void)
{
	static const char *const names[] = {
		"corrupted",
		"corruption_probability.estimate",
		"corruption_probability.low",
		"corruption_probability.high",
		"corruption_probability.confidence",
		"corruption_probability.method",
		"corruptions_per_hour.estimate",
		"per_removal.high",
		"per_trim_pass.low",
		"hits",
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
		"simulated_s",
		"events",
	};
	struct sample s;
	g_autofree char *text = NULL;
	g_autoptr(JsonNode) root = NULL, low = NULL, total = NULL, p50 = NULL, significant = NULL;

	sample_init(&s, "unpinned,pinned-chunk", 1000);
	text = tsim_document_text(&tsim_document_json, &s.result);
	root = json_from_string(text, NULL);
	g_assert_nonnull(root);
	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path =
			g_strdup_printf("$.points[0].policies.unpinned.%s", names[i]);
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

static void assert_fsck(const char *kind, const char *fate, guint copies, guint lost,
			const char *expected)
{
	struct tsim_race *race = fake_race(kind, fate, copies, lost);

	assert_text(tsim_fsck_text(race, FALSE), expected);
	tsim_race_free(race);
}

#define BAD "Check tree block failed, want=833912832, have=0\n"
#define READ "read block failed check_tree_block\n"
#define AFTER                                                          \
	"owner ref check failed [833912832 16384]\n"                   \
	"Errors found in extent allocation tree or chunk allocation\n" \
	"checking free space cache\nchecking fs roots\n"

/* Two copies lost: line by line what the report of commit 04216820fe83 shows. */
static void test_fsck_metadata(void)
{
	assert_fsck("metadata", "persistent", 2, 2,
		    "btrfs check would say:\nchecking extents\n" BAD BAD BAD BAD BAD READ AFTER BAD
			    BAD BAD BAD BAD READ);
	assert_fsck("metadata", "persistent", 1, 1,
		    "btrfs check would say:\nchecking extents\n" BAD BAD BAD READ AFTER BAD BAD BAD
			    READ);
	assert_fsck("system", "persistent", 2, 2,
		    "btrfs check would say:\n" BAD BAD BAD BAD BAD READ
		    "Couldn't read chunk tree\nCouldn't open file system\n");
}

/* Only the tail of the block is gone: its address is right, its checksum is not. */
static void test_fsck_tail(void)
{
	struct tsim_race *race = fake_race("metadata", "persistent", 1, 1);
	g_autofree char *text = NULL;

	race->lost_logical += 4096;
	race->lost_bytes = 12288;
	text = tsim_fsck_text(race, FALSE);
	assert_line(text, "^checksum verify failed on 833912832 found \\? wanted \\?$");
	assert_line(text, "^Csum didn't match$");
	assert_line(text, "^owner ref check failed \\[833912832 16384\\]$");
	g_assert_null(strstr(text, "have=0"));
	tsim_race_free(race);
}

/* What a device reads after a discard is what the kernel finds; old data it cannot tell. */
static void test_fsck_reads(void)
{
	struct tsim_race *race = fake_race("metadata", "persistent", 1, 1);
	struct tsim_race *data = fake_race("data", "persistent", 1, 1);
	g_autofree char *text = tsim_fsck_text(race, TRUE);
	g_autofree char *csum = tsim_fsck_text(data, TRUE);
	g_autofree char *zeroes = tsim_fsck_text(data, FALSE);

	assert_line(text, "^Check tree block failed, want=833912832, have=18446744073709551615$");
	g_assert_null(strstr(text, "have=0"));
	assert_line(csum, "csum 633470483 expected"); /* crc32c of 4096 bytes of 0xff */
	assert_line(zeroes, "csum 2566472073 expected"); /* ... of 4096 zeroes */
	assert_fsck("metadata", "latent", 1, 0,
		    "Latent: the device still reads the old data; neither the kernel nor a check\n"
		    "finds anything yet.\n");
	tsim_race_free(race);
	tsim_race_free(data);
}

static void test_fsck_many(void)
{
	struct tsim_race *race = fake_race("metadata", "persistent", 2, 2);
	g_autofree char *text = NULL;

	race->lost_bytes = 65536;
	text = tsim_fsck_text(race, FALSE);
	assert_line(text, "^\\[\\.\\.\\. and the same for 3 more tree blocks\\]$");
	tsim_race_free(race);
}

static void test_fsck_data(void)
{
	/* 2566472073 is crc32c of 4096 zero bytes, 0x98f94189 of many reports from the field. */
	assert_fsck(
		"data", "persistent", 1, 1,
		"btrfs check --check-data-csum would say (reads fail with EIO):\nchecking csums\n"
		"mirror 0 bytenr 833912832 csum 2566472073 expected csum ?\n"
		"mirror 0 bytenr 833916928 csum 2566472073 expected csum ?\n"
		"mirror 0 bytenr 833921024 csum 2566472073 expected csum ?\n"
		"[... and the same for 1 more sector]\n");
}

#define CORRECTED(off, sector)                                          \
	"BTRFS info (device sdX): read error corrected: ino 0 off " off \
	" (dev /dev/sdX sector " sector ")\n"

static void test_fsck_latent(void)
{
	/* The first copy, at 1104150528 + 294912 = 1104445440, sector 2157120. */
	assert_fsck(
		"metadata", "latent", 2, 1,
		"Latent: a good copy is left; the kernel says at the next read:\n"
		"BTRFS error (device sdX): bad tree block start, mirror 1 want 833912832 have 0\n" CORRECTED(
			"833912832", "2157120") CORRECTED("833916928", "2157128")
			CORRECTED("833921024", "2157136") CORRECTED("833925120", "2157144"));
	assert_fsck("metadata", "healed", 2, 2,
		    "Healed: the range was freed or written again before it was read;\n"
		    "neither the kernel nor a check finds anything.\n");
}

static struct tsim_race_file *race_file(void)
{
	struct tsim_race_file *file = g_new0(struct tsim_race_file, 1);
	struct tsim_race *race = fake_race("metadata", "persistent", 2, 2);

	file->experiment = g_strdup("latency");
	file->policy = g_strdup("unpinned");
	file->kept = g_new0(struct tsim_kept, 1);
	file->kept->race = *race;
	g_free(race);
	return file;
}

static void test_explain(void)
{
	struct tsim_race_step odd = { 170000000,
				      TSIM_COLUMN_DEVICE,
				      "a-word-that-nobody-knows-and-longer-than-a-column",
				      0,
				      0,
				      0,
				      0 };
	g_autoptr(TsimRaceFile) file = race_file();
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	g_array_append_val(file->kept->race.steps, odd);
	text = tsim_explain(file);
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i]; i++)
		g_assert_cmpuint(strlen(lines[i]), <=, 100);
	assert_line(text,
		    "^16KiB of metadata lost at logical 833912832, 2 of 2 copies: persistent$");
	assert_line(text, "^ +time +balance +commit +writer$");
	assert_line(text, "^ +0\\.000 ms +sets group 3 read-only 1053MiB\\+128MiB$");
	/* The range is not told again, a chunk's always is. */
	assert_line(text, "^ +89\\.999 ms +removes the group and its extent map \\(trans 8\\)$");
	assert_line(text, "^ +149\\.999 ms +allocates the chunk of group 9 1053MiB\\+256MiB\n"
			  " +logical 833617920$");
	assert_line(text, "^ +159\\.999 ms +submits a write 1053\\.281MiB\\+16KiB logical\n"
			  " +833912832$");
	assert_line(text, "^ +500\\.002 ms +discard piece 0 takes effect:\n"
			  " +DESTROYS 1053\\.281MiB\\+16KiB$");
	assert_no(text, "misdirected");
	assert_no(text, "recording");
	assert_no(text, "more write");
	assert_line(text, "UNBLOCKED");
	assert_line(text, "a-word-that-nob");
	assert_line(text, "^\tread block failed check_tree_block$");
}

/* Addresses to be found in the recording, and what the diagram leaves out. */
static void test_explain_recording(void)
{
	g_autoptr(TsimRaceFile) file = race_file();
	g_autofree char *text = NULL;

	file->follows_recording = TRUE;
	file->recording_start_ns = G_GINT64_CONSTANT(1766420743012000345);
	file->kept->race.more_writes = 3;
	file->kept->race.forgotten_writes = 1;
	text = tsim_explain(file);
	assert_line(text, "^time 0 is 0\\.000001000 s into the replication, which began at "
			  "1766420743\\.012000345 s\nof the recording's clock; ");
	assert_line(text, "^ +159\\.999 ms +submits a write 1053\\.281MiB\\+16KiB\n "
			  "+\\(1104445440\\+16384\\) logical");
	assert_line(text, "^and 3 more writes into what was destroyed$");
	assert_line(text, "^and 1 earlier write somewhere into the discarded range$");
}

/* Writes side by side are one; a discard that was mapped to the new owner is named. */
static void test_explain_misdirected(void)
{
	g_autoptr(TsimRaceFile) file = race_file();
	struct tsim_race *race = &file->kept->race;
	g_autofree char *text = NULL, *healed = NULL;

	for (guint i = 0; i < race->steps->len; i++) {
		struct tsim_race_step *step = &g_array_index(race->steps, struct tsim_race_step, i);

		if (strcmp(step->what, "chunk") == 0)
			step->t_ns = 2500;
		if (strcmp(step->what, "hide") == 0)
			step->logical = 833617920;
		if (strcmp(step->what, "write") == 0) {
			struct tsim_race_step next = *step;

			next.start = step->end;
			next.end = step->end + 4096;
			next.logical += 16384;
			g_array_insert_val(race->steps, ++i, next);
		}
	}
	text = tsim_explain(file);
	assert_line(text, "^misdirected discard: logical 833617920 of its entry belonged to the "
			  "new chunk of\ngroup 9 when");
	assert_line(text, "submits a write 1053\\.281MiB\\+20KiB logical\n +833912832$");
	race->fate = "healed";
	healed = tsim_explain(file);
	assert_line(healed, "^16KiB of metadata lost at logical 833912832, healed: freed or "
			    "written again before it was read$");
}

static void test_race_file(void)
{
	struct sample s;
	g_autofree char *dir = g_dir_make_tmp("trimsim-XXXXXX", NULL),
			*path = g_build_filename(dir, "a.json", NULL);
	g_autoptr(TsimRaceFile) file = NULL, none = NULL;
	const struct tsim_kept *kept;
	g_autofree char *text = NULL, *a = NULL, *b = NULL;
	g_autoptr(GError) error = NULL;

	sample_init(&s, "unpinned", 20);
	kept = g_ptr_array_index(s.tally->policies[0].kept, 0);
	text = tsim_race_json(&s.result, 0, kept);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	file = tsim_race_file_load(path, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(file->policy, ==, "unpinned");
	g_assert_cmpuint(file->kept->replication, ==, kept->replication);
	a = tsim_race_shapes(&kept->race);
	b = tsim_race_shapes(&file->kept->race);
	g_assert_cmpstr(a, ==, b);
	/* Damaged at any place: an error that names the file, no crash. */
	for (gsize cut = 0; cut + 3 < strlen(text); cut += 37) {
		g_autoptr(TsimRaceFile) damaged = NULL;
		g_autoptr(GError) e = NULL;

		g_file_set_contents(path, text, cut, NULL);
		damaged = tsim_race_file_load(path, &e);
		g_assert_null(damaged);
		g_assert_nonnull(strstr(e->message, path));
	}
	g_file_set_contents(path, "{ \"steps\": [ 1 ] }", -1, NULL);
	none = tsim_race_file_load(path, &error);
	g_assert_null(none);
	g_assert_error(error, TSIM_ERROR, TSIM_ERROR_INPUT);
	g_remove(path);
	g_rmdir(dir);
	sample_clear(&s);
}

/* No label of an event stands closer to another than the gap, and all are within the figure. */
static void test_shapes(void)
{
	g_autoptr(TsimRaceFile) file = race_file();
	g_autofree char *text = tsim_race_shapes(&file->kept->race);
	const char *events = strstr(text, "# event");
	double last = -1, t, label;
	guint n = 0;

	g_assert_nonnull(strstr(text, "# lost"));
	g_assert_nonnull(strstr(text, "0.000002000 0.500002000 1104150528 1238368256 0"));
	for (const char *line = events; line && *line; line = strchr(line, '\n') + 1) {
		if (sscanf(line, "%lf %lf \"", &t, &label) == 2 && !isnan(t)) {
			g_assert_cmpfloat(label - last, >=, last < 0 ? 0 : 0.05 * 0.5);
			g_assert_cmpfloat(label, <=, 0.500003);
			last = label;
			n++;
		}
		if (!strchr(line, '\n'))
			break;
	}
	g_assert_cmpuint(n, ==, 10);
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
	g_test_add_func("/fsck/metadata", test_fsck_metadata);
	g_test_add_func("/fsck/tail", test_fsck_tail);
	g_test_add_func("/fsck/reads", test_fsck_reads);
	g_test_add_func("/fsck/many", test_fsck_many);
	g_test_add_func("/fsck/data", test_fsck_data);
	g_test_add_func("/fsck/latent", test_fsck_latent);
	g_test_add_func("/explain/diagram", test_explain);
	g_test_add_func("/explain/recording", test_explain_recording);
	g_test_add_func("/explain/misdirected", test_explain_misdirected);
	g_test_add_func("/explain/race-file", test_race_file);
	g_test_add_func("/explain/shapes", test_shapes);
	return g_test_run();
}
