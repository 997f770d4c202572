/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "units.h"

#include <math.h>
#include <string.h>

#include "units-internal.h"

/*
 * @value as a decimal of @unit, exactly: FALSE if that takes more digits than
 * anyone wants to read, which leaves the smaller units to try.
 */
static gboolean write_decimal(guint64 value, const struct tsim_unit *unit, char *out, gsize size)
{
	guint64 rest = value % unit->size;
	int n = g_snprintf(out, size, "%" G_GUINT64_FORMAT, value / unit->size);

	if (rest)
		out[n++] = '.';
	for (int digits = 0; rest; digits++) {
		if (digits == 12)
			return FALSE;
		rest *= 10;
		out[n++] = (char)('0' + rest / unit->size);
		rest %= unit->size;
	}
	g_strlcpy(out + n, unit->name, size - n);
	return TRUE;
}

/* The shortest exact text that does not start with 0., the smaller unit on a tie. */
static char *format_whole(guint64 value, const struct tsim_unit *units)
{
	char best[64], text[64];

	write_decimal(value, units, best, sizeof(best));
	for (const struct tsim_unit *unit = units + 1; unit->name; unit++)
		if (value >= unit->size && write_decimal(value, unit, text, sizeof(text)) &&
		    strlen(text) < strlen(best))
			memcpy(best, text, sizeof(best));
	return g_strdup(best);
}

/**
 * tsim_format_time() - write a time so that it parses back to the same ns
 * @t: ns, not negative
 *
 * Return: (transfer full): its text.
 */
char *tsim_format_time(tsim_ns t)
{
	return t ? format_whole((guint64)t, tsim_time_units) : g_strdup("0s");
}

/**
 * tsim_format_bytes() - write a size so that it parses back to the same bytes
 * @bytes: the size
 *
 * Return: (transfer full): its text.
 */
char *tsim_format_bytes(guint64 bytes)
{
	return format_whole(bytes, tsim_byte_units);
}

/**
 * tsim_format_real() - write a number so that it parses back to the same double
 * @value: the number
 *
 * Return: (transfer full): its text.
 */
char *tsim_format_real(double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	for (int digits = 15; digits <= 17; digits++) {
		char format[] = { '%', '.', '1', (char)('0' + digits - 10), 'g', '\0' };

		g_ascii_formatd(text, sizeof(text), format, value);
		if (g_ascii_strtod(text, NULL) == value)
			break;
	}
	return g_strdup(text);
}

/**
 * tsim_format_rate() - write a rate so that it parses back to the same double
 * @bytes_per_s: bytes per second
 *
 * Return: (transfer full): its text.
 */
char *tsim_format_rate(double bytes_per_s)
{
	g_autofree char *best = tsim_format_real(bytes_per_s);
	const char *name = "B";

	if (isinf(bytes_per_s))
		return g_strdup("inf");
	for (const struct tsim_unit *unit = tsim_byte_units + 1; unit->name; unit++) {
		g_autofree char *text = tsim_format_real(bytes_per_s / (double)unit->size);

		if (strlen(text) + strlen(unit->name) >= strlen(best) + strlen(name) ||
		    bytes_per_s < (double)unit->size ||
		    g_ascii_strtod(text, NULL) * (double)unit->size != bytes_per_s)
			continue;
		g_free(best);
		best = g_steal_pointer(&text);
		name = unit->name;
	}
	return g_strconcat(best, name, "/s", NULL);
}

/**
 * tsim_format_frequency() - write a frequency so that it parses back to the same double
 * @per_s: events per second
 *
 * Return: (transfer full): its text.
 */
char *tsim_format_frequency(double per_s)
{
	g_autofree char *best = tsim_format_real(per_s);
	const char *name = "s";

	for (const struct tsim_unit *unit = tsim_period_units + 1; unit->name; unit++) {
		g_autofree char *text = tsim_format_real(per_s * (double)unit->size);

		if (strlen(text) + strlen(unit->name) >= strlen(best) + strlen(name) ||
		    g_ascii_strtod(text, NULL) / (double)unit->size != per_s)
			continue;
		g_free(best);
		best = g_steal_pointer(&text);
		name = unit->name;
	}
	return g_strconcat(best, "/", name, NULL);
}

/* The last of @n units that is at most @value, once that is rounded to 4 digits. */
static char *human(double value, const struct tsim_unit *units, guint n)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];
	guint i = 0;

	if (!isfinite(value))
		return g_strdup(isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
	while (i + 1 < n && fabs(value) * 1.00005 >= (double)units[i + 1].size)
		i++;
	g_ascii_formatd(text, sizeof(text), "%.4g", value / (double)units[i].size);
	return g_strconcat(text, units[i].name, NULL);
}

/**
 * tsim_human_time() - write a time for people, e.g. 12.4ms
 * @ns: ns; may be negative, a fraction, infinite or NaN
 *
 * Return: (transfer full): its text, at most 4 significant digits.
 */
char *tsim_human_time(double ns)
{
	if (ns == 0)
		return g_strdup("0s");
	/* 90s reads better than 1.5min. */
	return human(ns, tsim_time_units, fabs(ns) < 120e9 ? 4 : 6);
}

/**
 * tsim_human_bytes() - write a size for people in powers of two, e.g. 1.5GiB
 * @bytes: bytes; may be negative, a fraction, infinite or NaN
 *
 * Return: (transfer full): its text, at most 4 significant digits.
 */
char *tsim_human_bytes(double bytes)
{
	return human(bytes, tsim_byte_units, 5);
}
