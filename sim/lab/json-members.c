/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "json-members.h"

#include <math.h>
#include <string.h>

/** tsim_json_number() - add a number, null if it is not finite: JSON has no other word for it */
void tsim_json_number(JsonBuilder *b, const char *name, double value)
{
	json_builder_set_member_name(b, name);
	if (isfinite(value))
		json_builder_add_double_value(b, value);
	else
		json_builder_add_null_value(b);
}

/** tsim_json_count() - add a whole number, of which JSON readers hold 63 bits and a sign */
void tsim_json_count(JsonBuilder *b, const char *name, guint64 value)
{
	json_builder_set_member_name(b, name);
	json_builder_add_int_value(b, (gint64)value);
}

/** tsim_json_text() - add a text */
void tsim_json_text(JsonBuilder *b, const char *name, const char *value)
{
	json_builder_set_member_name(b, name);
	json_builder_add_string_value(b, value);
}

/** tsim_json_boolean() - add true or false */
void tsim_json_boolean(JsonBuilder *b, const char *name, gboolean value)
{
	json_builder_set_member_name(b, name);
	json_builder_add_boolean_value(b, value);
}

/** tsim_json_begin() - add an object, for json_builder_end_object() to end */
void tsim_json_begin(JsonBuilder *b, const char *name)
{
	json_builder_set_member_name(b, name);
	json_builder_begin_object(b);
}

/** tsim_json_begin_array() - add an array, for json_builder_end_array() to end */
void tsim_json_begin_array(JsonBuilder *b, const char *name)
{
	json_builder_set_member_name(b, name);
	json_builder_begin_array(b);
}

/** tsim_json_estimate_members() - add the members of an estimate to the object itself */
void tsim_json_estimate_members(JsonBuilder *b, const struct tsim_estimate *e)
{
	tsim_json_number(b, "estimate", e->estimate);
	tsim_json_number(b, "low", e->low);
	tsim_json_number(b, "high", e->high);
	tsim_json_number(b, "confidence", e->confidence);
	tsim_json_text(b, "method", e->method);
}

/** tsim_json_estimate() - add an estimate as an object */
void tsim_json_estimate(JsonBuilder *b, const char *name, const struct tsim_estimate *e)
{
	tsim_json_begin(b, name);
	tsim_json_estimate_members(b, e);
	json_builder_end_object(b);
}

/** tsim_json_begin_histogram() - as an object that has its count and mean, not ended */
void tsim_json_begin_histogram(JsonBuilder *b, const char *name, const TsimHistogram *h)
{
	guint64 n = tsim_histogram_count(h);

	tsim_json_begin(b, name);
	tsim_json_count(b, "count", n);
	tsim_json_number(b, "mean", n ? tsim_histogram_total_ns(h) / n : NAN);
}

/** tsim_json_end_histogram() - add largest value and sum */
void tsim_json_end_histogram(JsonBuilder *b, const TsimHistogram *h)
{
	guint64 n = tsim_histogram_count(h);

	json_builder_set_member_name(b, "max");
	if (n)
		json_builder_add_int_value(b, tsim_histogram_max_ns(h));
	else
		json_builder_add_null_value(b);
	tsim_json_count(b, "total", n ? llround(tsim_histogram_total_ns(h)) : 0);
	json_builder_end_object(b);
}

/*
 * json-glib 1.6 appends ".0" to each number that is printed without a point,
 * also to one with an exponent: 1e-08.0 is not JSON.
 */
static char *repair_numbers(const char *text)
{
	GString *out = g_string_new(NULL);
	gboolean in_string = FALSE, in_exponent = FALSE;

	for (const char *c = text; *c; c++) {
		if (in_string && *c == '\\') {
			g_string_append_c(out, *c++);
		} else if (*c == '"') {
			in_string = !in_string;
		} else if (in_exponent && *c == '.') {
			c++; /* the 0 */
			continue;
		}
		in_exponent = !in_string &&
			      (g_ascii_isdigit(*c) || strchr("+-", *c) ? in_exponent : *c == 'e');
		g_string_append_c(out, *c);
	}
	return g_string_free(out, FALSE);
}

/** tsim_json_print() - instead of json_to_string(root, TRUE).  (transfer full) */
char *tsim_json_print(JsonNode *root)
{
	g_autofree char *text = json_to_string(root, TRUE);

	return repair_numbers(text);
}

/** tsim_json_finish() - the text of a finished object.  (transfer full) */
char *tsim_json_finish(JsonBuilder *b)
{
	g_autoptr(JsonNode) root = json_builder_get_root(b);
	g_autofree char *text = tsim_json_print(root);

	return g_strconcat(text, "\n", NULL);
}
