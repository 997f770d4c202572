/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config-private.h"

#include <string.h>

#include "error.h"
#include "suggest.h"

/* "mynvme.slots": a key behind a name, which the kinds that an experiment has one of do without. */
static char *without_name(const char *key, const GPtrArray *names)
{
	for (guint i = 0; i < names->len; i++) {
		const char *known = g_ptr_array_index(names, i);
		gsize n = strlen(key), m = strlen(known);

		if (n > m + 1 && key[n - m - 1] == '.' && strcmp(key + n - m, known) == 0)
			return g_strdup_printf(" (leave the name out: '%s' is set in the group "
					       "that the experiment uses)",
					       known);
	}
	return NULL;
}

/* @context is "a.conf:12: [device x] discard.mediam = 5ms" or "--set device.discard.mediam=5ms". */
gboolean tsim_throw_unknown_key(const char *context, const char *key,
				const struct tsim_option *options, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *hint = NULL, *shown = NULL;

	for (const struct tsim_option *option = options; option->name; option++)
		g_ptr_array_add(names, (char *)option->name);
	hint = without_name(key, names);
	if (!hint)
		hint = tsim_did_you_mean(key, names);
	shown = tsim_cut(key);
	return tsim_throw(error, "%s: unknown key '%s'%s", context, shown, hint);
}

gboolean tsim_throw_sweep(const char *context, GError **error)
{
	return tsim_throw(error,
			  "%s: one value is wanted here; '${...}' sweeps in an [experiment], in "
			  "keys such as device.KEY",
			  context);
}

/**
 * tsim_check_text:
 * @context: where @text stands, begins the message
 * @canonical: (out) (transfer full) (nullable): equal values have equal texts
 *
 * Parse and range-check one value.
 */
gboolean tsim_check_text(const char *context, const struct tsim_option *option, const char *text,
			 char **canonical, GError **error)
{
	struct tsim_option here[2] = { *option };
	guint64 slot[2] = { 0 };
	g_autoptr(GError) local = NULL;
	g_autofree char *why = NULL;

	here[0].offset = 0;
	if (strstr(text, "${"))
		return tsim_throw_sweep(context, error);
	if (!tsim_option_parse(here, text, slot, &local)) {
		why = tsim_cut_message(local->message);
		return tsim_throw(error, "%s: %s", context, why);
	}
	if (canonical)
		*canonical = tsim_option_format(here, slot);
	tsim_options_clear(here, slot);
	return TRUE;
}

/* The kind that a group itself says, by its key or by its name.  (transfer full) (nullable) */
static char *own_type(const TsimConfig *config, const TsimChain *chain, guint i,
		      const struct tsim_schema *schema, const char **place)
{
	const char *name = g_ptr_array_index(chain->names, i);
	g_autofree char *group = g_strdup_printf("%s %s", chain->kind, name);
	char *type = tsim_config_value(config, group, "kind");

	*place = tsim_config_place(config, group, type ? "kind" : NULL);
	if (!type && tsim_is_kind(schema, chain->kind, name))
		type = g_strdup(name);
	return type;
}

static gboolean throw_no_type(const TsimConfig *config, const TsimChain *chain,
			      const struct tsim_schema *schema, GError **error)
{
	const char *name = g_ptr_array_index(chain->names, 0);
	g_autofree char *group = g_strdup_printf("%s %s", chain->kind, name), *all = NULL;
	g_autoptr(GPtrArray) kinds = g_ptr_array_new_with_free_func(g_free);

	tsim_add_kinds(schema, chain->kind, kinds);
	g_ptr_array_add(kinds, NULL);
	all = g_strjoinv(", ", (char **)kinds->pdata);
	return tsim_throw(error, "%s: [%s] needs 'kind = ...', one of %s",
			  tsim_config_place(config, group, NULL), group, all);
}

static gboolean check_type(const TsimChain *chain, const struct tsim_schema *schema,
			   const char *type, const char *place, GError **error)
{
	g_autoptr(GPtrArray) kinds = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *hint = NULL, *shown = NULL;

	if (tsim_is_kind(schema, chain->kind, type))
		return TRUE;
	tsim_add_kinds(schema, chain->kind, kinds);
	hint = tsim_did_you_mean(type, kinds);
	shown = tsim_cut(type);
	return tsim_throw(error, "%s: [%s %s] kind = %s: no such kind of %s%s", place, chain->kind,
			  (char *)g_ptr_array_index(chain->names, 0), shown, chain->kind, hint);
}

/*
 * The kind of a workload or policy group; all groups that it inherits from must agree.  (transfer
 * full)
 */
static char *chain_type(const TsimConfig *config, const TsimChain *chain,
			const struct tsim_schema *schema, GError **error)
{
	g_autofree char *type = NULL;
	const char *place;

	for (guint i = 0; i < chain->names->len; i++) {
		g_autofree char *own = own_type(config, chain, i, schema, &place);

		if (own && !check_type(chain, schema, own, place, error))
			return NULL;
		if (own && type && strcmp(own, type)) {
			tsim_throw(error,
				   "%s: [%s %s] is of kind '%s', but what inherits from it, '%s', "
				   "of kind '%s'",
				   place ? place : config->path, chain->kind,
				   (char *)g_ptr_array_index(chain->names, i), own,
				   (char *)g_ptr_array_index(chain->names, 0), type);
			return NULL;
		}
		if (own && !type)
			type = g_steal_pointer(&own);
	}
	if (!type)
		throw_no_type(config, chain, schema, error);
	return g_steal_pointer(&type);
}

/**
 * tsim_chain_options:
 * @type: (out) (transfer full) (nullable): the kind of the workload or policy
 *
 * The option table that the chain's groups are read by, NULL on an error.
 */
const struct tsim_option *tsim_chain_options(const TsimConfig *config, const TsimChain *chain,
					     const struct tsim_schema *schema, char **type,
					     GError **error)
{
	*type = NULL;
	if (!strcmp(chain->kind, "device"))
		return schema->device;
	if (!strcmp(chain->kind, "filesystem"))
		return schema->filesystem;
	if (!strcmp(chain->kind, "experiment"))
		return schema->experiment;
	*type = chain_type(config, chain, schema, error);
	if (!*type)
		return NULL;
	return !strcmp(chain->kind, "workload") ? schema->workload(*type) : schema->policy(*type);
}

static gboolean check_key(const TsimConfig *config, const char *group, const char *key,
			  const struct tsim_option *options, gboolean has_type, GError **error)
{
	const struct tsim_option *option = tsim_options_find(options, key);
	g_autofree char *text = tsim_config_value(config, group, key), *context = NULL;

	if (!strcmp(key, "inherit") || (has_type && !strcmp(key, "kind")))
		return TRUE;
	context = tsim_context(tsim_config_place(config, group, key), group, key, text);
	if (!option)
		return tsim_throw_unknown_key(context, key, options, error);
	return tsim_check_text(context, option, text, NULL, error);
}

static gboolean check_group(const TsimConfig *config, const struct tsim_schema *schema,
			    const char *kind, const char *name, GError **error)
{
	g_autofree char *group = g_strdup_printf("%s %s", kind, name), *type = NULL;
	const char *place = tsim_config_place(config, group, NULL);
	g_autoptr(TsimChain) chain = tsim_chain_new(config, kind, name, schema, place, error);
	const struct tsim_option *options;
	g_auto(GStrv) keys = g_key_file_get_keys(config->keys, group, NULL, NULL);

	if (!chain)
		return FALSE;
	options = tsim_chain_options(config, chain, schema, &type, error);
	if (!options)
		return FALSE;
	for (guint i = 0; keys[i]; i++)
		if (!check_key(config, group, keys[i], options, type != NULL, error))
			return FALSE;
	return TRUE;
}

/**
 * tsim_groups_check:
 *
 * Check every group but the experiments, used or not: a mistake in a group
 * that nothing names yet is still a mistake.
 */
gboolean tsim_groups_check(const TsimConfig *config, const struct tsim_schema *schema,
			   GError **error)
{
	for (guint k = 0; tsim_group_kinds[k]; k++) {
		g_autoptr(GPtrArray) names = tsim_config_names(config, tsim_group_kinds[k]);

		if (!strcmp(tsim_group_kinds[k], "experiment"))
			continue;
		for (guint i = 0; i < names->len; i++)
			if (!check_group(config, schema, tsim_group_kinds[k],
					 g_ptr_array_index(names, i), error))
				return FALSE;
	}
	return TRUE;
}
