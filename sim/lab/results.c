/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results.h"

#include "variables.h"

/**
 * tsim_results_head() - what the points of a campaign have in common
 * @c: stays in use
 * @command: stays in use
 * @head: (out)
 */
void tsim_results_head(const struct tsim_campaign *c, const char *const *command,
		       struct tsim_head *head)
{
	*head = (struct tsim_head){ .name = tsim_plan_experiment(c->plan),
				    .experiment = tsim_setup_experiment(tsim_plan_first(c->plan)),
				    .common = *tsim_plan_common(c->plan),
				    .command = command,
				    .n_points = tsim_plan_n_points(c->plan),
				    .n_all = tsim_plan_n_all(c->plan),
				    .n_variables = tsim_plan_n_variables(c->plan),
				    .variables = tsim_variables_new(c->plan) };
}

void tsim_results_head_clear(struct tsim_head *head)
{
	g_free((gpointer)head->variables);
}

static enum tsim_stopped stopped(const struct tsim_standing *at, const struct tsim_goal *goal)
{
	if (at->enough)
		return TSIM_STOPPED_ENOUGH;
	if (!at->complete)
		return TSIM_STOPPED_TIME;
	return goal->failures ? TSIM_STOPPED_CAP : TSIM_STOPPED_REPLICATIONS;
}

static gboolean with_point(const struct tsim_campaign *c, const struct tsim_head *head, guint64 i,
			   tsim_results_fn fn, gpointer data, GError **error)
{
	const struct tsim_point *point = tsim_plan_point(c->plan, i);
	const struct tsim_standing *at = tsim_schedule_standing(c->schedule, i);
	const TsimSetup *setup = tsim_plan_setup(c->plan, i, error);
	g_autoptr(TsimTally) tally = tsim_tally_new(point->goal.n_policies);
	g_autoptr(GPtrArray) failures = tsim_failures_new();
	g_autofree const char **values = g_new0(const char *, head->n_variables + 1);
	g_autofree char *label = tsim_plan_label(c->plan, i);
	g_autoptr(TsimSpread) spread = NULL;
	struct tsim_result result = { head, i, .label = label, .tally = tally };

	if (!setup || !tsim_store_load(c->store, c->ids[i], point, at->end, tally, failures, error))
		return FALSE;
	spread = tsim_spread_new(tally);
	if (!tsim_store_spread(c->store, c->ids[i], point, at->end, spread, error))
		return FALSE;
	result.spread = spread;
	for (guint v = 0; v < head->n_variables; v++)
		values[v] = tsim_plan_value(c->plan, i, v);
	result.values = values;
	result.key = point->key;
	result.experiment = tsim_setup_experiment(setup);
	result.failures = failures;
	result.stopped = stopped(at, &point->goal);
	return fn(&result, data, error);
}

/**
 * tsim_results_each() - load each point from the store, as far as it is counted
 * @c: campaign
 * @head: of tsim_results_head()
 * @fn: gets each point in order, and keeps nothing of it
 */
gboolean tsim_results_each(const struct tsim_campaign *c, const struct tsim_head *head,
			   tsim_results_fn fn, gpointer data, GError **error)
{
	for (guint64 i = 0; i < head->n_points; i++)
		if (!with_point(c, head, i, fn, data, error))
			return FALSE;
	return TRUE;
}
