/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `trimsim validate devices` as text of at most 75 columns, as JSON, and as TSV for devices.gp. */
#include "devices.h"

#include <math.h>

#include "json-members.h"
#include "units.h"

#define WIDTH 75
/* row, device, what, measured, simulated */
#define ROW_FORMAT "%-2s %-19s %-26s %8s %9s "

static const char *const kinds[] = { "calibrates", "fit", "independent", "one value" };

/** tsim_devices_head() - the column titles */
char *tsim_devices_head(void)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, ROW_FORMAT "%6s\n", "", "device", "what", "measured",
			       "simulated", "off");
	for (guint i = 0; i < WIDTH; i++)
		g_string_append_c(text, '=');
	g_string_append_c(text, '\n');
	return g_string_free(text, FALSE);
}

/* "1.36s", "1998/s". */
static char *value_text(enum tsim_device_measure measure, double value)
{
	return measure == TSIM_DEVICE_RATE ? g_strdup_printf("%.0f/s", value) :
					     tsim_human_time(value * 1e9);
}

static char *measured_text(const struct tsim_device_row *row)
{
	g_autofree char *low = value_text(row->measure, row->low);

	if (row->low == row->high)
		return g_steal_pointer(&low);
	if (isinf(row->high))
		return g_strdup_printf("> %s", low);
	return g_strdup_printf("%g-%gs", row->low, row->high);
}

static const char *heading(enum tsim_device_kind kind)
{
	switch (kind) {
	case TSIM_DEVICE_CALIBRATES:
		return "Rows that presets were made of, which must be within 10 %";
	case TSIM_DEVICE_FIT:
		return "A preset that is a curve through several sizes, not judged";
	case TSIM_DEVICE_OWN:
		return "Not independent: one value (base, rate) is from the row; not judged";
	default:
		return "Independent rows, not judged";
	}
}

static gboolean is_new_group(const struct tsim_device_row *row)
{
	return row == tsim_device_rows || heading(row->kind) != heading((row - 1)->kind);
}

/** tsim_devices_line() - one row, below the heading of its kind */
char *tsim_devices_line(const struct tsim_device_result *result)
{
	const struct tsim_device_row *row = result->row;
	g_autofree char *measured = measured_text(row);
	g_autofree char *simulated = value_text(row->measure, result->simulated);
	GString *text = g_string_new(NULL);

	if (is_new_group(row))
		g_string_append_printf(text, "%s\n", heading(row->kind));
	g_string_append_printf(text, ROW_FORMAT, row->row, result->device, row->what, measured,
			       simulated);
	if (result->off == 0 && row->low != row->high)
		g_string_append_printf(text, "%6s\n", "within");
	else
		g_string_append_printf(text, "%+5.0f%%%s\n", 100 * result->off,
				       tsim_device_result_ok(result) ? "" : "!");
	return g_string_free(text, FALSE);
}

static void append_class(GString *text, const TsimDeviceTable *table, const struct tsim_ks_class *c)
{
	g_autofree char *low = tsim_human_bytes((double)c->low);
	g_autofree char *high = tsim_human_bytes(2 * (double)c->low);

	g_string_append_printf(text, "   %8s to %-8s %6u %6u    %.4f %9.2g%s\n", low, high,
			       c->fitted, c->tested, c->distance, c->p,
			       tsim_device_class_ok(table, c) ? "" : " OFF");
}

static guint count_off(const TsimDeviceTable *table)
{
	guint n = 0;

	for (guint i = 0; i < table->results->len; i++)
		n += !tsim_device_result_ok(
			&g_array_index(table->results, struct tsim_device_result, i));
	return n;
}

/** tsim_devices_foot() - the test of the measured samples, and what all of it says */
char *tsim_devices_foot(const TsimDeviceTable *table)
{
	GString *text = g_string_new(
		"\nRow 26, all samples: the law of the odd lines against the even ones\n"
		"(Kolmogorov and Smirnov)\n"
		"   size                 fitted tested  distance         p\n");

	for (guint i = 0; i < table->classes->len; i++)
		append_class(text, table, &g_array_index(table->classes, struct tsim_ks_class, i));
	g_string_append_printf(text,
			       "A class fails below p = %.1e, samples of a correct law with "
			       "probability\n%g in all.\n\n",
			       TSIM_DEVICES_FALSE_ALARM / table->classes->len,
			       TSIM_DEVICES_FALSE_ALARM);
	g_string_append_printf(text, "%s: %u rows beyond 10 %%.  Seed %" G_GUINT64_FORMAT "\n",
			       tsim_devices_passed(table) ? "passed" : "FAILED", count_off(table),
			       table->seed);
	return g_string_free(text, FALSE);
}

static void json_result(JsonBuilder *b, const struct tsim_device_result *r)
{
	json_builder_begin_object(b);
	tsim_json_text(b, "row", r->row->row);
	tsim_json_text(b, "experiment", r->row->experiment);
	tsim_json_text(b, "set", r->row->set ? r->row->set : "");
	tsim_json_text(b, "device", r->device);
	tsim_json_text(b, "what", r->row->what);
	tsim_json_text(b, "unit", r->row->measure == TSIM_DEVICE_RATE ? "/s" : "s");
	tsim_json_text(b, "kind", kinds[r->row->kind]);
	tsim_json_number(b, "measured_low", r->row->low);
	tsim_json_number(b, "measured_high", r->row->high);
	tsim_json_number(b, "simulated", r->simulated);
	tsim_json_number(b, "off", r->off);
	tsim_json_text(b, "verdict", tsim_device_result_ok(r) ? "passed" : "failed");
	json_builder_end_object(b);
}

static void json_class(JsonBuilder *b, const TsimDeviceTable *table, const struct tsim_ks_class *c)
{
	json_builder_begin_object(b);
	tsim_json_count(b, "bytes_from", c->low);
	tsim_json_count(b, "bytes_below", 2 * c->low);
	tsim_json_count(b, "fitted", c->fitted);
	tsim_json_count(b, "tested", c->tested);
	tsim_json_number(b, "distance", c->distance);
	tsim_json_number(b, "p", c->p);
	tsim_json_text(b, "verdict", tsim_device_class_ok(table, c) ? "passed" : "failed");
	json_builder_end_object(b);
}

/** tsim_devices_json() - all of it as one object */
char *tsim_devices_json(const TsimDeviceTable *table)
{
	g_autoptr(JsonBuilder) b = json_builder_new();

	json_builder_begin_object(b);
	tsim_json_text(b, "trimsim", TSIM_VERSION);
	tsim_json_count(b, "seed", table->seed);
	tsim_json_number(b, "tolerance", TSIM_DEVICES_TOLERANCE);
	tsim_json_number(b, "false_alarm", TSIM_DEVICES_FALSE_ALARM);
	tsim_json_text(b, "verdict", tsim_devices_passed(table) ? "passed" : "failed");
	tsim_json_begin_array(b, "rows");
	for (guint i = 0; i < table->results->len; i++)
		json_result(b, &g_array_index(table->results, struct tsim_device_result, i));
	json_builder_end_array(b);
	tsim_json_begin_array(b, "sizes");
	for (guint i = 0; i < table->classes->len; i++)
		json_class(b, table, &g_array_index(table->classes, struct tsim_ks_class, i));
	json_builder_end_array(b);
	json_builder_end_object(b);
	return tsim_json_finish(b);
}

/** tsim_devices_tsv() - the rows */
char *tsim_devices_tsv(const TsimDeviceTable *table)
{
	GString *text = g_string_new("# row\tdevice\twhat\tkind\tmeasured_low\tmeasured_high\t"
				     "simulated\toff\tverdict\n");

	for (guint i = 0; i < table->results->len; i++) {
		const struct tsim_device_result *r =
			&g_array_index(table->results, struct tsim_device_result, i);

		g_string_append_printf(text, "%s\t%s\t%s\t%s\t%.9g\t%.9g\t%.9g\t%.6f\t%s\n",
				       r->row->row, r->device, r->row->what, kinds[r->row->kind],
				       r->row->low, r->row->high, r->simulated, r->off,
				       tsim_device_result_ok(r) ? "passed" : "failed");
	}
	return g_string_free(text, FALSE);
}

/** tsim_devices_points_tsv() - the points of the figure, a block for each name */
char *tsim_devices_points_tsv(const TsimDeviceTable *table)
{
	GString *text = g_string_new("# kind\tname\tbytes\tp5_s\tp50_s\tp95_s\n");
	const struct tsim_device_point *before = NULL;

	for (guint i = 0; i < table->points->len; i++) {
		const struct tsim_device_point *p =
			&g_array_index(table->points, struct tsim_device_point, i);
		gboolean same =
			before && g_str_equal(before->kind, p->kind) &&
			(g_str_equal(before->name, p->name) || g_str_equal(p->kind, "stated"));

		if (before && !same)
			g_string_append(text, "\n\n");
		g_string_append_printf(text, "%s\t%s\t%.9g\t%.6g\t%.6g\t%.6g\n", p->kind, p->name,
				       p->bytes, p->p5, p->p50, p->p95);
		before = p;
	}
	return g_string_free(text, FALSE);
}
