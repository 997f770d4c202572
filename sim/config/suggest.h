/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* The candidate that @word was probably meant to be, or NULL.  (nullable) (transfer none) */
const char *tsim_suggest(const char *word, const GPtrArray *candidates);
/* " (did you mean 'x'?)", or "" when nothing is near.  (transfer full) */
char *tsim_did_you_mean(const char *word, const GPtrArray *candidates);
