/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The flash translation layer behind a block device.
 *
 * Models: bytes to pages, a part of a page being read before it is written;
 *   a device that has been used before the run; collection in idle gaps.
 * Leaves out: a program of a whole page of flash, with nothing in the rest,
 *   when a flush finds a part of one in the buffer.
 * Source: as ftl.c and ftl-flash.c; preconditioning to a steady state as in
 *   the SNIA Solid State Storage Performance Test Specification.
 *
 * A page is mapped when its write is submitted, because its time follows from
 * where it goes; a discard unmaps when it takes effect.  A write that was in
 * the buffer then, and takes effect later, has its page mapped again.
 */
#include "ftl-device.h"

#include <math.h>

#include "draws.h"
#include "error.h"

/* Draws between asking for a page's entry of the map and writing the page. */
#define WRITES_AHEAD 8

struct pages {
	guint32 first, end;
};

/* ---- geometry ---- */

static gboolean make_geometry(const struct tsim_device_options *opt, guint64 size_bytes,
			      struct tsim_ftl_geometry *g)
{
	double planes = (double)opt->ftl_channels * (double)opt->ftl_dies * (double)opt->ftl_planes;
	double block_pages = planes * (double)(opt->ftl_block_bytes / opt->ftl_page_bytes);
	double logical = ceil((double)size_bytes / (double)opt->ftl_page_bytes);
	/* not one block more for the last bit of a product */
	double blocks = ceil(logical * (1 + opt->ftl_over_provisioning) / block_pages - 1e-6);

	/* one is open, and one is free */
	blocks = fmax(blocks, fmax(ceil((logical + 1) / block_pages) + 1, 3));
	if (blocks * block_pages >= TSIM_FTL_NONE)
		return FALSE;
	*g = (struct tsim_ftl_geometry){ .n_logical = (guint32)logical,
					 .n_blocks = (guint32)blocks,
					 .block_pages = (guint32)block_pages,
					 .gc = (enum tsim_ftl_gc)opt->ftl_gc };
	return tsim_ftl_geometry_valid(g);
}

/** tsim_ftl_fits() - can a device of @size_bytes be mapped with these options? */
gboolean tsim_ftl_fits(const struct tsim_device_options *opt, guint64 size_bytes, GError **error)
{
	struct tsim_ftl_geometry g;

	return make_geometry(opt, size_bytes, &g) ||
	       tsim_throw(error,
			  "device.ftl = page has no room for filesystem.size = %" G_GUINT64_FORMAT
			  "B: more than %u pages of flash; take a larger device.ftl.page",
			  size_bytes, TSIM_FTL_NONE - 1);
}

/* ---- a used device ---- */

static guint32 random_page(const struct tsim_rng *rng, guint64 k, guint32 n)
{
	double u = tsim_rng_uniform(rng, (guint32)(k >> 32), TSIM_DRAW_FTL_OVERWRITE, (guint32)k);

	return (guint32)(u * n);
}

/* Random overwrites of pages 0 .. @n - 1 until @programs pages have gone to flash. */
static void overwrite(TsimFtl *map, const struct tsim_rng *rng, guint32 n, double programs)
{
	const struct tsim_ftl_counters *done = tsim_ftl_counters(map);
	guint32 ahead[WRITES_AHEAD];

	for (guint64 k = 0; (double)(done->host_pages + done->moved_pages) < programs; k++) {
		guint i = k % WRITES_AHEAD;

		if (k >= WRITES_AHEAD)
			tsim_ftl_write(map, ahead[i]);
		ahead[i] = random_page(rng, k, n);
		tsim_ftl_expect(map, ahead[i]);
	}
}

static void age(TsimFtl *map, const struct tsim_device_options *opt, const struct tsim_rng *rng)
{
	const struct tsim_ftl_geometry *g = tsim_ftl_geometry(map);
	guint32 filled = (guint32)(opt->ftl_fill * g->n_logical);
	double flash = (double)g->n_blocks * g->block_pages;

	for (guint32 page = 0; page < filled; page++)
		tsim_ftl_write(map, page);
	tsim_ftl_reset_counters(map);
	if (filled)
		overwrite(map, rng, filled, opt->ftl_turnovers * flash);
	tsim_ftl_reset_counters(map);
}

/* What an aged map depends on. */
struct aged {
	struct tsim_ftl_geometry geometry;
	double fill, turnovers;
	guint64 seed;
};

static gboolean same_age(const struct aged *a, const struct aged *b)
{
	return a->geometry.n_logical == b->geometry.n_logical &&
	       a->geometry.n_blocks == b->geometry.n_blocks &&
	       a->geometry.block_pages == b->geometry.block_pages &&
	       a->geometry.gc == b->geometry.gc && a->fill == b->fill &&
	       a->turnovers == b->turnovers && a->seed == b->seed;
}

/*
 * All replications of a seed begin with the same used device: ageing it costs
 * a hundred times what a copy does.  The last one is kept as long as the
 * process lives.
 */
static TsimFtl *aged_map(const struct tsim_device_options *opt, const struct aged *want)
{
	static TsimFtl *kept;
	static struct aged kept_is;
	struct tsim_rng rng = { want->seed, 0 };

	if (kept && same_age(&kept_is, want))
		return tsim_ftl_copy(kept);
	g_clear_pointer(&kept, tsim_ftl_free);
	kept = tsim_ftl_new(&want->geometry);
	kept_is = *want;
	age(kept, opt, &rng);
	return tsim_ftl_copy(kept);
}

/**
 * tsim_device_ftl_new() - flash for a device of @size_bytes
 * @opt: kept by reference; tsim_device_options_check() has passed
 * @size_bytes: of the device
 * @seed: of the overwrites before the run
 */
struct tsim_device_ftl *tsim_device_ftl_new(const struct tsim_device_options *opt,
					    guint64 size_bytes, guint64 seed)
{
	struct tsim_device_ftl *ftl = g_new0(struct tsim_device_ftl, 1);
	struct aged want = { .fill = opt->ftl_fill, .turnovers = opt->ftl_turnovers, .seed = seed };
	struct tsim_ftl_media media;

	ftl->opt = opt;
	make_geometry(opt, size_bytes, &want.geometry);
	ftl->map = want.fill > 0 ? aged_map(opt, &want) : tsim_ftl_new(&want.geometry);
	tsim_flash_init(&ftl->flash, opt);
	media = tsim_flash_media(&ftl->flash);
	tsim_ftl_listen(ftl->map, &media);
	return ftl;
}

void tsim_device_ftl_free(struct tsim_device_ftl *ftl)
{
	tsim_ftl_free(ftl->map);
	tsim_flash_clear(&ftl->flash);
	g_free(ftl);
}

/* ---- commands ---- */

static guint32 bounded(const struct tsim_device_ftl *ftl, guint64 page)
{
	return (guint32)MIN(page, tsim_ftl_geometry(ftl->map)->n_logical);
}

/* All pages that @range touches. */
static struct pages touched(const struct tsim_device_ftl *ftl, struct tsim_range range)
{
	guint64 size = ftl->opt->ftl_page_bytes;

	return (struct pages){ bounded(ftl, range.start / size),
			       bounded(ftl, (range.end + size - 1) / size) };
}

/* Those that it covers. */
static struct pages covered(const struct tsim_device_ftl *ftl, struct tsim_range range)
{
	guint64 size = ftl->opt->ftl_page_bytes;

	return (struct pages){ bounded(ftl, (range.start + size - 1) / size),
			       bounded(ftl, range.end / size) };
}

/* The first page is enough: the entries of those after it lie beside its own. */
void tsim_device_ftl_expect(const struct tsim_device_ftl *ftl, struct tsim_range range)
{
	struct pages p = touched(ftl, range);

	if (p.first < p.end)
		tsim_ftl_expect(ftl->map, p.first);
}

tsim_ns tsim_device_ftl_read(struct tsim_device_ftl *ftl, struct tsim_range range, tsim_ns start)
{
	struct pages p = touched(ftl, range);
	guint32 together = ftl->flash.program_pages, n;
	tsim_ns done = start, part;

	tsim_flash_begin(&ftl->flash, start);
	for (guint32 i = p.first; i < p.end; i += n) {
		guint32 page = tsim_ftl_lookup(ftl->map, i);

		n = 1;
		if (page == TSIM_FTL_NONE)
			continue;
		while (i + n < p.end && tsim_ftl_lookup(ftl->map, i + n) == page + n &&
		       (page + n) % together != 0)
			n++;
		part = tsim_flash_read(&ftl->flash, page, n);
		done = MAX(done, part);
	}
	return done;
}

/* The rest of a page of which a part is written. */
static void read_rest(struct tsim_device_ftl *ftl, guint64 at)
{
	guint32 n = bounded(ftl, at / ftl->opt->ftl_page_bytes), page;

	if (at % ftl->opt->ftl_page_bytes == 0 || n == tsim_ftl_geometry(ftl->map)->n_logical)
		return;
	page = tsim_ftl_lookup(ftl->map, n);
	if (page != TSIM_FTL_NONE)
		tsim_flash_read(&ftl->flash, page, 1);
}

tsim_ns tsim_device_ftl_write(struct tsim_device_ftl *ftl, struct tsim_range range, tsim_ns start)
{
	struct pages p = touched(ftl, range);

	tsim_flash_begin(&ftl->flash, start);
	read_rest(ftl, range.start);
	read_rest(ftl, range.end);
	for (guint32 page = p.first; page < p.end; page++)
		tsim_ftl_write(ftl->map, page);
	return ftl->flash.admitted_ns;
}

tsim_ns tsim_device_ftl_flush(struct tsim_device_ftl *ftl, tsim_ns start)
{
	tsim_flash_begin(&ftl->flash, start);
	return ftl->opt->ftl_protected ? start : tsim_flash_drain(&ftl->flash);
}

void tsim_device_ftl_written(struct tsim_device_ftl *ftl, struct tsim_range range)
{
	struct pages p = touched(ftl, range);

	for (guint32 page = p.first; page < p.end; page++)
		if (tsim_ftl_lookup(ftl->map, page) == TSIM_FTL_NONE)
			tsim_ftl_write(ftl->map, page);
}

guint64 tsim_device_ftl_unmapped(const struct tsim_device_ftl *ftl, struct tsim_range range)
{
	struct pages p = covered(ftl, range);
	guint64 n = 0;

	for (guint32 page = p.first; page < p.end; page++)
		n += tsim_ftl_lookup(ftl->map, page) == TSIM_FTL_NONE;
	return n * ftl->opt->ftl_page_bytes;
}

void tsim_device_ftl_discarded(struct tsim_device_ftl *ftl, struct tsim_range range)
{
	struct pages p = covered(ftl, range);

	tsim_ftl_trim(ftl->map, p.first, p.end);
}

/*
 * The buffer paces it: a page is moved when there is room, and none after
 * @until.
 */
void tsim_device_ftl_idle(struct tsim_device_ftl *ftl, tsim_ns since, tsim_ns until)
{
	guint32 target = (guint32)ftl->opt->ftl_background_blocks;

	since += ftl->opt->ftl_background_delay_ns;
	if (target == 0 || since >= until)
		return;
	tsim_flash_begin(&ftl->flash, since);
	while (tsim_flash_room(&ftl->flash) < until && tsim_ftl_collect(ftl->map, target))
		;
}
