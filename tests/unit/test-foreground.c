/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "foreground.h"

#include <string.h>

#include "error.h"
#include "ftrace.h"
#include "units.h"

/* What users did, out of what was recorded. */
#define MS TSIM_NS_PER_MS

static TsimForeground *foreground;

#define E(t, k, ...)                                                \
	{                                                           \
		.t_ns = (t)*MS, .kind = TSIM_TRACE_##k, __VA_ARGS__ \
	}

static void derive(const struct tsim_trace_event *list, guint n)
{
	g_autoptr(GArray) array = g_array_new(FALSE, FALSE, sizeof(*list));

	g_clear_pointer(&foreground, tsim_foreground_free);
	g_array_append_vals(array, list, n);
	foreground = tsim_foreground_new(array);
}

static const struct tsim_user *user(guint i)
{
	g_assert_cmpuint(i, <, foreground->users->len);
	return &g_array_index(foreground->users, struct tsim_user, i);
}

static const struct tsim_operation *check(guint u, guint i, enum tsim_operation_kind kind,
					  tsim_ns begin_ms, tsim_ns end_ms)
{
	const struct tsim_operation *op;

	g_assert_cmpuint(i, <, user(u)->operations->len);
	op = &g_array_index(user(u)->operations, struct tsim_operation, i);
	g_assert_cmpint(op->kind, ==, kind);
	g_assert_cmpint(op->begin_ns, ==, begin_ms * MS);
	g_assert_cmpint(op->end_ns, ==, end_ms * MS);
	return op;
}

/* Two processes with marks; an operation lasts as long as its process is heard of. */
static void test_marks(void)
{
	static const struct tsim_trace_event list[] = {
		E(0, CREATE, .task = 1),
		E(1, FALLOC, .task = 2, .len = TSIM_GIB),
		E(2, FALLOC_END, .task = 2),
		E(3, COMMIT_START, .task = 2, .process = TSIM_PROCESS_USER, .transid = 7),
		E(4, COMPLETED, .task = 2, .process = TSIM_PROCESS_USER, .transid = 7),
		E(5, DELETE, .task = 1),
		E(6, SYNCFS, .task = 1),
		E(7, TRUNCATE, .task = 2),
		E(8, CREATE, .task = 1),
	};

	derive(list, G_N_ELEMENTS(list));
	g_assert_cmpuint(foreground->users->len, ==, 2);
	g_assert_cmpint(user(0)->kind, ==, TSIM_USER_FILES);
	check(0, 0, TSIM_OP_CREATE, 0, 5);
	check(0, 1, TSIM_OP_DELETE, 5, 5);
	check(0, 2, TSIM_OP_SYNC, 6, 6);
	g_assert_cmpuint(user(0)->operations->len, ==, 3); /* the last round is not over */
	g_assert_false(user(0)->syncs);
	g_assert_cmpint(user(1)->kind, ==, TSIM_USER_DATA);
	g_assert_cmpuint(check(1, 0, TSIM_OP_FALLOCATE, 1, 4)->bytes, ==, TSIM_GIB);
	check(1, 1, TSIM_OP_TRUNCATE, 7, 7);
	g_assert_true(user(1)->syncs); /* its commit belongs to what is marked */
	g_assert_cmpint(foreground->end_ns, ==, 7 * MS);
}

/* Commits of a process without marks are its syncfs; those of the kernel are nobody's. */
static void test_syncs(void)
{
	static const struct tsim_trace_event list[] = {
		E(0, COMMIT_START, .task = 1, .process = TSIM_PROCESS_USER, .transid = 7),
		E(1, UNBLOCKED, .task = 1, .process = TSIM_PROCESS_USER, .transid = 7),
		E(2, COMPLETED, .task = 1, .process = TSIM_PROCESS_USER, .transid = 7),
		E(3, COMMIT_START, .task = 2, .process = TSIM_PROCESS_KERNEL, .transid = 8),
		E(4, COMMIT_START, .task = 3, .process = TSIM_PROCESS_UNKNOWN, .transid = 9),
		E(5, UNBLOCKED, .task = 1, .process = TSIM_PROCESS_USER, .transid = 10),
	};

	derive(list, G_N_ELEMENTS(list));
	g_assert_cmpuint(foreground->users->len, ==, 1);
	g_assert_cmpint(user(0)->kind, ==, TSIM_USER_SYNC);
	g_assert_cmpuint(user(0)->operations->len, ==, 2);
	check(0, 0, TSIM_OP_SYNC, 0, 2);
	check(0, 1, TSIM_OP_SYNC, 5, 5);
}

/* A process a call; what relocated nothing did what the others did; no balance, no calls. */
static void test_balance(void)
{
	static const struct tsim_trace_event list[] = {
		E(0, COMMIT_START, .task = 1, .process = TSIM_PROCESS_BTRFS, .transid = 7),
		E(1, COMPLETED, .task = 1, .process = TSIM_PROCESS_BTRFS, .transid = 7),
		E(2, BG_RO, .task = 2, .process = TSIM_PROCESS_BTRFS, .logical = 9, .flags = 1),
		E(3, BG_RO, .task = 8, .process = TSIM_PROCESS_KERNEL, .logical = 9, .flags = 4),
		E(4, REMOVED, .task = 2, .process = TSIM_PROCESS_BTRFS, .logical = 9, .flags = 1),
	};

	derive(list, G_N_ELEMENTS(list));
	g_assert_cmpuint(foreground->users->len, ==, 1);
	g_assert_cmpint(user(0)->kind, ==, TSIM_USER_BALANCE);
	g_assert_cmpuint(user(0)->operations->len, ==, 2);
	g_assert_cmpuint(check(0, 0, TSIM_OP_BALANCE, 0, 1)->flags, ==, 1);
	g_assert_cmpuint(check(0, 1, TSIM_OP_BALANCE, 2, 4)->flags, ==, 1);
	derive(list, 2);
	g_assert_cmpuint(foreground->users->len, ==, 0);
}

static void test_trims(void)
{
	static const struct tsim_trace_event list[] = {
		E(0, FITRIM, .task = 1),     E(1, FITRIM, .task = 2), E(2, TRIM_GROUP, .task = 1),
		E(5, FITRIM_END, .task = 1), E(6, FITRIM, .task = 1), E(7, FITRIM_END, .task = 1),
		E(8, FITRIM_END, .task = 2),
	};
	/* imported before processes were kept: one after the other */
	static const struct tsim_trace_event nobody[] = { E(0, FITRIM), E(1, CREATE),
							  E(3, FITRIM_END), E(4, FITRIM) };

	derive(list, G_N_ELEMENTS(list));
	g_assert_cmpuint(foreground->users->len, ==, 2);
	check(0, 0, TSIM_OP_TRIM, 0, 5);
	check(0, 1, TSIM_OP_TRIM, 6, 7);
	check(1, 0, TSIM_OP_TRIM, 1, 8);
	g_assert_cmpint(foreground->end_ns, ==, 8 * MS); /* nobody else did anything */
	derive(nobody, G_N_ELEMENTS(nobody));
	g_assert_cmpuint(foreground->users->len, ==, 1);
	check(0, 0, TSIM_OP_TRIM, 0, 3);
	check(0, 1, TSIM_OP_TRIM, 4, 4);
}

/* Two loops of a shell, a process a pass; the sync between them is one as well. */
static void test_shell_loops(void)
{
	static const struct tsim_trace_event list[] = {
		E(0, FITRIM, .task = 1),
		E(1, FITRIM, .task = 2),
		E(2, COMMIT_START, .task = 9, .process = TSIM_PROCESS_USER, .transid = 7),
		E(3, FITRIM_END, .task = 1),
		E(4, FITRIM, .task = 3),
		E(5, FITRIM_END, .task = 2),
		E(6, FITRIM, .task = 4),
		E(7, FITRIM_END, .task = 4),
		E(8, FITRIM_END, .task = 3),
		E(9, COMMIT_START, .task = 10, .process = TSIM_PROCESS_USER, .transid = 8),
	};

	derive(list, G_N_ELEMENTS(list));
	g_assert_cmpuint(foreground->users->len, ==, 3);
	check(0, 0, TSIM_OP_TRIM, 0, 3);
	check(0, 1, TSIM_OP_TRIM, 4, 8);
	check(1, 0, TSIM_OP_TRIM, 1, 5);
	check(1, 1, TSIM_OP_TRIM, 6, 7);
	check(2, 0, TSIM_OP_SYNC, 2, 2);
	check(2, 1, TSIM_OP_SYNC, 9, 9);
}

#define KIB 1024

/* What metadata groups use, with a relocation on the way, and data, which is not meant. */
static void test_growth(void)
{
	static const struct tsim_trace_event list[] = {
		E(0, TRIM_GROUP, .logical = 1, .flags = 4, .used = 128 * KIB),
		E(1, TRIM_GROUP, .logical = 2, .flags = 1, .used = 512 * KIB),
		E(2, TRIM_GROUP, .logical = 1, .flags = 4, .used = 160 * KIB),
		E(3, BG_RO, .logical = 1, .flags = 4, .used = 176 * KIB),
		E(4, CHUNK_ALLOC, .logical = 3, .flags = 4),
		E(5, TRIM_GROUP, .logical = 3, .flags = 4, .used = 64 * KIB),
		E(6, REMOVED, .logical = 1, .flags = 4),
		E(7, TRIM_GROUP, .logical = 4, .flags = 4, .used = 0),
		E(8, TRIM_GROUP, .logical = 3, .flags = 4, .used = 112 * KIB),
		/* this move is given up */
		E(9, BG_RO, .logical = 3, .flags = 4, .used = 112 * KIB),
		E(10, TRIM_GROUP, .logical = 4, .flags = 4, .used = 16 * KIB),
		E(11, BG_RO, .logical = 4, .flags = 4, .used = 48 * KIB),
	};

	derive(list, G_N_ELEMENTS(list));
	g_assert_cmpuint(foreground->users->len, ==, 1);
	g_assert_cmpint(user(0)->kind, ==, TSIM_USER_TREE);
	g_assert_cmpuint(user(0)->operations->len, ==, 4);
	g_assert_cmpuint(check(0, 0, TSIM_OP_GROW, 2, 2)->bytes, ==, 32 * KIB);
	g_assert_cmpuint(check(0, 1, TSIM_OP_GROW, 3, 3)->bytes, ==, 16 * KIB);
	g_assert_cmpuint(check(0, 2, TSIM_OP_SHRINK, 8, 8)->bytes, ==, 64 * KIB);
	g_assert_cmpuint(check(0, 3, TSIM_OP_GROW, 11, 11)->bytes, ==, 48 * KIB);
}

static void load(const char *path)
{
	g_autoptr(GError) error = NULL;
	tsim_ns start_ns;
	g_autoptr(GArray) events = tsim_ftrace_read_all(path, &start_ns, &error);

	g_assert_no_error(error);
	g_clear_pointer(&foreground, tsim_foreground_free);
	foreground = tsim_foreground_new(events);
}

static guint operations(enum tsim_user_kind kind)
{
	guint n = 0;

	for (guint i = 0; i < foreground->users->len; i++)
		n += user(i)->kind == kind ? user(i)->operations->len : 0;
	return n;
}

static guint64 grown(void)
{
	guint64 bytes = 0;

	for (guint i = 0; i < foreground->users->len; i++) {
		for (guint k = 0; k < user(i)->operations->len; k++) {
			const struct tsim_operation *op =
				&g_array_index(user(i)->operations, struct tsim_operation, k);

			if (op->kind == TSIM_OP_GROW)
				bytes += op->bytes;
			else if (op->kind == TSIM_OP_SHRINK)
				bytes -= op->bytes;
		}
	}
	return bytes;
}

/* As grep counts begin lines and processes. */
static void test_bundled(void)
{
	load(TSIM_TEST_TRACES "/a1.trace");
	g_assert_cmpuint(foreground->users->len, ==, 3);
	g_assert_cmpuint(operations(TSIM_USER_FILES), ==, 3 * 37);
	g_assert_cmpuint(operations(TSIM_USER_DATA), ==, 2 * 25);
	g_assert_cmpuint(operations(TSIM_USER_TRIM), ==, 210);
	load(TSIM_TEST_TRACES "/a5.trace.gz");
	g_assert_cmpuint(foreground->users->len, ==, 7);
	g_assert_cmpuint(operations(TSIM_USER_BALANCE), ==, 53);
	g_assert_cmpuint(operations(TSIM_USER_SYNC), ==, 104);
	g_assert_cmpuint(operations(TSIM_USER_TRIM), ==, 4);
	/* from 128 KiB to the last group's used=5079040, what a cut round leaves apart */
	g_assert_cmpuint(grown(), >, 4 * TSIM_MIB);
	g_assert_cmpuint(grown(), <, 6 * TSIM_MIB);
}

static void test_recordings(void)
{
	static const struct {
		const char *name;
		guint files, data, trims, syncs, balances; /* operations */
	} traces[] = {
		{ "A2", 0, 16, 167, 0, 0 },
		{ "A6", 0, 0, 4, 103, 59 },
		{ "k-100000-1-unpin", 0, 0, 8, 126, 60 },
		{ "m1-200000-1-unpin", 3 * 48, 2 * 58, 12, 219, 69 },
		{ "m2-200000-1-unpin", 3 * 237, 2 * 49, 26, 259, 0 },
	};

	for (guint i = 0; i < G_N_ELEMENTS(traces); i++) {
		g_autofree char *path =
			g_strdup_printf(TSIM_TEST_RECORDINGS "/trace-%s.txt.gz", traces[i].name);

		if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
			g_test_skip("the whole recordings are not here");
			return;
		}
		load(path);
		g_assert_cmpuint(operations(TSIM_USER_FILES), ==, traces[i].files);
		g_assert_cmpuint(operations(TSIM_USER_DATA), ==, traces[i].data);
		g_assert_cmpuint(operations(TSIM_USER_TRIM), ==, traces[i].trims);
		g_assert_cmpuint(operations(TSIM_USER_SYNC), ==, traces[i].syncs);
		g_assert_cmpuint(operations(TSIM_USER_BALANCE), ==, traces[i].balances);
		g_assert_cmpint(grown() > 0, ==, traces[i].files == 0);
	}
}

int main(int argc, char **argv)
{
	int status;

	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/foreground/marks", test_marks);
	g_test_add_func("/foreground/syncs", test_syncs);
	g_test_add_func("/foreground/balance", test_balance);
	g_test_add_func("/foreground/trims", test_trims);
	g_test_add_func("/foreground/shell-loops", test_shell_loops);
	g_test_add_func("/foreground/growth", test_growth);
	g_test_add_func("/foreground/bundled", test_bundled);
	g_test_add_func("/foreground/recordings", test_recordings);
	status = g_test_run();
	g_clear_pointer(&foreground, tsim_foreground_free);
	return status;
}
