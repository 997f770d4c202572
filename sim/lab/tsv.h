/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "interval.h"

char *tsim_tsv_text(double value);
/* Columns after the first of a line: each writes the tab before it. */
void tsim_tsv_real(GString *out, double value);
void tsim_tsv_rounded(GString *out, double value, int digits);
void tsim_tsv_count(GString *out, guint64 value);
void tsim_tsv_ns(GString *out, double ns);
void tsim_tsv_estimate(GString *out, const struct tsim_estimate *e);
