/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fixed number of replications of one point, summed in memory. */
#include "error.h"
#include "runner.h"

/* Blocks that came out of order wait in memory; so many at most. */
#define AHEAD 512

struct one {
	const TsimSetup *setup;
	guint32 replications, given, merged; /* replications */
	guint max_failures;
	GHashTable *waiting; /* first replication -> struct tsim_block, until its turn */
	TsimTally *tally;
	GPtrArray *failures;
};

static const TsimSetup *get_setup(gpointer data, guint64 point, GError **error)
{
	return ((struct one *)data)->setup;
}

static struct tsim_block *next(gpointer data)
{
	struct one *one = data;
	struct tsim_block *block;

	if (one->given == one->replications || g_hash_table_size(one->waiting) >= AHEAD)
		return NULL;
	block = tsim_block_new(0, one->given, MIN(tsim_block_end(one->given), one->replications));
	one->given = block->end;
	return block;
}

static gboolean merge(struct one *one, const struct tsim_block *block, GError **error)
{
	const guint8 *sums = block->sums->data, *kept = block->kept->data;

	if (!tsim_tally_decode_merge(one->tally, &sums, sums + block->sums->len) ||
	    !tsim_tally_decode_kept(one->tally, &kept, kept + block->kept->len))
		return tsim_throw_run(error, "a worker's result is not readable");
	for (guint i = 0; i < block->failures->len; i++) {
		const struct tsim_failure *f = g_ptr_array_index(block->failures, i);

		tsim_failures_add(one->failures, f->policy, f->replication, f->message);
	}
	one->merged = block->end;
	return TRUE;
}

/* Sums are doubles: they are added in the order of the replications. */
static gboolean done(gpointer data, struct tsim_block *block, GError **error)
{
	struct one *one = data;

	g_hash_table_insert(one->waiting, GUINT_TO_POINTER(block->first), block);
	while ((block = g_hash_table_lookup(one->waiting, GUINT_TO_POINTER(one->merged)))) {
		if (!merge(one, block, error))
			return FALSE;
		g_hash_table_remove(one->waiting, GUINT_TO_POINTER(block->first));
	}
	return TRUE;
}

static gboolean tick(gpointer data)
{
	struct one *one = data;

	return !one->max_failures || one->failures->len < one->max_failures;
}

/**
 * tsim_runner_run() - run every replication of an experiment under every policy
 * @setup: the experiment; its rule to stop is not looked at
 * @options: how
 * @tally: (out) (transfer full): the sums; the same bits whatever the number of workers
 * @failures: (out) (transfer full) (element-type struct tsim_failure): replications that
 *	count under no policy, in order; empty when all went well
 *
 * Return: as for tsim_runner_work().
 */
gboolean tsim_runner_run(const TsimSetup *setup, const struct tsim_runner_options *options,
			 TsimTally **tally, GPtrArray **failures, GError **error)
{
	const struct tsim_experiment *experiment = tsim_setup_experiment(setup);
	struct one one = { .setup = setup, .replications = experiment->replications };
	struct tsim_work work = { .source = { get_setup, &one }, .data = &one };
	gboolean ok;

	work.next = next;
	work.done = done;
	work.tick = tick;
	one.max_failures = options->max_failures;
	one.tally = tsim_tally_new(g_strv_length(experiment->policies));
	one.failures = tsim_failures_new();
	one.waiting = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)tsim_block_free);
	ok = tsim_runner_work(&work, options->jobs, error);
	if (ok) {
		*tally = g_steal_pointer(&one.tally);
		*failures = g_steal_pointer(&one.failures);
	}
	g_clear_pointer(&one.tally, tsim_tally_free);
	g_clear_pointer(&one.failures, g_ptr_array_unref);
	g_hash_table_unref(one.waiting);
	return ok;
}
