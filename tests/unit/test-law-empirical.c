/* SPDX-License-Identifier: GPL-3.0-or-later */
/* empirical(FILE): samples of a file, by size where it has sizes. */
#include <glib/gstdio.h>
#include <string.h>

#include "law.h"
#include "simtime.h"

static TsimLaw *parse(const char *text)
{
	g_autoptr(GError) error = NULL;
	TsimLaw *law = tsim_law_parse(text, &error);

	g_assert_no_error(error);
	return law;
}

static char *write_file(const char *content)
{
	g_autoptr(GError) error = NULL;
	char *name;
	int fd = g_file_open_tmp("test-law-XXXXXX", &name, &error);

	g_assert_no_error(error);
	g_close(fd, NULL);
	g_file_set_contents(name, content, -1, &error);
	g_assert_no_error(error);
	return name;
}

/* Four samples: each quarter of u gives one. */
static void check_samples(const char *content)
{
	g_autofree char *file = write_file(content);
	g_autofree char *text = g_strdup_printf("empirical(%s)", file);
	g_autoptr(TsimLaw) law = parse(text);
	g_autofree char *again = tsim_law_to_string(law);

	g_assert_cmpstr(again, ==, text);
	g_assert_cmpint(tsim_law_quantile_ns(law, 0x1p-53), ==, 1000);
	g_assert_cmpint(tsim_law_quantile_ns(law, 0.3), ==, 2500);
	g_assert_cmpint(tsim_law_quantile_ns(law, 0.6), ==, 2500);
	g_assert_cmpint(tsim_law_quantile_ns(law, 1 - 0x1p-53), ==, 10000);
	g_assert_cmpfloat(tsim_law_mean_ns(law), ==, 4000);
	g_assert_cmpfloat(tsim_law_min_ns(law), ==, 1000);
	g_assert_cmpfloat(tsim_law_cdf(law, 999), ==, 0);
	g_assert_cmpfloat(tsim_law_cdf(law, 2500), ==, 0.75);
	g_assert_cmpfloat(tsim_law_cdf(law, 10000), ==, 1);
	g_assert_cmpint(tsim_law_residual_ns(law, 1000, 0.6), ==, 2500);
	g_assert_cmpint(tsim_law_residual_ns(law, 1000, 0.7), ==, 10000);
	g_assert_cmpint(tsim_law_residual_ns(law, 10000, 0.7), ==, 10000);
	g_remove(file);
}

static void test_samples(void)
{
	check_samples("10us\n1us\n2.5us\n2500ns\n");
	check_samples("# measured\n\n 1us \r\n2500ns\n2500ns\n0.01ms");
	check_samples("run,bytes,latency_us\n1,4096,2.5\n1,4096,10\n\n2,4096,2.5\n2,1,1.0\n");
	check_samples("latency_us\n2.5\n1\n2.5\n10\n");
}

static void write_again(const char *file, const char *content)
{
	g_assert_true(g_file_set_contents(file, content, -1, NULL));
}

/* A file is read once, however many laws have it; what it is now counts. */
static void test_kept(void)
{
	g_autofree char *file = write_file("1us\n");
	g_autofree char *text = g_strdup_printf("empirical(%s)", file);
	g_autofree char *mixture = g_strdup_printf("mixture(1: %s, 1: %s)", text, text);
	TsimLaw *law = parse(text), *again = parse(text), *mixed;

	/* as long as another change might leave the same time it is read again */
	g_assert_true(law != again);
	tsim_law_free(law);
	tsim_law_free(again);
	g_usleep(200000);
	law = parse(text);
	again = parse(text);
	g_assert_true(law == again);
	tsim_law_free(again);
	mixed = parse(mixture);
	tsim_law_free(law);
	g_assert_cmpint(tsim_law_quantile_ns(mixed, 0.3), ==, 1000);
	tsim_law_free(mixed);

	write_again(file, "2us\n");
	law = parse(text);
	write_again(file, "3us\n");
	g_usleep(200000);
	again = parse(text);
	g_assert_cmpint(tsim_law_quantile_ns(law, 0.5), ==, 2000);
	g_assert_cmpint(tsim_law_quantile_ns(again, 0.5), ==, 3000);
	tsim_law_free(law);
	tsim_law_free(again);
	g_remove(file);
	g_assert_null(tsim_law_parse(text, NULL));
}

/* More files than are kept, in turn. */
static void test_many(void)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 1; i <= 9; i++) {
		g_autofree char *content = g_strdup_printf("%uus\n", i);
		g_autofree char *file = write_file(content);

		g_ptr_array_add(texts, g_strdup_printf("empirical(%s)", file));
	}
	g_usleep(200000);
	for (guint k = 0; k < 3 * texts->len; k++) {
		guint i = k % texts->len;
		g_autoptr(TsimLaw) law = parse(texts->pdata[i]);

		g_assert_cmpint(tsim_law_quantile_ns(law, 0.5), ==, 1000 * (i + 1));
	}
	for (guint i = 0; i < texts->len; i++) {
		char *file = (char *)texts->pdata[i] + strlen("empirical(");

		file[strlen(file) - 1] = '\0';
		g_remove(file);
	}
}

static TsimLaw *law_of(const char *content)
{
	g_autofree char *file = write_file(content);
	g_autofree char *text = g_strdup_printf("empirical(%s)", file);
	TsimLaw *law = parse(text);

	g_remove(file);
	return law;
}

static void check_sized(const TsimLaw *law, guint64 bytes, double u, tsim_ns expected)
{
	g_assert_cmpint(ABS(tsim_law_quantile_sized_ns(law, bytes, u) - expected), <=, 1);
}

/* Exact at each size, between them the geometric mean at the geometric mean. */
static void test_sizes(void)
{
	static const char *const files[] = {
		"bytes,latency_us\n65536,400\n4096,100\n65536,1600\n4096,300\n",
		"# fio\nlatency_ns\tbytes\n100000\t4096\n300000\t4096\n400000\t65536\n"
		"1600000\t65536\n",
		"latency_ms,count,bytes\r\n.1,3,4096\r\n.3,3,4096\r\n.4,70,65536\r\n"
		"1.6,70,65536\r\n",
	};

	for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autoptr(TsimLaw) law = law_of(files[i]);

		check_sized(law, 4096, 0.4, 100000);
		check_sized(law, 4096, 0.6, 300000);
		check_sized(law, 65536, 0.4, 400000);
		check_sized(law, 65536, 0.6, 1600000);
		check_sized(law, 16384, 0.4, 200000);
		check_sized(law, 16384, 0.6, 692820);
		check_sized(law, 1, 0.6, 300000);
		/* rises from 100 to 400 (its medians are the upper ones: 300, 1600) */
		check_sized(law, 16 * 65536, 0.4, 400000 * 16 / 3);
		check_sized(law, 16 * 65536, 0.6, 1600000 * 16 / 3);
		g_assert_cmpint(tsim_law_quantile_sized_ns(law, G_MAXUINT64, 0.6), >, 1600000);
	}
}

/* Sizes up to a factor of two make a bin, unless there are enough of one. */
static void test_size_bins(void)
{
	g_autoptr(TsimLaw) like = law_of("bytes,latency_us\n1000,100\n2000,200\n2001,50\n");
	g_autoptr(TsimLaw) many =
		law_of("bytes,latency_us,count\n1000,100,50\n1001,200,50\n");

	check_sized(like, 1414, 0.4, 100000);
	check_sized(like, 1, 0.6, 200000);
	check_sized(like, 2001, 0.6, 50000);
	check_sized(like, 1 << 20, 0.6, 50000);	/* a fall is not continued */
	check_sized(many, 1000, 0.6, 100000);
	check_sized(many, 1001, 0.4, 200000);
	g_assert_cmpfloat(tsim_law_mean_ns(many), ==, 150000);
}

/* One u is one quantile: no command is faster than a smaller one of the same draw. */
static void test_sizes_coupled(void)
{
	g_autoptr(TsimLaw) law =
		law_of("bytes,latency_us\n4096,10\n4096,90\n16384,20\n16384,90\n"
		       "65536,20\n65536,95\n");

	for (double u = 0.01; u < 1; u += 0.01)
		for (guint64 bytes = 512; bytes < 1 << 20; bytes = bytes * 5 / 4)
			g_assert_cmpint(tsim_law_quantile_sized_ns(law, bytes, u), <=,
					tsim_law_quantile_sized_ns(law, bytes * 5 / 4, u));
}

static void test_sizes_in_mixture(void)
{
	g_autofree char *file = write_file("bytes,latency_us\n1000,1\n1000000,500\n");
	g_autofree char *text = g_strdup_printf("mixture(1: fixed(1h), 1: empirical(%s))", file);
	g_autoptr(TsimLaw) law = parse(text);

	check_sized(law, 1000, 0.7, 1000);
	check_sized(law, 1000000, 0.7, 500000);
	check_sized(law, 1000000, 0.3, 3600 * TSIM_NS_PER_S);
	g_remove(file);
}

static void check_bad_samples(const char *content, const char *expected)
{
	g_autofree char *file = write_file(content);
	g_autofree char *text = g_strdup_printf("empirical(%s)", file);
	g_autofree char *message = g_strdup_printf("empirical: %s:%s", file, expected);
	g_autoptr(GError) error = NULL;

	g_assert_null(tsim_law_parse(text, &error));
	g_assert_cmpstr(error->message, ==, message);
	g_remove(file);
}

static void test_refused(void)
{
	check_bad_samples("", " no durations in it; write one a line, e.g. 3.5ms");
	check_bad_samples("# only a comment\n",
			  " no durations in it; write one a line, e.g. 3.5ms");
	check_bad_samples("latency_us\n", " no durations in it; write one a line, e.g. 3.5ms");
	check_bad_samples("1us\n\n5\n", "3: '5' needs a unit: ns us ms s min h, e.g. 5s");
	check_bad_samples("bytes,latency_us\n1,5\n1\n", "3: no column 2, which is latency_us");
	check_bad_samples("latency_us\n-5\n", "2: '-5us' is negative");
	check_bad_samples("2562047h\n", "1: over 146 years");
	check_bad_samples("bytes,latency_us\n-1,5\n",
			  "2: '-1' is no number of bytes, write a whole number above 0");
	check_bad_samples("bytes,latency_us\n1,5\n0,5\n",
			  "3: '0' is no number of bytes, write a whole number above 0");
	check_bad_samples("bytes,latency_us\n99999999999999999999,5\n",
			  "2: '99999999999999999999' is no number of bytes, write a whole number "
			  "above 0");
	check_bad_samples("bytes,latency_us\n1,nan\n", "2: 'nanus' is not a time: write a number "
			  "and one of ns us ms s min h, e.g. 5s");
	check_bad_samples("bytes,latency_us\n1,1e300\n", "2: '1e300us' is too large: at most "
			  "9223372036854775807ns");
	check_bad_samples("bytes,latency_us,count\n1,5,0\n",
			  "2: '0' is no count, permitted is 1 to 1e12");
	check_bad_samples("bytes,latency\n1,5\n", "1: no heading names the columns, write e.g. "
			  "bytes,latency_us above; of a trace, a fio log or fio's JSON make the "
			  "table with trimsim import --latencies");
	check_bad_samples("latency_us,bytes\n5\n", "2: no column 2, which is bytes");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/law-empirical/samples", test_samples);
	g_test_add_func("/law-empirical/sizes", test_sizes);
	g_test_add_func("/law-empirical/size-bins", test_size_bins);
	g_test_add_func("/law-empirical/sizes-coupled", test_sizes_coupled);
	g_test_add_func("/law-empirical/sizes-in-mixture", test_sizes_in_mixture);
	g_test_add_func("/law-empirical/kept", test_kept);
	g_test_add_func("/law-empirical/many", test_many);
	g_test_add_func("/law-empirical/refused", test_refused);
	return g_test_run();
}
