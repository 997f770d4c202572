/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of the man page: what an expectation can be of, in groups, as there are hundreds of names. */
#include "man.h"

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "expect.h"

/* roff takes a leading '.' or "'" for a request, '\' for an escape and '-' for a hyphen. */
static void man_text(const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text; text++) {
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else
			putchar(*text);
	}
}

/* @before and @after are roff. */
void tsim_man_line(const char *before, const char *text, const char *after)
{
	fputs(before, stdout);
	man_text(text);
	fputs(after, stdout);
}

#define BY_SIZE ".latency_ns."

/* @name, with SIZE for the first size of command; NULL: it is of another one.  (transfer full) */
static char *any_size(const char *name)
{
	const char *size = strstr(name, BY_SIZE);

	if (!size)
		return g_strdup(name);
	size += strlen(BY_SIZE);
	if (!g_str_has_prefix(size, tsim_size_names[0]))
		return NULL;
	return g_strdup_printf("%.*sSIZE%s", (int)(size - name), name,
			       size + strlen(tsim_size_names[0]));
}

/* Names that end alike: "POLICY.commit_ns." and others, each with "count mean ..." behind it. */
struct names {
	GString *before, *last;
};

static void free_names(gpointer data)
{
	struct names *names = data;

	g_string_free(names->before, TRUE);
	g_string_free(names->last, TRUE);
	g_free(names);
}

static struct names *find_names(const GPtrArray *all, const char *text, gboolean before)
{
	for (guint i = 0; i < all->len; i++) {
		struct names *names = g_ptr_array_index(all, i);

		if (strcmp(before ? names->before->str : names->last->str, text) == 0)
			return names;
	}
	return NULL;
}

static struct names *add_names(GPtrArray *all, const char *before)
{
	struct names *names = g_new0(struct names, 1);

	names->before = g_string_new(before);
	names->last = g_string_new(NULL);
	g_ptr_array_add(all, names);
	return names;
}

/* By what stands before the last dot. */
static GPtrArray *part_names(const GPtrArray *texts)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(free_names);

	for (guint i = 0; i < texts->len; i++) {
		g_autofree char *name = any_size(g_ptr_array_index(texts, i));
		char *dot = name ? strrchr(name, '.') : NULL;
		g_autofree char *before = dot ? g_strndup(name, dot + 1 - name) : NULL;
		struct names *names;

		if (!dot)
			continue;
		names = find_names(all, before, TRUE);
		if (!names)
			names = add_names(all, before);
		g_string_append_printf(names->last, "%s%s", names->last->len ? " " : "", dot + 1);
	}
	return all;
}

/* Those with the same ends become one. */
static GPtrArray *join_names(const GPtrArray *parts)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(free_names);

	for (guint i = 0; i < parts->len; i++) {
		const struct names *part = g_ptr_array_index(parts, i);
		struct names *same = find_names(all, part->last->str, FALSE);

		if (same)
			g_string_append_printf(same->before, " %s", part->before->str);
		else
			g_string_assign(add_names(all, part->before->str)->last, part->last->str);
	}
	return all;
}

static void man_sizes(void)
{
	printf(".PP\nSIZE is the smallest of these that a command fits in:\n");
	for (guint i = 0; i < TSIM_N_SIZES; i++)
		tsim_man_line("", tsim_size_names[i], i + 1 < TSIM_N_SIZES ? ",\n" : ".\n");
}

void tsim_man_expect(void)
{
	g_autoptr(GPtrArray) names = tsim_expect_names();
	g_autoptr(GPtrArray) parts = part_names(names);
	g_autoptr(GPtrArray) all = join_names(parts);

	printf(".SS Expectations\n"
	       ".I expect = NAME OPERATOR NUMBER, ...\\&\n"
	       "must hold at every point; OPERATOR is one of == != < <= > >=, NUMBER is in the unit\n"
	       "of the name or has its own. A NAME is one of those in bold with one of the words\n"
	       "below them, such as POLICY.allocation.stall_ns.p99, and a policy of the experiment\n"
	       "for POLICY:\n"
	       ".nh\n.ad l\n");
	for (guint i = 0; i < all->len; i++) {
		const struct names *of = g_ptr_array_index(all, i);

		tsim_man_line(".PP\n.B ", of->before->str, "\n.RS\n");
		tsim_man_line("", of->last->str, "\n.RE\n");
	}
	man_sizes();
	printf(".hy\n.ad b\n");
}
