/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A flash translation layer as a whole: made, copied, measured, checked. */
#include "ftl-state.h"

#include <string.h>

#include "invariant.h"

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
	       tsim_ftl_n_pages(g) < TSIM_FTL_NONE &&
	       g->n_logical < (guint64)(g->n_blocks - 1) * g->block_pages;
}

static TsimFtl *alloc_ftl(const struct tsim_ftl_geometry *geometry)
{
	TsimFtl *ftl = g_new0(TsimFtl, 1);

	tsim_invariant(tsim_ftl_geometry_valid(geometry), "%u pages on %u blocks of %u",
		       geometry->n_logical, geometry->n_blocks, geometry->block_pages);
	ftl->geometry = *geometry;
	ftl->map = g_new(guint32, geometry->n_logical);
	ftl->owner = g_new(guint32, tsim_ftl_n_pages(geometry));
	ftl->nodes = g_new(struct tsim_ftl_node, tsim_ftl_n_nodes(geometry));
	return ftl;
}

/** tsim_ftl_new() - an erased device: nothing is mapped.  Return: (transfer full) */
TsimFtl *tsim_ftl_new(const struct tsim_ftl_geometry *geometry)
{
	TsimFtl *ftl = alloc_ftl(geometry);

	memset(ftl->map, 0xff, geometry->n_logical * sizeof(*ftl->map));
	memset(ftl->owner, 0xff, tsim_ftl_n_pages(geometry) * sizeof(*ftl->owner));
	for (guint32 i = 0; i < tsim_ftl_n_nodes(geometry); i++)
		ftl->nodes[i] = (struct tsim_ftl_node){ .prev = i, .next = i };
	for (guint32 i = 0; i < geometry->n_blocks; i++)
		tsim_ftl_append(ftl, tsim_ftl_free_list(ftl), i);
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
	memcpy(ftl->owner, from->owner, tsim_ftl_n_pages(g) * sizeof(*ftl->owner));
	memcpy(ftl->nodes, from->nodes, tsim_ftl_n_nodes(g) * sizeof(*ftl->nodes));
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
	return sizeof(TsimFtl) + (g->n_logical + tsim_ftl_n_pages(g)) * sizeof(guint32) +
	       tsim_ftl_n_nodes(g) * sizeof(struct tsim_ftl_node);
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
		const struct tsim_ftl_node *node = &ftl->nodes[block];
		guint32 valid = 0;

		for (guint32 i = 0; i < g->block_pages; i++)
			valid += ftl->owner[(gsize)block * g->block_pages + i] != TSIM_FTL_NONE;
		tsim_invariant(valid == node->valid, "block %u has %u valid pages, not %u", block,
			       valid, node->valid);
		owned += valid;
	}
	for (guint32 i = ftl->nodes[tsim_ftl_free_list(ftl)].next; i < g->n_blocks; i = ftl->nodes[i].next) {
		tsim_invariant(ftl->nodes[i].valid == 0, "block %u is free and holds data", i);
		n_free++;
	}
	tsim_invariant(mapped == ftl->n_mapped && owned == mapped && n_free == ftl->n_free,
		       "%u pages mapped, %u owned, %u counted; %u blocks free, %u counted", mapped,
		       owned, ftl->n_mapped, n_free, ftl->n_free);
}
