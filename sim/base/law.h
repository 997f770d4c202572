/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "simtime.h"

/* A law of a duration, in nanoseconds.  Immutable once parsed. */
typedef struct tsim_law TsimLaw;

/* The longest draw, 146 years: adding it to any time of a replication cannot overflow. */
#define TSIM_LAW_MAX_NS (G_MAXINT64 / 2)

/* What a line of a file of samples says. */
struct tsim_law_sample {
	guint64 bytes;	/* 0: the file has no sizes */
	tsim_ns ns;
	guint64 count;
};

/* (element-type struct tsim_law_sample), in the order of the file, at least one */
gsize tsim_law_file_length(const char *text);
GArray *tsim_law_read_file(const char *file, GError **error);
TsimLaw *tsim_law_new_empirical(const struct tsim_law_sample *samples, gsize n);

TsimLaw *tsim_law_parse(const char *text, GError **error);
const char *tsim_law_usage(guint i);
TsimLaw *tsim_law_new_fixed(tsim_ns value_ns);
void tsim_law_free(TsimLaw *law);
char *tsim_law_to_string(const TsimLaw *law);

tsim_ns tsim_law_quantile_ns(const TsimLaw *law, double u);
tsim_ns tsim_law_quantile_sized_ns(const TsimLaw *law, guint64 bytes, double u);
tsim_ns tsim_law_residual_ns(const TsimLaw *law, tsim_ns elapsed, double u);
double tsim_law_cdf(const TsimLaw *law, double t_ns);
double tsim_law_mean_ns(const TsimLaw *law);
double tsim_law_min_ns(const TsimLaw *law);
gboolean tsim_law_is_fixed(const TsimLaw *law, tsim_ns *value_ns);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimLaw, tsim_law_free)
