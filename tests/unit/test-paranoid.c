/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The invariants of --paranoid, which the fixture switches on, hold in a run
 * with everything in it, and each can fail.
 */
#include "fs-fixture.h"
#include "paranoid.h"

/* Allocation, a write, a trim of a RW group, a removal under it, commits. */
static void busy(void *data)
{
	struct tsim_block_group *bg = new_group(TSIM_DATA);

	start_trim(slot_group(1));
	use(bg, 0, TSIM_MIB);
	write_wait(bg, 0, TSIM_MIB);
	tsim_commit_now(&fs);
	unuse(bg, 0, TSIM_MIB / 2);
	start_trim(slot_group(0));
	set_ro(slot_group(0));
	remove_group(slot_group(0));
	tsim_commit_now(&fs);
	tsim_sleep(fs.engine, 50 * MS);
	tsim_commit_now(&fs);
}

static void test_holds(void)
{
	fresh("dd--");
	run_script(&tsim_policy_pinned_chunk, busy);
	g_assert_cmpuint(out.commits, ==, 3);
	g_assert_cmpuint(out.pinned_chunks, ==, 1);
	fresh("dd--");
	run_script(&tsim_policy_unpinned, busy);
	g_assert_cmpuint(out.commits, ==, 3);
}

static void lose_bytes(void *data)
{
	slot_group(0)->free.bytes -= TSIM_SECTOR;
	busy(NULL);
}

static void lose_counter(void *data)
{
	fs.space.info[TSIM_DATA].pinned += TSIM_SECTOR;
	tsim_commit_now(&fs);
}

static void lose_readonly(void *data)
{
	fs.space.info[TSIM_DATA].readonly += TSIM_SECTOR;
	tsim_commit_now(&fs);
}

static void lose_extent(void *data)
{
	tsim_chunk_free_dev_extents(&fs.space, slot_group(0)->chunk);
	tsim_commit_now(&fs);
}

/* An extent that no chunk has. */
static void leave_extent(void *data)
{
	tsim_interval_set_add(&fs.space.dev_extents, TSIM_RANGE(SLOT_START(2), SLOT_START(3)));
	tsim_commit_now(&fs);
}

static void overlap(void *data)
{
	struct tsim_chunk *chunk = slot_group(0)->chunk;

	chunk->phys[0] = slot_group(1)->chunk->phys[0];
	tsim_interval_set_add(&fs.space.dev_extents, tsim_chunk_stripe(chunk, 0));
	tsim_commit_now(&fs);
}

static void lose_pin(void *data)
{
	start_trim(slot_group(0));
	set_ro(slot_group(0));
	remove_group(slot_group(0));
	fs.space.pinned_bytes -= TSIM_SECTOR;
	tsim_commit_now(&fs);
}

/* A time is reported of a command that never was in flight. */
static void break_little(void *data)
{
	tsim_paranoid_clear(&fs);
	fs.dev.discard_ns = tsim_histogram_new();
	fs.dev.io_ns = tsim_histogram_new();
	tsim_paranoid_start(&fs);
	busy(NULL);
	tsim_histogram_add(fs.dev.discard_ns, 1);
}

static void break_clock(void *data)
{
	struct tsim_command cmd = { .complete_ns = MS };

	tsim_sleep(fs.engine, 10 * MS);
	tsim_commit_now(&fs);
	fs.dev.watch(fs.dev.watch_data, &cmd);
}

static void break_order(void *data)
{
	struct tsim_command cmd = {
		.submit_ns = 2, .start_ns = 1, .effect_ns = 3, .complete_ns = 3
	};

	fs.dev.watch(fs.dev.watch_data, &cmd);
}

static void test_fails(void)
{
	static const struct {
		void (*script)(void *data);
		const char *says;
	} cases[] = {
		{ lose_bytes, "*group ? of 16777216 bytes: free 16773120*" },
		{ lose_counter, "*the counters of data are not the sums*" },
		{ lose_readonly, "*data: * bytes read-only*" },
		{ lose_extent, "*chunk ? has no device extent*" },
		{ leave_extent, "*bytes of stripes in * of device extents*" },
		{ overlap, "*bytes allocated and 0 pinned cover*" },
		{ lose_pin, "*bytes pinned, not*" },
		{ break_little, "*Little:*" },
		{ break_clock, "*are out of order*" },
		{ break_order, "*are out of order*" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%s", cases[i].says);
		fresh("dd--");
		g_assert_true(
			script_aborts(&tsim_policy_pinned_chunk, cases[i].script, cases[i].says));
	}
}

static const struct engine_test tests[] = {
	{ "/paranoid/holds", test_holds },
	{ "/paranoid/fails", test_fails },
};

int main(int argc, char **argv)
{
	return fs_test_main(argc, argv, tests, G_N_ELEMENTS(tests));
}
