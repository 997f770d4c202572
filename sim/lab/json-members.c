/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "json-members.h"

#include <math.h>

void tsim_json_number(JsonBuilder *b, const char *name, double value)
{
	json_builder_set_member_name(b, name);
	if (isfinite(value))
		json_builder_add_double_value(b, value);
	else
		json_builder_add_null_value(b);
}

void tsim_json_count(JsonBuilder *b, const char *name, guint64 value)
{
	json_builder_set_member_name(b, name);
	json_builder_add_int_value(b, (gint64)value);
}

void tsim_json_text(JsonBuilder *b, const char *name, const char *value)
{
	json_builder_set_member_name(b, name);
	json_builder_add_string_value(b, value);
}

void tsim_json_estimate(JsonBuilder *b, const char *name, const struct tsim_estimate *e)
{
	json_builder_set_member_name(b, name);
	json_builder_begin_object(b);
	tsim_json_number(b, "estimate", e->estimate);
	tsim_json_number(b, "low", e->low);
	tsim_json_number(b, "high", e->high);
	tsim_json_number(b, "confidence", e->confidence);
	tsim_json_text(b, "method", e->method);
	json_builder_end_object(b);
}

char *tsim_json_finish(JsonBuilder *b)
{
	g_autoptr(JsonGenerator) generator = json_generator_new();
	g_autoptr(JsonNode) root = json_builder_get_root(b);
	g_autofree char *text = NULL;

	json_generator_set_root(generator, root);
	json_generator_set_pretty(generator, TRUE);
	text = json_generator_to_data(generator, NULL);
	return g_strconcat(text, "\n", NULL);
}
