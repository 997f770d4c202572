/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <string.h>

static inline void assert_text(char *text, const char *expected)
{
	g_assert_cmpstr(text, ==, expected);
	g_free(text);
}

static inline void assert_line(const char *text, const char *pattern)
{
	if (!g_regex_match_simple(pattern, text, G_REGEX_MULTILINE, 0))
		g_error("no line matches '%s' in:\n%s", pattern, text);
}

static inline void assert_no(const char *text, const char *words)
{
	if (strstr(text, words))
		g_error("'%s' in:\n%s", words, text);
}
