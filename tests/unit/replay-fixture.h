/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "follow.h"
#include "fs-fixture.h"
#include "ftrace.h"
#include "trace.h"

/* A recording, and what the models emit when they follow it. */
extern GArray *events; /* (element-type struct tsim_trace_event) of the recording */
extern GArray *emitted; /* (element-type struct tsim_trace_event) of the models */
extern TsimRecording *recording;
extern double scale;

const struct tsim_trace_event *nth(const GArray *array, guint i);
void load(const char *path);
void run_policy(const struct tsim_policy_ops *ops);
void unload(void);
guint count(const GArray *array, enum tsim_trace_kind kind);
