/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* Pieces of a page.  @text is escaped. */
void tsim_html_text(GString *out, const char *text);
/* "<tag>text</tag>\n" */
void tsim_html_element(GString *out, const char *tag, const char *text);
/* A figure of gnuplot's as a part of the page: its ids get the prefix "f<number>-". */
gboolean tsim_html_svg(GString *out, const char *svg, const char *caption, guint number,
		       GError **error);
