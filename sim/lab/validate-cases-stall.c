/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shapes of what `trimsim validate` compares: pinned places and who asks for them. */
#include "validate-cases.h"

#include <math.h>

/* ---- S1: D G lambda ---- */

static void set_s1(const struct tsim_validate_row *row, GPtrArray *sets)
{
	tsim_validate_set_law(sets, "device.discard.latency", row->d);
	tsim_validate_set_law(sets, "workload.gap", row->gap);
	tsim_validate_set(sets, "workload.request_rate=%.12g/s", row->v[0]);
}

static double form_s1(const struct tsim_validate_row *row)
{
	return tsim_form_s1(row->d, tsim_form_moment(row->gap, 1)).probability;
}

static double form_s1_mean(const struct tsim_validate_row *row)
{
	return tsim_form_s1(row->d, tsim_form_moment(row->gap, 1)).mean;
}

/* What the waits of a cycle add up to is about D^2: E[D^6] / E[D^4]^1.5 */
static double skewness_s1(const struct tsim_validate_row *row)
{
	return tsim_form_moment(row->d, 6) / pow(tsim_form_moment(row->d, 4), 1.5);
}

const struct tsim_validate_case tsim_case_s1 = {
	.name = "s1",
	.file = "s1",
	.parameters = "D G lambda",
	.formula = "a place pinned in cycles D + G, Poisson requests",
	.policy = "pinned-chunk",
	.cost = 4,
	.set = set_s1,
	.quantities[0] = { "P", TSIM_MEASURE_STALLS, .form = form_s1 },
	.quantities[1] = { "E", TSIM_MEASURE_STALL_TIME, form_s1_mean, NULL, skewness_s1 },
};

/* ---- S2: D lambda k ---- */

static void set_s2(const struct tsim_validate_row *row, GPtrArray *sets)
{
	tsim_validate_set_law(sets, "device.discard.latency", row->d);
	tsim_validate_set(sets, "workload.request_rate=%.12g/s", row->v[0]);
	tsim_validate_set(sets, "workload.spare_slots=%.0f", row->v[1]);
}

static double form_s2(const struct tsim_validate_row *row)
{
	return tsim_form_s2(row->d, (unsigned int)row->v[1], row->v[0]).probability;
}

static double form_s2_mean(const struct tsim_validate_row *row)
{
	return tsim_form_s2(row->d, (unsigned int)row->v[1], row->v[0]).mean;
}

/* k + 1 requests a replication, and only the last can wait. */
static double requests_s2(const struct tsim_validate_row *row)
{
	return row->v[1] + 1;
}

/* The wait is about D when it is not 0, which has the probability p. */
static double skewness_s2(const struct tsim_validate_row *row)
{
	return tsim_form_moment(row->d, 3) / pow(tsim_form_moment(row->d, 2), 1.5) /
	       sqrt(form_s2(row));
}

const struct tsim_validate_case tsim_case_s2 = {
	.name = "s2",
	.file = "s2",
	.parameters = "D lambda k",
	.formula = "k free places and one pinned for D: request k + 1",
	.policy = "pinned-chunk",
	.cost = 2,
	.set = set_s2,
	.quantities[0] = { "P", TSIM_MEASURE_STALLED, .form = form_s2 },
	.quantities[1] = { "E", TSIM_MEASURE_STALL_TIME, form_s2_mean, requests_s2, skewness_s2 },
};

/* Without a pin the place is free when the removal is UNBLOCKED, here D after COMMIT_START. */
static void set_s2_commit(const struct tsim_validate_row *row, GPtrArray *sets)
{
	tsim_validate_set_law(sets, "filesystem.commit_start", row->d);
	tsim_validate_set(sets, "device.discard.latency=fixed(100s)");
	tsim_validate_set(sets, "workload.request_rate=%.12g/s", row->v[0]);
	tsim_validate_set(sets, "workload.spare_slots=%.0f", row->v[1]);
}

const struct tsim_validate_case tsim_case_s2_commit = {
	.name = "s2-commit",
	.file = "s2",
	.parameters = "C lambda k",
	.formula = "no pin: the place is free when the commit has taken C",
	.policy = "unpinned",
	.cost = 2,
	.set = set_s2_commit,
	.quantities[0] = { "P", TSIM_MEASURE_STALLED, .form = form_s2 },
	.quantities[1] = { "E", TSIM_MEASURE_STALL_TIME, form_s2_mean, requests_s2, skewness_s2 },
};

static void set_s2_two(const struct tsim_validate_row *row, GPtrArray *sets)
{
	set_s2(row, sets);
	tsim_validate_set(sets, "workload.trimmers=2");
}

static double form_s2_two(const struct tsim_validate_row *row)
{
	return tsim_form_s2_two_trimmers(1 / row->d.scale, row->v[0]).probability;
}

static double form_s2_two_mean(const struct tsim_validate_row *row)
{
	return tsim_form_s2_two_trimmers(1 / row->d.scale, row->v[0]).mean;
}

const struct tsim_validate_case tsim_case_s2_two = {
	.name = "s2-two",
	.file = "s2",
	.parameters = "D lambda",
	.formula = "two trimmers in the pinned group, two entries",
	.policy = "pinned-chunk",
	.cost = 2,
	.set = set_s2_two,
	.quantities[0] = { "P", TSIM_MEASURE_STALLED, .form = form_s2_two },
	.quantities[1] = { "E", TSIM_MEASURE_STALL_TIME, .form = form_s2_two_mean },
};

/* ---- S3: D lambda n ---- */

static void set_s3(const struct tsim_validate_row *row, GPtrArray *sets)
{
	tsim_validate_set_law(sets, "device.discard.latency", row->d);
	tsim_validate_set(sets, "workload.request_rate=%.12g/s", row->v[0]);
	tsim_validate_set(sets, "workload.slots=%.0f", row->v[1]);
}

static double form_s3(const struct tsim_validate_row *row)
{
	return tsim_form_erlang_b((unsigned int)row->v[1], row->v[0] * tsim_form_moment(row->d, 1));
}

const struct tsim_validate_case tsim_case_s3 = {
	.name = "s3",
	.file = "s3",
	.parameters = "D lambda n",
	.formula = "n places, each request discards the one it gets: share lost",
	.policy = "pinned-chunk",
	.cost = 4,
	.set = set_s3,
	.quantities[0] = { "lost", TSIM_MEASURE_LOST, .form = form_s3 },
};

/* Places enough: the chance that a row ever needs them all is below 1e-9. */
#define CROWD 24

static void set_s3_crowd(const struct tsim_validate_row *row, GPtrArray *sets)
{
	tsim_validate_set_law(sets, "device.discard.latency", row->d);
	tsim_validate_set(sets, "workload.script=crowd");
	tsim_validate_set(sets, "workload.request_rate=%.12g/s", row->v[0]);
	tsim_validate_set(sets, "workload.slots=%d", CROWD);
	tsim_validate_set(sets, "workload.spare_slots=%.0f", CROWD - row->v[1]);
	tsim_validate_set_fixed(sets, "workload.allocation_delay", row->v[2]);
}

/* From an empty start the number pinned at t is Poisson, with the mean lambda E[min(D, t)]. */
static double form_s3_crowd(const struct tsim_validate_row *row)
{
	double mean = tsim_form_moment(row->d, 1) - tsim_form_excess(row->d, row->v[2]);

	return tsim_form_poisson_tail((unsigned int)row->v[1], row->v[0] * mean);
}

const struct tsim_validate_case tsim_case_s3_crowd = {
	.name = "s3-crowd",
	.file = "s3",
	.parameters = "D lambda n t",
	.formula = "places without limit: n or more pinned at time t",
	.policy = "pinned-chunk",
	.cost = 12,
	.set = set_s3_crowd,
	.quantities[0] = { "P", TSIM_MEASURE_REFUSED, .form = form_s3_crowd },
};

/* ---- S4: n m j ---- */

static void set_s4(const struct tsim_validate_row *row, GPtrArray *sets)
{
	tsim_validate_set(sets, "workload.slots=%.0f", row->v[0]);
	tsim_validate_set(sets, "workload.under_discard=%.0f", row->v[1]);
	tsim_validate_set(sets, "workload.allocations=%.0f", row->v[2]);
}

static double form_s4(const struct tsim_validate_row *row)
{
	const double *v = row->v;

	return tsim_form_s4((unsigned int)v[0], (unsigned int)v[1], (unsigned int)v[2]);
}

const struct tsim_validate_case tsim_case_s4 = {
	.name = "s4",
	.file = "s4",
	.parameters = "n m j",
	.formula = "n places, m under discard, j chunks: at least one is hit",
	.policy = "unpinned",
	.pinned_too = TRUE,
	.cost = 4,
	.set = set_s4,
	.quantities[0] = { "P", TSIM_MEASURE_CORRUPTED, .form = form_s4 },
};
