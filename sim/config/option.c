/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "option.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "law.h"
#include "simtime.h"
#include "suggest.h"
#include "units.h"

/* What a slot of the caller's struct holds, by the type of its option. */
union value {
	gboolean boolean;
	guint64 count;
	tsim_ns time;
	double real;
	TsimLaw *law;
	int choice;
	char *string;
	GStrv list;
};

static const char *const type_names[] = {
	[TSIM_OPT_BOOL] = "boolean",  [TSIM_OPT_COUNT] = "count",
	[TSIM_OPT_TIME] = "time",     [TSIM_OPT_BYTES] = "bytes",
	[TSIM_OPT_RATE] = "rate",     [TSIM_OPT_FREQUENCY] = "frequency",
	[TSIM_OPT_SHARE] = "share",   [TSIM_OPT_REAL] = "number",
	[TSIM_OPT_LAW] = "law",       [TSIM_OPT_ENUM] = "choice",
	[TSIM_OPT_STRING] = "string", [TSIM_OPT_LIST] = "list",
};

static size_t value_size(enum tsim_option_type type)
{
	switch (type) {
	case TSIM_OPT_BOOL:
	case TSIM_OPT_ENUM:
		return sizeof(int);
	case TSIM_OPT_LAW:
	case TSIM_OPT_STRING:
	case TSIM_OPT_LIST:
		return sizeof(void *);
	default:
		return sizeof(guint64);
	}
}

static void value_clear(enum tsim_option_type type, union value *value)
{
	if (type == TSIM_OPT_LAW)
		g_clear_pointer(&value->law, tsim_law_free);
	else if (type == TSIM_OPT_STRING)
		g_clear_pointer(&value->string, g_free);
	else if (type == TSIM_OPT_LIST)
		g_clear_pointer(&value->list, g_strfreev);
}

static union value value_load(const struct tsim_option *option, const void *target)
{
	union value value = { .count = 0 };

	memcpy(&value, (const char *)target + option->offset, value_size(option->type));
	return value;
}

static void value_store(const struct tsim_option *option, void *target, const union value *value)
{
	memcpy((char *)target + option->offset, value, value_size(option->type));
}

static gboolean parse_bool(const char *text, gboolean *out, GError **error)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off", "on" };

	for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
		if (!strcmp(text, words[i])) {
			*out = i % 2;
			return TRUE;
		}
	}
	return tsim_throw(error, "'%s' is neither true nor false", text);
}

static gboolean parse_choice(const struct tsim_option *option, const char *text, int *out,
			     GError **error)
{
	g_autoptr(GPtrArray) choices = g_ptr_array_new();
	g_autofree char *hint = NULL, *all = g_strjoinv(", ", (char **)option->choices);

	for (int i = 0; option->choices[i]; i++) {
		if (!strcmp(text, option->choices[i])) {
			*out = i;
			return TRUE;
		}
		g_ptr_array_add(choices, (char *)option->choices[i]);
	}
	hint = tsim_did_you_mean(text, choices);
	return tsim_throw(error, "'%s' is not one of %s%s", text, all, hint);
}

static gboolean parse_list(const char *text, GStrv *out, GError **error)
{
	g_auto(GStrv) list = g_strsplit(text, ",", -1);

	for (guint i = 0; list[i]; i++) {
		g_strstrip(list[i]);
		if (!*list[i])
			return tsim_throw(error, "entry %u of the list is empty", i + 1);
	}
	*out = g_steal_pointer(&list);
	return TRUE;
}

static gboolean parse_law(const char *text, TsimLaw **out, GError **error)
{
	*out = NULL;
	if (!*text || !strcmp(text, "none"))
		return TRUE;
	*out = tsim_law_parse(text, error);
	return *out != NULL;
}

static gboolean parse_value(const struct tsim_option *option, const char *text, union value *out,
			    GError **error)
{
	switch (option->type) {
	case TSIM_OPT_BOOL:
		return parse_bool(text, &out->boolean, error);
	case TSIM_OPT_COUNT:
		return tsim_parse_count(text, &out->count, error);
	case TSIM_OPT_TIME:
		return tsim_parse_time(text, &out->time, error);
	case TSIM_OPT_BYTES:
		return tsim_parse_bytes(text, &out->count, error);
	case TSIM_OPT_RATE:
		return tsim_parse_rate(text, &out->real, error);
	case TSIM_OPT_FREQUENCY:
		return tsim_parse_frequency(text, &out->real, error);
	case TSIM_OPT_SHARE:
		return tsim_parse_share(text, &out->real, error);
	case TSIM_OPT_REAL:
		return tsim_parse_real(text, &out->real, error);
	case TSIM_OPT_LAW:
		return parse_law(text, &out->law, error);
	case TSIM_OPT_ENUM:
		return parse_choice(option, text, &out->choice, error);
	case TSIM_OPT_STRING:
		out->string = g_strdup(text);
		return TRUE;
	case TSIM_OPT_LIST:
		return parse_list(text, &out->list, error);
	}
	g_assert_not_reached();
}

/* The number that the option's range bounds: a law is held by its mean, a list by its length. */
static double value_number(const struct tsim_option *option, const union value *value)
{
	switch (option->type) {
	case TSIM_OPT_COUNT:
	case TSIM_OPT_BYTES:
		return value->count;
	case TSIM_OPT_TIME:
		return value->time;
	case TSIM_OPT_LAW:
		return value->law ? tsim_law_mean_ns(value->law) : option->min;
	case TSIM_OPT_LIST:
		return g_strv_length(value->list);
	case TSIM_OPT_BOOL:
	case TSIM_OPT_ENUM:
	case TSIM_OPT_STRING:
		return option->min;
	default:
		return value->real;
	}
}

/* A share is never above 1, whatever its table says. */
static double upper_bound(const struct tsim_option *option)
{
	if (option->max != 0)
		return option->max;
	return option->type == TSIM_OPT_SHARE ? 1 : INFINITY;
}

static gboolean check_range(const struct tsim_option *option, const union value *value,
			    const char *text, GError **error)
{
	const double number = value_number(option, value);
	g_autofree char *range = NULL;

	if (number >= option->min && number <= upper_bound(option))
		return TRUE;
	range = tsim_option_range(option);
	return tsim_throw(error, "'%s' is out of range, permitted is %s", text, range);
}

/**
 * tsim_option_parse:
 * @option: one entry of a table
 * @text: the value in the config language
 * @target: struct that the table's offsets point into; the slot holds zero or
 *	an earlier value, which is freed
 *
 * Parses and range-checks.  On an error, which names the value and what is
 * permitted but not the key, @target is left as it was.
 */
gboolean tsim_option_parse(const struct tsim_option *option, const char *text, void *target,
			   GError **error)
{
	g_autofree char *stripped = g_strstrip(g_strdup(text));
	union value value = { .count = 0 }, old;

	if (!parse_value(option, stripped, &value, error))
		return FALSE;
	if (!check_range(option, &value, stripped, error)) {
		value_clear(option->type, &value);
		return FALSE;
	}
	old = value_load(option, target);
	value_clear(option->type, &old);
	value_store(option, target, &value);
	return TRUE;
}

static char *format_real(double value)
{
	char buffer[40];

	for (int digits = 15; digits <= 17; digits++) {
		g_snprintf(buffer, sizeof(buffer), "%.*g", digits, value);
		if (g_ascii_strtod(buffer, NULL) == value)
			break;
	}
	return g_strdup(buffer);
}

/* A limit is exact: what is not a whole number of the smallest unit is left to @human. */
static char *format_limit(double number, char *(*exact)(guint64), char *(*human)(double))
{
	if (number >= 0 && number < 0x1p63 && number == floor(number))
		return exact(number);
	return human(number);
}

static char *exact_time(guint64 ns)
{
	return tsim_format_time(ns);
}

static char *format_number(enum tsim_option_type type, double number)
{
	switch (type) {
	case TSIM_OPT_TIME:
	case TSIM_OPT_LAW:
		return format_limit(number, exact_time, tsim_human_time);
	case TSIM_OPT_BYTES:
		return format_limit(number, tsim_format_bytes, tsim_human_bytes);
	case TSIM_OPT_RATE:
		return tsim_format_rate(number);
	case TSIM_OPT_FREQUENCY:
		return tsim_format_frequency(number);
	case TSIM_OPT_COUNT:
	case TSIM_OPT_LIST:
		return g_strdup_printf("%.0f", number);
	default:
		return format_real(number);
	}
}

/**
 * tsim_option_range:
 *
 * The permitted values, exact, "0s to 1min", "at least 1",
 * "queued | barrier"; empty when everything is.  (transfer full)
 */
char *tsim_option_range(const struct tsim_option *option)
{
	const double max = upper_bound(option);
	const gboolean below = isfinite(option->min), above = isfinite(max);
	g_autofree char *low = below ? format_number(option->type, option->min) : NULL;
	g_autofree char *high = above ? format_number(option->type, max) : NULL;

	switch (option->type) {
	case TSIM_OPT_BOOL:
		return g_strdup("true | false");
	case TSIM_OPT_ENUM:
		return g_strjoinv(" | ", (char **)option->choices);
	case TSIM_OPT_STRING:
		return g_strdup("");
	case TSIM_OPT_LIST:
		return option->min ? g_strdup_printf("at least %s entries", low) : g_strdup("");
	case TSIM_OPT_LAW:
		if (!above && option->min <= 0)
			return g_strdup("");
		break;
	default:
		break;
	}
	if (below && above)
		return g_strdup_printf("%s to %s", low, high);
	if (below)
		return g_strdup_printf("at least %s", low);
	return above ? g_strdup_printf("at most %s", high) : g_strdup("");
}

/* "time", "bytes", "law" ... */
const char *tsim_option_type_name(enum tsim_option_type type)
{
	return type_names[type];
}

/**
 * tsim_option_format:
 *
 * The canonical text of @option's value in @target: it parses back to the
 * same value, and equal values have equal texts.  (transfer full)
 */
char *tsim_option_format(const struct tsim_option *option, const void *target)
{
	const union value value = value_load(option, target);

	switch (option->type) {
	case TSIM_OPT_BOOL:
		return g_strdup(value.boolean ? "true" : "false");
	case TSIM_OPT_COUNT:
		return g_strdup_printf("%" G_GUINT64_FORMAT, value.count);
	case TSIM_OPT_TIME:
		return tsim_format_time(value.time);
	case TSIM_OPT_BYTES:
		return tsim_format_bytes(value.count);
	case TSIM_OPT_RATE:
		return tsim_format_rate(value.real);
	case TSIM_OPT_FREQUENCY:
		return tsim_format_frequency(value.real);
	case TSIM_OPT_SHARE:
	case TSIM_OPT_REAL:
		return format_real(value.real);
	case TSIM_OPT_LAW:
		return value.law ? tsim_law_to_string(value.law) : g_strdup("none");
	case TSIM_OPT_ENUM:
		return g_strdup(option->choices[value.choice]);
	case TSIM_OPT_STRING:
		return g_strdup(value.string ? value.string : "");
	case TSIM_OPT_LIST:
		return value.list ? g_strjoinv(", ", value.list) : g_strdup("");
	}
	g_assert_not_reached();
}

/**
 * tsim_option_default:
 *
 * The default in its canonical form, as tsim_option_format() writes it; NULL
 * when the option is required.  (transfer full)
 */
char *tsim_option_default(const struct tsim_option *option)
{
	struct tsim_option here = *option;
	union value value = { .count = 0 };
	char *text;

	if (!option->def)
		return NULL;
	here.offset = 0;
	if (!tsim_option_parse(&here, option->def, &value, NULL))
		return g_strdup(option->def);
	text = tsim_option_format(&here, &value);
	value_clear(option->type, &value);
	return text;
}

/**
 * tsim_options_defaults:
 *
 * The slots may be uninitialised: what they held is overwritten, not freed.
 * A required option becomes 0 or NULL.  A default that does not parse is a
 * bug of its table and aborts.
 */
void tsim_options_defaults(const struct tsim_option *options, void *target)
{
	const union value zero = { .count = 0 };

	for (const struct tsim_option *option = options; option->name; option++) {
		g_autoptr(GError) error = NULL;

		value_store(option, target, &zero);
		if (option->def && !tsim_option_parse(option, option->def, target, &error))
			g_error("default of option %s: %s", option->name, error->message);
	}
}

void tsim_options_clear(const struct tsim_option *options, void *target)
{
	const union value zero = { .count = 0 };

	for (const struct tsim_option *option = options; option->name; option++) {
		union value value = value_load(option, target);

		value_clear(option->type, &value);
		value_store(option, target, &zero);
	}
}

/* The entry of @options called @name, or NULL. */
const struct tsim_option *tsim_options_find(const struct tsim_option *options, const char *name)
{
	for (const struct tsim_option *option = options; option->name; option++)
		if (!strcmp(option->name, name))
			return option;
	return NULL;
}
