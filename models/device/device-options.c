/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device-options.h"

#include <math.h>

#include "error.h"
#include "ftl-device.h"
#include "units.h"

static const char *const queueing_names[] = { "queued", "barrier", "exclusive", NULL };
static const char *const scheduler_names[] = { "fifo", "reads-first", NULL };
static const char *const ftl_names[] = { "none", "page", NULL };
static const char *const gc_names[] = { "greedy", "fifo", NULL };
static const char *const effect_names[] = { "start", "end", "sweep", "uniform", "deferred", NULL };
static const char *const ack_names[] = { "end", "early", NULL };
static const char *const durable_names[] = { "ack", "flush", NULL };
static const char *const reads_names[] = { "zeroes", "ones", "old", NULL };

#define OPT(field) offsetof(struct tsim_device_options, field)
#define HOUR_NS 3600e9

const struct tsim_option tsim_device_option_table[] = {
	{ "discard.latency", TSIM_OPT_LAW, OPT(discard_latency), .def = "none",
	  .help = "law of a discard command's service; replaces base, per_range, per_unit, rate, sigma and tail" },
	{ "discard.base", TSIM_OPT_TIME, OPT(discard_base_ns), 0, HOUR_NS, .def = "0ns",
	  .help = "cost of a discard command whatever its size" },
	{ "discard.per_range", TSIM_OPT_TIME, OPT(discard_per_range_ns), 0, HOUR_NS, .def = "0ns",
	  .help = "cost of each range of a discard command" },
	{ "discard.per_unit", TSIM_OPT_TIME, OPT(discard_per_unit_ns), 0, HOUR_NS, .def = "0ns",
	  .help = "cost of each unit of the map, a part of one counts whole" },
	{ "discard.unit", TSIM_OPT_BYTES, OPT(discard_unit_bytes), 512, 1e12, .def = "4KiB",
	  .help = "unit of the map, for per_unit and for effect = uniform",
	  .source = "FEMU, nvmevirt: 4 KiB" },
	{ "discard.rate", TSIM_OPT_RATE, OPT(discard_rate), 1e3, INFINITY, .def = "inf",
	  .help = "bytes discarded per second, beside the fixed costs" },
	{ "discard.rate_unmapped", TSIM_OPT_RATE, OPT(discard_rate_unmapped), 0, INFINITY,
	  .def = "0B/s",
	  .help = "the same for bytes that are discarded already and not written since; 0: as rate" },
	{ "discard.sigma", TSIM_OPT_REAL, OPT(discard_sigma), 0, 10, .def = "0",
	  .help = "sigma of the lognormal factor (median 1) on base, per_range, per_unit and rate" },
	{ "discard.tail_probability", TSIM_OPT_SHARE, OPT(discard_tail_probability), .def = "0",
	  .help = "share of discards that take an extra time of the law discard.tail" },
	{ "discard.tail", TSIM_OPT_LAW, OPT(discard_tail), .def = "none",
	  .help = "law of the extra time of a slow discard" },
	{ "discard.max_bytes", TSIM_OPT_BYTES, OPT(discard_max_bytes), 4096, 1e15,
	  .def = "4294963200B", .help = "largest discard command; longer ranges are split",
	  .source = "block/blk-lib.c: round_down(UINT_MAX, granularity)" },
	{ "discard.max_ranges", TSIM_OPT_COUNT, OPT(discard_max_ranges), 1, TSIM_MAX_DISCARD_RANGES,
	  .def = "1", .help = "ranges that one command carries, if they are submitted together",
	  .source = "block/blk-merge.c: blk_discard_mergable(); NVMe 256" },
	{ "discard.granularity", TSIM_OPT_BYTES, OPT(discard_granularity_bytes), 512, 1e12,
	  .def = "4KiB",
	  .help = "unit of deallocation: a granule not wholly covered is left alone" },
	{ "discard.alignment", TSIM_OPT_BYTES, OPT(discard_alignment_bytes), 0, 1e12, .def = "0B",
	  .help = "where the first granule begins: 60KiB if the partition begins 4 KiB into one of 64 KiB",
	  .source = "Linux: /sys/block/*/discard_alignment" },
	{ "discard.slots", TSIM_OPT_COUNT, OPT(discard_slots), 1, 65536, .def = "1",
	  .help = "discard commands that the device works on at a time" },
	{ "discard.queueing", TSIM_OPT_ENUM, OPT(discard_queueing), .choices = queueing_names,
	  .def = "queued",
	  .help = "queued: no order against other commands; barrier: drains the queue and runs alone; exclusive: as barrier, all pieces in the queue at once" },
	{ "discard.effect", TSIM_OPT_ENUM, OPT(discard_effect), .choices = effect_names,
	  .def = "end",
	  .help = "when within its service a discard destroys the data; uniform: each unit at its own time; deferred: after it" },
	{ "discard.sweep_steps", TSIM_OPT_COUNT, OPT(sweep_steps), 0, 1e6, .def = "0",
	  .help = "sweep in so many equal steps, each taking effect at its end; 0: continuously" },
	{ "discard.tick", TSIM_OPT_TIME, OPT(discard_tick_ns), 0, 1e9, .def = "0ns",
	  .help = "discards end on multiples of this, one after their time, last begun first; 0: at their time",
	  .source = "a device that completes by delayed work: kernel/time/timer.c" },
	{ "discard.ack", TSIM_OPT_ENUM, OPT(discard_ack), .choices = ack_names, .def = "end",
	  .help = "when the host sees the completion; early: ack_latency after the start, the service begins then" },
	{ "discard.ack_latency", TSIM_OPT_LAW, OPT(discard_ack_latency), .def = "none",
	  .help = "law of the time until an early acknowledgement; none: at once" },
	{ "discard.delay", TSIM_OPT_LAW, OPT(discard_delay), .def = "none",
	  .help = "law of the time from the end of a discard to its effect: deferred, or the firmware bug" },
	{ "discard.backlog", TSIM_OPT_COUNT, OPT(discard_backlog), 1, 4096, .def = "64",
	  .help = "commands that can be acknowledged and not in effect; the next is only when the first of them is",
	  .source = "inferred" },
	{ "discard.firmware_bug", TSIM_OPT_SHARE, OPT(discard_firmware_bug), .def = "0",
	  .help = "share of discards whose effect comes discard.delay late and destroys what was written since",
	  .source = "drivers/ata/libata-core.c: ATA_HORKAGE_NO_NCQ_TRIM" },
	{ "discard.ignored", TSIM_OPT_SHARE, OPT(discard_ignored), .def = "0",
	  .help = "share of discards that take their time and do nothing" },
	{ "discard.reads", TSIM_OPT_ENUM, OPT(discard_reads), .choices = reads_names,
	  .def = "zeroes",
	  .help = "what reads find after a discard; old: the data, so that nothing is lost yet" },
	{ "discard.durable", TSIM_OPT_ENUM, OPT(discard_durable), .choices = durable_names,
	  .def = "flush",
	  .help = "what a loss of power leaves of a discard: its effect, or that only if a flush came after it",
	  .source = "C. Hellwig: an unmapping need only last from the next flush on" },
	{ "discard.slow_rw", TSIM_OPT_REAL, OPT(discard_slow_rw), 1, 1e6, .def = "1",
	  .help = "while a discard is in service, reads and writes take so many times as long" },
	{ "discard.slow_gc", TSIM_OPT_REAL, OPT(discard_slow_gc), 1, 1e6, .def = "1",
	  .help = "while a discard is in service, what collection reads and erases takes so many times as long" },
	{ "discard.timeout", TSIM_OPT_TIME, OPT(discard_timeout_ns), 0, HOUR_NS, .def = "0ns",
	  .help = "the host aborts a discard after this, and it fails; 0: never",
	  .source = "Linux: 30 s for SCSI, SATA and NVMe; none for virtio-blk" },
	{ "power_loss", TSIM_OPT_LAW, OPT(power_loss), .def = "none",
	  .help = "law of the time at which the power fails: the run ends, and counts what the last superblock refers to" },
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
	{ "read.latency", TSIM_OPT_LAW, OPT(read_latency), .def = "none",
	  .help = "law of a read's service; replaces read.base and read.rate" },
	{ "scheduler", TSIM_OPT_ENUM, OPT(scheduler), .choices = scheduler_names, .def = "fifo",
	  .help = "fifo; reads-first: reads go before writes and barrier discards that wait for a slot" },
	{ "ftl", TSIM_OPT_ENUM, OPT(ftl), .choices = ftl_names, .def = "none",
	  .help = "flash translation layer: none, or mapped by page; without it no ftl key counts" },
	{ "ftl.page", TSIM_OPT_BYTES, OPT(ftl_page_bytes), 512, 1e6, .def = "4KiB",
	  .help = "unit of the mapping; a discard of a part of it is ignored",
	  .source = "FEMU, nvmevirt: 4 KiB" },
	{ "ftl.program", TSIM_OPT_BYTES, OPT(ftl_program_bytes), 512, 1e9, .def = "16KiB",
	  .help = "written to a plane at a time, whole pages of the mapping",
	  .source = "usual page of TLC flash" },
	{ "ftl.block", TSIM_OPT_BYTES, OPT(ftl_block_bytes), 512, 1e9, .def = "1MiB",
	  .help = "erased in a plane at a time; a block of every plane makes one unit of collection",
	  .source = "inferred: small, so that a small device has enough of them" },
	{ "ftl.channels", TSIM_OPT_COUNT, OPT(ftl_channels), 1, 1024, .def = "8",
	  .help = "channels, each with its transfers", .source = "MQSim, FEMU: 8" },
	{ "ftl.dies", TSIM_OPT_COUNT, OPT(ftl_dies), 1, 1024, .def = "4",
	  .help = "dies of a channel", .source = "inferred: a drive of 250 to 500 GB" },
	{ "ftl.planes", TSIM_OPT_COUNT, OPT(ftl_planes), 1, 64, .def = "2",
	  .help = "planes of a die", .source = "MQSim: 2" },
	{ "ftl.channel_rate", TSIM_OPT_RATE, OPT(ftl_channel_rate), 1e3, INFINITY, .def = "800MB/s",
	  .help = "bytes over a channel per second", .source = "nvmevirt, 970 Pro: 800 MB/s" },
	{ "ftl.read_time", TSIM_OPT_TIME, OPT(ftl_read_ns), 0, 1e9, .def = "50us", .help = "tR",
	  .source = "nvmevirt, ZN540 (TLC): 50 us" },
	{ "ftl.program_time", TSIM_OPT_TIME, OPT(ftl_program_ns), 0, 1e9, .def = "561us",
	  .help = "tPROG", .source = "nvmevirt, ZN540 (TLC): 561 us" },
	{ "ftl.erase_time", TSIM_OPT_TIME, OPT(ftl_erase_ns), 0, 1e9, .def = "3ms",
	  .help = "tERASE", .source = "FEMU, TLC: 3 ms" },
	{ "ftl.buffer", TSIM_OPT_BYTES, OPT(ftl_buffer_bytes), 1024, 1e12, .def = "8MiB",
	  .help = "write buffer: a write completes when this has taken it", .source = "inferred" },
	{ "ftl.protected", TSIM_OPT_BOOL, OPT(ftl_protected), .def = "no",
	  .help = "the buffer survives a loss of power: a flush does not empty it" },
	{ "ftl.over_provisioning", TSIM_OPT_SHARE, OPT(ftl_over_provisioning), 0.001, 1,
	  .def = "7%", .help = "flash beyond the size of the device, as a share of that",
	  .source = "nvmevirt: 7 %" },
	{ "ftl.gc", TSIM_OPT_ENUM, OPT(ftl_gc), .choices = gc_names, .def = "greedy",
	  .help = "block that is collected next: that with the fewest valid pages, or the oldest" },
	{ "ftl.background_blocks", TSIM_OPT_COUNT, OPT(ftl_background_blocks), 0, 1e6, .def = "0",
	  .help = "an idle device collects until so many blocks are free; 0: never" },
	{ "ftl.background_delay", TSIM_OPT_TIME, OPT(ftl_background_delay_ns), 0, HOUR_NS,
	  .def = "10ms", .help = "it counts as idle after this", .source = "inferred" },
	{ "ftl.fill", TSIM_OPT_SHARE, OPT(ftl_fill), .def = "0%",
	  .help = "share of the device that is written before the run, in order from its start" },
	{ "ftl.turnovers", TSIM_OPT_REAL, OPT(ftl_turnovers), 0, 1000, .def = "0",
	  .help = "then random overwrites of that, until all the flash was written so many times",
	  .source = "write amplification is steady after 3 to 5" },
	{ .name = NULL },
};

static gboolean divides(const char *small, guint64 part, const char *large, guint64 whole,
			GError **error)
{
	g_autofree char *part_text = tsim_format_bytes(part);
	g_autofree char *whole_text = tsim_format_bytes(whole);

	return whole % part == 0 ||
	       tsim_throw(error, "device.%s = %s must be a multiple of device.%s = %s", large,
			  whole_text, small, part_text);
}

/* What is in flight of a command that takes effect unit by unit. */
#define MAX_UNITS 1048576
#define SECTOR_BYTES 512

static gboolean check_alignment(const struct tsim_device_options *opt, GError **error)
{
	g_autofree char *alignment = tsim_format_bytes(opt->discard_alignment_bytes);
	g_autofree char *granularity = tsim_format_bytes(opt->discard_granularity_bytes);

	if (opt->discard_alignment_bytes % SECTOR_BYTES)
		return tsim_throw(error,
				  "device.discard.alignment = %" G_GUINT64_FORMAT
				  "B must be a multiple of 512B",
				  opt->discard_alignment_bytes);
	return opt->discard_alignment_bytes < opt->discard_granularity_bytes ||
	       tsim_throw(error,
			  "device.discard.alignment = %s is where the first granule begins, and"
			  " must be below device.discard.granularity = %s",
			  alignment, granularity);
}

static gboolean check_discard(const struct tsim_device_options *opt, guint64 size_bytes,
			      GError **error)
{
	guint64 command = MIN(opt->discard_max_bytes, size_bytes);
	guint64 unit = MAX(opt->discard_unit_bytes, opt->discard_granularity_bytes);

	if (opt->discard_granularity_bytes % SECTOR_BYTES)
		return tsim_throw(error,
				  "device.discard.granularity = %" G_GUINT64_FORMAT
				  "B must be a multiple of 512B",
				  opt->discard_granularity_bytes);
	if (!check_alignment(opt, error))
		return FALSE;
	if (opt->discard_tail_probability > 0 && !opt->discard_tail)
		return tsim_throw(error, "device.discard.tail_probability does nothing without"
					 " device.discard.tail, e.g. uniform(20ms, 200ms)");
	if (opt->discard_firmware_bug > 0 && opt->discard_ack == TSIM_ACK_END &&
	    !opt->discard_delay)
		return tsim_throw(error, "device.discard.firmware_bug does nothing without"
					 " device.discard.delay, e.g. fixed(1s), or"
					 " device.discard.ack = early");
	if (opt->discard_effect == TSIM_EFFECT_UNIFORM && command / unit > MAX_UNITS)
		return tsim_throw(error,
				  "device.discard.effect = uniform cuts a command of"
				  " %" G_GUINT64_FORMAT "B into more than %d units; take a"
				  " larger device.discard.unit, %" G_GUINT64_FORMAT "B or more",
				  command, MAX_UNITS, command / MAX_UNITS + 1);
	return TRUE;
}

gboolean tsim_device_options_check(const struct tsim_device_options *opt, guint64 size_bytes,
				   GError **error)
{
	if (!check_discard(opt, size_bytes, error))
		return FALSE;
	if (opt->ftl == TSIM_FTL_OFF)
		return TRUE;
	if (!divides("ftl.page", opt->ftl_page_bytes, "ftl.program", opt->ftl_program_bytes,
		     error) ||
	    !divides("ftl.program", opt->ftl_program_bytes, "ftl.block", opt->ftl_block_bytes,
		     error))
		return FALSE;
	if (opt->ftl_buffer_bytes < 2 * opt->ftl_program_bytes)
		return tsim_throw(
			error,
			"device.ftl.buffer must hold device.ftl.program twice, permitted is"
			" %" G_GUINT64_FORMAT "B or more",
			2 * opt->ftl_program_bytes);
	return tsim_ftl_fits(opt, size_bytes, error);
}
