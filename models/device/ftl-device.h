/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ftl-flash.h"
#include "interval-set.h"
#include "rng.h"

/* The flash behind a device: its map and its resources. */
struct tsim_device_ftl {
	const struct tsim_device_options *opt;
	TsimFtl *map;
	struct tsim_flash flash;
};

gboolean tsim_ftl_fits(const struct tsim_device_options *opt, guint64 size_bytes, GError **error);
struct tsim_device_ftl *tsim_device_ftl_new(const struct tsim_device_options *opt,
					    guint64 size_bytes, guint64 seed);
void tsim_device_ftl_free(struct tsim_device_ftl *ftl);

/* A command for @range comes at once; for speed only. */
void tsim_device_ftl_expect(const struct tsim_device_ftl *ftl, struct tsim_range range);
/* Commands that start at @start; when flash and buffer are done with them, ns. */
tsim_ns tsim_device_ftl_read(struct tsim_device_ftl *ftl, struct tsim_range range, tsim_ns start);
tsim_ns tsim_device_ftl_write(struct tsim_device_ftl *ftl, struct tsim_range range, tsim_ns start);
tsim_ns tsim_device_ftl_flush(struct tsim_device_ftl *ftl, tsim_ns start);
/* Bytes of whole pages of @range that are not mapped. */
guint64 tsim_device_ftl_unmapped(const struct tsim_device_ftl *ftl, struct tsim_range range);
/* Effects. */
void tsim_device_ftl_written(struct tsim_device_ftl *ftl, struct tsim_range range);
void tsim_device_ftl_discarded(struct tsim_device_ftl *ftl, struct tsim_range range);
/* Nothing came from @since to @until. */
void tsim_device_ftl_idle(struct tsim_device_ftl *ftl, tsim_ns since, tsim_ns until);
