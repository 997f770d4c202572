/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ftl.h"

/* A block, or the head of a list of blocks.  In no list: a ring of its own. */
struct tsim_ftl_node {
	guint32 prev, next;
	guint32 valid; /* pages that hold data */
};

struct tsim_ftl {
	struct tsim_ftl_geometry geometry;
	struct tsim_ftl_counters counters;
	struct tsim_ftl_media media;
	guint32 *map; /* physical page of each logical one */
	guint32 *owner; /* logical page of each physical one, TSIM_FTL_NONE: not valid */
	struct tsim_ftl_node *nodes; /* the blocks, then the heads of the lists */
	guint32 n_free, n_mapped;
	guint32 fewest; /* no full block has fewer valid pages; greedy only */
	guint32 open, left; /* the block that is written to, and its pages to come */
	guint32 victim, cursor; /* being collected: its pages below the cursor are moved */
};

/* The head of the list of free blocks. */
static inline guint32 tsim_ftl_free_list(const TsimFtl *ftl)
{
	return ftl->geometry.n_blocks + ftl->geometry.block_pages + 1;
}

static inline gsize tsim_ftl_n_nodes(const struct tsim_ftl_geometry *g)
{
	return (gsize)g->n_blocks + g->block_pages + 2;
}

static inline gsize tsim_ftl_n_pages(const struct tsim_ftl_geometry *g)
{
	return (gsize)g->n_blocks * g->block_pages;
}

static inline void tsim_ftl_append(TsimFtl *ftl, guint32 list, guint32 node)
{
	struct tsim_ftl_node *n = &ftl->nodes[node];

	n->prev = ftl->nodes[list].prev;
	n->next = list;
	ftl->nodes[n->prev].next = node;
	ftl->nodes[list].prev = node;
}
