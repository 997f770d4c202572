/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matches the issue and the completion of each block request. */
#include "pairs.h"

#include <string.h>

#define MAX_OPEN 65536 /* requests in flight; no device has more, a trace without completions has */

struct open {
	char *key;
	tsim_ns issue_ns;
	struct open *next; /* issued later, with the same key */
	struct open *last; /* of these; only the oldest knows */
	GList *link; /* in order */
};

struct tsim_pairs {
	GHashTable *open; /* (element-type utf8 struct open) the oldest of each key */
	GQueue order; /* (element-type struct open) oldest first */
	struct tsim_pairs_stats stats;
};

TsimPairs *tsim_pairs_new(void)
{
	TsimPairs *pairs = g_new0(TsimPairs, 1);

	pairs->open = g_hash_table_new(g_str_hash, g_str_equal);
	return pairs;
}

/* Take the oldest request with @key out; NULL: there is none. */
static struct open *take(TsimPairs *pairs, const char *key)
{
	struct open *open = g_hash_table_lookup(pairs->open, key);

	if (!open)
		return NULL;
	if (open->next) {
		open->next->last = open->last;
		g_hash_table_replace(pairs->open, open->next->key, open->next);
	} else {
		g_hash_table_remove(pairs->open, key);
	}
	g_queue_delete_link(&pairs->order, open->link);
	return open;
}

static void free_open(struct open *open)
{
	g_free(open->key);
	g_free(open);
}

/* The oldest will not be completed any more. */
static void give_up_oldest(TsimPairs *pairs)
{
	const struct open *oldest = g_queue_peek_head(&pairs->order);
	struct open *open = take(pairs, oldest->key);

	if (pairs->stats.no_complete++ == 0)
		pairs->stats.first_no_complete = g_strdup(open->key);
	free_open(open);
}

static void issue(TsimPairs *pairs, const char *key, tsim_ns t_ns)
{
	struct open *open = g_new0(struct open, 1), *oldest = g_hash_table_lookup(pairs->open, key);

	open->key = g_strdup(key);
	open->issue_ns = t_ns;
	g_queue_push_tail(&pairs->order, open);
	open->link = g_queue_peek_tail_link(&pairs->order);
	if (oldest) {
		oldest->last->next = open;
		oldest->last = open;
	} else {
		open->last = open;
		g_hash_table_insert(pairs->open, open->key, open);
	}
	if (pairs->order.length > MAX_OPEN)
		give_up_oldest(pairs);
}

static gboolean complete(TsimPairs *pairs, const char *key, tsim_ns t_ns, tsim_ns *latency_ns)
{
	struct open *open = take(pairs, key);

	if (!open) {
		if (pairs->stats.no_issue++ == 0)
			pairs->stats.first_no_issue = g_strdup(key);
		return FALSE;
	}
	*latency_ns = t_ns - open->issue_ns;
	free_open(open);
	pairs->stats.matched++;
	return TRUE;
}

/* The operation of "[F]op[F][A][S][M]": flags may differ between issue and completion. */
static char operation(const char *rwbs)
{
	const char *op = strpbrk(rwbs, "RWDEN");

	return op ? *op : 'F';
}

/**
 * tsim_pairs_add:
 * @record: the next event by time; other events than these two do nothing
 * @latency_ns: from the issue to this completion
 *
 * Returns: TRUE when @record completes a request whose issue was seen.
 */
gboolean tsim_pairs_add(TsimPairs *pairs, const struct tsim_trace_record *record,
			tsim_ns *latency_ns)
{
	gboolean issued = !strcmp(record->event, "block_rq_issue");
	const char *dev = tsim_trace_text(record, "dev"), *rwbs = tsim_trace_text(record, "rwbs");
	g_autofree char *key = NULL;
	char op;

	if ((!issued && strcmp(record->event, "block_rq_complete")) || !dev || !rwbs)
		return FALSE;
	op = operation(rwbs);
	key = g_strdup_printf("%s %c %s + %s", dev, op, tsim_trace_text(record, "sector"),
			      tsim_trace_text(record, "nr"));
	if (issued) {
		issue(pairs, key, record->t_ns);
		return FALSE;
	}
	if (!complete(pairs, key, record->t_ns, latency_ns))
		return FALSE;
	if (op == 'D') {
		pairs->stats.discards++;
		pairs->stats.discard_ns += (double)*latency_ns;
	}
	return TRUE;
}

/* At the end of the trace: what is open stays without completion. */
const struct tsim_pairs_stats *tsim_pairs_finish(TsimPairs *pairs)
{
	while (pairs->order.length > 0)
		give_up_oldest(pairs);
	return &pairs->stats;
}

void tsim_pairs_free(TsimPairs *pairs)
{
	tsim_pairs_finish(pairs);
	g_hash_table_unref(pairs->open);
	g_free(pairs->stats.first_no_issue);
	g_free(pairs->stats.first_no_complete);
	g_free(pairs);
}
