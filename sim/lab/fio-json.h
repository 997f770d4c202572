/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "simtime.h"

/* So many discards of a size took so long. */
typedef void (*tsim_fio_bin_fn)(void *data, guint64 bytes, tsim_ns latency_ns, guint64 count);

gboolean tsim_fio_json_is(const char *path);
gboolean tsim_fio_json_read(const char *path, tsim_fio_bin_fn bin, void *data, GError **error);
gboolean tsim_fio_json_parse(const char *text, gsize len, tsim_fio_bin_fn bin, void *data,
			     GError **error);
