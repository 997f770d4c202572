/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long flash takes: channels, dies and planes, and the buffer before them.
 *
 * Models: each plane and each channel as busy until some time; planes of a
 *   die that read, program or erase together, but not one this and one that;
 *   programs of several pages at once; a write buffer that takes a page when
 *   the program of one before it is done; blocks that lie across all planes.
 * Leaves out: reads that overtake or suspend a program, cells of several
 *   bits whose pages differ, copies within a plane, errors.
 * Source: the same resources as FEMU's ftl.c, nvmevirt's conv_ftl.c (lines of
 *   blocks across all dies) and MQSim's NVM_PHY_ONFI_NVDDR2.
 *
 * All by arithmetic: work goes to the end of what its plane has to do.  A
 * channel is never busy for long, so only the amount of its work counts, not
 * the order: it does not stand idle for a page that is still being read.
 */
#include "ftl-flash.h"

#include <string.h>

enum work { READ, PROGRAM, ERASE };

static guint32 n_planes(const struct tsim_device_options *opt)
{
	return (guint32)(opt->ftl_channels * opt->ftl_dies * opt->ftl_planes);
}

/** tsim_flash_block_pages() - pages that are erased together: a block of every plane */
guint32 tsim_flash_block_pages(const struct tsim_device_options *opt)
{
	return n_planes(opt) * (guint32)(opt->ftl_block_bytes / opt->ftl_page_bytes);
}

void tsim_flash_init(struct tsim_flash *flash, const struct tsim_device_options *opt)
{
	*flash = (struct tsim_flash){
		.block_pages = tsim_flash_block_pages(opt),
		.program_pages = (guint32)(opt->ftl_program_bytes / opt->ftl_page_bytes),
		.n_planes = n_planes(opt),
		.n_dies = (guint32)(opt->ftl_channels * opt->ftl_dies),
		.n_channels = (guint32)opt->ftl_channels,
		.n_slots = (guint32)(opt->ftl_buffer_bytes / opt->ftl_page_bytes),
		.read_ns = opt->ftl_read_ns,
		.program_ns = opt->ftl_program_ns,
		.erase_ns = opt->ftl_erase_ns,
		.page_transfer_ns = (double)opt->ftl_page_bytes / opt->ftl_channel_rate * 1e9,
		.open_unit = TSIM_FTL_NONE,
		.sensed_unit = TSIM_FTL_NONE,
		.gc_factor = 1,
	};
	flash->plane_ns = g_new0(tsim_ns, flash->n_planes);
	flash->die_ns = g_new0(tsim_ns, flash->n_dies);
	flash->die_work = g_new0(guint8, flash->n_dies);
	flash->channel_ns = g_new0(tsim_ns, flash->n_channels);
	flash->slot_ns = g_new0(tsim_ns, flash->n_slots);
}

void tsim_flash_clear(struct tsim_flash *flash)
{
	g_clear_pointer(&flash->plane_ns, g_free);
	g_clear_pointer(&flash->die_ns, g_free);
	g_clear_pointer(&flash->die_work, g_free);
	g_clear_pointer(&flash->channel_ns, g_free);
	g_clear_pointer(&flash->slot_ns, g_free);
}

/* Programs go round the channels first, then the dies of a channel, then the planes of a die. */
static guint32 plane_of(const struct tsim_flash *flash, guint32 unit)
{
	return unit % (flash->block_pages / flash->program_pages) % flash->n_planes;
}

static guint32 channel_of(const struct tsim_flash *flash, guint32 plane)
{
	return plane % flash->n_channels;
}

/* Bytes of @n pages over @channel, from @ready on. */
static tsim_ns transfer(struct tsim_flash *flash, guint32 channel, tsim_ns ready, guint32 n)
{
	tsim_ns *busy = &flash->channel_ns[channel];
	tsim_ns ns = (tsim_ns)(flash->page_transfer_ns * n);

	*busy = MAX(*busy, flash->now_ns) + ns;
	return MAX(ready + ns, *busy);
}

static tsim_ns operate(struct tsim_flash *flash, guint32 plane, enum work work, tsim_ns ready,
		       tsim_ns ns)
{
	guint32 die = plane % flash->n_dies;
	tsim_ns start = MAX(ready, flash->plane_ns[plane]);

	if (flash->die_work[die] != work)
		start = MAX(start, flash->die_ns[die]);
	flash->die_work[die] = work;
	flash->plane_ns[plane] = start + ns;
	flash->die_ns[die] = MAX(flash->die_ns[die], start + ns);
	return start + ns;
}

/** tsim_flash_begin() - what follows belongs to a command that starts at @now */
void tsim_flash_begin(struct tsim_flash *flash, tsim_ns now)
{
	flash->now_ns = now;
	flash->admitted_ns = now;
}

tsim_ns tsim_flash_room(const struct tsim_flash *flash)
{
	return flash->slot_ns[flash->next_slot];
}

/* Program what the buffer holds of the open unit; its slots are free then. */
static void program_open(struct tsim_flash *flash)
{
	guint32 plane = plane_of(flash, flash->open_unit);
	tsim_ns there =
		transfer(flash, channel_of(flash, plane), flash->open_ready_ns, flash->n_open);
	tsim_ns done = operate(flash, plane, PROGRAM, there, flash->program_ns);

	for (guint32 i = flash->n_open, slot = flash->next_slot; i > 0; i--) {
		slot = (slot ? slot : flash->n_slots) - 1;
		flash->slot_ns[slot] = done;
	}
	flash->done_ns = MAX(flash->done_ns, done);
	flash->n_open = 0;
	flash->open_ready_ns = 0;
}

/* Page @page, after the one before it, is there at @ready and takes the next slot of the buffer. */
static void put(struct tsim_flash *flash, guint32 page, tsim_ns ready)
{
	if (flash->n_open == 0)
		flash->open_unit = page / flash->program_pages;
	flash->open_ready_ns = MAX(flash->open_ready_ns, ready);
	flash->n_open++;
	if (++flash->next_slot == flash->n_slots)
		flash->next_slot = 0;
	if (page + 1 == (flash->open_unit + 1) * flash->program_pages)
		program_open(flash);
}

static void write_page(void *data, guint32 page)
{
	struct tsim_flash *flash = data;

	flash->admitted_ns = MAX(flash->now_ns, tsim_flash_room(flash));
	put(flash, page, flash->admitted_ns);
}

/* Work of collection, under a discard. */
static tsim_ns slowed(const struct tsim_flash *flash, tsim_ns ns)
{
	return (tsim_ns)((double)ns * flash->gc_factor);
}

/* The unit of @page, from now on that which was read last, over its channel from there. */
static void sense(struct tsim_flash *flash, guint32 page, tsim_ns ready)
{
	guint32 unit = page / flash->program_pages, plane = plane_of(flash, unit);

	flash->sensed_unit = unit;
	flash->sensed_first = unit * flash->program_pages;
	flash->sensed_channel = channel_of(flash, plane);
	flash->sensed_ns = operate(flash, plane, READ, ready, slowed(flash, flash->read_ns));
}

static void move_page(void *data, guint32 from, guint32 to)
{
	struct tsim_flash *flash = data;
	tsim_ns room = MAX(flash->now_ns, tsim_flash_room(flash));

	if (flash->sensed_unit == TSIM_FTL_NONE ||
	    from - flash->sensed_first >= flash->program_pages) /* unsigned: before it as well */
		sense(flash, from, room);
	/* the next page of the unit comes after this one */
	flash->sensed_ns =
		transfer(flash, flash->sensed_channel, MAX(room, flash->sensed_ns), 1);
	put(flash, to, flash->sensed_ns);
}

static void erase_block(void *data, guint32 block)
{
	struct tsim_flash *flash = data;

	for (guint32 plane = 0; plane < flash->n_planes; plane++)
		operate(flash, plane, ERASE, flash->now_ns, slowed(flash, flash->erase_ns));
	if (flash->sensed_unit / (flash->block_pages / flash->program_pages) == block)
		flash->sensed_unit = TSIM_FTL_NONE;
}

struct tsim_ftl_media tsim_flash_media(struct tsim_flash *flash)
{
	return (struct tsim_ftl_media){ write_page, move_page, erase_block, flash };
}

/**
 * tsim_flash_read() - read @n physical pages of one program unit, from @page on
 *
 * Return: when they have come over the channel, ns.  What waits in the buffer
 * for its program needs no time.
 */
tsim_ns tsim_flash_read(struct tsim_flash *flash, guint32 page, guint32 n)
{
	guint32 unit = page / flash->program_pages, plane = plane_of(flash, unit);

	if (unit == flash->open_unit && flash->n_open > 0)
		return flash->now_ns;
	return transfer(flash, channel_of(flash, plane),
			operate(flash, plane, READ, flash->now_ns, flash->read_ns), n);
}

/** tsim_flash_drain() - empty the buffer.  Return: when everything is on flash, ns */
tsim_ns tsim_flash_drain(struct tsim_flash *flash)
{
	if (flash->n_open > 0)
		program_open(flash);
	return MAX(flash->now_ns, flash->done_ns);
}
