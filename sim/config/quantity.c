/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values with their dimension, read from "20ms", "5.6GB/s", "10%". */
#include "expr.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "units.h"

#define NS_PER_S 1e9

/* Integers above are not all doubles. */
#define EXACT_MAX 9007199254740992.0

struct dimension {
	int time, bytes;
	const char *name;
};

static const struct dimension dimensions[] = {
	{ 0, 0, "a number" }, { 1, 0, "a time" },	{ 0, 1, "a size" },
	{ -1, 1, "a rate" },  { -1, 0, "a frequency" },
};

static const struct dimension *find_dimension(const struct tsim_quantity *value)
{
	for (guint i = 0; i < G_N_ELEMENTS(dimensions); i++)
		if (dimensions[i].time == value->time && dimensions[i].bytes == value->bytes)
			return &dimensions[i];
	return NULL;
}

/* "a time", "a text"; "of dimension time^2" for what no option takes.  (transfer full) */
char *tsim_quantity_kind(const struct tsim_quantity *value)
{
	const struct dimension *dimension = find_dimension(value);

	if (value->type == TSIM_QUANTITY_TEXT)
		return g_strdup("a text");
	if (value->type == TSIM_QUANTITY_TRUTH)
		return g_strdup("true or false");
	return dimension ?
		       g_strdup(dimension->name) :
		       g_strdup_printf("of dimension time^%d bytes^%d", value->time, value->bytes);
}

/* May the two be compared and added? */
gboolean tsim_quantity_same_kind(const struct tsim_quantity *a, const struct tsim_quantity *b)
{
	return a->type == b->type && a->time == b->time && a->bytes == b->bytes;
}

/* How long the number at @p is; "1..5" begins with the number 1. */
static gsize number_length(const char *p)
{
	const char *start = p;

	while (g_ascii_isdigit(*p))
		p++;
	if (*p == '.' && p[1] != '.')
		for (p++; g_ascii_isdigit(*p);)
			p++;
	if ((*p == 'e' || *p == 'E') && g_ascii_isdigit(p[1 + (p[1] == '+' || p[1] == '-')]))
		for (p += 2; g_ascii_isdigit(*p);)
			p++;
	return (gsize)(p - start);
}

/* Is "1NAME" read by @parse? */
static gboolean is_time_unit(const char *name)
{
	g_autofree char *one = g_strconcat("1", name, NULL);
	tsim_ns ns;

	return tsim_parse_time(one, &ns, NULL);
}

static gboolean is_byte_unit(const char *name)
{
	g_autofree char *one = g_strconcat("1", name, NULL);
	guint64 bytes;

	return tsim_parse_bytes(one, &bytes, NULL);
}

static gsize letters(const char *p)
{
	gsize n = 0;

	while (g_ascii_isalpha(p[n]))
		n++;
	return n;
}

static gboolean ends_here(char c)
{
	return !g_ascii_isalnum(c) && c != '_';
}

/* "/s", "/min", "/h" right behind a number; 0 when there is none. */
static gsize period_length(const char *p)
{
	static const char *const periods[] = { "/s", "/min", "/h" };

	for (guint i = 0; i < G_N_ELEMENTS(periods); i++) {
		const gsize length = strlen(periods[i]);

		if (!strncmp(p, periods[i], length) && ends_here(p[length]))
			return length;
	}
	return 0;
}

static gboolean read_whole(const char *token, struct tsim_quantity *value, GError **error)
{
	guint64 whole = 0;

	if (value->time) {
		tsim_ns ns;

		if (!tsim_parse_time(token, &ns, error))
			return FALSE;
		whole = (guint64)ns;
	} else if (!tsim_parse_bytes(token, &whole, error)) {
		return FALSE;
	}
	value->number = (double)whole;
	/* A double has 53 bits of the 64. */
	return whole <= EXACT_MAX || !(whole & 0x7ff) ||
	       tsim_throw(error, "'%s' has more digits than can be computed with", token);
}

static gboolean read_plain(const char *token, struct tsim_quantity *value, GError **error)
{
	if (!tsim_parse_real(token, &value->number, error))
		return FALSE;
	if (fabs(value->number) < EXACT_MAX || strspn(token, "0123456789") < strlen(token))
		return TRUE;
	return tsim_throw(error, "'%s' has more digits than can be computed with, put it in quotes",
			  token);
}

static gboolean read_rate(const char *token, struct tsim_quantity *value, GError **error)
{
	if (!tsim_parse_rate(token, &value->number, error))
		return FALSE;
	value->number /= NS_PER_S;
	return TRUE;
}

static gboolean read_frequency(const char *token, struct tsim_quantity *value, GError **error)
{
	if (!tsim_parse_frequency(token, &value->number, error))
		return FALSE;
	value->number /= NS_PER_S;
	return TRUE;
}

static gboolean throw_unit(const char *token, GError **error)
{
	return tsim_throw(error,
			  "'%s' has no known unit: ns us ms s min h, B KiB MiB GiB TiB kB MB GB "
			  "TB, those with /s, /s /min /h, %%",
			  token);
}

/* @rest: what follows the number.  Sets the dimension and how much of @rest is its unit. */
static gboolean find_unit(const char *rest, struct tsim_quantity *value, gsize *length)
{
	const gsize blanks = strspn(rest, " \t"), n = letters(rest + blanks);
	g_autofree char *name = g_strndup(rest + blanks, n);

	*length = 0;
	if (*rest == '%' || period_length(rest)) {
		*length = *rest == '%' ? 1 : period_length(rest);
		value->time = *rest == '%' ? 0 : -1;
		return TRUE;
	}
	if (n && is_time_unit(name)) {
		value->time = 1;
	} else if (n && is_byte_unit(name)) {
		value->bytes = 1;
		if (!strncmp(rest + blanks + n, "/s", 2) && ends_here(rest[blanks + n + 2])) {
			value->time = -1;
			*length = 2;
		}
	} else {
		/* 5 step 1 has no unit; 5step has a bad one. */
		return n == 0 || blanks > 0;
	}
	*length += blanks + n;
	return TRUE;
}

/* @token: the number with its unit, which begins at @unit. */
static gboolean read_token(char *token, const char *unit, struct tsim_quantity *value,
			   GError **error)
{
	if (*unit == '%') {
		token[strlen(token) - 1] = '\0';
		if (!tsim_parse_real(token, &value->number, error))
			return FALSE;
		value->number /= 100;
		return TRUE;
	}
	if (value->bytes && value->time)
		return read_rate(token, value, error);
	if (value->time < 0)
		return read_frequency(token, value, error);
	if (value->time || value->bytes)
		return read_whole(token, value, error);
	return read_plain(token, value, error);
}

/**
 * tsim_quantity_read:
 * @offset: (inout): of the number's first digit; behind its unit afterwards
 *
 * Read a number without a sign.  10/s is a frequency; to divide by a variable
 * called s, write 10 / s.
 */
gboolean tsim_quantity_read(const struct tsim_source *source, gsize *offset,
			    struct tsim_quantity *value, GError **error)
{
	const char *start = source->text + *offset;
	const gsize number = number_length(start);
	g_autofree char *token = NULL, *why = NULL;
	g_autoptr(GError) local = NULL;
	gboolean ok;
	gsize unit;

	*value = (struct tsim_quantity){ .type = TSIM_QUANTITY_NUMBER };
	ok = find_unit(start + number, value, &unit);
	if (!ok)
		unit = letters(start + number);
	token = g_strndup(start, number + unit);
	ok = ok ? read_token(token, start + number, value, &local) : throw_unit(token, &local);
	if (!ok) {
		/* The token may be as long as a line. */
		why = g_utf8_substring(local->message, 0,
				       MIN(g_utf8_strlen(local->message, -1), 200));
		return tsim_throw_at(source, *offset, error, "%s", why);
	}
	*offset += number + unit;
	return TRUE;
}
