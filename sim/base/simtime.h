/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* Simulated time: int64 nanoseconds since the start of the replication. */
typedef gint64 tsim_ns;

#define TSIM_NS_PER_US G_GINT64_CONSTANT(1000)
#define TSIM_NS_PER_MS G_GINT64_CONSTANT(1000000)
#define TSIM_NS_PER_S G_GINT64_CONSTANT(1000000000)
#define TSIM_NS_NEVER G_MAXINT64

#define TSIM_KIB G_GUINT64_CONSTANT(1024)
#define TSIM_MIB (1024 * TSIM_KIB)
#define TSIM_GIB (1024 * TSIM_MIB)
