/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "race-file.h"

#include <json-glib/json-glib.h>
#include "error.h"
#include "json-members.h"

const char *const tsim_column_names[TSIM_N_COLUMNS] = {
	[TSIM_COLUMN_FSTRIM] = "fstrim", [TSIM_COLUMN_CLEANER] = "cleaner",
	[TSIM_COLUMN_COMMIT] = "commit", [TSIM_COLUMN_WRITER] = "writer",
	[TSIM_COLUMN_DEVICE] = "device",
};

/** tsim_race_file_name() - "001-unpinned.json": the number, from 1, is that of `explain --hit` */
char *tsim_race_file_name(guint number, const char *policy)
{
	g_autofree char *safe = g_strdelimit(g_strdup(policy), "/ ", '_');

	return g_strdup_printf("%03u-%s.json", number, safe);
}

static void add_step(JsonBuilder *b, const struct tsim_race_step *step)
{
	json_builder_begin_object(b);
	tsim_json_count(b, "t_ns", step->t_ns);
	tsim_json_text(b, "column", tsim_column_names[MIN(step->column, TSIM_N_COLUMNS - 1)]);
	tsim_json_text(b, "what", step->what);
	tsim_json_count(b, "start", step->start);
	tsim_json_count(b, "end", step->end);
	tsim_json_count(b, "logical", step->logical);
	tsim_json_count(b, "number", step->number);
	json_builder_end_object(b);
}

/** tsim_race_json() - the text of a race file */
char *tsim_race_json(const struct tsim_result *result, guint policy, const struct tsim_kept *kept)
{
	g_autoptr(JsonBuilder) b = json_builder_new();

	json_builder_begin_object(b);
	tsim_json_text(b, "experiment", result->head->name);
	if (result->label)
		tsim_json_text(b, "point", result->label);
	tsim_json_count(b, "seed", result->experiment->seed);
	tsim_json_text(b, "policy", result->experiment->policies[policy]);
	tsim_json_count(b, "replication", kept->replication);
	tsim_json_count(b, "hit", kept->index);
	tsim_json_text(b, "kind", kept->race.kind);
	tsim_json_text(b, "fate", kept->race.fate);
	tsim_json_count(b, "copies", kept->race.copies);
	tsim_json_count(b, "copies_lost", kept->race.copies_lost);
	tsim_json_count(b, "lost_logical", kept->race.lost_logical);
	tsim_json_count(b, "lost_bytes", kept->race.lost_bytes);
	tsim_json_count(b, "more_writes", kept->race.more_writes);
	tsim_json_count(b, "forgotten_writes", kept->race.forgotten_writes);
	if (result->experiment->follows_recording)
		tsim_json_count(b, "recording_start_ns", result->experiment->recording_start_ns);
	if (result->experiment->reads_ones)
		tsim_json_text(b, "reads", "ones");
	tsim_json_begin_array(b, "steps");
	for (guint i = 0; i < kept->race.steps->len; i++)
		add_step(b, &g_array_index(kept->race.steps, struct tsim_race_step, i));
	json_builder_end_array(b);
	json_builder_end_object(b);
	return tsim_json_finish(b);
}

void tsim_race_file_free(struct tsim_race_file *file)
{
	g_free(file->experiment);
	g_free(file->policy);
	g_free(file->point);
	if (file->kept)
		tsim_kept_free(file->kept);
	g_free(file);
}

/* A file in a result directory can have been edited: nothing in it is taken for granted. */
static gint64 get_number(JsonObject *o, const char *name, gboolean *ok)
{
	JsonNode *node = json_object_get_member(o, name);

	if (node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_INT64)
		return json_node_get_int(node);
	*ok = FALSE;
	return 0;
}

static const char *get_text(JsonObject *o, const char *name, gboolean *ok)
{
	JsonNode *node = json_object_get_member(o, name);

	if (node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
		return g_intern_string(json_node_get_string(node));
	*ok = FALSE;
	return g_intern_static_string("");
}

static enum tsim_column get_column(JsonObject *o, gboolean *ok)
{
	const char *name = get_text(o, "column", ok);

	for (guint i = 0; i < TSIM_N_COLUMNS; i++)
		if (g_str_equal(name, tsim_column_names[i]))
			return i;
	*ok = FALSE;
	return 0;
}

static void read_step(JsonNode *node, GArray *steps, gboolean *ok)
{
	struct tsim_race_step step;
	JsonObject *o;

	if (!JSON_NODE_HOLDS_OBJECT(node)) {
		*ok = FALSE;
		return;
	}
	o = json_node_get_object(node);
	step.t_ns = get_number(o, "t_ns", ok);
	step.column = get_column(o, ok);
	step.what = get_text(o, "what", ok);
	step.start = get_number(o, "start", ok);
	step.end = get_number(o, "end", ok);
	step.logical = get_number(o, "logical", ok);
	step.number = get_number(o, "number", ok);
	g_array_append_val(steps, step);
}

static gboolean read_race(JsonObject *o, struct tsim_race_file *file)
{
	struct tsim_kept *kept = g_new0(struct tsim_kept, 1);
	JsonNode *steps = json_object_get_member(o, "steps");
	gboolean ok = TRUE;

	file->kept = kept;
	kept->race.steps = g_array_new(FALSE, FALSE, sizeof(struct tsim_race_step));
	file->experiment = g_strdup(get_text(o, "experiment", &ok));
	file->policy = g_strdup(get_text(o, "policy", &ok));
	if (json_object_has_member(o, "point"))
		file->point = g_strdup(get_text(o, "point", &ok));
	file->seed = get_number(o, "seed", &ok);
	kept->replication = get_number(o, "replication", &ok);
	kept->index = get_number(o, "hit", &ok);
	kept->race.kind = get_text(o, "kind", &ok);
	kept->race.fate = get_text(o, "fate", &ok);
	kept->race.copies = get_number(o, "copies", &ok);
	kept->race.copies_lost = get_number(o, "copies_lost", &ok);
	kept->race.lost_logical = get_number(o, "lost_logical", &ok);
	kept->race.lost_bytes = get_number(o, "lost_bytes", &ok);
	kept->race.more_writes = get_number(o, "more_writes", &ok);
	kept->race.forgotten_writes = get_number(o, "forgotten_writes", &ok);
	file->follows_recording = json_object_has_member(o, "recording_start_ns");
	if (file->follows_recording)
		file->recording_start_ns = get_number(o, "recording_start_ns", &ok);
	file->reads_ones = json_object_has_member(o, "reads");
	if (!steps || !JSON_NODE_HOLDS_ARRAY(steps))
		return FALSE;
	for (guint i = 0; i < json_array_get_length(json_node_get_array(steps)); i++)
		read_step(json_array_get_element(json_node_get_array(steps), i), kept->race.steps,
			  &ok);
	return ok && kept->race.steps->len;
}

/**
 * tsim_race_file_load() - read what tsim_race_json() wrote
 * @path: file
 *
 * Return: (transfer full): the race, or NULL with @error when the file cannot
 * be read or is not a race.
 */
struct tsim_race_file *tsim_race_file_load(const char *path, GError **error)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autoptr(TsimRaceFile) file = g_new0(struct tsim_race_file, 1);
	g_autoptr(GError) local = NULL;
	JsonNode *root;

	if (!json_parser_load_from_file(parser, path, &local)) {
		tsim_throw(error, "%s", local->message); /* which says where */
		return NULL;
	}
	root = json_parser_get_root(parser);
	if (!root || !JSON_NODE_HOLDS_OBJECT(root) ||
	    !read_race(json_node_get_object(root), file)) {
		tsim_throw(error, "%s: not a race that trimsim wrote", path);
		return NULL;
	}
	return g_steal_pointer(&file);
}

/** tsim_race_last_step() - the last step of a kind; NULL: there is none.  (transfer none) */
const struct tsim_race_step *tsim_race_last_step(const struct tsim_race *race, const char *what)
{
	for (guint i = race->steps->len; i-- > 0;) {
		const struct tsim_race_step *step =
			&g_array_index(race->steps, struct tsim_race_step, i);

		if (strcmp(step->what, what) == 0)
			return step;
	}
	return NULL;
}
