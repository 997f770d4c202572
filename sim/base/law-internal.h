/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "law.h"

/* What an argument of a law sets: one of its times, or its one shape. */
enum law_slot { LAW_T0, LAW_T1, LAW_SHAPE };

struct law_param {
	const char *name;
	enum law_slot slot;
	gboolean optional;
	gboolean positional;	/* written without its name */
};

/* Every hook but check is required.  Times are in ns, u is strictly inside (0, 1). */
struct law_type {
	const char *name;
	const char *usage;
	struct law_param params[4];	/* ended by an entry without a name */
	/* NULL, or what is wrong with the arguments; else derives the constants */
	const char *(*check)(TsimLaw *law);
	tsim_ns (*quantile)(const TsimLaw *law, double u);
	/* quantile of the law given that it exceeds @elapsed */
	tsim_ns (*residual)(const TsimLaw *law, tsim_ns elapsed, double u);
	double (*cdf)(const TsimLaw *law, double t);
	double (*survival)(const TsimLaw *law, double t);	/* 1 - cdf, exact in the tail */
	double (*mean)(const TsimLaw *law);
	double (*min)(const TsimLaw *law);
};

/* Samples by time, and how many there are up to each. */
struct law_table {
	gsize n;
	tsim_ns *ns;
	guint64 *upto;
};

/* Samples of like size. */
struct law_bin {
	double log_bytes;	/* mean */
	struct law_table table;
};

struct tsim_law {
	const struct law_type *type;
	guint refs;		/* more than one: a law that is kept for its file */
	tsim_ns t[2];		/* as written; negative: not given */
	double shape;		/* as written; NaN: not given */
	double log_median;	/* lognormal: ln t[0] */
	double kept;		/* pareto: what the max leaves of it */
	/* mixture */
	guint n_parts;
	TsimLaw **parts;
	double *weights;	/* as written, not normalised, so that the text parses back */
	double *upto;		/* cumulative, normalised; the last is 1 */
	/* empirical */
	char *file;
	struct law_table all;
	guint n_bins;		/* 0: the file has no sizes */
	struct law_bin *bins;	/* by size */
	double trend;		/* beyond the largest size: d log time / d log bytes, 0..1 */
};

/* The arguments of law_mixture and law_empirical are no list of params. */
extern const struct law_type law_fixed, law_uniform, law_exponential, law_lognormal, law_pareto;
extern const struct law_type law_mixture, law_empirical;

TsimLaw *tsim_law_new(const struct law_type *type);
TsimLaw *tsim_law_of_file(const char *file, GError **error);
void tsim_law_set_samples(TsimLaw *law, struct tsim_law_sample *samples, gsize n);
void tsim_law_clear_samples(TsimLaw *law);
tsim_ns tsim_law_quantile_of_size(const TsimLaw *law, guint64 bytes, double u);
const TsimLaw *tsim_law_choose_part(const TsimLaw *law, double *u);
