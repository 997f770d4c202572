/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The variables of a sweep as columns of a table: numbers, for who plots or computes. */
#include "variables.h"

#include "units.h"

static gboolean as_real(const char *text, double *value)
{
	return tsim_parse_real(text, value, NULL);
}

static gboolean as_seconds(const char *text, double *value)
{
	tsim_ns t;

	if (!tsim_parse_time(text, &t, NULL))
		return FALSE;
	*value = t / (double)TSIM_NS_PER_S;
	return TRUE;
}

static gboolean as_bytes(const char *text, double *value)
{
	guint64 bytes;

	if (!tsim_parse_bytes(text, &bytes, NULL))
		return FALSE;
	*value = bytes;
	return TRUE;
}

static gboolean as_rate(const char *text, double *value)
{
	return tsim_parse_rate(text, value, NULL);
}

static gboolean as_frequency(const char *text, double *value)
{
	return tsim_parse_frequency(text, value, NULL);
}

static gboolean as_share(const char *text, double *value)
{
	return tsim_parse_share(text, value, NULL);
}

static gboolean all_are(const TsimPlan *plan, guint v,
			gboolean (*number)(const char *text, double *value))
{
	double value;

	for (guint64 i = 0; i < tsim_plan_n_points(plan); i++)
		if (!number(tsim_plan_value(plan, i, v), &value))
			return FALSE;
	return TRUE;
}

/**
 * tsim_variables_new() - what the variables of a plan are in a table
 *
 * A variable is of one kind when its value is at every point.
 *
 * Return: (transfer full): one for each; names are those of @plan.
 */
struct tsim_variable *tsim_variables_new(const TsimPlan *plan)
{
	static const struct tsim_variable kinds[] = {
		{ NULL, "", as_real },
		{ NULL, "_s", as_seconds },
		{ NULL, "_bytes", as_bytes },
		{ NULL, "_bytes_per_s", as_rate },
		{ NULL, "_per_s", as_frequency },
		{ NULL, "", as_share },
	};
	guint n = tsim_plan_n_variables(plan);
	struct tsim_variable *variables = g_new0(struct tsim_variable, n + 1);

	for (guint v = 0; v < n; v++) {
		variables[v].suffix = "";
		for (guint k = 0; k < G_N_ELEMENTS(kinds); k++) {
			if (all_are(plan, v, kinds[k].number)) {
				variables[v] = kinds[k];
				break;
			}
		}
		variables[v].name = tsim_plan_variable(plan, v);
	}
	return variables;
}
