/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * skeleton: a policy to copy.  It compiles, runs and behaves like unpinned;
 * docs/adding-a-policy.md goes through it.
 *
 * Models: nothing of its own.
 * Source: put the kernel commit, function or paper here.
 */
#include "policies.h"

/* The options of [policy NAME], filled before each replication. */
struct skeleton_config {
	gboolean keep;
};

static const struct tsim_option skeleton_options[] = {
	{ "keep", TSIM_OPT_BOOL, offsetof(struct skeleton_config, keep), .def = "no",
	  .help = "keep the chunk of a removed group while a trimmer is in it" },
	{ .name = NULL },
};

/* Zeroed for each replication. */
struct skeleton_state {
	guint64 removed;
};

/* Optional. A trimmer enters a group; FALSE sends it away. */
static gboolean trim_begin(struct tsim_policy *p, struct tsim_block_group *bg)
{
	bg->trimming++;
	return TRUE;
}

/* Optional. It leaves; the last one gives back what group_removed() kept. */
static void trim_end(struct tsim_policy *p, struct tsim_block_group *bg)
{
	if (--bg->trimming > 0 || !bg->removed || !tsim_policy_pinned(p, bg))
		return;
	tsim_policy_lock_chunks(p);
	tsim_policy_release(p, bg);
	tsim_policy_unlock_chunks(p);
}

/* Required. Called under chunk_mutex when the group's free space is gone. */
static enum tsim_release group_removed(struct tsim_policy *p, struct tsim_block_group *bg)
{
	const struct skeleton_config *config = p->config;
	struct skeleton_state *state = p->state;

	state->removed++;
	return config->keep && bg->trimming > 0 ? TSIM_RELEASE_PIN : TSIM_RELEASE_NOW;
}

const struct tsim_policy_ops tsim_policy_skeleton = {
	.name = "skeleton",
	.summary = "a policy to copy: like unpinned unless keep = yes",
	.options = skeleton_options,
	.config_size = sizeof(struct skeleton_config),
	.state_size = sizeof(struct skeleton_state),
	.trim_begin = trim_begin,
	.trim_end = trim_end,
	.group_removed = group_removed,
};
