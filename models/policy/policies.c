/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of policies, and what a policy may do to the file system. */
#include "policies.h"

#include <string.h>

#include "fs.h"
#include "invariant.h"

const struct tsim_policy_ops *const tsim_policies[] = {
	&tsim_policy_unpinned,
	&tsim_policy_pinned_chunk,
	&tsim_policy_skeleton,
	NULL,
};

/**
 * tsim_policy_find:
 * Returns: (nullable): the policy of that name.
 */
const struct tsim_policy_ops *tsim_policy_find(const char *name)
{
	for (guint i = 0; tsim_policies[i]; i++) {
		if (strcmp(tsim_policies[i]->name, name) == 0)
			return tsim_policies[i];
	}
	return NULL;
}

void tsim_policy_init(struct tsim_policy *p, const struct tsim_policy_ops *ops, const void *config,
		      struct tsim_fs *fs)
{
	*p = (struct tsim_policy){ .ops = ops, .config = config, .fs = fs };
	if (ops->state_size > 0)
		p->state = g_malloc0(ops->state_size);
}

void tsim_policy_clear(struct tsim_policy *p)
{
	g_clear_pointer(&p->state, g_free);
}

tsim_ns tsim_policy_now(const struct tsim_policy *p)
{
	return tsim_now(p->fs->engine);
}

void tsim_policy_lock_chunks(struct tsim_policy *p)
{
	tsim_mutex_lock(&p->fs->space.chunk_mutex);
}

void tsim_policy_unlock_chunks(struct tsim_policy *p)
{
	tsim_mutex_unlock(&p->fs->space.chunk_mutex);
}

gboolean tsim_policy_pinned(const struct tsim_policy *p, const struct tsim_block_group *bg)
{
	return bg->chunk->map == TSIM_MAP_PINNED;
}

/**
 * tsim_policy_release:
 * The kept map goes; its place and its logical address can be used again.
 * Nothing here clears `full`, as in the kernel.
 */
void tsim_policy_release(struct tsim_policy *p, struct tsim_block_group *bg)
{
	tsim_chunk_unpin_map(&p->fs->space, bg->chunk);
}
