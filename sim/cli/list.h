/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sweep.h"

/* What `trimsim list` has to say. */
struct tsim_list {
	const TsimSweep *sweep;
	const GArray *points; /* (element-type guint64) those that are selected */
	guint64 replications;
	guint policies;
	gboolean ruled; /* there is a rule to stop, so that replications are the most */
	/* The estimate: seconds that a replication under all policies adds to the whole. */
	double replication_s;
	guint64 timed, timed_points; /* from so many replications of so many points */
	guint jobs;
};

/* list-output.c; FORMAT is text, tsv or json. */
void tsim_list_print(const struct tsim_list *list, const char *format);
