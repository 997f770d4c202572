/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine-fixture.h"
#include "file.h"
#include "fs.h"
#include "policies.h"

/*
 * A file system in which nothing costs time but what a test asks for, on a
 * device of slots that are one chunk each (10 % of it, rounded up, is 16 MiB),
 * and helpers for the script actor.
 */
#define MS TSIM_NS_PER_MS
#define SLOT (16 * TSIM_MIB)
#define SLOT_START(i) (5 * TSIM_MIB + (guint64)(i) * SLOT)

extern struct tsim_fs fs;
extern struct tsim_outcome out;
extern struct tsim_fs_options fs_opt;
extern struct tsim_device_options dev_opt;
extern guint64 fs_seed;
extern GPtrArray *races;	/* (element-type struct tsim_race) of the last run */

/*
 * Start a test: options back to zero cost, one letter a slot: d data, h two
 * data groups of half a slot, m metadata, - hole.  An = behind an m is its
 * second copy (DUP).
 */
void fresh(const char *slots);
/* As fresh(), of any size and with what mkfs makes. */
void fresh_mkfs(guint64 size_bytes, enum tsim_profile profile);
/* Run the script as an actor, then finish and judge.  fs and out stay until the next run. */
void run_script(const struct tsim_policy_ops *ops, void (*script)(void *data));
void run_script_until(const struct tsim_policy_ops *ops, void (*script)(void *data), tsim_ns horizon,
		      gboolean kthreads);
/* Run @script in a child process: TRUE when a broken invariant that matches @pattern ended it. */
gboolean script_aborts(const struct tsim_policy_ops *ops, void (*script)(void *data), const char *pattern);

/* For scripts. */
struct tsim_block_group *group_at(guint64 logical);
struct tsim_block_group *slot_group(guint slot);
void set_ro(struct tsim_block_group *bg);
/* Spawn an actor that runs next, at this instant. */
void start_actor(const char *name, void (*fn)(void *data), void *data);
/* A trimmer enters the group now; its first discard is submitted on return. */
void start_trim(struct tsim_block_group *bg);
void start_fitrim(void);
/* In the running transaction, without a commit. */
void remove_group(struct tsim_block_group *bg);
/* A new chunk by the allocator; NULL: none, see chunk_result. */
struct tsim_block_group *new_group(enum tsim_bg_type type);
extern enum tsim_chunk_result chunk_result;
extern struct tsim_chunk_request chunk_request;
/* Allocate, write (and wait for the completion), free: offsets within the group. */
void use(struct tsim_block_group *bg, guint64 offset, guint64 len);
void write_wait(struct tsim_block_group *bg, guint64 offset, guint64 len);
void unuse(struct tsim_block_group *bg, guint64 offset, guint64 len);

int fs_test_main(int argc, char **argv, const struct engine_test *tests, guint n);
