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

struct tsim_law {
	const struct law_type *type;
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
	gsize n_samples;
	tsim_ns *samples;	/* sorted */
};

/* The arguments of law_mixture and law_empirical are no list of params. */
extern const struct law_type law_fixed, law_uniform, law_exponential, law_lognormal, law_pareto;
extern const struct law_type law_mixture, law_empirical;

TsimLaw *tsim_law_new(const struct law_type *type);
gboolean tsim_law_read_samples(TsimLaw *law, const char *file, GError **error);
