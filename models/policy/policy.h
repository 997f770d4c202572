/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "interval-set.h"
#include "option.h"
#include "simtime.h"

struct tsim_fs;
struct tsim_policy;
struct tsim_block_group;
struct tsim_chunk;
struct tsim_discard;

enum tsim_removal {
	TSIM_REMOVE_GO,
	TSIM_REMOVE_SKIP, /* drop the group from the list, as when it is reserved */
	TSIM_REMOVE_WAIT, /* ask again when a trimmer has left the group */
};

/* What becomes of a removed group's extent map, and so of its place on the device. */
enum tsim_release {
	TSIM_RELEASE_NOW, /* the map goes; the place is free once the removal is committed */
	TSIM_RELEASE_PIN, /* kept until tsim_policy_release() */
};

enum tsim_grant {
	TSIM_GRANT,
	TSIM_GRANT_SKIP, /* look elsewhere */
	/*
	 * Wait until something is released, then look again; the requester holds its
	 * transaction handle meanwhile, so what is waited for must not need a commit.
	 */
	TSIM_GRANT_WAIT,
};

/*
 * A discard policy: when may a physical range that is, or was, under a
 * discard be given to a new owner?  One static const table per policy,
 * listed in policies.c.  A hook that is NULL does nothing and says yes.
 */
struct tsim_policy_ops {
	const char *name;
	const char *summary;
	/* No discard may ever destroy live data under it: a hit is a broken invariant. */
	gboolean safe;
	/* Optional.  Own keys of [policy NAME]. */
	const struct tsim_option *options;
	gsize config_size;
	/* Optional.  Bytes of zeroed state for each replication. */
	gsize state_size;
	/* Optional.  A trimmer enters a block group; FALSE: it leaves at once. May wait. */
	gboolean (*trim_begin)(struct tsim_policy *p, struct tsim_block_group *bg);
	/* Optional.  It leaves. May wait, take chunk_mutex, release. */
	void (*trim_end)(struct tsim_policy *p, struct tsim_block_group *bg);
	/* Optional.  One discard of a hidden entry begins, ends. May wait. */
	void (*discard_begin)(struct tsim_policy *p, struct tsim_discard *discard);
	void (*discard_end)(struct tsim_policy *p, struct tsim_discard *discard);
	/* Optional.  A group is about to be removed, before it is set RO. */
	enum tsim_removal (*group_removing)(struct tsim_policy *p, struct tsim_block_group *bg);
	/* Optional.  It was set RO. */
	void (*group_ro)(struct tsim_policy *p, struct tsim_block_group *bg);
	/* Required.  Its free space is gone; chunk_mutex is held. */
	enum tsim_release (*group_removed)(struct tsim_policy *p, struct tsim_block_group *bg);
	/* Optional.  May a new chunk be placed at @phys? chunk_mutex is held. */
	enum tsim_grant (*may_allocate)(struct tsim_policy *p, struct tsim_range phys);
	/* Optional.  A write is about to be submitted. May wait. */
	void (*write_submit)(struct tsim_policy *p, struct tsim_range phys);
	/* Optional.  Steps of a commit. */
	void (*unblocked)(struct tsim_policy *p, guint64 transid);
	void (*super_written)(struct tsim_policy *p, guint64 transid);
	void (*completed)(struct tsim_policy *p, guint64 transid);
};

struct tsim_policy {
	const struct tsim_policy_ops *ops;
	const void *config; /* what ops->options filled */
	void *state; /* ops->state_size bytes */
	struct tsim_fs *fs;
};

/* policies.c */
extern const struct tsim_policy_ops *const tsim_policies[]; /* NULL-terminated */
const struct tsim_policy_ops *tsim_policy_find(const char *name);
void tsim_policy_init(struct tsim_policy *p, const struct tsim_policy_ops *ops, const void *config,
		      struct tsim_fs *fs);
void tsim_policy_clear(struct tsim_policy *p);

/* What a policy may do to the file system. */
tsim_ns tsim_policy_now(const struct tsim_policy *p);
void tsim_policy_lock_chunks(struct tsim_policy *p);
void tsim_policy_unlock_chunks(struct tsim_policy *p);
/* Is the chunk's map kept after the group's removal? */
gboolean tsim_policy_pinned(const struct tsim_policy *p, const struct tsim_block_group *bg);
/* Drop the kept map: the place can be allocated again. chunk_mutex is held. */
void tsim_policy_release(struct tsim_policy *p, struct tsim_block_group *bg);
