/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "law.h"
#include "simtime.h"

struct device {
	tsim_ns base;
	guint64 slots, max_bytes;
	double rate, share, sigma, per_s;
	gboolean cache;
	int effect;
	TsimLaw *latency;
};

struct filesystem {
	tsim_ns interval;
};

struct experiment {
	char *device, *filesystem, *workload;
	GStrv policies;
	guint64 replications;
};

struct knobs {
	tsim_ns delay;
	guint64 pieces;
	char *mode;
};

#define DEVICE(field) offsetof(struct device, field)

static const char *const effects[] = { "start", "end", NULL };

static const struct tsim_option device_options[] = {
	{ "base", TSIM_OPT_TIME, DEVICE(base), 0, 60e9, .def = "1ms" },
	{ "slots", TSIM_OPT_COUNT, DEVICE(slots), 1, 1024, .def = "32" },
	{ "bytes", TSIM_OPT_BYTES, DEVICE(max_bytes), .def = "1MiB" },
	{ "rate", TSIM_OPT_RATE, DEVICE(rate), .def = "inf" },
	{ "share", TSIM_OPT_SHARE, DEVICE(share), .def = "0" },
	{ "sigma", TSIM_OPT_REAL, DEVICE(sigma), -100, 100, .def = "0" },
	{ "per_s", TSIM_OPT_FREQUENCY, DEVICE(per_s), .def = "1/s" },
	{ "cache", TSIM_OPT_BOOL, DEVICE(cache), .def = "no" },
	{ "effect", TSIM_OPT_ENUM, DEVICE(effect), .choices = effects, .def = "end" },
	{ "latency", TSIM_OPT_LAW, DEVICE(latency), .def = "none" },
	{ .name = NULL },
};
static const struct tsim_option filesystem_options[] = {
	{ "interval", TSIM_OPT_TIME, offsetof(struct filesystem, interval), .def = "30s" },
	{ .name = NULL },
};
static const struct tsim_option experiment_options[] = {
	{ "device", TSIM_OPT_STRING, offsetof(struct experiment, device), .def = NULL },
	{ "filesystem", TSIM_OPT_STRING, offsetof(struct experiment, filesystem), .def = NULL },
	{ "workload", TSIM_OPT_STRING, offsetof(struct experiment, workload), .def = NULL },
	{ "policies", TSIM_OPT_LIST, offsetof(struct experiment, policies), .def = NULL },
	{ "replications", TSIM_OPT_COUNT, offsetof(struct experiment, replications), 1, 1e9,
	  .def = "100" },
	{ .name = NULL },
};
static const struct tsim_option knobs[] = {
	{ "delay", TSIM_OPT_TIME, offsetof(struct knobs, delay), .def = "0ns" },
	{ "pieces", TSIM_OPT_COUNT, offsetof(struct knobs, pieces), .def = "1" },
	{ "mode", TSIM_OPT_STRING, offsetof(struct knobs, mode), .def = "wait" },
	{ .name = NULL },
};
static const struct tsim_option no_options[] = { { .name = NULL } };
static const char *const workload_kinds[] = { "probe", "fill", NULL };
static const char *const policy_kinds[] = { "unpinned", "pinned-chunk", NULL };

static const struct tsim_option *workload(const char *kind)
{
	return !strcmp(kind, "probe") || !strcmp(kind, "fill") ? knobs : NULL;
}

static const struct tsim_option *policy(const char *kind)
{
	if (!strcmp(kind, "unpinned"))
		return no_options;
	return !strcmp(kind, "pinned-chunk") ? knobs : NULL;
}

const struct tsim_schema fixture_schema = {
	experiment_options, device_options, filesystem_options, workload, policy,
	workload_kinds,	    policy_kinds,
};

static const char groups[] = "[device d]\n"
			     "[device nvme-fast]\n"
			     "slots = 64\n"
			     "[device btrfs-3.18]\n"
			     "[filesystem f]\n"
			     "[experiment base]\n"
			     "filesystem = f\n"
			     "policies = unpinned, pinned-chunk\n"
			     "workload = probe\n"
			     "[experiment e]\n"
			     "inherit = base\n";

static char *directory, *path;

void fixture_start(void)
{
	directory = g_dir_make_tmp("trimsim-sweep-XXXXXX", NULL);
	path = g_build_filename(directory, "a.conf", NULL);
}

void fixture_end(void)
{
	g_remove(path);
	g_rmdir(directory);
	g_free(path);
	g_free(directory);
}

const char *fixture_path(void)
{
	return path;
}

static void load_config(struct fixture *f, const char *lines, const char *set, GError **error)
{
	const gboolean has_device = g_str_has_prefix(lines, "device =");
	g_autofree char *text =
		g_strconcat(groups, has_device ? "" : "device = d\n", lines, "\n", NULL);

	*f = (struct fixture){ 0 };
	g_remove(path); /* a new file needs no fsync, which is what takes long */
	g_assert_true(
		g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
	f->config = tsim_config_load(path, error);
	if (f->config && set && !tsim_config_set(f->config, set, error))
		g_clear_pointer(&f->config, tsim_config_free);
}

void fixture_load(struct fixture *f, const char *lines, const char *set, GError **error)
{
	load_config(f, lines, set, error);
	if (f->config)
		f->sweep = tsim_sweep_new(f->config, "e", &fixture_schema, error);
}

void fixture_load_forced(struct fixture *f, const char *lines, GError **error)
{
	load_config(f, lines, NULL, error);
	if (f->config)
		f->sweep = tsim_sweep_new_forced(f->config, "e", &fixture_schema, error);
}

void fixture_sweep(struct fixture *f, const char *lines)
{
	g_autoptr(GError) error = NULL;

	fixture_load(f, lines, NULL, &error);
	if (error)
		g_test_message("%s", lines);
	g_assert_no_error(error);
	g_assert_nonnull(f->sweep);
}

void fixture_clear(struct fixture *f)
{
	g_clear_pointer(&f->sweep, tsim_sweep_free);
	g_clear_pointer(&f->config, tsim_config_free);
}

char *fixture_values(const struct fixture *f, guint v)
{
	GString *text = g_string_new(NULL);

	for (guint64 i = 0; i < tsim_sweep_n_points(f->sweep); i++)
		g_string_append_printf(text, "%s%s", i ? " " : "",
				       tsim_sweep_value(f->sweep, i, v));
	return g_string_free(text, FALSE);
}

char *fixture_option(const struct fixture *f, guint64 point, const char *kind, const char *key)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(TsimResolved) resolved = tsim_sweep_resolve(f->sweep, point, &error);
	const GPtrArray *values;

	g_assert_no_error(error);
	values = tsim_resolved_values(resolved);
	for (guint i = 0; i < values->len; i++) {
		const struct tsim_resolved_value *value = g_ptr_array_index(values, i);

		if (!strcmp(value->kind, kind) && !strcmp(value->key, key))
			return g_strdup(value->text);
	}
	return NULL;
}
