/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "error.h"
#include "fake-world.h"
#include "oracle.h"
#include <sqlite3.h>
#include "pack.h"
#include "store.h"
#include "stop.h"

#define POLICIES "unpinned,pinned-chunk"
#define N_POLICIES 2

static const struct tsim_session session = { .command = "trimsim run\nx.conf", .jobs = 2 };

struct fixture {
	char *dir, *path;
	TsimSetup *setup;
	TsimStore *store;
	struct tsim_point point;
	gint64 id;
};

static void open_store(struct fixture *f)
{
	g_autoptr(GError) error = NULL;

	f->store = tsim_store_open(f->dir, TRUE, &error);
	g_assert_no_error(error);
	g_assert_true(tsim_store_begin(f->store, &session, &error));
	g_assert_true(tsim_store_add(f->store, &f->point, "text", &f->id, &error));
	g_assert_no_error(error);
}

static void setup(struct fixture *f, gconstpointer data)
{
	f->dir = g_dir_make_tmp("trimsim-XXXXXX", NULL);
	f->path = g_build_filename(f->dir, "results.sqlite", NULL);
	f->setup = fake_setup(POLICIES, 1000);
	f->point = (struct tsim_point){ .seed = 20261122, .goal = { 1000, 0, N_POLICIES } };
	memset(f->point.key, 7, sizeof(f->point.key));
	open_store(f);
}

static void teardown(struct fixture *f, gconstpointer data)
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

static struct tsim_block *block_of(const struct fixture *f, guint32 first, guint32 end)
{
	struct tsim_block *block = tsim_block_new(0, first, end);
	g_autoptr(TsimTally) tally = tsim_tally_new(N_POLICIES);

	for (guint32 r = first; r < end; r++)
		add_replication(f, tally, r);
	tsim_tally_encode(tally, block->sums);
	tsim_tally_encode_kept(tally, block->kept);
	return block;
}

static void put(struct fixture *f, guint32 first, guint32 end)
{
	g_autoptr(TsimBlock) block = block_of(f, first, end);
	g_autoptr(GError) error = NULL;

	g_assert_true(tsim_store_put(f->store, f->id, &f->point, block, &error));
	g_assert_no_error(error);
}

/* The blocks of [0, n), in an order of chance. */
static void put_all(struct fixture *f, guint32 n, guint32 seed)
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

static TsimTally *load(struct fixture *f, guint32 n, GPtrArray *failures)
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
static void assert_prefix(struct fixture *f, guint32 n)
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

/* A child puts blocks until it is killed; each that it reported is there. */
static void test_killed(struct fixture *f, gconstpointer data)
{
	g_clear_pointer(&f->store, tsim_store_close);
	for (guint i = 0; i < 10; i++) {
		int fds[2], status;
		guint32 first = 0, n = 0;
		pid_t child;

		g_assert_cmpint(pipe(fds), ==, 0);
		child = fork();
		if (child == 0) {
			open_store(f);
			for (;; first = first < 900 ? tsim_block_end(first) : 0) {
				put(f, first, tsim_block_end(first));
				if (write(fds[1], &first, sizeof(first)) < 0)
					_exit(1);
			}
		}
		close(fds[1]);
		for (guint k = 0; k < 20 + 7 * i; k++) {
			g_assert_cmpint(read(fds[0], &first, sizeof(first)), ==, sizeof(first));
			n = MAX(n, tsim_block_end(first));
		}
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		g_assert_true(WIFSIGNALED(status));
		close(fds[0]);
		open_store(f);
		assert_prefix(f, n);
		g_clear_pointer(&f->store, tsim_store_close);
	}
}

static void limit_files(rlim_t size)
{
	struct rlimit limit;

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = size;
	g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

/* A file that may not grow stands for a full disk: an error, and all before it is there. */
static void test_full(struct fixture *f, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	guint32 first = 0, end;

	signal(SIGXFSZ, SIG_IGN);
	limit_files(1000000);
	for (;; first = end) {
		g_autoptr(TsimBlock) block = block_of(f, first, tsim_block_end(first));

		end = block->end;
		if (!tsim_store_put(f->store, f->id, &f->point, block, &error))
			break;
		g_assert_cmpuint(first, <, 100000);
	}
	g_assert_error(error, TSIM_ERROR, TSIM_ERROR_RUN);
	g_test_message("%s", error->message);
	g_assert_nonnull(strstr(error->message, "results.sqlite: File too large"));
	g_assert_cmpuint(first, >, 50);
	assert_prefix(f, first);
	tsim_store_close(f->store);
	limit_files(RLIM_INFINITY);
	open_store(f);
	assert_prefix(f, first);
	put(f, first, end);
	assert_prefix(f, end);
}

static void test_in_use(struct fixture *f, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	TsimStore *other;
	int status;

	put(f, 0, 1);
	/* locks are those of a process */
	if (fork() == 0) {
		other = tsim_store_open(f->dir, TRUE, &error);
		_exit(!other && strstr(error->message, "another run is using it") ? 0 : 1);
	}
	wait(&status);
	g_assert_cmpint(status, ==, 0);
}

/* Copies of a store with a few bytes changed: an error that says so, or nothing that counts. */
static void test_damaged(struct fixture *f, gconstpointer data)
{
	g_autofree char *good = NULL;
	g_autoptr(GByteArray) expected = g_byte_array_new();
	g_autoptr(TsimTally) whole = NULL;
	gsize size;
	guint refused = 0;

	put_all(f, 300, 1);
	whole = load(f, 300, NULL);
	tsim_tally_encode(whole, expected);
	g_assert_true(tsim_store_seal(f->store, NULL));
	g_clear_pointer(&f->store, tsim_store_close);
	g_assert_true(g_file_get_contents(f->path, &good, &size, NULL));
	for (gsize at = 0; at < size; at += 997) {
		g_autofree char *bad = g_memdup2(good, size);
		g_autoptr(TsimTally) tally = tsim_tally_new(N_POLICIES);
		g_autoptr(GPtrArray) failures = tsim_failures_new();
		g_autoptr(GError) error = NULL;
		gboolean ok;

		memset(bad + at, 0xa5, MIN(40, size - at));
		g_assert_true(g_file_set_contents(f->path, bad, size, NULL));
		f->store = tsim_store_open(f->dir, FALSE, &error);
		ok = f->store &&
		     tsim_store_load(f->store, f->id, &f->point, 300, tally, failures, &error);
		g_clear_pointer(&f->store, tsim_store_close);
		g_assert_true(ok == (error == NULL));
		if (ok) {
			g_autoptr(GByteArray) sums = g_byte_array_new();

			tsim_tally_encode(tally, sums);
			g_assert_cmpmem(sums->data, sums->len, expected->data, expected->len);
		} else {
			g_assert_error(error, TSIM_ERROR, TSIM_ERROR_INPUT);
			refused++;
		}
	}
	g_test_message("%u of %u refused", refused, (guint)(size / 997));
	g_assert_cmpuint(refused, >, size / 997 / 2);
	g_assert_true(g_file_set_contents(f->path, good, size, NULL));
	open_store(f);
	assert_prefix(f, 300);
}

/* Other files under that name are named, and left alone. */
static void test_foreign(struct fixture *f, gconstpointer data)
{
	static const char note[] = "not a database at all, just some text\n";
	g_autoptr(GError) no_database = NULL, not_ours = NULL;
	g_autofree char *text = NULL;
	sqlite3 *db;

	g_clear_pointer(&f->store, tsim_store_close);
	g_assert_true(g_file_set_contents(f->path, note, -1, NULL));
	g_assert_null(tsim_store_open(f->dir, TRUE, &no_database));
	g_assert_error(no_database, TSIM_ERROR, TSIM_ERROR_INPUT);
	g_assert_true(g_file_get_contents(f->path, &text, NULL, NULL));
	g_assert_cmpstr(text, ==, note);
	g_unlink(f->path);
	sqlite3_open(f->path, &db);
	sqlite3_exec(db, "CREATE TABLE mine (x)", NULL, NULL, NULL);
	sqlite3_close(db);
	g_assert_null(tsim_store_open(f->dir, TRUE, &not_ours));
	g_assert_error(not_ours, TSIM_ERROR, TSIM_ERROR_INPUT);
	g_assert_nonnull(strstr(not_ours->message, "none that trimsim made"));
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

#define ADD(name, fn) g_test_add(name, struct fixture, NULL, setup, fn, teardown)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/store/prefixes", test_prefixes);
	ADD("/store/reopen", test_reopen);
	ADD("/store/failure", test_failure);
	ADD("/store/killed", test_killed);
	ADD("/store/full", test_full);
	ADD("/store/in-use", test_in_use);
	ADD("/store/damaged", test_damaged);
	ADD("/store/foreign", test_foreign);
	ADD("/store/import", test_import);
	g_test_add_func("/pack", test_pack);
	g_test_add_func("/stop", test_stop);
	return g_test_run();
}
