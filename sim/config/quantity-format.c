/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values with their dimension, written as the options take them. */
#include "expr.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "units.h"

/* What is computed is known to about so many digits; more would show the rounding of doubles. */
#define DIGITS 12
#define NS_PER_S 1e9

/* @value with so many significant decimal digits. */
double tsim_round_digits(double value, int digits)
{
	char text[64];

	g_snprintf(text, sizeof(text), "%.*e", digits - 1, value);
	return g_ascii_strtod(text, NULL);
}

/*
 * The shortest text that is read as so many bytes: "1.333GiB", not
 * "1431297851B", when both are.
 */
static char *format_bytes(guint64 bytes)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	char *best = tsim_format_bytes(bytes);
	double size = 1024;

	for (guint u = 0; u < G_N_ELEMENTS(units) && (double)bytes >= size; u++, size *= 1024) {
		for (int digits = 1; digits <= 6; digits++) {
			g_autofree char *text =
				g_strdup_printf("%.*g%s", digits, (double)bytes / size, units[u]);
			guint64 back;

			if (strlen(text) > strlen(best) || strchr(text, 'e') ||
			    !tsim_parse_bytes(text, &back, NULL) || back != bytes)
				continue;
			g_free(best);
			best = g_steal_pointer(&text);
			break;
		}
	}
	return best;
}

/*
 * In the largest of ns us ms s that is not above @ns: "3.162ms", not the
 * "3162us" that is a character shorter; whole min and h as they are.
 */
static char *format_time(tsim_ns ns)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	g_autofree char *shortest = tsim_format_time(ns);
	g_autofree char *digits = NULL;
	gint64 size = 1, rest;
	guint unit = 0, n;

	if (!ns || g_str_has_suffix(shortest, "h") || g_str_has_suffix(shortest, "min"))
		return g_steal_pointer(&shortest);
	for (; unit < 3 && ns >= 1000 * size; unit++)
		size *= 1000;
	rest = ns % size;
	if (!rest)
		return g_strdup_printf("%" G_GINT64_FORMAT "%s", ns / size, units[unit]);
	digits = g_strdup_printf("%0*" G_GINT64_FORMAT, (int)(3 * unit), rest);
	n = (guint)strlen(digits);
	while (digits[n - 1] == '0')
		n--;
	return g_strdup_printf("%" G_GINT64_FORMAT ".%.*s%s", ns / size, (int)n, digits,
			       units[unit]);
}

static char *format_whole(struct tsim_quantity *value, GError **error)
{
	const double whole = rint(value->number), max = value->time ? 0x1p63 : 0x1p64;
	const char *smallest = value->time ? "1ns" : "1B";

	if (value->number < 0 || whole >= max || (value->number > 0 && whole == 0)) {
		g_autofree char *kind = tsim_quantity_kind(value);

		tsim_throw(error,
			   value->number < 0 ? "%s of %g%s is negative" :
					       "%s of %g%s cannot be written",
			   kind, value->number, smallest + 1);
		return NULL;
	}
	value->number = whole;
	return value->time ? format_time((tsim_ns)whole) : format_bytes((guint64)whole);
}

/* The shortest of /s /min /h: a third of an hour has no end in /s. */
static char *format_frequency(double per_s)
{
	static const char *const units[] = { "/s", "/min", "/h" };
	double size = 1;
	char *best = NULL;

	for (guint u = 0; u < G_N_ELEMENTS(units); u++, size *= 60) {
		g_autofree char *number = tsim_format_real(tsim_round_digits(per_s * size, DIGITS));
		g_autofree char *text = g_strconcat(number, units[u], NULL);

		if (best && strlen(text) >= strlen(best))
			continue;
		g_free(best);
		best = g_steal_pointer(&text);
	}
	return best;
}

static char *format_real(struct tsim_quantity *value)
{
	char *text;

	if (!value->time) {
		value->number = tsim_round_digits(value->number, DIGITS) + 0.0; /* not -0 */
		return tsim_format_real(value->number);
	}
	if (value->bytes) {
		const double rate = tsim_round_digits(value->number * NS_PER_S, DIGITS);

		value->number = rate / NS_PER_S;
		return tsim_format_rate(rate);
	}
	text = format_frequency(value->number * NS_PER_S);
	if (tsim_parse_frequency(text, &value->number, NULL))
		value->number /= NS_PER_S;
	return text;
}

/**
 * tsim_quantity_format:
 * @value: (inout): becomes what the text says
 *
 * The text that an option takes: whole ns and bytes, 12 digits of all else.
 * Equal values have equal texts.  (transfer full) (nullable)
 */
char *tsim_quantity_format(struct tsim_quantity *value, GError **error)
{
	g_autofree char *kind = NULL;

	if (value->type == TSIM_QUANTITY_TEXT)
		return g_strdup(value->text);
	if (value->type == TSIM_QUANTITY_TRUTH)
		return g_strdup(value->number != 0 ? "true" : "false");
	if (value->time + value->bytes == 1 && value->time * value->bytes == 0)
		return format_whole(value, error);
	if ((value->bytes == 0 || value->bytes == 1) && (value->time == 0 || value->time == -1))
		return format_real(value);
	kind = tsim_quantity_kind(value);
	tsim_throw(error, "the value is %s, no option takes that", kind);
	return NULL;
}
