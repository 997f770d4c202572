/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The causal chain of one hit, as steps in time order.
 */
#include <string.h>

#include "fs.h"
#include "oracle.h"

static void step(struct tsim_race *race, tsim_ns t, enum tsim_column column, const char *what,
		 struct tsim_range range, guint64 logical, guint64 number)
{
	struct tsim_race_step s = { t, column, what, range.start, range.end, logical, number };

	g_array_append_val(race->steps, s);
}

static gint by_time(gconstpointer a, gconstpointer b)
{
	const struct tsim_race_step *x = a, *y = b;

	return x->t_ns < y->t_ns ? -1 : x->t_ns > y->t_ns;
}

static void discard_steps(struct tsim_race *race, const struct tsim_hit *hit)
{
	const struct tsim_discard *d = &hit->discard;

	step(race, d->hide_ns, TSIM_COLUMN_FSTRIM, "hide", d->phys, d->logical.start,
	     d->bg->chunk->ordinal);
	step(race, hit->piece_submit_ns, TSIM_COLUMN_FSTRIM, "submit", hit->piece_phys,
	     d->logical.start, hit->piece);
	if (hit->piece_start_ns > hit->piece_submit_ns)
		step(race, hit->piece_start_ns, TSIM_COLUMN_DEVICE, "start", hit->piece_phys,
		     d->logical.start, hit->piece);
	if (hit->piece_ack_ns != TSIM_NS_NEVER)
		step(race, hit->piece_ack_ns, TSIM_COLUMN_DEVICE, "ack", hit->piece_phys,
		     d->logical.start, hit->piece);
}

static void removal_steps(struct tsim_fs *fs, struct tsim_race *race,
			  const struct tsim_chunk *removed)
{
	struct tsim_range stripe = tsim_chunk_stripe(removed, 0);
	const struct tsim_transaction *trans =
		tsim_trans_find(&fs->commit, removed->remove_transid);

	stripe.end += (removed->copies - 1) * removed->len;
	step(race, removed->bg->ro_ns, TSIM_COLUMN_CLEANER, "ro", stripe, removed->logical,
	     removed->ordinal);
	step(race, removed->remove_ns, TSIM_COLUMN_CLEANER, "remove", stripe, removed->logical,
	     removed->remove_transid);
	if (!trans || trans->state < TSIM_TRANS_UNBLOCKED)
		return;
	step(race, trans->commit_start_ns, TSIM_COLUMN_COMMIT, "commit_start", TSIM_RANGE(0, 0), 0,
	     trans->transid);
	step(race, trans->unblocked_ns, TSIM_COLUMN_COMMIT, "unblocked", TSIM_RANGE(0, 0), 0,
	     trans->transid);
	if (trans->super_ns > 0)
		step(race, trans->super_ns, TSIM_COLUMN_COMMIT, "super", TSIM_RANGE(0, 0), 0,
		     trans->transid);
}

/* The new chunk, and the writes whose data the hit destroyed. */
static void reuse_steps(struct tsim_race *race, const struct tsim_hit *hit,
			struct tsim_range destroyed)
{
	const struct tsim_discard *d = &hit->discard;
	struct tsim_range stripe = tsim_chunk_stripe(hit->chunk, 0);

	stripe.end += (hit->chunk->copies - 1) * hit->chunk->len;
	step(race, hit->chunk->alloc_ns, TSIM_COLUMN_WRITER, "chunk", stripe, hit->chunk->logical,
	     hit->chunk->ordinal);
	race->forgotten_writes = d->n_writes - MIN(d->n_writes, TSIM_KEPT_WRITES);
	for (guint i = 0, shown = 0; i < MIN(d->n_writes, TSIM_KEPT_WRITES); i++) {
		const struct tsim_raced_write *w = &d->writes[i];

		if (!tsim_range_overlaps(w->phys, destroyed) || w->effect_ns > hit->t_ns ||
		    w->submit_ns < hit->chunk->alloc_ns) /* of an owner in between */
			continue;
		if (shown == TSIM_SHOWN_WRITES) {
			race->more_writes++;
			continue;
		}
		shown++;
		step(race, w->submit_ns, TSIM_COLUMN_WRITER, "write", w->phys, w->logical, 0);
		step(race, w->effect_ns, TSIM_COLUMN_DEVICE, "write_effect", w->phys, w->logical,
		     0);
	}
}

/* The first superblock that refers to what was written at @written_ns, if it is another. */
static void super_step(struct tsim_fs *fs, struct tsim_race *race, const struct tsim_hit *hit,
		       tsim_ns written_ns)
{
	const GPtrArray *transactions = fs->commit.transactions;

	for (guint i = 0; i < transactions->len; i++) {
		const struct tsim_transaction *trans = g_ptr_array_index(transactions, i);

		tsim_ns in_trees = hit->chunk->type == TSIM_DATA ? trans->unblocked_ns :
								   trans->super_ns;

		if (trans->super_ns == 0 || in_trees < written_ns)
			continue;
		if (hit->discard.removed && hit->discard.removed->remove_transid == trans->transid)
			return;
		step(race, trans->super_ns, TSIM_COLUMN_COMMIT, "super", TSIM_RANGE(0, 0), 0,
		     trans->transid);
		return;
	}
}

static tsim_ns last_write(const struct tsim_race *race)
{
	tsim_ns t = 0;

	for (guint i = 0; i < race->steps->len; i++) {
		const struct tsim_race_step *s =
			&g_array_index(race->steps, struct tsim_race_step, i);

		if (strcmp(s->what, "write_effect") == 0)
			t = MAX(t, s->t_ns);
	}
	return t;
}

/* Why its fate is what it is. */
static void power_steps(struct tsim_fs *fs, struct tsim_race *race, const struct tsim_hit *hit)
{
	if (strcmp(race->fate, "healed") != 0)
		super_step(fs, race, hit, last_write(race));
	if (hit->durable_ns > 0 && fs->dev.opt->discard_durable == TSIM_DURABLE_FLUSH)
		step(race, hit->durable_ns, TSIM_COLUMN_COMMIT, "flush", TSIM_RANGE(0, 0), 0,
		     hit->piece);
	step(race, fs->oracle.power->fails_ns, TSIM_COLUMN_DEVICE, "power_loss", TSIM_RANGE(0, 0),
	     0, 0);
}

/**
 * tsim_race_new:
 * @hit: may go away afterwards
 * @fate: static text
 *
 * Returns: (transfer full): the chain from the hide to the effect.
 */
struct tsim_race *tsim_race_new(struct tsim_fs *fs, const struct tsim_hit *hit, const char *fate,
				guint copies_lost)
{
	struct tsim_race *race = g_new0(struct tsim_race, 1);
	guint64 phys = hit->chunk->phys[hit->copy] + hit->range.start;

	race->steps = g_array_new(FALSE, FALSE, sizeof(struct tsim_race_step));
	race->kind = tsim_bg_type_names[hit->chunk->type];
	race->fate = fate;
	race->copies = hit->chunk->copies;
	race->copies_lost = copies_lost;
	race->lost_logical = hit->chunk->logical + hit->range.start;
	race->lost_bytes = tsim_range_len(hit->range);
	discard_steps(race, hit);
	if (hit->discard.removed)
		removal_steps(fs, race, hit->discard.removed);
	reuse_steps(race, hit, TSIM_RANGE(phys, phys + race->lost_bytes));
	step(race, hit->t_ns, TSIM_COLUMN_DEVICE, "effect",
	     TSIM_RANGE(phys, phys + race->lost_bytes), race->lost_logical, hit->piece);
	if (tsim_power_failed(&fs->oracle))
		power_steps(fs, race, hit);
	g_array_sort(race->steps, by_time);
	return race;
}

void tsim_race_free(struct tsim_race *race)
{
	g_array_unref(race->steps);
	g_free(race);
}
