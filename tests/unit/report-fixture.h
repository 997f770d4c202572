/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fake-world.h"
#include "result.h"

/* The result of one point. */
struct sample {
	TsimSetup *setup;
	TsimTally *tally;
	GPtrArray *failures;
	struct tsim_head head;
	struct tsim_result result;
};

void sample_init(struct sample *s, const char *policies, guint32 n);
void sample_clear(struct sample *s);
