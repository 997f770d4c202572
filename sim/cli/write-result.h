/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "campaign.h"
#include "cli.h"

/* The exit status that says more of two. */
int tsim_cli_worse(int a, int b);
gboolean tsim_cli_write_result(const struct tsim_campaign *c, const char *place, const char *dir,
			       const char *const *command, const char *format, gboolean quiet,
			       int *status, GError **error);
