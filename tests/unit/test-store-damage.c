/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "error.h"
#include "store-fixture.h"

/* What a store comes through: kills, full disks, others at work, damage. */

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

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/store/killed", test_killed);
	ADD("/store/full", test_full);
	ADD("/store/in-use", test_in_use);
	ADD("/store/damaged", test_damaged);
	ADD("/store/foreign", test_foreign);
	return g_test_run();
}
