/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sentences that follow from the numbers of a result by rule, each with its numbers. */
#include "findings.h"

#include <math.h>
#include <string.h>
#include "text.h"

struct findings {
	const TsimStored *stored;
	guint n; /* points */
	GPtrArray *lines;
};

/* How a policy did over all points. */
struct overview {
	guint64 replications, corrupted, removals, committed, hits;
	guint n_corrupted; /* points with a corrupted replication */
	guint worst; /* point with the highest estimate */
	double worst_estimate;
};

static void look_over(const struct findings *f, const char *name, struct overview *o)
{
	*o = (struct overview){ .worst_estimate = -1 };
	for (guint i = 0; i < f->n; i++) {
		JsonObject *p = tsim_stored_policy(tsim_stored_point(f->stored, i), name);
		double estimate;

		if (!p)
			continue;
		estimate = tsim_stored_number(p, "corruption_probability.estimate");
		o->replications += tsim_stored_count(p, "replications");
		o->corrupted += tsim_stored_count(p, "corrupted");
		o->removals += tsim_stored_count(p, "removals");
		o->committed += tsim_stored_count(p, "funnel.committed");
		o->hits += tsim_stored_count(p, "hits");
		o->n_corrupted += tsim_stored_count(p, "corrupted") > 0;
		if (estimate > o->worst_estimate) {
			o->worst_estimate = estimate;
			o->worst = i;
		}
	}
}

/* " at D = 1ms"; empty for a single point */
static char *at(const struct findings *f, guint i)
{
	g_autofree char *label = tsim_stored_label(tsim_stored_point(f->stored, i));

	return label ? g_strconcat(" at ", label, NULL) : g_strdup("");
}

static char *of_points(const struct findings *f, guint n)
{
	return f->n == 1 ? g_strdup("") : g_strdup_printf(" at %u of %u points", n, f->n);
}

static void add(struct findings *f, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void add(struct findings *f, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(f->lines, g_strdup_vprintf(format, args));
	va_end(args);
}

static void add_none(struct findings *f, const char *name, const struct overview *o)
{
	JsonObject *p = tsim_stored_policy(tsim_stored_point(f->stored, 0), name);
	struct tsim_estimate e = tsim_stored_estimate(p, "corruption_probability");
	g_autofree char *limit = tsim_text_limit(e.high);

	if (!o->removals)
		add(f,
		    "%s: no block group was removed, so the race cannot occur: that nothing was "
		    "corrupted says nothing about the policy.",
		    name);
	else if (!o->committed && !o->hits)
		add(f,
		    "%s: no removal was committed while a discard of the group was outstanding, "
		    "so the race could not occur.",
		    name);
	else if (f->n == 1)
		add(f, "%s: none of %" G_GUINT64_FORMAT " replications was corrupted, P %s.", name,
		    o->replications, limit);
	else
		add(f,
		    "%s: none of %" G_GUINT64_FORMAT
		    " replications was corrupted, at any of %u points.",
		    name, o->replications, f->n);
}

static void add_corruption(struct findings *f, const char *name)
{
	struct overview o;
	g_autofree char *where = NULL, *estimate = NULL, *points = NULL;
	struct tsim_estimate e;
	JsonObject *p;

	look_over(f, name, &o);
	if (!o.corrupted) {
		add_none(f, name, &o);
		return;
	}
	p = tsim_stored_policy(tsim_stored_point(f->stored, o.worst), name);
	e = tsim_stored_estimate(p, "corruption_probability");
	estimate = tsim_text_estimate(&e);
	where = at(f, o.worst);
	points = of_points(f, o.n_corrupted);
	add(f,
	    "%s: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " replications were corrupted%s%s%s, "
	    "P = %s.",
	    name, o.corrupted, o.replications, points, f->n > 1 ? "; most often" : "", where,
	    estimate);
}

/* At how many points the paired difference is above and below 0, significantly. */
static void count_differences(const struct findings *f, const char *name, const char *what,
			      guint *more, guint *less)
{
	*more = *less = 0;
	for (guint i = 0; i < f->n; i++) {
		JsonObject *paired = tsim_stored_paired(tsim_stored_point(f->stored, i), name);
		double d;

		if (!paired || !tsim_stored_flag(paired, what, "significant"))
			continue;
		d = tsim_stored_estimate(paired, what).estimate;
		*more += d > 0;
		*less += d < 0;
	}
}

static void add_difference(struct findings *f, const char *name, const char *first,
			   const char *what, const char *than_more, const char *than_less,
			   const char *same)
{
	g_autofree char *at_more = NULL, *at_less = NULL;
	guint more, less;

	count_differences(f, name, what, &more, &less);
	at_more = of_points(f, more);
	at_less = of_points(f, less);
	if (!more && !less)
		add(f, "%s and %s: no significant difference in %s%s.", name, first, same,
		    f->n > 1 ? " at any point" : "");
	if (less)
		add(f, "%s: %s than under %s%s.", name, than_less, first, at_less);
	if (more)
		add(f, "%s: %s than under %s%s.", name, than_more, first, at_more);
}

/* What is wrong with the run itself. */
static void add_mishaps(struct findings *f)
{
	guint failures = 0, stopped = 0, capped = 0;

	for (guint i = 0; i < f->n; i++) {
		JsonObject *point = tsim_stored_point(f->stored, i);

		failures += tsim_stored_n_failures(point);
		stopped += strcmp(tsim_stored_text(point, "stopped"), "time budget") == 0;
		capped += strcmp(tsim_stored_text(point, "stopped"), "cap") == 0;
	}
	if (failures)
		add(f,
		    "%u replications BROKE OFF and count nowhere: an invariant of the model broke.",
		    failures);
	if (stopped)
		add(f, "The time ran out before %u of %u points had all their replications.",
		    stopped, f->n);
	if (capped)
		add(f,
		    "The rule to stop was not met at %u of %u points within the cap of "
		    "replications: these are less precise than was asked for.",
		    capped, f->n);
}

/**
 * tsim_findings() - what a result says
 * @stored: result
 *
 * Differences are paired ones; each point is tested for itself, so that with
 * many of them a few are significant by chance.
 */
GPtrArray *tsim_findings(const TsimStored *stored)
{
	struct findings f = { stored, tsim_stored_n_points(stored),
			      g_ptr_array_new_with_free_func(g_free) };
	g_auto(GStrv) policies = tsim_stored_policies(tsim_stored_point(stored, 0));

	add_mishaps(&f);
	if (tsim_stored_bare(stored)) {
		add(&f, "The workload has no file system, only the bare device: nothing can be "
			"lost, and no policy does anything.");
		return f.lines;
	}
	for (guint i = 0; policies[i]; i++)
		add_corruption(&f, policies[i]);
	for (guint i = 1; policies[0] && policies[i]; i++) {
		add_difference(&f, policies[i], policies[0], "corrupted",
			       "significantly more replications are corrupted",
			       "significantly fewer replications are corrupted",
			       "corrupted replications");
		add_difference(&f, policies[i], policies[0], "stall_s",
			       "allocations wait significantly longer",
			       "allocations wait significantly less long",
			       "how long allocations wait");
	}
	return f.lines;
}
