/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values in a ${...}: texts, expressions, ranges. */
#include "sweep-private.h"

#include <string.h>

#include "error.h"

/* Longer lists are not written by hand; ranges may have more values. */
#define MAX_ITEMS 10000

static void item_free(struct tsim_item *item)
{
	g_free(item->text);
	tsim_expr_free(item->from);
	tsim_expr_free(item->to);
	tsim_expr_free(item->by);
	g_free(item);
}

/* A value ends at a comma, at the "!" of a zip or at the brace, outside of parentheses. */
static gsize text_length(const char *text)
{
	gsize n = 0;
	int depth = 0;

	for (; text[n] && text[n] != '}'; n++) {
		depth += text[n] == '(';
		depth -= text[n] == ')';
		if (depth <= 0 && (text[n] == ',' || (text[n] == '!' && text[n + 1] != '=')))
			break;
	}
	while (n && g_ascii_isspace(text[n - 1]))
		n--;
	return n;
}

/* Does the name stand for a value, and not in front of one, as sigma in lognormal(sigma=1)? */
static gboolean is_mention(const char *text, gsize length, const GPtrArray *names)
{
	g_autofree char *name = g_strndup(text, length);
	const char *rest = text + length + strspn(text + length, " \t");

	if (rest[0] == '=' && rest[1] != '=')
		return FALSE;
	return g_ptr_array_find_with_equal_func((GPtrArray *)names, name, g_str_equal, NULL);
}

/* Is one of @names in the text? */
static gboolean mentions(const char *text, gsize length, const GPtrArray *names)
{
	for (gsize i = 0; i < length;) {
		const gsize n = tsim_name_length(text + i);
		const gboolean starts =
			i == 0 || (!g_ascii_isalnum(text[i - 1]) && !strchr("_.", text[i - 1]));

		if (n && starts && is_mention(text + i, n, names))
			return TRUE;
		i += n ? n : 1;
	}
	return FALSE;
}

static gboolean is_call(const char *text)
{
	const gsize n = tsim_name_length(text);
	g_autofree char *name = g_strndup(text, n);

	return text[n] == '(' && tsim_is_function(name);
}

/* What begins like a number or knows a variable is computed; all else is a text. */
static gboolean is_expression(const char *text, gsize length, const GPtrArray *names)
{
	if (g_ascii_isdigit(*text) || (*text == '.' && g_ascii_isdigit(text[1])) ||
	    (*text && strchr("+-(!", *text)))
		return TRUE;
	return is_call(text) || mentions(text, length, names);
}

/* Is @text, which is no expression, a misspelt one: "Dd * 2", "Dd..1s"? */
static gboolean has_operator(const char *text)
{
	static const char *const operators[] = { "..", "*",  "<",  ">",	 "==", "!=",
						 "&&", "||", "+ ", "- ", "/ " };
	const char *rest = text + tsim_name_length(text);

	rest += strspn(rest, " \t");
	for (guint i = 0; rest > text && i < G_N_ELEMENTS(operators); i++)
		if (g_str_has_prefix(rest, operators[i]))
			return TRUE;
	return FALSE;
}

static gboolean parse_text(const struct tsim_entry *entry, gsize *offset, gsize length,
			   const GPtrArray *names, struct tsim_item *item, GError **error)
{
	const char *text = entry->source.text + *offset;
	g_autofree char *written = g_strndup(text, length), *name = NULL;
	const gsize bad = strcspn(written, "\"${");

	if (!length)
		return tsim_throw_unexpected(&entry->source, *offset, "a value", error);
	if (has_operator(text)) {
		name = g_strndup(text, tsim_name_length(text));
		return tsim_throw_unknown_name(&entry->source, *offset, name, names, error);
	}
	if (bad < length)
		return tsim_throw_at(&entry->source, *offset + bad, error,
				     "'%c' cannot stand in a value%s", written[bad],
				     written[bad] == '"' ? "" : "; a variable is written D here");
	item->type = TSIM_ITEM_TEXT;
	item->text = tsim_samples_locate(entry->from, written);
	*offset += length;
	return TRUE;
}

static gboolean parse_quoted(const struct tsim_entry *entry, gsize *offset, struct tsim_item *item,
			     GError **error)
{
	const char *start = entry->source.text + *offset + 1, *end = strchr(start, '"');
	g_autofree char *written = NULL;

	if (!end)
		return tsim_throw_at(&entry->source, *offset, error, "no quote ends this text");
	written = g_strndup(start, (gsize)(end - start));
	item->type = TSIM_ITEM_TEXT;
	item->text = tsim_samples_locate(entry->from, written);
	*offset += (gsize)(end - start) + 2;
	return TRUE;
}

static gboolean take_word(const char *text, gsize *offset, const char *word)
{
	const gsize n = strlen(word);

	if (strncmp(text + *offset, word, n) || g_ascii_isalnum(text[*offset + n]) ||
	    text[*offset + n] == '_')
		return FALSE;
	*offset += n;
	return TRUE;
}

/* "a" is read; from its "..": "..b step c". */
static gboolean parse_range(const struct tsim_entry *entry, gsize *offset, const GPtrArray *names,
			    struct tsim_item *item, GError **error)
{
	static const char *const words[] = { "step", "lin", "log" };
	const char *text = entry->source.text;

	item->type = TSIM_ITEM_RANGE;
	*offset += 2;
	item->to = tsim_expr_parse(&entry->source, offset, names, error);
	if (!item->to)
		return FALSE;
	for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
		if (!take_word(text, offset, words[i]))
			continue;
		item->range = (enum tsim_range_type)i;
		item->by = tsim_expr_parse(&entry->source, offset, names, error);
		return item->by != NULL;
	}
	return tsim_throw_at(
		&entry->source, *offset, error,
		"a range says how it is divided: a..b step c, a..b lin n or a..b log n");
}

static gboolean parse_item(const struct tsim_entry *entry, gsize *offset, const GPtrArray *names,
			   struct tsim_item *item, GError **error)
{
	const char *text = entry->source.text;
	gsize length;

	*offset = tsim_skip_blanks(text, *offset);
	length = text_length(text + *offset);
	item->offset = *offset;
	if (text[*offset] == '"')
		return parse_quoted(entry, offset, item, error);
	if (!is_expression(text + *offset, length, names))
		return parse_text(entry, offset, length, names, item, error);
	item->type = TSIM_ITEM_EXPR;
	item->from = tsim_expr_parse(&entry->source, offset, names, error);
	if (!item->from)
		return FALSE;
	return !g_str_has_prefix(text + *offset, "..") ||
	       parse_range(entry, offset, names, item, error);
}

/**
 * tsim_items_parse:
 * @offset: (inout): of the first value; of the "!" or "}" behind the last one afterwards
 * @names: (element-type utf8): the variables there are
 *
 * (transfer full) (element-type struct tsim_item) (nullable)
 */
GPtrArray *tsim_items_parse(const struct tsim_entry *entry, gsize *offset, const GPtrArray *names,
			    GError **error)
{
	g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func((GDestroyNotify)item_free);
	const char *text = entry->source.text;

	do {
		struct tsim_item *item = g_new0(struct tsim_item, 1);

		g_ptr_array_add(items, item);
		*offset += items->len > 1;
		if (!parse_item(entry, offset, names, item, error))
			return NULL;
		if (items->len > MAX_ITEMS) {
			tsim_throw_at(&entry->source, item->offset, error,
				      "the list has more than %u values", MAX_ITEMS);
			return NULL;
		}
		*offset = tsim_skip_blanks(text, *offset);
	} while (text[*offset] == ',');
	if (text[*offset] == '}' || text[*offset] == '!')
		return g_steal_pointer(&items);
	tsim_throw_unexpected(&entry->source, *offset, "',' or '}'", error);
	return NULL;
}
