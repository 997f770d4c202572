/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

/* One finished `trimsim run --format json`. */
struct run {
	int status; /* exit status, or -1: killed by a signal */
	JsonParser *json;
	double cpu_s; /* user and system time of the program and its workers */
	double max_rss_kib; /* of the largest process among them */
};

/* @args: what follows `trimsim run`, as in a shell. */
void run_trimsim(struct run *run, const char *args);
void run_clear(struct run *run);
/* A member of the policy's object, e.g. "allocation.stall_ns.total". */
double run_number(const struct run *run, const char *policy, const char *path);
