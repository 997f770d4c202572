/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values of one variable: how many there are, and the i-th. */
#include "sweep-private.h"

#include <math.h>
#include <string.h>

#include "error.h"

/*
 * Values between the ends of a range have so many digits, or as many more as
 * keep them this share of their distance off: the same point of two ranges
 * then has the same text.
 */
#define DIGITS 4
#define SHARE 0.01
/* Steps of 0.1 from 0 to 1 end in 1, whatever doubles make of it. */
#define SLACK 1e-9

struct range {
	struct tsim_quantity from, to, by;
	guint64 n;
};

static gboolean throw_kind(const struct tsim_source *source, const TsimExpr *expr,
			   const struct tsim_quantity *value, const char *wanted, GError **error)
{
	g_autofree char *kind = tsim_quantity_kind(value);

	return tsim_throw_at(source, tsim_expr_offset(expr), error, "this is %s, not %s", kind,
			     wanted);
}

static gboolean count_steps(const struct tsim_source *source, const struct tsim_item *item,
			    struct range *range, GError **error)
{
	const double span = range->to.number - range->from.number, step = range->by.number;
	double n;

	if (!tsim_quantity_same_kind(&range->by, &range->from))
		return tsim_throw_at(source, tsim_expr_offset(item->by), error,
				     "the step must be of the same kind as the ends; is a unit "
				     "missing?");
	if (step == 0)
		return tsim_throw_at(source, tsim_expr_offset(item->by), error, "the step is 0");
	n = floor(span / step + SLACK) + 1;
	if (n > TSIM_MAX_POINTS)
		return tsim_throw_at(source, item->offset, error,
				     "the range has %.4g values, more than %u", n, TSIM_MAX_POINTS);
	range->n = n > 0 ? (guint64)n : 0;
	return TRUE;
}

static gboolean count_divisions(const struct tsim_source *source, const struct tsim_item *item,
				struct range *range, GError **error)
{
	const double n = range->by.number;

	if (range->by.type != TSIM_QUANTITY_NUMBER || range->by.time || range->by.bytes)
		return throw_kind(source, item->by, &range->by, "a number of values", error);
	if (n < 2 || n != floor(n) || n > TSIM_MAX_POINTS)
		return tsim_throw_at(source, tsim_expr_offset(item->by), error,
				     "a range has 2 to %u values, both ends among them",
				     TSIM_MAX_POINTS);
	if (item->range == TSIM_RANGE_LOG && (range->from.number <= 0 || range->to.number <= 0))
		return tsim_throw_at(source, item->offset, error,
				     "the ends of a log range must be above 0");
	/* The ends of a range that depends on others may meet. */
	range->n = range->from.number == range->to.number ? 1 : (guint64)n;
	return TRUE;
}

static gboolean range_read(const struct tsim_source *source, const struct tsim_item *item,
			   const struct tsim_quantity *values, struct range *range, GError **error)
{
	if (!tsim_expr_eval(item->from, values, &range->from, error) ||
	    !tsim_expr_eval(item->to, values, &range->to, error) ||
	    !tsim_expr_eval(item->by, values, &range->by, error))
		return FALSE;
	if (range->from.type != TSIM_QUANTITY_NUMBER)
		return throw_kind(source, item->from, &range->from, "the begin of a range", error);
	if (!tsim_quantity_same_kind(&range->from, &range->to))
		return tsim_throw_at(source, tsim_expr_offset(item->to), error,
				     "the ends of the range are not of one kind; is a unit "
				     "missing?");
	return item->range == TSIM_RANGE_STEP ? count_steps(source, item, range, error) :
						count_divisions(source, item, range, error);
}

/* Sizes that are whole sectors are halved and doubled: their digits are those of KiB, MiB ... */
static double unit_of(const struct range *range, double value)
{
	double unit = 1;

	if (range->from.bytes != 1 || range->from.time || fmod(range->from.number, 512) != 0 ||
	    fmod(range->to.number, 512) != 0)
		return 1;
	while (value >= 1024 * unit)
		unit *= 1024;
	return unit;
}

static double rounded(const struct range *range, double value, double distance)
{
	const double unit = unit_of(range, value);
	double near = value;

	for (int digits = DIGITS; digits <= 15; digits++) {
		near = tsim_round_digits(value / unit, digits) * unit;
		if (fabs(near - value) <= SHARE * distance)
			break;
	}
	return near;
}

/* 0.1 added up is 0.30000000000000004. */
static double nth_step(const struct range *range, guint64 i)
{
	const double value = range->from.number + (double)i * range->by.number;
	const double largest = MAX(fabs(range->from.number), fabs(range->to.number));

	return fabs(value) < 1e-12 * largest ? 0 : tsim_round_digits(value, 12);
}

static double nth_value(const struct tsim_variable *variable, const struct tsim_item *item,
			const struct range *range, guint64 i)
{
	const double from = range->from.number, to = range->to.number;
	const double share = (double)i / (double)MAX(range->n - 1, 1);
	double value, distance;

	if (i == 0)
		return from;
	if (item->range == TSIM_RANGE_STEP)
		return nth_step(range, i);
	if (i == range->n - 1)
		return to;
	if (item->range == TSIM_RANGE_LOG) {
		const double span = log(to) - log(from);

		value = exp(log(from) + span * share);
		distance = value * (1 - exp(-fabs(span) / (double)(range->n - 1)));
	} else {
		value = from + (to - from) * share;
		distance = fabs(to - from) / (double)(range->n - 1);
	}
	return variable->whole ? round(value) : rounded(range, value, distance);
}

/* How many values @item is. */
static gboolean item_length(const struct tsim_source *source, const struct tsim_item *item,
			    const struct tsim_quantity *values, guint64 *length, GError **error)
{
	struct range range;

	*length = 1;
	if (item->type != TSIM_ITEM_RANGE)
		return TRUE;
	if (!range_read(source, item, values, &range, error))
		return FALSE;
	*length = range.n;
	return TRUE;
}

static gboolean item_value(const struct tsim_variable *variable, const struct tsim_item *item,
			   const struct tsim_quantity *values, guint64 i,
			   struct tsim_quantity *value, GError **error)
{
	struct range range;

	if (item->type == TSIM_ITEM_TEXT) {
		*value = (struct tsim_quantity){ .type = TSIM_QUANTITY_TEXT, .text = item->text };
		return TRUE;
	}
	if (item->type == TSIM_ITEM_EXPR)
		return tsim_expr_eval(item->from, values, value, error);
	if (!range_read(&variable->entry->source, item, values, &range, error))
		return FALSE;
	*value = range.from;
	value->number = nth_value(variable, item, &range, i);
	return TRUE;
}

/**
 * tsim_variable_length:
 * @values: of all variables; those that @variable uses are set
 *
 * 0 when its range is empty for these values.
 */
gboolean tsim_variable_length(const struct tsim_variable *variable,
			      const struct tsim_quantity *values, guint64 *length, GError **error)
{
	*length = 0;
	for (guint k = 0; k < variable->items->len; k++) {
		guint64 n;

		if (!item_length(&variable->entry->source, g_ptr_array_index(variable->items, k),
				 values, &n, error))
			return FALSE;
		*length += n;
	}
	return *length <= TSIM_MAX_POINTS ||
	       tsim_throw_at(&variable->entry->source, variable->offset, error,
			     "'%s' has %" G_GUINT64_FORMAT " values, more than %u", variable->name,
			     *length, TSIM_MAX_POINTS);
}

/**
 * tsim_variable_cell:
 * @i: below its length
 *
 * The i-th value of @variable.
 */
gboolean tsim_variable_cell(const TsimSweep *sweep, const struct tsim_variable *variable,
			    const struct tsim_quantity *values, guint64 i, struct tsim_cell *cell,
			    GError **error)
{
	const struct tsim_source *source = &variable->entry->source;
	const struct tsim_item *item;
	g_autoptr(GError) local = NULL;
	g_autofree char *text = NULL;
	guint64 n;

	for (guint k = 0;; k++, i -= n) {
		item = g_ptr_array_index(variable->items, k);
		if (!item_length(source, item, values, &n, error))
			return FALSE;
		if (i < n)
			break;
	}
	if (!item_value(variable, item, values, i, &cell->quantity, error))
		return FALSE;
	if (cell->quantity.type == TSIM_QUANTITY_NUMBER && !isfinite(cell->quantity.number))
		return tsim_throw_at(source, item->offset, error, "the value is too large");
	text = tsim_quantity_format(&cell->quantity, &local);
	if (!text)
		return tsim_throw_at(source, item->offset, error, "%s", local->message);
	cell->text = g_string_chunk_insert_const(sweep->texts, text);
	if (cell->quantity.type == TSIM_QUANTITY_TEXT)
		cell->quantity.text = cell->text;
	return TRUE;
}

static gboolean find_cells(const TsimSweep *sweep, struct tsim_variable *variable, GError **error)
{
	if (variable->uses)
		return TRUE;
	variable->cells =
		g_array_sized_new(FALSE, FALSE, sizeof(struct tsim_cell), (guint)variable->length);
	for (guint64 i = 0; i < variable->length; i++) {
		struct tsim_cell cell;

		if (!tsim_variable_cell(sweep, variable, NULL, i, &cell, error))
			return FALSE;
		g_array_append_val(variable->cells, cell);
	}
	return TRUE;
}

/* The texts of @root and of what varies in parallel with it, as one; NULL if one is not fixed. */
static char *row(const TsimSweep *sweep, const struct tsim_variable *root, guint i)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint k = 0; k < sweep->variables->len; k++) {
		const struct tsim_variable *variable = g_ptr_array_index(sweep->variables, k);

		if (variable->root != root)
			continue;
		if (!variable->cells || i >= variable->cells->len)
			return NULL;
		g_string_append_printf(text, "%s\n",
				       g_array_index(variable->cells, struct tsim_cell, i).text);
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* The same values twice would be the same point twice. */
static gboolean check_distinct(const TsimSweep *sweep, const struct tsim_variable *root,
			       GError **error)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; root->root == root && root->cells && i < root->cells->len; i++) {
		char *text = row(sweep, root, i);

		if (!text)
			return TRUE;
		if (!g_hash_table_add(seen, text))
			return tsim_throw_at(&root->entry->source, root->offset, error,
					     "'%s' has the value %.60s twice", root->name,
					     g_array_index(root->cells, struct tsim_cell, i).text);
	}
	return TRUE;
}

static gboolean check_parallel(const struct tsim_variable *variable, GError **error)
{
	const struct tsim_variable *root = variable->root;

	return variable->uses || root->uses || variable->length == root->length ||
	       tsim_throw_at(&variable->entry->source, variable->zip_offset, error,
			     "'%s' has %" G_GUINT64_FORMAT
			     " values, but '%s' has %" G_GUINT64_FORMAT,
			     variable->name, variable->length, root->name, root->length);
}

/**
 * tsim_sweep_lengths:
 *
 * Find how many values each variable has that uses no other one.
 */
gboolean tsim_sweep_lengths(TsimSweep *sweep, GError **error)
{
	for (guint i = 0; i < sweep->variables->len; i++) {
		struct tsim_variable *variable = g_ptr_array_index(sweep->variables, i);

		if (variable->uses)
			continue;
		if (!tsim_variable_length(variable, NULL, &variable->length, error))
			return FALSE;
		if (!variable->length)
			return tsim_throw_at(&variable->entry->source, variable->offset, error,
					     "the range has no value: its step leads away from its "
					     "end");
	}
	for (guint i = 0; i < sweep->variables->len; i++)
		if (!check_parallel(g_ptr_array_index(sweep->variables, i), error))
			return FALSE;
	return TRUE;
}

/**
 * tsim_sweep_values:
 *
 * Fill the cells of the variables that use no other one.
 */
gboolean tsim_sweep_values(TsimSweep *sweep, GError **error)
{
	for (guint i = 0; i < sweep->variables->len; i++)
		if (!find_cells(sweep, g_ptr_array_index(sweep->variables, i), error))
			return FALSE;
	for (guint i = 0; i < sweep->variables->len; i++)
		if (!check_distinct(sweep, g_ptr_array_index(sweep->variables, i), error))
			return FALSE;
	return TRUE;
}
