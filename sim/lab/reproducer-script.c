/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The script that tries a hit on a real kernel.
 *
 * The device has to let a write overtake a discard and to destroy at the end of
 * it.  nbdkit's delay filter does: it sleeps and then trims, other requests go
 * on.  null_blk zeroes at the beginning and delays the completion
 * (drivers/block/null_blk/main.c: null_handle_discard is called by null_queue_rq),
 * and dm-delay delays discards as it does writes, in order (drivers/md/dm-delay.c:
 * delay_map), so that with these nothing is ever destroyed late.
 */
#include "reproducer.h"

#include <math.h>
#include <string.h>
#include "units.h"

/* Seconds as sleep(1) takes them, not below a millisecond. */
static char *seconds(tsim_ns t)
{
	double ms = round(MAX(t, TSIM_NS_PER_MS) / (double)TSIM_NS_PER_MS);

	return g_strdup_printf("%.9g", ms / 1000);
}

/* ---- what is said first ---- */

static void tell(GString *out, const struct tsim_repro *r, const char *what, const char *text)
{
	const GArray *steps = r->hit->kept->race.steps;
	const struct tsim_race_step *submit = NULL;

	for (guint i = 0; i < steps->len; i++) {
		const struct tsim_race_step *step =
			&g_array_index(steps, struct tsim_race_step, i);
		g_autofree char *after = NULL, *size = NULL;

		if (strcmp(step->what, "submit") == 0)
			submit = step;
		if (!submit || strcmp(step->what, what) != 0)
			continue;
		after = tsim_human_time(step->t_ns - submit->t_ns);
		size = tsim_human_bytes(step->end - step->start);
		g_string_append_printf(out, "#   +%-9s %s%s%s\n", after, text,
				       step->end > step->start ? ": " : "",
				       step->end > step->start ? size : "");
		return;
	}
}

static void append_story(GString *out, const struct tsim_repro *r)
{
	const struct tsim_race_file *hit = r->hit;

	g_string_append_printf(out,
			       "#!/bin/sh\n"
			       "# Try on a real kernel what trimsim " TSIM_VERSION " saw: hit %u of\n"
			       "# experiment %s, policy %s, seed %" G_GUINT64_FORMAT
			       ", replication %u.\n",
			       r->number, hit->experiment, hit->policy, hit->seed,
			       hit->kept->replication);
	if (hit->point)
		g_string_append_printf(out, "# Point: %s.\n", hit->point);
	g_string_append(out, "#\n# There, after the discard was submitted:\n");
	tell(out, r, "ro", "its block group became read-only");
	tell(out, r, "remove", "the group was removed");
	tell(out, r, "unblocked", "that transaction was UNBLOCKED, the place was free");
	tell(out, r, "chunk", "a new chunk was put there");
	tell(out, r, "write_effect", "a write took effect in it");
	tell(out, r, "effect", "the discard took effect, and destroyed");
	g_string_append(out,
			"#\n"
			"# A kernel that keeps the place of a removed group back until its trims have\n"
			"# ended comes through.  One run may miss the race: repeat it, or set\n"
			"# SECONDS_TO_RUN.\n"
			"#\n"
			"# It needs root, btrfs-progs, util-linux, nbdkit and nbd-client, and uses\n"
			"# nothing but a disk in memory that it makes and removes again.\n"
			"# Exit status: 0 no damage found, 1 damage, 2 it could not be tried.\n"
			"set -eu\n\n");
}

static void append_figures(GString *out, const struct tsim_repro *r)
{
	g_string_append_printf(
		out,
		"# Milliseconds from the submission of this discard to its effect; all take as long.\n"
		"DELAY_MS=${DELAY_MS:-%" G_GINT64_FORMAT "}\n"
		"# filesystem.size, in bytes.\n"
		"SIZE=${SIZE:-%" G_GUINT64_FORMAT "}\n"
		"# device.discard.max_bytes: longer discards are cut by the block layer.\n"
		"DISCARD_MAX=${DISCARD_MAX:-%" G_GUINT64_FORMAT "}\n"
		"# workload.duration, in seconds.\n"
		"SECONDS_TO_RUN=${SECONDS_TO_RUN:-%" G_GINT64_FORMAT "}\n"
		"# nbd; or null_blk, for a kernel in which that one zeroes at the end of the delay:\n"
		"# as it is, it zeroes at the beginning, which destroys nothing.\n"
		"BACKEND=${BACKEND:-nbd}\n\n",
		MAX(1, (r->delay_ns + TSIM_NS_PER_MS / 2) / TSIM_NS_PER_MS), r->size,
		r->discard_max, MAX(1, (r->duration_ns + TSIM_NS_PER_S - 1) / TSIM_NS_PER_S));
}

/* ---- what is the same for all ---- */

static const char checks[] =
	"fail()\n"
	"{\n"
	"	echo \"$0: $1\" >&2\n"
	"	exit 2\n"
	"}\n"
	"\n"
	"[ \"$(id -u)\" -eq 0 ] || fail 'only root can do this'\n"
	"[ \"${TRIMSIM_REPRODUCE:-}\" = yes ] ||\n"
	"	fail \"it loads modules and makes a disk in memory; to go on: TRIMSIM_REPRODUCE=yes $0\"\n"
	"case $BACKEND in\n"
	"nbd)	tools='nbdkit nbd-client' ;;\n"
	"null_blk)	tools='' ;;\n"
	"*)	fail \"BACKEND is nbd or null_blk, not $BACKEND\" ;;\n"
	"esac\n"
	"for tool in modprobe mkfs.btrfs btrfs mount umount fstrim fallocate dd $tools; do\n"
	"	command -v \"$tool\" > /dev/null || fail \"$tool is missing\"\n"
	"done\n"
	"\n"
	"work=$(mktemp -d) || fail 'no place for temporary files'\n"
	"mnt=$work/mnt\n"
	"mkdir \"$mnt\" || fail \"cannot make $mnt\"\n"
	"dev='' loops='' mounted='' nullb=''\n"
	"\n"
	"stop_loops()\n"
	"{\n"
	"	rm -f \"$work/running\"\n"
	"	for loop in $loops; do\n"
	"		kill \"$loop\" 2> /dev/null || :\n"
	"	done\n"
	"	[ -z \"$mounted\" ] || btrfs balance cancel \"$mnt\" > /dev/null 2>&1 || :\n"
	"	wait\n"
	"	loops=''\n"
	"}\n"
	"\n"
	"unmount()\n"
	"{\n"
	"	[ -n \"$mounted\" ] || return 0\n"
	"	umount \"$mnt\" || { sleep 1; umount \"$mnt\"; } || return 1\n"
	"	mounted=''\n"
	"}\n"
	"\n"
	"cleanup()\n"
	"{\n"
	"	trap - EXIT HUP INT TERM\n"
	"	set +e\n"
	"	stop_loops\n"
	"	unmount\n"
	"	[ -z \"$dev\" ] || [ \"$BACKEND\" != nbd ] || nbd-client -d \"$dev\" > /dev/null\n"
	"	[ ! -s \"$work/nbdkit.pid\" ] || kill \"$(cat \"$work/nbdkit.pid\")\"\n"
	"	[ -z \"$nullb\" ] || { echo 0 > \"$nullb/power\"; rmdir \"$nullb\"; }\n"
	"	[ -n \"$mounted\" ] || rm -rf \"$work\"\n"
	"}\n"
	"trap cleanup EXIT\n"
	"trap 'exit 2' HUP INT TERM\n"
	"\n";

static const char device[] =
	"# A disk in memory whose discards are late while writes overtake them: the delay\n"
	"# filter sleeps before it trims, other requests go on in other threads.\n"
	"make_nbd()\n"
	"{\n"
	"	modprobe nbd || fail 'no module nbd'\n"
	"	for sys in /sys/block/nbd*; do\n"
	"		[ ! -e \"$sys/size\" ] || [ -e \"$sys/pid\" ] || free=/dev/${sys##*/}\n"
	"	done\n"
	"	[ -n \"${free:-}\" ] || fail 'no free /dev/nbd*'\n"
	"	nbdkit -U \"$work/nbd\" -P \"$work/nbdkit.pid\" --threads=64 --filter=delay \\\n"
	"		memory \"size=$SIZE\" \"delay-trim=${DELAY_MS}ms\" || fail 'nbdkit failed'\n"
	"	nbd-client -unix \"$work/nbd\" \"$free\" -b 4096 > /dev/null ||\n"
	"		fail 'nbd-client failed'\n"
	"	dev=$free\n"
	"}\n"
	"\n"
	"# All requests of it take as long, not only discards.\n"
	"make_null_blk()\n"
	"{\n"
	"	modprobe null_blk nr_devices=0 || fail 'no module null_blk'\n"
	"	nullb=/sys/kernel/config/nullb/trimsim\n"
	"	mkdir \"$nullb\" || { nullb=''; fail 'configfs has no nullb/, or it is in use'; }\n"
	"	echo $((SIZE / 1048576)) > \"$nullb/size\"\n"
	"	echo 4096 > \"$nullb/blocksize\"\n"
	"	echo 1 > \"$nullb/memory_backed\"\n"
	"	echo 1 > \"$nullb/discard\"\n"
	"	echo 2 > \"$nullb/irqmode\"\n"
	"	echo $((DELAY_MS * 1000000)) > \"$nullb/completion_nsec\"\n"
	"	echo 1 > \"$nullb/power\"\n"
	"	dev=/dev/nullb$(cat \"$nullb/index\")\n"
	"}\n"
	"\n"
	"\"make_$BACKEND\"\n"
	"# A device may not take this size: its own then stays.\n"
	"{ echo \"$DISCARD_MAX\" > \"/sys/block/${dev##*/}/queue/discard_max_bytes\"; } 2> /dev/null || :\n";

static void append_file_system(GString *out, const struct tsim_repro *r)
{
	g_string_append_printf(
		out,
		"# filesystem.metadata_profile; without the discard of the whole disk.\n"
		"mkfs.btrfs -q -f -K -d single -m %s \"$dev\" > /dev/null || fail 'mkfs.btrfs failed'\n"
		"# filesystem.commit_interval and metadata_cluster; small files inline, as before 4.6;\n"
		"# no discards but those of fstrim.\n"
		"mount -t btrfs -o noatime,nodiscard,commit=%" G_GINT64_FORMAT ",max_inline=4095,%s"
		" \"$dev\" \"$mnt\" ||\n\tfail 'mount failed'\n"
		"mounted=yes\n"
		": > \"$work/running\"\n"
		"\n"
		"running()\n"
		"{\n"
		"	[ -e \"$work/running\" ]\n"
		"}\n"
		"\n"
		"# A command of a loop, which may fail; it ends with the loop.\n"
		"run()\n"
		"{\n"
		"	\"$@\" &\n"
		"	child=$!\n"
		"	wait \"$child\" || return 0\n"
		"}\n"
		"\n"
		"# start N LOOP: in the background, with its number as argument\n"
		"start()\n"
		"{\n"
		"	n=0\n"
		"	while [ \"$n\" -lt \"$1\" ]; do\n"
		"		(\n"
		"			trap 'kill \"$child\"; wait; exit' TERM\n"
		"			\"$2\" \"$n\"\n"
		"		) > /dev/null 2>&1 < /dev/null &\n"
		"		loops=\"$loops $!\"\n"
		"		n=$((n + 1))\n"
		"	done\n"
		"}\n"
		"\n",
		r->dup ? "dup" : "single",
		MAX(1, (r->commit_ns + TSIM_NS_PER_S / 2) / TSIM_NS_PER_S),
		r->ssd ? "ssd" : "nossd");
}

/* ---- loops ---- */

static void begin_loop(GString *out, const char *comment, const char *name)
{
	g_string_append_printf(out, "# %s\n%s_loop()\n{\n\twhile running; do\n", comment, name);
}

static void end_loop(GString *out, guint64 n, const char *name)
{
	g_string_append_printf(out,
			       "\tdone\n}\nstart %" G_GUINT64_FORMAT " %s_loop\n\n", n, name);
}

static void append_trim(GString *out, const struct tsim_repro *r)
{
	g_autofree char *pause = seconds(r->trim.pause_ns);

	if (!r->trim.n)
		return;
	begin_loop(out,
		   "workload.trimmers: hide free space while a discard of it is in flight; one of a\n"
		   "# removed group may fail",
		   "trim");
	g_string_append_printf(out,
			       "\t\trun fstrim -m %" G_GUINT64_FORMAT " \"$mnt\"\n\t\trun sleep %s\n",
			       r->minlen, pause);
	end_loop(out, r->trim.n, "trim");
}

static void append_written(GString *out, double share, guint64 bytes)
{
	guint64 step = share > 0 ? MAX(1, llround(1 / share)) : 0;
	guint64 n = step ? bytes / TSIM_MIB / step : 0;

	if (!n)
		return;
	g_string_append_printf(out,
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
	begin_loop(out,
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
	g_autofree char *pause =
		seconds(llround(10 * TSIM_NS_PER_S / MAX(r->files.per_s, 1e-3)));

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
	g_autofree char *limit =
		r->balance_groups ?
			g_strdup_printf(",limit=%" G_GUINT64_FORMAT, r->balance_groups) :
			g_strdup("");

	if (!r->balance.n)
		return;
	begin_loop(out,
		   "workload.balance: removes block groups, and does not look whether a trim has them",
		   "balance");
	g_string_append_printf(out,
			       "\t\trun btrfs balance start -%susage=%d%s \"$mnt\"\n\t\trun sleep %s\n",
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
		begin_loop(out, "workload.fsync_pause: the log is written before a commit", "fsync");
		g_string_append_printf(out,
				       "\t\trun dd if=/dev/zero of=\"$mnt/log\" bs=3900 count=1 "
				       "conv=fsync\n\t\trun sleep %s\n",
				       fsync);
		end_loop(out, 1, "fsync");
	}
}

static void append_end(GString *out, const struct tsim_repro *r)
{
	g_string_append_printf(
		out,
		"# In the background, so that a signal is heard at once.\n"
		"sleep \"$SECONDS_TO_RUN\" &\n"
		"loops=\"$loops $!\"\n"
		"wait \"$!\"\n"
		"stop_loops\n"
		"unmount || fail 'it cannot be unmounted'\n"
		"\n"
		"# What was destroyed and is still referenced.  A block that was freed, or written\n"
		"# again from memory, is not: no damage here does not mean that nothing was hit;\n"
		"# the kernel's log may tell more.\n"
		"if btrfs check%s \"$dev\" > \"$work/check\" 2>&1; then\n"
		"	echo \"no damage found on Linux $(uname -r)\"\n"
		"else\n"
		"	cat \"$work/check\"\n"
		"	echo \"damaged on Linux $(uname -r)\"\n"
		"	exit 1\n"
		"fi\n",
		strcmp(r->hit->kept->race.kind, "data") == 0 ? " --check-data-csum" : "");
}

/** tsim_repro_script() - what to run on a real kernel */
char *tsim_repro_script(const struct tsim_repro *r)
{
	GString *out = g_string_new(NULL);

	append_story(out, r);
	append_figures(out, r);
	g_string_append(out, checks);
	g_string_append(out, device);
	append_file_system(out, r);
	append_trim(out, r);
	append_falloc(out, r);
	append_files(out, r);
	append_balance(out, r);
	append_syncs(out, r);
	append_end(out, r);
	return g_string_free(out, FALSE);
}
