/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "html.h"

#include <string.h>
#include "error.h"

void tsim_html_text(GString *out, const char *text)
{
	g_autofree char *escaped = g_markup_escape_text(text, -1);

	g_string_append(out, escaped);
}

void tsim_html_element(GString *out, const char *tag, const char *text)
{
	g_string_append_printf(out, "<%s>", tag);
	tsim_html_text(out, text);
	g_string_append_printf(out, "</%.*s>\n", (int)strcspn(tag, " "), tag);
}

/* All of @svg with what @pattern finds replaced.  (transfer full) */
static char *replace(const char *svg, const char *pattern, const char *with)
{
	g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_DOTALL, 0, NULL);

	return g_regex_replace(regex, svg, -1, 0, with, 0, NULL);
}

/* Scripts, and what a browser would fetch: gnuplot writes neither. */
static gboolean is_harmless(const char *svg)
{
	g_autoptr(GRegex)
		regex = g_regex_new("<script|<foreignObject|\\bon[a-z]+\\s*=|href\\s*=\\s*"
				    "[\"'](?!#|data:image/)|url\\((?!#)|@import",
				    G_REGEX_CASELESS, 0, NULL);

	return !g_regex_match(regex, svg, 0, NULL);
}

/**
 * tsim_html_svg() - put a figure into a page
 * @out: grows
 * @svg: text of a file that gnuplot wrote
 * @caption: its name for who cannot see it, and below it
 * @number: distinct for each figure of a page, as ids are common to all of it
 *
 * Fails when it would run a script or needs anything from elsewhere.
 */
gboolean tsim_html_svg(GString *out, const char *svg, const char *caption, guint number,
		       GError **error)
{
	const char *begin = strstr(svg, "<svg");
	g_autofree char *prefix = g_strdup_printf("\\1f%u-", number), *ids = NULL, *titled = NULL;

	if (!begin || !g_utf8_validate(svg, -1, NULL) || !is_harmless(svg))
		return tsim_throw(error, "%s: not a figure that can stand in a page", caption);
	ids = replace(begin, "(\\bid=[\"']|href=[\"']#|url\\(#)", prefix);
	titled = replace(ids, "<title>Gnuplot</title>\\s*<desc>[^<]*</desc>\\s*", "");
	g_string_append(out, "<figure>\n<svg role=\"img\" aria-label=\"");
	tsim_html_text(out, caption);
	g_string_append_printf(out, "\"%s", titled + strlen("<svg"));
	tsim_html_element(out, "figcaption", caption);
	g_string_append(out, "</figure>\n");
	return TRUE;
}
