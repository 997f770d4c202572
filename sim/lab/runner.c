/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runner.h"

#include <errno.h>
#include <gio/gio.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include "error.h"
#include "member.h"
#include "progress.h"

#define POLL_MS 250
/* Results that came out of order wait in memory; so many blocks at most. */
#define AHEAD 512
#define FAILURES_SHOWN 10
/* So many workers may die on a block one after the other, in no replication of it. */
#define MAX_DEATHS 10

struct runner {
	const TsimSetup *setup;
	const struct tsim_experiment *experiment;
	struct tsim_member *members;
	guint n_members, n_policies, max_failures, n_replaced;
	guint32 block_size;
	guint64 n_blocks, given, merged, done; /* blocks, done: replications */
	GQueue again; /* (element-type struct tsim_block) to be gone on with */
	GHashTable *waiting; /* block index -> GByteArray, until its turn to be merged */
	TsimTally *tally;
	GPtrArray *failures;
	struct tsim_progress progress;
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	interrupted = 1;
}

/**
 * tsim_runner_block_size() - replications that are summed before anything travels
 * @replications: of the whole run
 *
 * Depends on nothing else, so that the order of additions does not depend on
 * the number of workers.  Small enough for a fine progress line and a short
 * repetition after a crash, large enough that the pipe costs nothing.
 */
guint32 tsim_runner_block_size(guint64 replications)
{
	return CLAMP(replications / 256, 1, 64);
}

static void failure_free(struct tsim_failure *failure)
{
	g_free(failure->policy);
	g_free(failure->message);
	g_free(failure);
}

static guint64 most_corrupted(const TsimTally *tally)
{
	guint64 most = 0;

	for (guint i = 0; i < tally->n_policies; i++)
		most = MAX(most, tally->policies[i].sum.corrupted);
	return most;
}

static void draw(struct runner *r)
{
	tsim_progress_draw(&r->progress, r->done, r->experiment->replications,
			   most_corrupted(r->tally));
}

static struct tsim_block *next_block(struct runner *r)
{
	struct tsim_block *block = g_queue_pop_head(&r->again);

	if (block || r->given == r->n_blocks || r->given >= r->merged + AHEAD)
		return block;
	block = g_new0(struct tsim_block, 1);
	block->index = r->given++;
	block->first = block->next = block->index * r->block_size;
	block->end = MIN((guint64)block->first + r->block_size, r->experiment->replications);
	block->skipped = g_array_new(FALSE, FALSE, sizeof(guint32));
	block->resume = g_byte_array_new();
	return block;
}

/* Put every idle member to work. */
static gboolean give_work(struct runner *r, GError **error)
{
	for (guint i = 0; i < r->n_members; i++) {
		struct tsim_member *m = &r->members[i];
		struct tsim_block *block = m->block ? NULL : next_block(r);

		if (!block)
			continue;
		m->block = block;
		if (m->pid == 0 && !tsim_member_start(m, r->setup, r->members, r->n_members, error))
			return FALSE;
		tsim_member_assign(m, block);
	}
	return TRUE;
}

/* Merge the results whose turn has come. */
static gboolean merge(struct runner *r, GError **error)
{
	GByteArray *bytes;

	while ((bytes = g_hash_table_lookup(r->waiting, &r->merged))) {
		g_autoptr(TsimTally) part = tsim_tally_new(r->n_policies);
		const guint8 *p = bytes->data;

		if (!tsim_tally_decode_into(part, &p, p + bytes->len))
			return tsim_throw_run(error, "a worker's result is not readable");
		tsim_tally_merge(r->tally, part);
		g_hash_table_remove(r->waiting, &r->merged);
		r->merged++;
	}
	return TRUE;
}

/* What a worker said without dying of it is for the user, as it is. */
static void pass_on(struct runner *r, struct tsim_member *m)
{
	if (!m->err->len || r->failures->len > FAILURES_SHOWN)
		return;
	tsim_progress_erase(&r->progress);
	fwrite(m->err->str, 1, m->err->len, stderr);
	if (m->err->str[m->err->len - 1] != '\n')
		fputc('\n', stderr);
	g_string_truncate(m->err, 0);
}

static gboolean handle_replies(struct runner *r, struct tsim_member *m, GError **error)
{
	struct tsim_reply head;
	GByteArray *bytes;

	while (tsim_member_take_reply(m, &head, &bytes)) {
		struct tsim_block *block = g_steal_pointer(&m->block);
		guint64 *key;

		r->done += head.next - block->next;
		block->next = head.next;
		if (head.next < block->end) {
			/* worn out: it must get no more work; its successor goes on from here */
			g_free(tsim_member_bury(m));
			g_byte_array_unref(block->resume);
			block->resume = bytes;
			block->deaths = 0;
			g_queue_push_head(&r->again, block);
			continue;
		}
		key = g_new(guint64, 1);
		*key = block->index;
		g_hash_table_insert(r->waiting, key, bytes);
		tsim_block_free(block);
	}
	return merge(r, error);
}

static void record_failure(struct runner *r, const struct tsim_member *m, char *message)
{
	struct tsim_failure *failure = g_new0(struct tsim_failure, 1);
	guint policy = MIN(m->slot->policy, r->n_policies - 1);

	failure->policy = g_strdup(r->experiment->policies[policy]);
	failure->seed = r->experiment->seed;
	failure->replication = m->slot->replication;
	failure->message = message;
	g_ptr_array_add(r->failures, failure);
	tsim_progress_erase(&r->progress);
	if (r->failures->len <= FAILURES_SHOWN)
		fprintf(stderr,
			"trimsim: replication %u under policy %s, seed %" G_GUINT64_FORMAT
			", failed: %s\n",
			failure->replication, failure->policy, failure->seed, message);
	else if (r->failures->len == FAILURES_SHOWN + 1)
		fputs("trimsim: further failures are only counted\n", stderr);
}

/*
 * A worker was killed in no replication: nothing of its block has been counted, and another
 * worker does it.  That must not go on for ever.
 */
static gboolean replace_worker(struct runner *r, struct tsim_member *m, struct tsim_block *block,
			       const char *message, GError **error)
{
	const char *when = m->slot->open ? "between two replications" : "while it started";

	/* It has said itself why it cannot go on: so would the next one. */
	if (m->slot->message[0])
		return tsim_throw_run(error, "a worker cannot %s: %s",
				      m->slot->open ? "go on" : "start", message);
	if (++block->deaths == MAX_DEATHS)
		return tsim_throw_run(error,
				      "%u workers died one after the other, the last one %s: %s",
				      block->deaths, when, message);
	if (++r->n_replaced > FAILURES_SHOWN)
		return TRUE;
	tsim_progress_erase(&r->progress);
	fprintf(stderr, "trimsim: a worker died %s and is replaced: %s\n", when, message);
	if (r->n_replaced == FAILURES_SHOWN)
		fputs("trimsim: further workers are replaced without a word\n", stderr);
	return TRUE;
}

/*
 * A worker is gone.  If it had a block, that is done again from its last good
 * sums, without the replication it died in.
 */
static gboolean handle_death(struct runner *r, struct tsim_member *m, GError **error)
{
	g_autofree char *message = tsim_member_bury(m);
	struct tsim_block *block = g_steal_pointer(&m->block);

	pass_on(r, m);
	if (!block)
		return TRUE; /* idle: nothing is lost */
	g_queue_push_head(&r->again, block);
	if (!g_atomic_int_get(&m->slot->running) || m->slot->replication < block->next ||
	    m->slot->replication >= block->end)
		return replace_worker(r, m, block, message, error);
	g_array_append_val(block->skipped, m->slot->replication);
	block->deaths = 0;
	record_failure(r, m, g_steal_pointer(&message));
	return TRUE;
}

static gboolean handle_events(struct runner *r, struct pollfd *fds, GError **error)
{
	for (guint i = 0; i < r->n_members; i++) {
		struct tsim_member *m = &r->members[i];
		gboolean alive = TRUE;

		if (fds[2 * i + 1].revents)
			tsim_member_listen(m);
		if (fds[2 * i].revents)
			alive = tsim_member_receive(m);
		if (!handle_replies(r, m, error))
			return FALSE;
		if (!alive && m->pid && !handle_death(r, m, error))
			return FALSE;
		if (!m->block)
			pass_on(r, m);
	}
	return TRUE;
}

static gboolean run_all(struct runner *r, GError **error)
{
	g_autofree struct pollfd *fds = g_new0(struct pollfd, 2 * r->n_members);

	while (r->merged < r->n_blocks && r->failures->len < r->max_failures) {
		if (!give_work(r, error))
			return FALSE;
		for (guint i = 0; i < r->n_members; i++) {
			fds[2 * i] = (struct pollfd){ .fd = r->members[i].fd, .events = POLLIN };
			fds[2 * i + 1] =
				(struct pollfd){ .fd = r->members[i].err_fd, .events = POLLIN };
		}
		if (poll(fds, 2 * r->n_members, POLL_MS) < 0 && errno != EINTR)
			return tsim_throw_run(error, "cannot wait for the workers: %s",
					      g_strerror(errno));
		if (interrupted) {
			g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "interrupted");
			return FALSE;
		}
		if (!handle_events(r, fds, error))
			return FALSE;
		draw(r);
	}
	return TRUE;
}

static gboolean runner_init(struct runner *r, const TsimSetup *setup,
			    const struct tsim_runner_options *options, GError **error)
{
	guint jobs = options->jobs ? options->jobs : g_get_num_processors();

	r->setup = setup;
	r->max_failures = options->max_failures ? options->max_failures : G_MAXUINT;
	r->experiment = tsim_setup_experiment(setup);
	r->n_policies = g_strv_length(r->experiment->policies);
	r->block_size = tsim_runner_block_size(r->experiment->replications);
	r->n_blocks = (r->experiment->replications + r->block_size - 1) / r->block_size;
	r->tally = tsim_tally_new(r->n_policies);
	r->failures = g_ptr_array_new_with_free_func((GDestroyNotify)failure_free);
	r->waiting = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free,
					   (GDestroyNotify)g_byte_array_unref);
	g_queue_init(&r->again);
	tsim_progress_start(&r->progress, options->progress);
	jobs = MIN(jobs, MAX(r->n_blocks, 1));
	r->members = g_new0(struct tsim_member, jobs);
	for (; r->n_members < jobs; r->n_members++)
		if (!tsim_member_init(&r->members[r->n_members], error))
			return FALSE;
	return TRUE;
}

static void runner_clear(struct runner *r)
{
	for (guint i = 0; i < r->n_members; i++) {
		tsim_member_clear(&r->members[i]);
		g_clear_pointer(&r->members[i].block, tsim_block_free);
	}
	g_free(r->members);
	g_queue_clear_full(&r->again, (GDestroyNotify)tsim_block_free);
	g_hash_table_unref(r->waiting);
	g_clear_pointer(&r->tally, tsim_tally_free);
	g_clear_pointer(&r->failures, g_ptr_array_unref);
	tsim_progress_erase(&r->progress);
}

static int failure_compare(const struct tsim_failure **a, const struct tsim_failure **b)
{
	return (*a)->replication < (*b)->replication ? -1 : (*a)->replication > (*b)->replication;
}

/**
 * tsim_runner_run() - run every replication of an experiment under every policy
 * @setup: the experiment
 * @options: how
 * @tally: (out) (transfer full): the sums; the same bits whatever the number of workers
 * @failures: (out) (transfer full) (element-type struct tsim_failure): replications that
 *	count under no policy, in order; empty when all went well
 *
 * Return: FALSE when no result is possible; %G_IO_ERROR_CANCELLED after SIGINT
 * or SIGTERM.  No worker is left behind in any case.
 */
gboolean tsim_runner_run(const TsimSetup *setup, const struct tsim_runner_options *options,
			 TsimTally **tally, GPtrArray **failures, GError **error)
{
	struct sigaction act = { .sa_handler = on_signal }, old_int, old_term;
	struct runner r = { 0 };
	gboolean ok;

	interrupted = 0;
	sigaction(SIGINT, &act, &old_int);
	sigaction(SIGTERM, &act, &old_term);
	ok = tsim_setup_experiment(setup)->replications <= G_MAXUINT32 ||
	     tsim_throw(error, "replications: more than %u", G_MAXUINT32);
	ok = ok && runner_init(&r, setup, options, error) && run_all(&r, error);
	if (ok) {
		g_ptr_array_sort(r.failures, (GCompareFunc)failure_compare);
		*tally = g_steal_pointer(&r.tally);
		*failures = g_steal_pointer(&r.failures);
	}
	if (r.waiting)
		runner_clear(&r);
	sigaction(SIGINT, &old_int, NULL);
	sigaction(SIGTERM, &old_term, NULL);
	return ok;
}
