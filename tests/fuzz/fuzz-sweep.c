/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A fuzz target for the sweep language.  Each line is an assignment as of
 * --set, the last one a selection as of -r.  Whatever they are: a sweep or one
 * error; every point has values that are no longer than what was written, and
 * the manifest is a configuration with the same points.
 */
#include "fuzz.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simtime.h"
#include "sweep.h"

/* So many points of a sweep are looked at. */
#define POINTS 20

struct values {
	tsim_ns base, interval;
	guint64 slots, bytes;
	double rate, sigma;
	char *mode, *name;
	GStrv list;
};

#define AT(field) offsetof(struct values, field)

static const struct tsim_option device[] = {
	{ "base", TSIM_OPT_TIME, AT(base), .def = "1ms" },
	{ "slots", TSIM_OPT_COUNT, AT(slots), .def = "1" },
	{ "bytes", TSIM_OPT_BYTES, AT(bytes), .def = "1MiB" },
	{ "rate", TSIM_OPT_RATE, AT(rate), .def = "inf" },
	{ "sigma", TSIM_OPT_REAL, AT(sigma), .def = "0" },
	{ "mode", TSIM_OPT_STRING, AT(mode), .def = "x" },
	{ .name = NULL },
};
static const struct tsim_option filesystem[] = {
	{ "interval", TSIM_OPT_TIME, AT(interval), .def = "30s" },
	{ .name = NULL },
};
static const struct tsim_option experiment[] = {
	{ "device", TSIM_OPT_STRING, AT(name), .def = "d" },
	{ "filesystem", TSIM_OPT_STRING, AT(name), .def = "f" },
	{ "workload", TSIM_OPT_STRING, AT(name), .def = "w" },
	{ "policies", TSIM_OPT_LIST, AT(list), .def = "p" },
	{ .name = NULL },
};
static const struct tsim_option none[] = { { .name = NULL } };
static const char *const workloads[] = { "w", NULL }, *const policies[] = { "p", NULL };

static const struct tsim_option *workload(const char *kind)
{
	return strcmp(kind, "w") ? NULL : none;
}

static const struct tsim_option *policy(const char *kind)
{
	return strcmp(kind, "p") ? NULL : none;
}

static const struct tsim_schema schema = {
	experiment, device, filesystem, workload, policy, workloads, policies,
};

static char *paths[2];

/* A new file needs no fsync, which is what takes long. */
static gboolean put(const char *path, const char *text)
{
	g_remove(path);
	return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL);
}

static void remove_files(void)
{
	g_remove(paths[0]);
	g_remove(paths[1]);
}

static void start(void)
{
	static const char text[] = "[device d]\n[device e]\n[filesystem f]\n[experiment x]\n";

	for (guint i = 0; i < G_N_ELEMENTS(paths); i++)
		close(g_file_open_tmp("trimsim-fuzz-XXXXXX", &paths[i], NULL));
	atexit(remove_files);
	if (!put(paths[0], text))
		abort();
}

/* An error is one line, or three with a caret at the end of the last. */
static void check_error(const GError *error)
{
	const char *last = strrchr(error->message, '\n');

	if (!*error->message || !g_utf8_validate(error->message, -1, NULL) ||
	    strlen(error->message) > 2000)
		abort();
	if (last && strcmp(last + 1 + strspn(last + 1, " "), "^"))
		abort();
}

static void check_points(const TsimSweep *sweep)
{
	const guint64 n = tsim_sweep_n_points(sweep);

	for (guint64 k = 0; k < POINTS; k++) {
		const guint64 point = n > POINTS ? k * (n - 1) / (POINTS - 1) : k % n;
		g_autoptr(GError) error = NULL;
		g_autoptr(TsimResolved) resolved = tsim_sweep_resolve(sweep, point, &error);
		g_autofree char *where = tsim_sweep_describe(sweep, point);

		if (!resolved)
			check_error(error);
		if (!g_utf8_validate(where, -1, NULL))
			abort();
	}
}

static void check_selection(const TsimSweep *sweep, const char *selection)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) points = tsim_sweep_select(sweep, selection, &error);

	if (!points)
		check_error(error);
	for (guint i = 0; points && i < points->len; i++)
		if (g_array_index(points, guint64, i) >= tsim_sweep_n_points(sweep))
			abort();
}

static void check_manifest(const TsimSweep *sweep)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = tsim_sweep_manifest(sweep, FALSE, &error), *again = NULL;
	g_autoptr(TsimConfig) config = NULL;
	g_autoptr(TsimSweep) second = NULL;

	if (!text) {
		check_error(error);
		return;
	}
	if (!put(paths[1], text))
		abort();
	config = tsim_config_load(paths[1], &error);
	second = config ? tsim_sweep_new(config, NULL, &schema, &error) : NULL;
	if (!second || tsim_sweep_n_points(second) != tsim_sweep_n_points(sweep)) {
		g_printerr("%s\n%s\n", text, error ? error->message : "other points");
		abort();
	}
	again = tsim_sweep_manifest(second, FALSE, &error);
	if (strcmp(text, again))
		abort();
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_auto(GStrv) lines = g_strsplit(text, "\n", 20);
	g_autoptr(GError) error = NULL;
	g_autoptr(TsimConfig) config = NULL;
	g_autoptr(TsimSweep) sweep = NULL;

	if (!paths[0])
		start();
	config = tsim_config_load(paths[0], &error);
	for (guint i = 0; lines[i] && lines[i + 1]; i++)
		if (!tsim_config_set(config, lines[i], NULL))
			return 0;
	sweep = tsim_sweep_new(config, NULL, &schema, &error);
	if (!sweep) {
		check_error(error);
		return 0;
	}
	check_points(sweep);
	check_manifest(sweep);
	if (lines[0])
		check_selection(sweep, lines[g_strv_length(lines) - 1]);
	return 0;
}
