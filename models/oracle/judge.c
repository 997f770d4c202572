/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What became of each hit.
 *
 * Models: healed (freed or rewritten; after a loss of power: not in the trees
 *   that the last superblock refers to), undone (the loss of power undid the
 *   discard), latent (a good copy is left, or the device still reads the old
 *   data), persistent (still referenced and no copy is good).
 * Leaves out: reads: until the end everything is served from the page cache.
 * Source: docs/model.md "Damage"; fs/btrfs/disk-io.c: the good mirror repairs
 *   the bad one on read.
 */
#include "fs.h"
#include "oracle.h"

/* Bytes of @range still destroyed on every copy: none if reads find the old data. */
static guint64 lost_bytes(const struct tsim_fs *fs, const struct tsim_chunk *chunk,
			  struct tsim_range range)
{
	const struct tsim_interval_set *first = &chunk->destroyed[0];
	guint64 lost = 0;

	if (fs->dev.opt->discard_reads == TSIM_READS_OLD)
		return 0;
	for (guint i = tsim_interval_set_find(first, range.start);
	     i < first->n && first->ranges[i].start < range.end; i++) {
		struct tsim_range r = tsim_range_intersect(first->ranges[i], range);

		lost += chunk->copies == 1 ?
				tsim_range_len(r) :
				tsim_interval_set_overlap_bytes(&chunk->destroyed[1], r);
	}
	return lost;
}

static const char *judge_hit(struct tsim_oracle *oracle, const struct tsim_hit *hit,
			     guint *copies_lost)
{
	struct tsim_outcome *out = oracle->fs->out;

	*copies_lost = 0;
	if (!tsim_interval_set_overlaps(&hit->chunk->destroyed[hit->copy], hit->range)) {
		if (tsim_power_undid(oracle, hit->chunk, hit->copy, hit->range)) {
			out->undone++;
			return "undone";
		}
		out->healed++;
		return "healed";
	}
	if (lost_bytes(oracle->fs, hit->chunk, hit->range) == 0) {
		*copies_lost = oracle->fs->dev.opt->discard_reads != TSIM_READS_OLD;
		out->latent++;
		return "latent";
	}
	*copies_lost = hit->chunk->copies;
	out->persistent++;
	out->corrupted = 1;
	return "persistent";
}

/**
 * tsim_oracle_judge:
 * @races: (element-type struct tsim_race) (nullable): receives every hit
 */
void tsim_oracle_judge(struct tsim_oracle *oracle, GPtrArray *races)
{
	if (tsim_power_failed(oracle))
		tsim_power_mount(oracle);
	for (guint i = 0; i < oracle->discards->len; i++) /* whose trimmer was still waiting */
		tsim_oracle_count_harmless(oracle, g_ptr_array_index(oracle->discards, i));
	for (guint i = 0; i < oracle->hits->len; i++) {
		const struct tsim_hit *hit = &g_array_index(oracle->hits, struct tsim_hit, i);
		guint copies_lost;
		const char *fate = judge_hit(oracle, hit, &copies_lost);

		if (races)
			g_ptr_array_add(races, tsim_race_new(oracle->fs, hit, fate, copies_lost));
	}
	if (oracle->hits->len == 0)
		return;
	for (guint i = 0; i < oracle->fs->space.chunks->len; i++) {
		struct tsim_chunk *chunk = g_ptr_array_index(oracle->fs->space.chunks, i);

		if (chunk->has_hits)
			oracle->fs->out->lost_bytes +=
				lost_bytes(oracle->fs, chunk, TSIM_RANGE(0, chunk->len));
	}
}
