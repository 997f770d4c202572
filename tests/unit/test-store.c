/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "error.h"
#include "pack.h"
#include "stop.h"
#include "store-fixture.h"

/* Whatever order the blocks come in, a shorter or a longer result is the same. */
static void test_prefixes(struct fixture *f, gconstpointer data)
{
	put_all(f, 1000, 5);
	put(f, 96, 98);
	assert_prefix(f, 1000);
	assert_prefix(f, 1);
	assert_prefix(f, 30);
	assert_prefix(f, 98);
	assert_prefix(f, tsim_block_end(tsim_block_end(96)));
}

/* All is there after it is opened again, and in one file when it was sealed. */
static void test_reopen(struct fixture *f, gconstpointer data)
{
	g_autofree char *log = g_strconcat(f->path, "-wal", NULL), *command = NULL;
	g_autoptr(GError) error = NULL;

	put_all(f, 200, 1);
	g_assert_true(tsim_store_end(f->store, "complete", &error));
	g_assert_true(tsim_store_seal(f->store, &error));
	tsim_store_close(f->store);
	g_assert_false(g_file_test(log, G_FILE_TEST_EXISTS));
	open_store(f);
	g_assert_cmpint(f->id, ==, 1);
	assert_prefix(f, 200);
	command = tsim_store_command(f->store, &error);
	g_assert_cmpstr(command, ==, session.command);
	f->point.key[3]++;
	g_assert_true(tsim_store_find(f->store, &f->point, &f->id, &error));
	g_assert_cmpint(f->id, ==, 0);
}

static TsimBlock *failed_block(const struct fixture *f)
{
	struct tsim_block *block = tsim_block_new(0, 2, 3);
	g_autoptr(TsimTally) none = tsim_tally_new(N_POLICIES);

	tsim_tally_encode(none, block->sums);
	tsim_tally_encode_kept(none, block->kept);
	tsim_failures_add(block->failures, 1, 2, "it broke");
	return block;
}

/* A failure is listed until the replication has run. */
static void test_failure(struct fixture *f, gconstpointer data)
{
	g_autoptr(TsimBlock) failed = failed_block(f);
	g_autoptr(GPtrArray) failures = tsim_failures_new(), later = tsim_failures_new();
	g_autoptr(TsimTally) tally = NULL, again = NULL;
	const struct tsim_failure *failure;

	put_all(f, 5, 1);
	g_assert_true(tsim_store_put(f->store, f->id, &f->point, failed, NULL));
	tally = load(f, 5, failures);
	g_assert_cmpuint(tally->replications, ==, 4);
	g_assert_cmpuint(failures->len, ==, 1);
	failure = g_ptr_array_index(failures, 0);
	g_assert_cmpuint(failure->policy, ==, 1);
	g_assert_cmpuint(failure->replication, ==, 2);
	g_assert_cmpstr(failure->message, ==, "it broke");
	put(f, 2, 3);
	again = load(f, 5, later);
	g_assert_cmpuint(again->replications, ==, 5);
	g_assert_cmpuint(later->len, ==, 0);
}

/* Two stores of parts of a point, one of them with blocks of both. */
static void test_import(struct fixture *f, gconstpointer data)
{
	struct fixture other;
	g_autoptr(GError) error = NULL;
	g_autoptr(TsimBlock) wrong = NULL;
	guint n = 0;

	setup(&other, NULL);
	for (guint32 first = 0; first < 400; first = tsim_block_end(first), n++) {
		guint32 end = MIN(tsim_block_end(first), 400);

		if (n % 3)
			put(f, first, end);
		if (n % 3 != 1)
			put(&other, first, end);
	}
	g_assert_true(tsim_store_import(f->store, other.store, &error));
	g_assert_no_error(error);
	assert_prefix(f, 400);
	assert_prefix(f, 45);
	/* The same again changes nothing; another result of the same replications is an error. */
	g_assert_true(tsim_store_import(f->store, other.store, &error));
	assert_prefix(f, 400);
	wrong = block_of(&other, 1, 2);
	g_byte_array_set_size(wrong->sums, 0);
	{
		g_autoptr(TsimTally) tally = tsim_tally_new(N_POLICIES);

		tsim_tally_encode(tally, wrong->sums);
	}
	g_assert_true(tsim_store_put(other.store, other.id, &other.point, wrong, NULL));
	g_assert_false(tsim_store_import(f->store, other.store, &error));
	g_assert_error(error, TSIM_ERROR, TSIM_ERROR_INPUT);
	g_assert_nonnull(
		strstr(error->message, "different results of the same replications, 1 to 1"));
	assert_prefix(f, 400);
	teardown(&other, NULL);
}

static void test_pack(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(1);
	guint n_bad = 0;

	for (guint n = 0; n < 3000; n = n * 3 + 1) {
		g_autoptr(GByteArray) raw = g_byte_array_new(), packed = NULL, back = NULL;

		for (guint i = 0; i < n; i++) {
			guint8 byte = g_rand_int(rand);

			g_byte_array_append(raw, &byte, 1);
		}
		packed = tsim_pack(raw);
		back = tsim_unpack(packed->data, packed->len);
		g_assert_cmpmem(raw->data, raw->len, back->data, back->len);
		for (guint i = 0; i < packed->len; i += 1 + packed->len / 50) {
			g_autoptr(GByteArray) bad = NULL;

			g_assert_null(tsim_unpack(packed->data, i));
			packed->data[i] ^= 0x10;
			bad = tsim_unpack(packed->data, packed->len);
			packed->data[i] ^= 0x10;
			/* a bit that nobody reads */
			if (bad)
				g_assert_cmpmem(bad->data, bad->len, raw->data, raw->len);
			n_bad += bad != NULL;
		}
	}
	g_assert_cmpuint(n_bad, <, 10);
}

static void assert_stop(const char *text, guint64 expected, const char *problem)
{
	g_autoptr(GError) error = NULL;
	guint64 failures;
	gboolean ok = tsim_stop_parse(text, 0.95, &failures, &error);

	g_assert_true(ok == !problem);
	if (ok)
		g_assert_cmpuint(failures, ==, expected);
	else
		g_assert_nonnull(strstr(error->message, problem));
}

static void test_stop(void)
{
	assert_stop("none", 0, NULL);
	assert_stop("failures >= 97", 97, NULL);
	assert_stop("failures>=1e3", 1000, NULL);
	assert_stop("relative_halfwidth <= 20%", 97, NULL);
	assert_stop("relative_halfwidth<=0.1", 385, NULL);
	assert_stop(" failures >= 97 | relative_halfwidth <= 50% ", 16, NULL);
	assert_stop("failures > 97", 0, "no rule to stop");
	assert_stop("failures <= 97", 0, "no rule to stop");
	assert_stop("failures", 0, "no rule to stop");
	assert_stop("failures >= 97 |", 0, "no rule to stop");
	assert_stop("runs >= 97", 0, "replications is the cap");
	assert_stop("failures >= 1", 0, "out of range");
	assert_stop("failures >= x", 0, "x");
	assert_stop("relative_halfwidth <= 20", 0, "above 1");
	assert_stop("relative_halfwidth <= 0", 0, "out of range");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/store/prefixes", test_prefixes);
	ADD("/store/reopen", test_reopen);
	ADD("/store/failure", test_failure);
	ADD("/store/import", test_import);
	g_test_add_func("/pack", test_pack);
	g_test_add_func("/stop", test_stop);
	return g_test_run();
}
