/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stored.h"

#include <math.h>
#include "error.h"
#include "plan.h"
#include "store.h"

/* (nullable): the value at @path, of which each part but the last is an object. */
static JsonNode *find(JsonObject *object, const char *path)
{
	g_auto(GStrv) names = g_strsplit(path, ".", -1);
	/* the name of a variable may have dots in it */
	JsonNode *node = json_object_get_member(object, path);

	if (node)
		return node;
	for (guint i = 0; names[i]; i++) {
		if (i && !JSON_NODE_HOLDS_OBJECT(node))
			return NULL;
		node = json_object_get_member(i ? json_node_get_object(node) : object, names[i]);
		if (!node)
			return NULL;
	}
	return node;
}

static JsonObject *find_object(JsonObject *object, const char *name)
{
	JsonNode *node = json_object_get_member(object, name);

	return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

static gboolean is_number(JsonNode *node)
{
	return node && JSON_NODE_HOLDS_VALUE(node) &&
	       (json_node_get_value_type(node) == G_TYPE_INT64 ||
		json_node_get_value_type(node) == G_TYPE_DOUBLE);
}

double tsim_stored_number(JsonObject *object, const char *path)
{
	JsonNode *node = find(object, path);

	return is_number(node) ? json_node_get_double(node) : NAN;
}

guint64 tsim_stored_count(JsonObject *object, const char *path)
{
	JsonNode *node = find(object, path);

	return is_number(node) ? (guint64)json_node_get_int(node) : 0;
}

const char *tsim_stored_text(JsonObject *object, const char *path)
{
	JsonNode *node = find(object, path);

	return node && JSON_NODE_HOLDS_VALUE(node) &&
			       json_node_get_value_type(node) == G_TYPE_STRING ?
		       json_node_get_string(node) :
		       "?";
}

gboolean tsim_stored_flag(JsonObject *object, const char *of, const char *name)
{
	JsonObject *o = find_object(object, of);
	JsonNode *node = o ? json_object_get_member(o, name) : NULL;

	return node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_boolean(node);
}

static gboolean is_bare(JsonObject *head)
{
	JsonNode *node = json_object_get_member(head, "bare_device");

	return node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_boolean(node);
}

gboolean tsim_stored_bare(const TsimStored *stored)
{
	return is_bare(stored->head);
}

static const char *subject(JsonObject *head, const char *name, const char *several)
{
	const char *text = tsim_stored_text(head, name);

	return strcmp(text, TSIM_VARIES) == 0 ? several : text;
}

char *tsim_stored_subject(JsonObject *head)
{
	const char *workload = subject(head, "workload", "several workloads");
	const char *device = subject(head, "device", "several devices");

	if (is_bare(head))
		return g_strdup_printf("%s on %s", workload, device);
	return g_strdup_printf("%s on %s, %s", workload, device,
			       subject(head, "filesystem", "several file systems"));
}

guint tsim_stored_n_failures(JsonObject *point)
{
	JsonNode *node = json_object_get_member(point, "failures");

	return node && JSON_NODE_HOLDS_ARRAY(node) ?
		       json_array_get_length(json_node_get_array(node)) :
		       0;
}

/* A limit that is not known is infinite, which JSON has no number for. */
struct tsim_estimate tsim_stored_estimate(JsonObject *object, const char *path)
{
	JsonNode *node = find(object, path);
	JsonObject *o = node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
	struct tsim_estimate e = { NAN, 0, 1, NAN, "not stored" };

	if (!o)
		return e;
	e.estimate = tsim_stored_number(o, "estimate");
	e.low = tsim_stored_number(o, "low");
	e.high = tsim_stored_number(o, "high");
	e.confidence = tsim_stored_number(o, "confidence");
	e.method = g_intern_string(tsim_stored_text(o, "method"));
	e.low = isnan(e.low) ? -INFINITY : e.low;
	e.high = isnan(e.high) ? INFINITY : e.high;
	return e;
}

/** tsim_stored_quantile() - the number at @path with its limits; infinite: these are not stored */
struct tsim_estimate tsim_stored_quantile(JsonObject *object, const char *path)
{
	g_autofree char *low = g_strconcat(path, "_low", NULL);
	g_autofree char *high = g_strconcat(path, "_high", NULL);
	struct tsim_estimate e = { tsim_stored_number(object, path),
				   tsim_stored_number(object, low),
				   tsim_stored_number(object, high), NAN, "stored" };

	e.low = isnan(e.low) ? -INFINITY : e.low;
	e.high = isnan(e.high) ? INFINITY : e.high;
	return e;
}

/** tsim_stored_moments() - mean and deviation of a number over the replications; NaN: not stored */
struct tsim_moments tsim_stored_moments(JsonObject *policy, const char *metric)
{
	g_autofree char *mean = g_strdup_printf("per_replication.%s.mean", metric);
	g_autofree char *sd = g_strdup_printf("per_replication.%s.sd", metric);

	return (struct tsim_moments){ tsim_stored_number(policy, "replications"),
				      tsim_stored_number(policy, mean),
				      tsim_stored_number(policy, sd) };
}

/** tsim_stored_confidence() - of the intervals of a result */
double tsim_stored_confidence(const TsimStored *stored)
{
	JsonObject *point = tsim_stored_point(stored, 0);
	g_auto(GStrv) policies = tsim_stored_policies(point);
	double x = tsim_stored_number(tsim_stored_policy(point, policies[0]),
				      "corruption_probability.confidence");

	return x > 0 && x < 1 ? x : 0.95;
}

guint tsim_stored_n_points(const TsimStored *stored)
{
	return json_array_get_length(stored->points);
}

/** tsim_stored_part() - "3 of 48 points; ...", when some were not selected.  (nullable) */
char *tsim_stored_part(const TsimStored *stored)
{
	guint64 all = tsim_stored_count(stored->head, "points_in_all");
	guint n = tsim_stored_n_points(stored);

	return n >= all ? NULL :
			  g_strdup_printf("%u of %" G_GUINT64_FORMAT
					  " points; the others were not selected (-r)",
					  n, all);
}

JsonObject *tsim_stored_point(const TsimStored *stored, guint i)
{
	return json_array_get_object_element(stored->points, i);
}

char *tsim_stored_label(JsonObject *point)
{
	JsonObject *parameters = find_object(point, "parameters");
	g_autoptr(GList) names = json_object_get_members(parameters);
	GString *label = g_string_new(NULL);

	for (GList *name = names; name; name = name->next)
		g_string_append_printf(label, "%s%s = %s", label->len ? ", " : "",
				       (char *)name->data,
				       tsim_stored_text(parameters, name->data));
	return g_string_free(label, !label->len);
}

GStrv tsim_stored_policies(JsonObject *point)
{
	g_autoptr(GList) names = json_object_get_members(find_object(point, "policies"));
	GPtrArray *list = g_ptr_array_new();

	for (GList *name = names; name; name = name->next)
		g_ptr_array_add(list, g_strdup(name->data));
	g_ptr_array_add(list, NULL);
	return (GStrv)g_ptr_array_free(list, FALSE);
}

JsonObject *tsim_stored_policy(JsonObject *point, const char *name)
{
	return find_object(find_object(point, "policies"), name);
}

JsonObject *tsim_stored_paired(JsonObject *point, const char *name)
{
	JsonObject *paired = find_object(point, "paired");

	return paired ? find_object(paired, name) : NULL;
}

/**
 * tsim_stored_command() - the command that gave the result
 *
 * It is in the store only: result.json does not depend on it.  A store that is
 * in use, or none: the command that gives the same from its manifest.
 *
 * Return: (transfer full): words quoted for a shell
 */
GStrv tsim_stored_command(const TsimStored *stored)
{
	g_autoptr(TsimStore) store = tsim_store_open(stored->dir, FALSE, NULL);
	g_autofree char *command = store ? tsim_store_command(store, NULL) : NULL;
	g_autofree char *path = g_build_filename(stored->dir, "manifest.conf", NULL);
	g_autofree char *quoted = g_shell_quote(path);
	const char *const words[] = { "trimsim run", quoted, NULL };

	return command ? g_strsplit(command, "\n", -1) : g_strdupv((char **)words);
}

static gboolean members_are_objects(JsonObject *o)
{
	g_autoptr(GList) nodes = o ? json_object_get_values(o) : NULL;

	for (GList *node = nodes; node; node = node->next)
		if (!JSON_NODE_HOLDS_OBJECT((JsonNode *)node->data))
			return FALSE;
	return o && nodes;
}

static gboolean is_point(JsonNode *node)
{
	return JSON_NODE_HOLDS_OBJECT(node) &&
	       find_object(json_node_get_object(node), "parameters") &&
	       members_are_objects(find_object(json_node_get_object(node), "policies"));
}

/* A file can have been edited: what all of it is looked up in must be there. */
static gboolean take(TsimStored *stored)
{
	JsonNode *points;

	if (!stored->root || !JSON_NODE_HOLDS_OBJECT(stored->root))
		return FALSE;
	stored->head = json_node_get_object(stored->root);
	points = json_object_get_member(stored->head, "points");
	if (!points || !JSON_NODE_HOLDS_ARRAY(points))
		return FALSE;
	stored->points = json_node_get_array(points);
	for (guint i = 0; i < json_array_get_length(stored->points); i++)
		if (!is_point(json_array_get_element(stored->points, i)))
			return FALSE;
	return json_array_get_length(stored->points) > 0;
}

/**
 * tsim_stored_load() - read DIR/result.json
 * @dir: a result, see tsim_output_expect()
 *
 * Return: (transfer full) (nullable)
 */
TsimStored *tsim_stored_load(const char *dir, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "result.json", NULL);
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autoptr(TsimStored) stored = g_new0(TsimStored, 1);
	g_autoptr(GError) local = NULL;

	stored->dir = g_strdup(dir);
	if (!json_parser_load_from_file(parser, path, &local)) {
		tsim_throw(error, "%s", local->message);
		return NULL;
	}
	stored->root = json_parser_steal_root(parser);
	if (!take(stored)) {
		tsim_throw(error, "%s: not a result that trimsim wrote", path);
		return NULL;
	}
	return g_steal_pointer(&stored);
}

void tsim_stored_free(TsimStored *stored)
{
	g_clear_pointer(&stored->root, json_node_unref);
	g_free(stored->dir);
	g_free(stored);
}
