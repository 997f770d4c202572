/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every construct of the sweep language, and what is put into the configuration. */
#include <string.h>

#include "error.h"
#include "sweep-fixture.h"

/* What the first variable is, point by point. */
static const struct {
	const char *lines, *values;
} constructs[] = {
	/* lists */
	{ "device.base = ${1ms, 5ms}", "1ms 5ms" },
	{ "device.base = ${ 1ms,5ms }", "1ms 5ms" },
	{ "device.base = ${D = 5ms}", "5ms" },
	{ "device.base = ${D}\nD = ${1 ms, 5000us}", "1ms 5ms" },
	{ "device.latency = exponential(mean=${D})\nD = ${1ms, 2ms}", "1ms 2ms" },
	/* ranges, both ends exact */
	{ "device.base = ${1ms..1s log 7}", "1ms 3.162ms 10ms 31.62ms 100ms 316.2ms 1s" },
	{ "device.base = ${1s..1ms log 4}", "1s 100ms 10ms 1ms" },
	{ "device.base = ${1.234567ms..7.654321ms log 3}", "1.234567ms 3.074ms 7.654321ms" },
	{ "device.base = ${1s..1.001s log 3}", "1s 1.0005s 1.001s" },
	{ "device.base = ${0s..1s lin 4}", "0s 333.3ms 666.7ms 1s" },
	{ "device.base = ${10ms..40ms step 10ms}", "10ms 20ms 30ms 40ms" },
	{ "device.base = ${10ms..45ms step 10ms}", "10ms 20ms 30ms 40ms" },
	{ "device.base = ${3ms..1ms step -1ms}", "3ms 2ms 1ms" },
	{ "device.base = ${5ms..5ms lin 3}", "5ms" },
	{ "device.base = ${1us, 1ms..3ms step 1ms, 1s..2s lin 2}", "1us 1ms 2ms 3ms 1s 2s" },
	{ "device.sigma = ${0..1 step 0.1}", "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1" },
	{ "device.sigma = ${-.3...3 step .1}", "-0.3 -0.2 -0.1 0 0.1 0.2 0.3" },
	{ "device.sigma = ${1..2 lin 3}", "1 1.5 2" },
	{ "device.slots = ${1..100 log 5}", "1 3 10 32 100" },
	{ "workload.pieces = ${n}\nn = ${1..8 lin 3}", "1 5 8" },
	{ "policy.pinned-chunk.pieces = ${1..8 lin 3}", "1 5 8" },
	{ "device.slots = ${1..8 step 1}", "1 2 3 4 5 6 7 8" },
	/* units */
	{ "device.bytes = ${64KiB..1MiB log 5}", "64KiB 128KiB 256KiB 512KiB 1MiB" },
	{ "device.bytes = ${512B..4KiB log 4}", "512B 1KiB 2KiB 4KiB" },
	{ "device.bytes = ${1GiB..2GiB lin 4}", "1GiB 1.333GiB 1.667GiB 2GiB" },
	{ "device.bytes = ${1MB..1GB log 4, 5B}", "1MB 10MB 100MB 1GB 5B" },
	{ "device.rate = ${100MB/s..1GB/s log 3, 1MiB/s, inf}",
	  "100MB/s 316.2MB/s 1GB/s 1MiB/s inf" },
	{ "device.per_s = ${5/s, 3/min, 2/h, 1/s..100/s log 3}", "5/s 3/min 2/h 1/s 10/s 100/s" },
	{ "device.share = ${1%, 10%..50% step 20%, 0.75}", "0.01 0.1 0.3 0.5 0.75" },
	{ "filesystem.interval = ${30s, 60s..120s step 30s, 1h, 90min, 1e9ns * 3}",
	  "30s 60s 90s 120s 1h 1.5h 3s" },
	/* texts */
	{ "device.effect = ${start, end}", "start end" },
	{ "device = ${dev = d, nvme-fast, btrfs-3.18}", "d nvme-fast btrfs-3.18" },
	{ "device = ${ \"d\" , \"nvme-fast\"}", "d nvme-fast" },
	{ "device.cache = ${true, false}", "true false" },
	{ "device.latency = ${fixed(1ms), lognormal(median=20ms, sigma=1.2)}\nsigma = ${1, 2}\n"
	  "device.sigma = ${sigma}",
	  "fixed(1ms) fixed(1ms) lognormal(median=20ms, sigma=1.2) "
	  "lognormal(median=20ms, sigma=1.2)" },
	{ "workload.mode = ${wait, retry(100ms), \"a, b! ${x}\"}", "wait retry(100ms) a, b! ${x}" },
	{ "workload.mode = ${m = /a/b.trace, ../c.trace}", "/a/b.trace ../c.trace" },
	{ "workload.mode = ${\"\", x}", " x" },
	/* dependent */
	{ "device.base = ${D}\nD = ${A, 2 * A}\nA = ${1ms, 10ms}\nworkload.delay = ${A}",
	  "1ms 1ms 10ms 10ms" },
	{ "device.base = ${T = 1ms..D log 3}\nworkload.delay = ${D = 100ms, 1s}",
	  "100ms 100ms 100ms 1s 1s 1s" },
};

static void test_constructs(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(constructs); i++) {
		struct fixture f;
		g_autofree char *values = NULL;

		fixture_sweep(&f, constructs[i].lines);
		values = fixture_values(&f, 0);
		g_test_message("%s", constructs[i].lines);
		g_assert_cmpstr(values, ==, constructs[i].values);
		fixture_clear(&f);
	}
}

/* What an expression of D = 10ms, T = 30s, n = 3 is as the value of an option. */
static const struct {
	const char *expression, *value;
} expressions[] = {
	{ "D", "10ms" },
	{ "D * 2", "20ms" },
	{ "2 * D + 1ms", "21ms" },
	{ "2*(D+1ms)", "22ms" },
	{ "D - 1ms - 2ms", "7ms" },
	{ "T / D / 3 * 1ms", "1s" },
	{ "D / 3", "3.333333ms" },
	{ "-D + T", "29.99s" },
	{ "min(D, T)", "10ms" },
	{ "max(D, 1ms, T, 2s)", "30s" },
	{ "min(D * 2, 15ms)", "15ms" },
	{ "sqrt(D * T)", "547.722558ms" },
	{ "sqrt(n + 1) * 1s", "2s" },
	{ "log(exp(n)) * 1s", "3s" },
	{ "+T", "30s" },
	{ "1 / (100/s)", "10ms" },
	{ "(1GB / (100MB/s))", "10s" },
	{ "1e3 * D", "10s" },
};

static void test_expressions(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(expressions); i++) {
		g_autofree char *lines = g_strdup_printf(
			"device.base = ${D = 10ms}\nfilesystem.interval = ${T = 30s}\n"
			"device.slots = ${n = 3}\nworkload.delay = ${%s}",
			expressions[i].expression);
		g_autofree char *value = NULL;
		struct fixture f;

		fixture_sweep(&f, lines);
		value = fixture_option(&f, 0, "workload", "delay");
		g_test_message("%s", expressions[i].expression);
		g_assert_cmpstr(value, ==, expressions[i].value);
		fixture_clear(&f);
	}
}

/* Values of other dimensions. */
static void test_dimensions(void)
{
	struct fixture f;
	g_autofree char *rate = NULL, *bytes = NULL, *per_s = NULL, *share = NULL, *cache = NULL;

	fixture_sweep(&f, "device.bytes = ${B = 1MiB}\ndevice.base = ${D = 10ms}\n"
			  "device.rate = ${B / D}\ndevice.per_s = ${3 / D}\n"
			  "device.share = ${D / 40ms}\ndevice.cache = ${D > 5ms}");
	rate = fixture_option(&f, 0, "device", "rate");
	per_s = fixture_option(&f, 0, "device", "per_s");
	share = fixture_option(&f, 0, "device", "share");
	cache = fixture_option(&f, 0, "device", "cache");
	g_assert_cmpstr(rate, ==, "100MiB/s");
	g_assert_cmpstr(per_s, ==, "300/s");
	g_assert_cmpstr(share, ==, "0.25");
	g_assert_cmpstr(cache, ==, "true");
	fixture_clear(&f);
	fixture_sweep(&f, "device.rate = ${R = 100MB/s}\ndevice.bytes = ${R * 1s}");
	bytes = fixture_option(&f, 0, "device", "bytes");
	g_assert_cmpstr(bytes, ==, "100MB");
	fixture_clear(&f);
	fixture_sweep(&f, "device.share = ${1 / 3}");
	g_clear_pointer(&share, g_free);
	share = fixture_option(&f, 0, "device", "share");
	g_assert_cmpstr(share, ==, "0.333333333333");
	fixture_clear(&f);
}

/* Several ${...} and plain text make one value. */
static void test_parts(void)
{
	struct fixture f;
	g_autofree char *value = NULL;

	fixture_sweep(&f, "device.latency = lognormal(median=${1ms, 2ms}, sigma=${S = 1, 2})");
	g_assert_cmpuint(tsim_sweep_n_points(f.sweep), ==, 4);
	g_assert_cmpstr(tsim_sweep_variable(f.sweep, 0), ==, "device.latency");
	g_assert_cmpstr(tsim_sweep_variable(f.sweep, 1), ==, "S");
	value = fixture_option(&f, 3, "device", "latency");
	g_assert_cmpstr(value, ==, "lognormal(median=2ms, sigma=2)");
	fixture_clear(&f);
	fixture_sweep(&f, "device.latency = uniform(${1ms, 2ms}, ${3ms, 4ms})");
	g_assert_cmpstr(tsim_sweep_variable(f.sweep, 0), ==, "device.latency.1");
	g_assert_cmpstr(tsim_sweep_variable(f.sweep, 1), ==, "device.latency.2");
	fixture_clear(&f);
}

/* The order of the file, the last one innermost; what one uses is outside of it. */
static void test_nesting(void)
{
	struct fixture f;
	g_autofree char *a = NULL, *b = NULL;

	fixture_sweep(&f, "device.base = ${1ms, 2ms}\nworkload.delay = ${3ms, 4ms}");
	a = fixture_values(&f, 0);
	b = fixture_values(&f, 1);
	g_assert_cmpstr(a, ==, "1ms 1ms 2ms 2ms");
	g_assert_cmpstr(b, ==, "3ms 4ms 3ms 4ms");
	fixture_clear(&f);
	fixture_sweep(&f, "device.base = ${A = B, B + 1ms}\nworkload.delay = ${B = 3ms, 5ms}\n"
			  "filesystem.interval = ${C = 1s, 2s}");
	g_assert_cmpstr(tsim_sweep_variable(f.sweep, 0), ==, "B");
	g_assert_cmpstr(tsim_sweep_variable(f.sweep, 1), ==, "A");
	g_assert_cmpstr(tsim_sweep_variable(f.sweep, 2), ==, "C");
	fixture_clear(&f);
}

static void test_zip(void)
{
	struct fixture f;
	g_autofree char *t = NULL, *u = NULL;

	fixture_sweep(&f, "device.base = ${D = 1ms, 2ms, 3ms}\n"
			  "filesystem.interval = ${T = 5s, 5s, 30s ! D}\n"
			  "workload.delay = ${U = 1s..3s step 1s !T}\n"
			  "device.slots = ${1, 2}");
	g_assert_cmpuint(tsim_sweep_n_points(f.sweep), ==, 6);
	g_assert_cmpuint(tsim_sweep_n_variables(f.sweep), ==, 4);
	t = fixture_values(&f, 1);
	u = fixture_values(&f, 2);
	g_assert_cmpstr(t, ==, "5s 5s 5s 5s 30s 30s");
	g_assert_cmpstr(u, ==, "1s 1s 2s 2s 3s 3s");
	fixture_clear(&f);
	/* Each value may depend on what it varies with. */
	fixture_sweep(&f, "device.base = ${D = 1ms, 2ms}\nworkload.delay = ${D, 3*D ! D}");
	g_clear_pointer(&t, g_free);
	t = fixture_values(&f, 1);
	g_assert_cmpstr(t, ==, "1ms 6ms");
	fixture_clear(&f);
}

static void test_constraints(void)
{
	struct fixture f;
	g_autofree char *t = NULL, *d = NULL;

	fixture_sweep(&f, "device.base = ${D = 1s, 10s}\nfilesystem.interval = ${T = 5s, 30s}\n"
			  "constraint = D < T");
	d = fixture_values(&f, 0);
	t = fixture_values(&f, 1);
	g_assert_cmpstr(d, ==, "1s 1s 10s");
	g_assert_cmpstr(t, ==, "5s 30s 30s");
	fixture_clear(&f);
	/* All lines hold; texts compare with and without quotes; keys are names. */
	fixture_sweep(&f, "device = ${dev = d, nvme-fast}\nconstraint = dev == nvme-fast\n"
			  "device.base = ${1ms, 2ms, 3ms}\nconstraint = device.base >= 2ms\n"
			  "constraint = !(device.base == 3ms) && dev != \"x\" || 1 > 2\n"
			  "device.effect = ${start, end}\nconstraint = device.effect == start");
	g_assert_cmpuint(tsim_sweep_n_points(f.sweep), ==, 1);
	g_assert_cmpstr(tsim_sweep_value(f.sweep, 0, 1), ==, "2ms");
	fixture_clear(&f);
	/* && does not look at its right side when the left one is false. */
	fixture_sweep(&f, "device.base = ${D = 0s, 1ms}\nconstraint = D > 0s && 1s / D > 5");
	g_assert_cmpuint(tsim_sweep_n_points(f.sweep), ==, 1);
	fixture_clear(&f);
	/* What doubles make of 0.1 * 3 is 0.3 all the same. */
	fixture_sweep(&f, "device.sigma = ${S = 0.3}\nconstraint = S == 0.1 * 3 && S <= 0.1 * 3");
	fixture_clear(&f);
	/* A range may be empty where others leave nothing for it. */
	fixture_sweep(&f, "device.base = ${D = 1ms, 5ms}\nworkload.delay = ${2ms..D step 1ms}");
	g_assert_cmpuint(tsim_sweep_n_points(f.sweep), ==, 4);
	fixture_clear(&f);
}

/* A value that others make twice counts once. */
static void test_repeated(void)
{
	struct fixture f;
	g_autofree char *values = NULL;

	fixture_sweep(&f, "device.base = ${D = 1ms, 5ms}\nworkload.delay = ${D, 5ms, 7ms}");
	values = fixture_values(&f, 1);
	g_assert_cmpstr(values, ==, "1ms 5ms 7ms 5ms 7ms");
	fixture_clear(&f);
}

/* Inherited keys, their replacement, and --set. */
static void test_precedence(void)
{
	g_autoptr(GError) error = NULL;
	struct fixture f;
	g_autofree char *values = NULL, *other = NULL;
	static const char lines[] = "device.base = ${D}\nD = ${1ms, 2ms}\nconstraint = D > 1ms\n"
				    "constraint = T > 0s\nconstraint = D != 4ms\n"
				    "filesystem.interval = ${T = 5s, 30s}\n"
				    "[experiment f]\ninherit = e\nD = ${3ms, 4ms}\n"
				    "constraint = T > 5s\n";

	fixture_load(&f, lines, "experiment.D=${7ms, 8ms}", &error);
	g_assert_no_error(error);
	values = fixture_values(&f, 1);
	g_assert_cmpstr(values, ==, "7ms 8ms 7ms 8ms");
	/* The last one of two counts. */
	g_assert_true(tsim_config_set(f.config, "experiment.D=${9ms}", &error));
	g_assert_true(tsim_config_set(f.config, "experiment.constraint=T < 9s", &error));
	g_clear_pointer(&f.sweep, tsim_sweep_free);
	f.sweep = tsim_sweep_new(f.config, "e", &fixture_schema, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(tsim_sweep_n_points(f.sweep), ==, 1);
	g_assert_cmpstr(tsim_sweep_value(f.sweep, 0, 0), ==, "5s");
	g_assert_cmpstr(tsim_sweep_value(f.sweep, 0, 1), ==, "9ms");
	fixture_clear(&f);
	fixture_load(&f, lines, "device.base=9ms", &error);
	g_assert_error(error, TSIM_ERROR, TSIM_ERROR_INPUT); /* nothing refers to D now */
	g_clear_error(&error);
	fixture_clear(&f);
	fixture_load(&f, lines, NULL, &error);
	g_assert_no_error(error);
	tsim_sweep_free(f.sweep);
	f.sweep = tsim_sweep_new(f.config, "f", &fixture_schema, &error);
	g_assert_no_error(error);
	/* T is inherited, D of the nearer group varies faster; its constraint replaces the other. */
	g_assert_cmpstr(tsim_sweep_variable(f.sweep, 0), ==, "T");
	other = fixture_values(&f, 1);
	g_assert_cmpstr(other, ==, "3ms 4ms");
	fixture_clear(&f);
}

/* Without any ${...} there is one point, and it is the experiment itself. */
static void test_plain(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(TsimResolved) resolved = NULL, direct = NULL;
	g_autofree char *a = NULL, *b = NULL, *c = NULL, *where = NULL;
	struct fixture f;

	fixture_sweep(&f, "device.base = 5ms");
	g_assert_cmpuint(tsim_sweep_n_points(f.sweep), ==, 1);
	g_assert_cmpuint(tsim_sweep_n_variables(f.sweep), ==, 0);
	resolved = tsim_sweep_resolve(f.sweep, 0, &error);
	direct = tsim_config_resolve(f.config, "e", &fixture_schema, &error);
	g_assert_no_error(error);
	a = tsim_resolved_manifest_full(resolved, TRUE);
	b = tsim_resolved_manifest_full(direct, TRUE);
	c = tsim_sweep_manifest(f.sweep, TRUE, &error);
	g_assert_cmpstr(a, ==, b);
	g_assert_cmpstr(a, ==, c);
	where = tsim_sweep_describe(f.sweep, 0);
	g_assert_cmpstr(where, ==, "");
	fixture_clear(&f);
}

static void test_describe(void)
{
	struct fixture f;
	g_autofree char *where = NULL, *origin = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(TsimResolved) resolved = NULL;

	fixture_sweep(&f, "device.base = ${D = 1ms, 2ms}\nfilesystem.interval = ${5s, 30s}");
	where = tsim_sweep_describe(f.sweep, 2);
	g_assert_cmpstr(where, ==, "point 2: D = 2ms, filesystem.interval = 5s");
	resolved = tsim_sweep_resolve(f.sweep, 2, &error);
	g_assert_no_error(error);
	origin = g_strdup_printf("%s:%d", fixture_path(), FIXTURE_LINES + 1);
	g_assert_cmpstr(tsim_resolved_origin(resolved, "device", NULL, "base"), ==, origin);
	fixture_clear(&f);
}

/* A misspelt value is found at the point that has it, not by the sweep. */
static void test_bad_point(void)
{
	struct fixture f;
	g_autoptr(GError) error = NULL;

	fixture_sweep(&f, "device.base = ${1ms, 2h}");
	g_assert_null(tsim_sweep_resolve(f.sweep, 1, &error));
	g_assert_nonnull(strstr(error->message, "device.base = 2h: '2h' is out of range"));
	g_assert_nonnull(strstr(error->message, "(point 1: device.base = 2h)"));
	fixture_clear(&f);
}

int main(int argc, char **argv)
{
	int status;

	g_test_init(&argc, &argv, NULL);
	fixture_start();
	g_test_add_func("/sweep/constructs", test_constructs);
	g_test_add_func("/sweep/expressions", test_expressions);
	g_test_add_func("/sweep/dimensions", test_dimensions);
	g_test_add_func("/sweep/parts", test_parts);
	g_test_add_func("/sweep/nesting", test_nesting);
	g_test_add_func("/sweep/zip", test_zip);
	g_test_add_func("/sweep/constraints", test_constraints);
	g_test_add_func("/sweep/repeated", test_repeated);
	g_test_add_func("/sweep/precedence", test_precedence);
	g_test_add_func("/sweep/plain", test_plain);
	g_test_add_func("/sweep/describe", test_describe);
	g_test_add_func("/sweep/bad-point", test_bad_point);
	status = g_test_run();
	fixture_end();
	return status;
}
