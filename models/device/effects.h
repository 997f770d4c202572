/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "device.h"

/* Of commands whose times are known; tsim_device_settle() lets them happen. */
void tsim_effects_add(struct tsim_device *dev, const struct tsim_command *cmd);
void tsim_effects_add_sweep(struct tsim_device *dev, struct tsim_command *cmd);
guint64 tsim_effects_swept(const struct tsim_command *cmd, tsim_ns t,
			   const struct tsim_device_options *opt);
