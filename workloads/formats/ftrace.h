/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "trace-event.h"

GArray *tsim_ftrace_read(const char *path, GError **error);
GArray *tsim_ftrace_read_all(const char *path, tsim_ns *start_ns, GError **error);
