/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "stored.h"

/* A figure of the page. */
struct tsim_page_figure {
	char *name, *svg;
};

/* @figures: (element-type struct tsim_page_figure).  (transfer full) (nullable) */
char *tsim_report_html(const TsimStored *stored, const GPtrArray *figures, GError **error);
