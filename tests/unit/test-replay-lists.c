/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recordings that are written here, event by event: those that contradict themselves, any, small ones. */
#include <string.h>

#include "error.h"
#include "replay-fixture.h"

#define E(k, ...)                                   \
	{                                           \
		.kind = TSIM_TRACE_##k, __VA_ARGS__ \
	}

static void check_error(const struct tsim_trace_event *list, guint n, const char *pattern)
{
	g_autoptr(GArray) array = g_array_new(FALSE, FALSE, sizeof(*list));
	g_autoptr(GError) error = NULL;

	g_array_append_vals(array, list, n);
	g_assert_null(tsim_recording_new(array, &error));
	g_assert_error(error, TSIM_ERROR, TSIM_ERROR_INPUT);
	if (!g_pattern_match_simple(pattern, error->message))
		g_error("'%s' does not match '%s'", error->message, pattern);
}

static void test_contradictions(void)
{
	static const struct tsim_trace_event
		removed[] = { E(REMOVED, .logical = 7, .line = 9, .t_ns = 2 * TSIM_NS_PER_S) },
		ro[] = { E(BG_RO, .logical = 7) },
		twice[] = { E(CHUNK_ALLOC, .logical = 5242880, .len = 4096) },
		empty[] = { E(CHUNK_ALLOC, .logical = 7) },
		released[] = { E(REMOVED, .logical = 5242880), E(RELEASED, .logical = 5242880) },
		released_twice[] = { E(REMOVED, .logical = 5242880, .kept = TRUE),
				     E(RELEASED, .logical = 5242880),
				     E(RELEASED, .logical = 5242880) },
		gap[] = { E(UNBLOCKED, .transid = 7), E(UNBLOCKED, .transid = 9) },
		many[] = { E(UNBLOCKED, .transid = G_MAXUINT64), E(UNBLOCKED, .transid = 0) },
		group[] = { E(TRIM_GROUP, .logical = 7) },
		outside[] = { E(DISCARD_BEGIN, .logical = 5242880, .len = 4096) },
		elsewhere[] = { E(WRITE, .phys = TSIM_GIB, .len = 4096) },
		behind[] = { E(WRITE, .phys = 13631488, .len = 16 * TSIM_MIB) },
		after[] = { E(REMOVED, .logical = 13631488),
			    E(WRITE, .phys = 13631488, .len = 512) },
		devices[] = { E(WRITE, .phys = 5242880, .len = 512, .flags = 1 << 20),
			      E(WRITE, .phys = 5242880, .len = 512, .flags = 2 << 20) };

	check_error(removed, 1, "9: 2s after the first event: block group 7 is removed, but there is none*");
	check_error(ro, 1, "*block group 7 is set read-only, but there is none*");
	check_error(twice, 1, "*block group 5242880 is allocated twice*");
	check_error(empty, 1, "*block group 7 is allocated with a length*");
	check_error(released, 2, "*is released, but it is not kept");
	check_error(released_twice, 3, "*is released, but it is not kept");
	check_error(gap, 2, "*: the commit of transaction 9 follows that of 7*");
	check_error(many, 2, "*: no file system has had 18446744073709551615 transactions");
	check_error(group, 1, "*block group 7 is trimmed, but*");
	check_error(outside, 1, "*: a discard at 5242880 in no block group*");
	check_error(elsewhere, 1, "*: a write of 4096 bytes at 1073741824 hits no chunk");
	check_error(behind, 1, "*: a write of * bytes at 22020096 hits no chunk");
	check_error(after, 2, "*: a write of 512 bytes at 13631488 hits no chunk");
	check_error(devices, 2, "*: writes to two devices, 1,0 and 2,0*");
}

/* Lines of a trimmer that are lost would leave its discards without a judge. */
#define GROUP 5242880
static void test_lost_entries(void)
{
	static const struct tsim_trace_event
		begin[] = { E(TRIM_GROUP, .logical = GROUP),
			    E(DISCARD_BEGIN, .logical = GROUP, .len = 4096) },
		end[] = { E(TRIM_GROUP, .logical = GROUP), E(HIDE, .logical = GROUP, .len = 4096),
			  E(HIDE, .logical = GROUP, .len = 4096) },
		put_back[] = { E(TRIM_GROUP, .logical = GROUP), E(HIDE_END, .logical = GROUP) },
		nothing[] = { E(TRIM_GROUP, .logical = GROUP), E(HIDE, .logical = GROUP) },
		outside[] = { E(TRIM_GROUP, .logical = GROUP),
			      E(HIDE, .logical = 13631488, .len = 4096) },
		over[] = { E(TRIM_GROUP, .logical = GROUP),
			   E(HIDE, .logical = GROUP + 4096, .len = 8 * TSIM_MIB) },
		left[] = { E(TRIM_GROUP, .logical = GROUP),
			   E(HIDE, .logical = GROUP, .len = 4096),
			   E(DISCARD_BEGIN, .logical = GROUP, .len = 4096),
			   E(TRIM_GROUP_END, .logical = GROUP) },
		next[] = { E(TRIM_GROUP, .logical = GROUP),
			   E(HIDE, .logical = GROUP, .len = 4096),
			   E(TRIM_GROUP, .logical = 13631488) },
		over_with[] = { E(TRIM_GROUP, .logical = GROUP),
				E(HIDE, .logical = GROUP, .len = 4096), E(FITRIM_END) },
		beside[] = { E(TRIM_GROUP, .logical = GROUP),
			     E(HIDE, .logical = GROUP, .len = 4096),
			     E(DISCARD_BEGIN, .logical = GROUP, .len = 8192) };

	check_error(left, 4, "*: a block group is left while an entry of it is hidden: *");
	check_error(next, 3, "*: a block group is left while an entry of it is hidden: *");
	check_error(over_with, 3, "*: a block group is left while an entry of it is hidden: *");
	check_error(begin, 2, "*: a discard at 5242880 of no hidden entry: *begin is missing");
	check_error(beside, 3, "*: a discard at 5242880 of no hidden entry: *begin is missing");
	check_error(end, 3, "*: an entry is hidden while another is: *end is missing");
	check_error(put_back, 2, "*: an entry is put back that was not hidden: *begin is missing");
	check_error(nothing, 2, "*: a discard of a length that cannot be");
	check_error(outside, 2, "*: a discard at 13631488 outside of its block group 5242880");
	check_error(over, 2, "*: a discard at 5246976 outside of its block group 5242880");
}

/*
 * Events in any order, that mean something now and then: an error, or a run
 * in which no invariant breaks.
 */
#define X(k) TSIM_TRACE_##k
static const enum tsim_trace_kind random_kinds[] = {
	X(CHUNK_ALLOC),	   X(CHUNK_ALLOC),   X(BG_RO),	       X(REMOVED),     X(REMOVED),
	X(RELEASED),	   X(COMMIT_START),  X(UNBLOCKED),     X(UNBLOCKED),   X(SUPER_COMMITTED),
	X(COMPLETED),	   X(FITRIM_END),    X(TRIM_GROUP),    X(TRIM_GROUP),  X(TRIM_GROUP),
	X(TRIM_GROUP_END), X(HIDE),	     X(HIDE),	       X(HIDE),	       X(HIDE_END),
	X(DISCARD_BEGIN),  X(DISCARD_BEGIN), X(DISCARD_BEGIN), X(DISCARD_END), X(COMMAND_DONE),
	X(WRITE),	   X(WRITE),	     X(WRITE),	       X(RACE),
};
#undef X

static struct tsim_trace_event random_event(GRand *rand, tsim_ns *t, guint64 *transid)
{
	static const guint64 groups[] = { 1048576, 5242880, 13631488, 22020096, 290455552 };
	guint64 group = groups[g_rand_int_range(rand, 0, G_N_ELEMENTS(groups))];
	guint64 offset = (guint64)g_rand_int_range(rand, 0, 64) * 65536;
	struct tsim_trace_event e = {
		.kind = random_kinds[g_rand_int_range(rand, 0, G_N_ELEMENTS(random_kinds))],
		.task = (guint64)g_rand_int_range(rand, 1, 3),
		.logical = group,
		.phys = group,
		.len = (guint64)g_rand_int_range(rand, 1, 64) * 65536
	};

	*t += g_rand_int_range(rand, 0, 5) * MS;
	e.t_ns = *t;
	e.wait_ns = g_rand_int_range(rand, 0, 30) * MS;
	e.flags = 1u << g_rand_int_range(rand, 0, 3);
	e.kept = g_rand_boolean(rand);
	if (e.kind == TSIM_TRACE_UNBLOCKED)
		e.transid = ++*transid;
	if (e.kind == TSIM_TRACE_WRITE || e.kind == TSIM_TRACE_RACE)
		e.flags = 0;
	if (e.kind == TSIM_TRACE_CHUNK_ALLOC)
		e.len = e.flags == 4 ? 256 * TSIM_MIB : 32 * TSIM_MIB;
	if (e.kind != TSIM_TRACE_CHUNK_ALLOC && e.kind != TSIM_TRACE_TRIM_GROUP &&
	    e.kind != TSIM_TRACE_REMOVED && e.kind != TSIM_TRACE_BG_RO) {
		e.logical += offset;
		e.phys += offset;
	}
	return e;
}

/* A discard is of the entry that its trimmer has hidden. */
static void aim(const GArray *before, struct tsim_trace_event *discard)
{
	for (guint i = before->len; i > 0; i--) {
		const struct tsim_trace_event *e = nth(before, i - 1);

		if (e->kind != TSIM_TRACE_HIDE || e->task != discard->task)
			continue;
		discard->logical = e->logical;
		discard->phys = e->phys;
		discard->len = e->len;
		return;
	}
}

/* What would make all of it an error is left out. */
static GArray *random_recording(GRand *rand)
{
	GArray *array = g_array_new(FALSE, FALSE, sizeof(struct tsim_trace_event));
	guint64 transid = 6;
	tsim_ns t = 0;

	for (guint i = 0; i < 120; i++) {
		guint64 before = transid;
		struct tsim_trace_event e = random_event(rand, &t, &transid);
		TsimRecording *r;

		if (e.kind == TSIM_TRACE_DISCARD_BEGIN)
			aim(array, &e);
		g_array_append_val(array, e);
		r = tsim_recording_new(array, NULL);
		if (!r) {
			g_array_set_size(array, array->len - 1);
			transid = before;
		}
		g_clear_pointer(&r, tsim_recording_free);
	}
	return array;
}

static void test_random(void)
{
	static const struct tsim_policy_ops *const ops[] = { &tsim_policy_unpinned,
							     &tsim_policy_pinned_chunk,
							     &tsim_policy_recorded };
	g_autoptr(GRand) rand = g_rand_new_with_seed(5);
	guint64 discards = 0, removals = 0, raced = 0;

	for (guint i = 0; i < 300; i++) {
		events = random_recording(rand);
		recording = tsim_recording_new(events, NULL);
		g_assert_nonnull(recording);
		scale = 1;
		fresh_mkfs(4 * TSIM_GIB, TSIM_PROFILE_SINGLE);
		run_policy(ops[i % G_N_ELEMENTS(ops)]);
		discards += out.discards;
		removals += out.removals;
		raced += out.funnel[TSIM_STAGE_WRITTEN];
		unload();
	}
	/* or it would show nothing */
	g_assert_cmpuint(discards, >, 100);
	g_assert_cmpuint(removals, >, 100);
	g_assert_cmpuint(raced, >, 0);
}

/* What is not of btrfs' data, and a write over two chunks that the block layer merged. */
static void test_writes(void)
{
	static const struct tsim_trace_event list[] = {
		E(WRITE, .phys = 65536, .len = 4096),
		E(WRITE, .phys = 64 * TSIM_MIB, .len = 4096),
		E(WRITE, .phys = 13631488 - 4096, .len = 12288, .wait_ns = 7),
		E(WRITE, .phys = 13631488, .len = 512, .wait_ns = TSIM_NS_NEVER),
		E(UNBLOCKED, .t_ns = 99),
	};
	g_autoptr(GArray) array = g_array_new(FALSE, FALSE, sizeof(list[0]));
	g_autoptr(TsimRecording) r = NULL;
	const struct tsim_recorded_step *steps;

	g_array_append_vals(array, list, G_N_ELEMENTS(list));
	r = tsim_recording_new(array, NULL);
	g_assert_nonnull(r);
	g_assert_cmpuint(r->steps->len, ==, 4);
	steps = (const struct tsim_recorded_step *)r->steps->data;
	g_assert_cmpuint(steps[0].chunk, ==, 1);
	g_assert_cmpuint(steps[0].event.len, ==, 4096);
	g_assert_cmpuint(steps[1].chunk, ==, 2);
	g_assert_cmpuint(steps[1].event.phys, ==, 13631488);
	g_assert_cmpuint(steps[1].event.len, ==, 8192);
	g_assert_cmpint(steps[1].done_ns, ==, 7);
	g_assert_cmpint(steps[2].done_ns, ==, 99);
}

/*
 * Which command a discard took effect with: the block layer merged it with a
 * neighbour, and left the superblock at 64 MiB out; an older one at the same
 * place is not it.
 */
static void test_pieces(void)
{
	enum { LOW = 60 * 1024 * 1024, SUPER = 64 * 1024 * 1024, TOP = 80 * 1024 * 1024 };
	static const struct tsim_trace_event list[] = {
		E(CHUNK_ALLOC, .logical = LOW, .phys = LOW, .len = TOP - LOW, .flags = 1),
		E(TRIM_GROUP, .logical = LOW, .task = 3),
		E(HIDE, .task = 3, .logical = LOW, .len = TOP - LOW),
		E(DISCARD_BEGIN, .t_ns = 100000, .task = 3, .logical = LOW, .phys = LOW,
		  .len = TOP - LOW),
		E(COMMAND_DONE, .t_ns = 150000, .wait_ns = 90000, .phys = LOW, .len = 4096),
		E(COMMAND_DONE, .t_ns = 170000, .wait_ns = 60000, .phys = LOW - 4096,
		  .len = SUPER - LOW + 4096),
		E(COMMAND_DONE, .t_ns = 180000, .wait_ns = 60000, .phys = SUPER + 4096,
		  .len = TOP - SUPER - 4096),
		E(DISCARD_END, .t_ns = 190000, .task = 3, .logical = LOW, .phys = LOW,
		  .len = TOP - LOW),
		/* no command is known */
		E(DISCARD_BEGIN, .t_ns = 200000, .task = 3, .logical = LOW, .phys = LOW,
		  .len = 4096),
		E(DISCARD_END, .t_ns = 290000, .task = 3, .logical = LOW, .phys = LOW, .len = 4096),
	};
	static const struct tsim_recorded_piece expected[] = {
		{ { LOW, SUPER }, 170000 },
		{ { SUPER + 4096, TOP }, 180000 },
		{ { LOW, LOW + 4096 }, 290000 },
	};
	g_autoptr(GArray) array = g_array_new(FALSE, FALSE, sizeof(list[0]));
	g_autoptr(TsimRecording) r = NULL;

	g_array_append_vals(array, list, G_N_ELEMENTS(list));
	r = tsim_recording_new(array, NULL);
	g_assert_nonnull(r);
	g_assert_cmpuint(r->n_lanes, ==, TSIM_LANE_TRIMMERS + 1);
	g_assert_cmpuint(r->pieces->len, ==, G_N_ELEMENTS(expected));
	for (guint i = 0; i < r->pieces->len; i++) {
		const struct tsim_recorded_piece *p =
			&g_array_index(r->pieces, struct tsim_recorded_piece, i);

		g_assert_cmpuint(p->phys.start, ==, expected[i].phys.start);
		g_assert_cmpuint(p->phys.end, ==, expected[i].phys.end);
		g_assert_cmpint(p->done_ns, ==, expected[i].done_ns);
	}
}

static const struct engine_test tests[] = {
	{ "/replay/contradictions", test_contradictions },
	{ "/replay/lost-entries", test_lost_entries },
	{ "/replay/random", test_random },
	{ "/replay/writes", test_writes },
	{ "/replay/pieces", test_pieces },
};

int main(int argc, char **argv)
{
	return fs_test_main(argc, argv, tests, G_N_ELEMENTS(tests));
}
