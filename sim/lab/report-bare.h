/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "stored.h"

/* What is said of a bare device: nothing can be lost there, and nobody waits for space. */
struct tsim_bare_value {
	const char *name;
	gboolean narrow; /* it has a place in the narrow table of a sweep */
	char *(*text)(JsonObject *policy, const char *path);
	const char *path;
};
extern const struct tsim_bare_value tsim_bare_values[]; /* ends without a name */

char *tsim_bare_amplification(JsonObject *policy, const char *path);
gboolean tsim_bare_any_flash(const TsimStored *stored);
guint tsim_bare_columns(const TsimStored *stored);
void tsim_bare_mail(GString *out, const TsimStored *stored);
