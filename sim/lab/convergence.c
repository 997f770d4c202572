/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the estimates of a run came to be, from its stored blocks. */
#include <math.h>

#include "error.h"
#include "interval.h"
#include "plot-data.h"

/* The lines of more points could not be told apart. */
#define MAX_POINTS 4
/* A row for each growth by so much. */
#define GROWTH 1.05

struct course {
	struct tsim_campaign *c;
	guint64 point;
	GArray *rows; /* (element-type guint64) replications, then corrupted of each policy */
	guint64 *sums; /* the row that grows */
	guint n_policies;
	double next;
};

/* Blocks come in their order, and only those that are counted make up the estimate. */
static gboolean add_block(guint32 first, guint32 end, guint failed, const GByteArray *sums,
			  gpointer data, GError **error)
{
	struct course *course = data;
	guint32 counted = tsim_schedule_standing(course->c->schedule, course->point)->end;
	const guint8 *p = sums->data;

	if (end > counted)
		return TRUE;
	if (!tsim_tally_peek(&p, p + sums->len, course->n_policies, course->sums + 1, course->sums))
		return tsim_throw(error, "%s: the sums of a block cannot be read",
				  tsim_store_path(course->c->store));
	if (course->sums[0] < course->next && end < counted)
		return TRUE;
	course->next = ceil(course->sums[0] * GROWTH);
	g_array_append_vals(course->rows, course->sums, course->n_policies + 1);
	return TRUE;
}

static void append_policy(GString *out, const struct course *course, guint policy, gboolean first,
			  const struct tsim_experiment *e)
{
	g_autofree char *label = tsim_plan_label(course->c->plan, course->point);
	guint width = course->n_policies + 1;

	g_string_append_printf(out, "%s\"%s%s%s\"\n", first ? "" : "\n\n",
			       e->policies[policy], label ? ", " : "", label ? label : "");
	if (!course->rows->len)
		g_string_append(out, "nan\tnan\tnan\tnan\tnan\n");
	for (guint i = 0; i < course->rows->len; i += width) {
		const guint64 *row = &g_array_index(course->rows, guint64, i);
		struct tsim_estimate p = tsim_proportion(row[1 + policy], row[0], e->confidence);

		g_string_append_printf(out,
				       "%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT
				       "\t%.6g\t%.6g\t%.6g\n",
				       row[0], row[1 + policy], p.estimate, p.low, p.high);
	}
}

static gboolean append_point(GString *out, struct tsim_campaign *c, guint64 i, gboolean first,
			     GError **error)
{
	const TsimSetup *setup = tsim_plan_setup(c->plan, i, error);
	struct course course = { .c = c, .point = i };
	gboolean ok = setup != NULL;

	if (!ok)
		return FALSE;
	course.n_policies = g_strv_length(tsim_setup_experiment(setup)->policies);
	course.sums = g_new0(guint64, course.n_policies + 1);
	course.rows = g_array_new(FALSE, FALSE, sizeof(guint64));
	ok = !c->ids[i] || tsim_store_each(c->store, c->ids[i], tsim_plan_point(c->plan, i),
					   add_block, &course, error);
	for (guint k = 0; ok && k < course.n_policies; k++)
		append_policy(out, &course, k, first && k == 0, tsim_setup_experiment(setup));
	g_array_unref(course.rows);
	g_free(course.sums);
	return ok;
}

/* Of the worst policy's interval. */
static double interval_width(const struct tsim_campaign *c, guint64 point)
{
	const struct tsim_standing *at = tsim_schedule_standing(c->schedule, point);
	const struct tsim_estimate p = tsim_proportion(at->corrupted, at->replications, 0.95);

	return at->replications ? p.high - p.low : 0;
}

static gint by_number(gconstpointer a, gconstpointer b)
{
	const guint64 *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Where most is left to be known; of equal ones the first.  (element-type guint64), in order */
static GArray *choose_points(const struct tsim_campaign *c)
{
	GArray *chosen = g_array_new(FALSE, FALSE, sizeof(guint64));
	double widths[MAX_POINTS + 1];

	for (guint64 i = 0; i < tsim_plan_n_points(c->plan); i++) {
		double here = interval_width(c, i);
		guint at = chosen->len;

		while (at > 0 && widths[at - 1] < here) {
			widths[at] = widths[at - 1];
			at--;
		}
		widths[at] = here;
		g_array_insert_val(chosen, at, i);
		g_array_set_size(chosen, MIN(chosen->len, MAX_POINTS));
	}
	g_array_sort(chosen, by_number);
	return chosen;
}

static gboolean append_points(GString *out, struct tsim_campaign *c, const GArray *points,
			      GError **error)
{
	guint64 n = tsim_plan_n_points(c->plan);

	if (points->len < n)
		g_string_append_printf(out,
				       "# %u of %" G_GUINT64_FORMAT
				       " points: those with the widest intervals at the end\n",
				       points->len, n);
	g_string_append(out, "# replications\tcorrupted\testimate\tlow\thigh\n");
	for (guint k = 0; k < points->len; k++)
		if (!append_point(out, c, g_array_index(points, guint64, k), k == 0, error))
			return FALSE;
	return TRUE;
}

/**
 * tsim_convergence_tsv() - the corruption probability after so many replications
 * @c: campaign
 *
 * A block for each policy of each point; of many points a few, which the first
 * line says.  The intervals are those of a number of replications that was
 * given beforehand.
 *
 * Return: (transfer full) (nullable)
 */
char *tsim_convergence_tsv(struct tsim_campaign *c, GError **error)
{
	g_autoptr(GArray) points = choose_points(c);
	GString *out = g_string_new(NULL);
	gboolean ok = append_points(out, c, points, error);

	return g_string_free(out, !ok);
}
