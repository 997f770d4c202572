/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <gio/gio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "error.h"
#include "fake-world.h"
#include "progress.h"
#include "runner.h"

#define POLICIES "unpinned,pinned-chunk"

struct outcome {
	TsimTally *tally;
	GPtrArray *failures;
};

static struct outcome run(const TsimSetup *setup, guint jobs)
{
	struct tsim_runner_options options = { .jobs = jobs };
	struct outcome o = { NULL };
	g_autoptr(GError) error = NULL;
	gboolean ok = tsim_runner_run(setup, &options, &o.tally, &o.failures, &error);

	g_assert_no_error(error);
	g_assert_true(ok);
	/* Nobody is left behind. */
	g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
	g_assert_cmpint(errno, ==, ECHILD);
	return o;
}

static void outcome_clear(struct outcome *o)
{
	tsim_tally_free(o->tally);
	g_ptr_array_unref(o->failures);
}

static void assert_same(const TsimTally *a, const TsimTally *b)
{
	g_autoptr(GByteArray) x = g_byte_array_new(), y = g_byte_array_new();

	tsim_tally_encode(a, x);
	tsim_tally_encode_kept(a, x);
	tsim_tally_encode(b, y);
	tsim_tally_encode_kept(b, y);
	g_assert_cmpmem(x->data, x->len, y->data, y->len);
}

/* The same bytes from one worker and from several. */
static void test_jobs(void)
{
	TsimSetup *setup = fake_setup(POLICIES, 1000);
	struct outcome one = run(setup, 1), two = run(setup, 2), five = run(setup, 5);
	guint64 corrupted = 0;

	for (guint32 r = 0; r < 1000; r++) {
		struct tsim_outcome o;

		fake_outcome(setup, 0, r, &o);
		corrupted += o.corrupted;
	}
	g_assert_cmpuint(one.tally->replications, ==, 1000);
	g_assert_cmpuint(one.tally->policies[0].sum.corrupted, ==, corrupted);
	g_assert_cmpuint(one.tally->policies[0].kept->len, ==, TSIM_KEEP_MAX);
	g_assert_cmpuint(one.failures->len, ==, 0);
	assert_same(one.tally, two.tally);
	assert_same(one.tally, five.tally);
	outcome_clear(&one);
	outcome_clear(&two);
	outcome_clear(&five);
	fake_setup_free(setup);
}

/* A number of replications that blocks do not divide, and fewer than workers. */
static void test_small(void)
{
	static const guint64 counts[] = { 1, 2, 511, 513 };

	for (guint i = 0; i < G_N_ELEMENTS(counts); i++) {
		TsimSetup *setup = fake_setup(POLICIES, counts[i]);
		struct outcome o = run(setup, 4);

		g_assert_cmpuint(o.tally->replications, ==, counts[i]);
		outcome_clear(&o);
		fake_setup_free(setup);
	}
	/* 1/32 of what came before, at least 1, at most 256. */
	g_assert_cmpuint(tsim_block_end(0), ==, 1);
	g_assert_cmpuint(tsim_block_end(63), ==, 64);
	g_assert_cmpuint(tsim_block_end(64), ==, 66);
	g_assert_cmpuint(tsim_block_end(8192), ==, 8448);
	g_assert_cmpuint(tsim_block_end(100000000), ==, 100000256);
}

/* What a replication left behind before it failed is in no sum. */
static void check_failures(TsimSetup *setup, guint every, const char *message)
{
	struct outcome one = run(setup, 1), three = run(setup, 3);
	guint64 n = setup->experiment.replications, failed = n / every;
	g_autoptr(TsimTally) expected = tsim_tally_new(2);

	g_assert_cmpuint(one.failures->len, ==, failed);
	g_assert_cmpuint(one.tally->replications, ==, n - failed);
	g_assert_cmpuint(tsim_histogram_count(one.tally->policies[0].distributions.discard), ==,
			 n - failed);
	for (guint i = 0; i < failed; i++) {
		const struct tsim_failure *failure = g_ptr_array_index(one.failures, i);

		g_assert_cmpuint(failure->replication, ==, (i + 1) * every - 1);
		g_assert_cmpuint(failure->policy, ==, 1);
		g_assert_nonnull(strstr(failure->message, message));
	}
	assert_same(one.tally, three.tally);
	outcome_clear(&one);
	outcome_clear(&three);
}

static void test_crash(void)
{
	struct rlimit none = { 0, 0 };
	TsimSetup *setup = fake_setup(POLICIES, 1000);

	setrlimit(RLIMIT_CORE, &none);
	setup->crash_every = 200;
	check_failures(setup, 200, "signal 6");
	fake_setup_free(setup);
}

static void test_failure(void)
{
	TsimSetup *setup = fake_setup(POLICIES, 1000);

	setup->fail_every = 200;
	check_failures(setup, 200, "deadlock in the fake world");
	fake_setup_free(setup);
}

static void test_all_fail(void)
{
	TsimSetup *setup = fake_setup(POLICIES, 6);
	struct outcome o;

	setup->fail_every = 1;
	o = run(setup, 2);
	g_assert_cmpuint(o.failures->len, ==, 6);
	g_assert_cmpuint(o.tally->replications, ==, 0);
	outcome_clear(&o);
	fake_setup_free(setup);
}

/*
 * 2.8e5 s of simulated time a replication (both policies): a worker is worn
 * out after three, in the middle of a block of more, and nothing changes.
 */
static void test_worn_out(void)
{
	TsimSetup *setup = fake_setup(POLICIES, 520);
	struct outcome fresh = run(setup, 2), worn;

	g_assert_cmpuint(tsim_block_end(300), ==, 309);
	setup->sleep_s = 1.4e5;
	worn = run(setup, 2);
	g_assert_cmpuint(worn.tally->replications, ==, 520);
	g_assert_cmpuint(worn.failures->len, ==, 0);
	assert_same(fresh.tally, worn.tally);
	outcome_clear(&fresh);
	outcome_clear(&worn);
	fake_setup_free(setup);
}

/* A counter that the workers see. */
static gint *shared_counter(gint value)
{
	gint *counter = mmap(NULL, sizeof(*counter), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	g_assert_true(counter != MAP_FAILED);
	*counter = value;
	return counter;
}

/* Workers that are killed while they start are replaced; if all are, the run ends. */
static void test_killed_at_start(void)
{
	TsimSetup *setup = fake_setup(POLICIES, 1000);
	struct outcome whole = run(setup, 1), killed;
	struct tsim_runner_options options = { .jobs = 1 };
	g_autoptr(GError) error = NULL;

	setup->parent = getpid();
	setup->die_starting = shared_counter(9);
	killed = run(setup, 1);
	g_assert_cmpint(*setup->die_starting, <, 0);
	g_assert_cmpuint(killed.failures->len, ==, 0);
	assert_same(whole.tally, killed.tally);
	*setup->die_starting = 10;
	g_assert_false(tsim_runner_run(setup, &options, NULL, NULL, &error));
	g_assert_error(error, TSIM_ERROR, TSIM_ERROR_RUN);
	g_assert_nonnull(strstr(error->message, "10 workers died one after the other"));
	g_assert_nonnull(strstr(error->message, "while it started: killed by signal 9"));
	g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
	munmap(setup->die_starting, sizeof(gint));
	outcome_clear(&whole);
	outcome_clear(&killed);
	fake_setup_free(setup);
}

/* Kill a child of @parent, any but this process. */
static gboolean kill_one(pid_t parent, GRand *rand)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/task/%d/children", parent, parent);
	g_autofree char *text = NULL;
	g_auto(GStrv) pids = NULL;
	pid_t victim;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return FALSE;
	pids = g_strsplit(g_strchomp(text), " ", -1);
	victim = atoi(pids[g_rand_int_range(rand, 0, g_strv_length(pids))]);
	return victim != getpid() && kill(victim, SIGKILL) == 0;
}

/* @kills: (out), shared: how many */
static pid_t start_killer(guint32 seed, gint *kills)
{
	pid_t parent = getpid(), killer = fork();
	g_autoptr(GRand) rand = NULL;

	if (killer)
		return killer;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	rand = g_rand_new_with_seed(seed);
	for (;;) {
		g_usleep(g_rand_int_range(rand, 30000, 120000));
		g_atomic_int_add(kills, kill_one(parent, rand));
	}
}

static struct outcome run_under_fire(const TsimSetup *setup, guint32 seed)
{
	struct tsim_runner_options options = { .jobs = 2 };
	struct outcome o = { NULL };
	g_autoptr(GError) error = NULL;
	gint *kills = shared_counter(0);
	pid_t killer = start_killer(seed, kills);
	gboolean ok = tsim_runner_run(setup, &options, &o.tally, &o.failures, &error);

	kill(killer, SIGKILL);
	waitpid(killer, NULL, 0);
	g_assert_no_error(error);
	g_assert_true(ok);
	g_assert_cmpint(*kills, >, 0);
	munmap(kills, sizeof(*kills));
	return o;
}

/*
 * Workers are killed at any time.  The result is, to the bit, that of a run in which nothing
 * went wrong but the replications that are listed as failed.
 *
 * Return: how many failed.
 */
static guint check_killed(guint64 replications, guint delay_us, guint32 seed)
{
	g_autoptr(GHashTable) failed = g_hash_table_new(NULL, NULL);
	TsimSetup *setup = fake_setup(POLICIES, replications);
	struct outcome killed, expected;

	setup->delay_us = delay_us;
	killed = run_under_fire(setup, seed);
	for (guint i = 0; i < killed.failures->len; i++) {
		const struct tsim_failure *f = g_ptr_array_index(killed.failures, i);

		g_assert_true(g_hash_table_add(failed, GUINT_TO_POINTER(f->replication)));
		g_assert_nonnull(strstr(f->message, "killed by signal 9"));
	}
	g_assert_cmpuint(killed.tally->replications, ==, replications - killed.failures->len);
	setup->fail = failed;
	setup->delay_us = 0;
	expected = run(setup, 2);
	assert_same(expected.tally, killed.tally);
	outcome_clear(&killed);
	outcome_clear(&expected);
	fake_setup_free(setup);
	return g_hash_table_size(failed);
}

/* Replications that take no time: workers die between them and at their start. */
static void test_killed_between(void)
{
	check_killed(100000, 0, 1);
}

/* Replications that take all the time: workers die in them. */
static void test_killed_inside(void)
{
	g_assert_cmpuint(check_killed(8000, 20, 2), >, 0);
}

static void test_interrupt(void)
{
	TsimSetup *setup = fake_setup(POLICIES, 100000);
	struct tsim_runner_options options = { .jobs = 2 };
	TsimTally *tally = NULL;
	GPtrArray *failures = NULL;
	g_autoptr(GError) error = NULL;
	pid_t killer;

	setup->delay_us = 10000;
	killer = fork();
	if (killer == 0) {
		g_usleep(300000);
		kill(getppid(), SIGINT);
		_exit(0);
	}
	g_assert_false(tsim_runner_run(setup, &options, &tally, &failures, &error));
	g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
	g_assert_null(tally);
	waitpid(killer, NULL, 0);
	g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
	fake_setup_free(setup);
}

static void test_progress_line(void)
{
	struct tsim_totals sweep = { .points = 200,
				     .complete = 12,
				     .replications = 412000,
				     .corrupted = 97,
				     .left = 1588000 };
	struct tsim_totals one = { 1, 1, 2000, 97, 0, FALSE }, start = { .points = 1, .left = 2000 };
	struct tsim_totals large = { 1000000, 999999, G_MAXUINT32, G_MAXUINT32, 1e12, TRUE };
	g_autofree char *line = tsim_progress_line(&sweep, 12000, 100);
	g_autofree char *end = tsim_progress_line(&one, 0, 100);
	g_autofree char *begin = tsim_progress_line(&start, 0, 0);
	g_autofree char *longest = tsim_progress_line(&large, 0, 1e6);

	/* 1,588,000 left at 4,000/s; what was stored before says nothing of the rate. */
	g_assert_cmpstr(line, ==,
			"[12/200 points, 21%] 412k replications, 4e+03/s, 97 corrupted, ETA 00:06:37");
	sweep.ruled = TRUE;
	g_free(line);
	line = tsim_progress_line(&sweep, 12000, 100);
	g_assert_cmpstr(line, ==,
			"[12/200 points, 21%] 412k replications, 4e+03/s, 97 corrupted, ETA <= 00:06:37");
	g_assert_cmpstr(end, ==, "[100%] 2000 replications, 20/s, 97 corrupted");
	g_assert_null(strstr(begin, "ETA"));
	g_test_message("%s", longest);
	g_assert_cmpuint(strlen(longest), <, 80);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/runner/jobs", test_jobs);
	g_test_add_func("/runner/small", test_small);
	g_test_add_func("/runner/crash", test_crash);
	g_test_add_func("/runner/failure", test_failure);
	g_test_add_func("/runner/all-fail", test_all_fail);
	g_test_add_func("/runner/worn-out", test_worn_out);
	g_test_add_func("/runner/killed-at-start", test_killed_at_start);
	g_test_add_func("/runner/killed-between", test_killed_between);
	g_test_add_func("/runner/killed-inside", test_killed_inside);
	g_test_add_func("/runner/interrupt", test_interrupt);
	g_test_add_func("/runner/progress-line", test_progress_line);
	return g_test_run();
}
