/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What result.json says of the device. */
#include "result-json.h"

#include <math.h>
#include "json-members.h"
#include "latencies.h"

/* Of one kind and size; how its percentiles vary between replications is not kept. */
static void add_latency(JsonBuilder *b, const char *name, const TsimHistogram *h)
{
	tsim_json_begin_histogram(b, name, h);
	for (guint i = 0; i < TSIM_N_QUANTILES; i++)
		tsim_json_number(b, tsim_quantile_names[i],
				 tsim_percentile_ns(h, tsim_quantiles[i]));
	tsim_json_end_histogram(b, h);
}

/*
 * Only the sizes that there are, or there would be little else in the file;
 * all of them when nothing has run, for those who ask for the names.
 */
static void add_latencies(JsonBuilder *b, const struct tsim_latencies *latencies, enum tsim_io io,
			  gboolean all)
{
	g_autoptr(TsimHistogram) none = tsim_histogram_new();

	tsim_json_begin(b, "latency_ns");
	for (guint size = 0; size < TSIM_N_SIZES; size++) {
		const TsimHistogram *h = latencies->of[io * TSIM_N_SIZES + size];

		if (h || all)
			add_latency(b, tsim_size_names[size], h ? h : none);
	}
	json_builder_end_object(b);
}

static void add_mean_max(JsonBuilder *b, const char *name, double mean, guint64 max)
{
	tsim_json_begin(b, name);
	tsim_json_number(b, "mean", mean);
	tsim_json_count(b, "max", max);
	json_builder_end_object(b);
}

/* Sums over the replications, and what follows from them. */
static void add_device(JsonBuilder *b, const struct tsim_policy_tally *p, gboolean all)
{
	const struct tsim_outcome *sum = &p->sum;
	double counted = sum->counted_ns;

	tsim_json_begin(b, "device");
	tsim_json_number(b, "counted_s", counted / TSIM_NS_PER_S);
	tsim_json_number(b, "busy_share", sum->busy_ns / counted);
	add_mean_max(b, "queue_depth", sum->depth_ns / counted, sum->max_depth);
	add_mean_max(b, "discard_backlog", sum->backlog_ns / counted, sum->max_backlog);
	add_mean_max(b, "discard_backlog_bytes",
		     sum->backlog_byte_seconds * TSIM_NS_PER_S / counted, sum->max_backlog_bytes);
	for (guint i = 0; i < TSIM_N_IO; i++) {
		tsim_json_begin(b, tsim_io_names[i]);
		tsim_json_count(b, "commands", sum->commands[i]);
		tsim_json_count(b, "wait_ns", sum->wait_ns[i]);
		tsim_json_count(b, "service_ns", sum->service_ns[i]);
		add_latencies(b, &p->distributions.latencies, i, all);
		json_builder_end_object(b);
	}
	json_builder_end_object(b);
}

static void add_flash(JsonBuilder *b, const struct tsim_outcome *sum)
{
	guint64 pages = sum->host_pages + sum->moved_pages;

	tsim_json_begin(b, "flash");
	tsim_json_count(b, "host_pages", sum->host_pages);
	tsim_json_count(b, "moved_pages", sum->moved_pages);
	tsim_json_count(b, "erased_blocks", sum->erased_blocks);
	tsim_json_count(b, "trimmed_pages", sum->trimmed_pages);
	json_builder_end_object(b);
	tsim_json_number(b, "write_amplification",
			 sum->host_pages ? (double)pages / sum->host_pages : NAN);
}

/**
 * tsim_result_json_device() - load and latencies of the device, and what its flash did
 * @b: the object of a policy
 * @p: sums over its replications
 * @all: also the sizes of commands that it had none of
 */
void tsim_result_json_device(JsonBuilder *b, const struct tsim_policy_tally *p, gboolean all)
{
	add_device(b, p, all);
	add_flash(b, &p->sum);
}
