/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config-private.h"

#include <string.h>

#include "error.h"
#include "suggest.h"

void tsim_section_free(struct tsim_section *section)
{
	g_free(section->name);
	g_free(section->type);
	tsim_chain_free(section->chain);
	g_free(section);
}

void tsim_found_clear(struct tsim_found *found)
{
	g_clear_pointer(&found->text, g_free);
	g_clear_pointer(&found->origin, g_free);
	g_clear_pointer(&found->context, g_free);
}

/* What a key of @section begins with in the experiment: "device.", "policy.unpinned.". */
static char *section_prefix(const struct tsim_section *section)
{
	return strcmp(section->kind, "policy") ? g_strdup_printf("%s.", section->kind) :
						 g_strdup_printf("policy.%s.", section->name);
}

static gboolean find_override(const TsimConfig *config, const char *full, struct tsim_found *found)
{
	for (guint i = config->overrides->len; i-- > 0;) {
		const struct tsim_override *override = g_ptr_array_index(config->overrides, i);
		g_autofree char *name = g_strdup_printf("%s.%s", override->kind, override->rest);

		if (strcmp(name, full))
			continue;
		found->text = g_strdup(override->value);
		found->origin = g_strdup("--set");
		found->context = g_strdup(override->label);
		return TRUE;
	}
	return FALSE;
}

static gboolean find_in_chain(const TsimConfig *config, const TsimChain *chain, const char *key,
			      struct tsim_found *found)
{
	g_autofree char *group = NULL;
	const char *place;

	found->text = tsim_chain_value(config, chain, key, &group, &place);
	if (!found->text)
		return FALSE;
	found->origin = g_strdup(place);
	found->context = tsim_context(place, group, key, found->text);
	return TRUE;
}

/* What the key @full or, in the experiment itself, @name is at a point of a sweep. */
static gboolean find_in_point(const TsimConfig *config, const struct tsim_section *section,
			      const char *full, const char *name, struct tsim_found *found)
{
	const char *key = strcmp(section->kind, "experiment") ? full : name;
	const struct tsim_found *value = config->point ? g_hash_table_lookup(config->point, key) :
							 NULL;

	if (!value || !value->text)
		return FALSE;
	found->text = g_strdup(value->text);
	found->origin = g_strdup(value->origin);
	found->context = g_strdup(value->context);
	return TRUE;
}

/* Is @key a variable of the sweep, and no option? */
static gboolean is_variable(const TsimConfig *config, const char *key)
{
	const struct tsim_found *value = config->point ? g_hash_table_lookup(config->point, key) :
							 NULL;

	return value && !value->text;
}

/**
 * tsim_section_find:
 * @experiment: the chain of the experiment
 * @found: (out): cleared with tsim_found_clear()
 *
 * The text for @option of @section: at a point of a sweep what it is there,
 * else --set, else the experiment, else the named group, else what that
 * inherits, else the default.
 */
gboolean tsim_section_find(const TsimConfig *config, const TsimChain *experiment,
			   const struct tsim_section *section, const struct tsim_option *option,
			   struct tsim_found *found, GError **error)
{
	g_autofree char *prefix = section_prefix(section),
			*full = g_strconcat(prefix, option->name, NULL);
	g_autofree char *group = NULL;

	if (find_in_point(config, section, full, option->name, found) ||
	    find_override(config, full, found))
		return TRUE;
	if (strcmp(section->kind, "experiment") && find_in_chain(config, experiment, full, found))
		return TRUE;
	if (find_in_chain(config, section->chain, option->name, found))
		return TRUE;
	if (option->def) {
		found->text = g_strdup(option->def);
		found->origin = g_strdup("default");
		found->context = g_strdup_printf("default of %s", full);
		return TRUE;
	}
	group = g_strdup_printf("%s %s", section->kind, section->name);
	return tsim_throw(error, "%s: [%s] does not set '%s' (%s), which has no default",
			  tsim_config_place(config, group, NULL) ?: config->path, group,
			  option->name, option->help);
}

/* Does @rest, what follows "policy.", address the policy @name? */
static gboolean addresses(const char *rest, const char *name)
{
	const size_t length = strlen(name);

	return g_str_has_prefix(rest, name) && rest[length] == '.';
}

/*
 * The section that a key of kind @kind means.  @key becomes what follows the
 * section's prefix.  Names of policies may have dots: the longest one wins.
 */
static const struct tsim_section *find_section(const GPtrArray *sections, const char *kind,
					       const char **key)
{
	const struct tsim_section *best = NULL;
	const char *rest = *key;

	for (guint i = 0; i < sections->len; i++) {
		const struct tsim_section *section = g_ptr_array_index(sections, i);

		if (strcmp(section->kind, kind))
			continue;
		if (strcmp(kind, "policy"))
			return section;
		if (addresses(rest, section->name) &&
		    (!best || strlen(section->name) > strlen(best->name))) {
			best = section;
			*key = rest + strlen(section->name) + 1;
		}
	}
	return best;
}

/* Is @rest, what follows "policy.", for a policy that exists but is not in the list? */
static gboolean is_other_policy(const TsimConfig *config, const struct tsim_schema *schema,
				const char *rest)
{
	g_autoptr(GPtrArray) names = tsim_config_names(config, "policy");

	tsim_add_kinds(schema, "policy", names);
	for (guint i = 0; i < names->len; i++)
		if (addresses(rest, g_ptr_array_index(names, i)))
			return TRUE;
	return FALSE;
}

static gboolean throw_no_policy(const char *context, const GPtrArray *sections, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *all = NULL;

	for (guint i = 0; i < sections->len; i++) {
		const struct tsim_section *section = g_ptr_array_index(sections, i);

		if (!strcmp(section->kind, "policy"))
			g_ptr_array_add(names, section->name);
	}
	g_ptr_array_add(names, NULL);
	all = g_strjoinv(", ", (char **)names->pdata);
	return tsim_throw(error,
			  "%s: no such policy in this experiment, write policy.NAME.KEY with a "
			  "name of %s",
			  context, all);
}

/* A key of what the experiment uses, without that before it.  (transfer full) (nullable) */
static char *with_kind(const GPtrArray *sections, const char *key)
{
	for (guint i = 0; i < sections->len; i++) {
		const struct tsim_section *section = g_ptr_array_index(sections, i);

		if (!strcmp(section->kind, "experiment") ||
		    !tsim_options_find(section->options, key))
			continue;
		if (!strcmp(section->kind, "policy"))
			return g_strdup_printf("policy.%s.%s", section->name, key);
		return g_strdup_printf("%s.%s", section->kind, key);
	}
	return NULL;
}

static gboolean check_key(const GPtrArray *sections, const char *kind, const char *rest,
			  const char *context, GError **error)
{
	const struct tsim_section *section = find_section(sections, kind, &rest);
	g_autofree char *meant = NULL;

	if (!section)
		return throw_no_policy(context, sections, error);
	if (tsim_options_find(section->options, rest))
		return TRUE;
	if (!strcmp(kind, "experiment"))
		meant = with_kind(sections, rest);
	if (meant)
		return tsim_throw(error, "%s: unknown key '%s' (did you mean '%s'?)", context, rest,
				  meant);
	return tsim_throw_unknown_key(context, rest, section->options, error);
}

/*
 * "device.discard.base": the kind "device" and the rest; FALSE for a key of the experiment itself.
 */
static gboolean split_key(const char *key, const char **kind, const char **rest)
{
	for (guint i = 0; tsim_group_kinds[i]; i++) {
		if (!addresses(key, tsim_group_kinds[i]))
			continue;
		*kind = tsim_group_kinds[i];
		*rest = key + strlen(*kind) + 1;
		return TRUE;
	}
	return FALSE;
}

static gboolean check_experiment_key(const TsimConfig *config, const struct tsim_schema *schema,
				     const char *group, const char *key, const GPtrArray *sections,
				     GError **error)
{
	g_autofree char *text = tsim_config_value(config, group, key), *context = NULL;
	const char *kind = "experiment", *rest = key;

	if (!strcmp(key, "inherit") || tsim_is_constraint(key) || is_variable(config, key))
		return TRUE;
	context = tsim_context(tsim_config_place(config, group, key), group, key, text);
	if (strstr(text, "${") && !config->point)
		return tsim_throw_sweep(context, error);
	split_key(key, &kind, &rest);
	/* --set experiment.policies may leave a policy out that the file has keys for. */
	if (!strcmp(kind, "policy") && !find_section(sections, kind, &(const char *){ rest }) &&
	    is_other_policy(config, schema, rest))
		return TRUE;
	return check_key(sections, kind, rest, context, error);
}

/**
 * tsim_sections_check:
 * @sections: (element-type struct tsim_section): all of the experiment
 *
 * Refuse keys of the experiment and of --set that no section knows.
 */
gboolean tsim_sections_check(const TsimConfig *config, const struct tsim_schema *schema,
			     const TsimChain *experiment, const GPtrArray *sections, GError **error)
{
	for (guint i = 0; i < experiment->names->len; i++) {
		g_autofree char *group = g_strdup_printf(
			"experiment %s", (char *)g_ptr_array_index(experiment->names, i));
		g_auto(GStrv) keys = g_key_file_get_keys(config->keys, group, NULL, NULL);

		for (guint k = 0; keys[k]; k++)
			if (!check_experiment_key(config, schema, group, keys[k], sections, error))
				return FALSE;
	}
	for (guint i = 0; i < config->overrides->len; i++) {
		const struct tsim_override *override = g_ptr_array_index(config->overrides, i);

		if (!strcmp(override->kind, "experiment") &&
		    (tsim_is_constraint(override->rest) || is_variable(config, override->rest)))
			continue;
		if (!check_key(sections, override->kind, override->rest, override->label, error))
			return FALSE;
	}
	return TRUE;
}
