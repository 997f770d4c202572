/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "follow.h"
#include "fs-fixture.h"
#include "ftrace.h"
#include "trace.h"

/*
 * A recording that is followed must show what the recorded kernel did: its
 * chunks and pins, its RACE lines (a write onto a range under discard) and no
 * others.
 */
#define SECTOR 512
#define A5 TSIM_TEST_TRACES "/a5.trace.gz"

static GArray *events; /* (element-type struct tsim_trace_event) of the recording */
static GArray *emitted; /* (element-type struct tsim_trace_event) of the models */
static TsimRecording *recording;
static struct tsim_follower follower;
static double scale;

static const struct tsim_trace_event *nth(const GArray *array, guint i)
{
	g_assert_cmpuint(i, <, array->len);
	return &g_array_index(array, struct tsim_trace_event, i);
}

static void emit(void *data, const struct tsim_trace_event *event)
{
	g_array_append_vals(emitted, event, 1);
}

static void follow(void *data)
{
	static const struct tsim_trace_sink sink = { .emit = emit };

	fs.trace = &sink;
	follower = (struct tsim_follower){ .fs = &fs, .recording = recording, .scale = scale };
	tsim_follow_start(&follower);
}

static void load(const char *path)
{
	g_autoptr(GError) error = NULL;
	tsim_ns start_ns;

	events = tsim_ftrace_read_all(path, &start_ns, &error);
	g_assert_no_error(error);
	recording = tsim_recording_new(events, &error);
	g_assert_no_error(error);
	scale = 1;
	fresh_mkfs(4 * TSIM_GIB, TSIM_PROFILE_SINGLE);
}

/* The fixture checks conservation of space at every commit. */
static void run_policy(const struct tsim_policy_ops *ops)
{
	g_clear_pointer(&emitted, g_array_unref);
	emitted = g_array_new(FALSE, FALSE, sizeof(struct tsim_trace_event));
	run_script(ops, follow);
	tsim_follow_clear(&follower);
}

static void unload(void)
{
	g_clear_pointer(&events, g_array_unref);
	g_clear_pointer(&recording, tsim_recording_free);
	g_clear_pointer(&emitted, g_array_unref);
}

static guint count(const GArray *array, enum tsim_trace_kind kind)
{
	guint n = 0;

	for (guint i = 0; i < array->len; i++)
		n += nth(array, i)->kind == kind;
	return n;
}

/* ---- writes onto ranges under discard ---- */

static char *race_key(tsim_ns t_ns, struct tsim_range write, struct tsim_range command)
{
	return g_strdup_printf("%" G_GINT64_FORMAT " us: write %" G_GUINT64_FORMAT
			       "+%" G_GUINT64_FORMAT " discard %" G_GUINT64_FORMAT
			       "+%" G_GUINT64_FORMAT,
			       t_ns / TSIM_NS_PER_US, write.start, tsim_range_len(write),
			       command.start, tsim_range_len(command));
}

static struct tsim_range sectors(const struct tsim_trace_record *r, const char *start,
				 const char *nr)
{
	guint64 s, n;

	g_assert_true(tsim_trace_number(r, start, &s) && tsim_trace_number(r, nr, &n));
	return TSIM_RANGE(s * SECTOR, (s + n) * SECTOR);
}

/* The RACE lines of the file. */
static GHashTable *recorded_races(const char *path)
{
	g_autoptr(TsimTraceReader) reader = tsim_trace_open(path, NULL);
	GHashTable *found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct tsim_trace_record r;
	guint i = 0;

	while (tsim_trace_next(reader, &r, NULL)) {
		if (strcmp(r.event, "sim:RACE_write"))
			continue;
		while (nth(events, i)->kind != TSIM_TRACE_RACE)
			i++;
		g_hash_table_add(found,
				 race_key(nth(events, i++)->t_ns, sectors(&r, "sector", "nr"),
					  sectors(&r, "discard_sector", "discard_nr")));
	}
	return found;
}

static struct tsim_range place(const struct tsim_trace_event *e)
{
	return TSIM_RANGE(e->phys, e->phys + e->len);
}

static const struct tsim_trace_event *emitted_discard(guint64 number)
{
	for (guint i = 0; i < emitted->len; i++) {
		if (nth(emitted, i)->kind == TSIM_TRACE_DISCARD_BEGIN &&
		    nth(emitted, i)->task == number)
			return nth(emitted, i);
	}
	g_assert_not_reached();
}

/* A race of ours, by the recorded command, of several merged discards, that its discard was in. */
static void add_race(GHashTable *found, const struct tsim_trace_event *race)
{
	struct tsim_range both =
		tsim_range_intersect(place(emitted_discard(race->task)), place(race));

	for (guint i = 0; i < events->len; i++) {
		const struct tsim_trace_event *e = nth(events, i);

		if (e->kind == TSIM_TRACE_COMMAND_DONE && e->t_ns >= race->t_ns &&
		    e->t_ns - e->wait_ns <= race->t_ns + TSIM_NS_PER_US &&
		    tsim_range_overlaps(both, place(e)))
			g_hash_table_add(found, race_key(race->t_ns, place(race), place(e)));
	}
}

static GHashTable *emitted_races(void)
{
	GHashTable *found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < emitted->len; i++) {
		if (nth(emitted, i)->kind == TSIM_TRACE_RACE)
			add_race(found, nth(emitted, i));
	}
	return found;
}

static guint missing(GHashTable *all, GHashTable *some, const char *who)
{
	GHashTableIter iter;
	gpointer key;
	guint n = 0;

	g_hash_table_iter_init(&iter, all);
	while (g_hash_table_iter_next(&iter, &key, NULL)) {
		if (g_hash_table_contains(some, key))
			continue;
		g_test_message("only %s: %s", who, (char *)key);
		n++;
	}
	return n;
}

static void check_races(const char *path, guint n)
{
	g_autoptr(GHashTable) theirs = recorded_races(path), ours = emitted_races();

	g_assert_cmpuint(g_hash_table_size(theirs), ==, n);
	g_assert_cmpuint(missing(theirs, ours, "recorded"), ==, 0);
	g_assert_cmpuint(missing(ours, theirs, "simulated"), ==, 0);
	/* also before any is matched with a command */
	g_assert_cmpuint(count(emitted, TSIM_TRACE_RACE) > 0, ==, n > 0);
}

/* ---- chunks, removals, commits, pins ---- */

static const struct tsim_trace_event *next_of(const GArray *array, guint *i,
					      enum tsim_trace_kind kind)
{
	for (; *i < array->len; ++*i) {
		if (nth(array, *i)->kind == kind)
			return nth(array, (*i)++);
	}
	return NULL;
}

/* Every event of @kind is there, at its time. */
static void check_same(enum tsim_trace_kind kind, tsim_ns tolerance)
{
	const struct tsim_trace_event *theirs, *ours;
	guint i = 0, k = 0;

	do {
		theirs = next_of(events, &i, kind);
		ours = next_of(emitted, &k, kind);
		g_assert_true(!theirs == !ours);
		if (!theirs)
			break;
		g_assert_cmpuint(theirs->logical, ==, ours->logical);
		g_assert_cmpint(ABS(theirs->t_ns - ours->t_ns), <=, tolerance);
		if (kind == TSIM_TRACE_RELEASED)
			continue;
		g_assert_cmpuint(theirs->transid, ==, ours->transid);
		if (kind == TSIM_TRACE_REMOVED)
			g_assert_cmpint(theirs->kept, ==, ours->kept);
		else
			g_assert_cmpuint(theirs->phys, ==, ours->phys);
	} while (theirs);
}

static void check_chunks(void)
{
	check_same(TSIM_TRACE_CHUNK_ALLOC, 0);
	check_same(TSIM_TRACE_REMOVED, 0);
	check_same(TSIM_TRACE_UNBLOCKED, 0);
	check_same(TSIM_TRACE_SUPER_COMMITTED, 0);
	check_same(TSIM_TRACE_RELEASED, 20 * TSIM_NS_PER_US);
	check_same(TSIM_TRACE_DISCARD_BEGIN, 0);
	check_same(TSIM_TRACE_DISCARD_END, 0);
}

/* ---- the bundled recording ---- */

static void test_a5(void)
{
	load(A5);
	run_policy(&tsim_policy_unpinned);
	check_races(A5, 314);
	check_chunks();
	/* as grep counts them */
	g_assert_cmpuint(out.funnel[TSIM_STAGE_HIDDEN], ==, 300);
	g_assert_cmpuint(out.discards, ==, 243);
	g_assert_cmpuint(out.removals, ==, 104);
	g_assert_cmpuint(out.chunks_allocated, ==, 107);
	g_assert_cmpuint(out.commits, ==, 738);
	g_assert_cmpuint(out.trim_passes, ==, 4);
	g_assert_cmpuint(out.trim_errors, ==, 4);
	g_assert_cmpuint(out.hits, >, 0);
	unload();
}

static const struct tsim_race_step *find(const struct tsim_race *race, const char *what,
					 guint64 start)
{
	for (guint i = 0; i < race->steps->len; i++) {
		const struct tsim_race_step *s =
			&g_array_index(race->steps, struct tsim_race_step, i);

		if (!strcmp(s->what, what) && s->start == start)
			return s;
	}
	return NULL;
}

/* A story tells of the writes of the owner that lost them, not of an owner in between. */
static void test_stories(void)
{
	load(A5);
	run_policy(&tsim_policy_unpinned);
	for (guint i = 0; i < races->len; i++) {
		const struct tsim_race *race = g_ptr_array_index(races, i);
		gboolean owned = FALSE;

		for (guint k = 0; k < race->steps->len; k++) {
			const struct tsim_race_step *s =
				&g_array_index(race->steps, struct tsim_race_step, k);

			owned |= !strcmp(s->what, "chunk");
			g_assert_true(owned || strcmp(s->what, "write"));
		}
	}
	unload();
}

/* The race that the recording's description quotes, line by line; it is the first hit. */
static void test_quoted(void)
{
	static const struct {
		const char *what;
		tsim_ns us; /* on the recording's clock */
		guint64 start, len, logical, number; /* 0: not looked at */
	} lines[] = {
		{ "hide", 5920015, 22216704, 524288, 22216704, 0 },
		{ "submit", 5920015, 22216704, 524288, 22216704, 0 },
		{ "ro", 6101865, 22020096, 268435456, 22020096, 0 },
		{ "remove", 6110837, 22020096, 268435456, 22020096, 32 },
		{ "commit_start", 6110838, 0, 0, 0, 32 },
		{ "unblocked", 6110839, 0, 0, 0, 32 },
		{ "super", 6111002, 0, 0, 0, 32 },
		{ "chunk", 6281171, 22020096, 268435456, 1062207488, 0 },
		{ "write", 6281343, 43696 * SECTOR, 112 * SECTOR, 0, 0 },
		{ "write_effect", 6281424, 43696 * SECTOR, 112 * SECTOR, 0, 0 },
		{ "effect", 6430001, 22216704, 524288, 0, 0 },
	};
	const struct tsim_race *race;

	load(A5);
	run_policy(&tsim_policy_unpinned);
	race = g_ptr_array_index(races, 0);
	for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
		const struct tsim_race_step *s = find(race, lines[i].what, lines[i].start);

		g_assert_nonnull(s);
		g_assert_cmpint(s->t_ns / TSIM_NS_PER_US + 5880003, ==, lines[i].us);
		g_assert_cmpuint(s->end - s->start, ==, lines[i].len);
		if (lines[i].logical)
			g_assert_cmpuint(s->logical, ==, lines[i].logical);
		if (lines[i].number)
			g_assert_cmpuint(s->number, ==, lines[i].number);
	}
	unload();
}

/* Under the fix the same schedule loses nothing: chunks go elsewhere. */
static void test_protected(void)
{
	load(A5);
	run_policy(&tsim_policy_pinned_chunk);
	g_assert_cmpuint(count(emitted, TSIM_TRACE_RACE), ==, 0);
	g_assert_cmpuint(out.hits, ==, 0);
	g_assert_cmpuint(out.removals, ==, 104);
	g_assert_cmpuint(out.displaced, >, 0);
	g_assert_cmpuint(out.pinned_chunks, >, 0);
	unload();
}

/* The recorded null_blk zeroed at the end; at the start, overlap is no loss. */
static void test_effect_at_start(void)
{
	load(A5);
	dev_opt.discard_effect = TSIM_EFFECT_START;
	run_policy(&tsim_policy_unpinned);
	check_races(A5, 314);
	g_assert_cmpuint(out.hits, ==, 0);
	unload();
}

static void test_scaled(void)
{
	g_autoptr(GArray) whole = NULL;
	guint64 hits;

	load(A5);
	run_policy(&tsim_policy_unpinned);
	whole = g_array_ref(emitted);
	hits = out.hits;
	scale = 0.25;
	run_policy(&tsim_policy_unpinned);
	g_assert_cmpuint(out.hits, ==, hits);
	g_assert_cmpuint(emitted->len, ==, whole->len);
	for (guint i = 0; i < whole->len; i++) {
		g_assert_cmpint(nth(emitted, i)->kind, ==, nth(whole, i)->kind);
		g_assert_cmpuint(nth(emitted, i)->phys, ==, nth(whole, i)->phys);
		g_assert_cmpint(nth(emitted, i)->t_ns, ==, nth(whole, i)->t_ns / 4);
	}
	unload();
}

/* ---- a policy that waits: the others of the recording go on ---- */

static guint n_waits;

static enum tsim_grant after_discards(struct tsim_policy *p, struct tsim_range phys)
{
	const GPtrArray *discards = p->fs->oracle.discards;

	for (guint i = 0; i < discards->len; i++) {
		const struct tsim_discard *d = g_ptr_array_index(discards, i);

		if (d->target && tsim_range_overlaps(d->phys, phys)) {
			n_waits++;
			return TSIM_GRANT_WAIT;
		}
	}
	return TSIM_GRANT;
}

static void ended(struct tsim_policy *p, struct tsim_discard *discard)
{
	discard->target = NULL;
	tsim_space_released(&p->fs->space);
}

static enum tsim_release now(struct tsim_policy *p, struct tsim_block_group *bg)
{
	return TSIM_RELEASE_NOW;
}

static void test_waiting_policy(void)
{
	static const struct tsim_policy_ops waits = {
		.name = "waits",
		.safe = TRUE,
		.discard_end = ended,
		.group_removed = now,
		.may_allocate = after_discards,
	};

	load(A5);
	n_waits = 0;
	run_policy(&waits);
	g_assert_cmpuint(n_waits, >, 0);
	g_assert_cmpuint(out.hits, ==, 0);
	g_assert_cmpuint(out.removals, ==, 104);
	g_assert_cmpuint(out.trim_passes, ==, 4);
	unload();
}

/* ---- the whole recordings ---- */

static void test_recordings(void)
{
	static const struct {
		const char *name;
		guint64 size_gib;
		const struct tsim_policy_ops *ops;
		guint races; /* RACE lines */
	} traces[] = {
		{ "A1", 4, &tsim_policy_pinned_chunk, 0 },
		{ "A2", 10, &tsim_policy_pinned_chunk, 0 },
		{ "A5", 4, &tsim_policy_unpinned, 314 },
		{ "A6", 4, &tsim_policy_pinned_chunk, 0 },
		{ "k-100000-1-unpin", 4, &tsim_policy_unpinned, 3 },
		{ "m1-200000-1-unpin", 4, &tsim_policy_unpinned, 151 },
		{ "m2-200000-1-unpin", 4, &tsim_policy_unpinned, 152 },
	};

	for (guint i = 0; i < G_N_ELEMENTS(traces); i++) {
		g_autofree char *path =
			g_strdup_printf(TSIM_TEST_RECORDINGS "/trace-%s.txt.gz", traces[i].name);

		if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
			g_test_skip("the whole recordings are not here");
			return;
		}
		g_test_message("%s", traces[i].name);
		load(path);
		fs_opt.size_bytes = traces[i].size_gib * TSIM_GIB;
		run_policy(traces[i].ops);
		check_chunks();
		check_races(path, traces[i].races);
		unload();
	}
}

/* ---- recordings that cannot be followed ---- */

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
	{ "/replay/a5", test_a5 },
	{ "/replay/stories", test_stories },
	{ "/replay/quoted", test_quoted },
	{ "/replay/protected", test_protected },
	{ "/replay/effect-at-start", test_effect_at_start },
	{ "/replay/scaled", test_scaled },
	{ "/replay/waiting-policy", test_waiting_policy },
	{ "/replay/recordings", test_recordings },
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
