/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The map of a flash translation layer, without time: what is where, and what collection moves. */
#include <math.h>

#include <glib.h>

#include "closed-form.h"
#include "ftl.h"
#include "rng.h"

static GString *log_text;

static void on_write(void *data, guint32 page)
{
	g_string_append_printf(log_text, "w%u ", page);
}

static void on_move(void *data, guint32 from, guint32 to)
{
	g_string_append_printf(log_text, "m%u-%u ", from, to);
}

static void on_erase(void *data, guint32 block)
{
	g_string_append_printf(log_text, "e%u ", block);
}

static TsimFtl *make(guint32 n_logical, guint32 n_blocks, guint32 block_pages, enum tsim_ftl_gc gc)
{
	struct tsim_ftl_geometry g = { n_logical, n_blocks, block_pages, gc };
	struct tsim_ftl_media media = { on_write, on_move, on_erase, NULL };
	TsimFtl *ftl = tsim_ftl_new(&g);

	g_string_truncate(log_text, 0);
	tsim_ftl_listen(ftl, &media);
	return ftl;
}

/* A page a letter: 0 to 9, : is 10, ; is 11. */
static void write_pages(TsimFtl *ftl, const char *pages)
{
	for (; *pages; pages++)
		tsim_ftl_write(ftl, (guint32)(*pages - '0'));
}

/* What happened since the last call. */
static void assert_log(const char *expected)
{
	g_strchomp(log_text->str);
	g_assert_cmpstr(log_text->str, ==, expected);
	g_string_set_size(log_text, 0);
}

/* Four blocks of three pages, six in use. */
static TsimFtl *make_small(enum tsim_ftl_gc gc)
{
	TsimFtl *ftl = make(6, 4, 3, gc);

	write_pages(ftl, "012345030");
	assert_log("w0 w1 w2 w3 w4 w5 w6 w7 w8");
	return ftl; /* valid pages: 1 2 of block 0, 4 5 of block 1, 7 8 of block 2 */
}

/* The last free block is opened: the block with the fewest valid pages is moved and erased. */
static void test_greedy(void)
{
	g_autoptr(TsimFtl) ftl = make_small(TSIM_FTL_GREEDY);

	write_pages(ftl, "3"); /* 7 dies: block 2 has 8 alone */
	assert_log("m8-9 e2 w10");
	write_pages(ftl, "4"); /* a block is free */
	assert_log("w11");
	write_pages(ftl, "5"); /* block 1 holds nothing more */
	assert_log("e1 w6");
	write_pages(ftl, "11");
	assert_log("w7 w8");
	write_pages(ftl, "4"); /* 2 is the only one of block 0, the others have two */
	assert_log("m2-3 e0 w4");
	tsim_ftl_check(ftl);
}

static void test_fifo(void)
{
	g_autoptr(TsimFtl) ftl = make_small(TSIM_FTL_FIFO);

	write_pages(ftl, "3"); /* block 0 is the oldest, though block 2 has fewer */
	assert_log("m1-9 m2-10 e0 w11");
	write_pages(ftl, "4");
	assert_log("m5-0 e1 w1");
	tsim_ftl_check(ftl);
}

/* The oldest block is wholly valid: it is copied for nothing, and the next one gives room. */
static void test_fifo_full_victim(void)
{
	g_autoptr(TsimFtl) ftl = make(6, 4, 3, TSIM_FTL_FIFO);

	write_pages(ftl, "012345333");
	assert_log("w0 w1 w2 w3 w4 w5 w6 w7 w8");
	write_pages(ftl, "3");
	assert_log("m0-9 m1-10 m2-11 e0 m4-0 m5-1 e1 w2");
	tsim_ftl_check(ftl);
}

/* Of two blocks with as many valid pages the one that has had them longer. */
static void test_tie(void)
{
	g_autoptr(TsimFtl) ftl = make(6, 4, 3, TSIM_FTL_GREEDY);

	write_pages(ftl, "012345304"); /* 4 0 of block 0 and 1; the first died in block 1 */
	write_pages(ftl, "3");
	assert_log("w0 w1 w2 w3 w4 w5 w6 w7 w8 m5-9 e1 w10");
}

/* The victim's pages are moved a few at a time, so that no write waits for all of them. */
static void test_pace(void)
{
	g_autoptr(TsimFtl) ftl = make(12, 4, 6, TSIM_FTL_GREEDY);

	write_pages(ftl, "0123456789:;016789");
	g_string_set_size(log_text, 0);
	write_pages(ftl, "0"); /* two pages to move, four for the host */
	assert_log("m10-18 w19");
	write_pages(ftl, "0");
	assert_log("m11-20 e1 w21");
	write_pages(ftl, "0");
	assert_log("w22");
}

/* What was discarded is not moved; discarding it again changes nothing. */
static void test_trim(void)
{
	g_autoptr(TsimFtl) ftl = make(12, 4, 6, TSIM_FTL_GREEDY);
	const struct tsim_ftl_counters *n = tsim_ftl_counters(ftl);

	write_pages(ftl, "0123456789:;016789");
	g_string_set_size(log_text, 0);
	tsim_ftl_trim(ftl, 10, 12);
	tsim_ftl_trim(ftl, 9, 12);
	g_assert_cmpuint(n->trimmed_pages, ==, 3);
	g_assert_cmpuint(tsim_ftl_lookup(ftl, 9), ==, TSIM_FTL_NONE);
	g_assert_cmpuint(tsim_ftl_lookup(ftl, 8), ==, 16);
	g_assert_cmpuint(tsim_ftl_mapped_pages(ftl), ==, 9);
	write_pages(ftl, "0");
	assert_log("e1 w18");
	g_assert_cmpuint(n->moved_pages, ==, 0);
	g_assert_cmpuint(n->host_pages, ==, 19);
	tsim_ftl_check(ftl);
}

/* A victim whose pages die while it is collected has fewer to move. */
static void test_trim_victim(void)
{
	g_autoptr(TsimFtl) ftl = make(12, 4, 6, TSIM_FTL_GREEDY);

	write_pages(ftl, "0123456789:;0167890");
	g_string_set_size(log_text, 0);
	tsim_ftl_trim(ftl, 11, 12);
	write_pages(ftl, "0");
	assert_log("e1 w20");
	tsim_ftl_check(ftl);
}

/* In the background: up to the target, and never for nothing. */
static void test_background(void)
{
	g_autoptr(TsimFtl) ftl = make_small(TSIM_FTL_GREEDY);

	g_assert_false(tsim_ftl_collect(ftl, 1)); /* one is free */
	g_assert_true(tsim_ftl_collect(ftl, 2));
	g_assert_true(tsim_ftl_collect(ftl, 2));
	assert_log("m1-9 m2-10 e0");
	g_assert_cmpuint(tsim_ftl_free_blocks(ftl), ==, 1); /* one was opened for the copies */
	g_assert_true(tsim_ftl_collect(ftl, 2));
	g_assert_true(tsim_ftl_collect(ftl, 2));
	assert_log("m4-11 m5-0 e1");
	g_assert_true(tsim_ftl_collect(ftl, 2));
	g_assert_true(tsim_ftl_collect(ftl, 2));
	assert_log("m7-1 m8-2 e2");
	g_assert_cmpuint(tsim_ftl_free_blocks(ftl), ==, 2);
	g_assert_false(tsim_ftl_collect(ftl, 4)); /* all are wholly valid */
	tsim_ftl_check(ftl);
}

/* ---- at random ---- */

/* What each physical page holds, and that only erased pages are written. */
struct shadow {
	guint32 *holds;
	guint32 block_pages, writing;
};

static void shadow_put(struct shadow *s, guint32 page, guint32 what)
{
	g_assert_cmpuint(s->holds[page], ==, TSIM_FTL_NONE);
	s->holds[page] = what;
}

static void shadow_write(void *data, guint32 page)
{
	struct shadow *s = data;

	shadow_put(s, page, s->writing);
}

static void shadow_move(void *data, guint32 from, guint32 to)
{
	struct shadow *s = data;

	shadow_put(s, to, s->holds[from]);
}

static void shadow_erase(void *data, guint32 block)
{
	struct shadow *s = data;

	for (guint32 i = 0; i < s->block_pages; i++)
		s->holds[block * s->block_pages + i] = TSIM_FTL_NONE;
}

/* Writes and trims at random: no page is ever anywhere but where the map says. */
static void churn(struct tsim_ftl_geometry g, double trims, guint32 background)
{
	g_autoptr(TsimFtl) ftl = tsim_ftl_new(&g);
	guint32 n_pages = g.n_blocks * g.block_pages;
	g_autofree guint32 *holds = g_new(guint32, n_pages);
	struct shadow s = { holds, g.block_pages, 0 };
	struct tsim_ftl_media media = { shadow_write, shadow_move, shadow_erase, &s };
	g_autofree gboolean *there = g_new0(gboolean, g.n_logical);
	struct tsim_rng rng = { 5, g.n_logical };

	for (guint32 i = 0; i < n_pages; i++)
		holds[i] = TSIM_FTL_NONE;
	tsim_ftl_listen(ftl, &media);
	for (guint32 k = 0; k < 50 * n_pages; k++) {
		guint32 page = (guint32)(tsim_rng_uniform(&rng, 0, 1, k) * g.n_logical);
		gboolean trim = tsim_rng_uniform(&rng, 0, 2, k) < trims;

		s.writing = page;
		if (trim)
			tsim_ftl_trim(ftl, page, page + 1);
		else
			tsim_ftl_write(ftl, page);
		there[page] = !trim;
		if (tsim_rng_uniform(&rng, 0, 3, k) < .1)
			tsim_ftl_collect(ftl, background);
	}
	tsim_ftl_check(ftl);
	for (guint32 page = 0; page < g.n_logical; page++) {
		guint32 at = tsim_ftl_lookup(ftl, page);

		g_assert_cmpint(at != TSIM_FTL_NONE, ==, there[page]);
		if (there[page])
			g_assert_cmpuint(holds[at], ==, page);
	}
}

static void test_churn(void)
{
	for (int gc = TSIM_FTL_GREEDY; gc <= TSIM_FTL_FIFO; gc++) {
		churn((struct tsim_ftl_geometry){ 7, 4, 3, gc }, 0, 0);
		churn((struct tsim_ftl_geometry){ 8, 4, 3, gc }, .1, 2); /* as full as can be */
		churn((struct tsim_ftl_geometry){ 95, 7, 16, gc }, 0, 3);
		churn((struct tsim_ftl_geometry){ 1, 3, 1, gc }, .3, 2);
		churn((struct tsim_ftl_geometry){ 500, 40, 16, gc }, .4, 10);
		churn((struct tsim_ftl_geometry){ 1999, 251, 8, gc }, .01, 0);
	}
}

static void test_geometry(void)
{
	struct tsim_ftl_geometry g = { 8, 4, 3, TSIM_FTL_GREEDY };

	g_assert_true(tsim_ftl_geometry_valid(&g));
	g.n_logical = 9; /* one block open, one free, the rest full: nothing to collect */
	g_assert_false(tsim_ftl_geometry_valid(&g));
	g = (struct tsim_ftl_geometry){ 8, 2, 1000, TSIM_FTL_GREEDY };
	g_assert_false(tsim_ftl_geometry_valid(&g));
	g = (struct tsim_ftl_geometry){ 8, 1u << 31, 4, TSIM_FTL_GREEDY };
	g_assert_false(tsim_ftl_geometry_valid(&g));
}

/* A copy goes on as the original does, and neither touches the other. */
static void test_copy(void)
{
	g_autoptr(TsimFtl) a = make_small(TSIM_FTL_GREEDY), b = tsim_ftl_copy(a);
	struct tsim_ftl_media media = { on_write, on_move, on_erase, NULL };

	write_pages(b, "3451");
	assert_log("");
	write_pages(a, "3");
	assert_log("m8-9 e2 w10");
	tsim_ftl_listen(b, &media);
	write_pages(b, "1");
	assert_log("w8");
	tsim_ftl_check(a);
	tsim_ftl_check(b);
}

/* ---- write amplification, the map alone ---- */

/* At most 1 % off with @n_blocks blocks; `trimsim validate wa` has the whole table. */
static void check_amplification(double u, guint32 n_blocks, guint32 b, enum tsim_ftl_gc gc,
				double expected)
{
	struct tsim_ftl_geometry g = { (guint32)(u * n_blocks * b), n_blocks, b, gc };
	g_autoptr(TsimFtl) ftl = tsim_ftl_new(&g);
	const struct tsim_ftl_counters *n = tsim_ftl_counters(ftl);
	struct tsim_rng rng = { 1, 1 };
	double wa;

	for (guint32 k = 0; k < 12 * n_blocks * b; k++) {
		if (k == 6 * n_blocks * b)
			tsim_ftl_reset_counters(ftl);
		tsim_ftl_write(ftl, (guint32)(tsim_rng_uniform(&rng, 0, 1, k) * g.n_logical));
	}
	wa = (double)(n->host_pages + n->moved_pages) / (double)n->host_pages;
	g_test_message("u %.2f, b %u: %.4f, expected %.4f", u, b, wa, expected);
	g_assert_cmpfloat(fabs(wa / expected - 1), <, .01);
}

static void test_amplification(void)
{
	check_amplification(.8, 8000, 16, TSIM_FTL_GREEDY, tsim_form_wa_greedy(.8, 16));
	check_amplification(.8, 2000, 64, TSIM_FTL_GREEDY, tsim_form_wa_greedy(.8, 64));
	check_amplification(.7, 2000, 64, TSIM_FTL_FIFO, tsim_form_wa_fifo(.7));
}

/* At most 64 bytes a mapped page are permitted; this takes 9, whatever the options. */
static void test_memory(void)
{
	struct tsim_ftl_geometry g = { 1 << 20, 4400, 256, TSIM_FTL_GREEDY };

	g_assert_cmpfloat((double)tsim_ftl_bytes(&g) / g.n_logical, <, 9);
}

int main(int argc, char **argv)
{
	int status;

	g_test_init(&argc, &argv, NULL);
	log_text = g_string_new(NULL);
	g_test_add_func("/ftl/greedy", test_greedy);
	g_test_add_func("/ftl/fifo", test_fifo);
	g_test_add_func("/ftl/fifo-full-victim", test_fifo_full_victim);
	g_test_add_func("/ftl/tie", test_tie);
	g_test_add_func("/ftl/pace", test_pace);
	g_test_add_func("/ftl/trim", test_trim);
	g_test_add_func("/ftl/trim-victim", test_trim_victim);
	g_test_add_func("/ftl/background", test_background);
	g_test_add_func("/ftl/churn", test_churn);
	g_test_add_func("/ftl/geometry", test_geometry);
	g_test_add_func("/ftl/copy", test_copy);
	g_test_add_func("/ftl/amplification", test_amplification);
	g_test_add_func("/ftl/memory", test_memory);
	status = g_test_run();
	g_string_free(log_text, TRUE);
	return status;
}
