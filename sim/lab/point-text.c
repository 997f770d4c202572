/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the results of a point depend on, as a text whose hash is the key of its results. */
#include "point-text.h"

#include <gio/gio.h>
#include <string.h>
#include "error.h"
#include "law.h"
#include "model-version.h"
#include "world.h"

/* How far an experiment runs and what is said of it; the replications are the same whatever. */
static const char *const extent_keys[] = { "replications", "stop",   "time_budget",
					   "confidence",   "expect", NULL };
/* Names, which say nothing about the values, and the seed, which is a key of its own. */
static const char *const label_keys[] = { "device",   "filesystem", "workload",
					  "policies", "seed",	    NULL };

static gboolean is_key(const char *line, const char *const *keys)
{
	g_autofree char *key = g_strchomp(g_strndup(line, strcspn(line, "=")));

	return g_strv_contains(keys, key);
}

/* The manifest without comments, without the experiment's keys in @without1 and @without2. */
static char *reduce(const char *manifest, const char *const *without1, const char *const *without2,
		    gboolean names)
{
	g_auto(GStrv) lines = g_strsplit(manifest, "\n", -1);
	GString *out = g_string_new(NULL);
	gboolean experiment = FALSE;

	for (guint i = 0; lines[i]; i++) {
		gboolean head = lines[i][0] == '[';

		if (head)
			experiment = g_str_has_prefix(lines[i], "[experiment ");
		if (!lines[i][0] || lines[i][0] == '#' ||
		    (experiment && (is_key(lines[i], without1) || is_key(lines[i], without2))))
			continue;
		if (head && !names)
			g_string_append_printf(out, "%.*s]\n", (int)strcspn(lines[i], " "),
					       lines[i]);
		else
			g_string_append_printf(out, "%s\n", lines[i]);
	}
	return g_string_free(out, FALSE);
}

/** tsim_manifest_core() - a manifest without what only says how far the experiment runs */
char *tsim_manifest_core(const char *manifest)
{
	static const char *const nothing[] = { NULL };

	return reduce(manifest, extent_keys, nothing, TRUE);
}

static const struct tsim_option *options_of(const TsimResolved *resolved,
					    const struct tsim_resolved_value *value)
{
	const struct tsim_schema *schema = tsim_setup_schema();

	if (strcmp(value->kind, "device") == 0)
		return schema->device;
	if (strcmp(value->kind, "filesystem") == 0)
		return schema->filesystem;
	if (strcmp(value->kind, "workload") == 0)
		return schema->workload(tsim_resolved_workload_kind(resolved));
	if (strcmp(value->kind, "policy") == 0)
		return schema->policy(tsim_resolved_policy_kind(resolved, value->group));
	return NULL;
}

/* "sha256:..." of the file, which is read once however many points use it. */
static const char *digest_of(const char *path, GHashTable *digests, GError **error)
{
	g_autoptr(GError) local = NULL;
	g_autofree char *text = NULL, *sum = NULL;
	char *digest = g_hash_table_lookup(digests, path);
	gsize size;

	if (digest)
		return digest;
	if (!g_file_get_contents(path, &text, &size, &local)) {
		tsim_throw(error, "%s", local->message);
		return NULL;
	}
	sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guint8 *)text, size);
	digest = g_strconcat("sha256:", sum, NULL);
	g_hash_table_insert(digests, g_strdup(path), digest);
	return digest;
}

/* What counts is what is in a file, not what it is called: append that, or what is no file. */
static gboolean append_file(GString *out, const char *name, GHashTable *digests, GError **error)
{
	g_autofree char *path = tsim_data_file(name, NULL);
	gboolean file = path && g_file_test(path, G_FILE_TEST_IS_REGULAR);
	const char *text = file ? digest_of(path, digests, error) : name;

	if (text)
		g_string_append(out, text);
	return text != NULL;
}

/* @text with each FILE of empirical(FILE) replaced; some of these laws are texts of a workload. */
static GString *replace_samples(const char *text, GHashTable *digests, GError **error)
{
	static const char word[] = "empirical(";
	g_autoptr(GString) out = g_string_new(NULL);

	for (const char *name; (name = strstr(text, word));) {
		gsize length = tsim_law_file_length(name += strlen(word));
		g_autofree char *file = g_strstrip(g_strndup(name, length));

		g_string_append_len(out, text, name - text);
		if (!append_file(out, file, digests, error))
			return NULL;
		text = name + length;
	}
	g_string_append(out, text);
	return g_steal_pointer(&out);
}

/* Its whole line, as another may begin with the same text. */
static gboolean replace_text(GString *text, const struct tsim_resolved_value *value,
			     GHashTable *digests, GError **error)
{
	g_autofree char *line = g_strdup_printf("\n%s = %s\n", value->key, value->text);
	g_autoptr(GString) with = g_string_new(NULL);

	g_string_printf(with, "\n%s = ", value->key);
	if (!append_file(with, value->text, digests, error))
		return FALSE;
	g_string_append_c(with, '\n');
	g_string_replace(text, line, with->str, 0);
	return TRUE;
}

static gboolean replace_files(GString *text, const TsimResolved *resolved, GHashTable *digests,
			      GError **error)
{
	const GPtrArray *values = tsim_resolved_values(resolved);

	for (guint i = 0; i < values->len; i++) {
		const struct tsim_resolved_value *value = g_ptr_array_index(values, i);
		const struct tsim_option *table = options_of(resolved, value);
		const struct tsim_option *option = table ? tsim_options_find(table, value->key) :
							   NULL;

		if (option && option->type == TSIM_OPT_STRING &&
		    !replace_text(text, value, digests, error))
			return FALSE;
	}
	return TRUE;
}

/**
 * tsim_point_text() - all that decides the outcome of a point's replications but the seed
 * @resolved: the point
 * @digests: (element-type utf8 utf8): of files that were read already; grows
 *
 * The model's version and every value in canonical form, without names; for a
 * file its content.  Equal texts mean equal results, wherever they stand.
 *
 * Return: (transfer full) (nullable)
 */
char *tsim_point_text(const TsimResolved *resolved, GHashTable *digests, GError **error)
{
	g_autofree char *manifest = tsim_resolved_manifest(resolved);
	g_autofree char *values = reduce(manifest, extent_keys, label_keys, FALSE);
	g_autofree char *whole = g_strdup_printf("# model %s\n%s", tsim_model_version, values);
	g_autoptr(GString) text = replace_samples(whole, digests, error);

	if (!text || !replace_files(text, resolved, digests, error))
		return NULL;
	return g_strdup(text->str);
}
