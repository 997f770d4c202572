/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sweep.h"

/* A sweep over a schema of its own, read from a file in a directory that goes with it. */
struct fixture {
	TsimConfig *config;
	TsimSweep *sweep; /* NULL: the error that was given */
};

/* So many lines stand above those of the experiment: the groups that it uses. */
#define FIXTURE_LINES 12

extern const struct tsim_schema fixture_schema;

void fixture_start(void);
void fixture_end(void);
const char *fixture_path(void);
/* Write the groups and @lines of [experiment e]; @set: an assignment as of --set, or NULL. */
void fixture_load(struct fixture *f, const char *lines, const char *set, GError **error);
void fixture_load_forced(struct fixture *f, const char *lines, GError **error);
/* The same, and it must be a sweep. */
void fixture_sweep(struct fixture *f, const char *lines);
void fixture_clear(struct fixture *f);
/* The values of variable @v at all points, with blanks between.  (transfer full) */
char *fixture_values(const struct fixture *f, guint v);
/* What a key is at a point.  (transfer full) */
char *fixture_option(const struct fixture *f, guint64 point, const char *kind, const char *key);
