/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "law.h"
#include "option.h"
#include "simtime.h"

enum tsim_queueing {
	TSIM_QUEUED, /* NVMe, virtio, NCQ: no order between commands in flight */
	TSIM_BARRIER, /* SATA, non-queued TRIM: drains the queue, runs alone */
};

enum tsim_effect {
	TSIM_EFFECT_START,
	TSIM_EFFECT_END,
	TSIM_EFFECT_SWEEP, /* start + service * (x - first) / length */
};

/* The [device] group: reference/ssd.md section 4. */
struct tsim_device_options {
	tsim_ns discard_base_ns, discard_per_range_ns;
	double discard_rate, discard_sigma, discard_tail_probability;
	TsimLaw *discard_tail, *discard_latency;
	guint64 discard_max_bytes, discard_granularity_bytes, discard_slots, sweep_steps;
	int discard_queueing, discard_effect;
	tsim_ns read_base_ns, write_base_ns, flush_base_ns;
	double read_rate, write_rate;
	tsim_ns discard_tick_ns;
	guint64 slots;
};

extern const struct tsim_option tsim_device_option_table[];
