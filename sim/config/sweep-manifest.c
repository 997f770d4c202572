/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole sweep as a configuration of its own. */
#include "sweep-private.h"

#include <string.h>

/* The groups that a point can have of its own are named by these keys. */
static const char *const naming[] = { "device", "filesystem", "workload", NULL };

static const struct tsim_entry *find_entry(const TsimSweep *sweep, const char *key)
{
	for (guint i = 0; i < sweep->entries->len; i++) {
		const struct tsim_entry *entry = g_ptr_array_index(sweep->entries, i);

		if (!strcmp(entry->key, key))
			return entry;
	}
	return NULL;
}

/* Does any point name another group than the first one? */
static gboolean names_sweep(const TsimSweep *sweep)
{
	for (guint i = 0; naming[i]; i++)
		if (find_entry(sweep, naming[i]))
			return TRUE;
	return FALSE;
}

static void append_key(GString *text, const char *key, const char *value, const char *origin)
{
	g_string_append_printf(text, "%.*s = %s", (int)strcspn(key, "#"), key, value);
	if (origin)
		g_string_append_printf(text, " # %s", origin);
	g_string_append_c(text, '\n');
}

/* The options that do not sweep, then all that sweeps in the order that the points have. */
static void append_experiment(GString *text, const TsimSweep *sweep, const TsimResolved *first,
			      gboolean origins)
{
	g_string_append_printf(text, "[experiment %s]\n", sweep->experiment);
	for (guint i = 0; i < first->values->len; i++) {
		const struct tsim_value *value = g_ptr_array_index(first->values, i);

		if (!strcmp(value->public.kind, "experiment") &&
		    !find_entry(sweep, value->public.key))
			append_key(text, value->public.key, value->canonical,
				   origins ? value->origin : NULL);
	}
	for (guint i = 0; i < sweep->entries->len; i++) {
		const struct tsim_entry *entry = g_ptr_array_index(sweep->entries, i);
		g_autofree char *located = tsim_samples_locate(entry->from, entry->source.text);

		append_key(text, entry->key, located, origins ? entry->origin : NULL);
	}
}

/* The groups of @resolved that are not in @text yet; @done: (element-type utf8) their headers. */
static void append_groups(GString *text, const TsimResolved *resolved, GHashTable *done,
			  gboolean origins)
{
	for (guint i = 0; i < resolved->sections->len; i++) {
		const struct tsim_section *section = g_ptr_array_index(resolved->sections, i);

		if (strcmp(section->kind, "experiment") &&
		    g_hash_table_add(done, g_strdup_printf("%s %s", section->kind, section->name)))
			tsim_resolved_append_section(text, resolved, section, origins);
	}
}

/* Is the combination of groups at @point one that was not seen before? */
static gboolean is_new(const TsimSweep *sweep, GHashTable *seen, guint64 point)
{
	const struct tsim_state *state = tsim_sweep_state(sweep, point);
	g_autoptr(GString) names = g_string_new(NULL);

	for (guint i = 0; naming[i]; i++) {
		const struct tsim_entry *entry = find_entry(sweep, naming[i]);
		g_autofree char *name = entry ? tsim_entry_text(entry, state, NULL) : NULL;

		g_string_append_printf(names, "%s\n", name ?: "");
	}
	return g_hash_table_add(seen, g_strdup(names->str));
}

/**
 * tsim_sweep_manifest:
 * @origins: let a comment at each line say where the value was set
 *
 * Every group that a point uses with the values that it has at the first of
 * them, and the experiment with its ${...} and constraints as written.
 * (transfer full) (nullable)
 */
char *tsim_sweep_manifest(const TsimSweep *sweep, gboolean origins, GError **error)
{
	g_autoptr(TsimResolved) first = tsim_sweep_resolve(sweep, 0, error);
	g_autoptr(GHashTable) done = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GString) text = g_string_new(NULL);
	const guint64 n = names_sweep(sweep) ? sweep->n_points : 1;

	if (!first)
		return NULL;
	append_experiment(text, sweep, first, origins);
	append_groups(text, first, done, origins);
	for (guint64 point = 0; point < n; point++) {
		g_autoptr(TsimResolved) resolved = NULL;

		if (!is_new(sweep, seen, point))
			continue;
		resolved = tsim_sweep_resolve(sweep, point, error);
		if (!resolved)
			return NULL;
		append_groups(text, resolved, done, origins);
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}
