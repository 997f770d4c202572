/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is allocated, pinned and under discard over the time of one replication:
 * number 0 of the last point under the last policy, run again for its events.
 */
#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "error.h"
#include "plot-data.h"

/* Discards are many: the most at one time within so many equal parts of the run. */
#define N_BINS 400

struct change {
	tsim_ns t_ns;
	guint n;
};

struct timeline {
	const TsimSetup *setup;
	char *label;
	FILE *out;
	GString *bytes, *commits;
	GArray *discards; /* (element-type struct change) in flight from then on */
	guint in_flight;
	tsim_ns commit_ns, end_ns;
};

static double seconds(tsim_ns t)
{
	return t / (double)TSIM_NS_PER_S;
}

static void add_bytes(struct timeline *line, const struct tsim_trace_event *e)
{
	g_string_append_printf(line->bytes,
			       "%.9g\t%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT
			       "\t%" G_GUINT64_FORMAT "\n",
			       seconds(e->t_ns), e->allocated_bytes, e->pinned_bytes,
			       e->device_bytes - e->allocated_bytes - e->pinned_bytes);
}

static void add_discard(struct timeline *line, tsim_ns t, int change)
{
	struct change c = { t, line->in_flight += change };

	g_array_append_val(line->discards, c);
}

static void event(void *data, const struct tsim_trace_event *e)
{
	struct timeline *line = data;

	line->end_ns = e->t_ns;
	if (e->kind == TSIM_TRACE_DISCARD_BEGIN)
		add_discard(line, e->t_ns, 1);
	else if (e->kind == TSIM_TRACE_DISCARD_END)
		add_discard(line, e->t_ns, -1);
	else if (e->kind == TSIM_TRACE_COMMIT_START)
		line->commit_ns = e->t_ns;
	else if (e->kind == TSIM_TRACE_COMPLETED)
		g_string_append_printf(line->commits, "%.9g\t%.9g\n", seconds(line->commit_ns),
				       seconds(e->t_ns));
	if (e->device_bytes)
		add_bytes(line, e);
}

static void write_discards(struct timeline *line)
{
	double width = MAX(line->end_ns, 1) / (double)N_BINS;
	guint most = 0, now = 0, i = 0;

	for (guint bin = 0; bin < N_BINS; bin++) {
		for (most = now; i < line->discards->len; i++) {
			const struct change *c = &g_array_index(line->discards, struct change, i);

			if (c->t_ns > (bin + 1) * width)
				break;
			now = c->n;
			most = MAX(most, now);
		}
		fprintf(line->out, "%.9g\t%u\n", seconds((tsim_ns)(bin * width)), most);
	}
}

static gboolean write_all(struct timeline *line)
{
	fprintf(line->out,
		"# run\n\"%s\"\n\n\n# bytes\n# t_s\tallocated\tpinned\tfree\nnan\tnan\tnan\tnan\n%s",
		line->label, line->bytes->str);
	fputs("\n\n# discards\n# t_s\tmost_in_flight\n", line->out);
	write_discards(line);
	fprintf(line->out, "\n\n# commits\n# start_s\tcompleted_s\nnan\tnan\n%s",
		line->commits->str);
	return fflush(line->out) == 0;
}

static void work(void *data) G_GNUC_NORETURN;

/* In a process of its own, which ends here. */
static void run(struct timeline *line, TsimEngine *engine)
{
	const struct tsim_trace_sink sink = { event, line };
	guint policy = g_strv_length(tsim_setup_experiment(line->setup)->policies) - 1;
	g_autoptr(GError) error = NULL;
	struct tsim_outcome outcome;

	line->bytes = g_string_new(NULL);
	line->commits = g_string_new(NULL);
	line->discards = g_array_new(FALSE, FALSE, sizeof(struct change));
	if (!tsim_world_trace(line->setup, engine, policy, 0, &outcome, &sink, &error)) {
		fprintf(stderr, "trimsim: replication 0 failed: %s\n", error->message);
		_exit(1);
	}
	_exit(write_all(line) ? 0 : 1);
}

struct running {
	struct timeline *line;
	TsimEngine *engine;
};

static void work(void *data)
{
	struct running *r = data;

	run(r->line, r->engine);
	_exit(1);
}

static void child(struct timeline *line) G_GNUC_NORETURN;
static void child(struct timeline *line)
{
	struct running r = { .line = line };
	g_autoptr(GError) error = NULL;

	r.engine = tsim_engine_open("simgrid", &error);
	if (!r.engine)
		fprintf(stderr, "trimsim: %s\n", error->message);
	else
		tsim_engine_enter(r.engine, work, &r);
	_exit(1);
}

static gboolean run_child(struct timeline *line, const char *path, GError **error)
{
	int status = -1;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0)
		child(line);
	if (pid < 0)
		return tsim_throw_run(error, "cannot start a worker: %s", g_strerror(errno));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0 || tsim_throw_run(error, "%s: cannot make it", path);
}

static guint64 last_point(const TsimPlan *plan)
{
	return tsim_plan_n_points(plan) - 1;
}

/* Which replication it is. */
static char *label(const TsimPlan *plan)
{
	GStrv policies = tsim_setup_experiment(tsim_plan_first(plan))->policies;
	g_autofree char *point = tsim_plan_label(plan, last_point(plan));

	return g_strdup_printf("%s%s%s, replication 0", policies[g_strv_length(policies) - 1],
			       point ? ", " : "", point ? point : "");
}

/**
 * tsim_timeline_write() - run a replication again and write down what happened when
 * @plan: its last point's last policy is run
 * @path: of the table; is there afterwards only when it is complete
 */
gboolean tsim_timeline_write(TsimPlan *plan, const char *path, GError **error)
{
	g_autofree char *made = g_strconcat(path, ".part", NULL);
	struct timeline line = { .setup = tsim_plan_setup(plan, last_point(plan), error) };
	gboolean ok;

	if (!line.setup)
		return FALSE;
	line.out = fopen(made, "we");
	if (!line.out)
		return tsim_throw_run(error, "%s: %s", made, g_strerror(errno));
	line.label = g_strdelimit(label(plan), "\"", '\'');
	ok = run_child(&line, path, error);
	g_free(line.label);
	fclose(line.out);
	ok = ok && (g_rename(made, path) == 0 ||
		    tsim_throw_run(error, "%s: %s", path, g_strerror(errno)));
	if (!ok)
		g_remove(made);
	return ok;
}
