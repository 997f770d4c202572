/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "device.h"
#include "interval-set.h"
#include "outcome.h"
#include "power.h"
#include "space.h"

#define TSIM_KEPT_WRITES 32 /* the last ones, which include the one that a hit destroys */
#define TSIM_SHOWN_WRITES 4

/* A write that landed, or will, in a range whose old discard is outstanding. */
struct tsim_raced_write {
	struct tsim_range phys;
	tsim_ns submit_ns, effect_ns;
	guint64 logical;
};

/*
 * One hidden free-space entry under discard: where it stands in the race and
 * the causal chain so far.  From the hide until its last copy is discarded it
 * is outstanding; hits may come until then.
 */
struct tsim_discard {
	guint64 number; /* the how manieth */
	struct tsim_block_group *bg; /* that it was hidden in */
	const struct tsim_chunk *target; /* whose map was taken at submission */
	struct tsim_range logical, phys; /* of the copy under way */
	gboolean met_unwritten;
	enum tsim_stage stage;
	tsim_ns hide_ns;
	const struct tsim_chunk *removed, *reused;
	struct tsim_raced_write writes[TSIM_KEPT_WRITES]; /* a ring */
	guint n_writes;
	guint n_late; /* of its commands: acknowledged, or to be, and not in effect */
	gboolean done; /* for the trimmer */
	gboolean destroyed; /* something */
};

/* A live range destroyed by an old discard. */
struct tsim_hit {
	struct tsim_chunk *chunk;
	guint copy;
	struct tsim_range range; /* offsets within the chunk */
	tsim_ns t_ns;
	guint piece;
	struct tsim_discard discard; /* as it was at the hit */
	tsim_ns piece_submit_ns, piece_start_ns; /* the device began with it */
	tsim_ns piece_ack_ns; /* TSIM_NS_NEVER: with its end */
	tsim_ns durable_ns; /* a flush that covers it was over; 0: none */
	struct tsim_range piece_phys;
};

struct tsim_oracle {
	struct tsim_fs *fs;
	GPtrArray *discards; /* (element-type struct tsim_discard) outstanding */
	GPtrArray *spare; /* ... to be used again */
	GPtrArray *late; /* ... done, but the device is not */
	GArray *hits; /* (element-type struct tsim_hit) */
	struct tsim_power *power; /* NULL: it never fails */
};

void tsim_oracle_init(struct tsim_oracle *oracle, struct tsim_fs *fs);
void tsim_oracle_clear(struct tsim_oracle *oracle);

/* The life of a hidden entry. */
struct tsim_discard *tsim_oracle_hide(struct tsim_oracle *oracle, struct tsim_block_group *bg,
				      struct tsim_range logical);
void tsim_oracle_discard_submit(struct tsim_oracle *oracle, struct tsim_discard *discard,
				const struct tsim_chunk *target, struct tsim_range phys);
void tsim_oracle_count_harmless(struct tsim_oracle *oracle, const struct tsim_discard *discard);
void tsim_oracle_discard_done(struct tsim_oracle *oracle, struct tsim_discard *discard);

/* Stages that others reach over it. */
void tsim_oracle_chunk_removed(struct tsim_oracle *oracle, const struct tsim_chunk *chunk);
void tsim_oracle_unblocked(struct tsim_oracle *oracle, guint64 transid);
void tsim_oracle_chunk_created(struct tsim_oracle *oracle, const struct tsim_chunk *chunk);
void tsim_oracle_raced_write(struct tsim_oracle *oracle, struct tsim_range phys, guint64 logical,
			     tsim_ns effect_ns);

/* Contents. @range: logical. */
void tsim_oracle_allocated(struct tsim_oracle *oracle, struct tsim_chunk *chunk,
			   struct tsim_range range);
void tsim_oracle_freed(struct tsim_oracle *oracle, struct tsim_chunk *chunk,
		       struct tsim_range range);
tsim_ns tsim_oracle_write(struct tsim_oracle *oracle, struct tsim_chunk *chunk,
			  struct tsim_range range);
void tsim_oracle_write_recorded(struct tsim_oracle *oracle, struct tsim_chunk *chunk,
				struct tsim_range range, tsim_ns done_ns);

/* What a discard destroyed of a chunk: offsets within it. */
void tsim_oracle_hit(struct tsim_oracle *oracle, struct tsim_chunk *chunk, guint copy,
		     struct tsim_range range, const struct tsim_command *cmd, tsim_ns t);

/* After the run: what became of each hit. */
void tsim_oracle_judge(struct tsim_oracle *oracle, GPtrArray *races);
struct tsim_race *tsim_race_new(struct tsim_fs *fs, const struct tsim_hit *hit, const char *fate,
				guint copies_lost);
void tsim_race_free(struct tsim_race *race);
