/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cleaner.h"
#include "fs-fixture.h"

/* What a policy can answer, and that a safe one must be safe. */

static void test_find(void)
{
	g_assert_true(tsim_policy_find("unpinned") == &tsim_policy_unpinned);
	g_assert_true(tsim_policy_find("pinned-chunk") == &tsim_policy_pinned_chunk);
	g_assert_null(tsim_policy_find("pinned"));
	g_assert_false(tsim_policy_unpinned.safe);
	g_assert_true(tsim_policy_pinned_chunk.safe);
	for (guint i = 0; tsim_policies[i]; i++)
		g_assert_nonnull(tsim_policies[i]->group_removed);
}

/* ---- a safe policy that is not ---- */

static enum tsim_release release_now(struct tsim_policy *p, struct tsim_block_group *bg)
{
	return TSIM_RELEASE_NOW;
}

static const struct tsim_policy_ops pretender = { .name = "pretender", .safe = TRUE, .group_removed = release_now };

static void script_hit(void *data)
{
	struct tsim_block_group *bg = slot_group(1);

	set_ro(bg);
	start_trim(bg);
	remove_group(bg);
	tsim_commit_now(&fs);
	bg = new_group(TSIM_DATA);
	if (!bg)
		return;
	use(bg, 0, 65536);
	write_wait(bg, 0, 65536);
}

/* A hit under a policy marked safe ends the process; without the mark it is a result. */
static void test_safe(void)
{
	fresh("dd");
	g_assert_true(script_aborts(&pretender, script_hit, "*invariant*safe*destroyed*65536 bytes*safe policy*"));
	g_assert_false(script_aborts(&tsim_policy_pinned_chunk, script_hit, "*"));
	g_assert_false(script_aborts(&tsim_policy_unpinned, script_hit, "*"));
}

/* ---- hooks ---- */

static struct tsim_range refused;
static guint n_asked;

static enum tsim_grant may_skip(struct tsim_policy *p, struct tsim_range phys)
{
	n_asked++;
	g_assert_true(tsim_mutex_held(&p->fs->space.chunk_mutex));
	return tsim_range_overlaps(phys, refused) ? TSIM_GRANT_SKIP : TSIM_GRANT;
}

static const struct tsim_policy_ops skipping = { .name = "skipping", .group_removed = release_now,
						  .may_allocate = may_skip };

static void script_skip(void *data)
{
	refused = TSIM_RANGE(SLOT_START(1), SLOT_START(1) + SLOT);
	g_assert_cmpuint(new_group(TSIM_DATA)->chunk->phys[0], ==, SLOT_START(2));
	g_assert_null(new_group(TSIM_DATA));
	/* not for lack of space; the old searches do not look before a pending chunk in any case */
	g_assert_cmpint(chunk_result, ==, fs_opt.hole_search == TSIM_HOLE_EXACT ? TSIM_CHUNK_FALSE_ENOSPC :
										  TSIM_CHUNK_ENOSPC);
}

static void test_grant_skip(void)
{
	for (int mode = TSIM_HOLE_EXACT; mode <= TSIM_HOLE_FIRST_PENDING; mode++) {
		fresh("d--");
		fs_opt.hole_search = mode;
		n_asked = 0;
		run_script(&skipping, script_skip);
		g_assert_cmpuint(n_asked, >=, 2);
	}
}

static enum tsim_grant may_wait(struct tsim_policy *p, struct tsim_range phys)
{
	return tsim_policy_now(p) < 50 * MS ? TSIM_GRANT_WAIT : TSIM_GRANT;
}

static void wait_50(struct tsim_policy *p, struct tsim_range phys)
{
	tsim_sleep_until(p->fs->engine, 120 * MS);
}

static const struct tsim_policy_ops waiting = { .name = "waiting", .group_removed = release_now,
						 .may_allocate = may_wait, .write_submit = wait_50 };

static void act_release(void *data)
{
	tsim_sleep_until(engine, 30 * MS);
	tsim_space_released(&fs.space);
	tsim_sleep_until(engine, 60 * MS);
	/* nobody holds chunk_mutex over the wait */
	tsim_mutex_lock(&fs.space.chunk_mutex);
	tsim_mutex_unlock(&fs.space.chunk_mutex);
	note("mutex");
	tsim_space_released(&fs.space);
}

static void script_wait(void *data)
{
	struct tsim_block_group *bg;

	start_actor("release", act_release, NULL);
	bg = new_group(TSIM_DATA);
	note(bg ? "made" : "none");
	use(bg, 0, 4096);
	write_wait(bg, 0, 4096);
	note("written");
}

/* The allocator asks again after each release; a write waits where the policy says. */
static void test_waits(void)
{
	fresh("d-");
	run_script(&waiting, script_wait);
	assert_log("mutex@60000000 made@60000000 written@120000000");
}

static gboolean busy_begin(struct tsim_policy *p, struct tsim_block_group *bg)
{
	bg->trimming++;
	return TRUE;
}

static void busy_end(struct tsim_policy *p, struct tsim_block_group *bg)
{
	bg->trimming--;
}

static enum tsim_removal remover_waits(struct tsim_policy *p, struct tsim_block_group *bg)
{
	return bg->trimming > 0 ? TSIM_REMOVE_WAIT : TSIM_REMOVE_GO;
}

static enum tsim_removal remover_skips(struct tsim_policy *p, struct tsim_block_group *bg)
{
	return TSIM_REMOVE_SKIP;
}

static const struct tsim_policy_ops p2 = { .name = "remover-waits", .group_removed = release_now,
					    .trim_begin = busy_begin, .trim_end = busy_end,
					    .group_removing = remover_waits };
static const struct tsim_policy_ops p3 = { .name = "skip", .group_removed = release_now,
					    .group_removing = remover_skips };

/* The trimmer has nothing reserved: all that it meets is one small entry. */
static void script_remover(void *data)
{
	struct tsim_block_group *bg = slot_group(1);

	set_ro(bg);	/* so that the discard is not counted as reserved */
	start_trim(bg);
	tsim_block_group_set_rw(&fs.space, bg);
	tsim_block_group_mark_unused(&fs.space, bg);
	tsim_cleaner_wake(fs.cleaner);
	tsim_sleep_until(engine, 50 * MS);
	note(bg->removed ? "removed" : "there");
	if (data)
		set_ro(bg);
	tsim_sleep_until(engine, 150 * MS);
	note(bg->removed ? "removed" : "there");
}

static void script_remover_taken(void *data)
{
	script_remover(&fs);	/* ... and somebody else sets it RO meanwhile */
	g_assert_cmpuint(slot_group(1)->ro, ==, 1);
}

/* WAIT: asked again when a trimmer has left, and the group is looked at again. */
static void test_removing(void)
{
	fresh("dd");
	run_script_until(&p2, script_remover, 1000 * MS, TRUE);
	assert_log("there@50000000 trimmed@100000000 removed@150000000");
	run_script_until(&p2, script_remover_taken, 1000 * MS, TRUE);
	assert_log("there@50000000 trimmed@100000000 there@150000000");
	run_script_until(&p3, script_remover, 1000 * MS, TRUE);
	assert_log("there@50000000 trimmed@100000000 there@150000000");
	g_assert_cmpuint(out.removals_skipped, ==, 1);
}

static GString *steps;

static void on_unblocked(struct tsim_policy *p, guint64 transid)
{
	g_string_append_printf(steps, "u%" G_GUINT64_FORMAT " ", transid);
}

static void on_super(struct tsim_policy *p, guint64 transid)
{
	g_string_append_printf(steps, "s%" G_GUINT64_FORMAT " ", transid);
}

static void on_completed(struct tsim_policy *p, guint64 transid)
{
	g_string_append_printf(steps, "c%" G_GUINT64_FORMAT " ", transid);
}

static void on_begin(struct tsim_policy *p, struct tsim_discard *d)
{
	g_string_append_printf(steps, "b ");
}

static void on_end(struct tsim_policy *p, struct tsim_discard *d)
{
	g_assert_false(tsim_interval_set_overlaps(&d->bg->free.extents, d->logical));	/* still hidden */
	g_string_append_printf(steps, "e ");
}

static const struct tsim_policy_ops watching = { .name = "watching", .group_removed = release_now,
						  .discard_begin = on_begin, .discard_end = on_end,
						  .unblocked = on_unblocked, .super_written = on_super,
						  .completed = on_completed };

static void script_watch(void *data)
{
	tsim_commit_now(&fs);
	start_trim(slot_group(0));
	tsim_sleep(engine, 200 * MS);
	tsim_commit_now(&fs);
}

static void test_steps(void)
{
	steps = g_string_new(NULL);
	fresh("dm");
	run_script(&watching, script_watch);
	g_assert_cmpstr(steps->str, ==, "u7 s7 c7 b e u8 s8 c8 ");
	g_string_free(steps, TRUE);
}

static const struct engine_test tests[] = {
	{ "/policy/find", test_find },
	{ "/policy/safe", test_safe },
	{ "/policy/grant-skip", test_grant_skip },
	{ "/policy/waits", test_waits },
	{ "/policy/removing", test_removing },
	{ "/policy/steps", test_steps },
};

int main(int argc, char **argv)
{
	return fs_test_main(argc, argv, tests, G_N_ELEMENTS(tests));
}
