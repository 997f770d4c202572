/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The differences of two results for programs. */
#include "compare.h"

#include "json-members.h"
#include "tsv.h"

/* ---- JSON ---- */

static void add_source(JsonBuilder *b, const char *name, const TsimStored *s)
{
	tsim_json_begin(b, name);
	tsim_json_text(b, "directory", s->dir);
	tsim_json_text(b, "trimsim", tsim_stored_text(s->head, "trimsim"));
	tsim_json_text(b, "model", tsim_stored_text(s->head, "model"));
	tsim_json_text(b, "experiment", tsim_stored_text(s->head, "experiment"));
	tsim_json_count(b, "seed", tsim_stored_count(s->head, "seed"));
	json_builder_end_object(b);
}

static void add_labels(JsonBuilder *b, const char *name, const GPtrArray *labels)
{
	tsim_json_begin_array(b, name);
	for (guint i = 0; i < labels->len; i++) {
		const char *label = g_ptr_array_index(labels, i);

		json_builder_add_string_value(b, label ? label : "");
	}
	json_builder_end_array(b);
}

static void add_row(JsonBuilder *b, const TsimCompared *c, const struct tsim_compared_row *row)
{
	tsim_json_begin(b, tsim_metric_names[row->metric]);
	tsim_json_estimate(b, "a", &row->a);
	tsim_json_estimate(b, "b", &row->b);
	tsim_json_estimate(b, "difference", &row->c.difference);
	tsim_json_number(b, "p", row->c.p);
	tsim_json_number(b, "p_adjusted", row->adjusted);
	tsim_json_boolean(b, "significant", tsim_compared_significant(c, row));
	json_builder_end_object(b);
}

static void add_policies(JsonBuilder *b, const TsimCompared *c,
			 const struct tsim_compared_point *point)
{
	const char *policy = NULL;

	tsim_json_begin(b, "policies");
	for (guint i = 0; i < point->rows->len; i++) {
		const struct tsim_compared_row *row =
			&g_array_index(point->rows, struct tsim_compared_row, i);

		if (row->policy != policy) {
			if (policy)
				json_builder_end_object(b);
			tsim_json_begin(b, row->policy);
		}
		policy = row->policy;
		add_row(b, c, row);
	}
	if (policy)
		json_builder_end_object(b);
	json_builder_end_object(b);
}

static void add_point(JsonBuilder *b, const TsimCompared *c,
		      const struct tsim_compared_point *point)
{
	json_builder_begin_object(b);
	json_builder_set_member_name(b, "parameters");
	json_builder_add_value(b, json_node_copy(json_object_get_member(point->a, "parameters")));
	tsim_json_boolean(b, "paired", !point->unpaired);
	if (point->unpaired)
		tsim_json_text(b, "unpaired_because", point->unpaired);
	add_policies(b, c, point);
	json_builder_end_object(b);
}

/** tsim_compared_json() - all numbers; see docs/results.md for the names */
char *tsim_compared_json(const TsimCompared *compared)
{
	g_autoptr(JsonBuilder) b = json_builder_new();

	json_builder_begin_object(b);
	add_source(b, "a", compared->a);
	add_source(b, "b", compared->b);
	tsim_json_number(b, "confidence", compared->confidence);
	tsim_json_text(b, "correction", "holm");
	tsim_json_count(b, "tests", compared->n_tests);
	tsim_json_count(b, "significant", compared->n_significant);
	add_labels(b, "only_in_a", compared->only_a);
	add_labels(b, "only_in_b", compared->only_b);
	tsim_json_begin_array(b, "points");
	for (guint i = 0; i < compared->points->len; i++)
		add_point(b, compared, g_ptr_array_index(compared->points, i));
	json_builder_end_array(b);
	json_builder_end_object(b);
	return tsim_json_finish(b);
}

/* ---- TSV ---- */

static void append_names(GString *out, JsonObject *parameters)
{
	g_autoptr(GList) names = json_object_get_members(parameters);

	for (GList *name = names; name; name = name->next)
		g_string_append_printf(out, "%s\t", (char *)name->data);
}

static void append_values(GString *out, JsonObject *parameters)
{
	g_autoptr(GList) names = json_object_get_members(parameters);

	for (GList *name = names; name; name = name->next)
		g_string_append_printf(out, "%s\t", tsim_stored_text(parameters, name->data));
}

static void append_row(GString *out, const TsimCompared *c, const struct tsim_compared_point *point,
		       const struct tsim_compared_row *row)
{
	const struct tsim_estimate *e = &row->c.difference;
	const double columns[] = { row->a.estimate, row->b.estimate, e->estimate,  e->low,
				   e->high,	    row->c.p,	     row->adjusted };

	append_values(out, json_object_get_object_member(point->a, "parameters"));
	g_string_append_printf(out, "%s\t%s", row->policy, tsim_metric_names[row->metric]);
	for (guint i = 0; i < G_N_ELEMENTS(columns); i++)
		tsim_tsv_rounded(out, columns[i], 9);
	g_string_append_printf(out, "\t%d\t%s\n", tsim_compared_significant(c, row), e->method);
}

/** tsim_compared_tsv() - a line per number, with a line of names first */
char *tsim_compared_tsv(const TsimCompared *compared)
{
	const struct tsim_compared_point *first = g_ptr_array_index(compared->points, 0);
	GString *out = g_string_new(NULL);

	append_names(out, json_object_get_object_member(first->a, "parameters"));
	g_string_append(out, "policy\tmetric\ta\tb\tdifference\tlow\thigh\tp\tp_adjusted\t"
			     "significant\tmethod\n");
	for (guint i = 0; i < compared->points->len; i++) {
		const struct tsim_compared_point *point = g_ptr_array_index(compared->points, i);

		for (guint k = 0; k < point->rows->len; k++)
			append_row(out, compared, point,
				   &g_array_index(point->rows, struct tsim_compared_row, k));
	}
	return g_string_free(out, FALSE);
}
