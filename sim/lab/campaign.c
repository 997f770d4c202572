/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "campaign.h"

#include <gio/gio.h>
#include "error.h"
#include "runner.h"

/* ---- what is there already ---- */

struct loading {
	struct tsim_campaign *c;
	guint64 point;
	gboolean retry;
};

static gboolean know(guint32 first, guint32 end, guint failed, const GByteArray *sums,
		     gpointer data, GError **error)
{
	const struct loading *l = data;

	if (failed && l->retry)
		return TRUE;
	return tsim_schedule_know(l->c->schedule, l->point, first, end, sums->data, sums->len) ||
	       tsim_throw(error, "%s: the sums of a block cannot be read",
			  tsim_store_path(l->c->store));
}

static gboolean know_point(struct tsim_campaign *c, guint64 i, gboolean retry, GError **error)
{
	const struct tsim_point *point = tsim_plan_point(c->plan, i);
	struct loading l = { c, i, retry };

	if (!tsim_store_find(c->store, point, &c->ids[i], error))
		return FALSE;
	return !c->ids[i] || tsim_store_each(c->store, c->ids[i], point, know, &l, error);
}

/**
 * tsim_campaign_init() - find out what of an experiment has run already
 * @c: (out): to be cleared in any case
 * @plan: (transfer none): its points
 * @store: (transfer none): where their blocks are
 * @shard: which part of it is run here
 * @retry: run blocks with failed replications again
 */
gboolean tsim_campaign_init(struct tsim_campaign *c, TsimPlan *plan, TsimStore *store,
			    const struct tsim_shard *shard, gboolean retry, GError **error)
{
	guint64 n = tsim_plan_n_points(plan);
	g_autofree struct tsim_goal *goals = g_new(struct tsim_goal, n);

	for (guint64 i = 0; i < n; i++)
		goals[i] = tsim_plan_point(plan, i)->goal;
	*c = (struct tsim_campaign){ .plan = plan, .store = store };
	c->schedule = tsim_schedule_new(goals, n, shard);
	c->ids = g_new0(gint64, n);
	for (guint64 i = 0; i < n; i++)
		if (!know_point(c, i, retry, error))
			return FALSE;
	return TRUE;
}

void tsim_campaign_clear(struct tsim_campaign *c)
{
	g_clear_pointer(&c->schedule, tsim_schedule_free);
	g_clear_pointer(&c->ids, g_free);
}

/** tsim_campaign_n_incomplete() - how many of its own points are not complete */
guint64 tsim_campaign_n_incomplete(const struct tsim_campaign *c)
{
	struct tsim_totals totals;

	tsim_schedule_totals(c->schedule, &totals);
	return totals.points - totals.complete;
}

/* ---- running ---- */

struct running {
	struct tsim_campaign *c;
	struct tsim_progress progress;
	gint64 deadline_us; /* monotonic; 0: none */
};

static const TsimSetup *get_setup(gpointer data, guint64 point, GError **error)
{
	return tsim_plan_setup(((struct running *)data)->c->plan, point, error);
}

static struct tsim_block *next(gpointer data)
{
	return tsim_schedule_next(((struct running *)data)->c->schedule);
}

static char *label(gpointer data, guint64 point)
{
	return tsim_plan_label(((struct running *)data)->c->plan, point);
}

static gboolean add_point(struct tsim_campaign *c, guint64 i, GError **error)
{
	g_autofree char *text = NULL;

	if (c->ids[i])
		return TRUE;
	text = tsim_plan_point_text(c->plan, i, error);
	return text &&
	       tsim_store_add(c->store, tsim_plan_point(c->plan, i), text, &c->ids[i], error);
}

/* First it is stored, then it counts. */
static gboolean done(gpointer data, struct tsim_block *block, GError **error)
{
	struct tsim_campaign *c = ((struct running *)data)->c;
	g_autoptr(TsimBlock) owned = block;
	guint64 i = block->point;

	if (!add_point(c, i, error) ||
	    !tsim_store_put(c->store, c->ids[i], tsim_plan_point(c->plan, i), block, error))
		return FALSE;
	c->failures += block->failures->len;
	return tsim_schedule_know(c->schedule, i, block->first, block->end, block->sums->data,
				  block->sums->len) ||
	       tsim_throw_run(error, "a worker's result is not readable");
}

static gboolean tick(gpointer data)
{
	struct running *r = data;
	struct tsim_totals totals;

	if (tsim_progress_due(&r->progress)) {
		tsim_schedule_totals(r->c->schedule, &totals);
		tsim_progress_draw(&r->progress, &totals);
	}
	return !r->deadline_us || g_get_monotonic_time() < r->deadline_us;
}

static const char *outcome(const struct tsim_campaign *c, const GError *error)
{
	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return "interrupted";
	if (error)
		return error->message;
	return c->cut ? "time budget used up" : "complete";
}

static gboolean run(struct tsim_campaign *c, const struct tsim_campaign_options *options,
		    GError **error)
{
	gint64 budget_us = tsim_plan_time_budget(c->plan) / TSIM_NS_PER_US;
	struct running r = { .c = c };
	struct tsim_work work = { .source = { get_setup, &r },
				  .next = next,
				  .done = done,
				  .tick = tick,
				  .label = label,
				  .data = &r,
				  .progress = &r.progress };
	struct tsim_totals totals;

	tsim_schedule_totals(c->schedule, &totals);
	tsim_progress_start(&r.progress, options->progress, totals.replications);
	r.deadline_us = budget_us ? r.progress.start_us + budget_us : 0;
	if (!tsim_runner_work(&work, options->jobs, error))
		return FALSE;
	c->cut = tsim_campaign_n_incomplete(c) > 0;
	return TRUE;
}

/**
 * tsim_campaign_run() - run what is missing
 * @c: campaign
 * @options: how
 *
 * Each block is stored when it is done; whatever comes after, it is there.
 *
 * Return: as for tsim_runner_work().
 */
gboolean tsim_campaign_run(struct tsim_campaign *c, const struct tsim_campaign_options *options,
			   GError **error)
{
	g_autoptr(GError) local = NULL;

	if (!tsim_store_begin(c->store, &options->session, error))
		return FALSE;
	run(c, options, &local);
	/* On a full disk this fails, and says nothing new. */
	tsim_store_end(c->store, outcome(c, local), NULL);
	if (local) {
		g_propagate_error(error, g_steal_pointer(&local));
		return FALSE;
	}
	return TRUE;
}
