/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Columns of tab separated tables. */
#include "tsv.h"

#include <math.h>

/**
 * tsim_tsv_text() - a number as text
 * @value: any; what is not finite is inf or nan
 *
 * Return: (transfer full): the shortest text that reads back as the same
 * double: tables are compared bit for bit.
 */
char *tsim_tsv_text(double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	if (!isfinite(value))
		return g_strdup(isinf(value) ? "inf" : "nan");
	for (int digits = 6; digits <= 17; digits++) {
		g_autofree char *format = g_strdup_printf("%%.%dg", digits);

		g_ascii_formatd(text, sizeof(text), format, value);
		if (g_ascii_strtod(text, NULL) == value)
			break;
	}
	return g_strdup(text);
}

/** tsim_tsv_real() - append a number as tsim_tsv_text() has it */
void tsim_tsv_real(GString *out, double value)
{
	g_autofree char *text = tsim_tsv_text(value);

	g_string_append_printf(out, "\t%s", text);
}

/** tsim_tsv_rounded() - append a number of @digits significant digits; nan: unknown */
void tsim_tsv_rounded(GString *out, double value, int digits)
{
	if (isnan(value))
		g_string_append(out, "\tnan"); /* printf has a -nan as well */
	else
		g_string_append_printf(out, "\t%.*g", digits, value);
}

/** tsim_tsv_count() - append a whole number */
void tsim_tsv_count(GString *out, guint64 value)
{
	g_string_append_printf(out, "\t%" G_GUINT64_FORMAT, value);
}

/** tsim_tsv_ns() - append whole nanoseconds, which is what a histogram holds; nan: unknown */
void tsim_tsv_ns(GString *out, double ns)
{
	if (isfinite(ns))
		tsim_tsv_count(out, (guint64)llround(ns));
	else
		g_string_append(out, "\tnan");
}

/** tsim_tsv_estimate() - append an estimate, low and high */
void tsim_tsv_estimate(GString *out, const struct tsim_estimate *e)
{
	tsim_tsv_real(out, e->estimate);
	tsim_tsv_real(out, e->low);
	tsim_tsv_real(out, e->high);
}
