/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "campaign.h"

struct tsim_verify_options {
	guint64 sample; /* so many blocks, evenly spread; 0: all */
	guint jobs;
	enum tsim_progress_mode progress;
};

struct tsim_verified {
	guint64 blocks, checked, replications; /* checked blocks, and what is in them */
	GPtrArray *different; /* (element-type utf8): which, a line each */
};

gboolean tsim_verify(struct tsim_campaign *c, const struct tsim_verify_options *options,
		     struct tsim_verified *verified, GError **error);
