/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config-private.h"

#include <string.h>

#include "error.h"
#include "suggest.h"

/* Nobody keeps more in mind; every key of every one of them is looked for in all of them. */
#define MAX_INHERITED 100

void tsim_chain_free(TsimChain *chain)
{
	if (!chain)
		return;
	g_ptr_array_unref(chain->names);
	g_free(chain);
}

/* Is @name a built-in workload or policy, one that needs no group? */
gboolean tsim_is_kind(const struct tsim_schema *schema, const char *kind, const char *name)
{
	if (!strcmp(kind, "workload"))
		return schema->workload(name) != NULL;
	if (!strcmp(kind, "policy"))
		return schema->policy(name) != NULL;
	return FALSE;
}

/* Append the built-in kinds of workload or policy that @names lacks; it owns its entries. */
void tsim_add_kinds(const struct tsim_schema *schema, const char *kind, GPtrArray *names)
{
	const char *const *kinds = NULL;

	if (!strcmp(kind, "workload"))
		kinds = schema->workload_kinds;
	else if (!strcmp(kind, "policy"))
		kinds = schema->policy_kinds;
	for (; kinds && *kinds; kinds++)
		if (!g_ptr_array_find_with_equal_func(names, *kinds, g_str_equal, NULL))
			g_ptr_array_add(names, g_strdup(*kinds));
}

/* "presets/policies.conf", where the bundled groups of @kind are. */
static char *preset_file(const char *kind)
{
	return !strcmp(kind, "policy") ? g_strdup("presets/policies.conf") :
					 g_strdup_printf("presets/%ss.conf", kind);
}

/* The names in the bundled presets of @kind; none if there are none. */
static GPtrArray *preset_names(const char *kind)
{
	g_autofree char *name = preset_file(kind), *path = tsim_include_find("", name, NULL);
	g_autoptr(TsimConfig) presets = path ? tsim_config_load(path, NULL) : NULL;

	return presets ? tsim_config_names(presets, kind) : g_ptr_array_new_with_free_func(g_free);
}

/* What may be meant by @name: a near name, a preset to include, or all there is. */
static char *name_hint(const TsimConfig *config, const char *kind, const char *name,
		       const struct tsim_schema *schema)
{
	g_autoptr(GPtrArray) known = tsim_config_names(config, kind), presets = preset_names(kind);
	g_autofree char *file = preset_file(kind), *near = NULL, *all = NULL;
	g_autofree char *shown = NULL;
	const char *preset = tsim_suggest(name, presets);

	tsim_add_kinds(schema, kind, known);
	near = tsim_did_you_mean(name, known);
	if (preset && !strcmp(preset, name))
		return g_strdup_printf(", add 'include %s'", file);
	if (*near)
		return g_steal_pointer(&near);
	if (preset)
		return g_strdup_printf(" (did you mean '%s'? add 'include %s')", preset, file);
	if (!known->len)
		return g_strdup("");
	g_ptr_array_add(known, NULL);
	all = g_strjoinv(", ", (char **)known->pdata);
	shown = tsim_cut_message(all);
	return g_strdup_printf(", there is %s", shown);
}

static gboolean throw_unknown(const TsimConfig *config, const char *kind, const char *name,
			      const struct tsim_schema *schema, const char *wanted_by,
			      GError **error)
{
	g_autofree char *hint = name_hint(config, kind, name, schema), *shown = tsim_cut(name);

	return tsim_throw(error, "%s: unknown %s '%s'%s", wanted_by, kind, shown, hint);
}

/* What a walk along the inherit keys carries. */
struct walk {
	const TsimConfig *config;
	const struct tsim_schema *schema;
	TsimChain *chain;
	GPtrArray *open; /* names from the start to here */
};

static gboolean throw_inherit_cycle(const struct walk *walk, const char *name,
				    const char *wanted_by, GError **error)
{
	g_autoptr(GString) way = g_string_new(NULL);
	guint i = 0;

	while (strcmp(g_ptr_array_index(walk->open, i), name))
		i++;
	for (; i < walk->open->len; i++)
		g_string_append_printf(way, "%s -> ", (char *)g_ptr_array_index(walk->open, i));
	return tsim_throw(error, "%s: inherit cycle %s%s", wanted_by, way->str, name);
}

static gboolean walk_group(struct walk *walk, const char *name, const char *wanted_by,
			   GError **error);

static gboolean walk_parents(struct walk *walk, const char *group, const char *inherit,
			     GError **error)
{
	g_autofree char *place = tsim_context(tsim_config_place(walk->config, group, "inherit"),
					      group, "inherit", inherit);
	g_auto(GStrv) parents = g_strsplit(inherit, ",", -1);

	if (!parents[0])
		return tsim_throw(error, "%s: no name, write 'inherit = NAME'", place);
	for (guint i = 0; parents[i]; i++) {
		if (!*g_strstrip(parents[i]))
			return tsim_throw(error, "%s: an empty name", place);
		if (!walk_group(walk, parents[i], place, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean walk_group(struct walk *walk, const char *name, const char *wanted_by,
			   GError **error)
{
	const char *kind = walk->chain->kind;
	g_autofree char *group = g_strdup_printf("%s %s", kind, name), *inherit = NULL;

	if (g_ptr_array_find_with_equal_func(walk->open, name, g_str_equal, NULL))
		return throw_inherit_cycle(walk, name, wanted_by, error);
	if (g_ptr_array_find_with_equal_func(walk->chain->names, name, g_str_equal, NULL))
		return TRUE;
	if (!tsim_config_has_group(walk->config, group) && !tsim_is_kind(walk->schema, kind, name))
		return throw_unknown(walk->config, kind, name, walk->schema, wanted_by, error);
	if (walk->chain->names->len > MAX_INHERITED)
		return tsim_throw(error, "%s: [%s %s] inherits from more than %u groups", wanted_by,
				  kind, (char *)g_ptr_array_index(walk->chain->names, 0),
				  MAX_INHERITED);
	g_ptr_array_add(walk->chain->names, g_strdup(name));
	inherit = tsim_config_value(walk->config, group, "inherit");
	g_ptr_array_add(walk->open, (char *)name);
	if (inherit && !walk_parents(walk, group, inherit, error))
		return FALSE;
	g_ptr_array_set_size(walk->open, walk->open->len - 1);
	return TRUE;
}

/**
 * tsim_chain_new:
 * @wanted_by: who names the group, for messages: "a.conf:12: [experiment e] device = x"
 *
 * The group @name of @kind and what it inherits from, left first and depth
 * first.  (transfer full) (nullable)
 */
TsimChain *tsim_chain_new(const TsimConfig *config, const char *kind, const char *name,
			  const struct tsim_schema *schema, const char *wanted_by, GError **error)
{
	g_autoptr(TsimChain) chain = g_new0(TsimChain, 1);
	g_autoptr(GPtrArray) open = g_ptr_array_new();
	struct walk walk = { .config = config, .schema = schema, .chain = chain, .open = open };

	chain->kind = kind;
	chain->names = g_ptr_array_new_with_free_func(g_free);
	if (!walk_group(&walk, name, wanted_by, error))
		return NULL;
	return g_steal_pointer(&chain);
}

/**
 * tsim_chain_value:
 * @group: (out) (transfer full): the group that has the key, "device x"
 * @place: (out) (transfer none): "a.conf:12"
 *
 * (transfer full) (nullable)
 */
char *tsim_chain_value(const TsimConfig *config, const TsimChain *chain, const char *key,
		       char **group, const char **place)
{
	for (guint i = 0; i < chain->names->len; i++) {
		g_autofree char *id = g_strdup_printf("%s %s", chain->kind,
						      (char *)g_ptr_array_index(chain->names, i));
		char *value = tsim_config_value(config, id, key);

		if (value) {
			*place = tsim_config_place(config, id, key);
			*group = g_steal_pointer(&id);
			return value;
		}
	}
	return NULL;
}
