/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fs-fixture.h"
#include "workload.h"

/*
 * No byte is lost or counted twice over a long churn: group and space-info
 * counters against contents, pinned extents and hidden entries; no two chunks
 * on one range.
 */

static guint64 pinned_in_transactions(const struct tsim_block_group *bg)
{
	guint64 bytes = 0;

	for (guint i = 0; i < fs.commit.transactions->len; i++) {
		const struct tsim_transaction *trans = g_ptr_array_index(fs.commit.transactions, i);

		for (guint k = 0; k < trans->pinned->len; k++) {
			const struct tsim_extent *e = &g_array_index(trans->pinned, struct tsim_extent, k);

			bytes += e->bg == bg ? tsim_range_len(e->range) : 0;
		}
	}
	return bytes;
}

static guint64 hidden(const struct tsim_block_group *bg, guint *n)
{
	guint64 bytes = 0;

	*n = 0;
	for (guint i = 0; i < fs.oracle.discards->len; i++) {
		const struct tsim_discard *d = g_ptr_array_index(fs.oracle.discards, i);

		if (d->bg != bg)
			continue;
		(*n)++;
		bytes += tsim_range_len(d->logical);
	}
	return bytes;
}

static void check_group(const struct tsim_block_group *bg)
{
	guint64 len = tsim_range_len(bg->range), sum = bg->free.bytes + bg->used + bg->pinned + bg->super_bytes;
	guint n_hidden;
	guint64 hidden_bytes = hidden(bg, &n_hidden);

	g_assert_cmpuint(bg->used, ==, tsim_interval_set_bytes(&bg->chunk->live));
	g_assert_cmpuint(bg->pinned, ==, pinned_in_transactions(bg));
	g_assert_cmpuint(bg->free.bytes, ==, tsim_interval_set_bytes(&bg->free.extents) +
					     tsim_interval_set_bytes(&bg->free.bitmaps) +
					     tsim_interval_set_bytes(&bg->free.cluster));
	g_assert_cmpuint(sum + hidden_bytes, <=, len);	/* an entry may reach below what is discarded of it */
	g_assert_cmpuint(sum + bg->reserved, <=, len);
	if (n_hidden == 0) {
		g_assert_cmpuint(sum, ==, len);
		g_assert_cmpuint(bg->reserved, ==, 0);
	}
	for (guint i = 0; i < bg->free.extents.n; i++) {
		struct tsim_range r = bg->free.extents.ranges[i];

		g_assert_true(r.start >= bg->range.start && r.end <= bg->range.end);
		r = TSIM_RANGE(r.start - bg->range.start, r.end - bg->range.start);
		g_assert_false(tsim_interval_set_overlaps(&bg->chunk->live, r));
	}
}

static void check_info(enum tsim_bg_type type)
{
	const struct tsim_space_info *info = &fs.space.info[type];
	guint64 total = 0, used = 0, reserved = 0, pinned = 0;
	gint64 readonly = 0;

	for (guint i = 0; i < fs.space.groups_owned->len; i++) {
		const struct tsim_block_group *bg = g_ptr_array_index(fs.space.groups_owned, i);
		guint64 unused = tsim_range_len(bg->range) - bg->used - bg->reserved - bg->pinned - bg->super_bytes;

		if (bg->type != type)
			continue;
		reserved += bg->reserved;
		if (bg->removed) {
			readonly -= (gint64)bg->reserved;
			g_assert_cmpuint(bg->used + bg->pinned, ==, 0);
			continue;
		}
		total += tsim_range_len(bg->range);
		used += bg->used;
		pinned += bg->pinned;
		readonly += (gint64)(bg->super_bytes + (bg->ro ? unused : 0));
	}
	g_assert_cmpuint(info->total, ==, total);
	g_assert_cmpuint(info->used, ==, used);
	g_assert_cmpuint(info->pinned, ==, pinned);
	g_assert_cmpuint(info->reserved, ==, reserved);
	g_assert_cmpint(info->readonly, ==, readonly);
}

/* No two chunks on one range; every live map has its device extents, and nothing else has. */
static void check_chunks(void)
{
	struct tsim_interval_set all = { 0 };
	guint64 live = 0, any = 0, last = 0;

	for (guint i = 0; i < fs.space.maps->len; i++) {
		const struct tsim_chunk *chunk = g_ptr_array_index(fs.space.maps, i);

		g_assert_cmpuint(chunk->logical, >=, last);
		last = chunk->logical + chunk->len;
		for (guint c = 0; c < chunk->copies; c++) {
			tsim_interval_set_add(&all, tsim_chunk_stripe(chunk, c));
			any += chunk->len;
			if (chunk->map == TSIM_MAP_LIVE && !chunk->bg->removed)
				live += chunk->len;
		}
	}
	g_assert_cmpuint(tsim_interval_set_bytes(&all), ==, any);
	g_assert_cmpuint(tsim_interval_set_bytes(&fs.space.dev_extents), ==, live);
	g_assert_cmpuint(any, <=, fs_opt.size_bytes - TSIM_MIB);
	tsim_interval_set_clear(&all);
}

static struct tsim_workload workload;
static const struct tsim_workload_ops *workload_ops;
static gpointer workload_config;
static guint64 n_checks;

static void script_churn(void *data)
{
	tsim_workload_init(&workload, workload_ops, workload_config, &fs);
	workload_ops->start(&workload);
	for (;;) {
		tsim_sleep(engine, 3 * MS + 1);
		for (guint i = 0; i < fs.space.groups->len; i++)
			check_group(g_ptr_array_index(fs.space.groups, i));
		for (guint i = 0; i < TSIM_N_BG_TYPES; i++)
			check_info(i);
		check_chunks();
		n_checks++;
	}
}

static void set(const struct tsim_option *table, gpointer target, const char *const *pairs)
{
	for (; *pairs; pairs += 2) {
		const struct tsim_option *option = tsim_options_find(table, pairs[0]);
		g_autoptr(GError) error = NULL;

		g_assert_nonnull(option);
		tsim_option_parse(option, pairs[1], target, &error);
		g_assert_no_error(error);
	}
}

static const char *const costs[] = { "commit_start", "lognormal(median=70us, sigma=0.8)", "commit_critical",
				     "fixed(100us)", "ro_window", "lognormal(median=2ms, sigma=1)",
				     "delayed_ref_delay", "lognormal(median=30ms, sigma=1)", "relocation_square",
				     "1ms", "commit_blocks", "12", "commit_interval", "300ms", "cleaner_interval",
				     "50ms", "relocation_rate", "500MB/s", NULL };
static const char *const ssd[] = { "discard.latency", "lognormal(median=15ms, sigma=1)", "discard.slots", "4",
				   "write.base", "200us", "slots", "8", NULL };

static const struct churn {
	const char *name;
	guint64 size;
	enum tsim_profile profile;
	gboolean old, unallocated;
	const char *const *workload;
} churns[] = {
	{ "metadata", TSIM_GIB, TSIM_PROFILE_DUP, FALSE, FALSE,
	  (const char *const[]){ "metadata_bytes", "8MiB", "metadata_rate", "8MB/s", "balance", "metadata",
				 "balance_pause", "fixed(30ms)", "sync_pause", "70ms", "fsync_pause", "20ms", NULL } },
	{ "data", 600 * TSIM_MIB, TSIM_PROFILE_SINGLE, FALSE, TRUE,
	  (const char *const[]){ "data_bytes", "150MiB", "data_hold", "60ms", "data_gap", "40ms", "balance", "data",
				 "balance_usage", "50%", "metadata_bytes", "2MiB", "metadata_rate", "3MB/s",
				 "fsync_pause", "50ms", NULL } },
	{ "cleaner", 800 * TSIM_MIB, TSIM_PROFILE_DUP, TRUE, TRUE,
	  (const char *const[]){ "data_bytes", "300MiB", "data_hold", "90ms", "data_gap", "150ms", "data_sync", "no",
				 "metadata_bytes", "2MiB", "metadata_rate", "3MB/s", "trimmers", "2", NULL } },
};

static void churn(const struct churn *c, const struct tsim_policy_ops *policy, guint64 seed)
{
	workload_ops = tsim_workload_find("churn");
	fresh_mkfs(c->size, c->profile);
	fs_seed = seed;
	set(tsim_fs_option_table, &fs_opt, costs);
	set(tsim_device_option_table, &dev_opt, ssd);
	fs_opt.trim_unallocated = c->unallocated;
	if (c->old) {
		fs_opt.cleaner_checks_pinned = FALSE;
		fs_opt.cleaner_keeps_last = FALSE;
		fs_opt.dup_half_size = TRUE;
		fs_opt.trim_force_extents = FALSE;
		dev_opt.discard_effect = TSIM_EFFECT_SWEEP;
	}
	workload_config = g_malloc0(workload_ops->config_size);
	tsim_options_defaults(workload_ops->options, workload_config);
	set(workload_ops->options, workload_config, c->workload);
	n_checks = 0;
	run_script_until(policy, script_churn, 3000 * MS, TRUE);
	g_assert_cmpuint(n_checks, >, 900);
	g_assert_cmpuint(out.removals, >, 5);
	g_assert_cmpuint(out.discards, >, 50);
	tsim_workload_clear(&workload);
	tsim_options_clear(workload_ops->options, workload_config);
	g_free(workload_config);
	fs_seed = 1;
}

static void test_conservation(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(churns); i++) {
		for (guint p = 0; tsim_policies[p]; p++) {
			for (guint64 seed = 1; seed <= 3; seed++)
				churn(&churns[i], tsim_policies[p], seed);
		}
	}
}

static const struct engine_test tests[] = {
	{ "/conservation", test_conservation },
};

int main(int argc, char **argv)
{
	return fs_test_main(argc, argv, tests, G_N_ELEMENTS(tests));
}
