/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points: their number, order and texts, selection, manifest. */
#include <string.h>

#include "error.h"
#include "sweep-fixture.h"

#define ROUNDS 150

/* A list of @n different whole numbers of milliseconds, "3ms, 17ms". */
static char *random_list(GRand *rand, guint n, guint *numbers)
{
	GString *text = g_string_new(NULL);
	guint last = 0;

	for (guint i = 0; i < n; i++) {
		last += (guint)g_rand_int_range(rand, 1, 20);
		numbers[i] = last;
		g_string_append_printf(text, "%s%ums", i ? ", " : "", last);
	}
	return g_string_free(text, FALSE);
}

static guint value_ms(const struct fixture *f, guint64 point, guint v)
{
	return (guint)g_ascii_strtoull(tsim_sweep_value(f->sweep, point, v), NULL, 10);
}

/* Without a constraint: the product, each combination once, the last variable fastest. */
static void test_product(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(1);

	for (guint round = 0; round < ROUNDS; round++) {
		guint n[3], numbers[3][6];
		g_autofree char *lists[3] = { NULL }, *lines = NULL;
		struct fixture f;
		guint64 point = 0;

		for (guint v = 0; v < 3; v++) {
			n[v] = (guint)g_rand_int_range(rand, 1, 7);
			lists[v] = random_list(rand, n[v], numbers[v]);
		}
		lines = g_strdup_printf("device.base = ${A = %s}\nworkload.delay = ${B = %s}\n"
					"filesystem.interval = ${C = %s}",
					lists[0], lists[1], lists[2]);
		g_free(lists[1]);
		g_free(lists[2]);
		lists[1] = lists[2] = NULL;
		fixture_sweep(&f, lines);
		g_assert_cmpuint(tsim_sweep_n_points(f.sweep), ==, n[0] * n[1] * n[2]);
		for (guint a = 0; a < n[0]; a++)
			for (guint b = 0; b < n[1]; b++)
				for (guint c = 0; c < n[2]; c++, point++) {
					g_assert_cmpuint(value_ms(&f, point, 0), ==, numbers[0][a]);
					g_assert_cmpuint(value_ms(&f, point, 1), ==, numbers[1][b]);
					g_assert_cmpuint(value_ms(&f, point, 2), ==, numbers[2][c]);
				}
		fixture_clear(&f);
	}
}

/* With constraints: those of the product that hold, in the same order. */
static void test_constraint(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(2);
	guint tested = 0;

	for (guint round = 0; round < ROUNDS; round++) {
		guint a[6], b[6], k = (guint)g_rand_int_range(rand, 1, 60);
		const guint n = (guint)g_rand_int_range(rand, 1, 7);
		const guint m = (guint)g_rand_int_range(rand, 1, 7);
		g_autofree char *as = random_list(rand, n, a), *bs = random_list(rand, m, b);
		g_autofree char *lines = g_strdup_printf(
			"constraint = 2 * A + B <= %ums || A == B\ndevice.base = ${A = %s}\n"
			"workload.delay = ${B = %s}\nconstraint = A != 7ms",
			k * 2, as, bs);
		g_autoptr(GError) error = NULL;
		struct fixture f;
		guint64 point = 0;

		fixture_load(&f, lines, NULL, &error);
		for (guint i = 0; i < n; i++) {
			for (guint j = 0; j < m; j++) {
				if ((2 * a[i] + b[j] > k * 2 && a[i] != b[j]) || a[i] == 7)
					continue;
				g_assert_no_error(error);
				g_assert_cmpuint(value_ms(&f, point, 0), ==, a[i]);
				g_assert_cmpuint(value_ms(&f, point++, 1), ==, b[j]);
			}
		}
		tested += point > 0 && point < n * m;
		if (f.sweep)
			g_assert_cmpuint(tsim_sweep_n_points(f.sweep), ==, point);
		else
			g_assert_cmpuint(point, ==, 0);
		fixture_clear(&f);
	}
	g_assert_cmpuint(tested, >, ROUNDS / 4);
}

/* A zip has the points of its first variable, pairwise, wherever it stands. */
static void test_zip(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(3);

	for (guint round = 0; round < ROUNDS; round++) {
		guint a[6], b[6], c[6];
		const guint n = (guint)g_rand_int_range(rand, 1, 7);
		const guint m = (guint)g_rand_int_range(rand, 1, 7);
		g_autofree char *as = random_list(rand, n, a), *bs = random_list(rand, n, b);
		g_autofree char *cs = random_list(rand, m, c);
		g_autofree char *lines = g_strdup_printf(
			"workload.delay = ${B = %s ! A}\nfilesystem.interval = ${C = %s}\n"
			"device.base = ${A = %s}",
			bs, cs, as);
		struct fixture f;

		fixture_sweep(&f, lines);
		g_assert_cmpuint(tsim_sweep_n_points(f.sweep), ==, n * m);
		for (guint64 point = 0; point < n * m; point++) {
			guint i = 0;
			/* The root of a zip is nested outside: C, A, B. */
			g_assert_cmpuint(value_ms(&f, point, 0), ==, c[point / n]);
			while (a[i] != value_ms(&f, point, 1))
				i++;
			g_assert_cmpuint(value_ms(&f, point, 2), ==, b[i]);
		}
		fixture_clear(&f);
	}
}

/* A dependent range: one inner count for each outer value. */
static void test_dependent(void)
{
	for (guint outer = 1; outer < 12; outer++) {
		g_autofree char *lines = g_strdup_printf("device.base = ${D = 1ms..%ums step 1ms}\n"
							 "workload.delay = ${1ms..D step 1ms}",
							 outer);
		struct fixture f;

		fixture_sweep(&f, lines);
		g_assert_cmpuint(tsim_sweep_n_points(f.sweep), ==, outer * (outer + 1) / 2);
		for (guint64 point = 0; point < tsim_sweep_n_points(f.sweep); point++)
			g_assert_cmpuint(value_ms(&f, point, 1), <=, value_ms(&f, point, 0));
		fixture_clear(&f);
	}
}

static gboolean has_value(const struct fixture *f, const char *text)
{
	for (guint64 i = 0; i < tsim_sweep_n_points(f->sweep); i++)
		if (!strcmp(tsim_sweep_value(f->sweep, i, 0), text))
			return TRUE;
	return FALSE;
}

/*
 * The points that a coarse and a fine range have in common have the same text:
 * every @by-th of the fine one.
 */
static void check_same_texts(const char *key, const char *from, const char *to, const char *how,
			     guint n, guint by)
{
	g_autofree char *coarse = g_strdup_printf("%s = ${%s..%s %s %u}", key, from, to, how, n);
	g_autofree char *fine =
		g_strdup_printf("%s = ${%s..%s %s %u}", key, from, to, how, (n - 1) * by + 1);
	struct fixture a, b;

	fixture_sweep(&a, coarse);
	fixture_sweep(&b, fine);
	g_assert_cmpuint(tsim_sweep_n_points(a.sweep), ==, n);
	for (guint i = 0; i < n; i++)
		g_assert_cmpstr(tsim_sweep_value(a.sweep, i, 0), ==,
				tsim_sweep_value(b.sweep, i * by, 0));
	g_assert_cmpstr(tsim_sweep_value(b.sweep, (n - 1) * by, 0), ==, to);
	g_assert_true(has_value(&b, from));
	fixture_clear(&a);
	fixture_clear(&b);
}

static void test_same_texts(void)
{
	static const char *const ends[][3] = {
		{ "device.base", "1ms", "1s" },	     { "device.base", "1us", "50s" },
		{ "device.base", "17us", "2.5s" },   { "filesystem.interval", "60s", "24h" },
		{ "device.bytes", "4KiB", "1GiB" },  { "device.bytes", "10kB", "7GB" },
		{ "device.rate", "1MB/s", "1GB/s" }, { "device.sigma", "0.25", "3" },
		{ "device.per_s", "1/s", "1000/s" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(ends); i++)
		for (guint n = 2; n <= 7; n++)
			for (guint by = 2; by <= 5; by++) {
				check_same_texts(ends[i][0], ends[i][1], ends[i][2], "log", n, by);
				if (n * by < 20)
					check_same_texts(ends[i][0], ends[i][1], ends[i][2], "lin",
							 n, by);
			}
}

/* A text is what expressions compute with: it compares equal to itself as it is written. */
static void test_texts_are_values(void)
{
	static const char *const lines[] = {
		"device.base = ${V = 1us..7s log 23}",
		"device.base = ${V = 1us..7s lin 23}",
		"device.bytes = ${V = 3B..7GB log 23}",
		"device.bytes = ${V = 1KiB..7TiB log 23}",
		"device.rate = ${V = 3MB/s..7GiB/s log 23}",
		"device.sigma = ${V = -1..1.1 lin 23}",
		"device.per_s = ${V = 1/h..7/s log 23}",
		"device.share = ${V = 1%..99% lin 23}",
	};

	for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
		struct fixture f;

		fixture_sweep(&f, lines[i]);
		for (guint64 point = 0; point < tsim_sweep_n_points(f.sweep); point++) {
			g_autofree char *equal =
				g_strdup_printf("V == %s", tsim_sweep_value(f.sweep, point, 0));
			g_autoptr(GError) error = NULL;
			g_autoptr(GArray) found = tsim_sweep_select(f.sweep, equal, &error);
			g_autofree char *key = g_strndup(lines[i] + 7, strcspn(lines[i] + 7, " "));
			g_autofree char *option = fixture_option(&f, point, "device", key);

			g_assert_no_error(error);
			g_assert_cmpuint(found->len, ==, 1);
			g_assert_cmpuint(g_array_index(found, guint64, 0), ==, point);
			g_assert_cmpstr(option, ==, tsim_sweep_value(f.sweep, point, 0));
		}
		fixture_clear(&f);
	}
}

static const struct {
	const char *selection, *points, *says; /* one of both */
} selections[] = {
	{ "3", "3", NULL },
	{ " 0..2 , 5,1 ", "0 1 2 5", NULL },
	{ "0 .. 1", "0 1", NULL },
	{ "D > 1ms && T == 30s", "3 5", NULL },
	{ "T - D * 2 >= 29996ms", "1 3", NULL },
	{ "workload.mode == a-b.c && D < 2ms", "0 1", NULL },
	{ "!(T == 30s)", "0 2 4", NULL },
	{ "6", NULL, "no such point, the last one is 5" },
	{ "99999999999999999999999", NULL, "no such point" },
	{ "2..1", NULL, "the range ends before it begins" },
	{ "1..", NULL, "where there must be the number of a point" },
	{ "1,", NULL, "where there must be the number of a point" },
	{ "1 2", NULL, "unexpected '2'" },
	{ "..", NULL, "where there must be the number of a point" },
	{ "", NULL, "where there must be a value" },
	{ "D > 1s", NULL, "no point of 6 is selected" },
	{ "D > 1", NULL, "is a unit missing?" },
	{ "E > 1s", NULL, "unknown variable 'E'" },
	{ "D > 1s }", NULL, "unexpected '}'" },
	{ "$D > 1s", NULL, "D, not $D" },
	{ "\xff", NULL, "not UTF-8" },
};

static void test_select(void)
{
	struct fixture f;

	fixture_sweep(&f, "device.base = ${D = 1ms, 2ms, 3ms}\n"
			  "filesystem.interval = ${T = 5s, 30s}\n"
			  "workload.mode = ${a-b.c, a-b.c, x ! D}");
	for (guint i = 0; i < G_N_ELEMENTS(selections); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GArray)
			points = tsim_sweep_select(f.sweep, selections[i].selection, &error);
		g_autoptr(GString) text = g_string_new(NULL);

		g_test_message("%s", selections[i].selection);
		if (selections[i].says) {
			g_assert_null(points);
			g_assert_nonnull(strstr(error->message, selections[i].says));
			continue;
		}
		g_assert_no_error(error);
		for (guint k = 0; k < points->len; k++)
			g_string_append_printf(text, "%s%" G_GUINT64_FORMAT, k ? " " : "",
					       g_array_index(points, guint64, k));
		g_assert_cmpstr(text->str, ==, selections[i].points);
	}
	fixture_clear(&f);
}

/* The manifest of a sweep has the same points with the same resolved values. */
static void test_manifest(void)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *manifest = NULL, *again = NULL;
	g_autoptr(TsimConfig) config = NULL;
	g_autoptr(TsimSweep) second = NULL;
	struct fixture f;

	fixture_sweep(&f, "device = ${dev = d, nvme-fast, btrfs-3.18}\ndevice.base = ${D, 2 * D}\n"
			  "D = ${1ms..9ms log 3}\nconstraint = D < 9ms || dev == nvme-fast\n"
			  "workload = ${w = probe, fill}\nworkload.pieces = ${1, 2 ! w}\n"
			  "constraint = dev != btrfs-3.18 || D < 2ms\ndevice.slots = 5");
	manifest = tsim_sweep_manifest(f.sweep, TRUE, &error);
	g_assert_no_error(error);
	g_assert_true(g_file_set_contents(fixture_path(), manifest, -1, NULL));
	config = tsim_config_load(fixture_path(), &error);
	g_assert_no_error(error);
	second = tsim_sweep_new(config, NULL, &fixture_schema, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(tsim_sweep_n_points(second), ==, tsim_sweep_n_points(f.sweep));
	for (guint64 point = 0; point < tsim_sweep_n_points(second); point++) {
		g_autoptr(TsimResolved) x = tsim_sweep_resolve(f.sweep, point, &error);
		g_autoptr(TsimResolved) y = tsim_sweep_resolve(second, point, &error);
		g_autofree char *a = NULL, *b = NULL;

		g_assert_no_error(error);
		a = tsim_resolved_manifest(x);
		b = tsim_resolved_manifest(y);
		g_assert_cmpstr(a, ==, b);
	}
	g_clear_pointer(&manifest, g_free);
	manifest = tsim_sweep_manifest(f.sweep, FALSE, &error);
	again = tsim_sweep_manifest(second, FALSE, &error);
	g_assert_cmpstr(manifest, ==, again);
	fixture_clear(&f);
}

/* Points are asked for in any order, and each has its own values. */
static void test_random_access(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(4);
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	struct fixture f;

	fixture_sweep(&f, "device.base = ${D = 1ms..9ms step 1ms}\n"
			  "workload.delay = ${E = D..20ms step 3ms, 1h}\n"
			  "filesystem.interval = ${F = E * 2}\nconstraint = F != 14ms");
	for (guint64 point = 0; point < tsim_sweep_n_points(f.sweep); point++)
		g_ptr_array_add(texts, tsim_sweep_describe(f.sweep, point));
	for (guint i = 0; i < 500; i++) {
		const guint64 point = (guint64)g_rand_int_range(rand, 0, (gint)texts->len);
		g_autofree char *text = tsim_sweep_describe(f.sweep, point);

		g_assert_cmpstr(text, ==, g_ptr_array_index(texts, point));
	}
	fixture_clear(&f);
}

int main(int argc, char **argv)
{
	int status;

	g_test_init(&argc, &argv, NULL);
	fixture_start();
	g_test_add_func("/sweep-points/product", test_product);
	g_test_add_func("/sweep-points/constraint", test_constraint);
	g_test_add_func("/sweep-points/zip", test_zip);
	g_test_add_func("/sweep-points/dependent", test_dependent);
	g_test_add_func("/sweep-points/same-texts", test_same_texts);
	g_test_add_func("/sweep-points/texts-are-values", test_texts_are_values);
	g_test_add_func("/sweep-points/select", test_select);
	g_test_add_func("/sweep-points/manifest", test_manifest);
	g_test_add_func("/sweep-points/random-access", test_random_access);
	status = g_test_run();
	fixture_end();
	return status;
}
