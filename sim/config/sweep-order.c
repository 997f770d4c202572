/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How variables nest: what one uses is outside of it, else the order of the file. */
#include "sweep-private.h"

#include <string.h>

#include "error.h"
#include "suggest.h"

/* The variable called @name, or NULL. */
struct tsim_variable *tsim_sweep_find(const TsimSweep *sweep, const char *name)
{
	for (guint i = 0; i < sweep->variables->len; i++) {
		struct tsim_variable *variable = g_ptr_array_index(sweep->variables, i);

		if (!strcmp(variable->name, name))
			return variable;
	}
	return NULL;
}

static struct tsim_variable *by_id(const TsimSweep *sweep, guint id)
{
	return g_ptr_array_index(sweep->variables, id);
}

static guint64 bit(guint id)
{
	return G_GUINT64_CONSTANT(1) << id;
}

/* The variables that @items refer to, a bit each. */
static guint64 items_uses(const GPtrArray *items)
{
	guint64 uses = 0;

	for (guint i = 0; i < items->len; i++) {
		const struct tsim_item *item = g_ptr_array_index(items, i);

		uses |= item->from ? tsim_expr_uses(item->from) : 0;
		uses |= item->to ? tsim_expr_uses(item->to) : 0;
		uses |= item->by ? tsim_expr_uses(item->by) : 0;
	}
	return uses;
}

/* A value that follows from other variables, such as E = ${D * 2}, does not iterate. */
static gboolean iterates(const struct tsim_variable *variable)
{
	const struct tsim_item *first = g_ptr_array_index(variable->items, 0);

	return variable->items->len > 1 || variable->zip || !variable->uses ||
	       first->type == TSIM_ITEM_RANGE;
}

static gboolean find_zip(const TsimSweep *sweep, struct tsim_variable *variable, GError **error)
{
	struct tsim_variable *other = variable->zip ? tsim_sweep_find(sweep, variable->zip) : NULL;
	const struct tsim_source *source = &variable->entry->source;

	variable->root = other ?: variable;
	if (!variable->zip)
		return TRUE;
	if (!other)
		return tsim_throw_unknown_name(source, variable->zip_offset, variable->zip,
					       sweep->names, error);
	return other->iterates || tsim_throw_at(source, variable->zip_offset, error,
						"'%s' does not vary on its own", variable->zip);
}

/* A zip to a zip follows the index of the last one. */
static gboolean find_root(const TsimSweep *sweep, struct tsim_variable *variable, GError **error)
{
	struct tsim_variable *root = variable;

	for (guint steps = 0; root->zip; steps++) {
		root = root->root;
		if (steps > sweep->variables->len)
			return tsim_throw_at(&variable->entry->source, variable->zip_offset, error,
					     "'%s' varies in parallel with itself", variable->name);
	}
	variable->root = root;
	return TRUE;
}

/* What must be known before the value of @variable is. */
static guint64 needs(const struct tsim_variable *variable)
{
	return variable->uses | (variable->root != variable ? bit(variable->root->id) : 0);
}

/* The names of a cycle, "D -> E -> D": each of the @waiting needs another one of them. */
static gboolean throw_cycle(const TsimSweep *sweep, guint64 waiting, GError **error)
{
	g_autoptr(GString) way = g_string_new(NULL);
	guint64 passed = 0;
	guint id = 0;
	const struct tsim_variable *start;

	while (!(waiting >> id & 1))
		id++;
	/* After as many steps as there are variables one is on the cycle. */
	for (guint i = 0; i < TSIM_MAX_VARIABLES; i++)
		id = (guint)g_bit_nth_lsf(needs(by_id(sweep, id)) & waiting, -1);
	start = by_id(sweep, id);
	for (; !(passed & bit(id));
	     id = (guint)g_bit_nth_lsf(needs(by_id(sweep, id)) & waiting, -1)) {
		passed |= bit(id);
		g_string_append_printf(way, "%s -> ", by_id(sweep, id)->name);
	}
	return tsim_throw_at(&start->entry->source, start->offset, error,
			     "the values refer to each other: %.200s%s", way->str, start->name);
}

static int compare_places(gconstpointer a, gconstpointer b, gpointer data)
{
	const TsimSweep *sweep = data;
	const struct tsim_variable *left = by_id(sweep, *(const guint *)a);
	const struct tsim_variable *right = by_id(sweep, *(const guint *)b);
	guint i, k;

	g_ptr_array_find(sweep->entries, left->entry, &i);
	g_ptr_array_find(sweep->entries, right->entry, &k);
	if (i != k)
		return i < k ? -1 : 1;
	return left->offset < right->offset ? -1 : left->offset > right->offset;
}

/* Take the first in the order of the file whose needs are met, again and again. */
static gboolean nest(TsimSweep *sweep, GError **error)
{
	const guint n = sweep->variables->len;
	guint file[TSIM_MAX_VARIABLES];
	guint64 waiting = 0;

	for (guint i = 0; i < n; i++) {
		file[i] = i;
		waiting |= bit(i);
	}
	g_qsort_with_data(file, (gint)n, sizeof(file[0]), compare_places, sweep);
	for (guint placed = 0; placed < n; placed++) {
		guint i = 0;

		while (i < n &&
		       (!(waiting & bit(file[i])) || needs(by_id(sweep, file[i])) & waiting))
			i++;
		if (i == n)
			return throw_cycle(sweep, waiting, error);
		sweep->order[placed] = file[i];
		waiting &= ~bit(file[i]);
		if (by_id(sweep, file[i])->iterates)
			sweep->listed[sweep->n_listed++] = file[i];
	}
	return TRUE;
}

/* The variables that a value is made of, a bit each. */
static guint64 entry_uses(const struct tsim_entry *entry)
{
	guint64 uses = 0;

	for (guint i = 0; i < entry->segments->len; i++) {
		const struct tsim_segment *segment = g_ptr_array_index(entry->segments, i);

		if (segment->expr)
			uses |= tsim_expr_uses(segment->expr);
		if (segment->variable)
			uses |= bit(segment->variable->id);
	}
	return uses;
}

/* --set may have replaced what referred to the variable: the variable itself can be set as well. */
static gboolean throw_unused(const TsimSweep *sweep, const struct tsim_variable *variable,
			     GError **error)
{
	g_autofree char *why =
		!sweep->config->overrides->len ?
			g_strdup("no ${...} refers to it") :
			g_strdup_printf("no ${...} refers to it; to give it one value write "
					"--set 'experiment.%s=${VALUE}'",
					variable->name);

	return tsim_throw_no_variable(sweep, variable->entry, why, error);
}

/* A key that is no option, and that nothing refers to, is a misspelt option. */
static gboolean check_used(const TsimSweep *sweep, GError **error)
{
	guint64 used = 0;

	for (guint i = 0; i < sweep->entries->len; i++) {
		const struct tsim_entry *entry = g_ptr_array_index(sweep->entries, i);

		if (entry->type == TSIM_ENTRY_OPTION)
			used |= entry_uses(entry);
	}
	for (guint i = 0; i < sweep->variables->len; i++)
		used |= needs(by_id(sweep, i));
	for (guint i = 0; i < sweep->variables->len; i++) {
		const struct tsim_variable *variable = by_id(sweep, i);

		if (variable->entry->type == TSIM_ENTRY_VARIABLE && !(used & bit(i)))
			return throw_unused(sweep, variable, error);
	}
	return TRUE;
}

/* A count that is one variable and nothing else wants whole values of it. */
static void mark_whole(const TsimSweep *sweep)
{
	for (guint i = 0; i < sweep->entries->len; i++) {
		const struct tsim_entry *entry = g_ptr_array_index(sweep->entries, i);
		const struct tsim_segment *segment;
		guint name;

		if (!entry->is_count || entry->segments->len != 1)
			continue;
		segment = g_ptr_array_index(entry->segments, 0);
		if (segment->variable)
			segment->variable->whole = TRUE;
		else if (segment->expr && tsim_expr_is_name(segment->expr, &name))
			by_id(sweep, name)->whole = TRUE;
	}
}

/* A constraint can be tested as soon as the last of its variables is set. */
static void find_constraints(TsimSweep *sweep)
{
	for (guint i = 0; i < sweep->entries->len; i++) {
		struct tsim_entry *entry = g_ptr_array_index(sweep->entries, i);
		guint64 waiting = entry->constraint ? tsim_expr_uses(entry->constraint) : 0;

		for (; waiting; entry->ready++)
			waiting &= ~bit(sweep->order[entry->ready]);
		if (entry->constraint)
			g_ptr_array_add(sweep->constraints, entry);
	}
}

/**
 * tsim_sweep_order:
 *
 * Find what varies in parallel with what, and in which order variables nest.
 */
gboolean tsim_sweep_order(TsimSweep *sweep, GError **error)
{
	for (guint i = 0; i < sweep->variables->len; i++) {
		struct tsim_variable *variable = by_id(sweep, i);

		variable->uses = items_uses(variable->items);
		variable->iterates = iterates(variable);
	}
	for (guint i = 0; i < sweep->variables->len; i++)
		if (!find_zip(sweep, by_id(sweep, i), error))
			return FALSE;
	for (guint i = 0; i < sweep->variables->len; i++)
		if (!find_root(sweep, by_id(sweep, i), error))
			return FALSE;
	if (!check_used(sweep, error) || !nest(sweep, error))
		return FALSE;
	mark_whole(sweep);
	find_constraints(sweep);
	return TRUE;
}
