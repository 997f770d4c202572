/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "summary.h"

/* The lines of one policy: what stands left, and the value; a heading has none. */
struct tsim_report_column {
	gboolean overlaps; /* some policy placed a chunk over a pinned range */
	gboolean waiting; /* under some policy a request still waited when the run ended */
	gboolean power; /* a loss of power ended some run */
	gboolean flash; /* the device has a flash translation layer, and was written */
	guint kinds, sizes; /* bits: commands, and sizes of discards, that some policy had */
	GPtrArray *names, *values; /* (element-type char *) */
	const struct tsim_result *result;
	guint policy;
	const struct tsim_policy_tally *p;
	struct tsim_summary s;
	guint64 n; /* replications */
	double confidence;
};

/* @value: (transfer full) */
static inline void tsim_row(struct tsim_report_column *c, const char *name, char *value)
{
	g_ptr_array_add(c->names, g_strdup(name));
	g_ptr_array_add(c->values, value);
}

static inline void tsim_heading(struct tsim_report_column *c, const char *name)
{
	tsim_row(c, name, g_strdup(""));
}

/* What was done, a sum. */
static inline void tsim_count_row(struct tsim_report_column *c, const char *name, guint64 k)
{
	tsim_row(c, name, k ? g_strdup_printf("%" G_GUINT64_FORMAT, k) : g_strdup("none"));
}

void tsim_report_note_device(struct tsim_report_column *c, const struct tsim_policy_tally *p);
char *tsim_report_amplification(const struct tsim_policy_tally *p, double confidence);
void tsim_report_device(struct tsim_report_column *c);
