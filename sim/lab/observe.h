/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "observer.h"
#include "world.h"

GArray *tsim_observe(const TsimSetup *setup, guint replications, guint jobs, GError **error);
