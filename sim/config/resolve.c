/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config-private.h"

#include <string.h>

#include "error.h"
#include "suggest.h"

static void value_free(struct tsim_value *value)
{
	g_free(value->text);
	g_free(value->origin);
	g_free(value->canonical);
	g_free(value);
}

void tsim_resolved_free(TsimResolved *resolved)
{
	if (!resolved)
		return;
	g_free(resolved->experiment);
	g_ptr_array_unref(resolved->sections);
	g_ptr_array_unref(resolved->values);
	g_free(resolved);
}

static struct tsim_value *value_add(TsimResolved *resolved, const struct tsim_section *section,
				    const char *key, const char *text, const char *origin)
{
	struct tsim_value *value = g_new0(struct tsim_value, 1);

	value->text = g_strdup(text);
	value->origin = g_strdup(origin);
	value->public = (struct tsim_resolved_value){ .kind = section->kind,
						      .group = section->name,
						      .key = key,
						      .text = value->text,
						      .origin = value->origin };
	g_ptr_array_add(resolved->values, value);
	return value;
}

/* Find, check and keep the value of every option of @section. */
static gboolean resolve_section(TsimResolved *resolved, const TsimConfig *config,
				const TsimChain *experiment, const struct tsim_section *section,
				GError **error)
{
	for (const struct tsim_option *option = section->options; option->name; option++) {
		struct tsim_found found = { 0 };
		g_autofree char *canonical = NULL;
		const gboolean ok =
			tsim_section_find(config, experiment, section, option, &found, error) &&
			tsim_check_text(found.context, option, found.text, &canonical, error);

		if (ok) {
			struct tsim_value *value = value_add(resolved, section, option->name,
							     found.text, found.origin);

			value->option = option;
			value->canonical = g_steal_pointer(&canonical);
		}
		tsim_found_clear(&found);
		if (!ok)
			return FALSE;
	}
	return TRUE;
}

/* @wanted_by: the line that names the group, begins the message when there is none. */
static struct tsim_section *section_add(TsimResolved *resolved, const TsimConfig *config,
					const struct tsim_schema *schema, const char *kind,
					const char *name, const char *wanted_by, GError **error)
{
	struct tsim_section *section = g_new0(struct tsim_section, 1);

	section->kind = kind;
	section->name = g_strdup(name);
	g_ptr_array_add(resolved->sections, section);
	section->chain = tsim_chain_new(config, kind, name, schema, wanted_by, error);
	if (!section->chain)
		return NULL;
	section->options =
		tsim_chain_options(config, section->chain, schema, &section->type, error);
	if (!section->options)
		return NULL;
	if (section->type) {
		g_autofree char *group = g_strdup_printf("%s %s", kind, name);
		struct tsim_value *value =
			value_add(resolved, section, "kind", section->type,
				  tsim_config_place(config, group, NULL) ?: "default");

		value->canonical = g_strdup(section->type);
	}
	return section;
}

/* What begins a message about an experiment's own value: where it stands and what is written. */
static char *value_context(const TsimResolved *resolved, const struct tsim_value *value)
{
	g_autofree char *shown = tsim_cut(value->text);

	if (!strcmp(value->origin, "--set"))
		return g_strdup_printf("--set experiment.%s=%s", value->public.key, shown);
	return g_strdup_printf("%s: [experiment %s] %s = %s", value->origin, resolved->experiment,
			       value->public.key, shown);
}

/* Add the one group that the experiment names by its key @kind. */
static gboolean add_named(TsimResolved *resolved, const TsimConfig *config,
			  const struct tsim_schema *schema, const char *kind, GError **error)
{
	const struct tsim_value *value = tsim_resolved_find(resolved, "experiment", NULL, kind);
	g_autofree char *context = NULL;

	if (!value)
		return TRUE;
	context = value_context(resolved, value);
	if (!*value->canonical)
		return tsim_throw(error, "%s: no name, write '%s = NAME'", context, kind);
	return section_add(resolved, config, schema, kind, value->canonical, context, error) !=
	       NULL;
}

static gboolean add_policies(TsimResolved *resolved, const TsimConfig *config,
			     const struct tsim_schema *schema, GError **error)
{
	const struct tsim_value *value =
		tsim_resolved_find(resolved, "experiment", NULL, "policies");
	g_auto(GStrv) names = NULL;
	g_autofree char *context = NULL, *shown = NULL;

	if (!value)
		return TRUE;
	context = value_context(resolved, value);
	names = g_strsplit(value->canonical, ", ", -1);
	if (!names[0])
		return tsim_throw(error, "%s: the list is empty, name at least one policy",
				  context);
	for (guint i = 0; names[i]; i++) {
		if (g_strv_contains((const char *const *)names + i + 1, names[i])) {
			shown = tsim_cut(names[i]);
			return tsim_throw(error, "%s: '%s' stands twice in the list", context,
					  shown);
		}
		if (!section_add(resolved, config, schema, "policy", names[i], context, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean throw_no_experiment(const TsimConfig *config, const char *name, GError **error)
{
	g_autoptr(GPtrArray) names = tsim_config_names(config, "experiment");
	g_autofree char *hint = tsim_did_you_mean(name, names), *shown = tsim_cut(name);
	g_autofree char *joined = NULL, *all = NULL;

	g_ptr_array_add(names, NULL);
	joined = g_strjoinv(", ", (char **)names->pdata);
	all = tsim_cut_message(joined);
	if (!*all)
		return tsim_throw(error, "%s:1: no [experiment NAME] group", config->path);
	return tsim_throw(error, "%s:1: no experiment '%s'%s, there is %s", config->path, shown,
			  hint, all);
}

/* The only experiment of the file, where it stands for messages. */
static char *only_experiment(const TsimConfig *config, GError **error)
{
	g_autoptr(GPtrArray) names = tsim_config_names(config, "experiment");
	g_autofree char *group = NULL, *shown = NULL;
	g_autoptr(GString) all = g_string_new(NULL);

	if (names->len == 1)
		return g_strdup(g_ptr_array_index(names, 0));
	if (!names->len) {
		tsim_throw(error, "%s:1: no [experiment NAME] group", config->path);
		return NULL;
	}
	group = g_strdup_printf("experiment %s", (char *)g_ptr_array_index(names, 1));
	for (guint i = 0; i < names->len; i++)
		g_string_append_printf(all, "%s%s", i ? ", " : "",
				       (char *)g_ptr_array_index(names, i));
	shown = tsim_cut_message(all->str);
	tsim_throw(error, "%s: %u experiments (%s), choose one with -e NAME",
		   tsim_config_place(config, group, NULL), names->len, shown);
	return NULL;
}

static int compare_values(gconstpointer a, gconstpointer b)
{
	const struct tsim_resolved_value *left = *(const struct tsim_resolved_value *const *)a;
	const struct tsim_resolved_value *right = *(const struct tsim_resolved_value *const *)b;

	return strcmp(left->kind, right->kind)		 ?:
		       strcmp(left->group, right->group) ?:
							   strcmp(left->key, right->key);
}

static gboolean resolve_sections(TsimResolved *resolved, const TsimConfig *config,
				 const struct tsim_schema *schema, GError **error)
{
	const struct tsim_section *first = g_ptr_array_index(resolved->sections, 0);
	const TsimChain *experiment = first->chain;

	if (!resolve_section(resolved, config, experiment, first, error) ||
	    !add_named(resolved, config, schema, "device", error) ||
	    !add_named(resolved, config, schema, "filesystem", error) ||
	    !add_named(resolved, config, schema, "workload", error) ||
	    !add_policies(resolved, config, schema, error) ||
	    !tsim_sections_check(config, schema, experiment, resolved->sections, error))
		return FALSE;
	for (guint i = 1; i < resolved->sections->len; i++) {
		const struct tsim_section *section = g_ptr_array_index(resolved->sections, i);

		if (!resolve_section(resolved, config, experiment, section, error))
			return FALSE;
	}
	g_ptr_array_sort(resolved->values, compare_values);
	return TRUE;
}

/**
 * tsim_config_choose:
 * @experiment: (nullable): NULL for the only one of the file
 *
 * The name of the experiment that is meant.  (transfer full) (nullable)
 */
char *tsim_config_choose(const TsimConfig *config, const char *experiment, GError **error)
{
	g_autofree char *group = NULL;

	if (!experiment)
		return only_experiment(config, error);
	group = g_strdup_printf("experiment %s", experiment);
	if (tsim_config_has_group(config, group))
		return g_strdup(experiment);
	throw_no_experiment(config, experiment, error);
	return NULL;
}

/* tsim_config_resolve() of an experiment that is there, when tsim_groups_check() has passed. */
TsimResolved *tsim_config_resolve_checked(const TsimConfig *config, const char *experiment,
					  const struct tsim_schema *schema, GError **error)
{
	g_autoptr(TsimResolved) resolved = g_new0(TsimResolved, 1);
	g_autofree char *group = g_strdup_printf("experiment %s", experiment);

	resolved->sections = g_ptr_array_new_with_free_func((GDestroyNotify)tsim_section_free);
	resolved->values = g_ptr_array_new_with_free_func((GDestroyNotify)value_free);
	resolved->experiment = g_strdup(experiment);
	if (!section_add(resolved, config, schema, "experiment", experiment,
			 tsim_config_place(config, group, NULL), error) ||
	    !resolve_sections(resolved, config, schema, error))
		return NULL;
	return g_steal_pointer(&resolved);
}

/**
 * tsim_config_resolve:
 * @experiment: (nullable): NULL when the file has exactly one
 * @schema: its experiment table has the keys device, filesystem, workload and policies
 *
 * Checks every group of the file, used or not, every key and every value; the
 * other experiments are not looked at.  An error begins with file:line or
 * with the --set that is wrong.  (transfer full) (nullable)
 */
TsimResolved *tsim_config_resolve(const TsimConfig *config, const char *experiment,
				  const struct tsim_schema *schema, GError **error)
{
	g_autofree char *name = tsim_config_choose(config, experiment, error);

	if (!name || !tsim_groups_check(config, schema, error))
		return NULL;
	return tsim_config_resolve_checked(config, name, schema, error);
}
