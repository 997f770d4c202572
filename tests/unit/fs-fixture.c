/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fs-fixture.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fitrim.h"
#include "paranoid.h"
#include "removal.h"

struct tsim_fs fs;
struct tsim_outcome out;
struct tsim_fs_options fs_opt;
struct tsim_device_options dev_opt;
GPtrArray *races;
enum tsim_chunk_result chunk_result;
struct tsim_chunk_request chunk_request;
guint64 fs_seed = 1;

static const char *layout;	/* NULL: tsim_space_mkfs() */
static gboolean alive;

static void fs_end(void)
{
	if (alive)
		tsim_fs_clear(&fs);
	alive = FALSE;
	g_clear_pointer(&races, g_ptr_array_unref);
}

static void drop_law(TsimLaw **law)
{
	g_clear_pointer(law, tsim_law_free);
}

static void reset_options(void)
{
	fs_end();
	tsim_options_clear(tsim_fs_option_table, &fs_opt);
	tsim_options_clear(tsim_device_option_table, &dev_opt);
	tsim_options_defaults(tsim_fs_option_table, &fs_opt);
	tsim_options_defaults(tsim_device_option_table, &dev_opt);
	drop_law(&fs_opt.commit_start);
	drop_law(&fs_opt.commit_critical);
	drop_law(&fs_opt.delayed_ref_delay);
	drop_law(&fs_opt.ro_window);
	drop_law(&fs_opt.relocation_fixed);
	fs_opt.commit_blocks = 0;
	fs_opt.relocation_rate = G_MAXDOUBLE;
	fs_opt.relocation_square_ns = 0;
	fs_opt.relocation_sigma = 0;
	fs_opt.trim_unallocated = FALSE;
	dev_opt.discard_base_ns = 100 * MS;
	dev_opt.discard_slots = 64;
	dev_opt.slots = 64;
}

void fresh(const char *slots)
{
	reset_options();
	layout = slots;
	fs_opt.size_bytes = SLOT_START(strlen(slots));
	fs_opt.metadata_profile = strchr(slots, '=') ? TSIM_PROFILE_DUP : TSIM_PROFILE_SINGLE;
}

void fresh_mkfs(guint64 size_bytes, enum tsim_profile profile)
{
	reset_options();
	layout = NULL;
	fs_opt.size_bytes = size_bytes;
	fs_opt.metadata_profile = profile;
}

static void make_layout(void)
{
	guint copies = tsim_chunk_copies(&fs_opt, TSIM_METADATA);

	tsim_space_add_initial(&fs.space, TSIM_SYSTEM, TSIM_MIB, 4 * TSIM_MIB / copies);
	for (guint i = 0; layout[i]; i++) {
		if (layout[i] == 'd')
			tsim_space_add_initial(&fs.space, TSIM_DATA, SLOT_START(i), SLOT);
		for (guint half = 0; layout[i] == 'h' && half < 2; half++)
			tsim_space_add_initial(&fs.space, TSIM_DATA, SLOT_START(i) + half * SLOT / 2, SLOT / 2);
		if (layout[i] == 'm')
			tsim_space_add_initial(&fs.space, TSIM_METADATA, SLOT_START(i), SLOT);
	}
}

static void free_race(gpointer race)
{
	tsim_race_free(race);
}

static void fs_begin(const struct tsim_policy_ops *ops)
{
	static const char config[64];	/* every option of the policies here may be 0 */
	struct tsim_rng rng = { fs_seed, 1 };

	fs_end();
	out = (struct tsim_outcome){ .first_hit_ns = TSIM_NS_NEVER };
	races = g_ptr_array_new_with_free_func(free_race);
	tsim_fs_init(&fs, engine, &fs_opt, &dev_opt, &rng);
	alive = TRUE;
	fs.out = &out;
	tsim_paranoid_start(&fs);
	tsim_policy_init(&fs.policy, ops, config, &fs);
	if (layout)
		make_layout();
	else
		tsim_space_mkfs(&fs.space);
}

static gboolean with_kthreads;

static void start(void *data)
{
	void (*const *script)(void *data) = data;

	tsim_fs_mount(&fs, with_kthreads);
	tsim_actor_spawn(engine, "script", 1, 0, *script, NULL);
}

void run_script_until(const struct tsim_policy_ops *ops, void (*script)(void *data), tsim_ns horizon,
		      gboolean kthreads)
{
	fs_begin(ops);
	with_kthreads = kthreads;
	run_ok(tsim_power_horizon(&fs.oracle, horizon), start, &script);
	tsim_fs_finish(&fs, races);
}

void run_script(const struct tsim_policy_ops *ops, void (*script)(void *data))
{
	run_script_until(ops, script, TSIM_NS_NEVER, FALSE);
}

gboolean script_aborts(const struct tsim_policy_ops *ops, void (*script)(void *data), const char *pattern)
{
	char text[4096] = "";
	int fds[2], status;
	gssize n;
	pid_t child;

	g_assert_cmpint(pipe(fds), ==, 0);
	child = fork();
	g_assert_cmpint(child, >=, 0);
	if (child == 0) {
		dup2(fds[1], STDERR_FILENO);
		run_script(ops, script);
		_exit(0);
	}
	close(fds[1]);
	for (gsize len = 0; len < sizeof(text) - 1 && (n = read(fds[0], text + len, sizeof(text) - 1 - len)) > 0;)
		len += (gsize)n;
	close(fds[0]);
	g_assert_cmpint(waitpid(child, &status, 0), ==, child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return FALSE;
	if (!g_pattern_match_simple(pattern, text))
		g_error("'%s' does not match '%s'", text, pattern);
	return TRUE;
}

struct tsim_block_group *group_at(guint64 logical)
{
	struct tsim_block_group *bg = tsim_block_group_next(&fs.space, logical);

	g_assert_nonnull(bg);
	g_assert_cmpuint(bg->range.start, ==, logical);
	return bg;
}

struct tsim_block_group *slot_group(guint slot)
{
	return group_at(SLOT_START(slot));
}

void set_ro(struct tsim_block_group *bg)
{
	g_assert_true(tsim_block_group_set_ro(&fs.space, bg, TRUE));
}

void start_actor(const char *name, void (*fn)(void *data), void *data)
{
	tsim_actor_spawn(engine, name, 0, 0, fn, data);
	tsim_sleep(engine, 0);
}

static void trim_actor(void *data)
{
	note(tsim_trim_block_group(&fs, data, 1) ? "trimmed" : "einval");
}

void start_trim(struct tsim_block_group *bg)
{
	start_actor("fstrim", trim_actor, bg);
}

static void fitrim_actor(void *data)
{
	note(tsim_fitrim(&fs, 0) ? "fitrim" : "fitrim-einval");
}

void start_fitrim(void)
{
	start_actor("fstrim", fitrim_actor, NULL);
}

void remove_group(struct tsim_block_group *bg)
{
	struct tsim_transaction *trans = tsim_trans_attach(&fs, TSIM_TRANS_JOIN);

	if (!bg->ro)
		set_ro(bg);
	tsim_remove_block_group(&fs, trans, bg);
	tsim_trans_end(&fs, trans, TSIM_TRANS_JOIN);
}

struct tsim_block_group *new_group(enum tsim_bg_type type)
{
	struct tsim_transaction *trans = tsim_trans_attach(&fs, TSIM_TRANS_JOIN);
	GPtrArray *groups = fs.space.info[type].groups;

	chunk_result = tsim_chunk_alloc(&fs.space, type, TSIM_CHUNK_FORCE, &chunk_request);
	tsim_trans_end(&fs, trans, TSIM_TRANS_JOIN);
	return chunk_result == TSIM_CHUNK_MADE ? g_ptr_array_index(groups, groups->len - 1) : NULL;
}

static struct tsim_extent extent_of(struct tsim_block_group *bg, guint64 offset, guint64 len)
{
	return (struct tsim_extent){ bg, { bg->range.start + offset, bg->range.start + offset + len } };
}

void use(struct tsim_block_group *bg, guint64 offset, guint64 len)
{
	struct tsim_range got;

	g_assert_true(tsim_free_space_take(&bg->free, bg->range.start + offset, len, len, &got));
	g_assert_cmpuint(got.start, ==, bg->range.start + offset);
	tsim_block_group_use(&fs.space, bg, got);
	tsim_oracle_allocated(&fs.oracle, bg->chunk, got);
}

void write_wait(struct tsim_block_group *bg, guint64 offset, guint64 len)
{
	tsim_sleep_until(engine, tsim_oracle_write(&fs.oracle, bg->chunk, extent_of(bg, offset, len).range));
}

void unuse(struct tsim_block_group *bg, guint64 offset, guint64 len)
{
	struct tsim_transaction *trans = tsim_trans_attach(&fs, TSIM_TRANS_JOIN);
	struct tsim_extent extent = extent_of(bg, offset, len);

	tsim_extent_free(&fs, trans, &extent);
	tsim_trans_end(&fs, trans, TSIM_TRANS_JOIN);
}

int fs_test_main(int argc, char **argv, const struct engine_test *tests, guint n)
{
	int status = engine_test_main(argc, argv, tests, n);

	fs_end();
	tsim_options_clear(tsim_fs_option_table, &fs_opt);
	tsim_options_clear(tsim_device_option_table, &dev_opt);
	return status;
}
