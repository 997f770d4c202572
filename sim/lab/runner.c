/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keeps worker processes busy with blocks of replications.  Which blocks, and
 * what becomes of them, is the caller's business.
 */
#include "runner.h"

#include <errno.h>
#include <gio/gio.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include "error.h"
#include "member.h"

#define POLL_MS 250
#define FAILURES_SHOWN 10
/* So many workers may die on a block one after the other, in no replication of it. */
#define MAX_DEATHS 10

struct runner {
	const struct tsim_work *work;
	struct tsim_member *members;
	guint n_members, n_failures, n_replaced;
	GQueue again; /* (element-type struct tsim_block) to be gone on with */
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	interrupted = 1;
}

static void erase_progress(struct runner *r)
{
	if (r->work->progress)
		tsim_progress_erase(r->work->progress);
}

static struct tsim_block *next_block(struct runner *r)
{
	struct tsim_block *block = g_queue_pop_head(&r->again);

	return block ? block : r->work->next(r->work->data);
}

/* Put every idle member to work; @busy: (out): is any at work? */
static gboolean give_work(struct runner *r, gboolean *busy, GError **error)
{
	*busy = FALSE;
	for (guint i = 0; i < r->n_members; i++) {
		struct tsim_member *m = &r->members[i];
		struct tsim_block *block = m->block ? NULL : next_block(r);

		*busy |= m->block || block;
		if (!block)
			continue;
		m->block = block;
		if (m->pid == 0 &&
		    !tsim_member_start(m, &r->work->source, r->members, r->n_members, error))
			return FALSE;
		tsim_member_assign(m, block);
	}
	return TRUE;
}

/* What a worker said without dying of it is for the user, as it is. */
static void pass_on(struct runner *r, struct tsim_member *m)
{
	if (!m->err->len || r->n_failures > FAILURES_SHOWN)
		return;
	erase_progress(r);
	fwrite(m->err->str, 1, m->err->len, stderr);
	if (m->err->str[m->err->len - 1] != '\n')
		fputc('\n', stderr);
	g_string_truncate(m->err, 0);
}

static gboolean handle_reply(struct runner *r, struct tsim_member *m, GError **error)
{
	g_autoptr(TsimBlock) block = NULL;

	if (!m->block || !tsim_member_take_reply(m))
		return TRUE;
	block = g_steal_pointer(&m->block);
	if (block->next == block->end) {
		tsim_failures_sort(block->failures);
		return r->work->done(r->work->data, g_steal_pointer(&block), error);
	}
	/* worn out: it must get no more work; its successor goes on from here */
	g_free(tsim_member_bury(m));
	block->deaths = 0;
	g_queue_push_head(&r->again, g_steal_pointer(&block));
	return TRUE;
}

static void show_failure(struct runner *r, const struct tsim_block *block,
			 const struct tsim_experiment *experiment,
			 const struct tsim_failure *failure)
{
	const struct tsim_work *work = r->work;
	g_autofree char *label = work->label ? work->label(work->data, block->point) : NULL;

	erase_progress(r);
	if (++r->n_failures <= FAILURES_SHOWN)
		fprintf(stderr,
			"trimsim: replication %u under policy %s, seed %" G_GUINT64_FORMAT
			"%s%s, failed: %s\n",
			failure->replication, experiment->policies[failure->policy],
			experiment->seed, label ? ", " : "", label ? label : "", failure->message);
	else if (r->n_failures == FAILURES_SHOWN + 1)
		fputs("trimsim: further failures are only counted\n", stderr);
}

static gboolean record_failure(struct runner *r, const struct tsim_member *m,
			       struct tsim_block *block, const char *message, GError **error)
{
	const TsimSetup *setup = r->work->source.setup(r->work->source.data, block->point, error);
	const struct tsim_experiment *experiment;

	if (!setup)
		return FALSE;
	experiment = tsim_setup_experiment(setup);
	tsim_failures_add(block->failures,
			  MIN(m->slot->policy, g_strv_length(experiment->policies) - 1),
			  m->slot->replication, message);
	show_failure(r, block, experiment,
		     g_ptr_array_index(block->failures, block->failures->len - 1));
	return TRUE;
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
	erase_progress(r);
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
	block->deaths = 0;
	return record_failure(r, m, block, message, error);
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
		if (!handle_reply(r, m, error))
			return FALSE;
		if (!alive && m->pid && !handle_death(r, m, error))
			return FALSE;
		if (!m->block)
			pass_on(r, m);
	}
	return TRUE;
}

static gboolean wait_for_events(struct runner *r, struct pollfd *fds, GError **error)
{
	for (guint i = 0; i < r->n_members; i++) {
		fds[2 * i] = (struct pollfd){ .fd = r->members[i].fd, .events = POLLIN };
		fds[2 * i + 1] = (struct pollfd){ .fd = r->members[i].err_fd, .events = POLLIN };
	}
	if (poll(fds, 2 * r->n_members, POLL_MS) < 0 && errno != EINTR)
		return tsim_throw_run(error, "cannot wait for the workers: %s", g_strerror(errno));
	if (!interrupted)
		return TRUE;
	g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "interrupted");
	return FALSE;
}

static gboolean run_all(struct runner *r, GError **error)
{
	g_autofree struct pollfd *fds = g_new0(struct pollfd, 2 * r->n_members);
	gboolean busy;

	while (r->work->tick(r->work->data)) {
		if (!give_work(r, &busy, error))
			return FALSE;
		if (!busy)
			return TRUE;
		if (!wait_for_events(r, fds, error) || !handle_events(r, fds, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean runner_init(struct runner *r, guint jobs, GError **error)
{
	g_queue_init(&r->again);
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
	erase_progress(r);
}

/**
 * tsim_runner_work() - run blocks until there are none, or enough is done
 * @work: which, and who takes them
 * @jobs: worker processes; 0: one per processor
 *
 * A worker that dies costs the replication it was at, which is listed in its
 * block and summed nowhere; the block is gone on with by another worker.
 *
 * Return: FALSE after an error; %G_IO_ERROR_CANCELLED after SIGINT or SIGTERM.
 * No worker is left behind in any case.
 */
gboolean tsim_runner_work(const struct tsim_work *work, guint jobs, GError **error)
{
	struct sigaction act = { .sa_handler = on_signal }, old_int, old_term;
	struct runner r = { .work = work };
	gboolean ok;

	interrupted = 0;
	sigaction(SIGINT, &act, &old_int);
	sigaction(SIGTERM, &act, &old_term);
	ok = runner_init(&r, jobs ? jobs : g_get_num_processors(), error) && run_all(&r, error);
	runner_clear(&r);
	sigaction(SIGINT, &old_int, NULL);
	sigaction(SIGTERM, &old_term, NULL);
	return ok;
}
