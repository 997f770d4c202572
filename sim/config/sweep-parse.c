/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ${...} of an experiment.  Names may be used before they are defined: the
 * names are collected first, then the values are read.
 */
#include "sweep-private.h"

#include <string.h>

#include "error.h"

void tsim_variable_free(struct tsim_variable *variable)
{
	g_clear_pointer(&variable->items, g_ptr_array_unref);
	g_clear_pointer(&variable->cells, g_array_unref);
	g_free(variable->name);
	g_free(variable->zip);
	g_free(variable);
}

void tsim_segment_free(struct tsim_segment *segment)
{
	g_free(segment->text);
	tsim_expr_free(segment->expr);
	g_free(segment);
}

/* The "}" that ends the ${...} at @text, not one in quotes; NULL when there is none. */
static const char *find_end(const char *text)
{
	for (const char *p = text; *p; p++) {
		const char *quote = *p == '"' ? strchr(p + 1, '"') : p;

		if (!quote || *p == '}')
			return quote;
		p = quote;
	}
	return NULL;
}

/* "NAME =" at @offset, which is moved behind the "="; NULL when the ${...} has no name. */
static char *take_name(const char *text, gsize *offset)
{
	const gsize start = tsim_skip_blanks(text, *offset);
	const gsize length = tsim_name_length(text + start);
	const gsize equals = tsim_skip_blanks(text, start + length);

	if (!length || text[equals] != '=' || text[equals + 1] == '=')
		return NULL;
	*offset = equals + 1;
	return g_strndup(text + start, length);
}

static gboolean is_reserved(const char *name)
{
	static const char *const words[] = { "step", "lin", "log", NULL };

	return tsim_is_function(name) || g_strv_contains(words, name);
}

static gboolean check_free(const TsimSweep *sweep, const struct tsim_entry *entry, gsize offset,
			   const char *name, GError **error)
{
	const struct tsim_variable *other = tsim_sweep_find(sweep, name);

	return !other ||
	       tsim_throw_at(&entry->source, offset, error, "'%s' is defined twice, first at %s",
			     name, other->entry->origin);
}

static gboolean check_name(const TsimSweep *sweep, const struct tsim_entry *entry, gsize offset,
			   const char *name, GError **error)
{
	if (strchr(name, '.'))
		return tsim_throw_at(&entry->source, offset, error,
				     "the name '%.60s' has a dot: letters, digits and _ only",
				     name);
	if (is_reserved(name))
		return tsim_throw_at(&entry->source, offset, error,
				     "'%s' is a word of the language and cannot be a name", name);
	if (strlen(name) > 60)
		return tsim_throw_at(&entry->source, offset, error,
				     "the name has more than 60 characters");
	return check_free(sweep, entry, offset, name, error);
}

/* Takes @name. */
static gboolean add_variable(TsimSweep *sweep, const struct tsim_entry *entry, gsize offset,
			     char *name, GError **error)
{
	struct tsim_variable *variable = g_new0(struct tsim_variable, 1);

	variable->id = sweep->variables->len;
	variable->name = name;
	variable->entry = entry;
	variable->offset = offset;
	g_ptr_array_add(sweep->variables, variable);
	g_ptr_array_add(sweep->names, name);
	return sweep->variables->len <= TSIM_MAX_VARIABLES ||
	       tsim_throw_at(&entry->source, offset, error, "more than %u variables",
			     TSIM_MAX_VARIABLES);
}

/* The name of the ${...} at @offset, one for its key when that is a variable. */
static gboolean collect_name(TsimSweep *sweep, const struct tsim_entry *entry, gsize offset,
			     GError **error)
{
	gsize inside = offset + 2;
	g_autofree char *name = take_name(entry->source.text, &inside);

	if (entry->type == TSIM_ENTRY_VARIABLE) {
		if (name && strcmp(name, entry->key))
			return tsim_throw_at(&entry->source, offset + 2, error,
					     "two names for one value, '%s' and '%.60s'",
					     entry->key, name);
		g_free(name);
		name = g_strdup(entry->key);
	}
	if (!name)
		return TRUE;
	return check_name(sweep, entry, offset + 2, name, error) &&
	       add_variable(sweep, entry, offset, g_steal_pointer(&name), error);
}

static gboolean collect_names(TsimSweep *sweep, const struct tsim_entry *entry, GError **error)
{
	const char *text = entry->source.text, *end;

	for (const char *p = text; (p = strstr(p, "${")); p = end) {
		const gsize offset = (gsize)(p - text);

		end = find_end(p);
		if (!end)
			return tsim_throw_at(&entry->source, offset, error,
					     "no '}' ends this '${'");
		if (!collect_name(sweep, entry, offset, error))
			return FALSE;
	}
	return TRUE;
}

/* A variable of its own key is one ${...} and nothing else. */
static gboolean check_whole(const struct tsim_entry *entry, GError **error)
{
	const char *text = entry->source.text, *end = find_end(text);

	if (entry->type != TSIM_ENTRY_VARIABLE || !end)
		return TRUE;
	if (!g_str_has_prefix(text, "${"))
		end = text - 1;
	return !end[1] ||
	       tsim_throw_at(&entry->source, (gsize)(end + 1 - text), error,
			     "'%s' is no option, so its value must be one ${...}", entry->key);
}

static struct tsim_variable *variable_at(const TsimSweep *sweep, const struct tsim_entry *entry,
					 gsize offset)
{
	for (guint i = 0; i < sweep->variables->len; i++) {
		struct tsim_variable *variable = g_ptr_array_index(sweep->variables, i);

		if (variable->entry == entry && variable->offset == offset)
			return variable;
	}
	return NULL;
}

/* "! D" in front of the "}". */
static gboolean parse_zip(const struct tsim_entry *entry, gsize *offset, char **zip,
			  gsize *zip_offset, GError **error)
{
	const char *text = entry->source.text;
	gsize length;

	if (text[*offset] != '!')
		return TRUE;
	*offset = *zip_offset = tsim_skip_blanks(text, *offset + 1);
	length = tsim_name_length(text + *offset);
	if (!length)
		return tsim_throw_unexpected(&entry->source, *offset,
					     "the name of the variable to vary in parallel with",
					     error);
	*zip = g_strndup(text + *offset, length);
	*offset = tsim_skip_blanks(text, *offset + length);
	return text[*offset] == '}' || tsim_throw_unexpected(&entry->source, *offset, "'}'", error);
}

/* One value without a name: an expression; a single word would need no ${...}. */
static gboolean add_expression(struct tsim_entry *entry, GPtrArray *items, const GPtrArray *names,
			       GError **error)
{
	struct tsim_item *item = g_ptr_array_index(items, 0);
	struct tsim_segment *segment;

	if (item->type == TSIM_ITEM_TEXT && tsim_name_length(item->text) == strlen(item->text) &&
	    *item->text)
		return tsim_throw_unknown_name(&entry->source, item->offset, item->text, names,
					       error);
	if (item->type == TSIM_ITEM_TEXT)
		return tsim_throw_at(&entry->source, item->offset, error,
				     "one value without a name needs no ${...}");
	segment = g_new0(struct tsim_segment, 1);
	segment->expr = g_steal_pointer(&item->from);
	g_ptr_array_add(entry->segments, segment);
	return TRUE;
}

/* The ${...} at @offset, which is moved behind it. */
static gboolean parse_sweep(TsimSweep *sweep, struct tsim_entry *entry, gsize *offset,
			    GPtrArray *unnamed, GError **error)
{
	const char *text = entry->source.text;
	struct tsim_variable *variable = variable_at(sweep, entry, *offset);
	const gsize start = *offset;
	g_autofree char *name = NULL, *zip = NULL;
	g_autoptr(GPtrArray) items = NULL;
	struct tsim_segment *segment;
	gsize zip_offset = 0;

	*offset += 2;
	name = take_name(text, offset);
	items = tsim_items_parse(entry, offset, sweep->names, error);
	if (!items || !parse_zip(entry, offset, &zip, &zip_offset, error))
		return FALSE;
	++*offset;
	if (!variable && items->len == 1 && !zip &&
	    ((struct tsim_item *)g_ptr_array_index(items, 0))->type != TSIM_ITEM_RANGE)
		return add_expression(entry, items, sweep->names, error);
	if (!variable) {
		/* Its name is its key, and its number comes when all the others are read. */
		variable = g_new0(struct tsim_variable, 1);
		variable->entry = entry;
		variable->offset = start;
		g_ptr_array_add(unnamed, variable);
	}
	variable->items = g_steal_pointer(&items);
	variable->zip = g_steal_pointer(&zip);
	variable->zip_offset = zip_offset;
	segment = g_new0(struct tsim_segment, 1);
	segment->variable = variable;
	g_ptr_array_add(entry->segments, segment);
	return TRUE;
}

static gboolean add_text(struct tsim_entry *entry, gsize from, gsize to, GError **error)
{
	g_autofree char *written = g_strndup(entry->source.text + from, to - from);
	g_autofree char *trimmed = g_strchomp(g_strdup(written));
	struct tsim_segment *segment;

	if (!*written)
		return TRUE;
	/* The file is looked for next to the configuration: its name must be known by now. */
	if (g_str_has_suffix(trimmed, "empirical(") && entry->source.text[to])
		return tsim_throw_at(&entry->source, to, error,
				     "sweep the whole law: ${empirical(FILE), empirical(FILE)}");
	segment = g_new0(struct tsim_segment, 1);
	segment->text = tsim_samples_locate(entry->from, written);
	g_ptr_array_add(entry->segments, segment);
	return TRUE;
}

static gboolean parse_entry(TsimSweep *sweep, struct tsim_entry *entry, GPtrArray *unnamed,
			    GError **error)
{
	const char *text = entry->source.text, *p;
	gsize offset = 0;

	while ((p = strstr(text + offset, "${"))) {
		if (!add_text(entry, offset, (gsize)(p - text), error))
			return FALSE;
		offset = (gsize)(p - text);
		if (!parse_sweep(sweep, entry, &offset, unnamed, error))
			return FALSE;
	}
	return add_text(entry, offset, strlen(text), error);
}

static gboolean parse_constraint(const TsimSweep *sweep, struct tsim_entry *entry, GError **error)
{
	gsize offset = 0;

	if (entry->type != TSIM_ENTRY_CONSTRAINT)
		return TRUE;
	entry->constraint = tsim_expr_parse(&entry->source, &offset, sweep->names, error);
	if (!entry->constraint)
		return FALSE;
	return !entry->source.text[offset] ||
	       tsim_throw_unexpected(&entry->source, offset, "the end or an operator", error);
}

/* KEY, or KEY.1, KEY.2 when the value has several without a name. */
static gboolean name_unnamed(TsimSweep *sweep, GPtrArray *unnamed, GError **error)
{
	for (guint i = 0, nth = 1; i < unnamed->len; i++, nth++) {
		struct tsim_variable *variable = g_ptr_array_index(unnamed, i);
		const struct tsim_variable *before = i ? g_ptr_array_index(unnamed, i - 1) : NULL;
		const struct tsim_variable *after =
			i + 1 < unnamed->len ? g_ptr_array_index(unnamed, i + 1) : NULL;
		const char *key = variable->entry->key;

		if (!before || before->entry != variable->entry)
			nth = 1;
		variable->name = nth == 1 && (!after || after->entry != variable->entry) ?
					 g_strdup(key) :
					 g_strdup_printf("%s.%u", key, nth);
	}
	while (unnamed->len) {
		struct tsim_variable *variable = g_ptr_array_index(unnamed, 0);

		if (!check_free(sweep, variable->entry, variable->offset, variable->name, error))
			return FALSE;
		g_ptr_array_steal_index(unnamed, 0);
		variable->id = sweep->variables->len;
		g_ptr_array_add(sweep->variables, variable);
		g_ptr_array_add(sweep->names, variable->name);
		if (sweep->variables->len > TSIM_MAX_VARIABLES)
			return tsim_throw_at(&variable->entry->source, variable->offset, error,
					     "more than %u variables", TSIM_MAX_VARIABLES);
	}
	return TRUE;
}

/**
 * tsim_sweep_parse:
 *
 * Fill the variables and the names, and each entry's segments or constraint.
 */
gboolean tsim_sweep_parse(TsimSweep *sweep, GError **error)
{
	g_autoptr(GPtrArray)
		unnamed = g_ptr_array_new_with_free_func((GDestroyNotify)tsim_variable_free);

	for (guint i = 0; i < sweep->entries->len; i++) {
		const struct tsim_entry *entry = g_ptr_array_index(sweep->entries, i);

		if (entry->type != TSIM_ENTRY_CONSTRAINT &&
		    (!check_whole(entry, error) || !collect_names(sweep, entry, error)))
			return FALSE;
	}
	for (guint i = 0; i < sweep->entries->len; i++) {
		struct tsim_entry *entry = g_ptr_array_index(sweep->entries, i);

		if (entry->type != TSIM_ENTRY_CONSTRAINT &&
		    !parse_entry(sweep, entry, unnamed, error))
			return FALSE;
	}
	if (!name_unnamed(sweep, unnamed, error))
		return FALSE;
	for (guint i = 0; i < sweep->entries->len; i++)
		if (!parse_constraint(sweep, g_ptr_array_index(sweep->entries, i), error))
			return FALSE;
	return TRUE;
}
