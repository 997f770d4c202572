/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

char *tsim_plot_title(const char *dir, gboolean narrow, GError **error);
char *tsim_plot_race_title(const char *dir, const char *title);
