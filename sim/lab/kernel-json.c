/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `trimsim validate kernel` as one JSON object. */
#include "kernel.h"

#include "json-members.h"

static const char *const rules[] = { "shown", "within a factor or the intervals", "never",
				     "below the kernel's limit" };

static void add_result(JsonBuilder *b, const struct tsim_kernel_result *r)
{
	json_builder_begin_object(b);
	tsim_json_text(b, "quantity", r->quantity->name);
	tsim_json_estimate(b, "kernel", &r->kernel);
	tsim_json_estimate(b, "simulated", &r->simulated);
	tsim_json_number(b, "ratio", r->simulated.estimate / r->kernel.estimate);
	tsim_json_text(b, "rule", rules[r->target.rule]);
	if (r->target.rule == TSIM_KERNEL_FACTOR) {
		tsim_json_number(b, "ratio_low", r->target.low);
		tsim_json_number(b, "ratio_high", r->target.high);
	}
	if (r->target.rule != TSIM_KERNEL_SHOWN)
		tsim_json_text(b, "verdict", r->ok ? "ok" : "off");
	json_builder_end_object(b);
}

static void add_report(JsonBuilder *b, const struct tsim_kernel_report *report)
{
	const struct tsim_kernel_row *row = report->row;

	json_builder_begin_object(b);
	tsim_json_text(b, "series", row->series);
	tsim_json_text(b, "policy", row->policy);
	tsim_json_count(b, "set_discard_us", row->set_us);
	tsim_json_count(b, "seconds", row->seconds);
	if (row->recording)
		tsim_json_text(b, "recording", row->recording);
	tsim_json_count(b, "kernel_runs", report->kernel_runs);
	tsim_json_count(b, "replications", report->replications);
	tsim_json_count(b, "failures", report->failures);
	tsim_json_begin_array(b, "quantities");
	for (guint i = 0; i < report->results->len; i++)
		add_result(b, &g_array_index(report->results, struct tsim_kernel_result, i));
	json_builder_end_array(b);
	json_builder_end_object(b);
}

static void add_point(JsonBuilder *b, const struct tsim_kernel_point *p)
{
	json_builder_begin_object(b);
	tsim_json_count(b, "set_discard_us", p->set_us);
	tsim_json_estimate(b, "discard_ms", &p->discard_ms);
	tsim_json_estimate(b, "reuse_ms", &p->reuse_ms);
	tsim_json_estimate(b, "residual_ms", &p->residual_ms);
	tsim_json_estimate(b, "exposed", &p->exposed);
	tsim_json_estimate(b, "realloc", &p->realloc);
	tsim_json_estimate(b, "raced", &p->raced);
	tsim_json_estimate(b, "residual_above_reuse", &p->late);
	tsim_json_estimate(b, "removals_per_hour", &p->removals);
	tsim_json_estimate(b, "exposed_per_hour", &p->exposures);
	tsim_json_count(b, "failures", p->failures);
	json_builder_end_object(b);
}

static void add_sweep(JsonBuilder *b, const char *name, const GArray *points)
{
	if (!points)
		return;
	tsim_json_begin_array(b, name);
	for (guint i = 0; i < points->len; i++)
		add_point(b, &g_array_index(points, struct tsim_kernel_point, i));
	json_builder_end_array(b);
}

/** tsim_kernel_json() - all rows and sweeps */
char *tsim_kernel_json(const struct tsim_kernel_table *table)
{
	g_autoptr(JsonBuilder) b = json_builder_new();

	json_builder_begin_object(b);
	tsim_json_text(b, "trimsim", TSIM_VERSION);
	tsim_json_count(b, "seed", table->options.seed);
	tsim_json_count(b, "replications", table->options.replications);
	tsim_json_text(b, "verdict", tsim_kernel_passed(table) ? "passed" : "failed");
	tsim_json_begin_array(b, "rows");
	for (guint i = 0; i < table->reports->len; i++)
		add_report(b, g_ptr_array_index(table->reports, i));
	json_builder_end_array(b);
	add_sweep(b, "threshold", table->threshold);
	add_sweep(b, "cleaner", table->cleaner);
	json_builder_end_object(b);
	return tsim_json_finish(b);
}
