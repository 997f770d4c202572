/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reopen.h"

#include <string.h>
#include "error.h"
#include "model-version.h"
#include "store-place.h"

/** tsim_reopen_store() - open the store of @dir, which must be there */
TsimStore *tsim_reopen_store(const char *dir, GError **error)
{
	if (!g_file_test(dir, G_FILE_TEST_EXISTS)) {
		tsim_throw(error, "%s: no such directory", dir);
		return NULL;
	}
	if (tsim_place_has_store(dir))
		return tsim_store_open(dir, FALSE, error);
	if (tsim_place_is_result(dir))
		tsim_throw(
			error,
			"%s: it lacks results.sqlite: an older version of trimsim made it, run it "
			"again",
			dir);
	else
		tsim_throw(error, "%s: no result of trimsim, it lacks results.sqlite", dir);
	return NULL;
}

/* The points that the first line of the manifest selects: "# ... trimsim run manifest.conf -r 3" */
static char *selection_of(const char *manifest)
{
	g_autofree char *line = g_strndup(manifest, strcspn(manifest, "\n"));
	const char *command = strstr(line, "trimsim run manifest.conf");
	g_auto(GStrv) words = NULL;

	if (!command || !g_shell_parse_argv(command, NULL, &words, NULL))
		return NULL;
	for (guint i = 0; words[i]; i++)
		if (strcmp(words[i], "-r") == 0)
			return g_strdup(words[i + 1]);
	return NULL;
}

/* The same text comes out again if the same program made it, and nobody changed it. */
static gboolean check_manifest(const char *path, const char *manifest, const TsimPlan *plan,
			       GError **error)
{
	g_autofree char *now = tsim_plan_manifest(plan);

	return strcmp(now, manifest) == 0 ||
	       tsim_throw(
		       error,
		       "%s: of another version of trimsim, or changed since; this is version %s, "
		       "model %s",
		       path, TSIM_VERSION, tsim_model_version);
}

/* A shard may lack points, or all; what runs again is to be what ran. */
static gboolean check_files(const char *dir, const TsimPlan *plan, TsimStore *store, GError **error)
{
	const char *file = tsim_plan_file(plan);
	gboolean same = !file;

	if (!same && !tsim_store_is_empty(store, &same, error))
		return FALSE;
	for (guint64 i = 0; i < tsim_plan_n_points(plan) && !same; i++)
		if (!tsim_store_has(store, tsim_plan_point(plan, i), &same, error))
			return FALSE;
	return same || tsim_throw(error,
				  "%s: one of its files, such as %s, is not what it was: put that "
				  "back, or run it again",
				  dir, file);
}

/**
 * tsim_reopen() - the experiment that was run in @dir
 * @r: (out): to be cleared in any case
 * @dir: directory
 * @store: of tsim_reopen_store()
 */
gboolean tsim_reopen(struct tsim_reopened *r, const char *dir, TsimStore *store, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "manifest.conf", NULL), *manifest = NULL,
			*selection = NULL, *command = NULL;
	struct tsim_plan_options options = { .force = TRUE };
	g_autoptr(GError) local = NULL;

	*r = (struct tsim_reopened){ NULL };
	command = tsim_store_command(store, &local);
	if (local)
		g_propagate_error(error, g_steal_pointer(&local));
	else if (!g_file_get_contents(path, &manifest, NULL, &local))
		tsim_throw(error, "%s", local->message);
	if (!manifest)
		return FALSE;
	r->command = g_strsplit(command ? command : "", "\n", -1);
	selection = selection_of(manifest);
	options.select = selection;
	r->config = tsim_config_load(path, error);
	if (!r->config)
		return FALSE;
	r->plan = tsim_plan_new(r->config, NULL, &options, error);
	return r->plan && check_manifest(path, manifest, r->plan, error) &&
	       check_files(dir, r->plan, store, error);
}

void tsim_reopened_clear(struct tsim_reopened *r)
{
	g_clear_pointer(&r->plan, tsim_plan_free);
	g_clear_pointer(&r->config, tsim_config_free);
	g_clear_pointer(&r->command, g_strfreev);
}
