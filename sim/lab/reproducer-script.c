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

#include <string.h>
#include "units.h"

/* ---- what is said first ---- */

static void tell(GString *out, const struct tsim_repro *r, const char *what, const char *text)
{
	const GArray *steps = r->hit->kept->race.steps;
	const struct tsim_race_step *submit = NULL;

	for (guint i = 0; i < steps->len; i++) {
		const struct tsim_race_step *step = &g_array_index(steps, struct tsim_race_step, i);
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

	g_string_append_printf(
		out,
		"#!/bin/sh\n"
		"# Try on a real kernel what trimsim " TSIM_VERSION " saw: hit %u of\n"
		"# experiment %s, policy %s, seed %" G_GUINT64_FORMAT ", replication %u.\n",
		r->number, hit->experiment, hit->policy, hit->seed, hit->kept->replication);
	if (hit->point)
		g_string_append_printf(out, "# Point: %s.\n", hit->point);
	g_string_append(out, "#\n# There, after the discard was submitted:\n");
	tell(out, r, "ro", "its block group became read-only");
	tell(out, r, "remove", "the group was removed");
	tell(out, r, "unblocked", "that transaction was UNBLOCKED, the place was free");
	tell(out, r, "chunk", "a new chunk was put there");
	tell(out, r, "write_effect", "a write took effect in it");
	tell(out, r, "effect", "the discard took effect, and destroyed");
	g_string_append(
		out,
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
		"# Milliseconds from the submission of the discard to its effect; of all of them.\n"
		"DELAY_MS=${DELAY_MS:-%" G_GINT64_FORMAT "}\n"
		"# filesystem.size, in bytes.\n"
		"SIZE=${SIZE:-%" G_GUINT64_FORMAT "}\n"
		"# device.discard.max_bytes: longer discards are cut by the block layer.\n"
		"DISCARD_MAX=${DISCARD_MAX:-%" G_GUINT64_FORMAT "}\n"
		"# workload.duration, in seconds.\n"
		"SECONDS_TO_RUN=${SECONDS_TO_RUN:-%" G_GINT64_FORMAT "}\n"
		"# nbd; or null_blk, for a kernel where that one zeroes at the end of the delay:\n"
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
	"	fail \"it makes a disk in memory; to go on: TRIMSIM_REPRODUCE=yes $0\"\n"
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
	"		memory \"size=$SIZE\" \"delay-trim=${DELAY_MS}ms\" ||\n"
	"		fail 'nbdkit failed'\n"
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
	"	mkdir \"$nullb\" || { nullb=''; fail 'no nullb/ in configfs, or in use'; }\n"
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
	"queue=/sys/block/${dev##*/}/queue\n"
	"{ echo \"$DISCARD_MAX\" > \"$queue/discard_max_bytes\"; } 2> /dev/null || :\n";

static void append_file_system(GString *out, const struct tsim_repro *r)
{
	g_string_append_printf(
		out,
		"# filesystem.metadata_profile; without the discard of the whole disk.\n"
		"mkfs.btrfs -q -f -K -d single -m %s \"$dev\" > /dev/null ||\n"
		"	fail 'mkfs.btrfs failed'\n"
		"# filesystem.commit_interval and metadata_cluster; small files inline, as before\n"
		"# 4.6; no discards but those of fstrim.\n"
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
		"# What was destroyed and is still referenced.  A block that was freed or written\n"
		"# again is not: no damage found does not mean that nothing was hit.\n"
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
	tsim_repro_loops(out, r);
	append_end(out, r);
	return g_string_free(out, FALSE);
}
