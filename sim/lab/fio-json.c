/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What fio --output-format=json+ says of discards: for each job the bins of
 * trim/clat_ns, and one size, the bytes of all over their number.
 *
 * Leaves out: jobs with sizes that differ, which is an error.
 * Source: fio's stat.c, add_ddir_status_json(); output of fio 3.33.
 */
#include "fio-json.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "error.h"
#include "trace-lines.h"

#define MAX_BYTES (64 * 1024 * 1024)
#define MAX_COUNT G_GUINT64_CONSTANT(1000000000000)
#define MAX_DEPTH 32 /* fio's own is 7; the parser calls itself for each */

/* The first line that says something; fio may have warned above its output. */
static gboolean is_preamble(const char *line)
{
	return !*line || g_str_has_prefix(line, "fio: ") || g_str_has_prefix(line, "note: ");
}

/**
 * tsim_fio_json_is() - is this output of fio in JSON, by its content?
 * @path: what is no regular file is not looked into
 */
gboolean tsim_fio_json_is(const char *path)
{
	gboolean regular = g_file_test(path, G_FILE_TEST_IS_REGULAR), found = FALSE;
	TsimLines *lines = regular ? tsim_lines_open(path, NULL) : NULL;
	enum tsim_lines_result result;
	char *line;

	if (!lines)
		return FALSE;
	do {
		result = tsim_lines_next(lines, &line, NULL);
		found = result != TSIM_LINES_END && result != TSIM_LINES_ERROR && *line == '{';
	} while (result == TSIM_LINES_LINE && !found && is_preamble(line));
	tsim_lines_close(lines);
	return found;
}

static gboolean read_lines(TsimLines *lines, const char *path, GString *text, GError **error)
{
	enum tsim_lines_result result;
	char *line;

	for (;;) {
		result = tsim_lines_next(lines, &line, error);
		if (result == TSIM_LINES_ERROR)
			return FALSE;
		if (result == TSIM_LINES_END)
			return TRUE;
		if (result == TSIM_LINES_LONG || text->len > MAX_BYTES)
			return tsim_throw(error, "%s: too long for output of fio", path);
		if (text->len == 0 && is_preamble(line))
			continue;
		g_string_append_printf(text, "%s\n", line);
	}
}

/* A text of nothing but brackets would be the end of the parser. */
static gboolean check_depth(const char *text, GError **error)
{
	guint depth = 0, line = 1;
	gboolean quoted = FALSE;

	for (const char *p = text; *p; p++) {
		line += *p == '\n';
		if (quoted && *p == '\\' && p[1])
			p++;
		else if (*p == '"')
			quoted = !quoted;
		else if (!quoted && strchr("[{", *p) && ++depth > MAX_DEPTH)
			return tsim_throw(error, "%u: nested too deep for output of fio", line);
		else if (!quoted && strchr("]}", *p) && depth > 0)
			depth--;
	}
	return TRUE;
}

/* The object called @name in @parent, NULL if there is none. */
static JsonObject *object_in(JsonObject *parent, const char *name)
{
	JsonNode *node = parent ? json_object_get_member(parent, name) : NULL;

	return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

/* A whole number of at least 0; 0 also when there is none. */
static guint64 count_in(JsonObject *parent, const char *name)
{
	JsonNode *node = json_object_get_member(parent, name);

	if (!node || !JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_INT64)
		return 0;
	return (guint64)MAX(json_node_get_int(node), 0);
}

static const char *name_of(JsonObject *job)
{
	JsonNode *node = json_object_get_member(job, "jobname");

	return node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_string(node) ?
		       json_node_get_string(node) :
		       "?";
}

static gboolean has_sizes(JsonObject *options)
{
	return options && (json_object_has_member(options, "bsrange") ||
			   json_object_has_member(options, "bssplit"));
}

static gboolean find_size(JsonObject *root, JsonObject *job, JsonObject *trim, guint64 *bytes,
			  GError **error)
{
	guint64 n = count_in(trim, "total_ios"), sum = count_in(trim, "io_bytes");

	if (!sum)
		return tsim_throw(error,
				  "job %s: it lacks io_bytes, what its %" G_GUINT64_FORMAT
				  " discards have together",
				  name_of(job), n);
	if (sum % n || has_sizes(object_in(root, "global options")) ||
	    has_sizes(object_in(job, "job options")))
		return tsim_throw(error,
				  "job %s: its discards have no one size: give each size a job of "
				  "its own, or import a latency log (write_lat_log)",
				  name_of(job));
	*bytes = sum / n;
	return TRUE;
}

static JsonObject *find_bins(JsonObject *trim)
{
	JsonObject *bins = object_in(object_in(trim, "clat_ns"), "bins");

	return bins ? bins : object_in(object_in(trim, "lat_ns"), "bins");
}

static gboolean read_bins(JsonObject *job, JsonObject *bins, guint64 bytes, tsim_fio_bin_fn bin,
			  void *data, GError **error)
{
	g_autoptr(GList) names = json_object_get_members(bins);

	for (GList *at = names; at; at = at->next) {
		guint64 ns, n = count_in(bins, at->data);

		if (!g_ascii_string_to_unsigned(at->data, 10, 0, G_MAXINT64 / 2, &ns, NULL) ||
		    n > MAX_COUNT)
			return tsim_throw(error, "job %s: '%.40s' is no bin of a latency",
					  name_of(job), (char *)at->data);
		if (n)
			bin(data, bytes, (tsim_ns)ns, n);
	}
	return TRUE;
}

static gboolean read_job(JsonObject *root, JsonObject *job, tsim_fio_bin_fn bin, void *data,
			 GError **error)
{
	JsonObject *trim = object_in(job, "trim"), *bins;
	guint64 bytes = 0;

	if (!trim || !count_in(trim, "total_ios"))
		return TRUE;
	bins = find_bins(trim);
	if (!bins)
		return tsim_throw(error, "job %s: no bins: run fio with --output-format=json+",
				  name_of(job));
	return find_size(root, job, trim, &bytes, error) &&
	       read_bins(job, bins, bytes, bin, data, error);
}

static gboolean read_jobs(JsonObject *root, tsim_fio_bin_fn bin, void *data, GError **error)
{
	JsonNode *node = root ? json_object_get_member(root, "jobs") : NULL;
	JsonArray *jobs = node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;

	if (!jobs)
		return tsim_throw(error, "no jobs: this is no output of fio");
	for (guint i = 0; i < json_array_get_length(jobs); i++) {
		JsonNode *job = json_array_get_element(jobs, i);

		if (JSON_NODE_HOLDS_OBJECT(job) &&
		    !read_job(root, json_node_get_object(job), bin, data, error))
			return FALSE;
	}
	return TRUE;
}

/**
 * tsim_fio_json_parse() - the discards of an output
 * @text: ended by a zero that @len does not count
 * @bin: called for each bin, job after job
 *
 * Return: FALSE: no output of fio, or discards of a job that have no one size.
 */
gboolean tsim_fio_json_parse(const char *text, gsize len, tsim_fio_bin_fn bin, void *data,
			     GError **error)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autoptr(GError) local = NULL;
	JsonNode *root;

	if (!check_depth(text, error))
		return FALSE;
	if (!json_parser_load_from_data(parser, text, (gssize)len, &local))
		return tsim_throw(error, "%s", local->message);
	root = json_parser_get_root(parser);
	return read_jobs(root && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL,
			 bin, data, error);
}

/**
 * tsim_fio_json_read() - tsim_fio_json_parse() of a file, plain or gzip
 */
gboolean tsim_fio_json_read(const char *path, tsim_fio_bin_fn bin, void *data, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	TsimLines *lines = tsim_lines_open(path, error);
	gboolean ok;

	if (!lines)
		return FALSE;
	ok = read_lines(lines, path, text, error);
	tsim_lines_close(lines);
	if (ok && !tsim_fio_json_parse(text->str, text->len, bin, data, error)) {
		g_prefix_error(error, "%s: ", path);
		return FALSE;
	}
	return ok;
}
