/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report-fixture.h"

#include "oracle.h"

static const char *const command[] = {
	"trimsim run",	   "configs/x.conf",
	"-e latency",	   "--set 'device.discard.latency=lognormal(median=20ms, sigma=1)'",
	"--seed 20261122", NULL,
};

/* A result of the fake world, with one failed replication. */
void sample_init(struct sample *s, const char *policies, guint32 n)
{
	guint n_policies;

	s->setup = fake_setup(policies, n);
	n_policies = g_strv_length(s->setup->experiment.policies);
	s->tally = tsim_tally_new(n_policies);
	for (guint32 r = 0; r < n; r++) {
		g_autofree struct tsim_outcome *outcomes = g_new0(struct tsim_outcome, n_policies);

		for (guint i = 0; i < n_policies; i++) {
			struct tsim_policy_tally *p = &s->tally->policies[i];
			struct tsim_race *race = fake_race("metadata", "persistent", 2, 2);

			fake_outcome(s->setup, i, r, &outcomes[i]);
			tsim_histogram_add(p->distributions.stall, outcomes[i].stall_ns);
			fake_latency(&p->distributions, 1000000 + r);
			if (outcomes[i].corrupted)
				tsim_keep_offer(p->kept, r, 0, race);
			tsim_race_free(race);
		}
		tsim_tally_add(s->tally, outcomes);
	}
	s->failures = tsim_failures_new();
	tsim_failures_add(s->failures, 0, 7, "invariant 'x' broken");
	s->head = (struct tsim_head){ .name = "latency",
				      .experiment = &s->setup->experiment,
				      .common = { "device", "filesystem", "workload", FALSE },
				      .command = command,
				      .n_points = 1 };
	s->result = (struct tsim_result){ .head = &s->head,
					  .experiment = &s->setup->experiment,
					  .tally = s->tally,
					  .failures = s->failures };
}

void sample_clear(struct sample *s)
{
	tsim_tally_free(s->tally);
	g_ptr_array_unref(s->failures);
	fake_setup_free(s->setup);
}
