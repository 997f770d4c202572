/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include "result.h"

JsonNode *tsim_result_json(const struct tsim_result *result);
