/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config-private.h"

#include <string.h>

#define ECHO_MAX 80
#define MESSAGE_MAX 480

/* @head bytes of the start and @tail of the end of @text, no character in two. */
static char *cut(const char *text, size_t head, size_t tail)
{
	const char *end = text + strlen(text) - tail;

	while (head > 0 && ((guchar)text[head] & 0xc0) == 0x80)
		head--;
	while (((guchar)*end & 0xc0) == 0x80)
		end++;
	return g_strdup_printf("%.*s...%s", (int)head, text, end);
}

/**
 * tsim_cut:
 *
 * @text as a message shows it: what is longer than 80 bytes ends in dots.
 * (transfer full)
 */
char *tsim_cut(const char *text)
{
	return strnlen(text, ECHO_MAX + 1) > ECHO_MAX ? cut(text, ECHO_MAX - 3, 0) : g_strdup(text);
}

/**
 * tsim_cut_message:
 *
 * The message of a parser that knows nothing of long values: it shows the
 * value first and says what is wrong at the end; the middle goes.
 * (transfer full)
 */
char *tsim_cut_message(const char *text)
{
	return strnlen(text, MESSAGE_MAX + 1) > MESSAGE_MAX ?
		       cut(text, ECHO_MAX, MESSAGE_MAX - ECHO_MAX) :
		       g_strdup(text);
}

/**
 * tsim_context:
 *
 * What begins a message about a value: "a.conf:12: [device x] slots = 5".
 * (transfer full)
 */
char *tsim_context(const char *place, const char *group, const char *key, const char *value)
{
	g_autofree char *shown = tsim_cut(value);

	return g_strdup_printf("%s: [%s] %s = %s", place, group, key, shown);
}
