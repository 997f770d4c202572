/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the file system refers to, and the writes that bring it onto the disk.
 *
 * Models: the ranges of each chunk that are referenced; a write to all copies,
 *   submitted at one time.
 * Leaves out: what a write does when it takes effect (oracle.c); checksums.
 * Source: fs/btrfs/volumes.c of 3.18: btrfs_map_bio submits a bio for each stripe.
 */
#include "oracle.h"

#include "fs.h"

static struct tsim_range offsets(const struct tsim_chunk *chunk, struct tsim_range logical)
{
	return TSIM_RANGE(logical.start - chunk->logical, logical.end - chunk->logical);
}

void tsim_oracle_allocated(struct tsim_oracle *oracle, struct tsim_chunk *chunk,
			   struct tsim_range range)
{
	tsim_device_settle(&oracle->fs->dev); /* what took effect before met nothing live */
	tsim_interval_set_add(&chunk->live, offsets(chunk, range));
}

/* Whatever is freed can no longer be lost. */
void tsim_oracle_freed(struct tsim_oracle *oracle, struct tsim_chunk *chunk,
		       struct tsim_range range)
{
	struct tsim_range r = offsets(chunk, range);

	tsim_device_settle(&oracle->fs->dev);
	tsim_interval_set_remove(&chunk->live, r);
	tsim_interval_set_remove(&chunk->on_disk, r);
	if (!chunk->has_hits)
		return;
	for (guint c = 0; c < chunk->copies; c++)
		tsim_interval_set_remove(&chunk->destroyed[c], r);
}

/* @done_ns: of a recording; TSIM_NS_NEVER: the device knows. */
static tsim_ns write_copies(struct tsim_oracle *oracle, struct tsim_chunk *chunk,
			    struct tsim_range range, tsim_ns done_ns)
{
	struct tsim_fs *fs = oracle->fs;
	struct tsim_range r = offsets(chunk, range);
	tsim_ns done = 0;

	for (guint c = 0; c < chunk->copies; c++) {
		struct tsim_range phys =
			TSIM_RANGE(chunk->phys[c] + r.start, chunk->phys[c] + r.end);
		tsim_ns complete;

		if (fs->policy.ops->write_submit)
			fs->policy.ops->write_submit(&fs->policy, phys);
		complete = done_ns == TSIM_NS_NEVER ?
				   tsim_device_write(&fs->dev, phys, chunk, c) :
				   tsim_device_write_recorded(&fs->dev, phys, done_ns, chunk, c);
		if (oracle->discards->len > 0)
			tsim_oracle_raced_write(oracle, phys, range.start, complete);
		done = MAX(done, complete);
	}
	return done;
}

/**
 * tsim_oracle_write:
 * @range: logical, within @chunk; written to all copies at once
 *
 * Returns: when the last copy completes, ns.
 */
tsim_ns tsim_oracle_write(struct tsim_oracle *oracle, struct tsim_chunk *chunk,
			  struct tsim_range range)
{
	return write_copies(oracle, chunk, range, TSIM_NS_NEVER);
}

/* The same, done when a recording has it done. */
void tsim_oracle_write_recorded(struct tsim_oracle *oracle, struct tsim_chunk *chunk,
				struct tsim_range range, tsim_ns done_ns)
{
	write_copies(oracle, chunk, range, done_ns);
}
