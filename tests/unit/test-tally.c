/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake-world.h"
#include "latencies.h"
#include "oracle.h"
#include "tally.h"

#define POLICIES "unpinned,pinned-chunk,fence"
#define N 200

static void add_replication(const TsimSetup *setup, TsimTally *tally, guint32 replication)
{
	g_autofree struct tsim_outcome *outcomes = g_new0(struct tsim_outcome, tally->n_policies);

	for (guint i = 0; i < tally->n_policies; i++) {
		struct tsim_race *race =
			fake_race("metadata", replication % 3 ? "healed" : "persistent", 2, 2);

		fake_outcome(setup, i, replication, &outcomes[i]);
		tsim_histogram_add(tally->policies[i].distributions.stall, outcomes[i].stall_ns);
		if (replication % 2)
			fake_latency(&tally->policies[i].distributions, outcomes[i].stall_ns);
		outcomes[i].busy_ns = replication + 1;
		outcomes[i].max_depth = replication % 50;
		outcomes[i].backlog_byte_seconds = 0.5;
		tsim_keep_offer(tally->policies[i].kept, replication, 0, race);
		tsim_race_free(race);
	}
	tsim_tally_add(tally, outcomes);
}

static TsimTally *tally_of(const TsimSetup *setup, guint32 first, guint32 end)
{
	TsimTally *tally = tsim_tally_new(g_strv_length(setup->experiment.policies));

	for (guint32 r = first; r < end; r++)
		add_replication(setup, tally, r);
	return tally;
}

static GByteArray *encoded(const TsimTally *tally)
{
	GByteArray *out = g_byte_array_new();

	tsim_tally_encode(tally, out);
	return out;
}

static GByteArray *encoded_kept(const TsimTally *tally)
{
	GByteArray *out = g_byte_array_new();

	tsim_tally_encode_kept(tally, out);
	return out;
}

static void assert_same(const TsimTally *a, const TsimTally *b)
{
	g_autoptr(GByteArray) x = encoded(a), y = encoded(b);
	g_autoptr(GByteArray) kx = encoded_kept(a), ky = encoded_kept(b);

	g_assert_cmpmem(x->data, x->len, y->data, y->len);
	g_assert_cmpmem(kx->data, kx->len, ky->data, ky->len);
}

static void restore(TsimTally *to, const TsimTally *from)
{
	g_autoptr(GByteArray) sums = encoded(from), kept = encoded_kept(from);
	const guint8 *p = sums->data, *k = kept->data;

	g_assert_true(tsim_tally_decode_into(to, &p, p + sums->len));
	g_assert_true(p == sums->data + sums->len);
	g_assert_true(tsim_tally_decode_kept(to, &k, k + kept->len));
	g_assert_true(k == kept->data + kept->len);
}

static void merge(TsimTally *to, const TsimTally *from)
{
	g_autoptr(GByteArray) sums = encoded(from), kept = encoded_kept(from);
	const guint8 *p = sums->data, *k = kept->data;

	g_assert_true(tsim_tally_decode_merge(to, &p, p + sums->len));
	g_assert_true(tsim_tally_decode_kept(to, &k, k + kept->len));
}

static void test_sums(void)
{
	TsimSetup *setup = fake_setup(POLICIES, N);
	g_autoptr(TsimTally) tally = tally_of(setup, 0, N);
	guint64 corrupted = 0, stalled = 0, peak = 0;
	tsim_ns first = TSIM_NS_NEVER;

	for (guint32 r = 0; r < N; r++) {
		struct tsim_outcome o;

		fake_outcome(setup, 0, r, &o);
		corrupted += o.corrupted;
		stalled += o.stalled;
		first = MIN(first, o.first_hit_ns);
		fake_outcome(setup, 2, r, &o);
		peak = MAX(peak, o.pinned_max_bytes);
	}
	g_assert_cmpuint(corrupted, >, 0);
	g_assert_cmpuint(tally->replications, ==, N);
	g_assert_cmpuint(tally->policies[0].sum.corrupted, ==, corrupted);
	g_assert_cmpuint(tally->policies[0].sum.stalled, ==, stalled);
	g_assert_cmpint(tally->policies[0].sum.first_hit_ns, ==, first);
	g_assert_cmpuint(tsim_histogram_count(tally->policies[0].first_hit), ==, corrupted);
	g_assert_cmpuint(tally->policies[2].sum.pinned_max_bytes, ==, peak);
	g_assert_cmpuint(tally->policies[1].sum.corrupted, ==, 0);
	g_assert_cmpint(tally->policies[1].sum.first_hit_ns, ==, TSIM_NS_NEVER);
	fake_setup_free(setup);
}

static void test_pairs(void)
{
	TsimSetup *setup = fake_setup(POLICIES, N);
	g_autoptr(TsimTally) tally = tally_of(setup, 0, N);
	const struct tsim_policy_tally *p = tally->policies;

	/* Against itself nothing differs; the others lack every corruption of the first. */
	g_assert_cmpfloat(p[0].corrupted.sum, ==, 0);
	g_assert_cmpfloat(p[0].stall_s.sum2, ==, 0);
	g_assert_cmpuint(p[1].corrupted.n, ==, N);
	g_assert_cmpfloat(p[1].corrupted.sum, ==, -(double)p[0].sum.corrupted);
	g_assert_cmpfloat(p[1].corrupted.sum2, ==, (double)p[0].sum.corrupted);
	/* Policy k waits k + 1 times as long as policy 0. */
	g_assert_cmpfloat_with_epsilon(p[2].stall_s.sum, 2e-9 * p[0].sum.stall_ns, 1e-12 * N);
	g_assert_cmpfloat(p[2].stalls.sum, ==, 0);
	/* Ratio of sums, exactly. */
	g_assert_cmpfloat(p[0].per_removal.sx / p[0].per_removal.sy, ==,
			  (double)p[0].sum.destroying / p[0].sum.removals);
	g_assert_cmpfloat_with_epsilon(p[0].per_hour.sy, N * 30.0 / 3600, 1e-12 * N);
	fake_setup_free(setup);
}

static void test_encoding(void)
{
	TsimSetup *setup = fake_setup(POLICIES, N);
	g_autoptr(TsimTally) tally = tally_of(setup, 0, N);
	g_autoptr(GByteArray) bytes = encoded(tally);
	g_autoptr(TsimTally) back = tsim_tally_new(3), wrong = tsim_tally_new(2);
	guint64 corrupted[3] = { 1, 2, 3 }, replications = 5;
	const guint8 *p = bytes->data;

	restore(back, tally);
	assert_same(tally, back);
	g_assert_false(tsim_tally_decode_into(wrong, &p, bytes->data + bytes->len));
	/* What a rule to stop looks at is added up without decoding the rest. */
	p = bytes->data;
	g_assert_true(tsim_tally_peek(&p, p + bytes->len, 3, corrupted, &replications));
	g_assert_cmpuint(replications, ==, 5 + N);
	g_assert_cmpuint(corrupted[0], ==, 1 + tally->policies[0].sum.corrupted);
	g_assert_cmpuint(corrupted[2], ==, 3);
	p = bytes->data;
	g_assert_false(tsim_tally_peek(&p, p + bytes->len, 2, corrupted, &replications));
	p = bytes->data;
	g_assert_false(tsim_tally_peek(&p, p + 35, 3, corrupted, &replications));
	fake_setup_free(setup);
}

/* A worker can be replaced in the middle of a block without a bit of difference. */
static void test_resume(void)
{
	TsimSetup *setup = fake_setup(POLICIES, N);
	g_autoptr(TsimTally) whole = tally_of(setup, 0, N), part = tally_of(setup, 0, 77);
	g_autoptr(TsimTally) resumed = tsim_tally_new(3);

	restore(resumed, part);
	for (guint32 r = 77; r < N; r++)
		add_replication(setup, resumed, r);
	assert_same(whole, resumed);
	fake_setup_free(setup);
}

/* Cut anywhere: refused, never read beyond the end. */
static void test_truncated(void)
{
	TsimSetup *setup = fake_setup("unpinned,pinned-chunk", 3);
	g_autoptr(TsimTally) tally = tally_of(setup, 0, 3);
	g_autoptr(GByteArray) bytes = encoded(tally), kept = encoded_kept(tally);

	for (guint size = 0; size < bytes->len; size++) {
		g_autofree guint8 *copy = g_memdup2(bytes->data, size);
		g_autoptr(TsimTally) back = tsim_tally_new(2);
		const guint8 *p = copy;

		g_assert_false(tsim_tally_decode_into(back, &p, copy + size));
	}
	for (guint size = 0; size < kept->len; size++) {
		g_autofree guint8 *copy = g_memdup2(kept->data, size);
		g_autoptr(TsimTally) back = tsim_tally_new(2);
		const guint8 *p = copy;

		g_assert_false(tsim_tally_decode_kept(back, &p, copy + size));
	}
	fake_setup_free(setup);
}

static guint64 discards(const TsimTally *tally, guint policy)
{
	g_autoptr(TsimHistogram) h = tsim_latencies_sum(
		&tally->policies[policy].distributions.latencies, TSIM_IO_DISCARD);

	return tsim_histogram_count(h);
}

static void test_merge(void)
{
	TsimSetup *setup = fake_setup(POLICIES, N);
	g_autoptr(TsimTally) whole = tally_of(setup, 0, N), sum = tsim_tally_new(3),
			     again = tsim_tally_new(3);

	for (guint32 r = 0; r < N; r += 20) {
		g_autoptr(TsimTally) part = tally_of(setup, r, r + 20);

		merge(sum, part);
		merge(again, part);
	}
	assert_same(sum, again);
	/* Integers are the same however they are added. */
	g_assert_cmpuint(sum->replications, ==, N);
	for (guint i = 0; i < 3; i++) {
		g_assert_cmpuint(sum->policies[i].sum.corrupted, ==,
				 whole->policies[i].sum.corrupted);
		g_assert_cmpint(sum->policies[i].sum.stall_ns, ==, whole->policies[i].sum.stall_ns);
		g_assert_cmpfloat(sum->policies[i].stalled.sx, ==, whole->policies[i].stalled.sx);
		g_assert_cmpuint(tsim_histogram_count(sum->policies[i].distributions.stall), ==, N);
		g_assert_cmpuint(discards(sum, i), ==, N / 2);
		g_assert_cmpint(sum->policies[i].sum.busy_ns, ==, N * (N + 1) / 2);
		g_assert_cmpuint(sum->policies[i].sum.max_depth, ==, 49);
		g_assert_cmpfloat(sum->policies[i].sum.backlog_byte_seconds, ==, N / 2);
	}
	fake_setup_free(setup);
}

static void offer(GPtrArray *kept, guint32 replication, const char *fate)
{
	struct tsim_race *race = fake_race("data", fate, 1, 1);

	tsim_keep_offer(kept, replication, 0, race);
	tsim_race_free(race);
}

/* Persistent before latent before healed, then the earlier one, in whatever order they come. */
static void test_keep(void)
{
	g_autoptr(GPtrArray) up = tsim_keep_new(), down = tsim_keep_new(), merged = tsim_keep_new();
	static const char *const fates[] = { "healed", "healed", "healed", "latent", "persistent" };

	for (guint32 r = 0; r < 50; r++)
		offer(up, r, fates[r % 5]);
	for (guint32 r = 50; r-- > 0;)
		offer(r % 2 ? down : merged, r, fates[r % 5]);
	for (guint i = 0; i < down->len; i++) {
		const struct tsim_kept *kept = g_ptr_array_index(down, i);

		tsim_keep_offer(merged, kept->replication, kept->index, &kept->race);
	}
	g_assert_cmpuint(up->len, ==, TSIM_KEEP_MAX);
	g_assert_cmpuint(merged->len, ==, TSIM_KEEP_MAX);
	for (guint i = 0; i < TSIM_KEEP_MAX; i++) {
		const struct tsim_kept *a = g_ptr_array_index(up, i),
				       *b = g_ptr_array_index(merged, i);

		g_assert_cmpuint(a->replication, ==, b->replication);
		g_assert_cmpstr(a->race.fate, ==, i < 10 ? "persistent" : "latent");
		g_assert_cmpuint(a->replication, ==, i < 10 ? 5 * i + 4 : 5 * (i - 10) + 3);
	}
}

/* Counts that few runs have are summed like the others. */
static void test_rare_counts(void)
{
	struct tsim_outcome o = { .pin_overlaps = 3, .eexist = 2, .first_hit_ns = TSIM_NS_NEVER };
	g_autoptr(TsimTally) tally = tsim_tally_new(1);

	tsim_tally_add(tally, &o);
	tsim_tally_add(tally, &o);
	g_assert_cmpuint(tally->policies[0].sum.pin_overlaps, ==, 6);
	g_assert_cmpuint(tally->policies[0].sum.eexist, ==, 4);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/tally/sums", test_sums);
	g_test_add_func("/tally/pairs", test_pairs);
	g_test_add_func("/tally/encoding", test_encoding);
	g_test_add_func("/tally/resume", test_resume);
	g_test_add_func("/tally/truncated", test_truncated);
	g_test_add_func("/tally/merge", test_merge);
	g_test_add_func("/tally/keep", test_keep);
	g_test_add_func("/tally/rare-counts", test_rare_counts);
	return g_test_run();
}
