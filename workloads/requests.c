/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * requests: reads, writes and discards to the bare device.
 *
 * Models: an open stream, which comes whether the device keeps up or not
 *   (Poisson), and a closed one, whose clients wait for each request and think
 *   before the next; places at random or one after the other; a warm-up that
 *   is not counted.
 * Leaves out: the file system, which stays empty.
 * Source: L. Kleinrock, Queueing Systems, vol. 1 (1975), for what they are
 *   compared with; for discards of a place that holds data, T. Frankie,
 *   G. Hughes, K. Kreutz-Delgado, arXiv:1208.1794.
 */
#include <math.h>

#include "error.h"
#include "workloads.h"

enum {
	DRAW_ARRIVAL = TSIM_DRAW_WORKLOAD + 20,
	DRAW_KIND,
	DRAW_PLACE, /* entity: how many places have been refused, 1001 more each further range */
	DRAW_THINK,
};

/* Of places that hold no data; a device that is all but empty gets a useless discard. */
#define MAX_REFUSED 1000

enum places { PLACES_RANDOM, PLACES_SEQUENTIAL };
enum clients { CLIENTS_MIXED, CLIENTS_DISCARD };
static const char *const place_names[] = { "random", "sequential", NULL };
static const char *const client_names[] = { "mixed", "discard", NULL };

struct config {
	double open_rate;
	guint64 depth, requests;
	int places, clients;
	TsimLaw *think;
	double write_share, discard_share;
	guint64 bytes, discard_ranges, discard_bytes;
	tsim_ns warmup_ns, duration_ns;
};

struct state {
	guint32 n_requests, n_discards;
	guint64 n_closed; /* of n_requests */
	GQueue waiting; /* numbers of requests whose actors start now */
};

#define OPT(field) offsetof(struct config, field)
#define HOUR_NS 3600e9

static const struct tsim_option options[] = {
	{ "open_rate", TSIM_OPT_FREQUENCY, OPT(open_rate), 0, 1e9, .def = "0/s",
	  .help = "requests that come whatever the device does, at random times; 0: none" },
	{ "depth", TSIM_OPT_COUNT, OPT(depth), 0, 65536, .def = "0",
	  .help = "clients that wait for each of their requests; 0: none" },
	{ "requests", TSIM_OPT_COUNT, OPT(requests), 0, 1e9, .def = "0",
	  .help = "the clients together make so many and then stop; 0: until the end" },
	{ "clients", TSIM_OPT_ENUM, OPT(clients), .choices = client_names, .def = "mixed",
	  .help = "what clients request: as the shares say, or discards only" },
	{ "think", TSIM_OPT_LAW, OPT(think), 0, HOUR_NS, .def = "none",
	  .help = "what a client does between its requests" },
	{ "write_share", TSIM_OPT_SHARE, OPT(write_share), .def = "0%",
	  .help = "share of the requests that write; what neither writes nor discards reads" },
	{ "discard_share", TSIM_OPT_SHARE, OPT(discard_share), .def = "0%",
	  .help = "share that discards; with device.ftl = page a place that holds data" },
	{ "discard_ranges", TSIM_OPT_COUNT, OPT(discard_ranges), 1, TSIM_MAX_DISCARD_RANGES,
	  .def = "1",
	  .help = "places that a discard names at once; device.discard.max_ranges of them share a command" },
	{ "bytes", TSIM_OPT_BYTES, OPT(bytes), 512, 1e9, .def = "4KiB",
	  .help = "of a request, and what its place is a multiple of" },
	{ "discard_bytes", TSIM_OPT_BYTES, OPT(discard_bytes), 0, 1e15, .def = "0B",
	  .help = "the same of a discard, of each of its ranges; 0: as bytes" },
	{ "places", TSIM_OPT_ENUM, OPT(places), .choices = place_names, .def = "random",
	  .help = "where requests go; sequential: each behind the one before, round and round" },
	{ "warmup", TSIM_OPT_TIME, OPT(warmup_ns), 0, 1e15, .def = "0s",
	  .help = "what is submitted before is counted nowhere but in the distributions" },
	{ "duration", TSIM_OPT_TIME, OPT(duration_ns), 1e3, 1e15, .def = "1s",
	  .help = "length of the run, warm-up included" },
	{ .name = NULL },
};

static gboolean prepare(void *config, GError **error)
{
	struct config *c = config;

	if (c->open_rate <= 0 && c->depth == 0)
		return tsim_throw(error, "open_rate or depth must be above 0, e.g. depth = 1");
	if (c->write_share + c->discard_share > 1)
		return tsim_throw(error, "write_share and discard_share are more than 100%%");
	if (c->warmup_ns >= c->duration_ns)
		return tsim_throw(error, "warmup must be below duration");
	if (c->requests > 0 && c->depth == 0)
		return tsim_throw(error, "requests counts those of clients: depth must be above 0");
	if (c->discard_bytes > 0 && c->discard_bytes < 512)
		return tsim_throw(error, "discard_bytes must be 0B or at least 512B");
	return TRUE;
}

static double draw(struct tsim_workload *w, guint32 entity, guint32 purpose, guint32 k)
{
	return tsim_rng_uniform(&w->fs->rng, entity, purpose, k);
}

static enum tsim_io kind_of(struct tsim_workload *w, guint32 k)
{
	const struct config *c = w->config;
	double u;

	if (c->write_share + c->discard_share <= 0)
		return TSIM_IO_READ;
	u = draw(w, 0, DRAW_KIND, k);
	if (u < c->write_share)
		return TSIM_IO_WRITE;
	return u < c->write_share + c->discard_share ? TSIM_IO_DISCARD : TSIM_IO_READ;
}

/* @range: of a discard of several, else 0 */
static struct tsim_range place_of(struct tsim_workload *w, enum tsim_io kind, guint32 k,
				  guint32 range)
{
	const struct config *c = w->config;
	guint64 bytes = kind == TSIM_IO_DISCARD && c->discard_bytes ? c->discard_bytes : c->bytes;
	/* discards of whole granules, where these begin */
	guint64 from = kind == TSIM_IO_DISCARD ? w->fs->dev.opt->discard_alignment_bytes : 0;
	guint64 start, n_places = MAX((w->fs->opt->size_bytes - from) / bytes, 1);
	guint32 refused = 0, first = range * (MAX_REFUSED + 1);

	if (c->places == PLACES_SEQUENTIAL) {
		start = from + (k * c->discard_ranges + range) % n_places * bytes;
		return TSIM_RANGE(start, start + bytes);
	}
	do {
		start = from + (guint64)(draw(w, first + refused, DRAW_PLACE, k) *
					 (double)n_places) * bytes;
	} while (kind == TSIM_IO_DISCARD && !tsim_device_maps(&w->fs->dev, start) &&
		 ++refused < MAX_REFUSED);
	return TSIM_RANGE(start, start + bytes);
}

static void discard(struct tsim_workload *w, guint32 k)
{
	const struct config *c = w->config;
	struct state *state = w->state;
	struct tsim_range ranges[TSIM_MAX_DISCARD_RANGES];

	for (guint32 i = 0; i < c->discard_ranges; i++)
		ranges[i] = place_of(w, TSIM_IO_DISCARD, k, i);
	tsim_device_discard_ranges(&w->fs->dev, ranges, (guint)c->discard_ranges, 0,
				   &state->n_discards, NULL);
	tsim_device_settle(&w->fs->dev); /* else what is swept piles up until the end */
}

static void wait_for(struct tsim_workload *w, enum tsim_io kind, guint32 k)
{
	struct tsim_device *dev = &w->fs->dev;

	if (kind == TSIM_IO_READ)
		tsim_sleep_until(w->fs->engine, tsim_device_read(dev, place_of(w, kind, k, 0)));
	else if (kind == TSIM_IO_WRITE)
		tsim_device_write_wait(dev, place_of(w, kind, k, 0));
	else
		discard(w, k);
}

/* ---- open ---- */

static void request(void *data)
{
	struct tsim_workload *w = data;
	struct state *state = w->state;

	guint32 k = GPOINTER_TO_UINT(g_queue_pop_head(&state->waiting));

	wait_for(w, kind_of(w, k), k);
}

/* Nobody waits for a read, or in a queue that keeps its order: no actor is needed. */
static void submit(struct tsim_workload *w, guint32 k)
{
	enum tsim_io kind = kind_of(w, k);
	struct tsim_device *dev = &w->fs->dev;
	struct state *state = w->state;

	if (kind == TSIM_IO_READ) {
		tsim_device_read(dev, place_of(w, kind, k, 0));
	} else if (kind == TSIM_IO_WRITE && dev->opt->scheduler == TSIM_SCHEDULER_FIFO) {
		tsim_device_write(dev, place_of(w, kind, k, 0), NULL, 0);
	} else {
		g_queue_push_tail(&state->waiting, GUINT_TO_POINTER(k));
		tsim_actor_spawn(w->fs->engine, "request", 1, 0, request, w);
	}
}

static void arrivals(void *data)
{
	struct tsim_workload *w = data;
	const struct config *c = w->config;
	struct state *state = w->state;

	for (;;) {
		guint32 k = state->n_requests++;

		tsim_sleep(w->fs->engine,
			   (tsim_ns)(-log(draw(w, 0, DRAW_ARRIVAL, k)) * 1e9 / c->open_rate));
		submit(w, k);
	}
}

/* ---- closed ---- */

static void client(void *data)
{
	struct tsim_workload *w = data;
	const struct config *c = w->config;
	struct state *state = w->state;

	while (c->requests == 0 || state->n_closed < c->requests) {
		guint32 k = state->n_requests++;

		state->n_closed++;
		if (c->think)
			tsim_sleep(w->fs->engine,
				   tsim_draw_law(&w->fs->rng, c->think, 0, DRAW_THINK, k));
		wait_for(w, c->clients == CLIENTS_DISCARD ? TSIM_IO_DISCARD : kind_of(w, k), k);
	}
}

static void end_of_warmup(void *data)
{
	struct tsim_workload *w = data;
	const struct config *c = w->config;

	tsim_sleep_until(w->fs->engine, c->warmup_ns);
	tsim_device_count_from_now(&w->fs->dev);
}

/* Nothing is on the device that anybody could lose. */
static void ignore_write(void *data, const struct tsim_command *cmd)
{
}

static void ignore_discard(void *data, const struct tsim_command *cmd, struct tsim_range range,
			   tsim_ns t)
{
}

static void start(struct tsim_workload *w)
{
	const struct config *c = w->config;
	TsimEngine *engine = w->fs->engine;

	w->fs->dev.listener = (struct tsim_device_listener){ .write_effect = ignore_write,
							     .discard_effect = ignore_discard };
	if (c->warmup_ns > 0)
		tsim_actor_spawn(engine, "end of the warm-up", 0, 0, end_of_warmup, w);
	if (c->open_rate > 0)
		tsim_actor_spawn(engine, "arrivals", 1, 0, arrivals, w);
	for (guint64 i = 0; i < c->depth; i++)
		tsim_actor_spawn(engine, "client", 1, 0, client, w);
}

static tsim_ns horizon(const void *config)
{
	return ((const struct config *)config)->duration_ns;
}

static void clear(struct tsim_workload *w)
{
	g_queue_clear(&((struct state *)w->state)->waiting);
}

const struct tsim_workload_ops tsim_workload_requests = {
	.name = "requests",
	.summary = "open and closed streams of reads, writes and discards to the bare device",
	.options = options,
	.config_size = sizeof(struct config),
	.state_size = sizeof(struct state),
	.prepare = prepare,
	.bare = TRUE,
	.start = start,
	.horizon = horizon,
	.clear = clear,
};
