/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep-private.h"

#include <string.h>

#include "error.h"

void tsim_sweep_free(TsimSweep *sweep)
{
	if (!sweep)
		return;
	g_free(sweep->experiment);
	g_ptr_array_unref(sweep->variables);
	g_ptr_array_unref(sweep->names);
	g_ptr_array_unref(sweep->constraints);
	g_ptr_array_unref(sweep->entries);
	g_clear_pointer(&sweep->tuples, g_array_unref);
	g_string_chunk_free(sweep->texts);
	g_free(sweep->state);
	g_free(sweep);
}

static TsimSweep *sweep_alloc(const TsimConfig *config, const char *experiment,
			      const struct tsim_schema *schema)
{
	TsimSweep *sweep = g_new0(TsimSweep, 1);

	sweep->config = config;
	sweep->schema = schema;
	sweep->experiment = g_strdup(experiment);
	sweep->entries = g_ptr_array_new_with_free_func((GDestroyNotify)tsim_entry_free);
	sweep->constraints = g_ptr_array_new();
	sweep->variables = g_ptr_array_new_with_free_func((GDestroyNotify)tsim_variable_free);
	sweep->names = g_ptr_array_new();
	sweep->texts = g_string_chunk_new(1024);
	sweep->state = g_new0(struct tsim_state, 1);
	return sweep;
}

static TsimSweep *sweep_new(const TsimConfig *config, const char *experiment,
			    const struct tsim_schema *schema, gboolean force, GError **error)
{
	g_autofree char *name = tsim_config_choose(config, experiment, error);
	g_autoptr(TsimSweep) sweep = NULL;
	g_autoptr(TsimResolved) first = NULL;

	if (!name)
		return NULL;
	sweep = sweep_alloc(config, name, schema);
	if (!tsim_groups_check(config, schema, error) || !tsim_sweep_collect(sweep, error) ||
	    !tsim_sweep_parse(sweep, error) || !tsim_sweep_order(sweep, error) ||
	    !tsim_sweep_count(sweep, force, error))
		return NULL;
	first = tsim_sweep_resolve(sweep, 0, error);
	return first ? g_steal_pointer(&sweep) : NULL;
}

/**
 * tsim_sweep_new:
 * @config: must live as long as the sweep
 * @experiment: (nullable): NULL when the file has exactly one
 *
 * Reads every ${...} and constraint, counts the points and resolves the first
 * one, which finds the mistakes that tsim_config_resolve() would.  More than a
 * million points are refused.  (transfer full) (nullable)
 */
TsimSweep *tsim_sweep_new(const TsimConfig *config, const char *experiment,
			  const struct tsim_schema *schema, GError **error)
{
	return sweep_new(config, experiment, schema, FALSE, error);
}

/* The same without the limit of a million points: --force. */
TsimSweep *tsim_sweep_new_forced(const TsimConfig *config, const char *experiment,
				 const struct tsim_schema *schema, GError **error)
{
	return sweep_new(config, experiment, schema, TRUE, error);
}

const char *tsim_sweep_experiment(const TsimSweep *sweep)
{
	return sweep->experiment;
}

guint64 tsim_sweep_n_points(const TsimSweep *sweep)
{
	return sweep->n_points;
}

guint tsim_sweep_n_variables(const TsimSweep *sweep)
{
	return sweep->n_listed;
}

/**
 * tsim_sweep_variable:
 *
 * The name of the @v-th variable, the outermost first.  One without a name is
 * called like its key, KEY.1 and KEY.2 when a value has several.
 */
const char *tsim_sweep_variable(const TsimSweep *sweep, guint v)
{
	return g_ptr_array_index(sweep->names, sweep->listed[v]);
}

/**
 * tsim_sweep_value:
 * @point: below tsim_sweep_n_points()
 *
 * The same value has the same text in every sweep.  Valid as long as the sweep.
 */
const char *tsim_sweep_value(const TsimSweep *sweep, guint64 point, guint v)
{
	return tsim_sweep_state(sweep, point)->texts[sweep->listed[v]];
}

/**
 * tsim_sweep_describe:
 *
 * "point 3: D = 1ms, T = 5s", for messages; empty without variables.
 * (transfer full)
 */
char *tsim_sweep_describe(const TsimSweep *sweep, guint64 point)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (sweep->n_listed)
		g_string_printf(text, "point %" G_GUINT64_FORMAT, point);
	for (guint v = 0; v < sweep->n_listed; v++) {
		g_autofree char *shown = tsim_cut(tsim_sweep_value(sweep, point, v));

		g_string_append_printf(text, "%s %s = %s", v ? "," : ":",
				       tsim_sweep_variable(sweep, v), shown);
	}
	return tsim_cut_message(text->str);
}

/* The value of @entry with every ${...} replaced.  (transfer full) (nullable) */
char *tsim_entry_text(const struct tsim_entry *entry, const struct tsim_state *state,
		      GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < entry->segments->len; i++) {
		const struct tsim_segment *segment = g_ptr_array_index(entry->segments, i);
		struct tsim_quantity value;
		g_autoptr(GError) local = NULL;
		g_autofree char *part = NULL;

		if (segment->text)
			g_string_append(text, segment->text);
		if (segment->variable)
			g_string_append(text, state->texts[segment->variable->id]);
		if (!segment->expr)
			continue;
		if (!tsim_expr_eval(segment->expr, state->values, &value, error))
			return NULL;
		part = tsim_quantity_format(&value, &local);
		if (!part) {
			tsim_throw_at(&entry->source, tsim_expr_offset(segment->expr), error, "%s",
				      local->message);
			return NULL;
		}
		g_string_append(text, part);
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static void found_free(struct tsim_found *found)
{
	tsim_found_clear(found);
	g_free(found);
}

/* What @entry is at a point; without a text when it is no option. */
static struct tsim_found *entry_found(const struct tsim_entry *entry,
				      const struct tsim_state *state, GError **error)
{
	struct tsim_found *found = g_new0(struct tsim_found, 1);

	if (entry->type != TSIM_ENTRY_OPTION)
		return found;
	found->text = tsim_entry_text(entry, state, error);
	if (!found->text) {
		found_free(found);
		return NULL;
	}
	found->origin = g_strdup(entry->origin);
	found->context = tsim_entry_context(entry, found->text);
	return found;
}

/* (element-type utf8 struct tsim_found) by key */
static GHashTable *point_values(const TsimSweep *sweep, guint64 point, GError **error)
{
	const struct tsim_state *state = tsim_sweep_state(sweep, point);
	g_autoptr(GHashTable) values =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)found_free);

	for (guint i = 0; i < sweep->entries->len; i++) {
		const struct tsim_entry *entry = g_ptr_array_index(sweep->entries, i);
		struct tsim_found *found = entry_found(entry, state, error);

		if (!found)
			return NULL;
		g_hash_table_insert(values, entry->key, found);
	}
	return g_steal_pointer(&values);
}

/* Can the message be about a value that another point does not have? */
static gboolean concerns_point(const TsimSweep *sweep, const char *message)
{
	for (guint i = 0; i < sweep->entries->len; i++) {
		const struct tsim_entry *entry = g_ptr_array_index(sweep->entries, i);
		const char *begin = entry->group ? entry->origin : entry->source.head;
		const gsize n = strlen(begin);

		/* Of a group that is swept, all keys are other ones at another point. */
		if (entry->type == TSIM_ENTRY_OPTION &&
		    (!strchr(entry->key, '.') ||
		     (!strncmp(message, begin, n) && strchr(": ", message[n]))))
			return TRUE;
	}
	return FALSE;
}

/* Say at which point it is that a value is wrong; the lines with the caret stay the last ones. */
static void add_point(const TsimSweep *sweep, guint64 point, GError **error)
{
	g_autofree char *where = tsim_sweep_describe(sweep, point), *message = NULL;
	gsize line;

	if (!error || !*error || !*where || !concerns_point(sweep, (*error)->message))
		return;
	line = strcspn((*error)->message, "\n");
	message = g_strdup_printf("%.*s (%s)%s", (int)line, (*error)->message, where,
				  (*error)->message + line);
	g_free((*error)->message);
	(*error)->message = g_steal_pointer(&message);
}

/**
 * tsim_sweep_resolve:
 * @point: below tsim_sweep_n_points()
 *
 * (transfer full) (nullable)
 */
TsimResolved *tsim_sweep_resolve(const TsimSweep *sweep, guint64 point, GError **error)
{
	g_autoptr(GHashTable) values = point_values(sweep, point, error);
	struct tsim_config at = *sweep->config;
	TsimResolved *resolved = NULL;

	at.point = values;
	if (values)
		resolved =
			tsim_config_resolve_checked(&at, sweep->experiment, sweep->schema, error);
	if (!resolved)
		add_point(sweep, point, error);
	return resolved;
}
