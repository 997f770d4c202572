/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "config.h"
#include "race-file.h"

/* A loop that comes and goes; @n of 0: there is none. */
struct tsim_repro_loop {
	guint64 n;
	tsim_ns pause_ns;
};

/* What it takes to try a hit on a real kernel. */
struct tsim_repro {
	const struct tsim_race_file *hit;
	guint number; /* of the hit */
	const char *workload; /* its kind */
	tsim_ns delay_ns; /* of a discard: submission to effect */
	guint64 size, discard_max;
	gboolean dup, ssd;
	tsim_ns commit_ns, duration_ns;
	struct tsim_repro_loop trim, sync, fsync, balance;
	guint64 minlen;
	const char *balance_type; /* "m", "d" */
	int balance_percent;
	guint64 balance_groups; /* 0: all */
	struct {
		guint64 n, bytes;
		double written; /* share */
		gboolean sync;
		tsim_ns hold_ns, gap_ns;
	} falloc;
	struct {
		guint64 n, count; /* processes, files of each */
		double per_s; /* of each */
		gboolean keep;
	} files;
};

/* The experiment's values at the point of @hit, from DIR/manifest.conf. */
TsimResolved *tsim_repro_config(const char *dir, const struct tsim_race_file *hit, GError **error);
gboolean tsim_repro_init(struct tsim_repro *r, const struct tsim_race_file *hit, guint number,
			 const TsimResolved *resolved, GError **error);
/* A script for sh.  (transfer full) */
char *tsim_repro_script(const struct tsim_repro *r);
void tsim_repro_loops(GString *out, const struct tsim_repro *r);
