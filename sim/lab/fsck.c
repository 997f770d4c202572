/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the loss of a race would look like to the user of a real btrfs: the
 * words of btrfs-progs 3.17.3 (the version of the report that began it all) and
 * of the Linux 6.1 kernel.
 */
#include "fsck.h"

#include <string.h>

#include "race-file.h"

#define NODE_BYTES 16384
#define SECTOR_BYTES 4096
#define BLOCKS_SHOWN 1 /* the rest is counted */
#define SECTORS_SHOWN 3
#define CSUM_OF_ZEROES 0x98f94189u /* crc32c of 4096 zero bytes */
#define CSUM_OF_ONES 0x25c1fe13u /* ... of 4096 bytes 0xff */

#define U64 G_GUINT64_FORMAT

/* What reads find in a discarded range (device.discard.reads): the address in a tree block. */
static guint64 address_read(gboolean ones)
{
	return ones ? G_MAXUINT64 : 0;
}

static guint csum_read(gboolean ones)
{
	return ones ? CSUM_OF_ONES : CSUM_OF_ZEROES;
}

static gboolean is_metadata(const struct tsim_race *race)
{
	return strcmp(race->kind, "data") != 0;
}

/*
 * read_tree_block() of 3.17 tries mirror 0, then each mirror from 1, then the
 * best again without minding errors; with one copy, it twice.
 */
static guint tries(guint copies)
{
	return copies <= 1 ? 2 : copies + 2;
}

/*
 * Every try prints a line.  The header is in the block's first sector: if that
 * is gone its address reads 0 and is checked once more at the end, else only
 * the checksum tells.
 */
static void read_failed(GString *out, guint64 block, const struct tsim_race *race, gboolean ones)
{
	gboolean header_lost = race->lost_logical < block + SECTOR_BYTES;

	for (guint i = 0; i < tries(race->copies) + header_lost; i++)
		if (header_lost)
			g_string_append_printf(out,
					       "Check tree block failed, want=%" U64 ", have=%" U64
					       "\n",
					       block, address_read(ones));
		else
			g_string_append_printf(out,
					       "checksum verify failed on %" U64
					       " found ? wanted ?\n",
					       block);
	g_string_append(out, header_lost ? "read block failed check_tree_block\n" :
					   "Csum didn't match\n");
}

/* Units of @size that [lost_logical, + lost_bytes) touches: the first, and how many. */
static guint64 units(const struct tsim_race *race, guint size, guint64 *first)
{
	guint64 end = race->lost_logical + MAX(race->lost_bytes, 1);

	*first = race->lost_logical / size * size;
	return (end - *first + size - 1) / size;
}

static void and_more(GString *out, guint64 n, guint64 shown, const char *what)
{
	if (n > shown)
		g_string_append_printf(out, "[... and the same for %" U64 " more %s%s]\n",
				       n - shown, what, n - shown > 1 ? "s" : "");
}

/* Phase 1 walks the extent tree, the fs roots phase reads the same blocks again. */
static void metadata_check(GString *out, const struct tsim_race *race, gboolean ones)
{
	guint64 first, n = units(race, NODE_BYTES, &first);

	g_string_append(out, "checking extents\n");
	for (guint64 i = 0; i < MIN(n, BLOCKS_SHOWN); i++)
		read_failed(out, first + i * NODE_BYTES, race, ones);
	for (guint64 i = 0; i < MIN(n, BLOCKS_SHOWN); i++)
		g_string_append_printf(out, "owner ref check failed [%" U64 " %d]\n",
				       first + i * NODE_BYTES, NODE_BYTES);
	and_more(out, n, BLOCKS_SHOWN, "tree block");
	g_string_append(out, "Errors found in extent allocation tree or chunk allocation\n"
			     "checking free space cache\nchecking fs roots\n");
	for (guint64 i = 0; i < MIN(n, BLOCKS_SHOWN); i++)
		read_failed(out, first + i * NODE_BYTES, race, ones);
	and_more(out, n, BLOCKS_SHOWN, "tree block");
}

/* A block of the chunk tree: nothing else can be found without it. */
static void system_check(GString *out, const struct tsim_race *race, gboolean ones)
{
	guint64 first;

	units(race, NODE_BYTES, &first);
	read_failed(out, first, race, ones);
	g_string_append(out, "Couldn't read chunk tree\nCouldn't open file system\n");
}

/* The simulator knows that the data was lost, not what it was: its checksum stays open. */
static void data_check(GString *out, const struct tsim_race *race, gboolean ones)
{
	guint64 first, n = units(race, SECTOR_BYTES, &first);

	g_string_append(out, "checking csums\n");
	for (guint64 i = 0; i < MIN(n, SECTORS_SHOWN); i++)
		for (guint mirror = 0; mirror < MAX(race->copies, 1); mirror++)
			g_string_append_printf(out,
					       "mirror %u bytenr %" U64
					       " csum %u expected csum ?\n",
					       mirror, first + i * SECTOR_BYTES, csum_read(ones));
	and_more(out, n, SECTORS_SHOWN, "sector");
}

/*
 * Which copy was hit, from 1, and where.  Copies lie side by side on the one
 * device, so that the step of the chunk covers them all.
 */
static guint mirror_hit(const struct tsim_race *race, guint64 *physical)
{
	const struct tsim_race_step *effect = tsim_race_last_step(race, "effect");

	*physical = effect ? effect->start : 0;
	for (guint i = 0; effect && i < race->steps->len; i++) {
		const struct tsim_race_step *step =
			&g_array_index(race->steps, struct tsim_race_step, i);
		guint64 stripe = (step->end - step->start) / MAX(race->copies, 1);

		if (strcmp(step->what, "chunk") == 0 && stripe && effect->start >= step->start &&
		    effect->start < step->end)
			return (effect->start - step->start) / stripe + 1;
	}
	return 1;
}

/*
 * A good copy is left: the kernel reads it instead and writes it over what is
 * there, page by page.
 */
static void latent_read(GString *out, const struct tsim_race *race, gboolean ones)
{
	guint64 physical, first, n;
	guint mirror = mirror_hit(race, &physical);

	if (!is_metadata(race)) {
		n = units(race, SECTOR_BYTES, &first);
		for (guint64 i = 0; i < MIN(n, SECTORS_SHOWN); i++)
			g_string_append_printf(
				out,
				"BTRFS warning (device sdX): csum failed root ? ino ? off ? csum "
				"0x%08x expected csum ? mirror %u\n",
				csum_read(ones), mirror);
		and_more(out, n, SECTORS_SHOWN, "sector");
		return;
	}
	n = units(race, NODE_BYTES, &first);
	physical -= race->lost_logical - first;
	for (guint64 i = 0; i < MIN(n, BLOCKS_SHOWN); i++) {
		guint64 block = first + i * NODE_BYTES;

		g_string_append_printf(
			out,
			"BTRFS error (device sdX): bad tree block start, mirror %u want %" U64
			" have %" U64 "\n",
			mirror, block, address_read(ones));
		for (guint page = 0; page < NODE_BYTES / SECTOR_BYTES; page++)
			g_string_append_printf(
				out,
				"BTRFS info (device sdX): read error corrected: ino 0 off %" U64
				" (dev /dev/sdX sector %" U64 ")\n",
				block + page * SECTOR_BYTES,
				(physical + i * NODE_BYTES + page * SECTOR_BYTES) >> 9);
	}
	and_more(out, n, BLOCKS_SHOWN, "tree block");
}

/**
 * tsim_fsck_text() - what check or the kernel would print about the loss
 * @race: hit and its fate
 * @ones: a discarded range reads as bytes of 0xff, not as zeroes
 *
 * Return: (transfer full): lines; the first one says where the others come from.
 */
char *tsim_fsck_text(const struct tsim_race *race, gboolean ones)
{
	GString *out = g_string_new(NULL);

	if (strcmp(race->fate, "healed") == 0) {
		g_string_append(out, tsim_race_last_step(race, "power_loss") ?
					     "Healed: the last superblock does not refer to it, or "
					     "it was written\nagain; a check finds nothing.\n" :
					     "Healed: the range was freed or written again before it "
					     "was read;\n"
					     "neither the kernel nor a check finds anything.\n");
	} else if (strcmp(race->fate, "undone") == 0) {
		g_string_append(out,
				"Undone: the power failed before a flush made the discard "
				"durable: what\nit destroyed is there again, and a check finds nothing.\n");
	} else if (race->copies_lost == 0) {
		g_string_append(out, "Latent: the device still reads the old data; neither the "
				     "kernel nor a check\nfinds anything yet.\n");
	} else if (race->copies_lost < race->copies || strcmp(race->fate, "latent") == 0) {
		g_string_append(out,
				"Latent: a good copy is left; the kernel says at the next read:\n");
		latent_read(out, race, ones);
	} else if (!is_metadata(race)) {
		g_string_append(out,
				"btrfs check --check-data-csum would say (reads fail with EIO):\n");
		data_check(out, race, ones);
	} else {
		g_string_append(out, "btrfs check would say:\n");
		if (strcmp(race->kind, "system") == 0)
			system_check(out, race, ones);
		else
			metadata_check(out, race, ones);
	}
	return g_string_free(out, FALSE);
}
