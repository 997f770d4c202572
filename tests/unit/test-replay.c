/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "replay-fixture.h"

/*
 * A recording that is followed must show what the recorded kernel did: its
 * chunks and pins, its RACE lines (a write onto a range under discard) and no
 * others.
 */
#define SECTOR 512
#define A5 TSIM_TEST_TRACES "/a5.trace.gz"

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

static const struct engine_test tests[] = {
	{ "/replay/a5", test_a5 },
	{ "/replay/stories", test_stories },
	{ "/replay/quoted", test_quoted },
	{ "/replay/protected", test_protected },
	{ "/replay/effect-at-start", test_effect_at_start },
	{ "/replay/scaled", test_scaled },
	{ "/replay/waiting-policy", test_waiting_policy },
	{ "/replay/recordings", test_recordings },
};

int main(int argc, char **argv)
{
	return fs_test_main(argc, argv, tests, G_N_ELEMENTS(tests));
}
