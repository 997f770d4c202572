/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every mistake in a sweep has one clear message that points to its place. */
#include <string.h>

#include "error.h"
#include "sweep-fixture.h"

/*
 * @at: what the caret stands under, a part of the last line of @lines; NULL:
 * the message has no caret.
 */
static const struct {
	const char *lines, *at, *says;
} mistakes[] = {
	/* ${...} */
	{ "device.base = ${1ms, 2ms", "${1ms", "no '}' ends this '${'" },
	{ "device.base = ${\"1ms}", "${\"", "no '}' ends this '${'" },
	{ "device.base = ${}", "}", "unexpected '}', where there must be a value" },
	{ "device.base = ${,}", ",}", "unexpected ','" },
	{ "device.base = ${1ms,,2ms}", ",2ms", "unexpected ','" },
	{ "device.base = ${1ms,}", "}", "unexpected '}', where there must be a value" },
	{ "device.base = ${1ms 2ms}", "2ms}", "unexpected '2', where there must be ',' or '}'" },
	{ "device.base = ${1ms ! }", "}", "the name of the variable to vary in parallel" },
	{ "device.base = ${1ms ! D E}", "E}", "unexpected 'E', where there must be '}'" },
	{ "device.base = ${1ms, ${2ms}}", "${2ms", "'$' cannot stand in a value; a variable" },
	{ "device.base = ${x${2ms}, b}", "${2ms", "'$' cannot stand in a value; a variable is" },
	{ "device.base = ${x\"y\", b}", "\"y", "'\"' cannot stand in a value" },
	{ "device.base = ${\"x\"y, b}", "y, b", "unexpected 'y'" },
	{ "device.base = ${fixed(1ms)}", "fixed", "one value without a name needs no ${...}" },
	{ "device.latency = empirical(${a, b})", "${a", "sweep the whole law" },
	{ "workload.mode = ${\"", "${\"", "no '}' ends" },
	/* names */
	{ "device.base = ${D}", "D}", "unknown variable 'D'" },
	{ "workload.delay = ${Dd = 1ms, 2ms}\ndevice.base = ${D}", "D}", "did you mean 'Dd'?" },
	{ "workload.delay = ${Dd = 1ms, 2ms}\ndevice.base = ${D * 2}", "D *",
	  "did you mean 'Dd'?" },
	{ "workload.delay = ${Dd = 1ms, 2ms}\ndevice.base = ${D..1s log 3}", "D..",
	  "did you mean 'Dd'?" },
	{ "workload.delay = ${Dd = 1ms, 2ms}\ndevice.base = ${2 * D}", "D}", "did you mean 'Dd'?" },
	{ "workload.delay = ${Dd = 1ms, 2ms}\ndevice.base = ${min(D, 1ms)}", "D,",
	  "did you mean 'Dd'?" },
	{ "workload.delay = ${fast = 1ms, 2ms}\nworkload.mode = ${nvme-fast, x}", "nvme-",
	  "unknown variable 'nvme'; a text of this form goes into quotes" },
	{ "workload.delay = ${D = 1ms, 2ms}\ndevice.base = ${D = 3ms, 4ms}", "D = 3ms",
	  "'D' is defined twice, first at " },
	{ "workload.delay = ${a.b = 1ms, 2ms}", "a.b", "the name 'a.b' has a dot" },
	{ "workload.delay = ${min = 1ms, 2ms}", "min", "'min' is a word of the language" },
	{ "workload.delay = ${step = 1ms, 2ms}", "step", "'step' is a word of the language" },
	{ "workload.delay = ${E}\nD = ${E = 1ms, 2ms}", "E =", "two names for one value" },
	{ "workload.delay = ${D}\nD = fixed(${1ms, 2ms})", "fixed",
	  "'D' is no option, so its value must be one ${...}" },
	{ "workload.delay = ${D}\nD = ${1ms, 2ms} x", " x", "'D' is no option, so its value" },
	{ "workload.delay = ${D}\nD = 5ms", NULL,
	  "D = 5ms: unknown key 'D'; a variable is written D = ${...}" },
	{ "replicatons = ${1, 2}", NULL,
	  "unknown key 'replicatons' (did you mean 'replications'?); no ${...} refers to it" },
	{ "constrant = ${1, 2}", NULL, "did you mean 'constraint'?" },
	{ "D = ${1ms, 2ms}\nconstraint = D > 1ms", NULL, "unknown key 'D'; no ${...} refers" },
	{ "device.bsae = ${1ms, 2ms}", NULL, "unknown key 'bsae' (did you mean 'base'?)" },
	{ "my-var = ${1ms, 2ms}", NULL, "unknown key 'my-var'" },
	{ "policies = ${unpinned, pinned-chunk}", "${unp", "every point runs all of them" },
	{ "replications = ${1, 2}", "${1", "it is the same at every point" },
	/* what refers to what */
	{ "device.base = ${A = B * 2}\nworkload.delay = ${B = A / 2}", NULL, NULL },
	{ "device.base = ${A = A * 2}", "${A", "the values refer to each other: A -> A" },
	{ "workload.delay = ${A = B}\ndevice.base = ${B = A, 1ms}", NULL, "A -> B -> A" },
	{ "device.base = ${1ms, 2ms ! D}", "D}", "unknown variable 'D'" },
	{ "workload.delay = ${D = 1ms, 2ms}\nfilesystem.interval = ${E = D}\n"
	  "device.base = ${1ms, 2ms ! E}",
	  "E}", "'E' does not vary on its own" },
	{ "workload.delay = ${A = 1ms, 2ms ! B}\ndevice.base = ${B = 1ms, 2ms ! A}", NULL,
	  "varies in parallel with itself" },
	{ "workload.delay = ${D = 1ms, 2ms}\ndevice.base = ${E = 1ms..2ms log 3 ! D}", "D}",
	  "'E' has 3 values, but 'D' has 2" },
	{ "workload.delay = ${D = 1ms, 2ms}\nfilesystem.interval = ${T = 1ms..D step 1ms}\n"
	  "device.base = ${E = 1ms, 2ms ! T}",
	  "T}", "'E' has 2 values where 'T' has 1" },
	{ "workload.delay = ${D = 1ms, 2ms}\ndevice.base = ${3 * D ! D}", "D}",
	  "'device.base' has 1 values where 'D' has 2" },
	/* ranges */
	{ "device.base = ${1ms..2ms}", "}", "a range says how it is divided" },
	{ "device.base = ${1ms..2ms lgo 3}", "lgo", "a range says how it is divided" },
	{ "device.base = ${1ms..}", "}", "unexpected '}', where there must be a value" },
	{ "device.base = ${1ms..2ms log}", "}", "unexpected '}', where there must be a value" },
	{ "device.base = ${1ms..2 log 3}", "2 log", "the ends of the range are not of one kind" },
	{ "device.base = ${1ms..2KiB log 3}", "2KiB", "the ends of the range are not of one kind" },
	{ "device.base = ${1ms..2ms log 1}", "1}", "a range has 2 to 1000000 values" },
	{ "device.base = ${1ms..2ms log 2.5}", "2.5", "a range has 2 to 1000000 values" },
	{ "device.base = ${1ms..2ms lin -3}", "-3", "a range has 2 to 1000000 values" },
	{ "device.base = ${1ms..2ms log 1e7}", "1e7", "a range has 2 to 1000000 values" },
	{ "device.base = ${1ms..2ms log 3ms}", "3ms", "this is a time, not a number of values" },
	{ "device.base = ${0s..2ms log 3}", "0s", "the ends of a log range must be above 0" },
	{ "device.base = ${1ms..2ms step 0s}", "0s}", "the step is 0" },
	{ "device.base = ${1ms..2ms step 1}", "1}", "the step must be of the same kind" },
	{ "device.base = ${1ms..2ms step -1ms}", "${1ms", "its step leads away from its end" },
	{ "device.base = ${1ns..1h step 1ns}", "1ns..", "the range has 3.6e+12 values" },
	{ "device.base = ${1ns..3ns lin 9}", "${1ns", "has the value 1ns twice" },
	{ "device.slots = ${1..3 log 9}", "${1", "has the value 1 twice" },
	{ "device.base = ${1ms, 1000us}", "${1ms", "has the value 1ms twice" },
	{ "device.base = ${\"1ms\"..2ms log 3}", "..2", "unexpected '.'" },
	/* values */
	{ "device.base = ${1ms, 5x}", "5x", "'5x' has no known unit" },
	{ "device.base = ${1ms, 4k}", "4k", "'4k' has no known unit" },
	{ "device.base = ${1ms, 0.1ns}", "0.1ns", "is below 1ns" },
	{ "device.base = ${1ms, 99999999999h}", "999", "is too large" },
	{ "device.base = ${1ms, 1ms - 2ms}", "1ms -", "a time of -1e+06ns is negative" },
	{ "device.base = ${1ms, 1ms * 1ms}", "1ms *", "of dimension time^2 bytes^0" },
	{ "device.slots = ${1, 9007199254740993}", "9007", "put it in quotes" },
	{ "device.base = ${1ms, 1h * 1e12}", "1h", "cannot be written" },
	{ "device.base = ${D = 1ms}\nworkload.delay = ${D * D}", "D *", "of dimension time^2" },
	{ "device.base = ${D = 1ms}\nworkload.delay = ${D - 5ms}", "D -",
	  "a time of -4e+06ns is negative" },
	/* expressions */
	{ "device.base = ${1ms, 1ms + 1}", "+",
	  "cannot add a time and a number; is a unit missing" },
	{ "device.base = ${1ms, 1ms - 1B}", "- 1B", "cannot subtract a time and a size" },
	{ "device.base = ${1ms, min(1ms, 1B)}", "min", "cannot compare a time and a size" },
	{ "device.base = ${1ms, min()}", ")", "unexpected ')', where there must be a value" },
	{ "device.base = ${1ms, sqrt(1, 2)}", ", 2", "the function has one argument" },
	{ "device.base = ${1ms, min(1ms}", "}", "where there must be ',' or ')'" },
	{ "device.base = ${1ms, (1ms}", "}", "unexpected '}', where there must be ')'" },
	{ "device.base = ${1ms, 1ms)}", ")}", "unexpected ')'" },
	{ "device.base = ${1ms, 1ms * sqrt(-1)}", "sqrt", "sqrt of a negative number" },
	{ "device.base = ${1ms, sqrt(1ms)}", "sqrt", "whose unit has no root" },
	{ "device.base = ${1ms, 1ms * log(0)}", "log", "log of a number that is not above 0" },
	{ "device.base = ${1ms, 1ms * exp(1ms)}", "exp", "take a number without a unit" },
	{ "device.base = ${1ms, 1ms * exp(1e6)}", "exp", "the result is too large" },
	{ "device.base = ${1ms, 1ms / 0}", "/ 0", "division by zero" },
	{ "device.base = ${1ms, 2 * log10(3)}", "log10", "unknown function 'log10'" },
	{ "device.base = ${1ms, 2 * \"x\"}", "\"x", "this is a text, not a number" },
	{ "device.base = ${1ms, 2 * \"x}", "${1ms", "no '}' ends" },
	{ "device.base = ${1ms, !5}", "5}", "this is a number, not a condition" },
	{ "device.base = ${1ms, 5 + (1 < 2)}", "< 2", "this is true or false, not a number" },
	{ "device.base = ${D = 0s, 1ms}\nworkload.delay = ${E = 1ms * 1ms / D}", "/ D",
	  "division by zero with D = 0s" },
	/* constraints */
	{ "device.base = ${D = 1ms, 2ms}\nconstraint = D < 5", "< 5",
	  "cannot order a time and a number; is a unit missing?" },
	{ "device.base = ${D = 1ms, 2ms}\nconstraint = D == \"x\"",
	  "== ", "cannot compare a time and a text" },
	{ "device.base = ${D = 1ms, 2ms}\nconstraint = D == Dd", "Dd", "did you mean 'D'?" },
	{ "device.base = ${D = 1ms, 2ms}\nconstraint = D", "D", "this is a time, not a condition" },
	{ "device.base = ${D = 1ms, 2ms}\nconstraint =", "",
	  "the end, where there must be a value" },
	{ "device.base = ${D = 1ms, 2ms}\nconstraint = D = 1ms", "= 1ms",
	  "unexpected '=', write ==" },
	{ "device.base = ${D = 1ms, 2ms}\nconstraint = D > 0s & D < 1s", "& D",
	  "unexpected '&', write &&" },
	{ "device.base = ${D = 1ms, 2ms}\nconstraint = 0s < D < 1s", "< 1s",
	  "comparisons do not chain" },
	{ "device.base = ${D = 1ms, 2ms}\nconstraint = $D < 1s", "$D", "D, not $D or ${D}" },
	{ "device.base = ${D = 1ms, 2ms}\nconstraint = ${D} < 1s", "${D}", "D, not $D or ${D}" },
	{ "device.base = ${D = 1ms, 2ms}\nconstraint = D < 1s)", ")",
	  "unexpected ')', where there must be the end or an operator" },
	{ "device.base = ${D = 1ms, 2ms}\nconstraint = E < 1s", "E <", "unknown variable 'E'" },
	{ "device.base = ${D = 1ms, 2ms}\nconstraint = D > 1s", NULL, "no point: the constraints" },
	{ "constraint = 1 > 2", NULL, "no point" },
	{ "device.effect = ${e = start, end}\nconstraint = e < \"end\"", "< ",
	  "cannot order a text and a text" },
};

/* The caret stands below what @at begins with, in the line that is shown and in the file. */
static void check_caret(const char *message, const char *lines, const char *at)
{
	const char *last = strrchr(lines, '\n') ? strrchr(lines, '\n') + 1 : lines;
	const char *place = *at ? strstr(last, at) : last + strlen(last);
	g_auto(GStrv) parts = g_strsplit(message, "\n", -1);
	gsize column;

	g_assert_nonnull(place);
	g_assert_cmpuint(g_strv_length(parts), ==, 3);
	column = strlen(parts[2]) - 1;
	g_assert_cmpint(parts[2][column], ==, '^');
	g_assert_cmpuint(column, <=, strlen(parts[1]));
	if (strcmp(parts[1] + column, place) && !g_str_has_prefix(parts[1] + column, at))
		g_test_message("%s", message);
	g_assert_true(g_str_has_prefix(parts[1] + column, at));
}

static void check_place(const char *message, const char *lines, const char *at)
{
	const char *last = strrchr(lines, '\n') ? strrchr(lines, '\n') + 1 : lines;
	const char *place = *at ? strstr(last, at) : last + strlen(last);
	g_autofree char *expected = NULL;
	guint line = FIXTURE_LINES + 1;

	for (const char *p = lines; p < last; p++)
		line += *p == '\n';
	/* "constraint =" has its value, none, behind the "=" */
	expected = g_strdup_printf("%s:%u:%u: ", fixture_path(), line, (guint)(place - last) + 1);
	if (!g_str_has_prefix(message, expected))
		g_test_message("not at %s", expected);
	g_assert_true(g_str_has_prefix(message, expected));
}

static void test_mistakes(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(mistakes); i++) {
		g_autoptr(GError) error = NULL;
		struct fixture f;

		g_test_message("%s", mistakes[i].lines);
		fixture_load(&f, mistakes[i].lines, NULL, &error);
		g_assert_error(error, TSIM_ERROR, TSIM_ERROR_INPUT);
		g_test_message("%s", error->message);
		g_assert_null(f.sweep);
		if (mistakes[i].says)
			g_assert_nonnull(strstr(error->message, mistakes[i].says));
		if (mistakes[i].at) {
			check_place(error->message, mistakes[i].lines, mistakes[i].at);
			check_caret(error->message, mistakes[i].lines, mistakes[i].at);
		}
		fixture_clear(&f);
	}
}

/* The same, in a --set: no line, but a caret. */
static void test_set(void)
{
	g_autoptr(GError) error = NULL;
	struct fixture f;

	fixture_load(&f, "", "device.base=${1ms, 5x}", &error);
	g_assert_error(error, TSIM_ERROR, TSIM_ERROR_INPUT);
	g_assert_cmpstr(error->message, ==,
			"--set device.base: '5x' has no known unit: ns us ms s min h, B KiB MiB "
			"GiB TiB kB MB GB TB, those with /s, /s /min /h, %\n"
			"  device.base = ${1ms, 5x}\n"
			"                       ^");
	fixture_clear(&f);
	g_clear_error(&error);
	fixture_load(&f, "device.base = ${D}\nD = ${1ms, 2ms}", "device.base=3ms", &error);
	g_assert_nonnull(strstr(error->message, "write --set 'experiment.D=${VALUE}'"));
	fixture_clear(&f);
}

/* A value of any length: what is wrong is shown with its surroundings only. */
static void test_long(void)
{
	g_autofree char *blanks = g_strnfill(100000, ' ');
	g_autofree char *lines = g_strdup_printf("device.base = ${1ms,%s5x,%s}", blanks, blanks);
	g_autofree char *deep = g_strnfill(100000, '(');
	g_autofree char *nested = g_strdup_printf("device.base = ${%s}", deep);
	g_autoptr(GString) sum = g_string_new("device.base = ${1ms"), list = NULL;
	const char *const all[] = { lines, nested, NULL, NULL };
	const char *texts[4];

	for (guint i = 0; i < 100000; i++)
		g_string_append(sum, "+1ms");
	g_string_append_c(sum, '}');
	list = g_string_new("device.base = ${1ms");
	for (guint i = 0; i < 100000; i++)
		g_string_append(list, ", x");
	g_string_append_c(list, '}');
	texts[0] = all[0];
	texts[1] = all[1];
	texts[2] = sum->str;
	texts[3] = list->str;
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		struct fixture f;

		fixture_load(&f, texts[i], NULL, &error);
		g_assert_error(error, TSIM_ERROR, TSIM_ERROR_INPUT);
		g_assert_cmpuint(strlen(error->message), <, 600);
		fixture_clear(&f);
	}
}

/* A caret below characters that are wide, have no width, or take several bytes. */
static void test_characters(void)
{
	g_autoptr(GError) error = NULL;
	struct fixture f;

	fixture_load(&f, "\tworkload.mode = ${\"λ\", \"漢字\", \"e\xcc\x81\", 5x}", NULL, &error);
	g_assert_error(error, TSIM_ERROR, TSIM_ERROR_INPUT);
	g_assert_nonnull(strstr(error->message, "a.conf:13:37: "));
	g_assert_nonnull(strstr(error->message,
				"  workload.mode = ${\"λ\", \"漢字\", \"e\xcc\x81\", 5x}\n"
				"                                      ^"));
	fixture_clear(&f);
}

static void test_too_many(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) lines = g_string_new(NULL);
	struct fixture f;
	static const char large[] = "device.base = ${1ms..1s lin 1000}\n"
				    "workload.delay = ${1ms..2s lin 2000}";

	/* More than a million points are counted, not enumerated; --force takes them. */
	fixture_load(&f, large, NULL, &error);
	g_assert_error(error, TSIM_ERROR, TSIM_ERROR_INPUT);
	g_assert_nonnull(strstr(error->message, "2000000 points; above 1000000 it takes --force"));
	g_clear_error(&error);
	fixture_clear(&f);
	fixture_load_forced(&f, large, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(tsim_sweep_n_points(f.sweep), ==, 2000000);
	g_assert_cmpstr(tsim_sweep_value(f.sweep, 1999999, 1), ==, "2s");
	fixture_clear(&f);
	/* Where only the walk can count. */
	fixture_load(&f,
		     "device.base = ${D = 1us..2ms step 1us}\nworkload.delay = ${1us..D step 1us}",
		     NULL, &error);
	g_assert_nonnull(strstr(error->message, "more than 1000000 points; above"));
	g_clear_error(&error);
	fixture_clear(&f);
	/* More than 64 bits hold. */
	for (guint i = 0; i < 8; i++)
		g_string_append_printf(lines, "V%u = ${1ns..1s lin 1000}\n", i);
	g_string_append(lines, "device.base = ${V0+V1+V2+V3+V4+V5+V6+V7}");
	fixture_load_forced(&f, lines->str, &error);
	g_assert_nonnull(strstr(error->message, "more points than 64 bits can number"));
	g_clear_error(&error);
	fixture_clear(&f);
	/* More constraints than anybody writes. */
	g_string_assign(lines, "device.base = ${D = 1ms, 2ms}\n");
	for (guint i = 0; i < 101; i++)
		g_string_append(lines, "constraint = D > 0s\n");
	fixture_load(&f, lines->str, NULL, &error);
	g_assert_nonnull(strstr(error->message, "more than 100 constraints in [experiment e]"));
	g_clear_error(&error);
	fixture_clear(&f);
	/* More variables than there are bits. */
	g_string_truncate(lines, 0);
	for (guint i = 0; i < 65; i++)
		g_string_append_printf(lines, "V%u = ${1ms}\n", i);
	fixture_load(&f, lines->str, NULL, &error);
	g_assert_nonnull(strstr(error->message, "more than 64 variables"));
	fixture_clear(&f);
}

int main(int argc, char **argv)
{
	int status;

	g_test_init(&argc, &argv, NULL);
	fixture_start();
	g_test_add_func("/sweep-errors/mistakes", test_mistakes);
	g_test_add_func("/sweep-errors/set", test_set);
	g_test_add_func("/sweep-errors/long", test_long);
	g_test_add_func("/sweep-errors/characters", test_characters);
	g_test_add_func("/sweep-errors/too-many", test_too_many);
	status = g_test_run();
	fixture_end();
	return status;
}
