/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `trimsim validate kernel` for gnuplot: blocks that plots/kernel*.gp find by their names. */
#include "kernel.h"

#include <math.h>
#include <string.h>
#include "tsv.h"

#define HOUR_S 3600

static void append_number(GString *text, double value)
{
	tsim_tsv_rounded(text, isfinite(value) ? value : NAN, 6);
}

static void append_estimate(GString *text, const struct tsim_estimate *e, double scale)
{
	append_number(text, e->estimate * scale);
	append_number(text, e->low * scale);
	append_number(text, e->high * scale);
}

static void append_points(GString *text, const char *name, const GArray *points)
{
	g_string_append_printf(text,
			       "# %s\n# set_ms then with low and high: discard_ms reuse_ms "
			       "residual_ms exposed realloc raced residual_above_reuse "
			       "removals_per_hour exposed_per_hour\n",
			       name);
	for (guint i = 0; points && i < points->len; i++) {
		const struct tsim_kernel_point *p =
			&g_array_index(points, struct tsim_kernel_point, i);
		const struct tsim_estimate *columns[] = {
			&p->discard_ms, &p->reuse_ms, &p->residual_ms, &p->exposed,  &p->realloc,
			&p->raced,	&p->late,     &p->removals,    &p->exposures
		};

		g_string_append_printf(text, "%g", (double)p->set_us / 1e3);
		for (guint k = 0; k < G_N_ELEMENTS(columns); k++)
			append_estimate(text, columns[k], 1);
		g_string_append_c(text, '\n');
	}
	g_string_append(text, "\n\n");
}

static const struct tsim_estimate *kernel_of(const struct tsim_kernel_report *report,
					     const char *quantity)
{
	static const struct tsim_estimate none = { .estimate = NAN, .low = NAN, .high = NAN };

	for (guint i = 0; i < report->results->len; i++) {
		const struct tsim_kernel_result *r =
			&g_array_index(report->results, struct tsim_kernel_result, i);

		if (strcmp(r->quantity->name, quantity) == 0)
			return &r->kernel;
	}
	return &none;
}

/* The kernel's points of a sweep. */
static void append_kernel(GString *text, const char *name, const struct tsim_kernel_table *table,
			  const char *series)
{
	g_string_append_printf(text,
			       "# %s\n# discard_ms, then with low and high: realloc raced "
			       "removals_per_hour exposed_per_hour exposed_per_discard\n",
			       name);
	for (guint i = 0; i < table->reports->len; i++) {
		const struct tsim_kernel_report *report = g_ptr_array_index(table->reports, i);

		if (strcmp(report->row->series, series) || report->row->recording ||
		    strcmp(report->row->policy, "unpinned"))
			continue;
		g_string_append_printf(text, "%.6g", kernel_of(report, "discard ms")->estimate);
		append_estimate(text, kernel_of(report, "realloc/exposed"), 1);
		append_estimate(text, kernel_of(report, "raced/exposed"), 1);
		append_estimate(text, kernel_of(report, "removals /s"), HOUR_S);
		append_estimate(text, kernel_of(report, "exposed /s"), HOUR_S);
		append_estimate(text, kernel_of(report, "exposed/discard"), 1);
		g_string_append_c(text, '\n');
	}
	g_string_append(text, "\n\n");
}

static void append_row(GString *text, const struct tsim_kernel_report *report)
{
	const struct tsim_kernel_row *row = report->row;

	for (guint i = 0; i < report->results->len; i++) {
		const struct tsim_kernel_result *r =
			&g_array_index(report->results, struct tsim_kernel_result, i);

		g_string_append_printf(text, "%s\t%s\t%g\t%u\t%s", row->series, row->policy,
				       (double)row->set_us / 1e3, row->seconds, r->quantity->name);
		append_estimate(text, &r->kernel, 1);
		append_estimate(text, &r->simulated, 1);
		g_string_append_printf(text, "\t%s\n",
				       r->target.rule == TSIM_KERNEL_SHOWN ? "shown" :
				       r->ok				   ? "ok" :
									     "off");
	}
}

/** tsim_kernel_tsv() - the sweeps, the kernel's points on them, and every row */
char *tsim_kernel_tsv(const struct tsim_kernel_table *table)
{
	GString *text = g_string_new(NULL);

	append_points(text, "threshold", table->threshold);
	append_kernel(text, "kernel-threshold", table, "k");
	append_points(text, "cleaner", table->cleaner);
	append_kernel(text, "kernel-cleaner", table, "m2");
	g_string_append(text, "# rows\n# series\tpolicy\tset_ms\tseconds\tquantity\tkernel\tlow\t"
			      "high\tsimulated\tlow\thigh\tverdict\n");
	for (guint i = 0; i < table->reports->len; i++)
		append_row(text, g_ptr_array_index(table->reports, i));
	return g_string_free(text, FALSE);
}
