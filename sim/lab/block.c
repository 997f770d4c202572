/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "block.h"

#define LARGEST 256

/**
 * tsim_block_end() - where the block ends that begins at replication @first
 * @first: 0 or the end of the block before
 *
 * Depends on nothing else: not on how many replications are asked for, so that
 * a longer run goes on where a shorter one ended, and not on the number of
 * workers, so that sums are added in the same order.  A block is 1/32 of all
 * before it: a rule that stops a point at the end of a block wastes no more,
 * and 10,000 replications are 240 blocks to store.  At most 256: a kill costs
 * seconds at worst.  (A run ends within a block if it is told to.)
 */
guint32 tsim_block_end(guint32 first)
{
	return first + CLAMP(first / 32, 1, LARGEST);
}

/** tsim_block_new() - replications [@first, @end) of @point, of which none has run */
struct tsim_block *tsim_block_new(guint64 point, guint32 first, guint32 end)
{
	struct tsim_block *block = g_new0(struct tsim_block, 1);

	*block = (struct tsim_block){ .point = point, .first = first, .next = first, .end = end };
	block->sums = g_byte_array_new();
	block->kept = g_byte_array_new();
	block->failures = tsim_failures_new();
	return block;
}

void tsim_block_free(struct tsim_block *block)
{
	g_byte_array_unref(block->sums);
	g_byte_array_unref(block->kept);
	g_ptr_array_unref(block->failures);
	g_free(block);
}

static void failure_free(struct tsim_failure *failure)
{
	g_free(failure->message);
	g_free(failure);
}

/** tsim_failures_new() - an empty list.  (transfer full) (element-type struct tsim_failure) */
GPtrArray *tsim_failures_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)failure_free);
}

void tsim_failures_add(GPtrArray *failures, guint policy, guint32 replication, const char *message)
{
	struct tsim_failure *failure = g_new0(struct tsim_failure, 1);

	failure->policy = policy;
	failure->replication = replication;
	failure->message = g_strdup(message);
	g_ptr_array_add(failures, failure);
}

static int failure_compare(const struct tsim_failure **a, const struct tsim_failure **b)
{
	return (*a)->replication < (*b)->replication ? -1 : (*a)->replication > (*b)->replication;
}

/** tsim_failures_sort() - in the order of the replications */
void tsim_failures_sort(GPtrArray *failures)
{
	g_ptr_array_sort(failures, (GCompareFunc)failure_compare);
}
