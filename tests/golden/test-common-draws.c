/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-common-draws POLICY: common random numbers.  The k-th discard of a
 * block group takes the same time under POLICY and under unpinned (pinned-chunk
 * when POLICY is unpinned), whatever else the policy changes; so differences
 * between policies are differences of the policies alone.
 *
 * The latency is a law of its own here: a preset's service also depends on
 * the length of the discard, which a policy does change.
 */
#include <string.h>

#include "config.h"
#include "engine.h"
#include "setup.h"

#define REPLICATIONS 5
#define COMMON_DRAWS 1000 /* at least, or the test would say nothing */

struct replication {
	const TsimSetup *setup;
	TsimEngine *engine;
	struct tsim_fs fs;
	struct tsim_workload workload;
};

static void start(void *data)
{
	struct replication *r = data;

	tsim_space_mkfs(&r->fs.space);
	tsim_fs_mount(&r->fs, !tsim_workload_scripted(&r->workload));
	r->workload.ops->start(&r->workload);
}

/* What tsim_world_run() does, with the log of draws switched on. */
static GArray *run_logged(struct replication *r, guint policy, guint32 number,
			  struct tsim_outcome *outcome)
{
	const TsimSetup *setup = r->setup;
	struct tsim_rng rng = { setup->experiment.seed, number };
	g_autoptr(GError) error = NULL;
	GArray *log = g_array_new(FALSE, FALSE, sizeof(struct tsim_discard_draw));

	*outcome = (struct tsim_outcome){ .first_hit_ns = TSIM_NS_NEVER };
	tsim_fs_init(&r->fs, r->engine, &setup->fs, &setup->device, &rng);
	r->fs.out = outcome;
	r->fs.dev.draw_log = log;
	tsim_policy_init(&r->fs.policy, setup->policies[policy].ops, setup->policies[policy].config,
			 &r->fs);
	tsim_workload_init(&r->workload, setup->workload, setup->workload_config, &r->fs);
	tsim_engine_run(r->engine, setup->workload->horizon(setup->workload_config), start, r,
			&error);
	g_assert_no_error(error);
	tsim_fs_finish(&r->fs, NULL);
	tsim_workload_clear(&r->workload);
	tsim_fs_clear(&r->fs);
	return log;
}

static gint64 address(const struct tsim_discard_draw *draw)
{
	return (gint64)((guint64)draw->entity << 32 | draw->index);
}

/* Returns: addresses that both logs have; their services must be the same. */
static guint compare(const GArray *a, const GArray *b)
{
	g_autoptr(GHashTable)
		seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	guint common = 0;

	for (guint i = 0; i < a->len; i++) {
		struct tsim_discard_draw *draw = &g_array_index(a, struct tsim_discard_draw, i);
		gint64 key = address(draw);

		/* an address is drawn once */
		g_assert_true(g_hash_table_insert(seen, g_memdup2(&key, sizeof(key)), draw));
	}
	for (guint i = 0; i < b->len; i++) {
		const struct tsim_discard_draw *draw = &g_array_index(b, struct tsim_discard_draw,
								      i),
					       *other;
		gint64 key = address(draw);

		other = g_hash_table_lookup(seen, &key);
		if (!other)
			continue;
		common++;
		g_assert_cmpint(draw->service_ns, ==, other->service_ns);
	}
	return common;
}

static void run_all(void *data)
{
	struct replication *r = data;
	guint common = 0, total = 0, different = 0;

	for (guint32 number = 0; number < REPLICATIONS; number++) {
		struct tsim_outcome outcome[2];
		g_autoptr(GArray) first = run_logged(r, 0, number, &outcome[0]);
		g_autoptr(GArray) second = run_logged(r, 1, number, &outcome[1]);

		common += compare(first, second);
		total += first->len;
		different += outcome[0].fingerprint != outcome[1].fingerprint;
	}
	g_test_message("%u common draws of %u, %u of %u runs took another course", common, total,
		       different, REPLICATIONS);
	g_assert_cmpuint(common, >=, COMMON_DRAWS);
	/* the draws were not the same because the runs were */
	if (r->setup->policies[0].ops->safe || r->setup->policies[1].ops->safe)
		g_assert_cmpuint(different, >, 0);
}

static TsimSetup *make_setup(const char *policy)
{
	const char *other = strcmp(policy, "unpinned") == 0 ? "pinned-chunk" : "unpinned";
	g_autofree char *policies = g_strdup_printf("experiment.policies=%s, %s", other, policy);
	g_autoptr(GError) error = NULL;
	g_autoptr(TsimConfig) config = tsim_config_load(TSIM_CONFIGS "seed-race.conf", &error);
	g_autoptr(TsimResolved) resolved = NULL;
	TsimSetup *setup;

	g_assert_no_error(error);
	tsim_config_set(config, policies, &error);
	g_assert_no_error(error);
	tsim_config_set(config, "device.discard.latency=lognormal(median=10ms, sigma=1)", &error);
	g_assert_no_error(error);
	resolved = tsim_config_resolve(config, NULL, tsim_setup_schema(), &error);
	g_assert_no_error(error);
	setup = tsim_setup_new(resolved, &error);
	g_assert_no_error(error);
	return setup;
}

static void test_common_draws(gconstpointer policy)
{
	g_autoptr(TsimSetup) setup = make_setup(policy);
	struct replication r = { .setup = setup };
	g_autoptr(GError) error = NULL;

	r.engine = tsim_engine_open("simgrid", &error);
	g_assert_no_error(error);
	tsim_engine_enter(r.engine, run_all, &r);
	tsim_engine_close(r.engine);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_cmpint(argc, ==, 2);
	g_test_add_data_func("/golden/common-draws", argv[1], test_common_draws);
	return g_test_run();
}
