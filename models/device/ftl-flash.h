/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "device-options.h"
#include "ftl.h"

/* What is worked on at one time, and until when.  All arrays are owned. */
struct tsim_flash {
	guint32 block_pages; /* of a block across all planes */
	guint32 program_pages; /* programmed together in one plane */
	guint32 n_planes, n_dies, n_channels;
	tsim_ns read_ns, program_ns, erase_ns;
	double page_transfer_ns;

	tsim_ns *plane_ns, *die_ns, *channel_ns; /* busy until */
	guint8 *die_work; /* what the planes of a die do until die_ns */
	tsim_ns *slot_ns; /* pages of the write buffer: when each was last emptied */
	guint32 n_slots, next_slot;

	guint32 open_unit; /* the program unit that fills up in the buffer */
	guint32 n_open; /* pages of it */
	tsim_ns open_ready_ns; /* when the last of them is there */
	guint32 sensed_unit; /* what garbage collection has read last */
	guint32 sensed_first, sensed_channel; /* its first page, its channel */
	tsim_ns sensed_ns; /* until when its pages come over the channel */

	double gc_factor; /* on what collection reads and erases; set by the device, 1 or more */
	tsim_ns now_ns; /* start of the command under way */
	tsim_ns admitted_ns; /* when the buffer took the last page of the host */
	tsim_ns done_ns; /* all that was programmed so far is done */
};

void tsim_flash_init(struct tsim_flash *flash, const struct tsim_device_options *opt);
void tsim_flash_clear(struct tsim_flash *flash);
guint32 tsim_flash_block_pages(const struct tsim_device_options *opt);
void tsim_flash_begin(struct tsim_flash *flash, tsim_ns now);
tsim_ns tsim_flash_read(struct tsim_flash *flash, guint32 page, guint32 n);
tsim_ns tsim_flash_drain(struct tsim_flash *flash);
/* When the write buffer can take a page more. */
tsim_ns tsim_flash_room(const struct tsim_flash *flash);
/* What a TsimFtl does, done by @flash. */
struct tsim_ftl_media tsim_flash_media(struct tsim_flash *flash);
