/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include "result.h"

JsonNode *tsim_result_json(const struct tsim_result *result);
/* Members of the object of a policy. */
void tsim_result_json_device(JsonBuilder *b, const struct tsim_policy_tally *p, gboolean all);
