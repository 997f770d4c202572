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
#include "ftl.h"

#include <string.h>

#include "invariant.h"

/* Pages of a victim between asking for an entry of the map and writing it. */
#define MOVES_AHEAD 16

/* A block, or the head of a list of blocks.  In no list: a ring of its own. */
struct node {
	guint32 prev, next;
	guint32 valid; /* pages that hold data */
};

struct tsim_ftl {
	struct tsim_ftl_geometry geometry;
	struct tsim_ftl_counters counters;
	struct tsim_ftl_media media;
	guint32 *map; /* physical page of each logical one */
	guint32 *owner; /* logical page of each physical one, TSIM_FTL_NONE: not valid */
	struct node *nodes; /* the blocks, then the heads of the lists */
	guint32 n_free, n_mapped;
	guint32 fewest; /* no full block has fewer valid pages; greedy only */
	guint32 open, left; /* the block that is written to, and its pages to come */
	guint32 victim, cursor; /* being collected: its pages below the cursor are moved */
};

/* The lists: full blocks by valid pages (FIFO: all in one), and the free ones. */
static guint32 full_list(const TsimFtl *ftl, guint32 valid)
{
	return ftl->geometry.n_blocks + (ftl->geometry.gc == TSIM_FTL_GREEDY ? valid : 0);
}

static guint32 free_list(const TsimFtl *ftl)
{
	return ftl->geometry.n_blocks + ftl->geometry.block_pages + 1;
}

static gsize n_nodes(const struct tsim_ftl_geometry *g)
{
	return (gsize)g->n_blocks + g->block_pages + 2;
}

static gsize n_pages(const struct tsim_ftl_geometry *g)
{
	return (gsize)g->n_blocks * g->block_pages;
}

/* ---- lists ---- */

static gboolean is_linked(const TsimFtl *ftl, guint32 node)
{
	return ftl->nodes[node].next != node;
}

static void unlink_node(TsimFtl *ftl, guint32 node)
{
	struct node *n = &ftl->nodes[node];

	ftl->nodes[n->prev].next = n->next;
	ftl->nodes[n->next].prev = n->prev;
	n->prev = n->next = node;
}

static void append(TsimFtl *ftl, guint32 list, guint32 node)
{
	struct node *n = &ftl->nodes[node];

	n->prev = ftl->nodes[list].prev;
	n->next = list;
	ftl->nodes[n->prev].next = node;
	ftl->nodes[list].prev = node;
}

static void append_full(TsimFtl *ftl, guint32 block)
{
	guint32 valid = ftl->nodes[block].valid;

	append(ftl, full_list(ftl, valid), block);
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
	guint32 block = ftl->nodes[free_list(ftl)].next;

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
	append(ftl, free_list(ftl), block);
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
	guint32 logical = ahead < n_pages(&ftl->geometry) ? ftl->owner[ahead] : TSIM_FTL_NONE;

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

/* ---- the whole ---- */

/**
 * tsim_ftl_geometry_valid() - does collection always gain something?
 * @g: geometry
 *
 * With all pages in use, one block open and one free, some other block must
 * have a page that is not valid.
 */
gboolean tsim_ftl_geometry_valid(const struct tsim_ftl_geometry *g)
{
	return g->n_logical > 0 && g->block_pages > 0 && g->n_blocks >= 3 &&
	       n_pages(g) < TSIM_FTL_NONE &&
	       g->n_logical < (guint64)(g->n_blocks - 1) * g->block_pages;
}

static TsimFtl *alloc_ftl(const struct tsim_ftl_geometry *geometry)
{
	TsimFtl *ftl = g_new0(TsimFtl, 1);

	tsim_invariant(tsim_ftl_geometry_valid(geometry), "%u pages on %u blocks of %u",
		       geometry->n_logical, geometry->n_blocks, geometry->block_pages);
	ftl->geometry = *geometry;
	ftl->map = g_new(guint32, geometry->n_logical);
	ftl->owner = g_new(guint32, n_pages(geometry));
	ftl->nodes = g_new(struct node, n_nodes(geometry));
	return ftl;
}

/** tsim_ftl_new() - an erased device: nothing is mapped.  Return: (transfer full) */
TsimFtl *tsim_ftl_new(const struct tsim_ftl_geometry *geometry)
{
	TsimFtl *ftl = alloc_ftl(geometry);

	memset(ftl->map, 0xff, geometry->n_logical * sizeof(*ftl->map));
	memset(ftl->owner, 0xff, n_pages(geometry) * sizeof(*ftl->owner));
	for (guint32 i = 0; i < n_nodes(geometry); i++)
		ftl->nodes[i] = (struct node){ .prev = i, .next = i };
	for (guint32 i = 0; i < geometry->n_blocks; i++)
		append(ftl, free_list(ftl), i);
	ftl->n_free = geometry->n_blocks;
	ftl->open = ftl->victim = TSIM_FTL_NONE;
	return ftl;
}

/** tsim_ftl_copy() - the same state, with nobody listening.  Return: (transfer full) */
TsimFtl *tsim_ftl_copy(const TsimFtl *from)
{
	const struct tsim_ftl_geometry *g = &from->geometry;
	TsimFtl *ftl = alloc_ftl(g), arrays = *ftl;

	memcpy(ftl->map, from->map, g->n_logical * sizeof(*ftl->map));
	memcpy(ftl->owner, from->owner, n_pages(g) * sizeof(*ftl->owner));
	memcpy(ftl->nodes, from->nodes, n_nodes(g) * sizeof(*ftl->nodes));
	*ftl = *from;
	ftl->map = arrays.map;
	ftl->owner = arrays.owner;
	ftl->nodes = arrays.nodes;
	ftl->media = (struct tsim_ftl_media){ 0 };
	return ftl;
}

void tsim_ftl_free(TsimFtl *ftl)
{
	g_free(ftl->map);
	g_free(ftl->owner);
	g_free(ftl->nodes);
	g_free(ftl);
}

gsize tsim_ftl_bytes(const struct tsim_ftl_geometry *g)
{
	return sizeof(TsimFtl) + (g->n_logical + n_pages(g)) * sizeof(guint32) +
	       n_nodes(g) * sizeof(struct node);
}

void tsim_ftl_listen(TsimFtl *ftl, const struct tsim_ftl_media *media)
{
	ftl->media = *media;
}

const struct tsim_ftl_geometry *tsim_ftl_geometry(const TsimFtl *ftl)
{
	return &ftl->geometry;
}

const struct tsim_ftl_counters *tsim_ftl_counters(const TsimFtl *ftl)
{
	return &ftl->counters;
}

void tsim_ftl_reset_counters(TsimFtl *ftl)
{
	ftl->counters = (struct tsim_ftl_counters){ 0 };
}

guint32 tsim_ftl_free_blocks(const TsimFtl *ftl)
{
	return ftl->n_free;
}

guint32 tsim_ftl_mapped_pages(const TsimFtl *ftl)
{
	return ftl->n_mapped;
}

void tsim_ftl_check(const TsimFtl *ftl)
{
	const struct tsim_ftl_geometry *g = &ftl->geometry;
	guint32 mapped = 0, owned = 0, n_free = 0;

	for (guint32 page = 0; page < g->n_logical; page++) {
		if (ftl->map[page] == TSIM_FTL_NONE)
			continue;
		mapped++;
		tsim_invariant(ftl->owner[ftl->map[page]] == page,
			       "page %u is not where it is mapped", page);
	}
	for (guint32 block = 0; block < g->n_blocks; block++) {
		const struct node *node = &ftl->nodes[block];
		guint32 valid = 0;

		for (guint32 i = 0; i < g->block_pages; i++)
			valid += ftl->owner[(gsize)block * g->block_pages + i] != TSIM_FTL_NONE;
		tsim_invariant(valid == node->valid, "block %u has %u valid pages, not %u", block,
			       valid, node->valid);
		owned += valid;
	}
	for (guint32 i = ftl->nodes[free_list(ftl)].next; i < g->n_blocks; i = ftl->nodes[i].next) {
		tsim_invariant(ftl->nodes[i].valid == 0, "block %u is free and holds data", i);
		n_free++;
	}
	tsim_invariant(mapped == ftl->n_mapped && owned == mapped && n_free == ftl->n_free,
		       "%u pages mapped, %u owned, %u counted; %u blocks free, %u counted", mapped,
		       owned, ftl->n_mapped, n_free, ftl->n_free);
}
