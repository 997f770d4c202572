/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a figure says of where it comes from: what it takes to repeat it. */
#include "plot-title.h"

#include <json-glib/json-glib.h>

#include <string.h>
#include "error.h"
#include "plan.h"
#include "stored.h"

/* Of what a line of a figure has room for beside the experiment, the seed and replications. */
#define WIDE 52

static const char *member(JsonObject *o, const char *name)
{
	JsonNode *node = json_object_get_member(o, name);

	return node && JSON_NODE_HOLDS_VALUE(node) &&
			       json_node_get_value_type(node) == G_TYPE_STRING ?
		       json_node_get_string(node) :
		       "?";
}

static JsonObject *object(JsonObject *o, const char *name)
{
	JsonNode *node = o ? json_object_get_member(o, name) : NULL;

	return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

static JsonArray *array(JsonObject *o, const char *name)
{
	JsonNode *node = json_object_get_member(o, name);

	return node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

static JsonObject *element(JsonArray *a, guint i)
{
	JsonNode *node = a && i < json_array_get_length(a) ? json_array_get_element(a, i) : NULL;

	return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

/* Older results have the name of the first point. */
static char *subject(JsonObject *o, JsonObject *parameters)
{
	static const char *const names[] = { "workload", "device", "filesystem" };

	for (guint i = 0; i < G_N_ELEMENTS(names); i++)
		if (parameters && json_object_has_member(parameters, names[i]))
			json_object_set_string_member(o, names[i], TSIM_VARIES);
	return tsim_stored_subject(o);
}

static gint64 replications(JsonObject *point)
{
	JsonObject *policies = object(point, "policies");
	g_autoptr(GList) names = policies ? json_object_get_members(policies) : NULL;
	JsonObject *first = names ? object(policies, names->data) : NULL;

	return first ? json_object_get_int_member_with_default(first, "replications", 0) : 0;
}

/* "60 replications a point", or from the fewest to the most of them. */
static char *count_replications(JsonArray *points)
{
	guint n = points ? json_array_get_length(points) : 0;
	gint64 least = G_MAXINT64, most = 0;

	for (guint i = 0; i < n; i++) {
		gint64 here = replications(element(points, i));

		least = MIN(least, here);
		most = MAX(most, here);
	}
	if (least >= most)
		return g_strdup_printf("%" G_GINT64_FORMAT " replications%s", most,
				       n > 1 ? " a point" : "");
	return g_strdup_printf("%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " replications a point",
			       least, most);
}

static JsonParser *load(const char *path, GError **error)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autoptr(GError) local = NULL;
	JsonNode *root;

	if (json_parser_load_from_file(parser, path, &local)) {
		root = json_parser_get_root(parser);
		if (root && JSON_NODE_HOLDS_OBJECT(root))
			return g_steal_pointer(&parser);
	}
	if (local)
		tsim_throw(error, "%s", local->message); /* which says where */
	else
		tsim_throw(error, "%s: not a result that trimsim wrote", path);
	return NULL;
}

/**
 * tsim_plot_title() - "latency: generic-038 on nvme, btrfs-3.18, seed 7, 1000 replications"
 * @dir: a result
 * @narrow: in two lines, as is one that would not fit
 *
 * Return: (transfer full) (nullable)
 */
char *tsim_plot_title(const char *dir, gboolean narrow, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "result.json", NULL);
	g_autofree char *runs = NULL, *what = NULL;
	g_autoptr(JsonParser) parser = load(path, error);
	JsonObject *o, *parameters;
	JsonArray *points;

	if (!parser)
		return NULL;
	o = json_node_get_object(json_parser_get_root(parser));
	points = array(o, "points");
	parameters = object(element(points, 0), "parameters");
	runs = count_replications(points);
	what = subject(o, parameters);
	narrow |= strlen(what) > WIDE;
	return g_strdup_printf("%s: %s,%sseed %" G_GINT64_FORMAT ", %s", member(o, "experiment"),
			       what, narrow ? "\n" : " ",
			       json_object_get_int_member_with_default(o, "seed", 0), runs);
}

static char *find_race(const char *dir)
{
	g_autofree char *races = g_build_filename(dir, "races", NULL);
	g_autoptr(GDir) d = g_dir_open(races, 0, NULL);
	const char *name;

	while (d && (name = g_dir_read_name(d)))
		if (g_str_has_prefix(name, "001-"))
			return g_build_filename(races, name, NULL);
	return NULL;
}

/**
 * tsim_plot_race_title() - the title, and which replication has the first hit
 * @dir: a result
 * @title: of tsim_plot_title()
 *
 * Return: (transfer full)
 */
char *tsim_plot_race_title(const char *dir, const char *title)
{
	g_autofree char *path = find_race(dir);
	g_autoptr(JsonParser) parser = path ? load(path, NULL) : NULL;
	const char *point;
	JsonObject *o;

	if (!parser)
		return g_strdup(title);
	o = json_node_get_object(json_parser_get_root(parser));
	point = json_object_has_member(o, "point") ? member(o, "point") : NULL;
	return g_strdup_printf("%s\npolicy %s%s%s, hit 1, replication %" G_GINT64_FORMAT, title,
			       member(o, "policy"), point ? ", " : "", point ? point : "",
			       json_object_get_int_member_with_default(o, "replication", 0));
}
