/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config-private.h"

#include <string.h>

#include "error.h"

const char *tsim_resolved_experiment(const TsimResolved *resolved)
{
	return resolved->experiment;
}

/* @name NULL: the first section of @kind, there is one only. */
static const struct tsim_section *find_section(const TsimResolved *resolved, const char *kind,
					       const char *name)
{
	for (guint i = 0; i < resolved->sections->len; i++) {
		const struct tsim_section *section = g_ptr_array_index(resolved->sections, i);

		if (!strcmp(section->kind, kind) && (!name || !strcmp(section->name, name)))
			return section;
	}
	return NULL;
}

/* @name NULL: there is one group of that kind only.  (nullable) */
const struct tsim_value *tsim_resolved_find(const TsimResolved *resolved, const char *kind,
					    const char *name, const char *key)
{
	for (guint i = 0; i < resolved->values->len; i++) {
		const struct tsim_value *value = g_ptr_array_index(resolved->values, i);

		if (!strcmp(value->public.kind, kind) && !strcmp(value->public.key, key) &&
		    (!name || !strcmp(value->public.group, name)))
			return value;
	}
	return NULL;
}

const char *tsim_resolved_workload_kind(const TsimResolved *resolved)
{
	const struct tsim_section *section = find_section(resolved, "workload", NULL);

	return section ? section->type : NULL;
}

const char *tsim_resolved_policy_kind(const TsimResolved *resolved, const char *name)
{
	const struct tsim_section *section = find_section(resolved, "policy", name);

	return section ? section->type : NULL;
}

/**
 * tsim_resolved_values:
 *
 * Every option of every group, and the key "kind" of workloads and policies.
 * (element-type struct tsim_resolved_value) (transfer none)
 */
const GPtrArray *tsim_resolved_values(const TsimResolved *resolved)
{
	return resolved->values; /* struct tsim_value begins with the public record */
}

/**
 * tsim_resolved_fill:
 * @kind: "experiment", "device", "filesystem", "workload" or "policy"
 * @name: (nullable): of the policy
 * @target: the struct of that option table; may be uninitialised, what it
 *	held is not freed.  Free it with tsim_options_clear().
 *
 * Can fail only when a file that a value names has changed since the
 * experiment was resolved.
 */
gboolean tsim_resolved_fill(const TsimResolved *resolved, const char *kind, const char *name,
			    void *target, GError **error)
{
	const struct tsim_section *section =
		find_section(resolved, kind, strcmp(kind, "policy") ? NULL : name);

	if (!section)
		return tsim_throw(error, "the experiment '%s' has no %s%s%s", resolved->experiment,
				  kind, name ? " " : "", name ?: "");
	tsim_options_defaults(section->options, target);
	for (guint i = 0; i < resolved->values->len; i++) {
		const struct tsim_value *value = g_ptr_array_index(resolved->values, i);
		g_autoptr(GError) local = NULL;

		if (!value->option || strcmp(value->public.kind, kind) ||
		    strcmp(value->public.group, section->name))
			continue;
		if (!tsim_option_parse(value->option, value->text, target, &local)) {
			tsim_options_clear(section->options, target);
			return tsim_throw(error, "%s: [%s %s] %s = %s: %s", value->origin, kind,
					  section->name, value->public.key, value->text,
					  local->message);
		}
	}
	return TRUE;
}

/**
 * tsim_resolved_origin:
 *
 * "configs/a.conf:12", "--set" or "default".
 */
const char *tsim_resolved_origin(const TsimResolved *resolved, const char *kind, const char *name,
				 const char *key)
{
	const struct tsim_value *value =
		tsim_resolved_find(resolved, kind, strcmp(kind, "policy") ? NULL : name, key);

	return value ? value->origin : "default";
}

/* One group of @resolved, with a blank line before it unless it is the first. */
void tsim_resolved_append_section(GString *text, const TsimResolved *resolved,
				  const struct tsim_section *section, gboolean origins)
{
	g_string_append_printf(text, "%s[%s %s]\n", text->len ? "\n" : "", section->kind,
			       section->name);
	for (guint i = 0; i < resolved->values->len; i++) {
		const struct tsim_value *value = g_ptr_array_index(resolved->values, i);

		if (strcmp(value->public.kind, section->kind) ||
		    strcmp(value->public.group, section->name))
			continue;
		g_string_append_printf(text, "%s = %s", value->public.key, value->canonical);
		if (origins)
			g_string_append_printf(text, " # %s", value->origin);
		g_string_append_c(text, '\n');
	}
}

/**
 * tsim_resolved_manifest_full:
 * @origins: let a comment at each line say where the value was set
 *
 * A valid configuration of one experiment that needs no other file: every
 * value in its canonical form, in a fixed order.  (transfer full)
 */
char *tsim_resolved_manifest_full(const TsimResolved *resolved, gboolean origins)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < resolved->sections->len; i++)
		tsim_resolved_append_section(text, resolved,
					     g_ptr_array_index(resolved->sections, i), origins);
	return g_string_free(text, FALSE);
}

char *tsim_resolved_manifest(const TsimResolved *resolved)
{
	return tsim_resolved_manifest_full(resolved, FALSE);
}
