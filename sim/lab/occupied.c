/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Does a directory hold the result of another experiment, which a run there would replace?
 *
 * The same experiment is: the same values, however far it goes; or the same name and
 * variables, and a point of it that has run.  So a sweep can get more values and go on in its
 * place, while another seed, or a value that is set otherwise, has a place of its own.
 */
#include "occupied.h"

#include <string.h>
#include "error.h"
#include "point-text.h"
#include "store-place.h"

#define HEADER "[experiment "

/* "name", of the text of a manifest.  (transfer full) */
static char *name_of(const char *core)
{
	const char *line = strstr(core, HEADER);

	line = line ? line + strlen(HEADER) : "";
	return g_strndup(line, strcspn(line, "]\n"));
}

/* The keys that sweep, a line each.  (transfer full) */
static char *swept_of(const char *core)
{
	g_auto(GStrv) lines = g_strsplit(core, "\n", -1);
	GString *keys = g_string_new(NULL);

	for (guint i = 0; lines[i]; i++)
		if (strstr(lines[i], "${"))
			g_string_append_printf(keys, "%.*s\n", (int)strcspn(lines[i], "="),
					       lines[i]);
	return g_string_free(keys, FALSE);
}

/* What @then says and @now does not: its first line.  (transfer full) */
static char *difference(const char *then, const char *now)
{
	g_auto(GStrv) old = g_strsplit(then, "\n", -1), new = g_strsplit(now, "\n", -1);

	for (guint i = 0; old[i]; i++)
		if (old[i][0] && old[i][0] != '[' &&
		    !g_strv_contains((const char *const *)new, old[i]))
			return g_strdup(old[i]);
	return g_strdup("other groups");
}

/* Has any point of @plan run in @store? */
static gboolean has_point(TsimStore *store, const TsimPlan *plan, gboolean *found, GError **error)
{
	*found = FALSE;
	for (guint64 i = 0; i < tsim_plan_n_points(plan) && !*found; i++)
		if (!tsim_store_has(store, tsim_plan_point(plan, i), found, error))
			return FALSE;
	return TRUE;
}

static gboolean is_extended(const char *then, const char *now, TsimStore *store,
			    const TsimPlan *plan, gboolean *same, GError **error)
{
	g_autofree char *old_name = name_of(then), *name = name_of(now);
	g_autofree char *old_swept = swept_of(then), *swept = swept_of(now);

	*same = strcmp(old_name, name) == 0 && strcmp(old_swept, swept) == 0;
	return !*same || has_point(store, plan, same, error);
}

/**
 * tsim_occupied_check() - may @plan be run where @store is?
 * @place: directory of the store
 * @dir: its name for the user
 * @store: opened
 * @plan: what is to be run there
 *
 * Where nothing has run and nothing is shown there is nothing to be lost.
 */
gboolean tsim_occupied_check(const char *place, const char *dir, TsimStore *store,
			     const TsimPlan *plan, GError **error)
{
	g_autofree char *path = g_build_filename(place, "manifest.conf", NULL), *text = NULL;
	g_autofree char *manifest = tsim_plan_manifest(plan), *then = NULL, *name = NULL;
	g_autofree char *now = tsim_manifest_core(manifest), *why = NULL;
	gboolean same = FALSE, empty;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return TRUE;
	if (!tsim_store_is_empty(store, &empty, error))
		return FALSE;
	if (empty && !tsim_place_is_result(place))
		return TRUE;
	then = tsim_manifest_core(text);
	if (strcmp(then, now) == 0)
		return TRUE;
	if (!is_extended(then, now, store, plan, &same, error))
		return FALSE;
	if (same)
		return TRUE;
	name = name_of(then);
	why = difference(then, now);
	return tsim_throw(error, "-o: %s holds another experiment (%s, with %s): choose another -o",
			  dir, name, why);
}
