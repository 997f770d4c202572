/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expr.h"

#include <string.h>

#include "error.h"

/* So many characters of the text are shown on either side of the place that is wrong. */
#define SIDE 35

void tsim_source_clear(struct tsim_source *source)
{
	g_free(source->head);
	g_free(source->place);
	g_free(source->lead);
	g_free(source->text);
}

/* Append the characters of @text from @from to @to; what has no width of one is made a blank. */
static void append_shown(GString *line, const char *from, const char *to)
{
	for (const char *p = from; p < to; p = g_utf8_next_char(p)) {
		const gunichar c = g_utf8_get_char(p);

		g_string_append_unichar(line, g_unichar_isprint(c) ? c : ' ');
	}
}

static guint width(const char *from, const char *to)
{
	guint columns = 0;

	for (const char *p = from; p < to; p = g_utf8_next_char(p)) {
		const gunichar c = g_utf8_get_char(p);

		if (g_unichar_iszerowidth(c) && g_unichar_isprint(c))
			continue;
		columns += g_unichar_iswide(c) ? 2 : 1;
	}
	return columns;
}

/* The place that is wrong with its surroundings, and below it a caret. */
static char *mark(const struct tsim_source *source, const char *at)
{
	g_autoptr(GString) line = g_string_new("  ");
	const char *from = at, *to = at;
	guint before;

	for (guint i = 0; i < SIDE && from > source->text; i++)
		from = g_utf8_prev_char(from);
	for (guint i = 0; i < SIDE && *to; i++)
		to = g_utf8_next_char(to);
	g_string_append(line, from > source->text ? "..." : source->lead);
	before = (guint)line->len + width(from, at);
	append_shown(line, from, to);
	if (*to)
		g_string_append(line, "...");
	g_string_append_printf(line, "\n%*s^", (int)before, "");
	return g_string_free(g_steal_pointer(&line), FALSE);
}

/**
 * tsim_throw_at:
 * @offset: the byte of @source's text that is wrong
 *
 * "a.conf:12:9: [experiment e] D: no value" and, on two more lines, the text
 * with a caret under the place.
 */
gboolean tsim_throw_at(const struct tsim_source *source, gsize offset, GError **error,
		       const char *format, ...)
{
	const char *at = source->text + MIN(offset, strlen(source->text));
	g_autofree char *message = NULL, *marked = mark(source, at), *place = NULL;
	va_list args;

	va_start(args, format);
	message = g_strdup_vprintf(format, args);
	va_end(args);
	if (source->place)
		place = g_strdup_printf("%s:%ld: ", source->place,
					source->column +
						g_utf8_strlen(source->text, at - source->text));
	return tsim_throw(error, "%s%s: %s\n%s", place ?: "", source->head, message, marked);
}
