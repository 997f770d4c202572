/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <glib/gstdio.h>

#include "error.h"
#include "ftrace.h"
#include "units.h"

/* The reader of recorded traces, and what it makes of damaged ones. */

#define ALLOC "  kworker/u2:1-17 [000] .....     6.420746: btrfs_create_chunk: sim: dev_extent_alloc " \
	"logical=22020096 len=436207616 flags=1 stripe=0 phys=23068672 plen=436207616 transid=7\n"

static char *path;

static GArray *read_bytes(const char *text, gssize len, GError **error)
{
	g_assert_true(g_file_set_contents(path, text, len, NULL));
	return tsim_ftrace_read(path, error);
}

static tsim_ns start_ns; /* of the last read_all() */

static GArray *read_all(const char *text)
{
	g_autoptr(GError) error = NULL;
	GArray *events;

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	events = tsim_ftrace_read_all(path, &start_ns, &error);
	g_assert_no_error(error);
	return events;
}

static GArray *read_text(const char *text)
{
	g_autoptr(GError) error = NULL;
	GArray *events = read_bytes(text, -1, &error);

	g_assert_no_error(error);
	return events;
}

static const struct tsim_trace_event *event(const GArray *events, guint i)
{
	g_assert_cmpuint(i, <, events->len);
	return &g_array_index(events, struct tsim_trace_event, i);
}

static void test_fields(void)
{
	g_autoptr(GArray) e = read_text(
		"# comment: 1.0: sim: fitrim_begin x\n" ALLOC
		" btrfs-cl:0-9 [000] .....  6.5: x: sim: dev_extent_free logical=22020096 len=1 phys=3 transid=8\n"
		" a b-9 [000] ..... 6.6: x: sim: bg_removed bg=1 logical=22020096 frozen=1 em_removed=0 transid=8\n"
		" a-9 [000] ..... 6.7: x: sim: bg_removed logical=5 em_removed=1\n"
		" a-9 [000] ..... 6.8: x: sim: commit state=COMMIT_START transid=8\n"
		" a-9 [000] ..... 6.8: x: sim: commit state=UNBLOCKED transid=8\n"
		" a-9 [000] ..... 6.9: x: sim: unfreeze_pinned_release logical=5\n"
		" a-9 [000] ..... 7.0: tracing_mark_write: wl: data falloc begin id=0 mb=1024\n"
		" a-9 [000] d.... 7.1: f: sim: RACE write sector=16 nr=8 over in-flight discard sector=2 nr=99 age_us=3\n"
		" a-9 [000] ..... 7.2: f: sim: chunk_alloc flags=4 ret=0 mutex_wait_us=12 alloc_us=1 transid=8\n");

	g_assert_cmpuint(e->len, ==, 10);
	g_assert_cmpint(event(e, 0)->kind, ==, TSIM_TRACE_CHUNK_ALLOC);
	g_assert_cmpint(event(e, 0)->t_ns, ==, 0);
	g_assert_cmpuint(event(e, 0)->logical, ==, 22020096);
	g_assert_cmpuint(event(e, 0)->len, ==, 436207616);
	g_assert_cmpuint(event(e, 0)->phys, ==, 23068672);
	g_assert_cmpuint(event(e, 0)->flags, ==, 1);
	g_assert_cmpuint(event(e, 0)->transid, ==, 7);
	g_assert_cmpint(event(e, 1)->kind, ==, TSIM_TRACE_CHUNK_FREE);
	g_assert_cmpint(event(e, 1)->t_ns, ==, 79254 * TSIM_NS_PER_US);
	g_assert_cmpint(event(e, 2)->kind, ==, TSIM_TRACE_REMOVED);
	g_assert_true(event(e, 2)->kept);
	g_assert_false(event(e, 3)->kept);
	g_assert_cmpint(event(e, 4)->kind, ==, TSIM_TRACE_COMMIT_START);
	g_assert_cmpint(event(e, 5)->kind, ==, TSIM_TRACE_UNBLOCKED);
	g_assert_cmpint(event(e, 6)->kind, ==, TSIM_TRACE_RELEASED);
	g_assert_cmpuint(event(e, 7)->len, ==, TSIM_GIB);
	g_assert_cmpint(event(e, 8)->kind, ==, TSIM_TRACE_RACE);
	g_assert_cmpuint(event(e, 8)->phys, ==, 16 * 512);
	g_assert_cmpuint(event(e, 8)->len, ==, 8 * 512);
	g_assert_cmpint(event(e, 9)->wait_ns, ==, 12 * TSIM_NS_PER_US);
	g_assert_true(event(e, 9)->kept);
}

/* Trimmers, and who it was. */
static void test_trims(void)
{
	g_autoptr(GArray) e = read_all(
		" churn-66 [000] ..... 5.0: x: sim: trim_bg_begin bg=22020096 len=268435456 flags=4 ro=0 used=131072\n"
		" churn-66 [000] ..... 5.0: x: sim: trim_extent_begin bg=1 logical=2 len=3 ro=0\n"
		" churn-66 [000] ..... 5.0: x: sim: trim_extent_end bg=1 logical=2 len=3 ret=0\n"
		" btrfs-7 [000] ..... 5.0: x: sim: trim_bg_end bg=22020096\n"
		" btrfs-cleaner-8 [000] ..... 5.0: x: sim: bg_ro logical=5\n"
		" kworker/u2:1-9 [000] ..... 5.0: x: sim: bg_ro logical=5\n"
		" kworker/u2:1-9 [000] ..... 5.0: x: sim: nb_discard_done sector=16 nr=8 lat_us=3\n");
	g_autoptr(GArray) few = NULL;
	static const enum tsim_trace_kind kinds[] = { TSIM_TRACE_TRIM_GROUP, TSIM_TRACE_HIDE,
						      TSIM_TRACE_HIDE_END, TSIM_TRACE_TRIM_GROUP_END,
						      TSIM_TRACE_BG_RO,	   TSIM_TRACE_BG_RO,
						      TSIM_TRACE_COMMAND_DONE };
	static const enum tsim_trace_process processes[] = {
		TSIM_PROCESS_USER,  TSIM_PROCESS_USER,	 TSIM_PROCESS_USER,  TSIM_PROCESS_BTRFS,
		TSIM_PROCESS_KERNEL, TSIM_PROCESS_KERNEL, TSIM_PROCESS_KERNEL
	};

	g_assert_cmpuint(e->len, ==, G_N_ELEMENTS(kinds));
	for (guint i = 0; i < e->len; i++) {
		g_assert_cmpint(event(e, i)->kind, ==, kinds[i]);
		g_assert_cmpint(event(e, i)->process, ==, processes[i]);
	}
	/* who does not follow it has no use for them */
	few = tsim_ftrace_read(path, NULL);
	g_assert_cmpuint(few->len, ==, 3);
	g_assert_cmpuint(event(e, 0)->task, ==, 66);
	g_assert_cmpuint(event(e, 0)->logical, ==, 22020096);
	g_assert_cmpuint(event(e, 0)->used, ==, 131072);
	g_assert_cmpuint(event(e, 1)->logical, ==, 2);
	g_assert_cmpuint(event(e, 6)->phys, ==, 16 * 512);
	g_assert_cmpuint(event(e, 6)->len, ==, 8 * 512);
	g_assert_cmpint(event(e, 6)->wait_ns, ==, 3 * TSIM_NS_PER_US);
}

#define RQ(time, what, rwbs, sector)                                                     \
	" x-9 [000] ..... 1." time ": block_rq_" what ": 254,3 " rwbs " " sector " + 8 [0]\n"

/* A write knows when it was done, a discard of the device when it was issued. */
static void test_requests(void)
{
	g_autoptr(GArray) e = read_all(
		RQ("1", "issue", "WS 4096 ()", "16") RQ("2", "issue", "WS 4096 ()", "16")
		RQ("2", "issue", "D 4096 ()", "16") RQ("2", "issue", "R 4096 ()", "16")
		RQ("3", "complete", "W ()", "16") RQ("4", "complete", "R ()", "16")
		RQ("5", "complete", "D ()", "16") RQ("6", "complete", "D ()", "16")
		RQ("6", "issue", "FF 0 ()", "0"));

	g_assert_cmpuint(e->len, ==, 3);
	g_assert_cmpint(start_ns, ==, 1100 * TSIM_NS_PER_MS);
	g_assert_cmpint(event(e, 0)->kind, ==, TSIM_TRACE_WRITE);
	g_assert_cmpuint(event(e, 0)->phys, ==, 16 * 512);
	g_assert_cmpuint(event(e, 0)->len, ==, 8 * 512);
	g_assert_cmpuint(event(e, 0)->flags, ==, 254 << 20 | 3);
	g_assert_cmpint(event(e, 0)->wait_ns, ==, 200 * TSIM_NS_PER_MS);
	g_assert_cmpint(event(e, 1)->wait_ns, ==, TSIM_NS_NEVER);
	g_assert_cmpint(event(e, 2)->kind, ==, TSIM_TRACE_COMMAND_DONE);
	g_assert_cmpint(event(e, 2)->t_ns, ==, 400 * TSIM_NS_PER_MS);
	g_assert_cmpint(event(e, 2)->wait_ns, ==, 300 * TSIM_NS_PER_MS);
}

/* Lines cut short, without a time, without an event, with other words where the time should be. */
static void test_garbled(void)
{
	g_autoptr(GArray) e = read_text(
		"\n\r\n:\n: :\nsim: \nsim: fitrim_begin \n"
		"x: sim: fitrim_begin minlen=1\n"
		" a-9 [000] ..... 6.9: x: sim: fitrim_be\n"
		" a-9 [000] ..... 6.x: x: sim: fitrim_begin minlen=1\n"
		" a-9 [000] ..... nan.: x: sim: fitrim_begin minlen=1\n"
		" a-9 [000] ..... 1e300.0: x: sim: fitrim_begin minlen=1\n"
		" a-9 [000] ..... -1.5: x: sim: fitrim_begin minlen=1\n"
		" a-9 [000] ..... 6.1: x: sim: dev_extent_alloc logical=7 len=12\n"
		" a-9 [000] ..... 6.2: x: sim: dev_extent_alloc logical= len= flags= phys=\n"
		" a-9 [000] ..... 6.3: x: wl: data falloc begin id=0 mb=99999999999999999999\n" ALLOC);

	g_assert_cmpuint(e->len, ==, 1);
	g_assert_cmpuint(event(e, 0)->phys, ==, 23068672);
}

static void test_out_of_order(void)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(read_bytes(ALLOC " a-9 [000] ..... 6.4: x: sim: fitrim_begin minlen=1\n", -1, &error));
	g_assert_error(error, TSIM_ERROR, TSIM_ERROR_INPUT);
	g_assert_true(strstr(error->message, ":2: ") != NULL);
	g_assert_true(g_str_has_prefix(error->message, path));
	g_clear_error(&error);
	/* at one time is in order */
	g_array_unref(read_text(ALLOC ALLOC));
}

/* Bytes of any kind, NULs and broken UTF-8 among them, hide no line but their own. */
static void test_binary(void)
{
	g_autoptr(GString) text = g_string_new(ALLOC);
	g_autoptr(GArray) e = NULL;
	g_autoptr(GRand) rand = g_rand_new_with_seed(3);

	for (guint i = 0; i < 5000; i++)
		g_string_append_c(text, (char)g_rand_int_range(rand, 0, 256));
	g_string_append_len(text, "\0\xff\xfe\n", 4);
	g_string_append(text, " a-9 [000] ..... 6.9: x: sim: fitrim_begin minlen=1\n");
	e = read_bytes(text->str, (gssize)text->len, NULL);
	g_assert_nonnull(e);
	g_assert_cmpuint(e->len, ==, 2);
	g_assert_cmpint(event(e, 1)->kind, ==, TSIM_TRACE_FITRIM);
}

/* Every way to cut a file short, and random damage: an answer or an error, never a crash. */
static void test_truncated(void)
{
	const char *text = ALLOC " a-9 [000] ..... 6.9: x: sim: bg_removed logical=5 em_removed=1\n";
	g_autoptr(GRand) rand = g_rand_new_with_seed(4);
	gsize len = strlen(text);

	for (gsize n = 0; n <= len; n++) {
		g_autoptr(GArray) e = read_bytes(text, (gssize)n, NULL);

		/* the first line counts as soon as its last needed field is there */
		g_assert_cmpint(e != NULL, ==, n >= strlen(ALLOC) - strlen("3068672 plen=436207616 transid=7\n"));
	}
	for (guint i = 0; i < 2000; i++) {
		g_autofree char *copy = g_memdup2(text, len);
		GArray *e;

		for (guint k = 0; k < 5; k++)
			copy[g_rand_int_range(rand, 0, (gint32)len)] = (char)g_rand_int_range(rand, 0, 256);
		e = read_bytes(copy, (gssize)len, NULL);
		g_clear_pointer(&e, g_array_unref);
	}
}

static void test_empty(void)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(read_bytes("", 0, &error));
	g_assert_error(error, TSIM_ERROR, TSIM_ERROR_INPUT);
	g_clear_error(&error);
	g_remove(path);
	g_assert_null(tsim_ftrace_read(path, &error));
	g_assert_nonnull(error);
}

/* The bundled recording: counts by kind, as grep gives them. */
static void test_bundled(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) e = tsim_ftrace_read(TSIM_TEST_TRACES "/a1.trace", &error);
	guint n[TSIM_TRACE_N_KINDS] = { 0 };

	g_assert_no_error(error);
	for (guint i = 0; i < e->len; i++)
		n[event(e, i)->kind]++;
	g_assert_cmpuint(n[TSIM_TRACE_CHUNK_ALLOC], ==, 23);
	g_assert_cmpuint(n[TSIM_TRACE_CHUNK_FREE], ==, 22);
	g_assert_cmpuint(n[TSIM_TRACE_REMOVED], ==, 22);
}

int main(int argc, char **argv)
{
	int status, fd;

	g_test_init(&argc, &argv, NULL);
	fd = g_file_open_tmp("trimsim-ftrace-XXXXXX", &path, NULL);
	g_assert_cmpint(fd, >=, 0);
	g_close(fd, NULL);
	g_test_add_func("/ftrace/fields", test_fields);
	g_test_add_func("/ftrace/trims", test_trims);
	g_test_add_func("/ftrace/requests", test_requests);
	g_test_add_func("/ftrace/garbled", test_garbled);
	g_test_add_func("/ftrace/out-of-order", test_out_of_order);
	g_test_add_func("/ftrace/binary", test_binary);
	g_test_add_func("/ftrace/truncated", test_truncated);
	g_test_add_func("/ftrace/bundled", test_bundled);
	g_test_add_func("/ftrace/empty", test_empty);
	status = g_test_run();
	g_remove(path);
	g_free(path);
	return status;
}
