/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a run costs: run by hand, since the figures depend on the machine.
 *
 *   run-bench [SCALE]     SCALE times as many replications
 *
 * CPU time is that of the program and its only worker, start included.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "run.h"

struct row {
	const char *name, *args;
	guint replications;
};

#define SEED_RACE TSIM_CONFIGS "seed-race.conf"
#define NOW TSIM_CONFIGS "generic-038.conf -e now"
#define ORIGINAL TSIM_CONFIGS "generic-038.conf -e original"
#define ON(device) " --set experiment.device=" device

static const struct row rows[] = {
	{ "probe (r1)", TSIM_CONFIGS "validation/r1.conf", 50000 },
	{ "probe (s1)", TSIM_CONFIGS "validation/s1.conf", 10000 },
	{ "generic-038 sata-sf", NOW ON("sata-sf-nonqueued"), 200 },
	{ "generic-038 sata-tlc", NOW ON("sata-tlc-nonqueued"), 200 },
	{ "generic-038 nvme-slow", NOW ON("nvme-consumer-slow"), 10 },
	{ "generic-038 nvme-dc", NOW ON("nvme-datacenter"), 5 },
	{ "generic-038 virtio", NOW ON("virtio-thin"), 200 },
	{ "generic-038 dm-thin", NOW ON("dm-thin"), 200 },
	{ "original sata-sf", ORIGINAL ON("sata-sf-nonqueued"), 2 },
	{ "original nvme-slow", ORIGINAL ON("nvme-consumer-slow"), 1 },
	{ "original virtio", ORIGINAL ON("virtio-thin"), 2 },
	{ "seed-race", SEED_RACE, 100 },
	{ "replay-a1", TSIM_CONFIGS "replay-a1.conf", 20 },
};

/* Sums over all policies of the run. */
struct totals {
	double replications, events, discards, simulated_s;
};

static void add_policy(JsonObject *policies, const char *name, JsonNode *node, gpointer data)
{
	JsonObject *policy = json_node_get_object(node);
	struct totals *t = data;

	t->replications += json_object_get_double_member(policy, "replications");
	t->events += json_object_get_double_member(policy, "events");
	t->discards += json_object_get_double_member(policy, "discards");
	t->simulated_s += json_object_get_double_member(policy, "simulated_s");
}

static struct totals add_up(const struct run *run)
{
	JsonObject *root = json_node_get_object(json_parser_get_root(run->json)), *point;
	struct totals t = { 0 };

	point = json_array_get_object_element(json_object_get_array_member(root, "points"), 0);
	json_object_foreach_member(json_object_get_object_member(point, "policies"), add_policy,
				   &t);
	return t;
}

static void bench(const struct row *row, double scale)
{
	g_autofree char *args = g_strdup_printf("%s -j 1 --replications %.0f", row->args,
						ceil(row->replications * scale));
	struct totals t;
	struct run run;

	run_trimsim(&run, args);
	if (run.status != 0)
		g_error("trimsim run %s: exit status %d", args, run.status);
	t = add_up(&run);
	printf("%-22s %9.1f %9.0f %8.0f %9.0f %8.2f %9.1f %8.1f\n", row->name,
	       t.replications / run.cpu_s, t.events / t.replications, 1e9 * run.cpu_s / t.events,
	       t.discards / t.replications, 1e6 * run.cpu_s / t.discards,
	       1e6 * run.cpu_s / t.simulated_s, run.max_rss_kib / 1024);
	fflush(stdout);
	run_clear(&run);
}

int main(int argc, char **argv)
{
	double scale = argc > 1 ? atof(argv[1]) : 1;

	printf("%-22s %9s %9s %8s %9s %8s %9s %8s\n", "", "runs per", "events", "ns per",
	       "discards", "us per", "us per", "MiB");
	printf("%-22s %9s %9s %8s %9s %8s %9s %8s\n", "", "CPU s", "per run", "event", "per run",
	       "discard", "sim. s", "peak");
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
		bench(&rows[i], scale);
	return 0;
}
