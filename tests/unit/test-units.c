/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>
#include <math.h>

#include "error.h"
#include "units.h"

static tsim_ns time_of(const char *text)
{
	g_autoptr(GError) error = NULL;
	tsim_ns t = -1;

	tsim_parse_time(text, &t, &error);
	g_assert_no_error(error);
	return t;
}

static guint64 bytes_of(const char *text)
{
	g_autoptr(GError) error = NULL;
	guint64 bytes = 1;

	tsim_parse_bytes(text, &bytes, &error);
	g_assert_no_error(error);
	return bytes;
}

static void test_time(void)
{
	g_assert_cmpint(time_of("0s"), ==, 0);
	g_assert_cmpint(time_of("5ns"), ==, 5);
	g_assert_cmpint(time_of("20us"), ==, 20000);
	g_assert_cmpint(time_of("  20ms\t"), ==, 20000000);
	g_assert_cmpint(time_of("20 ms"), ==, 20000000);
	g_assert_cmpint(time_of("0.2s"), ==, 200000000);
	g_assert_cmpint(time_of(".5s"), ==, 500000000);
	g_assert_cmpint(time_of("5.s"), ==, 5000000000);
	g_assert_cmpint(time_of("1e-3s"), ==, 1000000);
	g_assert_cmpint(time_of("1.5E+2ms"), ==, 150000000);
	g_assert_cmpint(time_of("2min"), ==, 120000000000);
	g_assert_cmpint(time_of("1.5h"), ==, 5400000000000);
	g_assert_cmpint(time_of("9223372036854775807ns"), ==, G_MAXINT64);
	g_assert_cmpint(time_of("9223372036.854775807s"), ==, G_MAXINT64);
	/* Rounded to the nearest, halves up; digits that no unit resolves are dropped. */
	g_assert_cmpint(time_of("1.4ns"), ==, 1);
	g_assert_cmpint(time_of("1.5ns"), ==, 2);
	g_assert_cmpint(time_of("0.33333333333333333333333333333333333333333333333333s"), ==,
			333333333);
	g_assert_cmpint(time_of("0e-99999999999h"), ==, 0);
	g_assert_cmpint(time_of("0e99999999999h"), ==, 0);
	g_assert_cmpint(time_of("100000000000000000000000000e-26s"), ==, 1000000000);
}

static void test_bytes(void)
{
	g_assert_cmpuint(bytes_of("0B"), ==, 0);
	g_assert_cmpuint(bytes_of("4KiB"), ==, 4096);
	g_assert_cmpuint(bytes_of("1.5MiB"), ==, 1572864);
	g_assert_cmpuint(bytes_of("1GiB"), ==, 1073741824);
	g_assert_cmpuint(bytes_of("2TiB"), ==, 2199023255552);
	g_assert_cmpuint(bytes_of("1kB"), ==, 1000);
	g_assert_cmpuint(bytes_of("3MB"), ==, 3000000);
	g_assert_cmpuint(bytes_of("4GB"), ==, 4000000000);
	g_assert_cmpuint(bytes_of("5TB"), ==, 5000000000000);
	g_assert_cmpuint(bytes_of("18446744073709551615B"), ==, G_MAXUINT64);
	g_assert_cmpuint(bytes_of("16777215TiB"), ==, G_GUINT64_CONSTANT(16777215) << 40);
}

static void test_doubles(void)
{
	g_autoptr(GError) error = NULL;
	guint64 n;
	double x;

	g_assert_true(tsim_parse_rate("500MB/s", &x, &error) && x == 5e8);
	g_assert_true(tsim_parse_rate("1.5 GiB/s", &x, &error) && x == 1610612736.0);
	g_assert_true(tsim_parse_rate("7B/s", &x, &error) && x == 7);
	g_assert_true(tsim_parse_rate("inf", &x, &error) && isinf(x) && x > 0);
	g_assert_true(tsim_parse_frequency("5/s", &x, &error) && x == 5);
	g_assert_true(tsim_parse_frequency("3/min", &x, &error) && x == 0.05);
	g_assert_true(tsim_parse_frequency("1.8/h", &x, &error) && x == 1.8 / 3600);
	g_assert_true(tsim_parse_share("10%", &x, &error) && x == 0.1);
	g_assert_true(tsim_parse_share("0.25", &x, &error) && x == 0.25);
	g_assert_true(tsim_parse_share("100 %", &x, &error) && x == 1);
	g_assert_true(tsim_parse_count("1e6", &n, &error) && n == 1000000);
	g_assert_true(tsim_parse_count("1.5e3", &n, &error) && n == 1500);
	g_assert_true(tsim_parse_count("18446744073709551615", &n, &error) && n == G_MAXUINT64);
	g_assert_true(tsim_parse_real("-1.25e-2", &x, &error) && x == -0.0125);
	g_assert_true(tsim_parse_real("+3", &x, &error) && x == 3);
	g_assert_no_error(error);
}

enum kind { TIME, BYTES, RATE, FREQUENCY, SHARE, COUNT, REAL };

static gboolean parse(enum kind kind, const char *text, GError **error)
{
	tsim_ns t;
	guint64 n;
	double x;

	switch (kind) {
	case TIME:
		return tsim_parse_time(text, &t, error);
	case BYTES:
		return tsim_parse_bytes(text, &n, error);
	case RATE:
		return tsim_parse_rate(text, &x, error);
	case FREQUENCY:
		return tsim_parse_frequency(text, &x, error);
	case SHARE:
		return tsim_parse_share(text, &x, error);
	case COUNT:
		return tsim_parse_count(text, &n, error);
	default:
		return tsim_parse_real(text, &x, error);
	}
}

static const struct {
	enum kind kind;
	const char *text;
	const char *message;	/* NULL: any */
} refused[] = {
	{ TIME, "5", "'5' needs a unit: ns us ms s min h, e.g. 5s" },
	{ TIME, "0", "'0' needs a unit: ns us ms s min h, e.g. 5s" },
	{ TIME, "5m", "'5m' has no known unit; write 5ms or 5min" },
	{ TIME, "5S", "'5S' has no known unit; write 5s" },
	{ TIME, "5sec", "'5sec' has no known unit: use one of ns us ms s min h, e.g. 5s" },
	{ TIME, "-5s", "'-5s' is negative" },
	{ TIME, "0.2ns", "'0.2ns' is below 1ns and would become 0" },
	{ TIME, "1e-99999999999s", "'1e-99999999999s' is below 1ns and would become 0" },
	{ TIME, "9223372036854775808ns",
	  "'9223372036854775808ns' is too large: at most 9223372036854775807ns" },
	{ TIME, "1e99999999999s", NULL },
	{ TIME, "100000000000000000000000000000000000000000000000000ns", NULL },
	{ TIME, "s", "'s' is not a time: write a number and one of ns us ms s min h, e.g. 5s" },
	{ TIME, "", NULL }, { TIME, " ", NULL }, { TIME, "nan", NULL }, { TIME, "inf", NULL },
	{ TIME, "0x5s", NULL }, { TIME, "5,2s", NULL }, { TIME, "5s5", NULL },
	{ TIME, "1e", NULL }, { TIME, "--5s", NULL }, { TIME, ".s", NULL },
	{ BYTES, "64k", "'64k' has no known unit; write 64KiB or 64kB" },
	{ BYTES, "1M", "'1M' has no known unit; write 1MiB or 1MB" },
	{ BYTES, "1G", "'1G' has no known unit; write 1GiB or 1GB" },
	{ BYTES, "1mib", "'1mib' has no known unit; write 1MiB" },
	{ BYTES, "64", NULL }, { BYTES, "-1B", NULL }, { BYTES, "16777216TiB", NULL },
	{ BYTES, "18446744073709551616B", NULL }, { BYTES, "1KiB/s", NULL },
	{ RATE, "5MB", "'5MB' has no known unit; write 5MB/s" },
	{ RATE, "5", NULL }, { RATE, "-inf", NULL }, { RATE, "1e308TB/s", NULL },
	{ RATE, "nan", NULL }, { RATE, "1e999B/s", NULL },
	{ FREQUENCY, "5", "'5' needs a unit: /s /min /h, e.g. 5/s" },
	{ FREQUENCY, "5/m", "'5/m' has no known unit; write 5/min" },
	{ FREQUENCY, "5Hz", NULL }, { FREQUENCY, "1e999/s", NULL },
	{ SHARE, "10", "'10' is above 1: write 0.1 or 10%" },
	{ SHARE, "101%", NULL }, { SHARE, "-1%", NULL }, { SHARE, "x", NULL }, { SHARE, "%", NULL },
	{ COUNT, "1.5", "'1.5' is not a whole number" },
	{ COUNT, "1e-3", NULL }, { COUNT, "1k", NULL }, { COUNT, "-1", "'-1' is negative" },
	{ COUNT, "18446744073709551616", NULL }, { COUNT, "", NULL },
	{ REAL, "nan", NULL }, { REAL, "1e999", NULL }, { REAL, "1.2x", NULL }, { REAL, "", NULL },
	{ REAL, "0x10", NULL }, { REAL, "+-1", NULL },
};

static void test_refused(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autoptr(GError) error = NULL;

		if (parse(refused[i].kind, refused[i].text, &error))
			g_error("'%s' was accepted", refused[i].text);
		g_assert_error(error, TSIM_ERROR, TSIM_ERROR_INPUT);
		if (refused[i].message)
			g_assert_cmpstr(error->message, ==, refused[i].message);
	}
}

static void check_round_trip(guint64 value)
{
	tsim_ns t = (tsim_ns)(value & G_MAXINT64);
	g_autofree char *time_text = tsim_format_time(t);
	g_autofree char *bytes_text = tsim_format_bytes(value);

	g_assert_cmpint(time_of(time_text), ==, t);
	g_assert_cmpuint(bytes_of(bytes_text), ==, value);
}

/* A number of random length, so that every magnitude occurs, and its neighbours. */
static void test_round_trip(void)
{
	static const guint64 units[] = { 1000, 60, 1024, 1048576, 1000000000, 3600000000000 };
	g_autoptr(GRand) rand = g_rand_new_with_seed(20261122);

	for (guint i = 0; i < 100000; i++) {
		guint64 bits = (guint64)g_rand_int(rand) << 32 | g_rand_int(rand);
		guint64 value = bits >> g_rand_int_range(rand, 0, 64);

		check_round_trip(value);
		check_round_trip(value / 1000 * units[i % G_N_ELEMENTS(units)]);
	}
	for (guint shift = 0; shift < 64; shift++)
		for (int d = -1; d <= 1; d++)
			check_round_trip((G_GUINT64_CONSTANT(1) << shift) + d);
	check_round_trip(0);
	check_round_trip(G_MAXUINT64);
	check_round_trip(G_MAXINT64);
}

static void test_round_trip_doubles(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(7);
	g_autoptr(GError) error = NULL;
	double y;

	for (int i = 0; i < 20000; i++) {
		double x = exp(g_rand_double_range(rand, -30, 30));
		g_autofree char *rate = tsim_format_rate(x);
		g_autofree char *frequency = tsim_format_frequency(x);
		g_autofree char *real = tsim_format_real(-x);

		g_assert_true(tsim_parse_rate(rate, &y, &error) && y == x);
		g_assert_true(tsim_parse_frequency(frequency, &y, &error) && y == x);
		g_assert_true(tsim_parse_real(real, &y, &error) && y == -x);
	}
	g_assert_no_error(error);
}

static void check_text(char *text, const char *expected)
{
	g_assert_cmpstr(text, ==, expected);
	g_free(text);
}

static void test_format(void)
{
	check_text(tsim_format_time(0), "0s");
	check_text(tsim_format_time(20000000), "20ms");
	check_text(tsim_format_time(500000000), "500ms");
	check_text(tsim_format_time(1500000000), "1.5s");
	check_text(tsim_format_time(30000000000), "30s");
	check_text(tsim_format_time(3600000000000), "1h");
	check_text(tsim_format_bytes(4096), "4KiB");
	check_text(tsim_format_bytes(1000000), "1MB");
	check_text(tsim_format_bytes(1610612736), "1.5GiB");
	check_text(tsim_format_rate(5e8), "500MB/s");
	check_text(tsim_format_rate(INFINITY), "inf");
	check_text(tsim_format_frequency(0.05), "3/min");
	check_text(tsim_format_real(0.1), "0.1");
}

static void test_human(void)
{
	check_text(tsim_human_time(0), "0s");
	check_text(tsim_human_time(0.25), "0.25ns");
	check_text(tsim_human_time(12.4e6), "12.4ms");
	check_text(tsim_human_time(1234567), "1.235ms");
	check_text(tsim_human_time(-1.5e9), "-1.5s");
	check_text(tsim_human_time(999999), "1ms");
	check_text(tsim_human_time(90e9), "90s");
	check_text(tsim_human_time(150e9), "2.5min");
	check_text(tsim_human_time(7200e9), "2h");
	check_text(tsim_human_time(INFINITY), "inf");
	check_text(tsim_human_time(NAN), "nan");
	check_text(tsim_human_bytes(1.5 * 1073741824), "1.5GiB");
	check_text(tsim_human_bytes(1023.99), "1KiB");
	check_text(tsim_human_bytes(3), "3B");
}

/* A locale with a decimal comma changes neither what is read nor what is written. */
static void test_locale(void)
{
	static const char *const names[] = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE" };
	guint i;

	for (i = 0; i < G_N_ELEMENTS(names); i++)
		if (setlocale(LC_NUMERIC, names[i]))
			break;
	if (i == G_N_ELEMENTS(names)) {
		g_test_skip("no locale with a decimal comma is installed");
		return;
	}
	test_time();
	test_doubles();
	test_format();
	test_human();
	setlocale(LC_NUMERIC, "C");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/units/time", test_time);
	g_test_add_func("/units/bytes", test_bytes);
	g_test_add_func("/units/doubles", test_doubles);
	g_test_add_func("/units/refused", test_refused);
	g_test_add_func("/units/round-trip", test_round_trip);
	g_test_add_func("/units/round-trip-doubles", test_round_trip_doubles);
	g_test_add_func("/units/format", test_format);
	g_test_add_func("/units/human", test_human);
	g_test_add_func("/units/locale", test_locale);
	return g_test_run();
}
