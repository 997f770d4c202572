/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stored-blocks.h"

#include <string.h>
#include "simtime.h"

const char *const tsim_metric_names[TSIM_N_METRICS] = {
	[TSIM_METRIC_CORRUPTED] = "corrupted",
	[TSIM_METRIC_DESTROYED] = "destroyed",
	[TSIM_METRIC_STALLED] = "stalled",
	[TSIM_METRIC_STALL_S] = "stall_s",
};

struct reading {
	guint n_policies;
	guint32 at, end;
	GPtrArray *blocks;
};

static struct tsim_block_totals *take_totals(const TsimTally *tally, guint32 first, guint32 end)
{
	struct tsim_block_totals *block = g_malloc0(
		sizeof(*block) + tally->n_policies * TSIM_N_METRICS * sizeof(block->total[0]));

	block->first = first;
	block->end = end;
	for (guint i = 0; i < tally->n_policies; i++) {
		const struct tsim_outcome *sum = &tally->policies[i].sum;
		double *total = block->total + i * TSIM_N_METRICS;

		total[TSIM_METRIC_CORRUPTED] = sum->corrupted;
		total[TSIM_METRIC_DESTROYED] = sum->destroying;
		total[TSIM_METRIC_STALLED] = sum->stalled;
		total[TSIM_METRIC_STALL_S] = sum->stall_ns / (double)TSIM_NS_PER_S;
	}
	return block;
}

/* FALSE, without @error: the block was not understood. */
static gboolean read_block(guint32 first, guint32 end, guint failed, const GByteArray *sums,
			   gpointer data, GError **error)
{
	struct reading *r = data;
	g_autoptr(TsimTally) tally = tsim_tally_new(r->n_policies);
	const guint8 *p = sums->data;

	if (r->at == r->end || first != r->at || end != MIN(tsim_block_end(first), r->end))
		return TRUE;
	if (failed || !tsim_tally_decode_into(tally, &p, p + sums->len) ||
	    tally->replications != end - first)
		return FALSE;
	g_ptr_array_add(r->blocks, take_totals(tally, first, end));
	r->at = end;
	return TRUE;
}

static gboolean find_point(JsonObject *object, guint64 seed, guint n_policies,
			   struct tsim_point *point)
{
	const char *hex = tsim_stored_text(object, "key");

	*point = (struct tsim_point){ .seed = seed, .goal.n_policies = n_policies };
	if (strlen(hex) != 2 * TSIM_KEY_SIZE)
		return FALSE;
	for (guint i = 0; i < TSIM_KEY_SIZE; i++) {
		int high = g_ascii_xdigit_value(hex[2 * i]),
		    low = g_ascii_xdigit_value(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return FALSE;
		point->key[i] = high << 4 | low;
	}
	return TRUE;
}

/*
 * Do the blocks add up to what the result says?  The sums in a store are in
 * the form that one version of the program has them in: this tells whether it
 * is that of this one.
 */
static gboolean adds_up(const GPtrArray *blocks, JsonObject *point, const char *name, guint policy)
{
	JsonObject *p = tsim_stored_policy(point, name);
	double total[TSIM_N_METRICS] = { 0 };

	for (guint i = 0; i < blocks->len; i++) {
		const struct tsim_block_totals *block = g_ptr_array_index(blocks, i);

		for (guint m = 0; m < TSIM_N_METRICS; m++)
			total[m] += block->total[policy * TSIM_N_METRICS + m];
	}
	return total[TSIM_METRIC_CORRUPTED] == tsim_stored_number(p, "corrupted") &&
	       total[TSIM_METRIC_DESTROYED] == tsim_stored_number(p, "destroying_discards") &&
	       total[TSIM_METRIC_STALLED] == tsim_stored_number(p, "allocation.stalled");
}

/**
 * tsim_stored_blocks() - the replications of a point, in the blocks that they were run in
 * @store: of the result
 * @point: of the result
 * @seed: of the result
 *
 * Return: (transfer full) (nullable) (element-type struct tsim_block_totals):
 * all replications that the point's numbers are made of; NULL when the store
 * cannot give them.
 */
GPtrArray *tsim_stored_blocks(TsimStore *store, JsonObject *point, guint64 seed)
{
	g_auto(GStrv) policies = tsim_stored_policies(point);
	guint n = g_strv_length(policies);
	g_autoptr(GPtrArray) blocks = g_ptr_array_new_with_free_func(g_free);
	struct reading r = { .n_policies = n, .blocks = blocks };
	struct tsim_point found;
	gint64 id;

	r.end = tsim_stored_count(tsim_stored_policy(point, policies[0]), "replications");
	if (!find_point(point, seed, n, &found) || !tsim_store_find(store, &found, &id, NULL) ||
	    !id || !tsim_store_each(store, id, &found, read_block, &r, NULL) || r.at != r.end)
		return NULL;
	for (guint i = 0; i < n; i++)
		if (!adds_up(blocks, point, policies[i], i))
			return NULL;
	return g_steal_pointer(&blocks);
}
