/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long a command takes and where a discard is cut.
 *
 * Models: discard service (base + ranges * per_range + units * per_unit +
 *   mapped / rate + unmapped / rate_unmapped) * lognormal + tail.
 * Leaves out: interference between reads, writes and discards in service
 *   (interference.c).
 * Source: measured and published discard latencies, docs/model.md "Device".
 */
#include "service.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "draws.h"

/* 11 days: any host has given the command up long before; sums of it stay far from overflow. */
#define LONGEST_NS 1e15

static double transfer_ns(guint64 bytes, double rate)
{
	return isinf(rate) ? 0 : (double)bytes / rate * 1e9;
}

static tsim_ns bounded(double ns)
{
	return (tsim_ns)MIN(ns, LONGEST_NS);
}

tsim_ns tsim_read_service(const struct tsim_device_options *opt, guint64 bytes)
{
	return bounded((double)opt->read_base_ns + transfer_ns(bytes, opt->read_rate));
}

tsim_ns tsim_read_time(const struct tsim_device_options *opt, const struct tsim_rng *rng,
		       guint64 bytes, guint32 index)
{
	if (!opt->read_latency)
		return tsim_read_service(opt, bytes);
	return bounded((double)tsim_draw_sized(rng, opt->read_latency, bytes, 0, TSIM_DRAW_READ,
					       index));
}

tsim_ns tsim_write_service(const struct tsim_device_options *opt, guint64 bytes)
{
	return bounded((double)opt->write_base_ns + transfer_ns(bytes, opt->write_rate));
}

static tsim_ns tail_ns(const struct tsim_device_options *opt, const struct tsim_rng *rng,
		       guint32 entity, guint32 index)
{
	if (opt->discard_tail_probability <= 0 || !opt->discard_tail)
		return 0;
	if (tsim_rng_uniform(rng, entity, TSIM_DRAW_DISCARD_TAIL, index) >=
	    opt->discard_tail_probability)
		return 0;
	return tsim_draw_law(rng, opt->discard_tail, entity, TSIM_DRAW_DISCARD_TAIL_VALUE, index);
}

static double body_ns(const struct tsim_device_options *opt, const struct tsim_discard_load *load)
{
	double ns = (double)opt->discard_base_ns +
		    (double)opt->discard_per_range_ns * (double)load->ranges;

	if (opt->discard_per_unit_ns > 0)
		ns += (double)opt->discard_per_unit_ns * (double)load->units;
	if (load->unmapped > 0)
		ns += transfer_ns(load->unmapped, opt->discard_rate_unmapped);
	return ns + transfer_ns(load->bytes - load->unmapped, opt->discard_rate);
}

/**
 * tsim_discard_service_of:
 * @load: what the command carries
 * @entity, @index: the draw's address, block group ordinal and k-th command of it
 *
 * Returns: service time in ns, without queueing, at most 1e15.
 */
tsim_ns tsim_discard_service_of(const struct tsim_device_options *opt, const struct tsim_rng *rng,
				const struct tsim_discard_load *load, guint32 entity, guint32 index)
{
	double body;

	if (opt->discard_latency)
		return bounded((double)tsim_draw_sized(rng, opt->discard_latency, load->bytes,
						       entity, TSIM_DRAW_DISCARD_BODY, index));
	body = body_ns(opt, load);
	if (opt->discard_sigma > 0) {
		double u = tsim_rng_uniform(rng, entity, TSIM_DRAW_DISCARD_BODY, index);

		body *= exp(opt->discard_sigma * gsl_cdf_ugaussian_Pinv(u));
	}
	return bounded(body + (double)tail_ns(opt, rng, entity, index));
}

/** tsim_discard_units() - of the map that @bytes need, the last may be a part */
guint64 tsim_discard_units(const struct tsim_device_options *opt, guint64 bytes)
{
	return (bytes - 1) / opt->discard_unit_bytes + 1;
}

/** tsim_discard_service() - the same of one range of @bytes, all of them mapped */
tsim_ns tsim_discard_service(const struct tsim_device_options *opt, const struct tsim_rng *rng,
			     guint64 bytes, guint32 entity, guint32 index)
{
	struct tsim_discard_load load = { .bytes = bytes,
					  .units = tsim_discard_units(opt, bytes),
					  .ranges = 1 };

	return tsim_discard_service_of(opt, rng, &load, entity, index);
}

/* The last boundary of a granule at or before @pos; @pos itself if there is none. */
static guint64 granule_before(const struct tsim_device_options *opt, guint64 pos)
{
	guint64 first = opt->discard_alignment_bytes;

	return pos < first ? pos : pos - (pos - first) % opt->discard_granularity_bytes;
}

/**
 * tsim_piece_end:
 * Where the discard command that starts at @start ends: at most max_bytes
 * on, the start of the next piece aligned to the granules
 * (block/blk-lib.c of Linux 3.18 and 6.1: discard_alignment).
 */
guint64 tsim_piece_end(const struct tsim_device_options *opt, guint64 start, guint64 end)
{
	guint64 cut = start + opt->discard_max_bytes;
	guint64 aligned = granule_before(opt, cut);

	if (end - start <= opt->discard_max_bytes)
		return end;
	return aligned > start ? aligned : cut;
}

/**
 * tsim_whole_granules:
 * The part of @range that a device deallocates: whole granules only.
 */
struct tsim_range tsim_whole_granules(const struct tsim_device_options *opt,
				      struct tsim_range range)
{
	guint64 alignment = opt->discard_alignment_bytes;
	guint64 start = alignment;

	if (range.start > alignment)
		start = granule_before(opt, range.start + opt->discard_granularity_bytes - 1);
	return TSIM_RANGE(start, MAX(start, granule_before(opt, range.end)));
}
