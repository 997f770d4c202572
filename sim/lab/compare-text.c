/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The differences of two results as plain text of 75 columns. */
#include "compare.h"

#include <math.h>
#include <string.h>
#include "text.h"

#define WIDTH 75
#define NAME_WIDTH 16
#define VALUE_WIDTH 15
#define DIFFERENCE_WIDTH 29 /* the mark of a difference included */

static const char *const row_names[TSIM_N_METRICS] = {
	[TSIM_METRIC_CORRUPTED] = "fail:runs",
	[TSIM_METRIC_DESTROYED] = "destroyed/run",
	[TSIM_METRIC_STALLED] = "stalled/run",
	[TSIM_METRIC_STALL_S] = "stall s/run",
};

/* The end of a path says most, if it must be cut. */
static void append_source(GString *out, char letter, const TsimStored *s)
{
	gsize len = strlen(s->dir), room = WIDTH - 3;
	g_autofree char *what = g_strdup_printf("%s, seed %" G_GUINT64_FORMAT,
						tsim_stored_text(s->head, "experiment"),
						tsim_stored_count(s->head, "seed"));
	g_autofree char *version = g_strdup_printf("trimsim %.10s, model %.12s",
						   tsim_stored_text(s->head, "trimsim"),
						   tsim_stored_text(s->head, "model"));

	g_string_append_printf(out, "%c  %s%s\n", letter, len > room ? "..." : "",
			       len > room ? s->dir + len - room + 3 : s->dir);
	g_string_append_printf(out, "   %s%s%s\n", what,
			       strlen(what) + strlen(version) + 2 > room ? ",\n   " : ", ",
			       version);
}

static const char *first_reason(const TsimCompared *c)
{
	for (guint i = 0; i < c->points->len; i++) {
		const struct tsim_compared_point *point = g_ptr_array_index(c->points, i);

		if (point->unpaired)
			return point->unpaired;
	}
	return NULL;
}

/* "at 12 of 20 points"; nothing when there is but one. */
static char *at_points(const TsimCompared *c, guint n)
{
	return c->points->len > 1 ? g_strdup_printf(" at %u of %u points", n, c->points->len) :
				    g_strdup("");
}

static void append_method(GString *out, const TsimCompared *c)
{
	const char *reason = first_reason(c);
	g_autofree char *paired = at_points(c, c->n_paired);
	g_autofree char *unpaired = at_points(c, c->points->len - c->n_paired);

	if (c->n_paired)
		g_string_append_printf(out, "paired, the same random numbers%s\n", paired);
	if (reason)
		g_string_append_printf(out, "unpaired%s: %s\n", unpaired, reason);
	if (c->only_a->len || c->only_b->len)
		g_string_append_printf(out, "%u points only in A, %u only in B, left out\n",
				       c->only_a->len, c->only_b->len);
	g_string_append_printf(out,
			       "each interval of %g %%; * significant at %g %% over all %u tests "
			       "(Holm): %u\n",
			       c->confidence * 100, 100 - c->confidence * 100, c->n_tests,
			       c->n_significant);
}

static void append_head(GString *out)
{
	g_string_append_printf(out, "\n%-*s%*s%*s%*s\n", NAME_WIDTH, "", VALUE_WIDTH, "A",
			       VALUE_WIDTH, "B", DIFFERENCE_WIDTH - 2, "B - A");
	for (guint i = 0; i < WIDTH; i++)
		g_string_append_c(out, '=');
	g_string_append_c(out, '\n');
}

static char *runs(JsonObject *policy)
{
	return g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
			       tsim_stored_count(policy, "corrupted"),
			       tsim_stored_count(policy, "replications"));
}

static char *value(const struct tsim_compared_row *row, JsonObject *policy,
		   const struct tsim_estimate *e)
{
	return row->metric == TSIM_METRIC_CORRUPTED ? runs(policy) : tsim_text_plus_minus(e);
}

/* Nothing seen on both sides, or not known: a row that says nothing. */
static gboolean is_empty(const struct tsim_compared_row *row)
{
	return !(row->a.estimate != 0 || row->b.estimate != 0) || isnan(row->a.estimate) ||
	       isnan(row->b.estimate);
}

static void append_row(GString *out, const TsimCompared *c, const struct tsim_compared_point *point,
		       const struct tsim_compared_row *row)
{
	g_autofree char *a = value(row, tsim_stored_policy(point->a, row->policy), &row->a);
	g_autofree char *b = value(row, tsim_stored_policy(point->b, row->policy), &row->b);
	const struct tsim_estimate *e = &row->c.difference;
	gboolean differs = e->estimate != 0 || e->high > e->low;
	g_autofree char *difference = differs ? tsim_text_estimate(e) : g_strdup("no pair differs");

	g_string_append_printf(out, "  %-*s%*s%*s%*s%s\n", NAME_WIDTH - 2, row_names[row->metric],
			       VALUE_WIDTH, a, VALUE_WIDTH, b, DIFFERENCE_WIDTH - 2, difference,
			       tsim_compared_significant(c, row) ? " *" : "");
}

/* The rows of a policy stand together, under its name. */
static void append_point(GString *out, const TsimCompared *c,
			 const struct tsim_compared_point *point)
{
	const char *policy = NULL;

	if (point->label)
		g_string_append_printf(out, "%s%s\n", point->label,
				       point->unpaired && c->n_paired ? "  (unpaired)" : "");
	for (guint i = 0; i < point->rows->len; i++) {
		const struct tsim_compared_row *row =
			&g_array_index(point->rows, struct tsim_compared_row, i);

		if (row->policy != policy)
			g_string_append_printf(out, " %s\n", row->policy);
		policy = row->policy;
		if (row->metric == TSIM_METRIC_CORRUPTED || !is_empty(row))
			append_row(out, c, point, row);
	}
}

/** tsim_compared_text() - a table for people; rows without anything on both sides are left out */
char *tsim_compared_text(const TsimCompared *compared)
{
	GString *out = g_string_new(NULL);

	append_source(out, 'A', compared->a);
	append_source(out, 'B', compared->b);
	append_method(out, compared);
	append_head(out);
	for (guint i = 0; i < compared->points->len; i++)
		append_point(out, compared, g_ptr_array_index(compared->points, i));
	g_string_append(
		out, "\nper replication: destroyed, discards that destroyed live data; stalled,\n"
		     "allocation requests that waited; stall s, how long they did together\n");
	return g_string_free(out, FALSE);
}
