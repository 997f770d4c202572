/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "stored.h"

/* What a result says, in sentences: (element-type utf8).  (transfer full) */
GPtrArray *tsim_findings(const TsimStored *stored);
