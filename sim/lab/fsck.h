/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "outcome.h"

char *tsim_fsck_text(const struct tsim_race *race, gboolean ones);
