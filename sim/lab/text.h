/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "histogram.h"
#include "interval.h"

/* What goes into a commit message or a mail is no wider. */
#define TSIM_TEXT_WIDTH 75

/*
 * Results for people.  No digit that the uncertainty does not support, and no
 * bare 0: nothing seen is always `0:N (< limit)`.  All (transfer full).
 */
char *tsim_text_estimate(const struct tsim_estimate *e);
char *tsim_text_relative(const struct tsim_estimate *e);
char *tsim_text_plus_minus(const struct tsim_estimate *e);
char *tsim_text_limit(double limit);
char *tsim_text_count(guint64 k, guint64 n, double confidence);
char *tsim_text_share(guint64 k, guint64 n, double confidence);
char *tsim_text_time(double ns);
char *tsim_text_bytes(double bytes);
char *tsim_text_quantile(const struct tsim_estimate *e, const char *zero);
char *tsim_text_percentile(const TsimHistogram *h, double q, const char *zero);
void tsim_text_command(GString *out, const char *const *words);
