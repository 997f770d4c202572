/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib/gstdio.h>
#include <string.h>

#include "config.h"
#include "error.h"
#include "law.h"
#include "simtime.h"

/* A schema of our own: the layer knows no model. */
struct device {
	tsim_ns base;
	guint64 slots;
	TsimLaw *latency;
};

struct filesystem {
	tsim_ns interval;
};

struct experiment {
	char *device, *filesystem, *workload, *title;
	GStrv policies;
	guint64 replications;
};

struct knob {
	tsim_ns delay;
};

extern const struct tsim_schema schema;
extern char *directory; /* for files, goes afterwards */

char *put_bytes(const char *name, const char *text, gssize length);
TsimConfig *load(const char *text, GError **error);
TsimResolved *resolve(const char *text, const char *set, GError **error);
void config_start(int *argc, char ***argv);
int config_end(void);

#define EXPERIMENT                                                                                 \
	"[experiment e]\n"                                                                         \
	"device = d\n"                                                                             \
	"filesystem = f\n"                                                                         \
	"workload = probe\n"                                                                       \
	"policies = unpinned, slow\n"
#define GROUPS                                                                                     \
	"[device d]\n"                                                                             \
	"[filesystem f]\n"                                                                         \
	"[policy slow]\n"                                                                          \
	"kind = pinned-chunk\n"                                                                    \
	"delay = 5s\n"
