/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "cli.h"
#include "engine.h"
#include "error.h"
#include "ftrace.h"
#include "placement.h"
#include "units.h"

static char *device_size;

static const GOptionEntry entries[] = {
	{ "device-size", 0, 0, G_OPTION_ARG_STRING, &device_size, "of the recorded device (4GiB)",
	  "SIZE" },
	{ NULL },
};

static const char examples[] =
	"Drives the simulator's space and commit code with the chunk allocations,\n"
	"removals, commits and releases of recordings of a real btrfs (mkfs with -d\n"
	"single -m single), and compares every chunk's place, size and address.\n"
	"Exit status 4: a chunk came out elsewhere.\n"
	"\n"
	"Examples:\n"
	"  trimsim validate placement --device-size 4GiB trace-A1.txt.gz\n"
	"  trimsim validate placement --device-size 10GiB a2.trace\n";

struct job {
	TsimEngine *engine;
	char **paths;
	guint64 device_bytes;
	gboolean ok, same;
	GError *error;
};

/* A device of another size has other chunks from the first one on. */
static void print_hint(const struct tsim_placement *placement, const char *path)
{
	if (placement->beyond)
		fprintf(stderr, "%s: a chunk lies beyond the device: is --device-size right?\n",
			path);
	else if (placement->placed == 0)
		fprintf(stderr, "%s: the very first chunk differs: is --device-size right?\n",
			path);
}

static gboolean check_one(struct job *job, const char *path)
{
	g_autoptr(GArray) events = tsim_ftrace_read(path, &job->error);
	struct tsim_placement placement;
	g_autoptr(GError) local = NULL;

	if (!events)
		return FALSE;
	if (!tsim_placement_check(job->engine, events, job->device_bytes, TSIM_HOLE_EXACT,
				  &placement, &local)) {
		tsim_placement_clear(&placement);
		return tsim_throw(&job->error, "%s: %s", path, local->message);
	}
	if (placement.chunks == 0)
		return tsim_throw(
			&job->error,
			"%s: no sim: dev_extent_alloc line says where the kernel placed a chunk",
			path);
	printf("%s: %u of %u placed as the kernel did\n", path, placement.placed, placement.chunks);
	if (placement.difference) {
		fprintf(stderr, "%s: %s\n", path, placement.difference);
		print_hint(&placement, path);
		job->same = FALSE;
	}
	tsim_placement_clear(&placement);
	return TRUE;
}

static void check_all(void *data)
{
	struct job *job = data;

	job->same = TRUE;
	for (guint i = 0; job->paths[i]; i++) {
		if (!check_one(job, job->paths[i]))
			return;
	}
	job->ok = TRUE;
}

static gboolean validate(struct job *job, GError **error)
{
	g_autoptr(GError) local = NULL;

	job->device_bytes = 4 * TSIM_GIB;
	if (device_size && !tsim_parse_bytes(device_size, &job->device_bytes, &local))
		return tsim_throw(error, "--device-size: %s", local->message);
	if (job->device_bytes < 64 * TSIM_MIB || job->device_bytes > 1024 * 1024 * TSIM_GIB)
		return tsim_throw(
			error, "--device-size: %s is out of range, permitted is 64MiB to 1024TiB",
			device_size);
	job->engine = tsim_engine_open("simgrid", error);
	if (!job->engine)
		return FALSE;
	tsim_engine_enter(job->engine, check_all, job);
	tsim_engine_close(job->engine);
	if (!job->ok)
		g_propagate_error(error, job->error);
	return job->ok;
}

int tsim_cmd_validate_placement(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	struct job job = { 0 };
	gboolean ok;

	ok = tsim_cli_parse(&argc, &argv, entries, "TRACE...", examples, 1, G_MAXINT, &error);
	job.paths = argv + 1;
	ok = ok && validate(&job, &error);
	g_free(device_size);
	if (!ok)
		return tsim_cli_fail(error);
	return job.same ? TSIM_EXIT_OK : TSIM_EXIT_CHECK;
}
