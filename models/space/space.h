/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "engine.h"
#include "free-space.h"
#include "fs-options.h"
#include "interval-set.h"
#include "simtime.h"

struct tsim_fs;

enum tsim_bg_type {
	TSIM_DATA,
	TSIM_METADATA,
	TSIM_SYSTEM,
	TSIM_N_BG_TYPES,
};
extern const char *const tsim_bg_type_names[TSIM_N_BG_TYPES];

#define TSIM_MAX_COPIES 2

/* Where the copies of the superblock are, physical. */
#define TSIM_N_SUPER_MIRRORS 3
extern const guint64 tsim_super_mirrors[TSIM_N_SUPER_MIRRORS];

enum tsim_map_state {
	TSIM_MAP_LIVE, /* the extent map is in the mapping tree */
	TSIM_MAP_PINNED, /* group removed, map kept on pinned_chunks */
	TSIM_MAP_GONE,
};

/* A chunk: its extent map, its stripes, and what the oracle knows of its contents. */
struct tsim_chunk {
	guint32 ordinal; /* identity: the k-th chunk ever made, never its logical address */
	enum tsim_bg_type type;
	guint64 logical, len;
	guint copies;
	guint64 phys[TSIM_MAX_COPIES];
	enum tsim_map_state map;
	guint64 remove_transid;
	tsim_ns alloc_ns, remove_ns;
	struct tsim_block_group *bg;

	/* Oracle: offsets within the chunk. */
	struct tsim_interval_set live; /* referenced: allocated to an extent or tree block */
	struct tsim_interval_set on_disk; /* ... and written */
	struct tsim_interval_set destroyed[TSIM_MAX_COPIES];
	gboolean has_hits;
};

struct tsim_block_group {
	struct tsim_chunk *chunk;
	enum tsim_bg_type type;
	struct tsim_range range; /* logical */
	guint ro;
	gboolean removed; /* out of the tree; `removed` of the fix */
	gboolean unused_listed;
	guint64 used, reserved, pinned, super_bytes;
	guint64 hidden; /* entries under discard; reserved too if it was RW then */
	guint trimming; /* trimmers in the group; `frozen` since 2020 */
	struct tsim_free_space free;
	guint32 n_discards; /* index of the next latency draw */
	tsim_ns ro_ns;
};

struct tsim_space_info {
	guint64 total, used, reserved, pinned;
	gint64 readonly; /* may be below 0 while a trim is under way in a removed group */
	GPtrArray *groups; /* in order of creation */
	gboolean full;
	gboolean full_is_false; /* it would not be full without pinned chunks */
	tsim_ns full_since_ns;
};

enum tsim_chunk_force {
	TSIM_CHUNK_NO_FORCE, /* only at 80 % */
	TSIM_CHUNK_FORCE,
};

enum tsim_chunk_result {
	TSIM_CHUNK_MADE,
	TSIM_CHUNK_NOT_NEEDED,
	TSIM_CHUNK_ENOSPC,
	TSIM_CHUNK_FALSE_ENOSPC, /* it would have been made without pinned ranges */
};

/* A request to the chunk allocator actor; lives on the requester's stack while it is parked. */
struct tsim_chunk_request {
	enum tsim_bg_type type;
	enum tsim_chunk_force force;
	enum tsim_chunk_result result;
	tsim_ns since_ns, mutex_wait_ns;
	gboolean displaced, shrunk, done;
	gboolean tried; /* not answered by `full` or the 80 % rule alone */
	TsimActor *requester;
	struct tsim_chunk_request *next;
};

struct tsim_space {
	struct tsim_fs *fs;
	GPtrArray *chunks; /* all ever made, owned */
	GPtrArray *groups_owned;
	GPtrArray *maps; /* extent maps live and pinned, by logical address */
	GPtrArray *groups; /* block group tree, by logical address */
	struct tsim_interval_set dev_extents; /* device tree, running transaction */
	struct tsim_interval_set commit_root; /* device tree as of the last switch_commit_roots */
	struct tsim_interval_set trimmed; /* CHUNK_TRIMMED: unallocated and discarded */
	GPtrArray *pending_chunks; /* made in the running transaction */
	GPtrArray *pinned_chunks; /* removed under a trimmer; under chunk_mutex */
	struct tsim_block_group *cluster; /* meta_alloc_cluster; NULL: none */
	guint64 cluster_start; /* its window_start */
	GPtrArray *unused_bgs;
	struct tsim_space_info info[TSIM_N_BG_TYPES];
	struct tsim_mutex chunk_mutex;
	struct tsim_cond released; /* a range may have become allocatable */
	guint64 n_released; /* how often, so that nobody misses one between trying and waiting */
	struct tsim_chunk_request *requests, **requests_tail;
	TsimActor *allocator;
	guint64 pinned_bytes;
	tsim_ns pinned_changed_ns;
};

/* space.c */
void tsim_space_init(struct tsim_space *space, struct tsim_fs *fs);
void tsim_space_clear(struct tsim_space *space);
void tsim_space_mkfs(struct tsim_space *space);
struct tsim_chunk *tsim_space_add_initial(struct tsim_space *space, enum tsim_bg_type type,
					  guint64 start, guint64 len);
void tsim_space_switch_commit_root(struct tsim_space *space);
void tsim_space_set_full(struct tsim_space *space, enum tsim_bg_type type, gboolean is_false);
void tsim_space_clear_full(struct tsim_space *space);
guint64 tsim_space_free_bytes(const struct tsim_space *space, enum tsim_bg_type type);
void tsim_space_released(struct tsim_space *space);
void tsim_space_count_pinned(struct tsim_space *space, gint64 bytes);

/* chunk.c */
struct tsim_chunk *tsim_chunk_create(struct tsim_space *space, enum tsim_bg_type type, guint64 phys,
				     guint64 len);
struct tsim_chunk *tsim_chunk_lookup(const struct tsim_space *space, guint64 logical);
struct tsim_chunk *tsim_chunk_overlapping(const struct tsim_space *space, struct tsim_range phys,
					  enum tsim_map_state state);
guint64 tsim_chunk_next_logical(const struct tsim_space *space);
void tsim_chunk_free_dev_extents(struct tsim_space *space, struct tsim_chunk *chunk);
void tsim_chunk_drop_map(struct tsim_space *space, struct tsim_chunk *chunk);
void tsim_chunk_pin_map(struct tsim_space *space, struct tsim_chunk *chunk);
void tsim_chunk_unpin_map(struct tsim_space *space, struct tsim_chunk *chunk);
static inline struct tsim_range tsim_chunk_stripe(const struct tsim_chunk *chunk, guint copy)
{
	return TSIM_RANGE(chunk->phys[copy], chunk->phys[copy] + chunk->len);
}

/* chunk-size.c */
guint tsim_chunk_copies(const struct tsim_fs_options *opt, enum tsim_bg_type type);
guint64 tsim_chunk_max_stripe(const struct tsim_fs_options *opt, enum tsim_bg_type type);
guint64 tsim_chunk_wanted(const struct tsim_fs_options *opt, enum tsim_bg_type type);
guint64 tsim_chunk_stripe_len(const struct tsim_fs_options *opt, enum tsim_bg_type type,
			      guint64 max_avail);

/* find-free-dev-extent.c */
struct tsim_hole {
	guint64 start, len;
	gboolean found; /* len >= wanted */
};
gboolean tsim_find_hole_in_pending(struct tsim_range hole, guint64 wanted,
				   const struct tsim_interval_set *pending, struct tsim_hole *out);
struct tsim_hole tsim_find_free_dev_extent(const struct tsim_interval_set *commit_root,
					   const struct tsim_range *busy, guint n_busy,
					   guint64 device_bytes, guint64 wanted,
					   enum tsim_hole_search search);

/* block-group.c */
struct tsim_block_group *tsim_block_group_create(struct tsim_space *space,
						 struct tsim_chunk *chunk);
struct tsim_block_group *tsim_block_group_next(const struct tsim_space *space, guint64 logical);
gboolean tsim_block_group_set_ro(struct tsim_space *space, struct tsim_block_group *bg,
				 gboolean force);
void tsim_block_group_set_rw(struct tsim_space *space, struct tsim_block_group *bg);
void tsim_block_group_unlink(struct tsim_space *space, struct tsim_block_group *bg);
void tsim_block_group_use(struct tsim_space *space, struct tsim_block_group *bg,
			  struct tsim_range r);
void tsim_block_group_unuse(struct tsim_space *space, struct tsim_block_group *bg,
			    struct tsim_range r);
void tsim_block_group_unpin(struct tsim_space *space, struct tsim_block_group *bg,
			    struct tsim_range r);
void tsim_block_group_mark_unused(struct tsim_space *space, struct tsim_block_group *bg);

/* chunk-allocator.c */
void tsim_chunk_allocator_start(struct tsim_space *space);
enum tsim_chunk_result tsim_chunk_alloc(struct tsim_space *space, enum tsim_bg_type type,
					enum tsim_chunk_force force,
					struct tsim_chunk_request *request);
gboolean tsim_chunk_alloc_needed(const struct tsim_space *space, enum tsim_bg_type type);
gboolean tsim_chunk_would_fit_without_pins(struct tsim_space *space, enum tsim_bg_type type);
