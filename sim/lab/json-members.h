/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include "histogram.h"
#include "interval.h"

/* Members of the object that is being built. */
void tsim_json_number(JsonBuilder *b, const char *name, double value); /* null: not finite */
void tsim_json_count(JsonBuilder *b, const char *name, guint64 value);
void tsim_json_text(JsonBuilder *b, const char *name, const char *value);
void tsim_json_boolean(JsonBuilder *b, const char *name, gboolean value);
void tsim_json_begin(JsonBuilder *b, const char *name);
void tsim_json_begin_array(JsonBuilder *b, const char *name);
void tsim_json_estimate_members(JsonBuilder *b, const struct tsim_estimate *e);
void tsim_json_estimate(JsonBuilder *b, const char *name, const struct tsim_estimate *e);
/* Between these two come the percentiles. */
void tsim_json_begin_histogram(JsonBuilder *b, const char *name, const TsimHistogram *h);
void tsim_json_end_histogram(JsonBuilder *b, const TsimHistogram *h);
/* @root, indented, its numbers as JSON has them: json-glib does not.  (transfer full) */
char *tsim_json_print(JsonNode *root);
/* The finished object, indented, with a line feed.  (transfer full) */
char *tsim_json_finish(JsonBuilder *b);
