/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "units.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "units-internal.h"

const struct tsim_unit tsim_time_units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", 1000 * 1000 },
	{ "s", 1000 * 1000 * 1000 },
	{ "min", G_GUINT64_CONSTANT(60000000000) },
	{ "h", G_GUINT64_CONSTANT(3600000000000) },
	{ 0 },
};

const struct tsim_unit tsim_byte_units[] = {
	{ "B", 1 },
	{ "KiB", TSIM_KIB },
	{ "MiB", TSIM_MIB },
	{ "GiB", TSIM_GIB },
	{ "TiB", 1024 * TSIM_GIB },
	{ "kB", 1000 },
	{ "MB", 1000 * 1000 },
	{ "GB", 1000 * 1000 * 1000 },
	{ "TB", G_GUINT64_CONSTANT(1000000000000) },
	{ 0 },
};

const struct tsim_unit tsim_period_units[] = {
	{ "s", 1 },
	{ "min", 60 },
	{ "h", 3600 },
	{ 0 },
};

/* What one kind of value looks like: its units are written as in MB/s and /min. */
struct kind {
	const char *what;
	const struct tsim_unit *units;
	const char *prefix, *suffix;
	const char *example;
};

static const struct kind time_kind = { "a time", tsim_time_units, "", "", "5s" };
static const struct kind bytes_kind = { "a size", tsim_byte_units, "", "", "64KiB" };
static const struct kind rate_kind = { "a rate", tsim_byte_units, "", "/s", "500MB/s, or inf" };
static const struct kind frequency_kind = { "a frequency", tsim_period_units, "/", "", "5/s" };

/*
 * A decimal number as written: digits * 10^exponent.  Digits beyond the 24th
 * are dropped: no 64-bit value depends on them.
 */
struct decimal {
	unsigned __int128 digits;
	int exponent;
};

#define DIGITS_MAX ((unsigned __int128)1 << 80)

static void add_digit(struct decimal *d, char c, gboolean fraction)
{
	if (d->digits < DIGITS_MAX) {
		d->digits = d->digits * 10 + (c - '0');
		d->exponent -= fraction;
	} else {
		d->exponent += !fraction;
	}
}

/* Read an exponent at @p, if one is there: `5e3` has one, `5 e` and `5EiB` do not. */
static const char *read_exponent(const char *p, struct decimal *d)
{
	const char *digit = p + 1;
	int exponent = 0, sign = 1;

	if (*p != 'e' && *p != 'E')
		return p;
	if (*digit == '+' || *digit == '-')
		sign = *digit++ == '-' ? -1 : 1;
	if (!g_ascii_isdigit(*digit))
		return p;
	for (; g_ascii_isdigit(*digit); digit++)
		exponent = MIN(exponent * 10 + (*digit - '0'), 100000);
	d->exponent += sign * exponent;
	return digit;
}

/* Read a number without a sign; NULL when there is none. */
static const char *read_decimal(const char *p, struct decimal *d)
{
	gboolean any = FALSE;

	*d = (struct decimal){ 0 };
	for (; g_ascii_isdigit(*p); p++, any = TRUE)
		add_digit(d, *p, FALSE);
	if (*p == '.')
		for (p++; g_ascii_isdigit(*p); p++, any = TRUE)
			add_digit(d, *p, TRUE);
	return any ? read_exponent(p, d) : NULL;
}

/*
 * digits * 10^exponent * size, rounded to a whole number; exact, so that every
 * 64-bit value survives its text.  FALSE when it exceeds @max.
 */
static gboolean scale(const struct decimal *d, guint64 size, guint64 max, guint64 *out,
		      gboolean *whole)
{
	unsigned __int128 value = d->digits * size, rest, power = 1;
	int exponent = d->exponent;

	*whole = TRUE;
	for (; exponent > 0 && value; exponent--) {
		if (value > max)
			return FALSE;
		value *= 10;
	}
	/* 10^38 / 2 exceeds any digits * size: nothing changes beyond it. */
	for (int i = 0; i < -exponent && i < 38; i++)
		power *= 10;
	rest = value % power;
	value /= power;
	*whole = rest == 0;
	if (rest >= power - rest)
		value++;
	*out = (guint64)value;
	return value <= max;
}

static char *unit_text(const struct kind *kind, const struct tsim_unit *unit)
{
	return g_strconcat(kind->prefix, unit->name, kind->suffix, NULL);
}

/* The unit called @name, or NULL. */
static const struct tsim_unit *find_unit(const struct kind *kind, const char *name)
{
	if (!g_str_has_prefix(name, kind->prefix))
		return NULL;
	name += strlen(kind->prefix);
	for (const struct tsim_unit *unit = kind->units; unit->name; unit++)
		if (g_str_has_prefix(name, unit->name) &&
		    !strcmp(name + strlen(unit->name), kind->suffix))
			return unit;
	return NULL;
}

static char *list_units(const struct kind *kind)
{
	GString *list = g_string_new(NULL);

	for (const struct tsim_unit *unit = kind->units; unit->name; unit++)
		g_string_append_printf(list, "%s%s%s%s", list->len ? " " : "", kind->prefix,
				       unit->name, kind->suffix);
	return g_string_free(list, FALSE);
}

/* A bare m may be ms or min, a k may be KiB or kB: we never guess, we ask. */
static gboolean throw_unknown_unit(const struct kind *kind, const char *text, const char *name,
				   GError **error)
{
	int n_number = (int)(strlen(text) - strlen(name));
	g_autoptr(GString) guesses = g_string_new(NULL);
	g_autofree char *list = list_units(kind);

	for (const struct tsim_unit *unit = kind->units; unit->name; unit++) {
		g_autofree char *full = unit_text(kind, unit);

		if (!g_ascii_strncasecmp(full, name, strlen(name)))
			g_string_append_printf(guesses, "%s%.*s%s", guesses->len ? " or " : "",
					       n_number, text, full);
	}
	if (guesses->len)
		return tsim_throw(error, "'%s' has no known unit; write %s", text, guesses->str);
	return tsim_throw(error, "'%s' has no known unit: use one of %s, e.g. %s", text, list,
			  kind->example);
}

static gboolean throw_no_unit(const struct kind *kind, const char *text, gboolean number,
			      GError **error)
{
	g_autofree char *list = list_units(kind);

	if (number)
		return tsim_throw(error, "'%s' needs a unit: %s, e.g. %s", text, list,
				  kind->example);
	return tsim_throw(error, "'%s' is not %s: write a number and one of %s, e.g. %s", text,
			  kind->what, list, kind->example);
}

/*
 * Split "1.5 ms" (blanks at the ends already gone) into its number and its unit.  A file of
 * samples has ten million of them: no text is made that only an error needs.
 */
static gboolean split(const struct kind *kind, const char *text, struct decimal *d,
		      const struct tsim_unit **unit, GError **error)
{
	const char *rest = read_decimal(text, d);

	if (*text == '-' && g_ascii_isdigit(text[1]))
		return tsim_throw(error, "'%s' is negative", text);
	if (!rest)
		return throw_no_unit(kind, text, FALSE, error);
	while (g_ascii_isspace(*rest))
		rest++;
	if (!*rest)
		return throw_no_unit(kind, text, TRUE, error);
	*unit = find_unit(kind, rest);
	return *unit || throw_unknown_unit(kind, text, rest, error);
}

static gboolean parse_whole(const struct kind *kind, const char *text, guint64 max, guint64 *out,
			    GError **error)
{
	g_autofree char *copy = g_strstrip(g_strdup(text));
	const struct tsim_unit *unit;
	struct decimal d;
	gboolean whole;

	if (!split(kind, copy, &d, &unit, error))
		return FALSE;
	if (!scale(&d, unit->size, max, out, &whole))
		return tsim_throw(error, "'%s' is too large: at most %" G_GUINT64_FORMAT "%s",
				  copy, max, kind->units[0].name);
	if (!*out && d.digits)
		return tsim_throw(error, "'%s' is below 1%s and would become 0", copy,
				  kind->units[0].name);
	return TRUE;
}

/**
 * tsim_parse_time() - read a time such as 20ms or 1.5h
 * @text: a number and one of ns us ms s min h
 * @out: ns, rounded to the nearest
 * @error: says what to type instead
 */
gboolean tsim_parse_time(const char *text, tsim_ns *out, GError **error)
{
	guint64 value;

	if (!parse_whole(&time_kind, text, G_MAXINT64, &value, error))
		return FALSE;
	*out = (tsim_ns)value;
	return TRUE;
}

/**
 * tsim_parse_bytes() - read a size such as 64KiB or 1.5GB
 * @text: a number and one of B, KiB..TiB (powers of two), kB..TB (powers of ten)
 * @out: bytes, rounded to the nearest
 * @error: says what to type instead
 */
gboolean tsim_parse_bytes(const char *text, guint64 *out, GError **error)
{
	return parse_whole(&bytes_kind, text, G_MAXUINT64, out, error);
}

/*
 * The number that @text starts with as a double.  Only what read_decimal()
 * took is converted, because g_ascii_strtod() would also take 0x10 and nan.
 */
static gboolean to_double(const char *text, double *out, GError **error)
{
	struct decimal d;
	const char *end = read_decimal(text + (*text == '-' || *text == '+'), &d);
	g_autofree char *number = g_strndup(text, end - text);

	*out = g_ascii_strtod(number, NULL);
	return isfinite(*out) || tsim_throw(error, "'%s' is too large", text);
}

/**
 * tsim_parse_rate() - read a rate such as 500MB/s
 * @text: a number and a unit of bytes with /s, or inf
 * @bytes_per_s: bytes per second, INFINITY for inf
 * @error: says what to type instead
 */
gboolean tsim_parse_rate(const char *text, double *bytes_per_s, GError **error)
{
	g_autofree char *copy = g_strstrip(g_strdup(text));
	const struct tsim_unit *unit;
	struct decimal d;
	double number;

	if (!strcmp(copy, "inf")) {
		*bytes_per_s = INFINITY;
		return TRUE;
	}
	if (!split(&rate_kind, copy, &d, &unit, error) || !to_double(copy, &number, error))
		return FALSE;
	*bytes_per_s = number * (double)unit->size;
	return isfinite(*bytes_per_s) ||
	       tsim_throw(error, "'%s' is too large; write inf", copy);
}

/**
 * tsim_parse_frequency() - read how often something happens, such as 3/min
 * @text: a number and one of /s /min /h
 * @per_s: events per second
 * @error: says what to type instead
 */
gboolean tsim_parse_frequency(const char *text, double *per_s, GError **error)
{
	g_autofree char *copy = g_strstrip(g_strdup(text));
	const struct tsim_unit *unit;
	struct decimal d;

	if (!split(&frequency_kind, copy, &d, &unit, error) || !to_double(copy, per_s, error))
		return FALSE;
	*per_s /= (double)unit->size;
	return TRUE;
}

/**
 * tsim_parse_share() - read a share such as 10% or 0.1
 * @text: 0..1, or 0%..100%
 * @out: the share, 0..1
 * @error: says what to type instead
 */
gboolean tsim_parse_share(const char *text, double *out, GError **error)
{
	g_autofree char *copy = g_strstrip(g_strdup(text));
	struct decimal d;
	const char *rest = read_decimal(copy, &d);
	gboolean percent;

	while (rest && g_ascii_isspace(*rest))
		rest++;
	percent = rest && !strcmp(rest, "%");
	if (!rest || (*rest && !percent))
		return tsim_throw(error, "'%s' is not a share: write 0.1 or 10%%", copy);
	if (!to_double(copy, out, error))
		return FALSE;
	if (percent)
		*out /= 100;
	if (*out > 1)
		return tsim_throw(error, "'%s' is above 1: write 0.1 or 10%%", copy);
	return TRUE;
}

/**
 * tsim_parse_count() - read a whole number such as 1000 or 1e6
 * @text: the number, without a unit
 * @out: the count
 * @error: says what to type instead
 */
gboolean tsim_parse_count(const char *text, guint64 *out, GError **error)
{
	g_autofree char *copy = g_strstrip(g_strdup(text));
	struct decimal d;
	const char *rest = read_decimal(copy, &d);
	gboolean whole;

	if (*copy == '-' && g_ascii_isdigit(copy[1]))
		return tsim_throw(error, "'%s' is negative", copy);
	if (!rest || *rest)
		return tsim_throw(error, "'%s' is not a count: write e.g. 1000 or 1e6", copy);
	if (!scale(&d, 1, G_MAXUINT64, out, &whole))
		return tsim_throw(error, "'%s' is too large: at most %" G_GUINT64_FORMAT, copy,
				  G_MAXUINT64);
	return whole || tsim_throw(error, "'%s' is not a whole number", copy);
}

/**
 * tsim_parse_real() - read a number without a unit
 * @text: the number; it may have a sign
 * @out: the number, finite
 * @error: says what to type instead
 */
gboolean tsim_parse_real(const char *text, double *out, GError **error)
{
	g_autofree char *copy = g_strstrip(g_strdup(text));
	struct decimal d;
	const char *rest = read_decimal(copy + (*copy == '-' || *copy == '+'), &d);

	if (!rest || *rest)
		return tsim_throw(error, "'%s' is not a number: write e.g. 1.2", copy);
	return to_double(copy, out, error);
}
