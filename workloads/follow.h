/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fs.h"
#include "recording.h"

/*
 * A recording drives a file system: what it did is done again, at its times,
 * by the space, commit, policy and oracle code.
 */
struct tsim_follower {
	struct tsim_fs *fs;
	const TsimRecording *recording;
	double scale; /* its times are multiplied by this */
	/* Optional.  After each chunk allocation; @chunk is NULL for want of space. */
	void (*placed)(void *data, const struct tsim_recorded_step *step,
		       const struct tsim_chunk *chunk);
	void *data;
	gboolean stop; /* set by placed(): the recording ends here */

	struct tsim_chunk **chunks; /* for each of the recording's: ours, or NULL */
	struct tsim_lane *lanes;
	guint position; /* steps that have come */
	struct tsim_transaction *committing; /* UNBLOCKED and not COMPLETED */
	guint64 starting_transid;
	tsim_ns commit_start_ns; /* of starting_transid */
};

/* Who does the steps of one lane, and where a trimmer is. */
struct tsim_lane {
	struct tsim_follower *f;
	guint n;
	TsimActor *actor;
	struct tsim_block_group *bg; /* NULL: in none, or sent away by the policy */
	struct tsim_discard *discard;
	tsim_ns done_ns; /* ... its last command */
};

/* Keeps a removed group's map when, and as long as, the recorded kernel did. */
extern const struct tsim_policy_ops tsim_policy_recorded;

void tsim_follow_adjust(struct tsim_fs_options *fs);
void tsim_follow_start(struct tsim_follower *follower);
void tsim_follow_clear(struct tsim_follower *follower);

/* For the parts of it. */
tsim_ns tsim_follow_time(const struct tsim_follower *follower, tsim_ns recorded);
struct tsim_range tsim_follow_range(const struct tsim_chunk *chunk, guint64 offset, guint64 len);
void tsim_follow_trim(struct tsim_lane *lane, const struct tsim_recorded_step *step);
