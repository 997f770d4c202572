/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all parsers of the sweep language have in common. */
#include "expr.h"

#include <string.h>

#include "error.h"
#include "suggest.h"

gsize tsim_skip_blanks(const char *text, gsize offset)
{
	return offset + strspn(text + offset, " \t");
}

/* How long the name at @text is, "D", "filesystem.commit_interval"; "D..1s" begins with "D". */
gsize tsim_name_length(const char *text)
{
	gsize n = 0;

	if (!g_ascii_isalpha(*text) && *text != '_')
		return 0;
	while (g_ascii_isalnum(text[n]) || text[n] == '_' ||
	       (text[n] == '.' && (g_ascii_isalnum(text[n + 1]) || text[n + 1] == '_')))
		n++;
	return n;
}

#define MAX_LISTED 8

/* @names that are near, else that a text goes into quotes, and what there is. */
gboolean tsim_throw_unknown_name(const struct tsim_source *source, gsize offset, const char *name,
				 const GPtrArray *names, GError **error)
{
	g_autofree char *hint = tsim_did_you_mean(name, names), *shown = g_strndup(name, 60);
	g_autoptr(GString) known = g_string_new(names->len ? "; there is " : "");

	for (guint i = 0; i < MIN(names->len, MAX_LISTED); i++)
		g_string_append_printf(known, "%s%.40s", i ? ", " : "",
				       (char *)g_ptr_array_index(names, i));
	if (names->len > MAX_LISTED)
		g_string_append(known, " ...");
	return tsim_throw_at(source, offset, error, "unknown variable '%s'%s%s", shown,
			     *hint ? hint : "; a text of this form goes into quotes", known->str);
}

/* @wanted: what could stand there instead of what does. */
gboolean tsim_throw_unexpected(const struct tsim_source *source, gsize offset, const char *wanted,
			       GError **error)
{
	const char *at = source->text + offset;
	char found[8] = { 0 };

	if (*at == '$')
		return tsim_throw_at(source, offset, error,
				     "a variable is written without $ here: D, not $D or ${D}");
	if (*at == '=' || *at == '&' || *at == '|')
		return tsim_throw_at(source, offset, error, "unexpected '%c', write %c%c", *at, *at,
				     *at);
	if (!*at)
		return tsim_throw_at(source, offset, error, "the end, where there must be %s",
				     wanted);
	g_utf8_strncpy(found, at, 1);
	return tsim_throw_at(source, offset, error, "unexpected '%s', where there must be %s",
			     found, wanted);
}
