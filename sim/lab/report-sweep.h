/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "result.h"

/* The report on several points, 75 columns. */
void tsim_report_sweep_head(GString *out, const struct tsim_head *head);
void tsim_report_sweep_legend(GString *out, const struct tsim_head *head);
const char *tsim_report_no_race(const struct tsim_outcome *sum);
void tsim_report_sweep_point(GString *out, const struct tsim_result *result);
