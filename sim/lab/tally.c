/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tally.h"

#include "latencies.h"
#include "wire.h"

#define F(field) offsetof(struct tsim_outcome, field)

/* The fields of an outcome that are summed: 64-bit integers, signed or not. */
static const gsize summed[] = {
	F(corrupted),	     F(hits),
	F(healed),	     F(latent),
	F(persistent),	     F(harmless),
	F(destroying),
	F(undone),	     F(power_losses),
	F(overwritten_bytes),
	F(lost_bytes),	     F(discards),
	F(discard_bytes),    F(discards_misdirected),
	F(trim_passes),	     F(trim_errors),
	F(removals),	     F(removals_skipped),
	F(chunks_allocated), F(commits),
	F(forced_commits),   F(log_commits),
	F(relocations),	     F(requests),
	F(stalled),	     F(waiting),
	F(enospc),	     F(false_enospc),
	F(displaced),	     F(shrunk),
	F(extra_commits),
	F(stall_ns),	     F(sticky_full_ns),
	F(pin_overlaps),     F(eexist),
	F(pinned_chunks),    F(simulated_ns),
	F(events),	     F(discard_draws),
	F(relocations_failed), F(counted_ns),
	F(host_pages),	     F(moved_pages),
	F(erased_blocks),    F(trimmed_pages),
	F(busy_ns),
};

static void sum_add(struct tsim_outcome *to, const struct tsim_outcome *from)
{
	for (guint i = 0; i < G_N_ELEMENTS(summed); i++) {
		guint64 *t = (guint64 *)((char *)to + summed[i]);

		*t += *(const guint64 *)((const char *)from + summed[i]);
	}
	for (guint i = 0; i < TSIM_N_STAGES; i++)
		to->funnel[i] += from->funnel[i];
	for (guint i = 0; i < TSIM_N_STALL_CAUSES; i++)
		to->stall_by_cause_ns[i] += from->stall_by_cause_ns[i];
	for (guint i = 0; i < TSIM_N_IO; i++) {
		to->commands[i] += from->commands[i];
		to->wait_ns[i] = tsim_ns_add(to->wait_ns[i], from->wait_ns[i]);
		to->service_ns[i] = tsim_ns_add(to->service_ns[i], from->service_ns[i]);
	}
	to->depth_ns = tsim_ns_add(to->depth_ns, from->depth_ns);
	to->backlog_ns = tsim_ns_add(to->backlog_ns, from->backlog_ns);
	to->pinned_byte_seconds += from->pinned_byte_seconds;
	to->first_hit_ns = MIN(to->first_hit_ns, from->first_hit_ns);
	to->pinned_max_bytes = MAX(to->pinned_max_bytes, from->pinned_max_bytes);
	to->backlog_byte_seconds += from->backlog_byte_seconds;
	to->max_depth = MAX(to->max_depth, from->max_depth);
	to->max_backlog = MAX(to->max_backlog, from->max_backlog);
	to->max_backlog_bytes = MAX(to->max_backlog_bytes, from->max_backlog_bytes);
	/* FNV-1a over words: a change in any replication's trajectory shows. */
	to->fingerprint = (to->fingerprint ^ from->fingerprint) * G_GUINT64_CONSTANT(0x100000001b3);
}

/* The histograms that every policy has, in wire order. */
#define N_HISTOGRAMS 6
static void histograms(const struct tsim_policy_tally *p, TsimHistogram *out[N_HISTOGRAMS])
{
	out[0] = p->distributions.stall;
	out[1] = p->distributions.chunk_alloc;
	out[2] = p->distributions.commit;
	out[3] = p->distributions.discard;
	out[4] = p->distributions.io;
	out[5] = p->first_hit;
}

/* ... its ratios */
#define N_RATIOS (12 + TSIM_N_IO)
static void ratios(struct tsim_policy_tally *p, struct tsim_ratio *out[N_RATIOS])
{
	out[0] = &p->per_removal;
	out[1] = &p->per_trim_pass;
	out[2] = &p->per_hour;
	out[3] = &p->stalled;
	out[4] = &p->false_enospc;
	out[5] = &p->stall_time;
	out[6] = &p->corrupted_time;
	out[7] = &p->amplification;
	out[8] = &p->throughput;
	out[9] = &p->response;
	out[10] = &p->busy;
	out[11] = &p->depth;
	for (guint i = 0; i < TSIM_N_IO; i++)
		out[12 + i] = &p->wait[i];
}

/* ... and its paired differences. */
#define N_PAIRED 3
static void paired(struct tsim_policy_tally *p, struct tsim_paired *out[N_PAIRED])
{
	out[0] = &p->corrupted;
	out[1] = &p->stall_s;
	out[2] = &p->stalls;
}

/**
 * tsim_tally_new() - empty sums for @n_policies policies
 *
 * Return: (transfer full).
 */
TsimTally *tsim_tally_new(guint n_policies)
{
	TsimTally *tally = g_new0(TsimTally, 1);

	tally->n_policies = n_policies;
	tally->policies = g_new0(struct tsim_policy_tally, n_policies);
	for (guint i = 0; i < n_policies; i++) {
		struct tsim_policy_tally *p = &tally->policies[i];

		p->sum.first_hit_ns = TSIM_NS_NEVER;
		p->distributions.stall = tsim_histogram_new();
		p->distributions.chunk_alloc = tsim_histogram_new();
		p->distributions.commit = tsim_histogram_new();
		p->distributions.discard = tsim_histogram_new();
		p->distributions.io = tsim_histogram_new();
		p->first_hit = tsim_histogram_new();
		p->kept = tsim_keep_new();
	}
	return tally;
}

void tsim_tally_free(TsimTally *tally)
{
	TsimHistogram *h[N_HISTOGRAMS];

	for (guint i = 0; i < tally->n_policies; i++) {
		histograms(&tally->policies[i], h);
		for (guint k = 0; k < N_HISTOGRAMS; k++)
			tsim_histogram_free(h[k]);
		tsim_latencies_clear(&tally->policies[i].distributions.latencies);
		g_ptr_array_unref(tally->policies[i].kept);
	}
	g_free(tally->policies);
	g_free(tally);
}

static double hours(const struct tsim_outcome *o)
{
	return o->simulated_ns / (3600.0 * TSIM_NS_PER_S);
}

static double seconds(tsim_ns t)
{
	return t / (double)TSIM_NS_PER_S;
}

static void device_add(struct tsim_policy_tally *p, const struct tsim_outcome *o)
{
	double commands = 0, time = 0;

	for (guint i = 0; i < TSIM_N_IO; i++) {
		commands += o->commands[i];
		time += seconds(tsim_ns_add(o->wait_ns[i], o->service_ns[i]));
		tsim_ratio_add(&p->wait[i], seconds(o->wait_ns[i]), o->commands[i]);
	}
	tsim_ratio_add(&p->throughput, commands, seconds(o->counted_ns));
	tsim_ratio_add(&p->response, time, commands);
	tsim_ratio_add(&p->busy, seconds(o->busy_ns), seconds(o->counted_ns));
	tsim_ratio_add(&p->depth, seconds(o->depth_ns), seconds(o->counted_ns));
	tsim_ratio_add(&p->amplification, o->host_pages + o->moved_pages, o->host_pages);
}

static void policy_add(struct tsim_policy_tally *p, const struct tsim_outcome *o,
		       const struct tsim_outcome *first)
{
	double destroying = o->destroying;

	sum_add(&p->sum, o);
	tsim_ratio_add(&p->per_removal, destroying, o->removals);
	tsim_ratio_add(&p->per_trim_pass, destroying, o->trim_passes);
	tsim_ratio_add(&p->per_hour, destroying, hours(o));
	tsim_ratio_add(&p->stalled, o->stalled, o->requests);
	tsim_ratio_add(&p->false_enospc, o->false_enospc, o->requests);
	tsim_ratio_add(&p->stall_time, seconds(o->stall_ns), o->requests);
	tsim_ratio_add(&p->corrupted_time, o->corrupted ? hours(o) : 0, hours(o));
	device_add(p, o);
	if (o->first_hit_ns != TSIM_NS_NEVER)
		tsim_histogram_add(p->first_hit, o->first_hit_ns);
	tsim_paired_add(&p->corrupted, (double)o->corrupted - first->corrupted);
	tsim_paired_add(&p->stall_s, seconds(o->stall_ns) - seconds(first->stall_ns));
	tsim_paired_add(&p->stalls, (double)o->stalled - first->stalled);
}

/**
 * tsim_tally_add() - add one replication
 * @tally: sums
 * @outcomes: one per policy, of the same replication; the first is the baseline of the pairs
 *
 * The distributions and races are added to directly while the replication
 * runs; it counts only when all its policies ended well.
 */
void tsim_tally_add(TsimTally *tally, const struct tsim_outcome *outcomes)
{
	for (guint i = 0; i < tally->n_policies; i++)
		policy_add(&tally->policies[i], &outcomes[i], &outcomes[0]);
	tally->replications++;
}

static void policy_encode(struct tsim_policy_tally *p, GByteArray *out)
{
	TsimHistogram *h[N_HISTOGRAMS];
	struct tsim_ratio *r[N_RATIOS];
	struct tsim_paired *d[N_PAIRED];

	tsim_wire_put(out, &p->sum, sizeof(p->sum));
	ratios(p, r);
	for (guint k = 0; k < N_RATIOS; k++)
		tsim_wire_put(out, r[k], sizeof(*r[k]));
	paired(p, d);
	for (guint k = 0; k < N_PAIRED; k++)
		tsim_wire_put(out, d[k], sizeof(*d[k]));
	histograms(p, h);
	for (guint k = 0; k < N_HISTOGRAMS; k++)
		tsim_histogram_encode(h[k], out);
	tsim_latencies_encode(&p->distributions.latencies, out);
}

/**
 * tsim_tally_encode() - append the sums of @tally, but not its races, to @out
 *
 * What tsim_tally_peek() looks for comes first.  For the same program only, on
 * the same kind of machine; the same sums give the same bytes.
 */
void tsim_tally_encode(const TsimTally *tally, GByteArray *out)
{
	tsim_wire_put(out, &tally->n_policies, sizeof(tally->n_policies));
	tsim_wire_put(out, &tally->replications, sizeof(tally->replications));
	for (guint i = 0; i < tally->n_policies; i++)
		tsim_wire_put(out, &tally->policies[i].sum.corrupted, sizeof(guint64));
	for (guint i = 0; i < tally->n_policies; i++)
		policy_encode(&tally->policies[i], out);
}

/** tsim_tally_encode_kept() - append the races that @tally keeps, policy after policy */
void tsim_tally_encode_kept(const TsimTally *tally, GByteArray *out)
{
	for (guint i = 0; i < tally->n_policies; i++)
		tsim_keep_encode(tally->policies[i].kept, out);
}

/**
 * tsim_tally_peek() - count what a rule to stop looks at, without decoding it all
 * @p: position of encoded sums, advanced
 * @end: end of the bytes
 * @n_policies: that they must be of
 * @corrupted: @n_policies numbers that grow by the corrupted replications
 * @replications: grows
 *
 * Return: FALSE when the bytes are no such sums.
 */
gboolean tsim_tally_peek(const guint8 **p, const guint8 *end, guint n_policies, guint64 *corrupted,
			 guint64 *replications)
{
	guint64 count;
	guint n;

	if (!tsim_wire_get(p, end, &n, sizeof(n)) || n != n_policies ||
	    !tsim_wire_get(p, end, &count, sizeof(count)))
		return FALSE;
	*replications += count;
	for (guint i = 0; i < n; i++) {
		if (!tsim_wire_get(p, end, &count, sizeof(count)))
			return FALSE;
		corrupted[i] += count;
	}
	return TRUE;
}

/* @merge: add to @p; otherwise @p is empty and becomes what was encoded, bit for bit. */
static gboolean policy_decode(struct tsim_policy_tally *p, const guint8 **pos, const guint8 *end,
			      gboolean merge)
{
	TsimHistogram *h[N_HISTOGRAMS];
	struct tsim_ratio *r[N_RATIOS], ratio;
	struct tsim_paired *d[N_PAIRED], difference;
	struct tsim_outcome sum;
	gboolean ok;

	ok = tsim_wire_get(pos, end, &sum, sizeof(sum));
	if (ok && merge)
		sum_add(&p->sum, &sum);
	else if (ok)
		p->sum = sum;
	ratios(p, r);
	for (guint k = 0; ok && k < N_RATIOS; k++) {
		ok = tsim_wire_get(pos, end, &ratio, sizeof(ratio));
		if (ok)
			tsim_ratio_merge(r[k], &ratio);
	}
	paired(p, d);
	for (guint k = 0; ok && k < N_PAIRED; k++) {
		ok = tsim_wire_get(pos, end, &difference, sizeof(difference));
		if (ok)
			tsim_paired_merge(d[k], &difference);
	}
	histograms(p, h);
	for (guint k = 0; ok && k < N_HISTOGRAMS; k++)
		ok = tsim_histogram_decode_merge(h[k], pos, end);
	return ok && tsim_latencies_decode_merge(&p->distributions.latencies, pos, end);
}

static gboolean decode(TsimTally *tally, const guint8 **p, const guint8 *end, gboolean merge)
{
	g_autofree guint64 *corrupted = g_new0(guint64, tally->n_policies);

	if (!tsim_tally_peek(p, end, tally->n_policies, corrupted, &tally->replications))
		return FALSE;
	for (guint i = 0; i < tally->n_policies; i++)
		if (!policy_decode(&tally->policies[i], p, end, merge))
			return FALSE;
	return TRUE;
}

/**
 * tsim_tally_decode_into() - restore encoded sums, bit for bit
 * @tally: empty, for as many policies
 * @p: position, advanced
 * @end: end of the bytes
 *
 * Return: FALSE when the bytes are not such sums; @tally is then undefined.
 */
gboolean tsim_tally_decode_into(TsimTally *tally, const guint8 **p, const guint8 *end)
{
	return decode(tally, p, end, FALSE);
}

/**
 * tsim_tally_decode_merge() - add encoded sums
 * @tally: over as many policies; grows
 * @p: position, advanced
 * @end: end of the bytes
 *
 * Floating point: the same parts in the same order give the same bits.
 *
 * Return: FALSE when the bytes are not such sums; @tally is then undefined.
 */
gboolean tsim_tally_decode_merge(TsimTally *tally, const guint8 **p, const guint8 *end)
{
	return decode(tally, p, end, TRUE);
}

/** tsim_tally_decode_kept() - offer the races of tsim_tally_encode_kept() to @tally */
gboolean tsim_tally_decode_kept(TsimTally *tally, const guint8 **p, const guint8 *end)
{
	for (guint i = 0; i < tally->n_policies; i++)
		if (!tsim_keep_decode_merge(tally->policies[i].kept, p, end))
			return FALSE;
	return TRUE;
}
