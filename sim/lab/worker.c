/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worker.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "invariant.h"
#include "oracle.h"
#include "tally.h"
#include "wire.h"

/* Beyond 1e6 s the back end's clock, a double, loses the order of events; leave before. */
#define CLOCK_LIMIT_S 9e5

struct worker {
	const struct tsim_source *source;
	const TsimSetup *setup; /* of the point at hand */
	const struct tsim_experiment *experiment;
	TsimEngine *engine;
	struct tsim_worker_slot *slot;
	int fd;
	struct tsim_outcome *outcomes; /* one per policy */
	double longest_s; /* the most that one replication has added to the clock */
};

static void give_up(struct worker *w, const char *message) G_GNUC_NORETURN;
static void give_up(struct worker *w, const char *message)
{
	g_strlcpy(w->slot->message, message, sizeof(w->slot->message));
	_exit(1);
}

static void write_all(int fd, const void *data, gsize size)
{
	const char *p = data;

	while (size > 0) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			_exit(1);
		p += n;
		size -= n;
	}
}

static void reply(struct worker *w, guint32 next, const TsimTally *tally)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	struct tsim_reply head = { .next = next };

	tsim_wire_put(bytes, &head, sizeof(head));
	tsim_tally_encode(tally, bytes);
	head.sums_size = bytes->len - sizeof(head);
	tsim_tally_encode_kept(tally, bytes);
	head.kept_size = bytes->len - sizeof(head) - head.sums_size;
	memcpy(bytes->data, &head, sizeof(head));
	write_all(w->fd, bytes->data, bytes->len);
}

static void run_policy(struct worker *w, guint policy, guint32 replication, TsimTally *tally)
{
	g_autoptr(GPtrArray) races = g_ptr_array_new_with_free_func((GDestroyNotify)tsim_race_free);
	struct tsim_policy_tally *p = &tally->policies[policy];
	struct tsim_outcome *outcome = &w->outcomes[policy];
	g_autoptr(GError) error = NULL;

	w->slot->policy = policy;
	tsim_where.policy = w->experiment->policies[policy];
	*outcome = (struct tsim_outcome){ .first_hit_ns = TSIM_NS_NEVER };
	if (!tsim_world_run(w->setup, w->engine, policy, replication, outcome, &p->distributions,
			    races, &error))
		give_up(w, error ? error->message : "failed without saying why");
	for (guint i = 0; i < races->len; i++)
		tsim_keep_offer(p->kept, replication, i, g_ptr_array_index(races, i));
}

static void run_replication(struct worker *w, guint32 replication, TsimTally *tally)
{
	double before = tsim_engine_clock_s(w->engine);

	/* A kill may come between any two of these; the parent must not blame the one before. */
	w->slot->replication = replication;
	w->slot->policy = 0;
	g_atomic_int_set(&w->slot->running, TRUE);
	tsim_where.replication = replication;
	for (guint i = 0; i < tally->n_policies; i++)
		run_policy(w, i, replication, tally);
	g_atomic_int_set(&w->slot->running, FALSE);
	tsim_tally_add(tally, w->outcomes);
	w->longest_s = MAX(w->longest_s, tsim_engine_clock_s(w->engine) - before);
}

static gboolean is_skipped(const guint32 *skipped, guint32 n, guint32 replication)
{
	for (guint32 i = 0; i < n; i++)
		if (skipped[i] == replication)
			return TRUE;
	return FALSE;
}

/* A point is not resolved again for each of its blocks. */
static void take_point(struct worker *w, guint64 point)
{
	g_autoptr(GError) error = NULL;

	w->setup = w->source->setup(w->source->data, point, &error);
	if (!w->setup)
		give_up(w, error->message);
	w->experiment = tsim_setup_experiment(w->setup);
	w->outcomes = g_renew(struct tsim_outcome, w->outcomes,
			      g_strv_length(w->experiment->policies));
	tsim_where.seed = w->experiment->seed;
}

/* What the worn out worker before this one had summed. */
static TsimTally *begin_tally(struct worker *w, const struct tsim_assignment *a, const guint8 *p)
{
	TsimTally *tally = tsim_tally_new(g_strv_length(w->experiment->policies));
	const guint8 *sums_end = p + a->sums_size, *end = sums_end + a->kept_size;

	if (a->sums_size && (!tsim_tally_decode_into(tally, &p, sums_end) ||
			     !tsim_tally_decode_kept(tally, &p, end)))
		give_up(w, "the sums of the replaced worker are not readable");
	return tally;
}

/*
 * The part of a block that a worn out predecessor left is taken on from its
 * very sums, so that the order of additions, and every bit, stays the same.
 */
static void run_block(struct worker *w, const struct tsim_assignment *a, const guint32 *skipped,
		      const guint8 *summed)
{
	g_autoptr(TsimTally) tally = NULL;

	take_point(w, a->point);
	w->slot->open = TRUE;
	tally = begin_tally(w, a, summed);
	for (guint32 r = a->next; r < a->end; r++) {
		if (is_skipped(skipped, a->n_skipped, r))
			continue;
		if (tsim_engine_clock_s(w->engine) + w->longest_s > CLOCK_LIMIT_S) {
			reply(w, r, tally);
			_exit(0);
		}
		run_replication(w, r, tally);
	}
	reply(w, a->end, tally);
}

static void work(void *data)
{
	struct worker *w = data;
	struct tsim_assignment a;

	/* until the parent has no more work, or is gone */
	while (tsim_wire_read(w->fd, &a, sizeof(a))) {
		gsize size = (gsize)a.sums_size + a.kept_size;
		g_autofree guint32 *skipped = g_new(guint32, a.n_skipped);
		g_autofree guint8 *summed = g_malloc(size);

		if (!tsim_wire_read(w->fd, skipped, a.n_skipped * sizeof(*skipped)) ||
		    !tsim_wire_read(w->fd, summed, size))
			break;
		run_block(w, &a, skipped, summed);
	}
	_exit(0);
}

/**
 * tsim_worker_main() - the life of a worker process
 * @source: what to run
 * @slot: shared with the parent; tells it where this process was when it died
 * @fd: socket to the parent: assignments in, encoded tallies out
 *
 * The back end is opened here, after fork: it starts threads and keeps a clock
 * that no two processes may share.  Never returns; a replication that fails
 * ends the process, because what it left in the engine is not to be trusted.
 */
void tsim_worker_main(const struct tsim_source *source, struct tsim_worker_slot *slot, int fd)
{
	struct worker w = { .source = source, .slot = slot, .fd = fd };
	g_autoptr(GError) error = NULL;

	w.engine = tsim_engine_open("simgrid", &error);
	if (!w.engine)
		give_up(&w, error->message);
	tsim_engine_enter(w.engine, work, &w);
	_exit(0);
}
