/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a page-level request costs with a flash translation layer: run by hand,
 * since the figures depend on the machine.
 *
 *   ftl-bench [SCALE]     SCALE times as many requests
 *
 * First the map alone, then whole runs: CPU time is that of the program and
 * its only worker, start and the writes before the run included.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ftl.h"
#include "rng.h"
#include "run.h"

static double scale = 1;

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- the map ---- */

static guint32 pick(const struct tsim_rng *rng, guint32 purpose, guint32 k, guint32 n)
{
	return (guint32)(tsim_rng_uniform(rng, 0, purpose, k) * n);
}

static void churn(TsimFtl *ftl, guint32 n, double trims, guint32 purpose)
{
	guint32 n_logical = tsim_ftl_geometry(ftl)->n_logical;
	struct tsim_rng rng = { 1, 1 };

	for (guint32 k = 0; k < n; k++) {
		guint32 page = pick(&rng, purpose, k, n_logical);

		if (trims > 0 && tsim_rng_uniform(&rng, 1, purpose, k) < trims)
			tsim_ftl_trim(ftl, page, page + 1);
		else
			tsim_ftl_write(ftl, page);
	}
}

static void bench_map(const char *what, double u, guint32 n_blocks, guint32 b, double trims)
{
	struct tsim_ftl_geometry g = { (guint32)(u * n_blocks * b), n_blocks, b, TSIM_FTL_GREEDY };
	g_autoptr(TsimFtl) ftl = tsim_ftl_new(&g);
	const struct tsim_ftl_counters *n = tsim_ftl_counters(ftl);
	guint32 requests = (guint32)(4e6 * scale);
	double since;

	for (guint32 page = 0; page < g.n_logical; page++)
		tsim_ftl_write(ftl, page);
	churn(ftl, 3 * g.n_logical, trims, 1);
	tsim_ftl_reset_counters(ftl);
	since = cpu_s();
	churn(ftl, requests, trims, 2);
	since = cpu_s() - since;
	printf("%-34s %9.2f %8.3f %8.1f %9.2f\n", what, requests / since / 1e6,
	       (double)(n->host_pages + n->moved_pages) / (double)n->host_pages,
	       1e9 * since / (double)(n->host_pages + n->moved_pages),
	       (double)tsim_ftl_bytes(&g) / g.n_logical);
}

static void bench_maps(void)
{
	printf("%-34s %9s %8s %8s %9s\n", "map alone, greedy", "million", "write", "ns per",
	       "bytes per");
	printf("%-34s %9s %8s %8s %9s\n", "", "req./s", "ampl.", "program", "page");
	bench_map("u .8, 4000 x 64 pages", .8, 4000, 64, 0);
	bench_map("u .9, 4000 x 64 pages", .9, 4000, 64, 0);
	bench_map("u .9, 4000 x 64 pages, trims 20 %", .9, 4000, 64, .2);
	bench_map("u .9, 16000 x 256 pages", .9, 16000, 256, 0);
}

/* ---- the program ---- */

struct row {
	const char *name, *args;
	guint writes, discards; /* per cent */
	double seconds; /* simulated */
};

static const char wa[] = TSIM_CONFIGS "validation/wa.conf -j 1 --set experiment.replications=1";

/* Flash with all its times, behind a drive of 8 GiB; "--set" all of it, as it is no preset. */
static const char real[] = TSIM_CONFIGS
	"validation/queue.conf -j 1 --set experiment.replications=1 "
	"--set 'device.read.latency=fixed(10us)' --set device.write.base=10us "
	"--set 'device.discard.latency=fixed(50us)' --set device.slots=32 "
	"--set workload.open_rate=0/s --set workload.warmup=0s --set workload.depth=32 "
	"--set filesystem.size=8GiB --set device.ftl=page --set device.ftl.fill=100% "
	"--set device.ftl.turnovers=2";

static const struct row rows[] = {
	{ "1 client, flash takes no time", wa, 100, 0, 2 },
	{ "the same, trims 20 %", wa, 80, 20, 2 },
	{ "32 clients, 64 planes, writes", real, 100, 0, 60 },
	{ "the same, trims 20 %", real, 80, 20, 60 },
	{ "the same, reads 50, trims 10 %", real, 40, 10, 60 },
};

static double requests_of(const struct run *run)
{
	return run_number(run, "unpinned", "device.read.commands") +
	       run_number(run, "unpinned", "device.write.commands") +
	       run_number(run, "unpinned", "device.discard.commands");
}

/* @run: (out) */
static void run_for(struct run *run, const char *args, double seconds)
{
	g_autofree char *all = g_strdup_printf("%s --set workload.duration=%gs", args, seconds);

	run_trimsim(run, all);
	if (run->status != 0)
		g_error("trimsim run %s: exit status %d", all, run->status);
}

static void bench_run(const struct row *row)
{
	g_autofree char *args = g_strdup_printf(
		"%s --set workload.write_share=%u%% --set workload.discard_share=%u%%", row->args,
		row->writes, row->discards);
	struct run run, start;
	double requests;

	run_for(&start, args, 1e-5);
	run_for(&run, args, row->seconds * scale);
	requests = requests_of(&run);
	printf("%-34s %9.2f %8.3f %8.0f %9.2f\n", row->name, requests / run.cpu_s / 1e6,
	       run_number(&run, "unpinned", "write_amplification"), 1e-3 * requests,
	       requests / (run.cpu_s - start.cpu_s) / 1e6);
	fflush(stdout);
	run_clear(&start);
	run_clear(&run);
}

/* ---- memory ---- */

static void bench_memory(const char *fill)
{
	const double pages = 16e6;
	g_autofree char *off = g_strdup_printf(
		"%s --set device.ftl.turnovers=0 --set filesystem.size=%.0fB", real, pages * 4096);
	g_autofree char *on = g_strdup_printf("%s --set device.ftl.fill=%s", off, fill);
	g_autofree char *none = g_strdup_printf("%s --set device.ftl=none", off);
	struct run with, without;

	run_for(&without, none, .01);
	run_for(&with, on, .01);
	printf("%-34s %9.0f %9.0f %9.1f\n", fill, without.max_rss_kib, with.max_rss_kib,
	       (with.max_rss_kib - without.max_rss_kib) * 1024 / pages);
	run_clear(&with);
	run_clear(&without);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		scale = atof(argv[1]);
	bench_maps();
	printf("\n%-34s %9s %8s %8s %9s\n", "trimsim run", "million", "write", "thousand",
	       "without");
	printf("%-34s %9s %8s %8s %9s\n", "", "req./s", "ampl.", "requests", "start");
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
		bench_run(&rows[i]);
	printf("\n%-34s %9s %9s %9s\n", "16 million pages, ftl.fill =", "KiB off", "KiB on",
	       "B a page");
	bench_memory("0%");
	bench_memory("100%");
	return 0;
}
