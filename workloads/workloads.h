/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "workload.h"

extern const struct tsim_workload_ops tsim_workload_generic_038;
extern const struct tsim_workload_ops tsim_workload_churn;
extern const struct tsim_workload_ops tsim_workload_kernel_churn;
extern const struct tsim_workload_ops tsim_workload_probe;
extern const struct tsim_workload_ops tsim_workload_replay;
extern const struct tsim_workload_ops tsim_workload_requests;
