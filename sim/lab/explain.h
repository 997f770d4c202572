/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "race-file.h"

char *tsim_explain(const struct tsim_race_file *file);
gboolean tsim_same_discard(const struct tsim_race_file *a, const struct tsim_race_file *b);
