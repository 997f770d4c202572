/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_integration.h>

#include "error.h"
#include "law.h"
#include "rng.h"

#define N_DRAWS 20000

static TsimLaw *parse(const char *text)
{
	g_autoptr(GError) error = NULL;
	TsimLaw *law = tsim_law_parse(text, &error);

	g_assert_no_error(error);
	return law;
}

/* What is written is what was meant, and parses back to the same. */
static void check_text(const char *text, const char *expected)
{
	g_autoptr(TsimLaw) law = parse(text);
	g_autofree char *once = tsim_law_to_string(law);
	g_autoptr(TsimLaw) again = parse(once);
	g_autofree char *twice = tsim_law_to_string(again);

	g_assert_cmpstr(once, ==, expected);
	g_assert_cmpstr(twice, ==, once);
	for (double u = 0x1p-53; u < 1; u += 0.01)
		g_assert_cmpint(tsim_law_quantile_ns(law, u), ==, tsim_law_quantile_ns(again, u));
}

static void test_text(void)
{
	check_text("20ms", "fixed(20ms)");
	check_text("0s", "fixed(0s)");
	check_text(" fixed( 1.5s ) ", "fixed(1.5s)");
	check_text("uniform(1ms, 2ms)", "uniform(1ms, 2ms)");
	check_text("uniform (max=2ms, min=1ms)", "uniform(1ms, 2ms)");
	check_text("exponential(0.5s)", "exponential(mean=500ms)");
	check_text("exponential(mean=123456789ns)", "exponential(mean=123456789ns)");
	check_text("lognormal(median=20ms, sigma=1.2)", "lognormal(median=20ms, sigma=1.2)");
	check_text("lognormal(20ms, 0.30000000000000004)",
		   "lognormal(median=20ms, sigma=0.30000000000000004)");
	/* 20ms * exp(-0.72) = 9.735044...ms, whole ns */
	check_text("lognormal(mean=20ms, sigma=1.2)", "lognormal(median=9735045ns, sigma=1.2)");
	check_text("lognormal(sigma=1.2, mean=20ms)", "lognormal(median=9735045ns, sigma=1.2)");
	check_text("pareto(min=1ms,alpha=1.5)", "pareto(min=1ms, alpha=1.5)");
	check_text("pareto(min=1ms, alpha=1.5, max=10s)",
		   "pareto(min=1ms, alpha=1.5, max=10s)");
	check_text("mixture(95%: 1ms, 5%: exponential(mean=20ms))",
		   "mixture(0.95: fixed(1ms), 0.05: exponential(mean=20ms))");
	check_text("mixture(2: uniform(1s, 2s), 1: mixture(1: 3s, 7: 4s))",
		   "mixture(2: uniform(1s, 2s), 1: mixture(1: fixed(3s), 7: fixed(4s)))");
}

static const struct {
	const char *text;
	const char *message;
} refused[] = {
	{ "5", "'5' needs a unit: ns us ms s min h, e.g. 5s" },
	{ "normal(3s)", "unknown law 'normal'; write a time or one of fixed(20ms), " },
	{ "exponential", "exponential needs its arguments: write exponential(mean=20ms)" },
	{ "exponential(mean=5)", "exponential: '5' needs a unit: " },
	{ "exponential(mean=0s)",
	  "exponential: the mean must be above 0; for no delay write fixed(0s), not 'mean=0s'" },
	{ "exponential(1s, 2s)",
	  "exponential: unexpected '2s'; write exponential(mean=20ms)" },
	{ "exponential(median=1s)", "exponential: unexpected 'median=1s'; write " },
	{ "exponential(1s, mean=2s)", "exponential: mean is given twice" },
	{ "lognormal(median=20ms)", "lognormal: sigma is missing; write lognormal(" },
	{ "lognormal(median=20ms, sigma=0)", "lognormal: sigma must be above 0 and at most 10; " },
	{ "lognormal(median=20ms, sigma=11)", "lognormal: sigma must be above 0 and at most 10; " },
	{ "lognormal(median=0s, sigma=1)", "lognormal: the median must be above 0; " },
	{ "lognormal(sigma=1)", "lognormal: median or mean is missing, not 'sigma=1'" },
	{ "lognormal(mean=1s)", "lognormal: sigma is missing; write lognormal(" },
	{ "lognormal(median=1s, mean=1s, sigma=1)",
	  "lognormal: median and mean are given, write one of them" },
	{ "lognormal(mean=0s, sigma=1)", "lognormal: the mean must be above 0; " },
	{ "lognormal(mean=1ms, sigma=10)", "lognormal: the median, mean * exp(-sigma^2 / 2), is" },
	{ "lognormal(mean=1ms, sigma=11)", "lognormal: sigma must be above 0 and at most 10; " },
	{ "uniform(2s, 1s)", "uniform: the first time must be below the second, not '2s, 1s'" },
	{ "pareto(min=0s, alpha=1)", "pareto: min must be above 0" },
	{ "pareto(min=1s, alpha=0)", "pareto: alpha must be above 0 and at most 100" },
	{ "pareto(min=1s, alpha=1, max=0s)", "pareto: max must be above min" },
	{ "pareto(min=1s, alpha=1, max=1s)", "pareto: max must be above min" },
	{ "mixture()", "mixture: '' has no weight; write mixture(" },
	{ "mixture(1: 2s, 3s)", "mixture: '3s' has no weight; write mixture(" },
	{ "mixture(0: 2s)", "mixture: every weight must be above 0" },
	{ "mixture(1: 2s, -1: 3s)", "mixture: every weight must be above 0" },
	{ "mixture(1e300: 1s, 1e-300: 2s)", "mixture: a weight vanishes beside the others" },
	{ "mixture(1: exponential(5))", "mixture: exponential: '5' needs a unit: " },
	{ "mixture(1:mixture(1:mixture(1:mixture(1:mixture(1:mixture(1:mixture(1:mixture(1:"
	  "mixture(1:1s)))))))))", "mixture: mixture: mixture: mixture: mixture: mixture: "
	  "mixture: mixture: mixture: mixtures are nested deeper than 8" },
	{ "fixed(5s", "'fixed(5s' does not end in ')'" },
	{ "fixed(5s) x", "'fixed(5s) x' does not end in ')'" },
	{ "fixed)5s(", "'fixed)5s(' does not end in ')'" },
	{ "fixed(2562047h)", "fixed: '2562047h' is over 146 years" },
	{ "2562047h", "'2562047h' is over 146 years" },
	{ "empirical(/nonexistent/file)", "empirical: Failed to open file " },
	{ "", "'' is not a time: " },
	{ "()", "unknown law ''; " },
};

static void test_refused(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(TsimLaw) law = tsim_law_parse(refused[i].text, &error);

		if (law)
			g_error("'%s' was accepted", refused[i].text);
		if (!g_str_has_prefix(error->message, refused[i].message))
			g_error("'%s': %s", refused[i].text, error->message);
	}
}

static const char *const laws[] = {
	"fixed(20ms)", "uniform(1ms, 3ms)", "exponential(mean=20ms)",
	"lognormal(median=1s, sigma=0.5)", "lognormal(median=20ms, sigma=1.2)",
	"lognormal(median=1ms, sigma=3)", "pareto(min=1ms, alpha=2.5)",
	"pareto(min=1ms, alpha=0.5)", "pareto(min=1ms, alpha=1, max=10s)",
	"pareto(min=1ms, alpha=1.5, max=5ms)", "mixture(95%: 0.1s, 5%: 18.1s)",
	"mixture(1: uniform(1ms, 2ms), 2: exponential(mean=1ms), 3: lognormal(median=1ms, "
	"sigma=1), 1: 1500us)",
};

/* P(at most @t), given that it exceeds @elapsed unless that is negative. */
static double cdf_beyond(const TsimLaw *law, tsim_ns elapsed, double t)
{
	double before = elapsed < 0 ? 0 : tsim_law_cdf(law, (double)elapsed);

	return (tsim_law_cdf(law, t) - before) / (1 - before);
}

static int compare(const void *a, const void *b)
{
	tsim_ns x = *(const tsim_ns *)a, y = *(const tsim_ns *)b;

	return (x > y) - (x < y);
}

/*
 * Distance of Kolmogorov and Smirnov between draws and the law, seen from the
 * right of each value and, as draws are whole ns, from 1 ns to its left: a
 * rounded draw is off by 1/2 ns, which is 1e-6 of the narrowest law here.
 */
static double distance(const TsimLaw *law, tsim_ns elapsed, tsim_ns *draws, guint n)
{
	double d = 0;
	guint first = 0;

	qsort(draws, n, sizeof(*draws), compare);
	for (guint i = 0; i < n; i++) {
		if (i + 1 < n && draws[i + 1] == draws[i])
			continue;
		d = MAX(d, fabs(cdf_beyond(law, elapsed, (double)draws[i]) - (i + 1.0) / n));
		d = MAX(d, fabs(cdf_beyond(law, elapsed, (double)draws[i] - 1) -
				(double)first / n));
		first = i + 1;
	}
	return d;
}

/*
 * Massart: P(distance > e) <= 2 exp(-2 n e^2), for laws with atoms too.  At
 * 1e-6 a check is wrong by chance once in a million seeds; the seed is fixed.
 * 1e-4 is left for the rounding to whole ns.
 */
static double tolerance(guint n)
{
	return sqrt(log(2 / 1e-6) / (2 * n)) + 1e-4;
}

static void test_draws_follow_cdf(void)
{
	g_autofree tsim_ns *draws = g_new(tsim_ns, N_DRAWS);
	struct tsim_rng rng = { 20261122, 0 };

	for (guint i = 0; i < G_N_ELEMENTS(laws); i++) {
		g_autoptr(TsimLaw) law = parse(laws[i]);

		for (guint32 k = 0; k < N_DRAWS; k++)
			draws[k] = tsim_law_quantile_ns(law, tsim_rng_uniform(&rng, i, 0, k));
		g_test_message("%s: %g", laws[i], distance(law, -1, draws, N_DRAWS));
		g_assert_cmpfloat(distance(law, -1, draws, N_DRAWS), <, tolerance(N_DRAWS));
	}
}

/* Beyond what has elapsed, the draws follow the law given that it lasts longer. */
static void test_residual_follows_cdf(void)
{
	static const double shares[] = { 0.1, 0.5, 0.9 };
	g_autofree tsim_ns *draws = g_new(tsim_ns, N_DRAWS);
	struct tsim_rng rng = { 20261122, 1 };

	for (guint i = 1; i < G_N_ELEMENTS(laws); i++) {
		g_autoptr(TsimLaw) law = parse(laws[i]);

		for (guint j = 0; j < G_N_ELEMENTS(shares); j++) {
			tsim_ns elapsed = tsim_law_quantile_ns(law, shares[j]);

			for (guint32 k = 0; k < N_DRAWS; k++)
				draws[k] = tsim_law_residual_ns(law, elapsed,
								tsim_rng_uniform(&rng, i, j, k));
			g_assert_cmpint(draws[0], >=, elapsed);
			g_assert_cmpfloat(distance(law, elapsed, draws, N_DRAWS), <,
					  tolerance(N_DRAWS));
		}
	}
}

static void test_residual_edges(void)
{
	g_autoptr(TsimLaw) fixed = parse("20ms");
	g_autoptr(TsimLaw) uniform = parse("uniform(1ms, 3ms)");
	g_autoptr(TsimLaw) exponential = parse("exponential(mean=1ms)");
	g_autoptr(TsimLaw) lognormal = parse("lognormal(median=1ms, sigma=0.1)");
	g_autoptr(TsimLaw) pareto = parse("pareto(min=1ms, alpha=2, max=3ms)");
	g_autoptr(TsimLaw) mixture = parse("mixture(1: 1ms, 1: 2ms)");

	/* Nothing has elapsed: a plain draw. */
	g_assert_cmpint(tsim_law_residual_ns(exponential, 0, 0.3), ==,
			tsim_law_quantile_ns(exponential, 0.3));
	/* Elapsed below the lower end changes nothing. */
	g_assert_cmpint(tsim_law_residual_ns(fixed, 5000000, 0.3), ==, 20000000);
	g_assert_cmpint(tsim_law_residual_ns(uniform, 500000, 0.25), ==, 1500000);
	g_assert_cmpint(tsim_law_residual_ns(mixture, 500000, 0.75), ==, 2000000);
	/* Nothing is left: it ends at once. */
	g_assert_cmpint(tsim_law_residual_ns(fixed, 20000001, 0.3), ==, 20000001);
	g_assert_cmpint(tsim_law_residual_ns(uniform, 3000000, 0.3), ==, 3000000);
	g_assert_cmpint(tsim_law_residual_ns(pareto, 3000000, 0.3), ==, 3000000);
	g_assert_cmpint(tsim_law_residual_ns(mixture, 2000000, 0.3), ==, 2000000);
	g_assert_cmpint(tsim_law_residual_ns(lognormal, 1000000000000, 0.3), ==, 1000000000000);
	g_assert_cmpint(tsim_law_residual_ns(exponential, G_MAXINT64, 0.3), ==, G_MAXINT64);
	/* A branch that is over is not chosen. */
	g_assert_cmpint(tsim_law_residual_ns(mixture, 1000000, 0.01), ==, 2000000);
	/* No memory: far in the tail as at the start, to the ns. */
	for (tsim_ns t = 1; t < 1000000000; t *= 10)
		g_assert_cmpint(tsim_law_residual_ns(exponential, t, 0.9), ==,
				t + tsim_law_quantile_ns(exponential, 0.9));
	/* 20 sigma out, where 1 - cdf is 0 in a double: Q(20.034542) = Q(20) / 2. */
	g_assert_cmpint(tsim_law_residual_ns(lognormal, 7389056, 0.5), ==,
			7414623);
}

/*
 * A draw is the inverse of the cdf up to the rounding to whole ns, far into
 * both tails; and it never falls as u rises, save for a mixture.
 */
static void test_inverse(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(laws); i++) {
		g_autoptr(TsimLaw) law = parse(laws[i]);
		tsim_ns before = 0;

		if (g_str_has_prefix(laws[i], "mixture"))
			continue;
		for (double z = -30; z <= 30; z += 0.01) {
			double u = 1 / (1 + exp(-z));
			tsim_ns t = tsim_law_quantile_ns(law, u);
			double ulp = 0.5 + 1e-13 * (double)t;

			g_assert_cmpint(t, >=, before);
			before = t;
			if (t == TSIM_LAW_MAX_NS)
				break;
			/* 4e-16: the cdf's own rounding near 1; 1e-12: its relative error. */
			g_assert_cmpfloat(tsim_law_cdf(law, (double)t + ulp), >=,
					  u * (1 - 1e-12) - 4e-16);
			g_assert_cmpfloat(tsim_law_cdf(law, (double)t - ulp - 1e-6), <=,
					  u * (1 + 1e-12) + 4e-16);
		}
	}
}

struct tail {
	const TsimLaw *law;
	double scale;
};

static double tail_integrand(double x, void *data)
{
	const struct tail *tail = data;

	return 1 - tsim_law_cdf(tail->law, x * tail->scale);
}

/* The mean is the integral of 1 - cdf. */
static void check_mean_against_cdf(const char *text)
{
	gsl_integration_workspace *space = gsl_integration_workspace_alloc(1000);
	g_autoptr(TsimLaw) law = parse(text);
	double mean = tsim_law_mean_ns(law), min = tsim_law_min_ns(law), result, error;
	struct tail tail = { law, mean };
	gsl_function f = { tail_integrand, &tail };

	/* From min on.  The quadrature is asked for 1e-9 and says how sure it is of it. */
	gsl_integration_qagiu(&f, min / mean, 1e-9, 1e-9, 1000, space, &result, &error);
	gsl_integration_workspace_free(space);
	g_test_message("%s: %.12g", text, min / mean + result);
	g_assert_cmpfloat(fabs(min / mean + result - 1), <, 1e-9 + error);
	g_assert_cmpfloat(error, <, 1e-8);
}

static void check_mean(const char *text, double mean_s)
{
	g_autoptr(TsimLaw) law = parse(text);

	g_assert_cmpfloat(fabs(tsim_law_mean_ns(law) / 1e9 / mean_s - 1), <, 1e-12);
}

static void test_mean(void)
{
	g_autoptr(TsimLaw) by_mean = parse("lognormal(mean=1s, sigma=1)");

	/* The median is rounded to a ns: at most half of it times exp(sigma^2 / 2) = 0.83 ns. */
	g_assert_cmpfloat(fabs(tsim_law_mean_ns(by_mean) - 1e9), <, 0.83);
	g_autoptr(TsimLaw) heavy = parse("pareto(min=1ms, alpha=1)");

	check_mean("2s", 2);
	check_mean("uniform(1s, 3s)", 2);
	check_mean("exponential(0.25s)", 0.25);
	check_mean("lognormal(median=1s, sigma=1)", 1.6487212707001282);
	check_mean("pareto(min=1s, alpha=3)", 1.5);
	check_mean("pareto(min=1s, alpha=2, max=2s)", 4.0 / 3);
	check_mean("pareto(min=1s, alpha=1, max=2s)", 2 * M_LN2);
	check_mean("mixture(95%: 0.1s, 5%: 18.1s)", 1);
	g_assert_true(isinf(tsim_law_mean_ns(heavy)));
	check_mean_against_cdf("exponential(mean=20ms)");
	check_mean_against_cdf("lognormal(median=1s, sigma=0.5)");
	check_mean_against_cdf("lognormal(median=20ms, sigma=1.2)");
	check_mean_against_cdf("pareto(min=1ms, alpha=2.5)");
	check_mean_against_cdf("mixture(1: exponential(mean=1ms), 3: lognormal(median=1ms, "
			       "sigma=1))");
}

static void test_limits(void)
{
	g_autoptr(TsimLaw) huge = parse("pareto(min=1ms, alpha=0.01)");
	g_autoptr(TsimLaw) tiny = parse("lognormal(median=1ns, sigma=10)");
	g_autoptr(TsimLaw) fixed = tsim_law_new_fixed(-5);
	g_autoptr(TsimLaw) uniform = parse("uniform(1s, 2s)");
	tsim_ns value = -1;

	g_assert_cmpint(tsim_law_quantile_ns(huge, 1 - 0x1p-53), ==, TSIM_LAW_MAX_NS);
	g_assert_cmpint(tsim_law_quantile_ns(tiny, 0x1p-53), ==, 0);
	g_assert_true(tsim_law_is_fixed(fixed, &value) && value == 0);
	g_assert_false(tsim_law_is_fixed(uniform, &value));
	g_assert_cmpfloat(tsim_law_min_ns(uniform), ==, 1e9);
	g_assert_cmpfloat(tsim_law_min_ns(tiny), ==, 0);
	g_assert_cmpfloat(tsim_law_min_ns(huge), ==, 1e6);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/law/text", test_text);
	g_test_add_func("/law/refused", test_refused);
	g_test_add_func("/law/draws-follow-cdf", test_draws_follow_cdf);
	g_test_add_func("/law/residual-follows-cdf", test_residual_follows_cdf);
	g_test_add_func("/law/residual-edges", test_residual_edges);
	g_test_add_func("/law/inverse", test_inverse);
	g_test_add_func("/law/mean", test_mean);
	g_test_add_func("/law/limits", test_limits);
	return g_test_run();
}
