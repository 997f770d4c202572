/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "pinned-chunk.allocation.stall_ns.p99 < 20ms": a name is the way to a number
 * of result.json from a policy of the point, or from its "paired" on.
 */
#include "expect.h"

#include <string.h>
#include "error.h"
#include "result-json.h"
#include "suggest.h"
#include "units.h"

/* Policies are few enough to be named; what there is of each is in the man page. */
#define SHOWN_NAMES 9 /* the end of the list counts */

/* The longer ones first: "<=" is not "<" followed by "=". */
static const char *const operators[] = { "==", "!=", "<=", ">=", "<", ">" };

struct expectation {
	char *path;
	const char *operator;
	double value;
};

/* ---- reading ---- */

/* Is a member of the path in this unit: "stall_ns.p99", "first_hit_s.min", "lost_bytes"? */
static gboolean has_unit(const char *path, const char *suffix)
{
	g_auto(GStrv) names = g_strsplit(path, ".", -1);

	for (guint i = 0; names[i]; i++)
		if (g_str_has_suffix(names[i], suffix))
			return TRUE;
	return FALSE;
}

/* A number in the unit that the name ends with, or with a unit of its own. */
static gboolean parse_value(const char *path, const char *text, double *value, GError **error)
{
	guint64 bytes;
	tsim_ns t;

	if (tsim_parse_real(text, value, NULL) || tsim_parse_share(text, value, NULL))
		return TRUE;
	if (has_unit(path, "_ns") || has_unit(path, "_s")) {
		if (!tsim_parse_time(text, &t, error))
			return FALSE;
		*value = has_unit(path, "_ns") ? t : t / (double)TSIM_NS_PER_S;
		return TRUE;
	}
	if (has_unit(path, "bytes")) {
		if (!tsim_parse_bytes(text, &bytes, error))
			return FALSE;
		*value = bytes;
		return TRUE;
	}
	return tsim_throw(error, "'%s' is no number", text);
}

static gboolean parse(const char *text, struct expectation *e, GError **error)
{
	const char *sign = strpbrk(text, "=!<>");
	g_autofree char *value = NULL;

	for (guint i = 0; sign && i < G_N_ELEMENTS(operators) && !e->operator; i++)
		if (g_str_has_prefix(sign, operators[i]))
			e->operator= operators[i];
	if (!e->operator)
		return tsim_throw(error, "no comparison, write POLICY.NAME == NUMBER; also != < <= "
					 "> >=");
	e->path = g_strstrip(g_strndup(text, sign - text));
	value = g_strstrip(g_strdup(sign + strlen(e->operator)));
	if (!*e->path || !*value)
		return tsim_throw(error, "a side is missing, write POLICY.NAME %s NUMBER",
				  e->operator);
	return parse_value(e->path, value, &e->value, error);
}

/* ---- looking up ---- */

static gboolean throw_unknown(JsonObject *at, const char *name, GError **error)
{
	g_autoptr(GList) members = json_object_get_members(at);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *hint = NULL;

	for (GList *m = members; m; m = m->next)
		g_ptr_array_add(names, m->data);
	hint = tsim_did_you_mean(name, names);
	g_ptr_array_add(names, NULL);
	if (names->len <= SHOWN_NAMES) {
		g_autofree char *known = g_strjoinv(", ", (char **)names->pdata);

		return tsim_throw(error, "no result is called '%s'%s, there is %s", name, hint,
				  known);
	}
	return tsim_throw(error, "no result is called '%s'%s, see trimsim(1) or docs/results.md",
			  name, hint);
}

/* The member of @object that the path begins with; names of policies have dots themselves. */
static JsonNode *longest_member(JsonObject *object, const char *path, const char **rest)
{
	g_autoptr(GList) members = json_object_get_members(object);
	const char *best = NULL;

	for (GList *m = members; m; m = m->next) {
		const char *name = m->data;
		gsize n = strlen(name);

		if (g_str_has_prefix(path, name) && (path[n] == '.' || !path[n]) &&
		    (!best || n > strlen(best)))
			best = name;
	}
	if (!best)
		return NULL;
	*rest = path + strlen(best) + (path[strlen(best)] == '.');
	return json_object_get_member(object, best);
}

static gboolean is_number(JsonNode *node)
{
	return JSON_NODE_HOLDS_NULL(node) ||
	       (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) != G_TYPE_STRING);
}

/* (transfer none) (nullable): a number, a truth value or null */
static JsonNode *look_up(JsonNode *point, const char *path, GError **error)
{
	JsonObject *object = json_node_get_object(point);
	const char *rest = path;
	JsonNode *node = point;

	if (!g_str_has_prefix(path, "paired."))
		node = json_object_get_member(object, "policies");
	while (*rest && node && JSON_NODE_HOLDS_OBJECT(node)) {
		object = json_node_get_object(node);
		node = longest_member(object, rest, &rest);
	}
	if (!node || (*rest && !JSON_NODE_HOLDS_OBJECT(node))) {
		throw_unknown(object, rest, error);
		return NULL;
	}
	if (is_number(node))
		return node;
	tsim_throw(error, "'%s' is no single number", path);
	return NULL;
}

static gboolean compare(double x, const char *operator, double y)
{
	if (strcmp(operator, "==") == 0)
		return x == y;
	if (strcmp(operator, "!=") == 0)
		return x != y;
	if (operator[0] == '<')
		return operator[1] ? x <= y : x<y;
	return operator[1] ? x >= y : x> y;
}

static double number_of(JsonNode *node)
{
	if (json_node_get_value_type(node) == G_TYPE_BOOLEAN)
		return json_node_get_boolean(node);
	return json_node_get_double(node);
}

/* @actual: (out) (transfer full): what it is instead, NULL: as expected */
static gboolean test(JsonNode *point, const char *text, char **actual, GError **error)
{
	struct expectation e = { NULL };
	JsonNode *node = parse(text, &e, error) ? look_up(point, e.path, error) : NULL;

	if (node && JSON_NODE_HOLDS_NULL(node))
		*actual = g_strdup("not known");
	else if (node && !compare(number_of(node), e.operator, e.value))
		*actual = tsim_format_real(number_of(node));
	g_free(e.path);
	return node != NULL;
}

static gboolean check_names(const struct tsim_experiment *experiment, GError **error)
{
	struct tsim_head head = { .name = "", .experiment = experiment };
	g_autoptr(TsimTally) tally = tsim_tally_new(g_strv_length(experiment->policies));
	g_autoptr(GPtrArray) failures = tsim_failures_new();
	g_autoptr(JsonNode) point =
		tsim_result_json(&(struct tsim_result){ .head = &head,
							.experiment = experiment,
							.tally = tally,
							.failures = failures });

	for (guint i = 0; experiment->expect[i]; i++) {
		g_autofree char *actual = NULL;
		g_autoptr(GError) local = NULL;

		if (!test(point, experiment->expect[i], &actual, &local))
			return tsim_throw(error, "'%s': %s", experiment->expect[i], local->message);
	}
	return TRUE;
}

/**
 * tsim_expect_check() - are the expectations well formed, and the names in them those of results?
 * @resolved: where the experiment is from
 * @experiment: the experiment
 */
gboolean tsim_expect_check(const TsimResolved *resolved, const struct tsim_experiment *experiment,
			   GError **error)
{
	g_autoptr(GError) local = NULL;

	if (!experiment->expect[0] || check_names(experiment, &local))
		return TRUE;
	return tsim_throw(error, "%s: [experiment %s] expect: %s",
			  tsim_resolved_origin(resolved, "experiment", NULL, "expect"),
			  tsim_resolved_experiment(resolved), local->message);
}

/**
 * tsim_expect_test() - does a point fulfil what its experiment expects?
 * @result: the point
 * @broken: (element-type utf8): grows by a line for each expectation that it does not
 */
void tsim_expect_test(const struct tsim_result *result, GPtrArray *broken)
{
	g_autoptr(JsonNode) point = NULL;
	const GStrv expect = result->experiment->expect;

	for (guint i = 0; expect[i]; i++) {
		g_autofree char *actual = NULL;

		if (!point)
			point = tsim_result_json(result);
		if (!test(point, expect[i], &actual, NULL)) /* a size that no command had */
			actual = g_strdup("not known");
		if (actual)
			g_ptr_array_add(broken, g_strdup_printf("expected %s, but it is %s%s%s%s",
								expect[i], actual,
								result->label ? " (" : "",
								result->label ? result->label : "",
								result->label ? ")" : ""));
	}
}

/* Append the ways to all numbers below @object, after @path. */
static void append_names(GPtrArray *names, JsonObject *object, const char *path)
{
	g_autoptr(GList) members = json_object_get_members(object);

	for (GList *m = members; m; m = m->next) {
		JsonNode *node = json_object_get_member(object, m->data);
		g_autofree char *name = g_strdup_printf("%s.%s", path, (char *)m->data);

		if (JSON_NODE_HOLDS_OBJECT(node))
			append_names(names, json_node_get_object(node), name);
		else if (is_number(node))
			g_ptr_array_add(names, g_steal_pointer(&name));
	}
}

/** tsim_expect_names() - what an expectation can be of.  (transfer full) (element-type utf8) */
GPtrArray *tsim_expect_names(void)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	const char *const policies[] = { "FIRST", "POLICY", NULL };
	const struct tsim_experiment experiment = { .policies = (char **)policies,
						    .confidence = 0.95 };
	struct tsim_head head = { .name = "", .experiment = &experiment };
	g_autoptr(TsimTally) tally = tsim_tally_new(2);
	g_autoptr(GPtrArray) failures = tsim_failures_new();
	g_autoptr(JsonNode) point =
		tsim_result_json(&(struct tsim_result){ .head = &head,
							.experiment = &experiment,
							.tally = tally,
							.failures = failures });
	JsonObject *all = json_node_get_object(point);
	JsonObject *of = json_object_get_object_member(all, "policies");
	JsonObject *paired = json_object_get_object_member(all, "paired");

	append_names(names, json_object_get_object_member(of, "POLICY"), "POLICY");
	append_names(names, json_object_get_object_member(paired, "POLICY"), "paired.POLICY");
	return names;
}
