/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plan.h"
#include "result.h"

struct tsim_variable *tsim_variables_new(const TsimPlan *plan);
