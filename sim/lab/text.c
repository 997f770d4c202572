/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text.h"

#include <math.h>
#include <string.h>
#include "summary.h"
#include "units.h"

/* @value to @digits significant digits. */
static double significant(double value, int digits)
{
	double unit;

	if (value == 0 || !isfinite(value))
		return value;
	unit = pow(10, floor(log10(fabs(value))) + 1 - digits);
	/* Dividing by a power of ten above 1 is exact where multiplying by one below is not. */
	return unit < 1 ? round(value / unit) / round(1 / unit) : round(value / unit) * unit;
}

/** tsim_text_limit() - an upper limit, "< 3.7e-06" */
char *tsim_text_limit(double limit)
{
	if (limit < 1e-3 || limit >= 1e5)
		return g_strdup_printf("< %.1e", limit);
	return g_strdup_printf("< %g", significant(limit, 2));
}

/* One number of an estimate: @decimals may be negative (tens, hundreds are noise). */
static void append_rounded(GString *out, double value, int decimals)
{
	double unit = pow(10, -decimals);

	if (decimals < 0)
		value = round(value / unit) * unit;
	g_string_append_printf(out, "%.*f", MAX(decimals, 0), value);
}

/* Is @value, which is not 0, printed as 0? */
static gboolean reads_as_zero(double value, int decimals)
{
	return value != 0 && fabs(value) < 0.5 * pow(10, -decimals);
}

/* How the numbers of an estimate are written: in units of 10^exponent, with so many decimals. */
struct digits {
	double scale;
	int exponent, decimals;
};

/* Two digits of the half-width are supported. */
static struct digits supported(const struct tsim_estimate *e)
{
	double half = (e->high - e->low) / 2;
	struct digits d = { 1, 0, 3 };

	d.exponent = floor(log10(MAX(fabs(e->estimate), half)));
	if (d.exponent >= -3 && d.exponent < 5)
		d.exponent = 0;
	d.scale = pow(10, d.exponent);
	if (half > 0)
		d.decimals = 1 - (int)floor(log10(half / d.scale));
	d.decimals = CLAMP(d.decimals, -12, 9);
	return d;
}

/**
 * tsim_text_estimate() - "0.857 [0.834, 0.877]", "8.57 [8.0, 9.2]e-04" or "< 3.7e-06"
 * @e: estimate; NaN, or without a limit above (of one replication): "-"
 *
 * Two digits of the interval's half-width are printed, and more only where a
 * limit that is not 0 would read as 0.
 */
char *tsim_text_estimate(const struct tsim_estimate *e)
{
	struct digits d;
	GString *out;

	if (!isfinite(e->estimate) || !isfinite(e->high - e->low))
		return g_strdup("-");
	if (e->estimate == 0 && e->low == 0)
		return tsim_text_limit(e->high);
	d = supported(e);
	/* A limit that excludes 0 must not read as 0. */
	while (d.decimals < 9 && (reads_as_zero(e->low / d.scale, d.decimals) ||
				  reads_as_zero(e->high / d.scale, d.decimals)))
		d.decimals++;
	out = g_string_new(NULL);
	append_rounded(out, e->estimate / d.scale, d.decimals);
	g_string_append(out, " [");
	append_rounded(out, e->low / d.scale, d.decimals);
	g_string_append(out, ", ");
	append_rounded(out, e->high / d.scale, d.decimals);
	g_string_append_c(out, ']');
	if (d.exponent)
		g_string_append_printf(out, "e%+03d", d.exponent);
	return g_string_free(out, FALSE);
}

/** tsim_text_relative() - "+-4.2%": half the width of the interval; empty when it has none */
char *tsim_text_relative(const struct tsim_estimate *e)
{
	double percent = 100 * (e->high - e->low) / 2 / fabs(e->estimate);

	if (!isfinite(percent) || percent == 0)
		return g_strdup("");
	return g_strdup_printf("+-%.*f%%", percent < 0.95 ? 2 : percent < 9.5 ? 1 : 0, percent);
}

/** tsim_text_plus_minus() - "812 +-0.4%", "< 3.7e-06" or "-"; digits as in tsim_text_estimate() */
char *tsim_text_plus_minus(const struct tsim_estimate *e)
{
	g_autofree char *relative = tsim_text_relative(e);
	struct digits d;
	GString *out;

	if (!isfinite(e->estimate) || !isfinite(e->high - e->low))
		return g_strdup("-");
	if (e->estimate == 0 && e->low == 0)
		return e->high > 0 ? tsim_text_limit(e->high) : g_strdup("none");
	d = supported(e);
	while (d.decimals < 9 && reads_as_zero(e->estimate / d.scale, d.decimals))
		d.decimals++;
	out = g_string_new(NULL);
	append_rounded(out, e->estimate / d.scale, d.decimals);
	if (d.exponent)
		g_string_append_printf(out, "e%+03d", d.exponent);
	if (*relative)
		g_string_append_printf(out, " %s", relative);
	return g_string_free(out, FALSE);
}

/* Nothing was seen in @n chances; more than so many per chance is unlikely. */
static char *none_of(guint64 n, double limit)
{
	g_autofree char *text = tsim_text_limit(limit);

	return g_strdup_printf("0:%" G_GUINT64_FORMAT " (%s)", n, text);
}

/**
 * tsim_text_count() - "12", or "0:1000 (< 3.7e-03)" when nothing was seen
 * @k: events
 * @n: replications or whatever they were seen in, each perhaps with several; 0: "-"
 * @confidence: of the limit (of a two-sided interval, as for every other one)
 */
char *tsim_text_count(guint64 k, guint64 n, double confidence)
{
	if (k)
		return g_strdup_printf("%" G_GUINT64_FORMAT, k);
	return n ? none_of(n, tsim_poisson_rate(0, n, confidence).high) : g_strdup("-");
}

/** tsim_text_share() - "12 (0.31)": how many of @n, each of which counts once at most */
char *tsim_text_share(guint64 k, guint64 n, double confidence)
{
	double share = n ? (double)k / n : 0;

	if (!n)
		return tsim_text_count(k, n, confidence);
	if (!k)
		return none_of(n, tsim_proportion(0, n, confidence).high);
	/* Its deviation is about share / sqrt(k): two digits are safe, three from k = 1000. */
	share = significant(share, k < 1000 ? 2 : 3);
	if (share < 1e-3)
		return g_strdup_printf("%" G_GUINT64_FORMAT " (%.1e)", k, share);
	return g_strdup_printf("%" G_GUINT64_FORMAT " (%g)", k, share);
}

/** tsim_text_time() - three digits, which is what the histogram holds; 0 is "none" */
char *tsim_text_time(double ns)
{
	return ns == 0 ? g_strdup("none") : tsim_human_time(significant(ns, 3));
}

/** tsim_text_bytes() - three digits; 0 is "none" */
char *tsim_text_bytes(double bytes)
{
	return bytes == 0 ? g_strdup("none") : tsim_human_bytes(bytes);
}

static char *limit_text(double ns, const char *zero)
{
	if (!isfinite(ns))
		return g_strdup("-");
	return ns ? tsim_text_time(ns) : g_strdup(zero);
}

/**
 * tsim_text_quantile() - "12.3ms [11.8ms, 13.1ms]"; "-" when too few samples carry it
 * @e: in nanoseconds; a limit that is not known is "-"; without both, or if the value is 0 and
 * nothing above it is known, that stands alone
 * @zero: what to write for a time of 0
 */
char *tsim_text_quantile(const struct tsim_estimate *e, const char *zero)
{
	g_autofree char *value = limit_text(e->estimate, zero);
	g_autofree char *low = limit_text(e->low, "0s"), *high = limit_text(e->high, "0s");

	if (!isfinite(e->estimate) || (!isfinite(e->low) && !isfinite(e->high)) ||
	    (e->estimate == 0 && e->low == 0 && !(isfinite(e->high) && e->high > 0)))
		return g_steal_pointer(&value);
	return g_strdup_printf("%s [%s, %s]", value, low, high);
}

/**
 * tsim_text_percentile() - a quantile as a time; "-" when too few samples carry it
 * @h: samples
 * @q: 1: the longest, which is exact
 * @zero: what to write for a time of 0
 */
char *tsim_text_percentile(const TsimHistogram *h, double q, const char *zero)
{
	guint64 n = tsim_histogram_count(h);
	tsim_ns t;

	if (!n || (q < 1 && !tsim_percentile_supported(n, q)))
		return g_strdup("-");
	t = q < 1 ? tsim_histogram_quantile_ns(h, q) : tsim_histogram_max_ns(h);
	return t ? tsim_text_time(t) : g_strdup(zero);
}

/**
 * tsim_text_command() - the command that gives a result again, below "reproduce:"
 * @out: grows
 * @words: quoted for a shell
 *
 * Lines of 75 columns, broken between words so that it can be pasted into one.
 */
void tsim_text_command(GString *out, const char *const *words)
{
	gsize column = 1;

	g_string_append(out, "\nreproduce:\n ");
	for (guint i = 0; words[i]; i++) {
		if (column + 1 + strlen(words[i]) > TSIM_TEXT_WIDTH - 2 && column > 1) {
			g_string_append(out, " \\\n   ");
			column = 3;
		}
		g_string_append_printf(out, " %s", words[i]);
		column += 1 + strlen(words[i]);
	}
}
