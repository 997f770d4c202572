/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "oracle.h"

const struct tsim_session session = { .command = "trimsim run\nx.conf", .jobs = 2 };

void open_store(struct fixture *f)
{
	g_autoptr(GError) error = NULL;

	f->store = tsim_store_open(f->dir, TRUE, &error);
	g_assert_no_error(error);
	g_assert_true(tsim_store_begin(f->store, &session, &error));
	g_assert_true(tsim_store_add(f->store, &f->point, "text", &f->id, &error));
	g_assert_no_error(error);
}

void setup(struct fixture *f, gconstpointer data)
{
	f->dir = g_dir_make_tmp("trimsim-XXXXXX", NULL);
	f->path = g_build_filename(f->dir, "results.sqlite", NULL);
	f->setup = fake_setup(POLICIES, 1000);
	f->point = (struct tsim_point){ .seed = 20261122, .goal = { 1000, 0, N_POLICIES } };
	memset(f->point.key, 7, sizeof(f->point.key));
	open_store(f);
}

void teardown(struct fixture *f, gconstpointer data)
{
	static const char *const suffixes[] = { "", "-wal", "-journal", "-shm" };

	g_clear_pointer(&f->store, tsim_store_close);
	for (guint i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *path = g_strconcat(f->path, suffixes[i], NULL);

		g_unlink(path);
	}
	g_assert_cmpint(g_rmdir(f->dir), ==, 0);
	g_free(f->dir);
	g_free(f->path);
	fake_setup_free(f->setup);
}

/* What a worker would have sent: three races of each corrupted replication. */
static void add_replication(const struct fixture *f, TsimTally *tally, guint32 r)
{
	static const char *const fates[] = { "healed", "latent", "persistent" };
	struct tsim_outcome outcomes[N_POLICIES];

	for (guint i = 0; i < N_POLICIES; i++) {
		fake_outcome(f->setup, i, r, &outcomes[i]);
		tsim_histogram_add(tally->policies[i].distributions.stall, outcomes[i].stall_ns);
		for (guint k = 0; outcomes[i].corrupted && k < 3; k++) {
			struct tsim_race *race = fake_race("data", fates[(r + k) % 3], 2, 2);

			tsim_keep_offer(tally->policies[i].kept, r, k, race);
			tsim_race_free(race);
		}
	}
	tsim_tally_add(tally, outcomes);
}

struct tsim_block *block_of(const struct fixture *f, guint32 first, guint32 end)
{
	struct tsim_block *block = tsim_block_new(0, first, end);
	g_autoptr(TsimTally) tally = tsim_tally_new(N_POLICIES);

	for (guint32 r = first; r < end; r++)
		add_replication(f, tally, r);
	tsim_tally_encode(tally, block->sums);
	tsim_tally_encode_kept(tally, block->kept);
	return block;
}

void put(struct fixture *f, guint32 first, guint32 end)
{
	g_autoptr(TsimBlock) block = block_of(f, first, end);
	g_autoptr(GError) error = NULL;

	g_assert_true(tsim_store_put(f->store, f->id, &f->point, block, &error));
	g_assert_no_error(error);
}

/* The blocks of [0, n), in an order of chance. */
void put_all(struct fixture *f, guint32 n, guint32 seed)
{
	g_autoptr(GArray) firsts = g_array_new(FALSE, FALSE, sizeof(guint32));
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);

	for (guint32 first = 0; first < n; first = tsim_block_end(first))
		g_array_append_val(firsts, first);
	while (firsts->len) {
		guint i = g_rand_int_range(rand, 0, firsts->len);
		guint32 first = g_array_index(firsts, guint32, i);

		put(f, first, MIN(tsim_block_end(first), n));
		g_array_remove_index_fast(firsts, i);
	}
}

TsimTally *load(struct fixture *f, guint32 n, GPtrArray *failures)
{
	TsimTally *tally = tsim_tally_new(N_POLICIES);
	g_autoptr(GPtrArray) list = tsim_failures_new();
	g_autoptr(GError) error = NULL;

	g_assert_true(tsim_store_load(f->store, f->id, &f->point, n, tally,
				      failures ? failures : list, &error));
	g_assert_no_error(error);
	return tally;
}

/* What blocks in order give without a store: sums to the bit, and the races that are best. */
void assert_prefix(struct fixture *f, guint32 n)
{
	g_autoptr(TsimTally) loaded = load(f, n, NULL), expected = tsim_tally_new(N_POLICIES);
	g_autoptr(GByteArray) x = g_byte_array_new(), y = g_byte_array_new();

	for (guint32 first = 0; first < n; first = tsim_block_end(first)) {
		g_autoptr(TsimBlock) block = block_of(f, first, MIN(tsim_block_end(first), n));
		const guint8 *p = block->sums->data, *k = block->kept->data;

		g_assert_true(tsim_tally_decode_merge(expected, &p, p + block->sums->len));
		g_assert_true(tsim_tally_decode_kept(expected, &k, k + block->kept->len));
	}
	tsim_tally_encode(loaded, x);
	tsim_tally_encode_kept(loaded, x);
	tsim_tally_encode(expected, y);
	tsim_tally_encode_kept(expected, y);
	g_assert_cmpmem(x->data, x->len, y->data, y->len);
}
