/* SPDX-License-Identifier: GPL-3.0-or-later */
/* -r: points by number or by a condition. */
#include "sweep-private.h"

#include <string.h>

#include "error.h"

/* "3, 5..9": only numbers, so no condition. */
static gboolean is_numbers(const char *text)
{
	return text[strspn(text, " \t")] && strspn(text, "0123456789., \t") == strlen(text);
}

static gboolean read_number(const TsimSweep *sweep, const struct tsim_source *source, gsize *offset,
			    guint64 *number, GError **error)
{
	const char *text = source->text;
	char *end;

	*offset = tsim_skip_blanks(text, *offset);
	if (!g_ascii_isdigit(text[*offset]))
		return tsim_throw_unexpected(source, *offset, "the number of a point", error);
	*number = g_ascii_strtoull(text + *offset, &end, 10);
	if (*number >= sweep->n_points)
		return tsim_throw_at(source, *offset, error,
				     "no such point, the last one is %" G_GUINT64_FORMAT,
				     sweep->n_points - 1);
	*offset = tsim_skip_blanks(text, (gsize)(end - text));
	return TRUE;
}

/* "3" or "5..9" */
static gboolean read_numbers(const TsimSweep *sweep, const struct tsim_source *source,
			     gsize *offset, GArray *ranges, GError **error)
{
	const gsize start = tsim_skip_blanks(source->text, *offset);
	guint64 range[2];

	if (!read_number(sweep, source, offset, &range[0], error))
		return FALSE;
	range[1] = range[0];
	if (g_str_has_prefix(source->text + *offset, "..")) {
		*offset += 2;
		if (!read_number(sweep, source, offset, &range[1], error))
			return FALSE;
	}
	if (range[1] < range[0])
		return tsim_throw_at(source, start, error, "the range ends before it begins");
	g_array_append_vals(ranges, range, 2);
	return TRUE;
}

static gboolean is_in(const GArray *ranges, guint64 point)
{
	for (guint i = 0; i < ranges->len; i += 2)
		if (point >= g_array_index(ranges, guint64, i) &&
		    point <= g_array_index(ranges, guint64, i + 1))
			return TRUE;
	return FALSE;
}

static gboolean select_numbers(const TsimSweep *sweep, const struct tsim_source *source,
			       GArray *points, GError **error)
{
	g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(guint64));
	gsize offset = 0;

	for (gboolean more = TRUE; more; offset += more) {
		if (!read_numbers(sweep, source, &offset, ranges, error))
			return FALSE;
		more = source->text[offset] == ',';
	}
	if (source->text[offset])
		return tsim_throw_unexpected(source, offset, "',' or the end", error);
	for (guint64 point = 0; point < sweep->n_points; point++)
		if (is_in(ranges, point))
			g_array_append_val(points, point);
	return TRUE;
}

static gboolean select_condition(const TsimSweep *sweep, const struct tsim_source *source,
				 GArray *points, GError **error)
{
	gsize offset = 0;
	g_autoptr(TsimExpr) expr = tsim_expr_parse(source, &offset, sweep->names, error);

	if (!expr)
		return FALSE;
	if (source->text[offset])
		return tsim_throw_unexpected(source, offset, "the end or an operator", error);
	for (guint64 point = 0; point < sweep->n_points; point++) {
		gboolean holds;

		if (!tsim_expr_holds(expr, tsim_sweep_state(sweep, point)->values, &holds, error))
			return FALSE;
		if (holds)
			g_array_append_val(points, point);
	}
	return points->len ||
	       tsim_throw_at(source, 0, error, "no point of %" G_GUINT64_FORMAT " is selected",
			     sweep->n_points);
}

/**
 * tsim_sweep_select:
 * @expression: "3", "0..9", "1, 4..6", or a condition on the variables
 *
 * The numbers of the points, ascending, at least one.
 * (transfer full) (element-type guint64) (nullable)
 */
GArray *tsim_sweep_select(const TsimSweep *sweep, const char *expression, GError **error)
{
	g_autoptr(GArray) points = g_array_new(FALSE, FALSE, sizeof(guint64));
	struct tsim_source source = { .head = g_strdup("-r"),
				      .lead = g_strdup(""),
				      .text = g_strdup(expression) };
	gboolean ok;

	if (!g_utf8_validate(expression, -1, NULL))
		ok = tsim_throw(error, "-r: the selection is not UTF-8");
	else if (is_numbers(expression))
		ok = select_numbers(sweep, &source, points, error);
	else
		ok = select_condition(sweep, &source, points, error);
	tsim_source_clear(&source);
	return ok ? g_steal_pointer(&points) : NULL;
}
