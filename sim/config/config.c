/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config-private.h"

#include <string.h>

#include "error.h"
#include "suggest.h"

static void override_free(struct tsim_override *override)
{
	g_free(override->kind);
	g_free(override->rest);
	g_free(override->value);
	g_free(override->label);
	g_free(override);
}

/**
 * tsim_config_load:
 * @path: a configuration file; a relative include is looked for next to it
 *
 * What the text means (options, names, values) is checked when an experiment
 * is resolved.  (transfer full) (nullable)
 */
TsimConfig *tsim_config_load(const char *path, GError **error)
{
	g_autoptr(TsimConfig) config = g_new0(TsimConfig, 1);

	config->path = g_strdup(path);
	config->keys = g_key_file_new();
	config->places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	config->columns = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	config->overrides = g_ptr_array_new_with_free_func((GDestroyNotify)override_free);
	if (!tsim_keyfile_read(config, path, error))
		return NULL;
	return g_steal_pointer(&config);
}

void tsim_config_free(TsimConfig *config)
{
	if (!config)
		return;
	g_free(config->path);
	g_key_file_free(config->keys);
	g_hash_table_unref(config->places);
	g_hash_table_unref(config->columns);
	g_ptr_array_unref(config->overrides);
	g_free(config);
}

/*
 * What a line of a file cannot hold must not come in by the command line: the manifest could not
 * hold it.
 */
static gboolean check_value(const char *value, GError **error)
{
	if (!g_utf8_validate(value, -1, NULL))
		return tsim_throw(error, "the value is not UTF-8");
	for (const char *c = value; *c; c++) {
		if (g_ascii_iscntrl(*c) && *c != '\t')
			return tsim_throw(error, "control character 0x%02x in the value",
					  (guchar)*c);
		if (*c == '#' && c > value && g_ascii_isspace(c[-1]))
			return tsim_throw(error, "' #' starts a comment and cannot stand in a "
						 "value");
	}
	return TRUE;
}

static gboolean throw_assignment(const char *assignment, const char *why, GError **error)
{
	g_autofree char *shown = tsim_cut(assignment);

	return tsim_throw(error,
			  "--set %s: %s, write --set GROUP.KEY=VALUE with a group of device, "
			  "filesystem, "
			  "workload, policy.NAME, experiment",
			  shown, why);
}

static gboolean check_override_kind(const char *assignment, const char *kind, GError **error)
{
	g_autoptr(GPtrArray) kinds = g_ptr_array_new();
	g_autofree char *hint = NULL, *why = NULL, *shown = NULL;

	if (g_strv_contains(tsim_group_kinds, kind))
		return TRUE;
	for (guint i = 0; tsim_group_kinds[i]; i++)
		g_ptr_array_add(kinds, (char *)tsim_group_kinds[i]);
	hint = tsim_did_you_mean(kind, kinds);
	shown = tsim_cut(kind);
	why = g_strdup_printf("'%s' is no group%s", shown, hint);
	return throw_assignment(assignment, why, error);
}

/**
 * tsim_config_set:
 * @assignment: GROUP.KEY=VALUE
 *
 * The last assignment to a key wins.  That the key exists and the value is
 * right is checked when an experiment is resolved.
 */
gboolean tsim_config_set(TsimConfig *config, const char *assignment, GError **error)
{
	g_autoptr(GError) local = NULL;
	const char *equals = strchr(assignment, '='), *dot = strchr(assignment, '.');
	g_autofree char *kind = NULL, *rest = NULL, *shown = tsim_cut(assignment);
	struct tsim_override *override;

	if (!g_utf8_validate(assignment, equals ? equals - assignment : -1, NULL))
		return tsim_throw(error, "--set: the key is not UTF-8");
	if (!equals)
		return throw_assignment(assignment, "no '='", error);
	if (!dot || dot > equals)
		return throw_assignment(assignment, "no group", error);
	kind = g_strstrip(g_strndup(assignment, dot - assignment));
	rest = g_strstrip(g_strndup(dot + 1, equals - dot - 1));
	if (!check_override_kind(assignment, kind, error))
		return FALSE;
	if (!*rest)
		return throw_assignment(assignment, "no key", error);
	if (!check_value(equals + 1, &local))
		return tsim_throw(error, "--set %s: %s", shown, local->message);
	override = g_new0(struct tsim_override, 1);
	override->kind = g_steal_pointer(&kind);
	override->rest = g_steal_pointer(&rest);
	/* Files in a ${...} are looked for when it is replaced. */
	override->value = g_strstrip(strstr(equals + 1, "${") ?
					     g_strdup(equals + 1) :
					     tsim_samples_locate("", equals + 1));
	override->label = g_strdup_printf("--set %s", shown);
	g_ptr_array_add(config->overrides, override);
	return TRUE;
}

/**
 * tsim_config_set_all:
 * @assignments: (nullable): as for tsim_config_set(), in their order; ends with NULL
 */
gboolean tsim_config_set_all(TsimConfig *config, const char *const *assignments, GError **error)
{
	for (guint i = 0; assignments && assignments[i]; i++)
		if (!tsim_config_set(config, assignments[i], error))
			return FALSE;
	return TRUE;
}

/* "a.conf:12", or NULL if there is no such group (@key NULL) or key. */
const char *tsim_config_place(const TsimConfig *config, const char *group, const char *key)
{
	g_autofree char *id = key ? g_strdup_printf("%s\n%s", group, key) : g_strdup(group);

	return g_hash_table_lookup(config->places, id);
}

/* In which column of its line the value of @key begins. */
guint tsim_config_column(const TsimConfig *config, const char *group, const char *key)
{
	g_autofree char *id = g_strdup_printf("%s\n%s", group, key);

	return GPOINTER_TO_UINT(g_hash_table_lookup(config->columns, id));
}

gboolean tsim_config_has_group(const TsimConfig *config, const char *group)
{
	return g_hash_table_contains(config->places, group);
}

/* The raw value, or NULL.  (transfer full) */
char *tsim_config_value(const TsimConfig *config, const char *group, const char *key)
{
	return g_key_file_get_value(config->keys, group, key, NULL);
}

/* The names of the groups of @kind, in file order.  (transfer full) (element-type utf8) */
GPtrArray *tsim_config_names(const TsimConfig *config, const char *kind)
{
	g_auto(GStrv) groups = g_key_file_get_groups(config->keys, NULL);
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	const size_t length = strlen(kind);

	for (guint i = 0; groups[i]; i++)
		if (g_str_has_prefix(groups[i], kind) && groups[i][length] == ' ')
			g_ptr_array_add(names, g_strdup(groups[i] + length + 1));
	return names;
}

GStrv tsim_config_experiments(const TsimConfig *config)
{
	g_autoptr(GPtrArray) names = tsim_config_names(config, "experiment");
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

	for (guint i = 0; i < names->len; i++)
		g_strv_builder_add(builder, g_ptr_array_index(names, i));
	return g_strv_builder_end(builder);
}
