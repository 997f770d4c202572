/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "validate.h"

/* One shape each; validate-rows.c has the numbers. */
extern const struct tsim_validate_case tsim_case_r1;
extern const struct tsim_validate_case tsim_case_r1_dup;
extern const struct tsim_validate_case tsim_case_r2;
extern const struct tsim_validate_case tsim_case_r2_service;
extern const struct tsim_validate_case tsim_case_r1_ignored;
extern const struct tsim_validate_case tsim_case_r1_early;
extern const struct tsim_validate_case tsim_case_r2_slow;
extern const struct tsim_validate_case tsim_case_r2_timeout;
extern const struct tsim_validate_case tsim_case_power_ack;
extern const struct tsim_validate_case tsim_case_power_flush;
extern const struct tsim_validate_case tsim_case_r3;
extern const struct tsim_validate_case tsim_case_r4;
extern const struct tsim_validate_case tsim_case_r5;
extern const struct tsim_validate_case tsim_case_r6;
extern const struct tsim_validate_case tsim_case_s1;
extern const struct tsim_validate_case tsim_case_s2;
extern const struct tsim_validate_case tsim_case_s2_commit;
extern const struct tsim_validate_case tsim_case_s2_two;
extern const struct tsim_validate_case tsim_case_s3;
extern const struct tsim_validate_case tsim_case_s3_crowd;
extern const struct tsim_validate_case tsim_case_s4;
extern const struct tsim_validate_case tsim_case_mg1;
extern const struct tsim_validate_case tsim_case_mgc;
extern const struct tsim_validate_case tsim_case_priority;
extern const struct tsim_validate_case tsim_case_closed;
extern const struct tsim_validate_case tsim_case_greedy;
extern const struct tsim_validate_case tsim_case_fifo;
extern const struct tsim_validate_case tsim_case_trim_greedy;
extern const struct tsim_validate_case tsim_case_trim_fifo;

/* Assignments for --set; times in seconds. */
void tsim_validate_set(GPtrArray *sets, const char *format, ...) G_GNUC_PRINTF(2, 3);
void tsim_validate_set_law(GPtrArray *sets, const char *key, struct tsim_form_law law);
void tsim_validate_set_fixed(GPtrArray *sets, const char *key, double s);
void tsim_validate_set_mean(GPtrArray *sets, const char *key, double s);
