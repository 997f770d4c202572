/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mail and the page of a workload without a file system. */
#include "report-bare.h"

#include <math.h>
#include <string.h>
#include "text.h"

#define POINT_WIDTH 15
#define VALUE_WIDTH 15

static char *commands(JsonObject *policy, const char *path)
{
	g_autofree char *member = g_strconcat(path, ".commands", NULL);
	guint64 n = tsim_stored_count(policy, member);

	return n ? g_strdup_printf("%" G_GUINT64_FORMAT, n) : g_strdup("-");
}

/* From submission to completion: the queue is included. */
static char *mean_time(JsonObject *policy, const char *path)
{
	g_autofree char *n = g_strconcat(path, ".commands", NULL);
	g_autofree char *wait = g_strconcat(path, ".wait_ns", NULL);
	g_autofree char *service = g_strconcat(path, ".service_ns", NULL);
	double sum = tsim_stored_number(policy, wait) + tsim_stored_number(policy, service);
	double mean = sum / tsim_stored_count(policy, n);

	return isfinite(mean) ? tsim_text_time(mean) : g_strdup("-");
}

/** tsim_bare_amplification() - "1.23"; "-" without flash.  (transfer full) */
char *tsim_bare_amplification(JsonObject *policy, const char *path)
{
	double value = tsim_stored_number(policy, path);

	return isfinite(value) ? g_strdup_printf("%#.3g", value) : g_strdup("-");
}

const struct tsim_bare_value tsim_bare_values[] = {
	{ "reads", FALSE, commands, "device.read" },
	{ "mean read", TRUE, mean_time, "device.read" },
	{ "writes", FALSE, commands, "device.write" },
	{ "mean write", TRUE, mean_time, "device.write" },
	{ "discards", FALSE, commands, "device.discard" },
	{ "mean discard", TRUE, mean_time, "device.discard" },
	{ "write amplif.", TRUE, tsim_bare_amplification, "write_amplification" },
	{ .name = NULL },
};

static JsonObject *first_policy(JsonObject *point)
{
	g_auto(GStrv) policies = tsim_stored_policies(point);

	return tsim_stored_policy(point, policies[0]);
}

/** tsim_bare_any_flash() - was flash written under the first policy, at any point? */
gboolean tsim_bare_any_flash(const TsimStored *stored)
{
	for (guint i = 0; i < tsim_stored_n_points(stored); i++)
		if (tsim_stored_count(first_policy(tsim_stored_point(stored, i)),
				      "flash.host_pages"))
			return TRUE;
	return FALSE;
}

/** tsim_bare_columns() - bits: which of tsim_bare_values[] some point has */
guint tsim_bare_columns(const TsimStored *stored)
{
	guint columns = 0;

	for (guint i = 0; i < tsim_stored_n_points(stored); i++) {
		JsonObject *policy = first_policy(tsim_stored_point(stored, i));

		for (guint k = 0; tsim_bare_values[k].name; k++) {
			const struct tsim_bare_value *v = &tsim_bare_values[k];
			g_autofree char *text = v->text(policy, v->path);

			columns |= strcmp(text, "-") != 0 ? 1u << k : 0;
		}
	}
	return columns;
}

static void append_rule(GString *out, guint width)
{
	for (guint i = 0; i < width; i++)
		g_string_append_c(out, '=');
	g_string_append_c(out, '\n');
}

static void append_rows(GString *out, JsonObject *policy)
{
	append_rule(out, POINT_WIDTH + VALUE_WIDTH);
	for (const struct tsim_bare_value *v = tsim_bare_values; v->name; v++) {
		g_autofree char *text = v->text(policy, v->path);

		if (strcmp(text, "-") != 0)
			g_string_append_printf(out, "%-*s%*s\n", POINT_WIDTH, v->name, VALUE_WIDTH,
					       text);
	}
}

static void append_point(GString *out, JsonObject *point)
{
	g_autofree char *label = tsim_stored_label(point);

	g_string_append_printf(out, "%s\n%*s", label, POINT_WIDTH, "");
	for (const struct tsim_bare_value *v = tsim_bare_values; v->name; v++) {
		g_autofree char *text = v->text(first_policy(point), v->path);

		if (v->narrow)
			g_string_append_printf(out, "%*s", VALUE_WIDTH, text);
	}
	g_string_append_c(out, '\n');
}

/** tsim_bare_mail() - the table of the first policy: none can do anything on a bare device */
void tsim_bare_mail(GString *out, const TsimStored *stored)
{
	g_string_append_c(out, '\n');
	if (tsim_stored_n_points(stored) == 1) {
		append_rows(out, first_policy(tsim_stored_point(stored, 0)));
		return;
	}
	g_string_append_printf(out, "%*s", POINT_WIDTH, "");
	for (const struct tsim_bare_value *v = tsim_bare_values; v->name; v++)
		if (v->narrow)
			g_string_append_printf(out, "%*s", VALUE_WIDTH, v->name);
	g_string_append_c(out, '\n');
	append_rule(out, TSIM_TEXT_WIDTH);
	for (guint i = 0; i < tsim_stored_n_points(stored); i++)
		append_point(out, tsim_stored_point(stored, i));
}
