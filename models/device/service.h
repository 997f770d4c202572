/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "device-options.h"
#include "interval-set.h"
#include "rng.h"

/* What one discard command carries. */
struct tsim_discard_load {
	guint64 bytes, units;
	guint64 unmapped; /* of the bytes: they cost rate_unmapped */
	guint ranges;
};

tsim_ns tsim_read_service(const struct tsim_device_options *opt, guint64 bytes);
/* The same, or a draw of read.latency if there is one. */
tsim_ns tsim_read_time(const struct tsim_device_options *opt, const struct tsim_rng *rng,
		       guint64 bytes, guint32 index);
tsim_ns tsim_write_service(const struct tsim_device_options *opt, guint64 bytes);
tsim_ns tsim_discard_service(const struct tsim_device_options *opt, const struct tsim_rng *rng,
			     guint64 bytes, guint32 entity, guint32 index);
tsim_ns tsim_discard_service_of(const struct tsim_device_options *opt, const struct tsim_rng *rng,
				const struct tsim_discard_load *load, guint32 entity,
				guint32 index);
guint64 tsim_discard_units(const struct tsim_device_options *opt, guint64 bytes);
guint64 tsim_piece_end(const struct tsim_device_options *opt, guint64 start, guint64 end);
struct tsim_range tsim_whole_granules(const struct tsim_device_options *opt,
				      struct tsim_range range);
