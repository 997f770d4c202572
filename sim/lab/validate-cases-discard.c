/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shapes of what `trimsim validate` compares: what devices do with discards.
 *
 * Each is a race whose closed form is that of R1 or R2 with one factor more,
 * so that the behaviour is tested through everything from the option to the
 * oracle.
 */
#include "validate-cases.h"

static double p_of(const struct tsim_validate_case *c, const struct tsim_validate_row *row)
{
	return c->quantities[0].form(row);
}

/* ---- R1 with a share q, the fifth number of the row ---- */

static void set_ignored(const struct tsim_validate_row *row, GPtrArray *sets)
{
	tsim_case_r1.set(row, sets);
	tsim_validate_set(sets, "device.discard.ignored=%.12g", row->v[4]);
}

static double form_ignored(const struct tsim_validate_row *row)
{
	return (1 - row->v[4]) * p_of(&tsim_case_r1, row);
}

/* Acknowledged at once: the pin is gone, and only the bug destroys what is written later. */
static void set_early(const struct tsim_validate_row *row, GPtrArray *sets)
{
	tsim_case_r1.set(row, sets);
	tsim_validate_set(sets, "device.discard.ack=early");
	tsim_validate_set(sets, "device.discard.firmware_bug=%.12g", row->v[4]);
}

static double form_early(const struct tsim_validate_row *row)
{
	return row->v[4] * p_of(&tsim_case_r1, row);
}

const struct tsim_validate_case tsim_case_r1_ignored = {
	.name = "r1-ignored",
	.file = "r1",
	.parameters = "D R C A W q",
	.formula = "r1, and a share q of the discards does nothing",
	.policy = "unpinned",
	.pinned_too = TRUE,
	.cost = 1,
	.set = set_ignored,
	.quantities[0] = { "P", TSIM_MEASURE_CORRUPTED, .form = form_ignored },
};
const struct tsim_validate_case tsim_case_r1_early = {
	.name = "r1-early",
	.file = "r1",
	.parameters = "D R C A W q",
	.formula = "r1, acknowledged at once; a share q beats later writes",
	.policy = "unpinned",
	.cost = 1,
	.set = set_early,
	.quantities[0] = { "P", TSIM_MEASURE_CORRUPTED, .form = form_early },
};

/* ---- R2, the write under the discard, and a host that gives up ---- */

/* A write that ends before the discard was under it all the time. */
static void set_slow(const struct tsim_validate_row *row, GPtrArray *sets)
{
	tsim_case_r2_service.set(row, sets);
	tsim_validate_set(sets, "device.discard.slow_rw=%.12g", row->v[2]);
}

static double form_slow(const struct tsim_validate_row *row)
{
	return tsim_form_r2(row->d, row->v[0] + row->v[1] * row->v[2]);
}

/* The removal comes with the hide: corrupted if s < D <= t. */
static void set_timeout(const struct tsim_validate_row *row, GPtrArray *sets)
{
	tsim_case_r2.set(row, sets);
	tsim_validate_set_fixed(sets, "workload.removal_delay", 0);
	tsim_validate_set(sets, "device.discard.timeout=%.12gs", row->v[1]);
}

static double form_timeout(const struct tsim_validate_row *row)
{
	return tsim_form_survival(row->d, row->v[0]) - tsim_form_survival(row->d, row->v[1]);
}

const struct tsim_validate_case tsim_case_r2_slow = {
	.name = "r2-slow",
	.file = "r2",
	.parameters = "D s w f",
	.formula = "r2-service, the write f times as slow under the discard",
	.policy = "unpinned",
	.pinned_too = TRUE,
	.cost = 1,
	.set = set_slow,
	.quantities[0] = { "P", TSIM_MEASURE_CORRUPTED, .form = form_slow },
};
const struct tsim_validate_case tsim_case_r2_timeout = {
	.name = "r2-timeout",
	.file = "r2",
	.parameters = "D s t",
	.formula = "removal with the hide, the discard aborted at t",
	.policy = "unpinned",
	.pinned_too = TRUE,
	.cost = 1,
	.set = set_timeout,
	.quantities[0] = { "P", TSIM_MEASURE_CORRUPTED, .form = form_timeout },
};

/*
 * ---- a loss of power at L: the discard D, the loss and the gap between commits
 * by their means ----
 */

static void set_power(const struct tsim_validate_row *row, GPtrArray *sets)
{
	tsim_validate_set_law(sets, "device.discard.latency", row->d);
	tsim_validate_set_mean(sets, "device.power_loss", row->v[0]);
	tsim_validate_set_mean(sets, "workload.gap", row->v[1]);
}

static void set_power_ack(const struct tsim_validate_row *row, GPtrArray *sets)
{
	set_power(row, sets);
	tsim_validate_set(sets, "device.discard.durable=ack");
}

static double form_power_ack(const struct tsim_validate_row *row)
{
	return tsim_form_power_ack(1 / row->d.scale, 1 / row->v[0], 1 / row->v[1]);
}

static double form_power_flush(const struct tsim_validate_row *row)
{
	return tsim_form_power_flush(1 / row->d.scale, 1 / row->v[0], 1 / row->v[1]);
}

const struct tsim_validate_case tsim_case_power_ack = {
	.name = "power-ack",
	.file = "power",
	.parameters = "D L C",
	.formula = "power fails at L, commits every C; discards last at once",
	.policy = "unpinned",
	.pinned_too = TRUE,
	.cost = 1,
	.set = set_power_ack,
	.quantities[0] = { "P", TSIM_MEASURE_CORRUPTED, .form = form_power_ack },
};
const struct tsim_validate_case tsim_case_power_flush = {
	.name = "power-flush",
	.file = "power",
	.parameters = "D L C",
	.formula = "the same, discards last from the next flush on",
	.policy = "unpinned",
	.pinned_too = TRUE,
	.cost = 1,
	.set = set_power,
	.quantities[0] = { "P", TSIM_MEASURE_CORRUPTED, .form = form_power_flush },
};
