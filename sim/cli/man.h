/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Parts of the man page, on stdout. */
void tsim_man_line(const char *before, const char *text, const char *after);
void tsim_man_expect(void);
