/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "stored.h"

/* What goes under a patch: plain text of 75 columns.  (transfer full) */
char *tsim_report_mail(const TsimStored *stored);
