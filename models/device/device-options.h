/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "ftl.h"
#include "law.h"
#include "option.h"
#include "simtime.h"

enum tsim_queueing {
	TSIM_QUEUED, /* NVMe, virtio, NCQ: no order between commands in flight */
	TSIM_BARRIER, /* SATA, non-queued TRIM: drains the queue, runs alone */
	TSIM_EXCLUSIVE, /* eMMC, SD: as barrier, its pieces one after the other in the queue */
};

enum tsim_effect {
	TSIM_EFFECT_START,
	TSIM_EFFECT_END,
	TSIM_EFFECT_SWEEP, /* start + service * (x - first) / length */
	TSIM_EFFECT_UNIFORM, /* each unit at a time of its own between start and end */
	TSIM_EFFECT_DEFERRED, /* by a background queue, discard.delay after the end */
};

enum tsim_ack {
	TSIM_ACK_END, /* the completion comes when the work is done */
	TSIM_ACK_EARLY, /* ... after discard.ack_latency, and the work begins then */
};

/* What reads find where a discard took effect. */
enum tsim_reads {
	TSIM_READS_ZEROES,
	TSIM_READS_ONES,
	TSIM_READS_OLD, /* what was there, until it is overwritten */
};

/* From when on a discard survives a loss of power. */
enum tsim_durable {
	TSIM_DURABLE_ACK, /* as soon as it is in effect */
	TSIM_DURABLE_FLUSH, /* when a flush has come after it */
};

#define TSIM_MAX_DISCARD_RANGES 256 /* NVMe: of one DSM command */

enum tsim_scheduler {
	TSIM_SCHEDULER_FIFO,
	TSIM_SCHEDULER_READS_FIRST, /* before writes and barrier discards that wait for a slot */
};

enum tsim_ftl_kind { TSIM_FTL_OFF, TSIM_FTL_PAGE };

/* The [device] group: reference/ssd.md section 4. */
struct tsim_device_options {
	tsim_ns discard_base_ns, discard_per_range_ns;
	double discard_rate, discard_sigma, discard_tail_probability;
	TsimLaw *discard_tail, *discard_latency;
	guint64 discard_max_bytes, discard_granularity_bytes, discard_alignment_bytes;
	guint64 discard_slots, sweep_steps;
	int discard_queueing, discard_effect;
	tsim_ns discard_per_unit_ns, discard_timeout_ns;
	guint64 discard_unit_bytes, discard_max_ranges, discard_backlog;
	double discard_rate_unmapped; /* 0: as discard_rate */
	int discard_ack, discard_reads, discard_durable;
	TsimLaw *power_loss;
	TsimLaw *discard_ack_latency, *discard_delay;
	double discard_ignored, discard_firmware_bug, discard_slow_rw, discard_slow_gc;
	tsim_ns read_base_ns, write_base_ns, flush_base_ns;
	double read_rate, write_rate;
	tsim_ns discard_tick_ns;
	guint64 slots;
	TsimLaw *read_latency;
	int scheduler;

	int ftl, ftl_gc; /* enum tsim_ftl_kind, enum tsim_ftl_gc */
	guint64 ftl_page_bytes, ftl_program_bytes, ftl_block_bytes, ftl_buffer_bytes;
	guint64 ftl_channels, ftl_dies, ftl_planes;
	double ftl_over_provisioning, ftl_channel_rate;
	tsim_ns ftl_read_ns, ftl_program_ns, ftl_erase_ns;
	gboolean ftl_protected;
	guint64 ftl_background_blocks;
	tsim_ns ftl_background_delay_ns;
	double ftl_fill, ftl_turnovers;
};

extern const struct tsim_option tsim_device_option_table[];
/* What no single option can say: does a flash translation layer fit @size_bytes? */
gboolean tsim_device_options_check(const struct tsim_device_options *opt, guint64 size_bytes,
				   GError **error);
