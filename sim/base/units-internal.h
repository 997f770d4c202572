/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* A unit and how many base units (ns, bytes, or seconds of a period) it is. */
struct tsim_unit {
	const char *name;
	guint64 size;
};

/* From small to large, ended by an entry without a name. */
extern const struct tsim_unit tsim_time_units[], tsim_byte_units[], tsim_period_units[];
