/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "race-file.h"

void tsim_explain_summary(GString *out, const struct tsim_race_file *file);
