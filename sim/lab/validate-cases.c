/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shapes of what `trimsim validate` compares: the race.
 *
 * A row's numbers go to two places: tsim_validate_set() makes configuration keys of them,
 * form() the closed form.
 */
#include "validate-cases.h"

void tsim_validate_set(GPtrArray *sets, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(sets, g_strdup_vprintf(format, args));
	va_end(args);
}

void tsim_validate_set_law(GPtrArray *sets, const char *key, struct tsim_form_law law)
{
	if (law.kind == TSIM_FORM_FIXED)
		tsim_validate_set(sets, "%s=fixed(%.12gs)", key, law.scale);
	else if (law.kind == TSIM_FORM_EXPONENTIAL)
		tsim_validate_set(sets, "%s=exponential(mean=%.12gs)", key, law.scale);
	else
		tsim_validate_set(sets, "%s=lognormal(median=%.12gs, sigma=%.12g)", key, law.scale,
				  law.sigma);
}

/* Keys that have the same unit in the file as in the row. */
void tsim_validate_set_fixed(GPtrArray *sets, const char *key, double s)
{
	tsim_validate_set(sets, "%s=fixed(%.12gs)", key, s);
}

void tsim_validate_set_mean(GPtrArray *sets, const char *key, double s)
{
	tsim_validate_set(sets, "%s=exponential(mean=%.12gs)", key, s);
}

/* ---- R1: D R C A W, all exponential, by their means ---- */

static void set_r1(const struct tsim_validate_row *row, GPtrArray *sets)
{
	tsim_validate_set_law(sets, "device.discard.latency", row->d);
	tsim_validate_set_mean(sets, "workload.removal_delay", row->v[0]);
	tsim_validate_set_mean(sets, "workload.commit_delay", row->v[1]);
	tsim_validate_set_mean(sets, "workload.allocation_delay", row->v[2]);
	tsim_validate_set_mean(sets, "workload.write_delay", row->v[3]);
}

static double form_r1(const struct tsim_validate_row *row)
{
	const double *v = row->v;

	return tsim_form_r1(1 / row->d.scale, 1 / v[0], 1 / v[1], 1 / v[2], 1 / v[3]);
}

static double form_r1_latent(const struct tsim_validate_row *row)
{
	const double *v = row->v;

	return tsim_form_r1_latent(1 / row->d.scale, 1 / v[0], 1 / v[1], 1 / v[2], 1 / v[3]);
}

static void set_r1_dup(const struct tsim_validate_row *row, GPtrArray *sets)
{
	set_r1(row, sets);
	tsim_validate_set(sets, "workload.copies=2");
}

const struct tsim_validate_case tsim_case_r1 = {
	.name = "r1",
	.file = "r1",
	.parameters = "D R C A W",
	.formula = "every stage exponential, one after the other",
	.policy = "unpinned",
	.pinned_too = TRUE,
	.cost = 1,
	.set = set_r1,
	.quantities[0] = { "P", TSIM_MEASURE_CORRUPTED, .form = form_r1 },
};
const struct tsim_validate_case tsim_case_r1_dup = {
	.name = "r1-dup",
	.file = "r1",
	.parameters = "D R C A W",
	.formula = "the same with two copies: both lost (P), one lost (latent)",
	.policy = "unpinned",
	.pinned_too = TRUE,
	.cost = 1,
	.set = set_r1_dup,
	.quantities[0] = { "P", TSIM_MEASURE_CORRUPTED, .form = form_r1 },
	.quantities[1] = { "latent", TSIM_MEASURE_LATENT, .form = form_r1_latent },
};

/* ---- R2: D s ---- */

static void set_r2(const struct tsim_validate_row *row, GPtrArray *sets)
{
	tsim_validate_set_law(sets, "device.discard.latency", row->d);
	tsim_validate_set(sets, "workload.removal_delay=uniform-in-discard");
	tsim_validate_set_fixed(sets, "workload.write_delay", row->v[0]);
}

static double form_r2(const struct tsim_validate_row *row)
{
	return tsim_form_r2(row->d, row->v[0] + row->v[1]);
}

/* A write takes effect at its end: part of s may be its service. */
static void set_r2_service(const struct tsim_validate_row *row, GPtrArray *sets)
{
	set_r2(row, sets);
	tsim_validate_set(sets, "device.write.base=%.12gs", row->v[1]);
}

const struct tsim_validate_case tsim_case_r2 = {
	.name = "r2",
	.file = "r2",
	.parameters = "D s",
	.formula = "removal uniform within D, all the rest takes s",
	.policy = "unpinned",
	.pinned_too = TRUE,
	.cost = 1,
	.set = set_r2,
	.quantities[0] = { "P", TSIM_MEASURE_CORRUPTED, .form = form_r2 },
};
const struct tsim_validate_case tsim_case_r2_service = {
	.name = "r2-service",
	.file = "r2",
	.parameters = "D s w",
	.formula = "the same, and the device takes w for the write",
	.policy = "unpinned",
	.pinned_too = TRUE,
	.cost = 1,
	.set = set_r2_service,
	.quantities[0] = { "P", TSIM_MEASURE_CORRUPTED, .form = form_r2 },
};

/* ---- R3 and R4: D T C A W q ---- */

static void set_periodic(const struct tsim_validate_row *row, GPtrArray *sets)
{
	tsim_validate_set_law(sets, "device.discard.latency", row->d);
	tsim_validate_set(sets, "workload.commit_delay=periodic");
	tsim_validate_set(sets, "filesystem.commit_interval=%.12gs", row->v[0]);
	tsim_validate_set_fixed(sets, "filesystem.commit_duration", row->v[1]);
	tsim_validate_set_mean(sets, "workload.allocation_delay", row->v[2]);
	tsim_validate_set_fixed(sets, "workload.write_delay", row->v[3]);
	tsim_validate_set(sets, "workload.overlap=%.12g", row->v[4]);
}

static double form_r3(const struct tsim_validate_row *row)
{
	const double *v = row->v;

	return tsim_form_r3(row->d.scale, v[0], v[1], v[2], v[3], v[4]);
}

static void set_r4(const struct tsim_validate_row *row, GPtrArray *sets)
{
	set_periodic(row, sets);
	tsim_validate_set(sets, "workload.removal_delay=uniform-in-discard");
}

static double form_r4(const struct tsim_validate_row *row)
{
	const double *v = row->v;

	return tsim_form_r4(row->d, v[0], v[1], v[2], v[3], v[4]);
}

const struct tsim_validate_case tsim_case_r3 = {
	.name = "r3",
	.file = "r3",
	.parameters = "D T C A W q",
	.formula = "commit after U(0, T) and C, A exponential",
	.policy = "unpinned",
	.pinned_too = TRUE,
	.cost = 1,
	.set = set_periodic,
	.quantities[0] = { "P", TSIM_MEASURE_CORRUPTED, .form = form_r3 },
};
const struct tsim_validate_case tsim_case_r4 = {
	.name = "r4",
	.file = "r4",
	.parameters = "D T C A W q",
	.formula = "the same with the removal uniform within D",
	.policy = "unpinned",
	.pinned_too = TRUE,
	.cost = 1,
	.set = set_r4,
	.quantities[0] = { "P", TSIM_MEASURE_CORRUPTED, .form = form_r4 },
};

/* ---- R5: D G s ---- */

static void set_r5(const struct tsim_validate_row *row, GPtrArray *sets)
{
	tsim_validate_set_law(sets, "device.discard.latency", row->d);
	tsim_validate_set_law(sets, "workload.gap", row->gap);
	tsim_validate_set_fixed(sets, "workload.write_delay", row->v[0]);
}

static double form_r5(const struct tsim_validate_row *row)
{
	return tsim_form_r5(row->d, tsim_form_moment(row->gap, 1), row->v[0]);
}

const struct tsim_validate_case tsim_case_r5 = {
	.name = "r5",
	.file = "r5",
	.parameters = "D G s",
	.formula = "removals at any time of cycles D + G: share that corrupt",
	.policy = "unpinned",
	.pinned_too = TRUE,
	.cost = 1,
	.set = set_r5,
	.quantities[0] = { "share", TSIM_MEASURE_CORRUPTED_TIME, .form = form_r5 },
};

/* ---- R6: D x k ---- */

static void set_r6(const struct tsim_validate_row *row, GPtrArray *sets)
{
	tsim_validate_set_law(sets, "device.discard.latency", row->d);
	tsim_validate_set_fixed(sets, "workload.write_delay", row->v[0]);
	tsim_validate_set(sets, "workload.pieces=%.0f", row->v[1]);
}

static double form_r6(const struct tsim_validate_row *row)
{
	return tsim_form_r6(row->d, row->v[0], (unsigned int)row->v[1]);
}

const struct tsim_validate_case tsim_case_r6 = {
	.name = "r6",
	.file = "r6",
	.parameters = "D x k",
	.formula = "D in k equal pieces, write of one sector at x",
	.policy = "unpinned",
	.pinned_too = TRUE,
	.cost = 1,
	.set = set_r6,
	.quantities[0] = { "P", TSIM_MEASURE_CORRUPTED, .form = form_r6 },
};
