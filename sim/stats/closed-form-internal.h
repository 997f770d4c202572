/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "closed-form.h"

double tsim_form_integrate(double (*fn)(double, void *), void *data, double middle, double scale);
