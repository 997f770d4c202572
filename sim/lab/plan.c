/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan.h"

#include <gio/gio.h>
#include <string.h>
#include "error.h"
#include "expect.h"
#include "model-version.h"
#include "point-text.h"
#include "sweep.h"

/* Setups at hand: a worker goes to and fro between a few points. */
#define N_SETUPS 8

struct cached {
	guint64 i;
	TsimSetup *setup; /* NULL: free */
};

struct tsim_plan {
	TsimSweep *sweep;
	TsimSetup *first; /* of the first point that was chosen */
	struct tsim_common common; /* names are of @first */
	char *experiment, *select, *manifest;
	GArray *points; /* (element-type struct tsim_point) */
	GHashTable *digests; /* of files that values name */
	struct cached setups[N_SETUPS];
	guint oldest;
	tsim_ns time_budget_ns;
};

/*
 * @digests: grows
 * @text: (out) (optional): what its key is the hash of, when it is not known to be right yet
 */
static TsimSetup *make_setup(const TsimPlan *plan, guint64 index, GHashTable *digests, char **text,
			     GError **error)
{
	g_autoptr(TsimResolved) resolved = tsim_sweep_resolve(plan->sweep, index, error);
	g_autoptr(TsimSetup) setup = NULL;
	g_autofree char *where = NULL;
	g_autoptr(GError) local = NULL;

	if (!resolved)
		return NULL;
	setup = tsim_setup_new(resolved, &local);
	if (setup && text && tsim_expect_check(resolved, tsim_setup_experiment(setup), &local))
		*text = tsim_point_text(resolved, digests, &local);
	if (!local)
		return g_steal_pointer(&setup);
	/* The models do not know of points. */
	where = tsim_sweep_describe(plan->sweep, index);
	tsim_throw(error, *where ? "%s (%s)" : "%s%s", local->message, where);
	return NULL;
}

static void hash(const char *text, guint8 key[TSIM_KEY_SIZE])
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	gsize size = TSIM_KEY_SIZE;

	g_checksum_update(sum, (const guint8 *)text, -1);
	g_checksum_get_digest(sum, key, &size);
}

static GHashTable *new_digests(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

/* A point's setup again; what it was when the plan was made counts, and is its key. */
static TsimSetup *make_again(const TsimPlan *plan, guint64 i, GError **error)
{
	const struct tsim_point *point = tsim_plan_point(plan, i);
	g_autoptr(GHashTable) digests = new_digests();
	g_autoptr(TsimSetup) setup = NULL;
	g_autofree char *text = NULL;
	guint8 key[TSIM_KEY_SIZE];

	if (!g_hash_table_size(plan->digests))
		return make_setup(plan, point->index, NULL, NULL, error);
	setup = make_setup(plan, point->index, digests, &text, error);
	if (!setup)
		return NULL;
	hash(text, key);
	if (memcmp(key, point->key, sizeof(key)) == 0)
		return g_steal_pointer(&setup);
	tsim_throw(error, "%s has changed while this ran: start it again", tsim_plan_file(plan));
	return NULL;
}

static const char *shared(const char *all, const char *name)
{
	return strcmp(all, name) == 0 ? all : TSIM_VARIES;
}

static void note_common(struct tsim_common *common, const struct tsim_experiment *e)
{
	common->device = shared(common->device, e->device);
	common->filesystem = shared(common->filesystem, e->filesystem);
	common->workload = shared(common->workload, e->workload);
	common->bare &= e->bare;
}

static gboolean add_point(TsimPlan *plan, guint64 index, GError **error)
{
	g_autofree char *text = NULL;
	g_autoptr(TsimSetup) setup = make_setup(plan, index, plan->digests, &text, error);
	const struct tsim_experiment *e;
	struct tsim_point point = { .index = index };

	if (!setup)
		return FALSE;
	e = tsim_setup_experiment(setup);
	hash(text, point.key);
	point.seed = e->seed;
	point.goal = (struct tsim_goal){ .replications = e->replications,
					 .failures = e->enough,
					 .n_policies = g_strv_length(e->policies) };
	plan->time_budget_ns = MAX(plan->time_budget_ns, e->time_budget_ns);
	g_array_append_val(plan->points, point);
	if (plan->first) {
		note_common(&plan->common, e);
		return TRUE;
	}
	plan->common = (struct tsim_common){ e->device, e->filesystem, e->workload, e->bare };
	plan->first = g_steal_pointer(&setup);
	return TRUE;
}

static gboolean add_points(TsimPlan *plan, const struct tsim_plan_options *options, GError **error)
{
	g_autoptr(GArray) chosen = NULL;
	guint64 n = tsim_sweep_n_points(plan->sweep);

	if (options->select) {
		chosen = tsim_sweep_select(plan->sweep, options->select, error);
		if (!chosen)
			return FALSE;
		n = chosen->len;
	}
	if (!n)
		return tsim_throw(error, "%s: no point of experiment '%s' is left to be run",
				  options->select ? options->select : "constraint",
				  plan->experiment);
	for (guint64 i = 0; i < n; i++)
		if (!add_point(plan, chosen ? g_array_index(chosen, guint64, i) : i, error))
			return FALSE;
	return TRUE;
}

/**
 * tsim_plan_new() - resolve the points of an experiment
 * @config: stays in use
 * @experiment: (nullable): its name, NULL when the file has exactly one
 * @options: which points
 *
 * A mistake in any of the points is found here, before anything runs.
 */
TsimPlan *tsim_plan_new(const TsimConfig *config, const char *experiment,
			const struct tsim_plan_options *options, GError **error)
{
	g_autoptr(TsimPlan) plan = g_new0(TsimPlan, 1);

	plan->points = g_array_new(FALSE, FALSE, sizeof(struct tsim_point));
	plan->digests = new_digests();
	plan->sweep = (options->force ? tsim_sweep_new_forced : tsim_sweep_new)(
		config, experiment, tsim_setup_schema(), error);
	if (!plan->sweep)
		return NULL;
	plan->experiment = g_strdup(tsim_sweep_experiment(plan->sweep));
	plan->select = g_strdup(options->select);
	plan->manifest = tsim_sweep_manifest(plan->sweep, FALSE, error);
	if (!plan->manifest)
		return NULL;
	return add_points(plan, options, error) ? g_steal_pointer(&plan) : NULL;
}

void tsim_plan_free(TsimPlan *plan)
{
	for (guint i = 0; i < N_SETUPS; i++)
		g_clear_pointer(&plan->setups[i].setup, tsim_setup_free);
	g_clear_pointer(&plan->first, tsim_setup_free);
	g_clear_pointer(&plan->sweep, tsim_sweep_free);
	g_array_unref(plan->points);
	g_hash_table_unref(plan->digests);
	g_free(plan->experiment);
	g_free(plan->select);
	g_free(plan->manifest);
	g_free(plan);
}

const char *tsim_plan_experiment(const TsimPlan *plan)
{
	return plan->experiment;
}

guint64 tsim_plan_n_points(const TsimPlan *plan)
{
	return plan->points->len;
}

/** tsim_plan_n_all() - the points of the sweep, of which some may have been selected */
guint64 tsim_plan_n_all(const TsimPlan *plan)
{
	return tsim_sweep_n_points(plan->sweep);
}

const struct tsim_point *tsim_plan_point(const TsimPlan *plan, guint64 i)
{
	return &g_array_index(plan->points, struct tsim_point, i);
}

/** tsim_plan_first() - the first point.  (transfer none) */
const TsimSetup *tsim_plan_first(const TsimPlan *plan)
{
	return plan->first;
}

/**
 * tsim_plan_setup() - point @i, ready to run
 *
 * Return: (transfer none) (nullable): good for at least the next %N_SETUPS - 1
 * other points; NULL when a file that it names is not what it was.
 */
const TsimSetup *tsim_plan_setup(TsimPlan *plan, guint64 i, GError **error)
{
	struct cached *place = &plan->setups[plan->oldest];
	TsimSetup *setup;

	if (i == 0)
		return plan->first;
	for (guint k = 0; k < N_SETUPS; k++)
		if (plan->setups[k].setup && plan->setups[k].i == i)
			return plan->setups[k].setup;
	setup = make_again(plan, i, error);
	if (!setup)
		return NULL;
	g_clear_pointer(&place->setup, tsim_setup_free);
	*place = (struct cached){ i, setup };
	plan->oldest = (plan->oldest + 1) % N_SETUPS;
	return setup;
}

/** tsim_plan_file() - a file that a value names; NULL: there is none.  (transfer none) */
const char *tsim_plan_file(const TsimPlan *plan)
{
	GHashTableIter iter;
	gpointer path = NULL;

	g_hash_table_iter_init(&iter, plan->digests);
	return g_hash_table_iter_next(&iter, &path, NULL) ? path : NULL;
}

/** tsim_plan_common() - device, file system and workload, as far as all points share them */
const struct tsim_common *tsim_plan_common(const TsimPlan *plan)
{
	return &plan->common;
}

/** tsim_plan_point_text() - what the key of point @i is the hash of.  (transfer full) (nullable) */
char *tsim_plan_point_text(TsimPlan *plan, guint64 i, GError **error)
{
	char *text = NULL;
	g_autoptr(TsimSetup) setup =
		make_setup(plan, tsim_plan_point(plan, i)->index, plan->digests, &text, error);

	return setup ? text : NULL;
}

tsim_ns tsim_plan_time_budget(const TsimPlan *plan)
{
	return plan->time_budget_ns;
}

guint tsim_plan_n_variables(const TsimPlan *plan)
{
	return tsim_sweep_n_variables(plan->sweep);
}

const char *tsim_plan_variable(const TsimPlan *plan, guint v)
{
	return tsim_sweep_variable(plan->sweep, v);
}

const char *tsim_plan_value(const TsimPlan *plan, guint64 i, guint v)
{
	return tsim_sweep_value(plan->sweep, tsim_plan_point(plan, i)->index, v);
}

/** tsim_plan_label() - "D = 1ms, T = 5s"; NULL when nothing varies.  (transfer full) */
char *tsim_plan_label(const TsimPlan *plan, guint64 i)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint v = 0; v < tsim_plan_n_variables(plan); v++)
		g_string_append_printf(text, "%s%s = %s", v ? ", " : "",
				       tsim_plan_variable(plan, v), tsim_plan_value(plan, i, v));
	return text->len ? g_strdup(text->str) : NULL;
}

/** tsim_plan_select() - " -r 'D > 1s'", what selects its points; "" for all.  (transfer full) */
char *tsim_plan_select(const TsimPlan *plan)
{
	g_autofree char *quoted = plan->select ? g_shell_quote(plan->select) : NULL;

	return quoted ? g_strdelimit(g_strconcat(" -r ", quoted, NULL), "\r\n", ' ') : g_strdup("");
}

/** tsim_plan_manifest() - the text of manifest.conf: a configuration that gives the same results */
char *tsim_plan_manifest(const TsimPlan *plan)
{
	g_autofree char *select = tsim_plan_select(plan);

	return g_strdup_printf("# trimsim %s, model %s; this run again: trimsim run manifest.conf"
			       "%s\n%s",
			       TSIM_VERSION, tsim_model_version, select, plan->manifest);
}

/** tsim_plan_hash() - of all that the results of the experiment depend on, in hexadecimal digits */
char *tsim_plan_hash(const TsimPlan *plan)
{
	g_autofree char *core = tsim_manifest_core(plan->manifest);
	g_autofree char *text = g_strdup_printf("# model %s\n%s", tsim_model_version, core);

	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}
