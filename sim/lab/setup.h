/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "device-options.h"
#include "fs-options.h"
#include "policy.h"
#include "workload.h"
#include "world.h"

struct tsim_setup_policy {
	const struct tsim_policy_ops *ops;
	void *config;
};

struct tsim_setup {
	struct tsim_experiment experiment;
	struct tsim_device_options device;
	struct tsim_fs_options fs;
	const struct tsim_workload_ops *workload;
	void *workload_config;
	struct tsim_setup_policy *policies;
	guint n_policies;
};
