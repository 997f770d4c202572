/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys of an experiment that sweep, with where they stand. */
#include "sweep-private.h"

#include <string.h>

#include "error.h"
#include "suggest.h"

static const char constraint[] = "constraint";

/* Several lines `constraint` of a group are kept as "constraint", "constraint#2" ... */
gboolean tsim_is_constraint(const char *key)
{
	const gsize n = strlen(constraint);

	return !strncmp(key, constraint, n) && (!key[n] || key[n] == '#');
}

void tsim_entry_free(struct tsim_entry *entry)
{
	g_free(entry->key);
	g_free(entry->group);
	g_free(entry->from);
	g_free(entry->origin);
	tsim_source_clear(&entry->source);
	g_ptr_array_unref(entry->segments);
	tsim_expr_free(entry->constraint);
	g_free(entry);
}

static struct tsim_entry *entry_new(const char *key, const char *text)
{
	struct tsim_entry *entry = g_new0(struct tsim_entry, 1);
	const int shown = (int)strcspn(key, "#");

	entry->key = g_strdup(key);
	entry->segments = g_ptr_array_new_with_free_func((GDestroyNotify)tsim_segment_free);
	entry->source.text = g_strdup(text);
	entry->source.lead = g_strdup_printf("%.*s = ", shown, key);
	entry->source.column = 1;
	return entry;
}

/* A name for a value that is no option: D, but not device.D. */
static gboolean is_variable(const TsimSweep *sweep, const char *key)
{
	return tsim_name_length(key) == strlen(key) && !strchr(key, '.') &&
	       strcmp(key, "inherit") && !tsim_is_constraint(key) &&
	       !tsim_options_find(sweep->schema->experiment, key);
}

static gboolean is_count(const struct tsim_option *options, const char *key)
{
	const struct tsim_option *option = options ? tsim_options_find(options, key) : NULL;

	return option && option->type == TSIM_OPT_COUNT;
}

static gboolean any_is_count(const char *const *kinds,
			     const struct tsim_option *(*table)(const char *kind), const char *key)
{
	for (; *kinds; kinds++)
		if (is_count(table(*kinds), key))
			return TRUE;
	return FALSE;
}

/*
 * Does the option take whole numbers only?  What kind a workload or a policy
 * is may itself be swept: one kind with such a key is enough.
 */
static gboolean takes_count(const struct tsim_schema *schema, const char *key)
{
	const char *rest = strchr(key, '.');

	if (g_str_has_prefix(key, "device."))
		return is_count(schema->device, rest + 1);
	if (g_str_has_prefix(key, "filesystem."))
		return is_count(schema->filesystem, rest + 1);
	if (g_str_has_prefix(key, "workload."))
		return any_is_count(schema->workload_kinds, schema->workload, rest + 1);
	if (!g_str_has_prefix(key, "policy."))
		return FALSE;
	/* The name of the policy may have dots. */
	while ((rest = strchr(rest + 1, '.')))
		if (any_is_count(schema->policy_kinds, schema->policy, rest + 1))
			return TRUE;
	return FALSE;
}

static struct tsim_entry *from_group(const TsimConfig *config, const char *group, const char *key,
				     const char *text)
{
	const char *place = tsim_config_place(config, group, key);
	struct tsim_entry *entry = entry_new(key, text);

	entry->group = g_strdup(group);
	entry->origin = g_strdup(place);
	entry->from = g_strndup(place, (gsize)(strrchr(place, ':') - place));
	entry->source.place = g_strdup(place);
	entry->source.column = tsim_config_column(config, group, key);
	entry->source.head = g_strdup_printf("[%s] %.*s", group, (int)strcspn(key, "#"), key);
	return entry;
}

static struct tsim_entry *from_override(const struct tsim_override *override, const char *key)
{
	struct tsim_entry *entry = entry_new(key, override->value);

	entry->from = g_strdup("");
	entry->origin = g_strdup("--set");
	entry->source.head = g_strdup_printf("--set %s.%.60s", override->kind, override->rest);
	return entry;
}

/**
 * tsim_entry_context:
 *
 * What begins a message about the whole value: "a.conf:12: [experiment e] D = 5ms".
 * (transfer full)
 */
char *tsim_entry_context(const struct tsim_entry *entry, const char *text)
{
	g_autofree char *shown = tsim_cut(text);

	if (entry->group)
		return tsim_context(entry->origin, entry->group, entry->key, text);
	return g_strdup_printf("%s = %s", entry->source.head, shown);
}

/* @why: what would make the key a variable. */
gboolean tsim_throw_no_variable(const TsimSweep *sweep, const struct tsim_entry *entry,
				const char *why, GError **error)
{
	g_autofree char *context = tsim_entry_context(entry, entry->source.text), *hint = NULL;
	g_autoptr(GPtrArray) known = g_ptr_array_new();

	g_ptr_array_add(known, (char *)constraint);
	for (const struct tsim_option *o = sweep->schema->experiment; o->name; o++)
		g_ptr_array_add(known, (char *)o->name);
	hint = tsim_did_you_mean(entry->key, known);
	return tsim_throw(error, "%s: unknown key '%s'%s; %s", context, entry->key, hint, why);
}

/* The keys that count, collected from the strongest to the weakest. */
struct collection {
	TsimSweep *sweep;
	GHashTable *seen; /* (element-type utf8) keys of what is stronger */
	struct tsim_entry *plain; /* what could be meant as a variable, but has no ${ */
};

/* Takes @entry. */
static void add(struct collection *collection, struct tsim_entry *entry)
{
	if (tsim_is_constraint(entry->key) || strstr(entry->source.text, "${")) {
		g_ptr_array_add(collection->sweep->entries, entry);
		return;
	}
	if (is_variable(collection->sweep, entry->key)) {
		g_clear_pointer(&collection->plain, tsim_entry_free);
		collection->plain = entry;
		return;
	}
	tsim_entry_free(entry);
}

/* The constraints of one group stand together: they replace all that are weaker. */
static void add_group(struct collection *collection, const char *group)
{
	const TsimConfig *config = collection->sweep->config;
	gsize n = 0;
	g_auto(GStrv) keys = g_key_file_get_keys(config->keys, group, &n, NULL);
	const gboolean constrained = g_hash_table_contains(collection->seen, constraint);

	while (n-- > 0) {
		g_autofree char *text = tsim_config_value(config, group, keys[n]);
		const gboolean seen = tsim_is_constraint(keys[n]) ?
					      constrained :
					      g_hash_table_contains(collection->seen, keys[n]);

		if (!seen && strcmp(keys[n], "inherit"))
			add(collection, from_group(config, group, keys[n], text));
		g_hash_table_add(collection->seen, g_strdup(keys[n]));
	}
}

static void add_overrides(struct collection *collection)
{
	const GPtrArray *overrides = collection->sweep->config->overrides;

	for (guint i = overrides->len; i-- > 0;) {
		const struct tsim_override *override = g_ptr_array_index(overrides, i);
		char *key = strcmp(override->kind, "experiment") ?
				    g_strdup_printf("%s.%s", override->kind, override->rest) :
				    g_strdup(override->rest);

		if (!g_hash_table_contains(collection->seen, key))
			add(collection, from_override(override, key));
		g_hash_table_add(collection->seen, key);
	}
}

/* Only what a point is made of sweeps; how it is run is the same for all of them. */
static gboolean check_sweeps(const TsimSweep *sweep, const struct tsim_entry *entry, GError **error)
{
	static const char *const names[] = { "device", "filesystem", "workload", NULL };
	const char *open = strstr(entry->source.text, "${");

	if (!tsim_options_find(sweep->schema->experiment, entry->key) ||
	    g_strv_contains(names, entry->key))
		return TRUE;
	return tsim_throw_at(&entry->source, (gsize)(open - entry->source.text), error,
			     "'%s' does not sweep: %s", entry->key,
			     strcmp(entry->key, "policies") ?
				     "it is the same at every point" :
				     "every point runs all of them, write a plain list");
}

static gboolean classify(const TsimSweep *sweep, struct tsim_entry *entry, GError **error)
{
	if (tsim_is_constraint(entry->key))
		entry->type = TSIM_ENTRY_CONSTRAINT;
	else if (is_variable(sweep, entry->key))
		entry->type = TSIM_ENTRY_VARIABLE;
	entry->is_count = takes_count(sweep->schema, entry->key);
	return check_sweeps(sweep, entry, error);
}

static void reverse(GPtrArray *array)
{
	for (guint i = 0; i < array->len / 2; i++) {
		gpointer *a = &array->pdata[i], *b = &array->pdata[array->len - 1 - i], swap = *a;

		*a = *b;
		*b = swap;
	}
}

/* Once something sweeps, a key without ${ that is no option was probably to be a variable. */
static gboolean finish(struct collection *collection, GError **error)
{
	TsimSweep *sweep = collection->sweep;
	g_autofree char *why = NULL;

	reverse(sweep->entries);
	if (sweep->entries->len && collection->plain) {
		why = g_strdup_printf("a variable is written %s = ${...}", collection->plain->key);
		return tsim_throw_no_variable(sweep, collection->plain, why, error);
	}
	for (guint i = 0; i < sweep->entries->len; i++)
		if (!classify(sweep, g_ptr_array_index(sweep->entries, i), error))
			return FALSE;
	return TRUE;
}

/**
 * tsim_sweep_collect:
 *
 * The keys that count (--set, else the nearest group that has them), the
 * inherited ones first, each group's in the order of the file, those of --set
 * last.  Only those that sweep, and constraints, are kept.
 */
gboolean tsim_sweep_collect(TsimSweep *sweep, GError **error)
{
	g_autofree char *group = g_strdup_printf("experiment %s", sweep->experiment);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct collection collection = { .sweep = sweep, .seen = seen };
	g_autoptr(TsimChain) chain =
		tsim_chain_new(sweep->config, "experiment", sweep->experiment, sweep->schema,
			       tsim_config_place(sweep->config, group, NULL), error);
	gboolean ok;

	if (!chain)
		return FALSE;
	add_overrides(&collection);
	for (guint i = 0; i < chain->names->len; i++) {
		g_autofree char *id = g_strdup_printf("experiment %s",
						      (char *)g_ptr_array_index(chain->names, i));

		add_group(&collection, id);
	}
	ok = finish(&collection, error);
	g_clear_pointer(&collection.plain, tsim_entry_free);
	return ok;
}
