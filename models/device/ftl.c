/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A page-mapped flash translation layer: which physical page holds which
 * logical one.
 *
 * Models: out-of-place writes to one open block, shared by the host and by
 *   garbage collection; greedy and FIFO victims; discards that make pages
 *   invalid; collection when the last free block is opened, a few moves for
 *   each page that the host writes, or earlier in the background.
 * Leaves out: time (ftl-flash.c), wear and bad blocks, hot and cold streams,
 *   a map that is itself on flash.
 * Source: P. Desnoyers, SYSTOR 2012, and X. Xiang, B. Kurkoski,
 *   arXiv:1110.4245, whose model of a device this is; with it the write
 *   amplification of random writes has closed forms (closed-form-flash.c).
 *
 * Everything is O(1) a page: a block that is full stands in the list of those
 * with as many valid pages, and the shortest list that is not empty is found
 * from where it was last.
 */
#include "ftl-state.h"

#include "invariant.h"

/* Pages of a victim between asking for an entry of the map and writing it. */
#define MOVES_AHEAD 16

/* The lists of full blocks: by valid pages, or FIFO all in one. */
static guint32 full_list(const TsimFtl *ftl, guint32 valid)
{
	return ftl->geometry.n_blocks + (ftl->geometry.gc == TSIM_FTL_GREEDY ? valid : 0);
}

/* ---- lists ---- */

static gboolean is_linked(const TsimFtl *ftl, guint32 node)
{
	return ftl->nodes[node].next != node;
}

static void unlink_node(TsimFtl *ftl, guint32 node)
{
	struct tsim_ftl_node *n = &ftl->nodes[node];

	ftl->nodes[n->prev].next = n->next;
	ftl->nodes[n->next].prev = n->prev;
	n->prev = n->next = node;
}

static void append_full(TsimFtl *ftl, guint32 block)
{
	guint32 valid = ftl->nodes[block].valid;

	tsim_ftl_append(ftl, full_list(ftl, valid), block);
	ftl->fewest = MIN(ftl->fewest, valid);
}

/* ---- pages ---- */

static void invalidate(TsimFtl *ftl, guint32 page)
{
	guint32 block = page / ftl->geometry.block_pages;
	gboolean moves = ftl->geometry.gc == TSIM_FTL_GREEDY && is_linked(ftl, block);

	ftl->owner[page] = TSIM_FTL_NONE;
	ftl->nodes[block].valid--;
	if (moves) {
		unlink_node(ftl, block);
		append_full(ftl, block);
	}
}

/* The next page of the open block, which has one left, takes @logical. */
static guint32 place(TsimFtl *ftl, guint32 logical)
{
	guint32 page = (ftl->open + 1) * ftl->geometry.block_pages - ftl->left;

	ftl->map[logical] = page;
	ftl->owner[page] = logical;
	ftl->nodes[ftl->open].valid++;
	ftl->left--;
	return page;
}

/* ---- blocks ---- */

static void open_block(TsimFtl *ftl)
{
	guint32 block = ftl->nodes[tsim_ftl_free_list(ftl)].next;

	tsim_invariant(ftl->n_free > 0, "no free block is left");
	if (ftl->open != TSIM_FTL_NONE)
		append_full(ftl, ftl->open);
	unlink_node(ftl, block);
	ftl->n_free--;
	ftl->open = block;
	ftl->left = ftl->geometry.block_pages;
}

static void erase_victim(TsimFtl *ftl)
{
	guint32 block = ftl->victim;

	ftl->victim = TSIM_FTL_NONE;
	tsim_ftl_append(ftl, tsim_ftl_free_list(ftl), block);
	ftl->n_free++;
	ftl->counters.erased_blocks++;
	if (ftl->media.erase)
		ftl->media.erase(ftl->media.data, block);
}

/* The full block that is collected next; TSIM_FTL_NONE: there is none. */
static guint32 best_block(TsimFtl *ftl)
{
	guint32 list;

	if (ftl->geometry.gc == TSIM_FTL_GREEDY)
		while (ftl->fewest < ftl->geometry.block_pages &&
		       !is_linked(ftl, full_list(ftl, ftl->fewest)))
			ftl->fewest++;
	list = full_list(ftl, ftl->fewest);
	return is_linked(ftl, list) ? ftl->nodes[list].next : TSIM_FTL_NONE;
}

static void choose_victim(TsimFtl *ftl, guint32 block)
{
	unlink_node(ftl, block);
	ftl->victim = block;
	ftl->cursor = block * ftl->geometry.block_pages;
}

/*
 * The map is larger than the caches near the core, and pages of a victim are
 * anywhere in it: ask for their entries before they are written.
 */
static void expect_move(const TsimFtl *ftl)
{
	gsize ahead = (gsize)ftl->cursor + MOVES_AHEAD;
	guint32 logical = ahead < tsim_ftl_n_pages(&ftl->geometry) ? ftl->owner[ahead] : TSIM_FTL_NONE;

	if (logical != TSIM_FTL_NONE)
		__builtin_prefetch(&ftl->map[logical], 1);
}

/* Move the victim's next valid page; it has one, and the open block has room. */
static void move_page(TsimFtl *ftl)
{
	guint32 from, to, logical;

	while (ftl->owner[ftl->cursor] == TSIM_FTL_NONE) {
		expect_move(ftl);
		ftl->cursor++;
	}
	expect_move(ftl);
	from = ftl->cursor++;
	logical = ftl->owner[from];
	ftl->owner[from] = TSIM_FTL_NONE;
	ftl->nodes[ftl->victim].valid--;
	to = place(ftl, logical);
	ftl->counters.moved_pages++;
	if (ftl->media.move)
		ftl->media.move(ftl->media.data, from, to);
}

static void move_pages(TsimFtl *ftl, guint32 n)
{
	for (; n > 0; n--)
		move_page(ftl);
	if (ftl->nodes[ftl->victim].valid == 0)
		erase_victim(ftl);
}

/*
 * A page for the host.  When the last free block has been opened, the victim
 * must be free again before that one is full: so many of its pages are moved
 * for each one of the host that both come out even.
 */
static void make_room(TsimFtl *ftl)
{
	for (;;) {
		guint32 rest;

		if (ftl->left == 0)
			open_block(ftl);
		if (ftl->n_free > 0)
			return;
		if (ftl->victim == TSIM_FTL_NONE)
			choose_victim(ftl, best_block(ftl));
		rest = ftl->nodes[ftl->victim].valid;
		if (rest < ftl->left) {
			guint32 host = ftl->left - rest;

			move_pages(ftl, (rest + host - 1) / host);
			return;
		}
		/* FIFO can meet a block that is wholly valid: nothing is gained */
		move_pages(ftl, rest);
	}
}

/**
 * tsim_ftl_expect() - the host writes @page soon
 * @ftl: map; unchanged
 * @page: logical page
 *
 * Only makes tsim_ftl_write() faster, whose first look at the map is a miss
 * of the caches otherwise.
 */
void tsim_ftl_expect(const TsimFtl *ftl, guint32 page)
{
	__builtin_prefetch(&ftl->map[page], 1);
}

/**
 * tsim_ftl_write() - the host writes a page
 * @ftl: map
 * @page: logical page
 */
void tsim_ftl_write(TsimFtl *ftl, guint32 page)
{
	guint32 to;

	if (ftl->map[page] != TSIM_FTL_NONE) {
		invalidate(ftl, ftl->map[page]);
		ftl->map[page] = TSIM_FTL_NONE;
	} else {
		ftl->n_mapped++;
	}
	make_room(ftl);
	to = place(ftl, page);
	ftl->counters.host_pages++;
	if (ftl->media.write)
		ftl->media.write(ftl->media.data, to);
}

/**
 * tsim_ftl_trim() - pages [@first, @end) hold nothing any more
 * @ftl: map
 * @first: logical page
 * @end: logical page
 */
void tsim_ftl_trim(TsimFtl *ftl, guint32 first, guint32 end)
{
	for (guint32 page = first; page < end; page++) {
		if (ftl->map[page] == TSIM_FTL_NONE)
			continue;
		invalidate(ftl, ftl->map[page]);
		ftl->map[page] = TSIM_FTL_NONE;
		ftl->n_mapped--;
		ftl->counters.trimmed_pages++;
	}
}

/**
 * tsim_ftl_collect() - a step of garbage collection in the background
 * @ftl: map
 * @target: blocks that shall be free
 *
 * Moves one page, or erases a victim that has none left.
 *
 * Return: FALSE when there is nothing to do, or nothing to gain.
 */
gboolean tsim_ftl_collect(TsimFtl *ftl, guint32 target)
{
	if (ftl->victim == TSIM_FTL_NONE) {
		guint32 block = ftl->n_free < target ? best_block(ftl) : TSIM_FTL_NONE;

		if (block == TSIM_FTL_NONE || ftl->nodes[block].valid == ftl->geometry.block_pages)
			return FALSE;
		choose_victim(ftl, block);
	}
	if (ftl->left == 0 && ftl->nodes[ftl->victim].valid > 0)
		open_block(ftl);
	move_pages(ftl, ftl->nodes[ftl->victim].valid > 0 ? 1 : 0);
	return TRUE;
}

guint32 tsim_ftl_lookup(const TsimFtl *ftl, guint32 page)
{
	return ftl->map[page];
}
