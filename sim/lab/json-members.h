/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include "interval.h"

/* Members of the object that is being built. */
void tsim_json_number(JsonBuilder *b, const char *name, double value); /* null: not finite */
void tsim_json_count(JsonBuilder *b, const char *name, guint64 value);
void tsim_json_text(JsonBuilder *b, const char *name, const char *value);
void tsim_json_estimate(JsonBuilder *b, const char *name, const struct tsim_estimate *e);
/* @root, indented, its numbers as JSON has them: json-glib does not.  (transfer full) */
char *tsim_json_print(JsonNode *root);
/* The finished object, indented, with a line feed.  (transfer full) */
char *tsim_json_finish(JsonBuilder *b);
