/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "error.h"
#include "pairs.h"
#include "trace.h"

/*
 * Each format of traces, a line at a time: what the line is in the native
 * format.  The lines have the shape of the kernel's TP_printk; those of
 * xfs_io, of btrfs_flush_space and of blkparse's A are from real machines.
 */
#define FSID "5302ee13-c65e-45bb-98ef-8fe3835bd943"

static char *path;

struct expected {
	const char *line;
	const char *native; /* NULL: not an event */
	enum tsim_trace_line what;
};

static void check(const struct tsim_trace_format *format, struct tsim_trace_state *state,
		  const struct expected *e)
{
	struct tsim_trace_record record = { 0 };
	g_autofree char *line = g_strdup(e->line);
	g_autoptr(GString) native = g_string_new(NULL);
	enum tsim_trace_line what = format->parse_line(state, line, &record);

	g_test_message("%s", e->line);
	g_assert_cmpint(what, ==, e->what);
	if (!e->native)
		return;
	tsim_trace_format_line(&record, native);
	g_assert_cmpstr(native->str, ==, e->native);
}

#define CHECK_ALL(format, lines)                                \
	do {                                                    \
		struct tsim_trace_state state = { 0 };          \
		for (guint i = 0; i < G_N_ELEMENTS(lines); i++) \
			check(format, &state, &(lines)[i]);     \
	} while (0)

static void test_btrfs(void)
{
	static const struct expected lines[] = {
		{ "kworker/u8:3-211 [001] ..... 28886.122055: btrfs_chunk_alloc: " FSID
		  ": root=3(CHUNK_TREE) offset=906166272 size=53673984 num_stripes=2 sub_stripes=1 type=METADATA|DUP",
		  "28886122055000 btrfs_chunk_alloc fsid=" FSID
		  " root=3(CHUNK_TREE) offset=906166272 size=53673984 "
		  "num_stripes=2 sub_stripes=1 type=METADATA|DUP",
		  TSIM_LINE_EVENT },
		/* without fsid */
		{ "btrfs-cleaner-402 [000] ..... 28911.400012: btrfs_chunk_free: root=3(CHUNK_TREE) offset=84082688 "
		  "size=117440512 num_stripes=1 sub_stripes=1 type=DATA",
		  "28911400012000 btrfs_chunk_free root=3(CHUNK_TREE) offset=84082688 size=117440512 num_stripes=1 "
		  "sub_stripes=1 type=DATA",
		  TSIM_LINE_EVENT },
		/* 3.18 */
		{ "  btrfs-1 [000] .... 1.5: btrfs_chunk_alloc: root = 3(CHUNK_TREE), offset = 84082688, size = 117440512, "
		  "num_stripes = 1, sub_stripes = 1, type = DATA",
		  "1500000000 btrfs_chunk_alloc root=3(CHUNK_TREE) offset=84082688 size=117440512 num_stripes=1 "
		  "sub_stripes=1 type=DATA",
		  TSIM_LINE_EVENT },
		{ "  btrfs-1 [000] .... 1.5: btrfs_transaction_commit: root = 1(ROOT_TREE), gen = 8",
		  "1500000000 btrfs_transaction_commit root=1(ROOT_TREE) gen=8", TSIM_LINE_EVENT },
		/* trace-cmd pads names */
		{ "kworker/u8:1-61    [000]    66.299527: btrfs_flush_space:    " FSID
		  ": state=3(0x3) flags=4(METADATA) num_bytes=2621440 ret=0",
		  "66299527000 btrfs_flush_space fsid=" FSID
		  " state=3(0x3) flags=4(METADATA) num_bytes=2621440 ret=0",
		  TSIM_LINE_EVENT },
		{ "fio-370   [002]    56.762402: btrfs_trigger_flush:  " FSID
		  ": preempt: flush=3(BTRFS_RESERVE_FLUSH_ALL) flags=4(METADATA) bytes=655360",
		  "56762402000 btrfs_trigger_flush fsid=" FSID
		  " flush=3(BTRFS_RESERVE_FLUSH_ALL) flags=4(METADATA) "
		  "bytes=655360",
		  TSIM_LINE_EVENT },
		{ "x-1 [000] ..... 2.0: btrfs_add_block_group: " FSID
		  ": block_group offset=84082688 size=117440512 "
		  "flags=1(DATA) bytes_used=0 bytes_super=0 create=1",
		  "2000000000 btrfs_add_block_group fsid=" FSID
		  " offset=84082688 size=117440512 flags=1(DATA) "
		  "bytes_used=0 bytes_super=0 create=1",
		  TSIM_LINE_EVENT },
		{ "btrfs-transacti-407 [002] ..... 42830.63: btrfs_add_unused_block_group: " FSID
		  ": bg bytenr=84082688 len=117440512 used=0 flags=1(DATA)",
		  "42830630000000 btrfs_add_unused_block_group fsid=" FSID
		  " bytenr=84082688 len=117440512 used=0 "
		  "flags=1(DATA)",
		  TSIM_LINE_EVENT },
		{ "x-1 [000] ..... 2.0: btrfs_add_block_group: " FSID
		  ": block_group offset=84082688",
		  NULL, TSIM_LINE_DAMAGED },
		{ "x-1 [000] ..... 2.0: sched_switch: prev_comm=a", NULL, TSIM_LINE_UNKNOWN },
		{ "CPU:1 [LOST 123 EVENTS]", NULL, TSIM_LINE_DAMAGED },
		{ "cpus=8", NULL, TSIM_LINE_QUIET },
		{ "x-1 ..... 2.0: btrfs_chunk_alloc: root=3(CHUNK_TREE) offset=1 size=2", NULL,
		  TSIM_LINE_BAD },
	};

	CHECK_ALL(&tsim_trace_ftrace, lines);
}

/* Added lines keep who it was, as far as that can be told. */
static void test_process(void)
{
	static const struct expected lines[] = {
		{ "  btrfs-cleaner-48 [000] ..... 2.5: inc_block_group_ro: sim: bg_ro logical=5 used=0",
		  "2500000000 sim:bg_ro logical=5 used=0 comm=btrfs-cleaner pid=48",
		  TSIM_LINE_EVENT },
		{ " a b: c-9 ( 12) [000] ..... 2.5: x: sim: commit state=UNBLOCKED transid=7",
		  "2500000000 sim:commit state=UNBLOCKED transid=7 comm=a_b:_c pid=9",
		  TSIM_LINE_EVENT },
		{ "<...>-77 (-------) [000] 2.5: x: sim: fitrim_begin minlen=1",
		  "2500000000 sim:fitrim_begin minlen=1 comm=<...> pid=77", TSIM_LINE_EVENT },
		{ " churn-67 [000] ..... 2.5: tracing_mark_write: wl: meta syncfs id=0",
		  "2500000000 wl:meta_syncfs id=0 comm=churn pid=67", TSIM_LINE_EVENT },
		{ " churn [000] ..... 2.5: x: sim: fitrim_begin minlen=1",
		  "2500000000 sim:fitrim_begin minlen=1", TSIM_LINE_EVENT },
		{ "x- [000] ..... 2.5: x: sim: fitrim_begin minlen=1",
		  "2500000000 sim:fitrim_begin minlen=1", TSIM_LINE_EVENT },
		{ "[000] ..... 2.5: x: sim: fitrim_begin minlen=1",
		  "2500000000 sim:fitrim_begin minlen=1", TSIM_LINE_EVENT },
	};

	CHECK_ALL(&tsim_trace_ftrace, lines);
}

static void test_block(void)
{
	static const struct expected lines[] = {
		{ "  fstrim-3057 [003] ..... 85.094470: block_rq_issue: 259,0 DS 352256 () 233804904 + 688 [fstrim]",
		  "85094470000 block_rq_issue dev=259,0 rwbs=DS bytes=352256 sector=233804904 nr=688",
		  TSIM_LINE_EVENT },
		{ "<idle>-0 [003] ..s1. 85.094910: block_rq_complete: 259,0 DS () 233804904 + 688 [0]",
		  "85094910000 block_rq_complete dev=259,0 rwbs=DS sector=233804904 nr=688 error=0",
		  TSIM_LINE_EVENT },
		{ "xfs_io-9 [002] ..... 411.2: block_rq_issue: 8,48 WS 16384 () 1024 + 32 none,0,0 [xfs_io]",
		  "411200000000 block_rq_issue dev=8,48 rwbs=WS bytes=16384 sector=1024 nr=32 ioprio=none,0,0",
		  TSIM_LINE_EVENT },
		{ "<idle>-0 [002] ..s1.   411.215842: block_rq_complete: 8,48 WS () 1024 + 32 none,0,0 [-5]",
		  "411215842000 block_rq_complete dev=8,48 rwbs=WS sector=1024 nr=32 ioprio=none,0,0 error=-5",
		  TSIM_LINE_EVENT },
		{ "a b: c-9 [002] ..... 1.0: block_bio_queue:        8,48 W 1024 + 32 [a b: c]",
		  "1000000000 block_bio_queue dev=8,48 rwbs=W sector=1024 nr=32", TSIM_LINE_EVENT },
		{ "x-9 [002] ..... 1.0: block_bio_remap: 8,48 W 1024 + 32 <- (8,49) 7",
		  "1000000000 block_bio_remap dev=8,48 rwbs=W sector=1024 nr=32 from_dev=8,49 from_sector=7",
		  TSIM_LINE_EVENT },
		/* cut short, or another line in the middle */
		{ "x-9 [002] ..... 1.0: block_rq_issue: 8,48 WS 16384 () 1024 + 32", NULL,
		  TSIM_LINE_DAMAGED },
		{ "x-9 [002] ..... 1.0: block_rq_issue: 8,48 WS 16384 () 1024 + [x]", NULL,
		  TSIM_LINE_DAMAGED },
		{ "x-9 [002] ..... 1.0: block_rq_issue: 8,48 WS 163<idle>-0 [003] ..s1. 85.0: block_rq_complete: 259,0 DS",
		  NULL, TSIM_LINE_DAMAGED },
		{ "x-9 [002] ..... 1.0: block_rq_issue: 8,48 \x01\xff 16384 () 1 + 2 [x]", NULL,
		  TSIM_LINE_DAMAGED },
	};

	CHECK_ALL(&tsim_trace_ftrace, lines);
}

static void test_blkparse(void)
{
	static const struct expected lines[] = {
		{ "259,0    3   117655    85.094469086  3057  A  DS 233804904 + 688 <- (259,7) 110910568",
		  "85094469086 block_bio_remap dev=259,0 rwbs=DS sector=233804904 nr=688 from_dev=259,7 "
		  "from_sector=110910568",
		  TSIM_LINE_EVENT },
		{ "  8,0    3        1     0.000000001  3057  D  DS 233804904 + 688 [fstrim]",
		  "1 block_rq_issue dev=8,0 rwbs=DS sector=233804904 nr=688", TSIM_LINE_EVENT },
		{ "  8,0    3        1     0.5     0  C  WS 8 + 8 (   10000) [0]",
		  "500000000 block_rq_complete dev=8,0 rwbs=WS sector=8 nr=8 error=0",
		  TSIM_LINE_EVENT },
		{ "  8,0    3        1     0.5     0  D  FN [kworker/1:1H]",
		  "500000000 block_rq_issue dev=8,0 rwbs=FN sector=0 nr=0", TSIM_LINE_EVENT },
		{ "  8,0    1        0     0.5     0  m   N cfq402 alloced", NULL,
		  TSIM_LINE_UNKNOWN },
		{ "  8,0    3        1     0.5  3057  D  DS 233804904 +", NULL, TSIM_LINE_DAMAGED },
		{ "  8,0    3        1     0.5  3057  D", NULL, TSIM_LINE_DAMAGED },
		{ "  8,0    3        1     0.5  30", NULL, TSIM_LINE_BAD },
		{ "CPU0 (nvme0n1):", NULL, TSIM_LINE_BAD },
		{ "", NULL, TSIM_LINE_QUIET },
	};

	CHECK_ALL(&tsim_trace_blkparse, lines);
}

static void test_fio_log(void)
{
	static const struct expected lines[] = {
		{ "12, 70500, 2, 4096, 0",
		  "12000000 fio_latency direction=trim length=4096 latency_ns=70500",
		  TSIM_LINE_EVENT },
		{ "13,80,0,512,4096,0,13000001",
		  "13000000 fio_latency direction=read length=512 latency_ns=80",
		  TSIM_LINE_EVENT },
		{ "13, 80, 1, 512",
		  "13000000 fio_latency direction=write length=512 latency_ns=80",
		  TSIM_LINE_EVENT },
		{ "13, 80, 4, 512, 0", NULL, TSIM_LINE_BAD },
		{ "13, -80, 2, 512, 0", NULL, TSIM_LINE_BAD },
		{ "13, 80, 2", NULL, TSIM_LINE_BAD },
		{ "nan, 80, 2, 512, 0", NULL, TSIM_LINE_BAD },
		{ "13, 99999999999999999999, 2, 512, 0", NULL, TSIM_LINE_BAD },
		{ "1, 2, 2, 3, 4, 5, 6, 7", NULL, TSIM_LINE_BAD },
		{ "  ", NULL, TSIM_LINE_QUIET },
	};

	CHECK_ALL(&tsim_trace_fio_log, lines);
	g_assert_true(tsim_trace_fio_log.probe("0, 5526, 2, 4096, 0, 0"));
	g_assert_false(tsim_trace_fio_log.probe("bytes,latency_us"));
}

static void test_iolog(void)
{
	static const struct expected lines[] = {
		{ "fio version 2 iolog", NULL, TSIM_LINE_QUIET },
		{ "/dev/sda open", "0 fio_open file=/dev/sda", TSIM_LINE_EVENT },
		{ "/dev/sda wait 1000 0", NULL, TSIM_LINE_QUIET },
		{ "/dev/sda wait 500 0", NULL, TSIM_LINE_QUIET },
		{ "/dev/sda trim 4096 1048576",
		  "1500000 fio_trim file=/dev/sda offset=4096 length=1048576", TSIM_LINE_EVENT },
		{ "/dev/sda trim 4096", NULL, TSIM_LINE_DAMAGED },
		{ "/dev/sda frobnicate 1 2", NULL, TSIM_LINE_UNKNOWN },
		{ "/dev/sda wait 99999999999999999999", NULL, TSIM_LINE_DAMAGED },
		{ "fio version 3 iolog", NULL, TSIM_LINE_QUIET },
		{ "2100 /dev/sdb write 4096 512",
		  "2100000 fio_write file=/dev/sdb offset=4096 length=512", TSIM_LINE_EVENT },
		{ "/dev/sdb write 4096 512", NULL, TSIM_LINE_BAD },
		{ "2100 /dev/sdb", NULL, TSIM_LINE_BAD },
	};

	CHECK_ALL(&tsim_trace_iolog, lines);
}

static void test_native(void)
{
	static const struct expected lines[] = {
		{ TSIM_TRACE_HEAD, NULL, TSIM_LINE_QUIET },
		{ "7 sim:bg_removed logical=5 em_removed=0",
		  "7 sim:bg_removed logical=5 em_removed=0", TSIM_LINE_EVENT },
		{ "7 sim:bg_removed logical=5", NULL, TSIM_LINE_DAMAGED },
		{ "7 sim:bg_removed logical=5 em_removed", NULL, TSIM_LINE_DAMAGED },
		{ "7 frobnicate", NULL, TSIM_LINE_UNKNOWN },
		{ "-7 sim:fitrim_begin", NULL, TSIM_LINE_BAD },
		{ "9999999999999999999 sim:fitrim_begin", NULL, TSIM_LINE_BAD },
	};

	CHECK_ALL(&tsim_trace_native, lines);
}

static TsimTraceReader *open_bytes(const char *text, gsize len)
{
	g_autoptr(GError) error = NULL;
	TsimTraceReader *reader;

	g_assert_true(g_file_set_contents(path, text, (gssize)len, NULL));
	reader = tsim_trace_open(path, &error);
	g_assert_no_error(error);
	return reader;
}

/* blkparse's lines may be out of order by some; equal times come out as they stand. */
static void test_window(void)
{
	static const char text[] = "8,0 1 1 0.3 1 Q R 3 + 8 [x]\n8,0 1 1 0.1 1 Q R 1 + 8 [x]\n"
				   "8,0 1 1 0.2 1 Q R 2 + 8 [x]\n8,0 1 1 0.3 1 Q R 4 + 8 [x]\n";
	g_autoptr(TsimTraceReader) reader = open_bytes(text, strlen(text));
	static const guint64 lines[] = { 2, 3, 1, 4 };
	struct tsim_trace_record record;
	guint64 sector;

	for (guint64 i = 1; i <= 4; i++) {
		g_assert_true(tsim_trace_next(reader, &record, NULL));
		g_assert_true(tsim_trace_number(&record, "sector", &sector));
		g_assert_cmpuint(sector, ==, i);
		g_assert_cmpuint(tsim_trace_reader_line(reader), ==, lines[i - 1]);
	}
	g_assert_false(tsim_trace_next(reader, &record, NULL));
}

static GBytes *gzip(const char *text)
{
	g_autoptr(GConverter)
		converter = G_CONVERTER(g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 6));
	g_autoptr(GInputStream) plain = g_memory_input_stream_new_from_data(text, -1, NULL);
	g_autoptr(GInputStream) stream = g_converter_input_stream_new(plain, converter);

	char *zipped = g_malloc(100000);
	gsize len;

	g_assert_true(g_input_stream_read_all(stream, zipped, 100000, &len, NULL, NULL));
	return g_bytes_new_take(zipped, len);
}

/* Two gzip members with a line that is too long; cut at any byte: an error, never a crash. */
static void test_gzip(void)
{
	g_autoptr(GString) text = g_string_new("8,0 1 1 0.1 1 Q R 1 + 8 [x]\n"),
			   twice = g_string_new(NULL);
	g_autoptr(GBytes) zipped = NULL;
	struct tsim_trace_record record;
	gsize len;
	const char *data;

	for (guint i = 0; i < 70000; i++)
		g_string_append_c(text, 'x');
	g_string_append(text, "\n8,0 1 1 0.2 1 Q R 1 + 8 [x]\n");
	zipped = gzip(text->str);
	data = g_bytes_get_data(zipped, &len);
	g_string_append_len(twice, data, (gssize)len);
	g_string_append_len(twice, data, (gssize)len);
	for (gsize n = 2; n <= twice->len; n++) {
		g_autoptr(TsimTraceReader) reader = open_bytes(twice->str, n);
		g_autoptr(GError) error = NULL;
		guint events = 0;

		while (tsim_trace_next(reader, &record, &error))
			events++;
		if ((error == NULL) != (n == len || n == twice->len))
			g_error("%zu of %zu: %s", n, twice->len,
				error ? error->message : "no error");
		if (n == twice->len) {
			g_assert_cmpuint(events, ==, 4);
			g_assert_cmpuint(tsim_trace_reader_stats(reader)->too_long, ==, 2);
		}
	}
}

static gboolean add_pair(TsimPairs *pairs, const char *line, tsim_ns *latency)
{
	struct tsim_trace_state state = { 0 };
	struct tsim_trace_record record = { 0 };
	g_autofree char *copy = g_strdup(line);

	g_assert_cmpint(tsim_trace_native.parse_line(&state, copy, &record), ==, TSIM_LINE_EVENT);
	return tsim_pairs_add(pairs, &record, latency);
}

/* Of equal requests the oldest is completed first; flags may differ, kinds and devices may not. */
static void test_pairs(void)
{
	g_autoptr(TsimPairs) pairs = tsim_pairs_new();
	const struct tsim_pairs_stats *stats;
	tsim_ns latency = 0;

	g_assert_false(
		add_pair(pairs, "10 block_rq_issue dev=8,0 rwbs=DS sector=5 nr=8", &latency));
	g_assert_false(
		add_pair(pairs, "20 block_rq_issue dev=8,0 rwbs=DS sector=5 nr=8", &latency));
	g_assert_false(
		add_pair(pairs, "21 block_rq_issue dev=8,0 rwbs=DS sector=5 nr=8", &latency));
	g_assert_false(
		add_pair(pairs, "30 block_rq_complete dev=8,0 rwbs=W sector=5 nr=8", &latency));
	g_assert_false(
		add_pair(pairs, "30 block_rq_complete dev=8,1 rwbs=D sector=5 nr=8", &latency));
	g_assert_true(
		add_pair(pairs, "30 block_rq_complete dev=8,0 rwbs=D sector=5 nr=8", &latency));
	g_assert_cmpint(latency, ==, 20);
	g_assert_true(
		add_pair(pairs, "50 block_rq_complete dev=8,0 rwbs=D sector=5 nr=8", &latency));
	g_assert_cmpint(latency, ==, 30);
	stats = tsim_pairs_finish(pairs);
	g_assert_cmpuint(stats->matched, ==, 2);
	g_assert_cmpuint(stats->discards, ==, 2);
	g_assert_cmpfloat(stats->discard_ns, ==, 50);
	g_assert_cmpuint(stats->no_issue, ==, 2);
	g_assert_cmpstr(stats->first_no_issue, ==, "8,0 W 5 + 8");
	g_assert_cmpuint(stats->no_complete, ==, 1);
}

/* Ten times 31 years are more ns than a tsim_ns holds. */
static void test_pairs_long(void)
{
	g_autoptr(TsimPairs) pairs = tsim_pairs_new();
	tsim_ns latency = 0;

	for (guint i = 0; i < 10; i++) {
		g_assert_false(
			add_pair(pairs, "0 block_rq_issue dev=8,0 rwbs=D sector=5 nr=8", &latency));
		g_assert_true(add_pair(
			pairs,
			"999999999999999999 block_rq_complete dev=8,0 rwbs=D sector=5 nr=8",
			&latency));
	}
	g_assert_cmpfloat(tsim_pairs_finish(pairs)->discard_ns, >, 9.9e18);
}

int main(int argc, char **argv)
{
	int status, fd;

	g_test_init(&argc, &argv, NULL);
	fd = g_file_open_tmp("trimsim-formats-XXXXXX", &path, NULL);
	g_assert_cmpint(fd, >=, 0);
	g_close(fd, NULL);
	g_test_add_func("/formats/btrfs", test_btrfs);
	g_test_add_func("/formats/process", test_process);
	g_test_add_func("/formats/block", test_block);
	g_test_add_func("/formats/blkparse", test_blkparse);
	g_test_add_func("/formats/fio-log", test_fio_log);
	g_test_add_func("/formats/iolog", test_iolog);
	g_test_add_func("/formats/native", test_native);
	g_test_add_func("/formats/window", test_window);
	g_test_add_func("/formats/gzip", test_gzip);
	g_test_add_func("/formats/pairs", test_pairs);
	g_test_add_func("/formats/pairs-long", test_pairs_long);
	status = g_test_run();
	g_remove(path);
	g_free(path);
	return status;
}
