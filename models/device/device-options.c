/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device-options.h"

#include <math.h>

static const char *const queueing_names[] = { "queued", "barrier", NULL };
static const char *const effect_names[] = { "start", "end", "sweep", NULL };

#define OPT(field) offsetof(struct tsim_device_options, field)
#define HOUR_NS 3600e9

const struct tsim_option tsim_device_option_table[] = {
	{ "discard.latency", TSIM_OPT_LAW, OPT(discard_latency), .def = "none",
	  .help = "law of a discard command's service; replaces base, per_range, rate, sigma and tail" },
	{ "discard.base", TSIM_OPT_TIME, OPT(discard_base_ns), 0, HOUR_NS, .def = "0ns",
	  .help = "cost of a discard command whatever its size" },
	{ "discard.per_range", TSIM_OPT_TIME, OPT(discard_per_range_ns), 0, HOUR_NS, .def = "0ns",
	  .help = "cost of each range of a discard command (one range per command here)" },
	{ "discard.rate", TSIM_OPT_RATE, OPT(discard_rate), 1e3, INFINITY, .def = "inf",
	  .help = "bytes discarded per second, beside the fixed costs" },
	{ "discard.sigma", TSIM_OPT_REAL, OPT(discard_sigma), 0, 10, .def = "0",
	  .help = "sigma of the lognormal factor (median 1) on base, per_range and rate" },
	{ "discard.tail_probability", TSIM_OPT_SHARE, OPT(discard_tail_probability), .def = "0",
	  .help = "share of discards that take an extra time of the law discard.tail" },
	{ "discard.tail", TSIM_OPT_LAW, OPT(discard_tail), .def = "none",
	  .help = "law of the extra time of a slow discard" },
	{ "discard.max_bytes", TSIM_OPT_BYTES, OPT(discard_max_bytes), 4096, 1e15,
	  .def = "4294963200B", .help = "largest discard command; longer ranges are split",
	  .source = "block/blk-lib.c: round_down(UINT_MAX, granularity)" },
	{ "discard.granularity", TSIM_OPT_BYTES, OPT(discard_granularity_bytes), 512, 1e12,
	  .def = "4KiB",
	  .help = "unit of deallocation: a granule not wholly covered is left alone" },
	{ "discard.slots", TSIM_OPT_COUNT, OPT(discard_slots), 1, 65536, .def = "1",
	  .help = "discard commands that the device works on at a time" },
	{ "discard.queueing", TSIM_OPT_ENUM, OPT(discard_queueing), .choices = queueing_names,
	  .def = "queued",
	  .help = "queued: no order against other commands; barrier: drains the queue and runs alone" },
	{ "discard.effect", TSIM_OPT_ENUM, OPT(discard_effect), .choices = effect_names,
	  .def = "end", .help = "when within its service a discard destroys the data" },
	{ "discard.sweep_steps", TSIM_OPT_COUNT, OPT(sweep_steps), 0, 1e6, .def = "0",
	  .help = "sweep in so many equal steps, each taking effect at its end; 0: continuously" },
	{ "discard.tick", TSIM_OPT_TIME, OPT(discard_tick_ns), 0, 1e9, .def = "0ns",
	  .help = "discards end on multiples of this, one after their time, last begun first; 0: at their time",
	  .source = "a device that completes by delayed work: kernel/time/timer.c" },
	{ "slots", TSIM_OPT_COUNT, OPT(slots), 1, 65536, .def = "32",
	  .help = "reads, writes and flushes served at a time" },
	{ "read.base", TSIM_OPT_TIME, OPT(read_base_ns), 0, HOUR_NS, .def = "0ns",
	  .help = "cost of a read" },
	{ "read.rate", TSIM_OPT_RATE, OPT(read_rate), 1e3, INFINITY, .def = "inf",
	  .help = "bytes read per second and slot" },
	{ "write.base", TSIM_OPT_TIME, OPT(write_base_ns), 0, HOUR_NS, .def = "0ns",
	  .help = "cost of a write" },
	{ "write.rate", TSIM_OPT_RATE, OPT(write_rate), 1e3, INFINITY, .def = "inf",
	  .help = "bytes written per second and slot" },
	{ "flush.base", TSIM_OPT_TIME, OPT(flush_base_ns), 0, HOUR_NS, .def = "0ns",
	  .help = "cost of a cache flush, after the writes before it" },
	{ .name = NULL },
};
