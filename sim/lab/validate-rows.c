/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What `trimsim validate` compares: the rows of each case.  Tabulated rows are
 * those that an independent program has confirmed (docs/validation.md); the
 * others are ours.
 */
#include "validate-cases.h"

#include <string.h>

#define FIXED(value) { TSIM_FORM_FIXED, value, 0 }
#define EXP(mean) { TSIM_FORM_EXPONENTIAL, mean, 0 }
#define LOGN(median, sigma) { TSIM_FORM_LOGNORMAL, median, sigma }
#define NONE FIXED(0)

const struct tsim_validate_row tsim_validate_rows[] = {
	/* tabulated */
	{ &tsim_case_r1, EXP(1), NONE, { 1, 1, 1, 1 } },
	{ &tsim_case_r1, EXP(.1), NONE, { 1, 2, .5, .05 } },
	{ &tsim_case_r1, EXP(.001), NONE, { 1, 1, .1, .01 } },
	/* ours */
	{ &tsim_case_r1, EXP(2), NONE, { .5, .25, .1, .05 } },
	{ &tsim_case_r1, EXP(.5), NONE, { 1, .2, .1, .02 } },
	{ &tsim_case_r1, EXP(5), NONE, { 1, 2, 3, 4 } },
	{ &tsim_case_r1_dup, EXP(1), NONE, { 1, 1, 1, 1 } },
	{ &tsim_case_r1_dup, EXP(2), NONE, { .5, 1, .25, .5 } },
	{ &tsim_case_r1_dup, EXP(.5), NONE, { .25, 1, .5, .125 } },

	/* tabulated */
	{ &tsim_case_r2, EXP(1), NONE, { .1 } },
	{ &tsim_case_r2, EXP(1), NONE, { 1 } },
	{ &tsim_case_r2, EXP(1), NONE, { 5 } },
	{ &tsim_case_r2, EXP(1), NONE, { 10 } },
	{ &tsim_case_r2, EXP(1), NONE, { 20 } },
	{ &tsim_case_r2, LOGN(1, .5), NONE, { .2 } },
	{ &tsim_case_r2, LOGN(1, 1), NONE, { .2 } },
	{ &tsim_case_r2, LOGN(1, 1), NONE, { 1 } },
	{ &tsim_case_r2, LOGN(1, 1), NONE, { 5 } },
	/* ours */
	{ &tsim_case_r2, FIXED(2), NONE, { .5 } },
	{ &tsim_case_r2, FIXED(.01), NONE, { .009 } },
	{ &tsim_case_r2, EXP(.2), NONE, { .3 } },
	{ &tsim_case_r2, LOGN(.02, 1.2), NONE, { .01 } },
	{ &tsim_case_r2_service, EXP(1), NONE, { .2, .3 } },
	{ &tsim_case_r2_service, LOGN(1, 1), NONE, { 0, 1 } },
	{ &tsim_case_r2_service, FIXED(2), NONE, { .5, .5 } },

	/* tabulated */
	{ &tsim_case_r3, EXP(1), NONE, { 1, .2, .5, .1, 1 } },
	{ &tsim_case_r3, EXP(1), NONE, { 30, .1, .5, .005, 1 } },
	{ &tsim_case_r3, EXP(.1), NONE, { 30, .1, .5, .005, 1 } },
	{ &tsim_case_r3, EXP(.01), NONE, { 30, .02, .2, .005, 1 } },
	{ &tsim_case_r3, EXP(.005), NONE, { 30, .02, .2, .002, 1 } },
	/* ours */
	{ &tsim_case_r3, EXP(1), NONE, { 1, .2, .5, .1, .5 } },
	{ &tsim_case_r3, EXP(2), NONE, { 5, .5, .1, .2, .25 } },
	{ &tsim_case_r3, EXP(.5), NONE, { .5, 0, .25, .05, 1 } },
	{ &tsim_case_r3, EXP(10), NONE, { 30, 1, .5, .5, .75 } },

	/* tabulated */
	{ &tsim_case_r4, LOGN(1, 1), NONE, { 1, .05, .2, .02, 1 } },
	{ &tsim_case_r4, LOGN(.1, 1), NONE, { 5, .02, .2, .01, 1 } },
	{ &tsim_case_r4, LOGN(.01, 1.2), NONE, { 30, .005, .1, .001, 1 } },
	/* ours */
	{ &tsim_case_r4, EXP(1), NONE, { 2, .1, .1, .1, 1 } },
	{ &tsim_case_r4, LOGN(.5, .5), NONE, { 1, .02, .1, .05, .5 } },
	{ &tsim_case_r4, FIXED(2), NONE, { 1, .1, .2, .1, 1 } },

	/* tabulated */
	{ &tsim_case_r5, LOGN(1, .5), FIXED(9), { .3 } },
	{ &tsim_case_r5, LOGN(1, 1), FIXED(9), { 1 } },
	/* ours */
	{ &tsim_case_r5, EXP(1), FIXED(4), { .5 } },
	{ &tsim_case_r5, FIXED(2), EXP(3), { .5 } },
	{ &tsim_case_r5, EXP(.2), EXP(1), { .05 } },

	/* tabulated */
	{ &tsim_case_r6, LOGN(1, 1), NONE, { .5, 1 } },
	{ &tsim_case_r6, LOGN(1, 1), NONE, { .5, 4 } },
	/* every sector a piece: nothing can be finer */
	{ &tsim_case_r6, LOGN(1, 1), NONE, { .5, 4096 } },
	/* ours */
	{ &tsim_case_r6, EXP(1), NONE, { .3, 2 } },
	{ &tsim_case_r6, FIXED(1), NONE, { .45, 8 } },
	{ &tsim_case_r6, LOGN(.1, .5), NONE, { .08, 16 } },

	/* tabulated */
	{ &tsim_case_s1, FIXED(1), FIXED(9), { 2 } },
	{ &tsim_case_s1, EXP(1), FIXED(9), { 2 } },
	{ &tsim_case_s1, LOGN(1, 1), FIXED(9), { 2 } },
	/* ours */
	{ &tsim_case_s1, EXP(1), EXP(3), { 3 } },
	{ &tsim_case_s1, LOGN(.5, .5), FIXED(2), { 4 } },
	{ &tsim_case_s1, FIXED(2), EXP(1), { 2 } },

	/* tabulated */
	{ &tsim_case_s2, EXP(1), NONE, { 1, 0 } },
	{ &tsim_case_s2, EXP(1), NONE, { 1, 2 } },
	{ &tsim_case_s2, EXP(1), NONE, { 5, 3 } },
	{ &tsim_case_s2, FIXED(1), NONE, { 1, 2 } },
	{ &tsim_case_s2, FIXED(1), NONE, { 5, 3 } },
	{ &tsim_case_s2, LOGN(1, 1), NONE, { 1, 2 } },
	{ &tsim_case_s2, LOGN(1, 1), NONE, { 5, 3 } },
	/* ours */
	{ &tsim_case_s2, EXP(.5), NONE, { 2, 1 } },
	{ &tsim_case_s2, FIXED(2), NONE, { 3, 4 } },
	{ &tsim_case_s2, LOGN(1, .5), NONE, { 2, 1 } },
	{ &tsim_case_s2_commit, FIXED(1), NONE, { 1, 0 } },
	{ &tsim_case_s2_commit, FIXED(.5), NONE, { 2, 1 } },
	{ &tsim_case_s2_commit, FIXED(.6), NONE, { 5, 3 } },
	{ &tsim_case_s2_two, EXP(1), NONE, { 1, 0 } },
	{ &tsim_case_s2_two, EXP(1), NONE, { 2, 0 } },
	{ &tsim_case_s2_two, EXP(2), NONE, { .2, 0 } },

	/* tabulated */
	{ &tsim_case_s3, FIXED(1), NONE, { 1, 3 } },
	{ &tsim_case_s3, EXP(1), NONE, { 1, 3 } },
	{ &tsim_case_s3, LOGN(1, .5), NONE, { .88249690258459546, 3 } },	/* rho = 1 again */
	/* ours */
	{ &tsim_case_s3, EXP(1), NONE, { 3, 5 } },
	{ &tsim_case_s3, LOGN(.5, 1), NONE, { .5, 2 } },
	{ &tsim_case_s3, FIXED(2), NONE, { 1, 4 } },
	/* tabulated */
	{ &tsim_case_s3_crowd, FIXED(1), NONE, { 1, 3, 2 } },
	{ &tsim_case_s3_crowd, FIXED(1), NONE, { 3, 5, 2 } },
	{ &tsim_case_s3_crowd, FIXED(1), NONE, { 1, 8, 2 } },
	/* ours */
	{ &tsim_case_s3_crowd, EXP(1), NONE, { 2, 3, 2 } },
	{ &tsim_case_s3_crowd, LOGN(1, 1), NONE, { 1, 2, 3 } },
	{ &tsim_case_s3_crowd, EXP(.5), NONE, { 4, 4, 1 } },

	/* tabulated */
	{ &tsim_case_s4, EXP(1), NONE, { 10, 1, 1 } },
	{ &tsim_case_s4, EXP(1), NONE, { 10, 2, 3 } },
	/* ours */
	{ &tsim_case_s4, EXP(1), NONE, { 10, 5, 2 } },
	{ &tsim_case_s4, EXP(1), NONE, { 6, 3, 1 } },
	{ &tsim_case_s4, EXP(1), NONE, { 20, 2, 5 } },

	/* tabulated */
	{ &tsim_case_mg1, EXP(1), NONE, { .5 } },
	{ &tsim_case_mg1, EXP(1), NONE, { .8 } },
	{ &tsim_case_mg1, EXP(1), NONE, { .9 } },
	{ &tsim_case_mg1, FIXED(1), NONE, { .5 } },
	{ &tsim_case_mg1, FIXED(1), NONE, { .8 } },
	{ &tsim_case_mg1, LOGN(0.60653065971263342, 1), NONE, { .5 } }, /* mean 1 */
	{ &tsim_case_mg1, LOGN(0.60653065971263342, 1), NONE, { .8 } },
	/* ours */
	{ &tsim_case_mg1, FIXED(2), NONE, { .9 } },
	{ &tsim_case_mg1, LOGN(1, .5), NONE, { .7 } },
	/* tabulated */
	{ &tsim_case_mgc, EXP(1), NONE, { .8, 2 } },
	{ &tsim_case_mgc, EXP(1), NONE, { .9, 4 } },
	{ &tsim_case_mgc, EXP(1), NONE, { .7, 8 } },
	{ &tsim_case_mgc, FIXED(1), NONE, { .8, 2 } },
	{ &tsim_case_mgc, FIXED(1), NONE, { .9, 4 } },
	{ &tsim_case_mgc, FIXED(1), NONE, { .7, 8 } },
	/* ours */
	{ &tsim_case_mgc, EXP(.5), NONE, { .6, 3 } },
	{ &tsim_case_mgc, FIXED(2), NONE, { .85, 16 } },
	/* tabulated */
	{ &tsim_case_priority, FIXED(.1), EXP(5), { 4, .06 } },
	/* ours */
	{ &tsim_case_priority, EXP(1), FIXED(2), { .3, .2 } },
	{ &tsim_case_priority, LOGN(.1, .5), EXP(1), { 6, .1 } },
	/* tabulated */
	{ &tsim_case_closed, EXP(1), NONE, { 4, 1, .5 } },
	{ &tsim_case_closed, EXP(1), NONE, { 32, 8, .5 } },
	{ &tsim_case_closed, EXP(1), NONE, { 32, 8, 0 } },
	/* ours */
	{ &tsim_case_closed, EXP(.5), NONE, { 6, 2, 1 } },

	/* tabulated */
	{ &tsim_case_greedy, NONE, NONE, { .5, 16 } },
	{ &tsim_case_greedy, NONE, NONE, { .5, 64 } },
	{ &tsim_case_greedy, NONE, NONE, { .5, 256 } },
	{ &tsim_case_greedy, NONE, NONE, { .7, 16 } },
	{ &tsim_case_greedy, NONE, NONE, { .7, 64 } },
	{ &tsim_case_greedy, NONE, NONE, { .7, 256 } },
	{ &tsim_case_greedy, NONE, NONE, { 1 / 1.3, 16 } },
	{ &tsim_case_greedy, NONE, NONE, { 1 / 1.3, 64 } },
	{ &tsim_case_greedy, NONE, NONE, { 1 / 1.3, 256 } },
	{ &tsim_case_greedy, NONE, NONE, { .8, 16 } },
	{ &tsim_case_greedy, NONE, NONE, { .8, 64 } },
	{ &tsim_case_greedy, NONE, NONE, { .8, 256 } },
	{ &tsim_case_greedy, NONE, NONE, { .85, 16 } },
	{ &tsim_case_greedy, NONE, NONE, { .85, 64 } },
	{ &tsim_case_greedy, NONE, NONE, { .85, 256 } },
	{ &tsim_case_greedy, NONE, NONE, { .9, 16 } },
	{ &tsim_case_greedy, NONE, NONE, { .9, 64 } },
	{ &tsim_case_greedy, NONE, NONE, { .9, 256 } },
	/* ours */
	{ &tsim_case_greedy, NONE, NONE, { .6, 16 } },
	{ &tsim_case_greedy, NONE, NONE, { .6, 64 } },
	{ &tsim_case_greedy, NONE, NONE, { .6, 256 } },
	{ &tsim_case_greedy, NONE, NONE, { .65, 16 } },
	{ &tsim_case_greedy, NONE, NONE, { .65, 64 } },
	{ &tsim_case_greedy, NONE, NONE, { .65, 256 } },
	{ &tsim_case_greedy, NONE, NONE, { .75, 16 } },
	{ &tsim_case_greedy, NONE, NONE, { .75, 64 } },
	{ &tsim_case_greedy, NONE, NONE, { .75, 256 } },
	{ &tsim_case_greedy, NONE, NONE, { .82, 16 } },
	{ &tsim_case_greedy, NONE, NONE, { .82, 64 } },
	{ &tsim_case_greedy, NONE, NONE, { .82, 256 } },
	{ &tsim_case_greedy, NONE, NONE, { .88, 16 } },
	{ &tsim_case_greedy, NONE, NONE, { .88, 64 } },
	{ &tsim_case_greedy, NONE, NONE, { .88, 256 } },
	/* tabulated */
	{ &tsim_case_fifo, NONE, NONE, { .5 } },
	{ &tsim_case_fifo, NONE, NONE, { .7 } },
	{ &tsim_case_fifo, NONE, NONE, { 1 / 1.3 } },
	{ &tsim_case_fifo, NONE, NONE, { .8 } },
	{ &tsim_case_fifo, NONE, NONE, { .85 } },
	{ &tsim_case_fifo, NONE, NONE, { .9 } },
	/* ours */
	{ &tsim_case_fifo, NONE, NONE, { .6 } },
	{ &tsim_case_fifo, NONE, NONE, { .65 } },
	{ &tsim_case_fifo, NONE, NONE, { .75 } },
	{ &tsim_case_fifo, NONE, NONE, { .82 } },
	{ &tsim_case_fifo, NONE, NONE, { .88 } },
	/* tabulated */
	{ &tsim_case_trim_greedy, NONE, NONE, { .8, .1, 64 } },
	{ &tsim_case_trim_greedy, NONE, NONE, { .8, .2, 64 } },
	{ &tsim_case_trim_greedy, NONE, NONE, { .9, .1, 64 } },
	/* ours */
	{ &tsim_case_trim_greedy, NONE, NONE, { .8, .05, 64 } },
	{ &tsim_case_trim_greedy, NONE, NONE, { .8, .15, 64 } },
	{ &tsim_case_trim_greedy, NONE, NONE, { .8, .25, 64 } },
	{ &tsim_case_trim_greedy, NONE, NONE, { .8, .3, 64 } },
	{ &tsim_case_trim_greedy, NONE, NONE, { .9, .05, 64 } },
	{ &tsim_case_trim_greedy, NONE, NONE, { .9, .2, 16 } },
	{ &tsim_case_trim_greedy, NONE, NONE, { .9, .3, 16 } },
	{ &tsim_case_trim_fifo, NONE, NONE, { .8, .05 } },
	{ &tsim_case_trim_fifo, NONE, NONE, { .8, .1 } },
	{ &tsim_case_trim_fifo, NONE, NONE, { .9, .2 } },
	{ &tsim_case_trim_fifo, NONE, NONE, { .9, .3 } },

	/* ours; a row's place decides its seed, so that new rows come last */
	{ &tsim_case_r1_ignored, EXP(1), NONE, { 1, 1, 1, 1, .25 } },
	{ &tsim_case_r1_ignored, EXP(2), NONE, { .5, .25, .1, .05, .5 } },
	{ &tsim_case_r1_early, EXP(1), NONE, { 1, 1, 1, 1, .5 } },
	{ &tsim_case_r1_early, EXP(2), NONE, { .5, .25, .1, .05, .25 } },
	{ &tsim_case_r2_slow, EXP(1), NONE, { .2, .1, 3 } },
	{ &tsim_case_r2_slow, LOGN(1, 1), NONE, { 0, .5, 2 } },
	{ &tsim_case_r2_timeout, EXP(1), NONE, { .5, 2 } },
	{ &tsim_case_r2_timeout, LOGN(1, 1), NONE, { .3, 1.5 } },

	{ &tsim_case_power_ack, EXP(1), NONE, { 1, 1 } },
	{ &tsim_case_power_ack, EXP(2), NONE, { 5, .5 } },
	{ &tsim_case_power_flush, EXP(1), NONE, { 1, 1 } },
	{ &tsim_case_power_flush, EXP(2), NONE, { 5, .5 } },
	{ &tsim_case_power_flush, EXP(.2), NONE, { 3, 10 } },
};
const guint tsim_validate_n_rows = G_N_ELEMENTS(tsim_validate_rows);

GPtrArray *tsim_validate_sets(const struct tsim_validate_row *row)
{
	GPtrArray *sets = g_ptr_array_new_with_free_func(g_free);

	row->kase->set(row, sets);
	return sets;
}

static void append_law(GString *text, struct tsim_form_law law)
{
	if (law.kind == TSIM_FORM_FIXED)
		g_string_append_printf(text, "%g", law.scale);
	else if (law.kind == TSIM_FORM_EXPONENTIAL)
		g_string_append_printf(text, "exp(%g)", law.scale);
	else
		g_string_append_printf(text, "logn(%g,%g)", law.scale, law.sigma);
}

char *tsim_validate_text(const struct tsim_validate_row *row)
{
	g_auto(GStrv) names = g_strsplit(row->kase->parameters, " ", -1);
	GString *text = g_string_new(NULL);
	guint k = 0;

	for (guint i = 0; names[i]; i++) {
		if (i)
			g_string_append_c(text, ' ');
		if (i == 0 && g_ascii_isupper(names[i][0]))
			append_law(text, row->d);
		else if (strcmp(names[i], "G") == 0)
			append_law(text, row->gap);
		else
			g_string_append_printf(text, "%.6g", row->v[k++]);
	}
	return g_string_free(text, FALSE);
}
