/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config-fixture.h"

#include "remove-tree.h"

static const struct tsim_option device_options[] = {
	{ "discard.base", TSIM_OPT_TIME, offsetof(struct device, base), 0, 60e9, .def = "1ms" },
	{ "discard.latency", TSIM_OPT_LAW, offsetof(struct device, latency), .def = "none" },
	{ "slots", TSIM_OPT_COUNT, offsetof(struct device, slots), 1, 1024, .def = "32" },
	{ .name = NULL },
};
static const struct tsim_option filesystem_options[] = {
	{ "commit_interval", TSIM_OPT_TIME, offsetof(struct filesystem, interval), 0, 3600e9,
	  .def = "30s" },
	{ .name = NULL },
};
static const struct tsim_option experiment_options[] = {
	{ "device", TSIM_OPT_STRING, offsetof(struct experiment, device), .help = "the device" },
	{ "filesystem", TSIM_OPT_STRING, offsetof(struct experiment, filesystem),
	  .help = "the file system" },
	{ "workload", TSIM_OPT_STRING, offsetof(struct experiment, workload),
	  .help = "the workload" },
	{ "policies", TSIM_OPT_LIST, offsetof(struct experiment, policies),
	  .help = "the policies" },
	{ "replications", TSIM_OPT_COUNT, offsetof(struct experiment, replications), 1, 1e9,
	  .def = "100" },
	{ "title", TSIM_OPT_STRING, offsetof(struct experiment, title), .def = "" },
	{ .name = NULL },
};
static const struct tsim_option knob_options[] = {
	{ "delay", TSIM_OPT_TIME, offsetof(struct knob, delay), .def = "0ns" },
	{ .name = NULL },
};
static const struct tsim_option no_options[] = { { .name = NULL } };
static const char *const workload_kinds[] = { "probe", "fill", NULL };
static const char *const policy_kinds[] = { "unpinned", "pinned-chunk", "pinned-3.19", NULL };

static const struct tsim_option *workload(const char *kind)
{
	if (!strcmp(kind, "probe"))
		return knob_options;
	return !strcmp(kind, "fill") ? no_options : NULL;
}

static const struct tsim_option *policy(const char *kind)
{
	if (!strcmp(kind, "unpinned"))
		return no_options;
	return !strcmp(kind, "pinned-chunk") || !strcmp(kind, "pinned-3.19") ? knob_options : NULL;
}

const struct tsim_schema schema = {
	experiment_options, device_options, filesystem_options, workload, policy,
	workload_kinds,     policy_kinds,
};

char *directory;

char *put_bytes(const char *name, const char *text, gssize length)
{
	char *path = g_build_filename(directory, name, NULL);
	g_autoptr(GError) error = NULL;

	g_file_set_contents(path, text, length, &error);
	g_assert_no_error(error);
	return path;
}

TsimConfig *load(const char *text, GError **error)
{
	g_autofree char *path = put_bytes("a.conf", text, -1);

	return tsim_config_load(path, error);
}

TsimResolved *resolve(const char *text, const char *set, GError **error)
{
	g_autoptr(TsimConfig) config = load(text, error);

	if (!config || (set && !tsim_config_set(config, set, error)))
		return NULL;
	return tsim_config_resolve(config, NULL, &schema, error);
}

void config_start(int *argc, char ***argv)
{
	g_test_init(argc, argv, NULL);
	directory = g_dir_make_tmp("test-config-XXXXXX", NULL);
}

/* Run the tests; the exit status. */
int config_end(void)
{
	int status = g_test_run();

	remove_tree(directory);
	g_free(directory);
	return status;
}
