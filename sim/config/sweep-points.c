/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The points: without constraints and values that depend on others they are
 * numbered by arithmetic; else all combinations are walked through once and
 * those that remain are kept.
 */
#include "sweep-private.h"

#include <string.h>

#include "error.h"

/* A walk of so many combinations takes minutes; nobody waits for more. */
#define MAX_COMBINATIONS 200000000

struct walk {
	TsimSweep *sweep;
	struct tsim_state *state;
	guint64 max_points, combinations;
};

static struct tsim_variable *nested(const TsimSweep *sweep, guint position)
{
	return g_ptr_array_index(sweep->variables, sweep->order[position]);
}

static gboolean is_root(const struct tsim_variable *variable)
{
	return variable->iterates && variable->root == variable;
}

/* Set the value of @variable in @state to its @i-th. */
static gboolean set_value(const TsimSweep *sweep, const struct tsim_variable *variable, guint64 i,
			  struct tsim_state *state, GError **error)
{
	struct tsim_cell cell;

	if (variable->cells)
		cell = g_array_index(variable->cells, struct tsim_cell, i);
	else if (!tsim_variable_cell(sweep, variable, state->values, i, &cell, error))
		return FALSE;
	state->values[variable->id] = cell.quantity;
	state->texts[variable->id] = cell.text;
	return TRUE;
}

/* Which of its values a variable has when those outside of it are set; a root says so itself. */
static guint32 index_of(const struct tsim_variable *variable, const struct tsim_state *state)
{
	return variable->iterates ? state->index[variable->root->id] : 0;
}

static gboolean throw_too_many(const TsimSweep *sweep, guint64 n, GError **error)
{
	g_autofree char *group = g_strdup_printf("experiment %s", sweep->experiment);
	g_autofree char *number = n ? g_strdup_printf("%" G_GUINT64_FORMAT, n) :
				      g_strdup_printf("more than %u", TSIM_MAX_POINTS);

	return tsim_throw(error, "%s: [%s] has %s points; above %u it takes --force",
			  tsim_config_place(sweep->config, group, NULL), group, number,
			  TSIM_MAX_POINTS);
}

static gboolean throw_countless(const TsimSweep *sweep, const char *what, GError **error)
{
	g_autofree char *group = g_strdup_printf("experiment %s", sweep->experiment);

	return tsim_throw(error, "%s: [%s] has %s", tsim_config_place(sweep->config, group, NULL),
			  group, what);
}

/* The product of what can be counted without a walk. */
static gboolean count_product(const TsimSweep *sweep, guint64 *product, GError **error)
{
	*product = 1;
	for (guint i = 0; i < sweep->variables->len; i++) {
		const struct tsim_variable *variable = nested(sweep, i);

		if (is_root(variable) && !variable->uses &&
		    !g_uint64_checked_mul(product, *product, variable->length))
			return throw_countless(sweep, "more points than 64 bits can number", error);
	}
	return TRUE;
}

/* Do the constraints hold that can be tested when @position variables are set? */
static gboolean test(const struct walk *walk, guint position, gboolean *holds, GError **error)
{
	*holds = TRUE;
	for (guint i = 0; i < walk->sweep->constraints->len && *holds; i++) {
		const struct tsim_entry *entry = g_ptr_array_index(walk->sweep->constraints, i);

		if (entry->ready == position &&
		    !tsim_expr_holds(entry->constraint, walk->state->values, holds, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean keep(struct walk *walk, GError **error)
{
	TsimSweep *sweep = walk->sweep;

	if (sweep->n_points == walk->max_points)
		return throw_too_many(sweep, 0, error);
	for (guint i = 0; i < sweep->variables->len; i++) {
		const struct tsim_variable *variable = nested(sweep, i);

		if (is_root(variable))
			g_array_append_val(sweep->tuples, walk->state->index[variable->id]);
	}
	sweep->n_points++;
	return TRUE;
}

static gboolean walk_from(struct walk *walk, guint position, GError **error);

/* Set the variable at @position to its @i-th value. */
static gboolean walk_value(struct walk *walk, guint position, guint64 i, GError **error)
{
	if (++walk->combinations > MAX_COMBINATIONS)
		return throw_countless(walk->sweep, "too many combinations to test them all",
				       error);
	return set_value(walk->sweep, nested(walk->sweep, position), i, walk->state, error);
}

static gboolean length_of(const struct walk *walk, const struct tsim_variable *variable,
			  guint64 *length, GError **error)
{
	*length = variable->length;
	return variable->cells ||
	       tsim_variable_length(variable, walk->state->values, length, error);
}

/* Does anything vary in parallel with @root? */
static gboolean has_parallel(const TsimSweep *sweep, const struct tsim_variable *root)
{
	for (guint i = 0; i < sweep->variables->len; i++) {
		const struct tsim_variable *variable = g_ptr_array_index(sweep->variables, i);

		if (variable != root && variable->root == root)
			return TRUE;
	}
	return FALSE;
}

static gboolean walk_root(struct walk *walk, guint position, GError **error)
{
	const struct tsim_variable *variable = nested(walk->sweep, position);
	/* A value that depends on others may come twice in a list: D and 5ms, where D is 5ms. */
	g_autoptr(GHashTable) seen = variable->cells || has_parallel(walk->sweep, variable) ?
					     NULL :
					     g_hash_table_new(NULL, NULL);
	guint64 length;

	if (!length_of(walk, variable, &length, error))
		return FALSE;
	for (guint64 i = 0; i < length; i++) {
		walk->state->index[variable->id] = (guint32)i;
		if (!walk_value(walk, position, i, error))
			return FALSE;
		/* Equal texts are one pointer. */
		if (seen && !g_hash_table_add(seen, (gpointer)walk->state->texts[variable->id]))
			continue;
		if (!walk_from(walk, position + 1, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean walk_parallel(struct walk *walk, guint position, GError **error)
{
	const struct tsim_variable *variable = nested(walk->sweep, position);
	const guint32 i = walk->state->index[variable->root->id];
	guint64 length, wanted;

	if (!length_of(walk, variable, &length, error) ||
	    !length_of(walk, variable->root, &wanted, error))
		return FALSE;
	if (length != wanted)
		return tsim_throw_at(&variable->entry->source, variable->zip_offset, error,
				     "'%s' has %" G_GUINT64_FORMAT
				     " values where '%s' has %" G_GUINT64_FORMAT,
				     variable->name, length, variable->root->name, wanted);
	return walk_value(walk, position, i, error) && walk_from(walk, position + 1, error);
}

static gboolean walk_from(struct walk *walk, guint position, GError **error)
{
	const struct tsim_variable *variable;
	gboolean holds;

	if (!test(walk, position, &holds, error))
		return FALSE;
	if (!holds)
		return TRUE;
	if (position == walk->sweep->variables->len)
		return keep(walk, error);
	variable = nested(walk->sweep, position);
	if (!variable->iterates)
		return walk_value(walk, position, 0, error) && walk_from(walk, position + 1, error);
	return is_root(variable) ? walk_root(walk, position, error) :
				   walk_parallel(walk, position, error);
}

static gboolean needs_walk(const TsimSweep *sweep)
{
	for (guint i = 0; i < sweep->variables->len; i++)
		if (nested(sweep, i)->uses)
			return TRUE;
	return sweep->constraints->len > 0;
}

static gboolean walk_all(TsimSweep *sweep, gboolean force, GError **error)
{
	struct walk walk = { .sweep = sweep,
			     .state = sweep->state,
			     .max_points = force ? G_MAXUINT64 : TSIM_MAX_POINTS };

	sweep->tuples = g_array_new(FALSE, FALSE, sizeof(guint32));
	sweep->n_points = 0;
	if (!walk_from(&walk, 0, error))
		return FALSE;
	return sweep->n_points || throw_countless(sweep,
						  "no point: the constraints, or ranges "
						  "that are empty, leave none",
						  error);
}

/**
 * tsim_sweep_count:
 * @force: allow more than a million points
 *
 * Find the values and the points.
 */
gboolean tsim_sweep_count(TsimSweep *sweep, gboolean force, GError **error)
{
	if (!tsim_sweep_lengths(sweep, error) || !count_product(sweep, &sweep->n_points, error))
		return FALSE;
	if (sweep->n_points > TSIM_MAX_POINTS && !force)
		return throw_too_many(sweep, sweep->n_points, error);
	for (guint i = 0; i < sweep->variables->len; i++)
		sweep->n_roots += is_root(nested(sweep, i));
	return tsim_sweep_values(sweep, error) &&
	       (!needs_walk(sweep) || walk_all(sweep, force, error));
}

/* Set the indices of the roots at @point; the last one varies fastest. */
static void set_indices(const TsimSweep *sweep, guint64 point, struct tsim_state *state)
{
	guint k = sweep->n_roots;

	for (guint i = sweep->variables->len; i-- > 0;) {
		const struct tsim_variable *variable = nested(sweep, i);

		if (!is_root(variable))
			continue;
		k--;
		if (sweep->tuples) {
			state->index[variable->id] =
				g_array_index(sweep->tuples, guint32, point * sweep->n_roots + k);
			continue;
		}
		state->index[variable->id] = (guint32)(point % variable->length);
		point /= variable->length;
	}
}

/**
 * tsim_sweep_state:
 *
 * The values of all variables at @point.  Valid until another point is asked for.
 */
const struct tsim_state *tsim_sweep_state(const TsimSweep *sweep, guint64 point)
{
	struct tsim_state *state = sweep->state;

	if (state->valid && state->point == point)
		return state;
	set_indices(sweep, point, state);
	for (guint i = 0; i < sweep->variables->len; i++) {
		const struct tsim_variable *variable = nested(sweep, i);
		g_autoptr(GError) error = NULL;

		/* The walk has seen each of these values. */
		if (!set_value(sweep, variable, index_of(variable, state), state, &error))
			g_error("point %" G_GUINT64_FORMAT ": %s", point, error->message);
	}
	state->point = point;
	state->valid = TRUE;
	return state;
}
