/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "config.h"
#include "result.h"

gboolean tsim_expect_check(const TsimResolved *resolved, const struct tsim_experiment *experiment,
			   GError **error);
GPtrArray *tsim_expect_names(void);
void tsim_expect_test(const struct tsim_result *result, GPtrArray *broken);
