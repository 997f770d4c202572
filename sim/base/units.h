/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "simtime.h"

/* Parse a value with its mandatory unit; leading and trailing blanks are allowed. */
gboolean tsim_parse_time(const char *text, tsim_ns *out, GError **error);
gboolean tsim_parse_bytes(const char *text, guint64 *out, GError **error);
/* MB/s, GiB/s, inf */
gboolean tsim_parse_rate(const char *text, double *bytes_per_s, GError **error);
/* 5/s, 3/min, 2/h */
gboolean tsim_parse_frequency(const char *text, double *per_s, GError **error);
gboolean tsim_parse_share(const char *text, double *out, GError **error);	/* 0.1 or 10% */
gboolean tsim_parse_count(const char *text, guint64 *out, GError **error);	/* 1000, 1e6 */
gboolean tsim_parse_real(const char *text, double *out, GError **error);

/* The shortest text that parses back to the same value. */
char *tsim_format_time(tsim_ns t);
char *tsim_format_bytes(guint64 bytes);
char *tsim_format_rate(double bytes_per_s);
char *tsim_format_frequency(double per_s);
char *tsim_format_real(double value);

/* For people: at most 4 significant digits, e.g. "12.4ms", "1.5GiB". */
char *tsim_human_time(double ns);
char *tsim_human_bytes(double bytes);
