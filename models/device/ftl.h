/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* No page, no block. */
#define TSIM_FTL_NONE G_MAXUINT32

enum tsim_ftl_gc {
	TSIM_FTL_GREEDY, /* the block with the fewest valid pages, of several the oldest */
	TSIM_FTL_FIFO, /* the oldest block */
};

struct tsim_ftl_geometry {
	guint32 n_logical; /* pages of the address space */
	guint32 n_blocks, block_pages;
	enum tsim_ftl_gc gc;
};

struct tsim_ftl_counters {
	guint64 host_pages; /* written by the host */
	guint64 moved_pages; /* written by garbage collection */
	guint64 erased_blocks;
	guint64 trimmed_pages; /* that a discard has made invalid */
};

/* Told of what happens to the flash, in order; physical pages count through the blocks. */
struct tsim_ftl_media {
	void (*write)(void *data, guint32 page);
	void (*move)(void *data, guint32 from, guint32 to);
	void (*erase)(void *data, guint32 block);
	void *data;
};

typedef struct tsim_ftl TsimFtl;

gboolean tsim_ftl_geometry_valid(const struct tsim_ftl_geometry *geometry);
TsimFtl *tsim_ftl_new(const struct tsim_ftl_geometry *geometry);
TsimFtl *tsim_ftl_copy(const TsimFtl *ftl);
void tsim_ftl_free(TsimFtl *ftl);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimFtl, tsim_ftl_free)

void tsim_ftl_listen(TsimFtl *ftl, const struct tsim_ftl_media *media);
void tsim_ftl_expect(const TsimFtl *ftl, guint32 page);
void tsim_ftl_write(TsimFtl *ftl, guint32 page);
void tsim_ftl_trim(TsimFtl *ftl, guint32 first, guint32 end);
gboolean tsim_ftl_collect(TsimFtl *ftl, guint32 target);
/* Where a logical page is, TSIM_FTL_NONE when it is not mapped. */
guint32 tsim_ftl_lookup(const TsimFtl *ftl, guint32 page);

const struct tsim_ftl_geometry *tsim_ftl_geometry(const TsimFtl *ftl);
const struct tsim_ftl_counters *tsim_ftl_counters(const TsimFtl *ftl);
void tsim_ftl_reset_counters(TsimFtl *ftl);
guint32 tsim_ftl_free_blocks(const TsimFtl *ftl);
guint32 tsim_ftl_mapped_pages(const TsimFtl *ftl);
/* Bytes of memory that @geometry takes. */
gsize tsim_ftl_bytes(const struct tsim_ftl_geometry *geometry);
/* Every counter against what it counts; for tests and --paranoid, O(pages). */
void tsim_ftl_check(const TsimFtl *ftl);
