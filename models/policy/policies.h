/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>

#include "policy.h"
#include "space.h"

extern const struct tsim_policy_ops tsim_policy_unpinned;
extern const struct tsim_policy_ops tsim_policy_pinned_chunk;
extern const struct tsim_policy_ops tsim_policy_skeleton;
