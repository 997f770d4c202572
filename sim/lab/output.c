/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All files are written beside the old ones first and then renamed, result.json
 * last.  What a kill leaves of it, the next run makes again from the store.
 */
#define _GNU_SOURCE /* syncfs */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "error.h"
#include "expect.h"
#include "occupied.h"
#include "race-file.h"
#include "results.h"
#include "store-place.h"

/* With a sweep each point shows its best race of each policy, and all of them so many. */
#define MAX_RACES 1000
/* Directories that are being filled. */
#define MADE ".new-"

struct output {
	const char *made; /* directory, beside what it is to replace */
	struct tsim_head head;
	GPtrArray *documents; /* (element-type struct file) */
	guint n_races;
	struct tsim_said *said;
};

struct file {
	const struct tsim_document *document;
	char *path;
	FILE *f;
};

/* ---- places ---- */

/**
 * tsim_output_default_dir() - results/NAME-HASH: other values, other place
 *
 * Not the number of replications, and what else says only how far to go: a run
 * that goes further finds what is there.
 */
char *tsim_output_default_dir(const TsimPlan *plan, const struct tsim_shard *shard)
{
	g_autofree char *hash = tsim_plan_hash(plan);
	g_autofree char *name = g_strdelimit(g_strdup(tsim_plan_experiment(plan)), "/ ", '_');

	if (shard->n > 1)
		return g_strdup_printf("results/%s-%.12s-%uof%u", name, hash, shard->i, shard->n);
	return g_strdup_printf("results/%s-%.12s", name, hash);
}

/**
 * tsim_output_expect() - is @dir a result?
 * @dir: argument of a command that reads one
 */
gboolean tsim_output_expect(const char *dir, GError **error)
{
	if (!g_file_test(dir, G_FILE_TEST_EXISTS))
		return tsim_throw(error, "%s: no such directory", dir);
	if (tsim_place_is_result(dir))
		return TRUE;
	if (tsim_place_has_store(dir))
		return tsim_throw(error,
				  "%s: not finished: run it again with -o %s, or merge the shards",
				  dir, dir);
	return tsim_throw(error, "%s: no result of trimsim, it lacks manifest.conf or result.json",
			  dir);
}

/**
 * tsim_output_check() - may a result be written to @dir?
 * @dir: an earlier result, an empty directory, or nothing yet
 *
 * To be asked before a long run; leaves nothing behind.
 *
 * Return: (transfer full) (nullable): the place: it does not depend on the current directory.
 */
char *tsim_output_check(const char *dir, GError **error)
{
	g_autofree char *place = tsim_place_find(dir, error);

	return place && tsim_place_probe(place, error) ? g_steal_pointer(&place) : NULL;
}

static gboolean write_text(const char *dir, const char *name, const char *text, GError **error)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	gsize size = strlen(text);
	gboolean ok;
	FILE *f = fopen(path, "we");

	if (!f)
		return tsim_throw_run(error, "%s: %s", path, g_strerror(errno));
	ok = fwrite(text, 1, size, f) == size && fflush(f) == 0;
	if (!ok)
		tsim_throw_run(error, "%s: cannot write: %s", path, g_strerror(errno));
	if (fclose(f) != 0 && ok)
		ok = tsim_throw_run(error, "%s: cannot write: %s", path, g_strerror(errno));
	return ok;
}

/* @fresh: (out): it was not there before; another process may make it at the same moment */
static gboolean make_place(const char *place, gboolean *fresh, GError **error)
{
	g_autofree char *above = g_path_get_dirname(place);

	*fresh = FALSE;
	if (g_mkdir_with_parents(above, 0777) == 0 && g_mkdir(place, 0777) == 0)
		*fresh = TRUE;
	else if (errno != EEXIST)
		return tsim_throw_run(error, "%s: cannot make the directory: %s", place,
				      g_strerror(errno));
	return TRUE;
}

static TsimStore *open_store(const char *place, const char *dir, const TsimPlan *plan,
			     GError **error)
{
	g_autoptr(TsimStore) store = tsim_store_open(place, TRUE, error);
	g_autofree char *manifest = tsim_plan_manifest(plan);

	if (!store || !tsim_occupied_check(place, dir, store, plan, error) ||
	    (!tsim_place_is_result(place) && !write_text(place, "manifest.conf", manifest, error)))
		return NULL;
	return g_steal_pointer(&store);
}

/**
 * tsim_output_open() - open the store at @place, make it if need be
 * @place: of tsim_output_check()
 * @dir: its name for the user
 * @plan: what it is of; its manifest is there from the beginning, for those who find it unfinished
 * @fresh: (out): it was made; if what follows fails, tsim_place_remove() leaves nothing behind
 */
TsimStore *tsim_output_open(const char *place, const char *dir, const TsimPlan *plan,
			    gboolean *fresh, GError **error)
{
	g_autofree char *path = g_build_filename(place, "results.sqlite", NULL);
	gboolean had = tsim_place_has_store(place);
	TsimStore *store;

	if (!make_place(place, fresh, error))
		return NULL;
	store = open_store(place, dir, plan, error);
	if (!store && *fresh)
		tsim_place_remove(place);
	else if (!store && !had)
		g_unlink(path);
	return store;
}

/* ---- races ---- */

static gboolean write_race(struct output *o, const struct tsim_result *result, guint policy,
			   const struct tsim_kept *kept, GError **error)
{
	guint number = ++o->n_races;
	g_autofree char *base = tsim_race_file_name(number, result->experiment->policies[policy]);
	g_autofree char *name = g_build_filename("races", base, NULL);
	g_autofree char *shapes_name = g_strdup_printf("data/race-%03u.tsv", number);
	g_autofree char *json = tsim_race_json(result, policy, kept);
	g_autofree char *shapes = tsim_race_shapes(&kept->race);

	return write_text(o->made, name, json, error) &&
	       write_text(o->made, shapes_name, shapes, error);
}

static gboolean write_races(struct output *o, const struct tsim_result *result, GError **error)
{
	guint most = o->head.n_points > 1 ? 1 : TSIM_KEEP_MAX;

	for (guint i = 0; i < tsim_result_n_policies(result); i++) {
		const GPtrArray *kept = result->tally->policies[i].kept;

		for (guint k = 0; k < MIN(kept->len, most) && o->n_races < MAX_RACES; k++)
			if (!write_race(o, result, i, g_ptr_array_index(kept, k), error))
				return FALSE;
	}
	return TRUE;
}

/* ---- documents ---- */

static gboolean throw_file(const struct file *file, GError **error)
{
	return tsim_throw_run(error, "%s: cannot write: %s", file->path, g_strerror(errno));
}

/* @text: (transfer full) (nullable) */
static gboolean append(struct file *file, char *text, GError **error)
{
	g_autofree char *owned = text;

	return !owned || fputs(owned, file->f) >= 0 || throw_file(file, error);
}

static void file_free(struct file *file)
{
	if (file->f)
		fclose(file->f);
	g_free(file->path);
	g_free(file);
}

static gboolean begin(struct output *o, const struct tsim_document *document, GError **error)
{
	struct file *file = g_new0(struct file, 1);

	g_ptr_array_add(o->documents, file);
	file->document = document;
	file->path = g_build_filename(o->made, document->name, NULL);
	file->f = fopen(file->path, "we");
	return file->f ? append(file, document->begin(document, &o->head), error) :
			 throw_file(file, error);
}

static gboolean begin_all(struct output *o, GError **error)
{
	if (!begin(o, &tsim_document_report, error) || !begin(o, &tsim_document_json, error) ||
	    !begin(o, &tsim_document_points, error))
		return FALSE;
	for (const struct tsim_document *d = tsim_document_tables; d->name; d++)
		if (!begin(o, d, error))
			return FALSE;
	return TRUE;
}

static gboolean add_point(const struct tsim_result *result, gpointer data, GError **error)
{
	struct output *o = data;

	for (guint i = 0; i < o->documents->len; i++) {
		struct file *file = g_ptr_array_index(o->documents, i);

		if (!append(file, file->document->point(file->document, result), error))
			return FALSE;
	}
	o->said->replications += result->tally->replications;
	o->said->failures += result->failures->len;
	o->said->capped += result->stopped == TSIM_STOPPED_CAP;
	tsim_expect_test(result, o->said->broken);
	return write_races(o, result, error);
}

static gboolean end_all(struct output *o, GError **error)
{
	for (guint i = 0; i < o->documents->len; i++) {
		struct file *file = g_ptr_array_index(o->documents, i);
		const struct tsim_document *d = file->document;

		if (d->end && !append(file, d->end(d, &o->head), error))
			return FALSE;
		if (fflush(file->f) != 0 || fclose(g_steal_pointer(&file->f)) != 0)
			return throw_file(file, error);
	}
	return TRUE;
}

static gboolean make_dirs(const char *dir, GError **error)
{
	static const char *const names[] = { "plots", "races", "data" };

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(dir, names[i], NULL);

		if (g_mkdir(path, 0777) < 0)
			return tsim_throw_run(error, "%s: cannot make the directory: %s", path,
					      g_strerror(errno));
	}
	return TRUE;
}

/* What is written survives the renames to come. */
static gboolean sync_dir(const char *dir, GError **error)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	gboolean ok = fd >= 0 && syncfs(fd) == 0;

	if (!ok)
		tsim_throw_run(error, "%s: cannot write: %s", dir, g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

static gboolean fill(struct output *o, const struct tsim_campaign *c, GError **error)
{
	g_autofree char *manifest = tsim_plan_manifest(c->plan);

	if (!make_dirs(o->made, error) || !write_text(o->made, "manifest.conf", manifest, error) ||
	    !begin_all(o, error))
		return FALSE;
	if (!tsim_results_each(c, &o->head, add_point, o, error))
		return FALSE;
	if (!o->said->replications)
		return tsim_throw_run(
			error, o->said->failures ? "every replication failed, there is no result" :
						   "no replication was run, there is no result");
	return end_all(o, error) && sync_dir(o->made, error);
}

/* A directory is put aside first, into @made, which goes afterwards. */
static gboolean put(const char *made, const char *place, const char *name, GError **error)
{
	g_autofree char *from = g_build_filename(made, name, NULL),
			*to = g_build_filename(place, name, NULL),
			*aside = g_strdup_printf("%s/old-%s", made, name);

	if (g_file_test(to, G_FILE_TEST_IS_DIR) && g_rename(to, aside) < 0)
		return tsim_throw_run(error, "%s: cannot replace it: %s", to, g_strerror(errno));
	return g_rename(from, to) == 0 ||
	       tsim_throw_run(error, "%s: cannot write: %s", to, g_strerror(errno));
}

static gboolean put_all(const char *made, const char *place, GError **error)
{
	static const char *const names[] = { "manifest.conf", "report.txt", "points.tsv", "data",
					     "races",	      "plots",	    "result.json" };

	g_autofree char *page = g_build_filename(place, "report.html", NULL);

	for (guint i = 0; i < G_N_ELEMENTS(names); i++)
		if (!put(made, place, names[i], error))
			return FALSE;
	/* `report --html` makes it of these, when it is asked to. */
	g_unlink(page);
	return TRUE;
}

/* What a kill left of an earlier attempt; the store's lock says that nobody works there. */
static void remove_remains(const char *place)
{
	g_autoptr(GDir) dir = g_dir_open(place, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(place, name, NULL);

		if (g_str_has_prefix(name, MADE))
			tsim_place_remove(path);
	}
}

/**
 * tsim_output_write() - make the files of a result from the store
 * @c: the campaign; points that are not complete show what they have
 * @place: directory of the store
 * @command: that gives the result again
 * @said: (out): what is to be said; @broken is to be freed in any case
 */
gboolean tsim_output_write(const struct tsim_campaign *c, const char *place,
			   const char *const *command, struct tsim_said *said, GError **error)
{
	g_autofree char *made = g_build_filename(place, MADE "XXXXXX", NULL);
	struct output o = { .made = made, .said = said };
	gboolean ok;

	*said = (struct tsim_said){ .broken = g_ptr_array_new_with_free_func(g_free) };
	remove_remains(place);
	tsim_results_head(c, command, &o.head);
	o.documents = g_ptr_array_new_with_free_func((GDestroyNotify)file_free);
	ok = g_mkdtemp(made) ||
	     tsim_throw_run(error, "%s: cannot make the directory: %s", made, g_strerror(errno));
	ok = ok && fill(&o, c, error) && put_all(made, place, error);
	g_ptr_array_unref(o.documents);
	tsim_results_head_clear(&o.head);
	tsim_place_remove(made);
	return ok;
}
