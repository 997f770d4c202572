/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the report says of the device. */
#include "report-column.h"

#include <math.h>

#include "latencies.h"
#include "text.h"

/**
 * tsim_report_note_device() - have rows for each kind and size of command that this policy had,
 *   and for its flash
 * @c: any column of the table
 * @p: sums of any policy
 */
void tsim_report_note_device(struct tsim_report_column *c, const struct tsim_policy_tally *p)
{
	const struct tsim_latencies *latencies = &p->distributions.latencies;

	for (guint i = 0; i < TSIM_N_IO * TSIM_N_SIZES; i++) {
		if (!latencies->of[i])
			continue;
		c->kinds |= 1u << i / TSIM_N_SIZES;
		if (i / TSIM_N_SIZES == TSIM_IO_DISCARD)
			c->sizes |= 1u << i % TSIM_N_SIZES;
	}
	c->flash |= p->sum.host_pages > 0;
}

/* @mean, @max: (transfer full) */
static char *mean_max(char *mean, char *max, gboolean any)
{
	char *text = any ? g_strdup_printf("%s, max %s", mean, max) : g_strdup("none");

	g_free(mean);
	g_free(max);
	return text;
}

/* An interval that four digits do not show is left out. */
static char *mean_text(const struct tsim_ratio *ratio, double most, double confidence)
{
	struct tsim_estimate e = tsim_ratio_estimate(ratio, confidence);

	e.high = MIN(e.high, most);
	if (e.high - e.low < 1e-3 * e.estimate)
		return g_strdup_printf("%#.4g", e.estimate);
	return tsim_text_estimate(&e);
}

static void latency_row(struct tsim_report_column *c, const char *name, const TsimHistogram *h)
{
	g_autofree char *p50 = tsim_text_percentile(h, 0.5, "0s");
	g_autofree char *p99 = tsim_text_percentile(h, 0.99, "0s");
	g_autofree char *max = tsim_text_percentile(h, 1, "0s");

	tsim_row(c, name,
		 tsim_histogram_count(h) ? g_strdup_printf("%s %s %s", p50, p99, max) :
					   g_strdup("none"));
}

/* Sizes matter to discards; the other kinds stand in result.json by them. */
static void latency_rows(struct tsim_report_column *c)
{
	const struct tsim_latencies *latencies = &c->p->distributions.latencies;
	g_autoptr(TsimHistogram) none = tsim_histogram_new();

	tsim_heading(c, "device: latency p50, p99, max");
	for (enum tsim_io io = 0; io < TSIM_IO_DISCARD; io++) {
		g_autoptr(TsimHistogram) h = tsim_latencies_sum(latencies, io);
		g_autofree char *name = g_strdup_printf("  %s", tsim_io_names[io]);

		if (c->kinds & 1u << io)
			latency_row(c, name, h);
	}
	for (guint size = 0; size < TSIM_N_SIZES; size++) {
		const TsimHistogram *h = latencies->of[TSIM_IO_DISCARD * TSIM_N_SIZES + size];
		g_autofree char *name =
			size < TSIM_SIZE_MORE ?
				g_strdup_printf("  discard <= %s", tsim_size_names[size]) :
				g_strdup_printf("  discard > %s", tsim_size_names[size - 1]);

		if (c->sizes & 1u << size)
			latency_row(c, name, h ? h : none);
	}
}

/** tsim_report_amplification() - "1.23 [1.1, 1.4]"; one replication has no interval */
char *tsim_report_amplification(const struct tsim_policy_tally *p, double confidence)
{
	struct tsim_estimate e = tsim_ratio_estimate(&p->amplification, confidence);
	double pages = p->sum.host_pages + p->sum.moved_pages;

	if (p->sum.host_pages && !isfinite(e.high - e.low))
		return g_strdup_printf("%#.3g", pages / p->sum.host_pages);
	return tsim_text_estimate(&e);
}

static void flash_rows(struct tsim_report_column *c)
{
	const struct tsim_outcome *sum = &c->p->sum;

	tsim_heading(c, "flash, in pages");
	tsim_row(c, "  write amplification", tsim_report_amplification(c->p, c->confidence));
	tsim_count_row(c, "  written by the host", sum->host_pages);
	tsim_count_row(c, "  moved", sum->moved_pages);
	tsim_count_row(c, "  made invalid by discards", sum->trimmed_pages);
	tsim_count_row(c, "  blocks erased", sum->erased_blocks);
}

static void load_rows(struct tsim_report_column *c)
{
	const struct tsim_outcome *sum = &c->p->sum;
	double counted = MAX(sum->counted_ns, 1);

	tsim_heading(c, "device: load");
	tsim_row(c, "  busy share", mean_text(&c->p->busy, 1, c->confidence));
	tsim_row(c, "  queue depth", mean_text(&c->p->depth, INFINITY, c->confidence));
	tsim_count_row(c, "  queue depth max", sum->max_depth);
	tsim_row(c, "  discards under way",
		 mean_max(g_strdup_printf("%.3g", sum->backlog_ns / counted),
			  g_strdup_printf("%" G_GUINT64_FORMAT, sum->max_backlog),
			  sum->max_backlog > 0));
	tsim_row(c, "  their bytes",
		 mean_max(tsim_text_bytes(sum->backlog_byte_seconds * TSIM_NS_PER_S / counted),
			  tsim_text_bytes(sum->max_backlog_bytes), sum->max_backlog > 0));
}

/**
 * tsim_report_device() - load, latencies and flash of the device, each if it had any
 * @c: grows
 */
void tsim_report_device(struct tsim_report_column *c)
{
	if (c->kinds) {
		load_rows(c);
		latency_rows(c);
	}
	if (c->flash)
		flash_rows(c);
}
