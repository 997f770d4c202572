/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Replications under an observer, in worker processes.
 *
 * The workers take the numbers of the replications from shared memory and
 * send what they observed through one pipe: a record is shorter than PIPE_BUF,
 * so the kernel keeps it in one piece.
 */
#include "observe.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine.h"
#include "error.h"
#include "invariant.h"
#include "wire.h"

/* Beyond 1e6 s the back end's clock, a double, loses the order of events; leave before. */
#define CLOCK_LIMIT_S 5e5

struct record {
	guint32 replication;
	struct tsim_observed observed;
};
G_STATIC_ASSERT(sizeof(struct record) <= PIPE_BUF);

struct crew {
	const TsimSetup *setup;
	guint replications, jobs;
	gint *next; /* shared: the first replication that nobody has taken */
	struct tsim_observed *observed; /* by replication */
	gboolean *done;
	int fd; /* the pipe's end of this process */
};

static gboolean run_one(struct crew *crew, TsimEngine *engine, guint32 replication)
{
	g_autoptr(TsimObserver) observer = tsim_observer_new();
	const struct tsim_trace_sink sink = { tsim_observer_event, observer };
	struct record record = { .replication = replication };
	struct tsim_outcome outcome;
	g_autoptr(GError) error = NULL;

	if (!tsim_world_trace(crew->setup, engine, 0, replication, &outcome, &sink, &error)) {
		fprintf(stderr, "trimsim: replication %u failed: %s\n", replication,
			error->message);
		return FALSE;
	}
	tsim_observer_finish(observer, &record.observed);
	return write(crew->fd, &record, sizeof(record)) == (ssize_t)sizeof(record);
}

struct worker {
	struct crew *crew;
	TsimEngine *engine;
};

/* A replication that fails ends the process: what it left in the engine is not to be trusted. */
static void work(void *data)
{
	struct worker *w = data;
	guint replication;

	while (tsim_engine_clock_s(w->engine) < CLOCK_LIMIT_S) {
		replication = (guint)g_atomic_int_add(w->crew->next, 1);
		if (replication >= w->crew->replications)
			_exit(0);
		if (!run_one(w->crew, w->engine, replication))
			_exit(1);
	}
	_exit(0);
}

static void worker_main(struct crew *crew) G_GNUC_NORETURN;
static void worker_main(struct crew *crew)
{
	struct worker w = { .crew = crew };
	g_autoptr(GError) error = NULL;

	w.engine = tsim_engine_open("simgrid", &error);
	if (!w.engine)
		fprintf(stderr, "trimsim: %s\n", error->message);
	else
		tsim_engine_enter(w.engine, work, &w);
	_exit(1);
}

static gboolean start_workers(struct crew *crew, pid_t *pids, const int fds[2], GError **error)
{
	tsim_engine_preload("simgrid");
	fflush(NULL);
	for (guint i = 0; i < crew->jobs; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			return tsim_throw_run(error, "cannot start a worker: %s",
					      g_strerror(errno));
		if (pids[i] == 0) {
			close(fds[0]);
			crew->fd = fds[1];
			worker_main(crew);
		}
	}
	return TRUE;
}

/* Workers until all of them have ended: at the end of the work, worn out, or broken. */
static gboolean round_of_work(struct crew *crew, GError **error)
{
	g_autofree pid_t *pids = g_new0(pid_t, crew->jobs);
	struct record record;
	gboolean ok;
	int fds[2];

	if (pipe(fds) < 0)
		return tsim_throw_run(error, "cannot start a worker: %s", g_strerror(errno));
	ok = start_workers(crew, pids, fds, error);
	close(fds[1]);
	while (ok && tsim_wire_read(fds[0], &record, sizeof(record))) {
		crew->observed[record.replication] = record.observed;
		crew->done[record.replication] = TRUE;
	}
	close(fds[0]);
	for (guint i = 0; i < crew->jobs; i++) {
		if (pids[i] > 0)
			while (waitpid(pids[i], NULL, 0) < 0 && errno == EINTR)
				;
	}
	return ok;
}

static gboolean run_all(struct crew *crew, GError **error)
{
	while ((guint)*crew->next < crew->replications) {
		gint before = *crew->next;

		if (!round_of_work(crew, error))
			return FALSE;
		if (*crew->next == before)
			return tsim_throw_run(error, "no worker can start");
	}
	return TRUE;
}

/**
 * tsim_observe:
 * @setup: its first policy is run
 * @replications: at most G_MAXINT / 2
 * @jobs: worker processes, 0: one per processor
 *
 * Returns: (transfer full) (element-type struct tsim_observed): what was
 * observed, in the order of the replications; one that failed is missing.
 */
GArray *tsim_observe(const TsimSetup *setup, guint replications, guint jobs, GError **error)
{
	struct crew crew = { .setup = setup, .replications = replications };
	GArray *runs = NULL;

	crew.jobs = MIN(jobs ? jobs : g_get_num_processors(), replications);
	crew.next =
		mmap(NULL, sizeof(gint), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (crew.next == MAP_FAILED) {
		tsim_throw_run(error, "cannot share memory: %s", g_strerror(errno));
		return NULL;
	}
	crew.observed = g_new0(struct tsim_observed, replications);
	crew.done = g_new0(gboolean, replications);
	if (run_all(&crew, error))
		runs = g_array_new(FALSE, FALSE, sizeof(struct tsim_observed));
	for (guint i = 0; runs && i < replications; i++)
		if (crew.done[i])
			g_array_append_val(runs, crew.observed[i]);
	munmap(crew.next, sizeof(gint));
	g_free(crew.observed);
	g_free(crew.done);
	return runs;
}
