/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loops of the script that tries a hit on a real kernel: what the workload does. */
#include "reproducer.h"

#include <math.h>
#include "simtime.h"

/* Seconds as sleep(1) takes them, not below a millisecond. */
static char *seconds(tsim_ns t)
{
	double ms = round(MAX(t, TSIM_NS_PER_MS) / (double)TSIM_NS_PER_MS);

	return g_strdup_printf("%.9g", ms / 1000);
}

static void begin_loop(GString *out, const char *comment, const char *name)
{
	g_string_append_printf(out, "# %s\n%s_loop()\n{\n\twhile running; do\n", comment, name);
}

static void end_loop(GString *out, guint64 n, const char *name)
{
	g_string_append_printf(out, "\tdone\n}\nstart %" G_GUINT64_FORMAT " %s_loop\n\n", n, name);
}

static void append_trim(GString *out, const struct tsim_repro *r)
{
	g_autofree char *pause = seconds(r->trim.pause_ns);

	if (!r->trim.n)
		return;
	begin_loop(
		out,
		"workload.trimmers: hide free space while a discard of it is in flight; one of a\n"
		"# removed group may fail",
		"trim");
	g_string_append_printf(out,
			       "\t\trun fstrim -m %" G_GUINT64_FORMAT
			       " \"$mnt\"\n\t\trun sleep %s\n",
			       r->minlen, pause);
	end_loop(out, r->trim.n, "trim");
}

static void append_written(GString *out, double share, guint64 bytes)
{
	guint64 step = share > 0 ? MAX(1, llround(1 / share)) : 0;
	guint64 n = step ? bytes / TSIM_MIB / step : 0;

	if (!n)
		return;
	g_string_append_printf(
		out,
		"\t\ti=0\n"
		"\t\twhile [ \"$i\" -lt %" G_GUINT64_FORMAT " ] && running; do\n"
		"\t\t\trun dd if=/dev/zero of=\"$mnt/data$1\" bs=1048576 count=1 \\\n"
		"\t\t\t\tconv=notrunc seek=$((i * %" G_GUINT64_FORMAT "))\n"
		"\t\t\ti=$((i + 1))\n"
		"\t\tdone\n",
		n, step);
}

static void append_falloc(GString *out, const struct tsim_repro *r)
{
	g_autofree char *hold = seconds(r->falloc.hold_ns), *gap = seconds(r->falloc.gap_ns);

	if (!r->falloc.n)
		return;
	begin_loop(
		out,
		"A large file comes and goes: data chunks are allocated and, once empty, removed,\n"
		"# and the two kinds of chunks take each other's places",
		"data");
	g_string_append_printf(out,
			       "\t\trun fallocate -n -l %" G_GUINT64_FORMAT " \"$mnt/data$1\"\n",
			       r->falloc.bytes);
	append_written(out, r->falloc.written, r->falloc.bytes);
	g_string_append_printf(out, "\t\trun sleep %s\n\t\trun rm -f \"$mnt/data$1\"\n", hold);
	if (r->falloc.sync)
		g_string_append(out, "\t\trun btrfs filesystem sync \"$mnt\"\n");
	g_string_append_printf(out, "\t\trun sleep %s\n", gap);
	end_loop(out, r->falloc.n, "data");
}

/* Ten files, then a pause: a shell sleeps no shorter than it takes to start sleep. */
static void append_files(GString *out, const struct tsim_repro *r)
{
	g_autofree char *pause = seconds(llround(10 * TSIM_NS_PER_S / MAX(r->files.per_s, 1e-3)));

	if (!r->files.n)
		return;
	g_string_append_printf(out, "# Small files: metadata grows%s\n",
			       r->files.keep ? "" : ", and goes again");
	g_string_append(out, "files_loop()\n{\n\tround=0\n\twhile running; do\n");
	g_string_append_printf(
		out,
		"\t\tdir=$mnt/files$1.$round\n"
		"\t\tmkdir -p \"$dir\" || run sleep 0.1\n"
		"\t\ti=0\n"
		"\t\twhile [ \"$i\" -lt %" G_GUINT64_FORMAT " ] && running; do\n"
		"\t\t\tdd if=/dev/zero of=\"$dir/$i\" bs=3900 count=1 || run sleep 0.1\n"
		"\t\t\ti=$((i + 1))\n"
		"\t\t\t[ $((i %% 10)) -ne 0 ] || run sleep %s\n"
		"\t\tdone\n"
		"%s"
		"\t\tround=$((round + 1))\n",
		r->files.count, pause, r->files.keep ? "" : "\t\trun rm -rf \"$dir\"\n");
	end_loop(out, r->files.n, "files");
}

static void append_balance(GString *out, const struct tsim_repro *r)
{
	g_autofree char *pause = seconds(r->balance.pause_ns);
	g_autofree char *limit = r->balance_groups ? g_strdup_printf(",limit=%" G_GUINT64_FORMAT,
								     r->balance_groups) :
						     g_strdup("");

	if (!r->balance.n)
		return;
	begin_loop(
		out,
		"workload.balance: removes block groups, and does not look whether a trim has them",
		"balance");
	g_string_append_printf(
		out, "\t\trun btrfs balance start -%susage=%d%s \"$mnt\"\n\t\trun sleep %s\n",
		r->balance_type, r->balance_percent, limit, pause);
	end_loop(out, 1, "balance");
}

static void append_syncs(GString *out, const struct tsim_repro *r)
{
	g_autofree char *sync = seconds(r->sync.pause_ns), *fsync = seconds(r->fsync.pause_ns);

	if (r->sync.n) {
		begin_loop(out, "workload.sync_pause: commits, which free the places of groups",
			   "sync");
		g_string_append_printf(
			out, "\t\trun btrfs filesystem sync \"$mnt\"\n\t\trun sleep %s\n", sync);
		end_loop(out, 1, "sync");
	}
	if (r->fsync.n) {
		begin_loop(out, "workload.fsync_pause: the log is written before a commit",
			   "fsync");
		g_string_append_printf(out,
				       "\t\trun dd if=/dev/zero of=\"$mnt/log\" bs=3900 count=1 "
				       "conv=fsync\n\t\trun sleep %s\n",
				       fsync);
		end_loop(out, 1, "fsync");
	}
}

/** tsim_repro_loops() - functions of the script, and their start; what is not in use is left out */
void tsim_repro_loops(GString *out, const struct tsim_repro *r)
{
	append_trim(out, r);
	append_falloc(out, r);
	append_files(out, r);
	append_balance(out, r);
	append_syncs(out, r);
}
