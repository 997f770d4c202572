/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "error.h"
#include "law.h"
#include "option.h"
#include "simtime.h"
#include "suggest.h"

struct record {
	gboolean flag;
	guint64 count, bytes;
	tsim_ns time;
	double rate, frequency, share, real;
	TsimLaw *law;
	int choice;
	char *string;
	GStrv list;
};

static const char *const choices[] = { "queued", "barrier", NULL };

#define OPT(field) offsetof(struct record, field)

static const struct tsim_option options[] = {
	{ "flag", TSIM_OPT_BOOL, OPT(flag), .def = "yes" },
	{ "count", TSIM_OPT_COUNT, OPT(count), 1, 1e6, .def = "32" },
	{ "time", TSIM_OPT_TIME, OPT(time), 0, 60e9, .def = "5ms" },
	{ "bytes", TSIM_OPT_BYTES, OPT(bytes), 512, 1048576, .def = "4KiB" },
	{ "rate", TSIM_OPT_RATE, OPT(rate), .def = "inf" },
	{ "frequency", TSIM_OPT_FREQUENCY, OPT(frequency), .def = "3/min" },
	{ "share", TSIM_OPT_SHARE, OPT(share), .def = "10%" },
	{ "real", TSIM_OPT_REAL, OPT(real), -1, 1, .def = "0.1" },
	{ "law", TSIM_OPT_LAW, OPT(law), .def = "none" },
	{ "choice", TSIM_OPT_ENUM, OPT(choice), .choices = choices, .def = "barrier" },
	{ "string", TSIM_OPT_STRING, OPT(string), .def = "a b" },
	{ "list", TSIM_OPT_LIST, OPT(list), 1, .def = "a,b" },
	{ "required", TSIM_OPT_COUNT, OPT(count), .def = NULL },
	{ .name = NULL },
};

/* "required" shares the slot of "count", which its default would clear. */
static void set_defaults(struct record *record)
{
	struct tsim_option table[G_N_ELEMENTS(options)];

	memcpy(table, options, sizeof(options));
	table[G_N_ELEMENTS(options) - 2].name = NULL;
	tsim_options_defaults(table, record);
}

static void test_defaults(void)
{
	struct record record;

	memset(&record, 0xff, sizeof(record));
	set_defaults(&record);
	g_assert_true(record.flag);
	g_assert_cmpuint(record.count, ==, 32);
	g_assert_cmpint(record.time, ==, 5000000);
	g_assert_cmpuint(record.bytes, ==, 4096);
	g_assert_true(isinf(record.rate));
	g_assert_cmpfloat_with_epsilon(record.frequency, 0.05, 1e-15);
	g_assert_cmpfloat(record.share, ==, 0.1);
	g_assert_cmpfloat(record.real, ==, 0.1);
	g_assert_null(record.law);
	g_assert_cmpint(record.choice, ==, 1);
	g_assert_cmpstr(record.string, ==, "a b");
	g_assert_cmpuint(g_strv_length(record.list), ==, 2);
	g_assert_cmpstr(record.list[1], ==, "b");
	tsim_options_clear(options, &record);
	g_assert_null(record.string);
	g_assert_null(record.list);
}

struct pair {
	const char *name, *text, *canonical;
};

/* What is written, and its one canonical form, which must parse to itself. */
static void test_format(void)
{
	static const struct pair pairs[] = {
		{ "flag", "on", "true" },
		{ "flag", "no", "false" },
		{ "count", " 1e3 ", "1000" },
		{ "time", "0.5ms", "500us" },
		{ "time", "1500us", "1.5ms" },
		{ "bytes", "1MiB", "1MiB" },
		{ "bytes", "1024KiB", "1MiB" },
		{ "rate", "inf", "inf" },
		{ "share", "10%", "0.1" },
		{ "share", "100%", "1" },
		{ "real", "1e-1", "0.1" },
		{ "real", "0.30000000000000004", "0.30000000000000004" },
		{ "law", "", "none" },
		{ "choice", "queued", "queued" },
		{ "string", "", "" },
		{ "list", "a ,  b,c", "a, b, c" },
	};
	struct record record;

	set_defaults(&record);
	for (guint i = 0; i < G_N_ELEMENTS(pairs); i++) {
		const struct tsim_option *option = tsim_options_find(options, pairs[i].name);

		for (guint pass = 0; pass < 2; pass++) {
			g_autoptr(GError) error = NULL;
			g_autofree char *text = NULL;

			tsim_option_parse(option, pass ? pairs[i].canonical : pairs[i].text,
					  &record, &error);
			g_assert_no_error(error);
			text = tsim_option_format(option, &record);
			g_assert_cmpstr(text, ==, pairs[i].canonical);
		}
	}
	tsim_options_clear(options, &record);
}

/* A law's canonical form is the law module's; here it must only be stable. */
static void test_law(void)
{
	const struct tsim_option *option = tsim_options_find(options, "law");
	g_autoptr(GError) error = NULL;
	struct record record = { 0 };
	g_autofree char *once = NULL, *twice = NULL;

	tsim_option_parse(option, "lognormal(median=20ms, sigma=1.2)", &record, &error);
	g_assert_no_error(error);
	once = tsim_option_format(option, &record);
	tsim_option_parse(option, once, &record, &error);
	g_assert_no_error(error);
	twice = tsim_option_format(option, &record);
	g_assert_cmpstr(once, ==, twice);
	tsim_options_clear(options, &record);
}

struct refusal {
	const char *name, *text, *says;
};

static void test_refusals(void)
{
	static const struct refusal refusals[] = {
		{ "flag", "1", "'1' is neither true nor false" },
		{ "count", "0", "'0' is out of range, permitted is 1 to 1000000" },
		{ "count", "1.5", "1.5" },
		{ "time", "2min", "'2min' is out of range, permitted is 0s to 60s" },
		{ "time", "5", "5" },
		{ "time", "-1s", "-1s" },
		{ "bytes", "4k", "4k" },
		{ "bytes", "2MiB", "'2MiB' is out of range, permitted is 512B to 1MiB" },
		{ "share", "101%", "101%" },
		{ "real", "1.5", "'1.5' is out of range, permitted is -1 to 1" },
		{ "law", "gaussian(1ms)", "gaussian" },
		{ "choice", "quued", "one of queued, barrier (did you mean 'queued'?)" },
		{ "choice", "x", "'x' is not one of queued, barrier" },
		{ "list", "a,,b", "entry 2 of the list is empty" },
		{ "list", "", "permitted is at least 1 entries" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(refusals); i++) {
		const struct tsim_option *option = tsim_options_find(options, refusals[i].name);
		g_autoptr(GError) error = NULL;
		struct record record;

		set_defaults(&record);
		g_assert_false(tsim_option_parse(option, refusals[i].text, &record, &error));
		g_assert_error(error, TSIM_ERROR, TSIM_ERROR_INPUT);
		g_test_message("%s", error->message);
		g_assert_nonnull(strstr(error->message, refusals[i].says));
		/* The slot is as it was. */
		g_assert_cmpuint(record.count, ==, 32);
		g_assert_cmpint(record.time, ==, 5000000);
		g_assert_cmpuint(g_strv_length(record.list), ==, 2);
		tsim_options_clear(options, &record);
	}
}

static void test_range(void)
{
	static const struct pair pairs[] = {
		{ "flag", .canonical = "true | false" },
		{ "count", .canonical = "1 to 1000000" },
		{ "time", .canonical = "0s to 60s" },
		{ "rate", .canonical = "at least 0B/s" },
		{ "share", .canonical = "0 to 1" },
		{ "law", .canonical = "" },
		{ "string", .canonical = "" },
		{ "choice", .canonical = "queued | barrier" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(pairs); i++) {
		g_autofree char *range =
			tsim_option_range(tsim_options_find(options, pairs[i].name));

		g_assert_cmpstr(range, ==, pairs[i].canonical);
	}
}

static void assert_range(enum tsim_option_type type, double min, double max, const char *range)
{
	const struct tsim_option option = { "x", type, .min = min, .max = max };
	g_autofree char *text = tsim_option_range(&option);

	g_assert_cmpstr(text, ==, range);
}

static void assert_default(enum tsim_option_type type, const char *def, const char *canonical)
{
	const struct tsim_option option = { "x", type, .offset = 64, .def = def };
	g_autofree char *text = tsim_option_default(&option);

	g_assert_cmpstr(text, ==, canonical);
}

/* A limit can be typed as it is printed; a default is what show would print. */
static void test_canonical(void)
{
	assert_range(TSIM_OPT_BYTES, 0, 1e15, "0B to 1000TB");
	assert_range(TSIM_OPT_BYTES, 16384, 1e9, "16KiB to 1GB");
	assert_range(TSIM_OPT_TIME, 1e3, 3600e9, "1us to 1h");
	assert_range(TSIM_OPT_TIME, 1e6, 1e14, "1ms to 100000s");
	assert_range(TSIM_OPT_SHARE, 0, 0.5, "0 to 0.5");
	assert_default(TSIM_OPT_BOOL, "yes", "true");
	assert_default(TSIM_OPT_SHARE, "100%", "1");
	assert_default(TSIM_OPT_TIME, "0ns", "0s");
	assert_default(TSIM_OPT_LAW, "20ms", "fixed(20ms)");
	assert_default(TSIM_OPT_STRING, "", "");
	assert_default(TSIM_OPT_TIME, NULL, NULL);
}

static void test_suggest(void)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();

	g_ptr_array_add(names, "discard.base");
	g_ptr_array_add(names, "discard.rate");
	g_ptr_array_add(names, "slots");
	g_assert_cmpstr(tsim_suggest("discard.bsae", names), ==, "discard.base");
	g_assert_cmpstr(tsim_suggest("discardrate", names), ==, "discard.rate");
	g_assert_cmpstr(tsim_suggest("slot", names), ==, "slots");
	g_assert_cmpstr(tsim_suggest("solts", names), ==, "slots");
	g_assert_null(tsim_suggest("sloop", names));
	g_assert_null(tsim_suggest("filesystem", names));
	g_assert_null(tsim_suggest("", names));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/option/defaults", test_defaults);
	g_test_add_func("/option/format", test_format);
	g_test_add_func("/option/law", test_law);
	g_test_add_func("/option/refusals", test_refusals);
	g_test_add_func("/option/range", test_range);
	g_test_add_func("/option/canonical", test_canonical);
	g_test_add_func("/option/suggest", test_suggest);
	return g_test_run();
}
