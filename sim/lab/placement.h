/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "engine.h"
#include "fs-options.h"

/* How the chunk allocations of a recording came out in the simulator. */
struct tsim_placement {
	guint chunks; /* allocations in the recording */
	guint placed; /* ... at the kernel's place, size and logical address */
	guint reused; /* of those, at a logical address that was in use before */
	gboolean beyond; /* the kernel's first different chunk ends beyond the device */
	char *difference; /* the first, in words; NULL: none */
};

gboolean tsim_placement_check(TsimEngine *engine, const GArray *events, guint64 device_bytes,
			      enum tsim_hole_search search, struct tsim_placement *out,
			      GError **error);
void tsim_placement_clear(struct tsim_placement *placement);
