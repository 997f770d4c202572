/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "list.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "json-members.h"
#include "units.h"

#define COLUMNS 75 /* of a mail */

static guint n_variables(const struct tsim_list *list)
{
	return tsim_sweep_n_variables(list->sweep);
}

static const char *value(const struct tsim_list *list, guint i, guint v)
{
	return tsim_sweep_value(list->sweep, g_array_index(list->points, guint64, i), v);
}

/* In all points; each is run under every policy. */
static double replications(const struct tsim_list *list)
{
	return (double)list->points->len * (double)list->replications;
}

/* Seconds with all processors at work. */
static double estimate(const struct tsim_list *list)
{
	return replications(list) * list->replication_s;
}

/* An estimate is no better than that. */
static double two_digits(double number)
{
	char text[32];

	g_snprintf(text, sizeof(text), "%.1e", number);
	return g_ascii_strtod(text, NULL);
}

static void print_plural(guint64 n, const char *what)
{
	printf("%" G_GUINT64_FORMAT " %s%s", n, what, n == 1 ? "" : "s");
}

static void print_head(const struct tsim_list *list)
{
	const guint64 all = tsim_sweep_n_points(list->sweep);
	g_autofree char *time = tsim_human_time(two_digits(estimate(list) * 1e9));

	printf("experiment %s: ", tsim_sweep_experiment(list->sweep));
	print_plural(list->points->len, "point");
	if (list->points->len < all)
		printf(" of %" G_GUINT64_FORMAT, all);
	printf("\n%.15g replication%s: ", replications(list), replications(list) == 1 ? "" : "s");
	print_plural(list->points->len, "point");
	printf(" x %" G_GUINT64_FORMAT ", each under %u %s\n", list->replications, list->policies,
	       list->policies == 1 ? "policy" : "policies");
	if (list->timed) {
		printf("%s %s on %u processor%s as busy as now\n",
		       list->ruled ? "at most about" : "about", time, list->jobs,
		       list->jobs == 1 ? "" : "s");
		printf("(");
		print_plural(list->timed, "replication");
		printf(" of ");
		print_plural(list->timed_points, "point");
		printf(" were timed%s)\n",
		       list->ruled ? "; the rule to stop may end it sooner" : "");
	} else {
		printf("time not known: the replications that were tried failed\n");
	}
}

static int text_width(const char *text)
{
	return (int)g_utf8_strlen(text, -1);
}

/* The widths of a table's columns, and of the whole. */
static int measure(const struct tsim_list *list, int *widths)
{
	int total = 7;

	for (guint v = 0; v < n_variables(list); v++) {
		widths[v] = text_width(tsim_sweep_variable(list->sweep, v));
		for (guint i = 0; i < list->points->len; i++)
			widths[v] = MAX(widths[v], text_width(value(list, i, v)));
		total += 2 + widths[v];
	}
	return total;
}

static void print_cell(const char *text, int width)
{
	printf("  %*s%s", MAX(width - text_width(text), 0), "", text);
}

static void print_table(const struct tsim_list *list, const int *widths)
{
	printf("\n  point");
	for (guint v = 0; v < n_variables(list); v++)
		print_cell(tsim_sweep_variable(list->sweep, v), widths[v]);
	putchar('\n');
	for (guint i = 0; i < list->points->len; i++) {
		printf("%7" G_GUINT64_FORMAT, g_array_index(list->points, guint64, i));
		for (guint v = 0; v < n_variables(list); v++)
			print_cell(value(list, i, v), widths[v]);
		putchar('\n');
	}
}

static void print_cut(const char *line)
{
	g_autofree char *start = g_utf8_substring(line, 0, MIN(text_width(line), COLUMNS - 3));

	if (text_width(line) > COLUMNS)
		printf("%s...\n", start);
	else
		printf("%s\n", line);
}

/* For what is too wide for a table: a line for each value. */
static void print_blocks(const struct tsim_list *list)
{
	for (guint i = 0; i < list->points->len; i++) {
		printf("\npoint %" G_GUINT64_FORMAT "\n", g_array_index(list->points, guint64, i));
		for (guint v = 0; v < n_variables(list); v++) {
			g_autofree char *line = g_strdup_printf("  %s = %s",
								tsim_sweep_variable(list->sweep, v),
								value(list, i, v));

			print_cut(line);
		}
	}
}

static void print_text(const struct tsim_list *list)
{
	g_autofree int *widths = g_new0(int, n_variables(list) + 1);

	print_head(list);
	if (!n_variables(list))
		return;
	if (measure(list, widths) <= COLUMNS)
		print_table(list, widths);
	else
		print_blocks(list);
}

static void print_tsv(const struct tsim_list *list)
{
	printf("# point");
	for (guint v = 0; v < n_variables(list); v++)
		printf("\t%s", tsim_sweep_variable(list->sweep, v));
	putchar('\n');
	for (guint i = 0; i < list->points->len; i++) {
		printf("%" G_GUINT64_FORMAT, g_array_index(list->points, guint64, i));
		for (guint v = 0; v < n_variables(list); v++)
			printf("\t%s", value(list, i, v));
		putchar('\n');
	}
}

static void add_points(JsonBuilder *b, const struct tsim_list *list)
{
	tsim_json_begin_array(b, "points");
	for (guint i = 0; i < list->points->len; i++) {
		json_builder_begin_object(b);
		tsim_json_count(b, "point", g_array_index(list->points, guint64, i));
		tsim_json_begin(b, "parameters");
		for (guint v = 0; v < n_variables(list); v++)
			tsim_json_text(b, tsim_sweep_variable(list->sweep, v), value(list, i, v));
		json_builder_end_object(b);
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
}

/* json-glib writes 17 digits, of which an estimate has two. */
static char *shorten_estimate(const char *text, double number)
{
	char digits[G_ASCII_DTOSTR_BUF_SIZE];
	g_autofree char *few = tsim_format_real(number);
	g_autofree char *member = g_strconcat("\"estimated_s\" : ", few, NULL);
	g_autofree char *long_member = g_strconcat(
		"\"estimated_s\" : ", g_ascii_dtostr(digits, sizeof(digits), number), NULL);
	g_auto(GStrv) parts = g_strsplit(text, long_member, 2);

	return g_strjoinv(member, parts);
}

static void print_json(const struct tsim_list *list)
{
	g_autoptr(JsonBuilder) b = json_builder_new();
	g_autoptr(JsonNode) root = NULL;
	const double seconds = two_digits(estimate(list));
	g_autofree char *text = NULL, *shorter = NULL;

	json_builder_begin_object(b);
	tsim_json_text(b, "experiment", tsim_sweep_experiment(list->sweep));
	tsim_json_count(b, "points_in_all", tsim_sweep_n_points(list->sweep));
	tsim_json_count(b, "replications", list->replications);
	tsim_json_count(b, "policies", list->policies);
	/* More than 64 bits hold is no number that anybody waits for. */
	tsim_json_count(b, "replications_in_all",
			replications(list) < 0x1p63 ? (guint64)replications(list) : G_MAXINT64);
	tsim_json_number(b, "estimated_s", list->timed ? seconds : NAN);
	tsim_json_count(b, "processors", list->jobs);
	tsim_json_count(b, "timed_replications", list->timed);
	add_points(b, list);
	json_builder_end_object(b);
	root = json_builder_get_root(b);
	text = tsim_json_print(root);
	shorter = shorten_estimate(text, seconds);
	printf("%s\n", shorter);
}

void tsim_list_print(const struct tsim_list *list, const char *format)
{
	if (!strcmp(format, "json"))
		print_json(list);
	else if (!strcmp(format, "tsv"))
		print_tsv(list);
	else
		print_text(list);
}
