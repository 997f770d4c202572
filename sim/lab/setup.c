/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An experiment ready to run: the option tables of the models, filled from
 * the resolved configuration.
 */
#include "setup.h"

#include <string.h>

#include "error.h"
#include "stop.h"

#define OPT(field) offsetof(struct tsim_experiment, field)

static const struct tsim_option experiment_options[] = {
	{ "device", TSIM_OPT_STRING, OPT(device), .def = NULL,
	  .help = "name of a [device ...] group or preset" },
	{ "filesystem", TSIM_OPT_STRING, OPT(filesystem), .def = NULL,
	  .help = "name of a [filesystem ...] group or preset" },
	{ "workload", TSIM_OPT_STRING, OPT(workload), .def = NULL,
	  .help = "name of a [workload ...] group, or a kind of workload" },
	{ "policies", TSIM_OPT_LIST, OPT(policies), .def = "unpinned, pinned-chunk",
	  .help = "policies that are compared, on the same random numbers; the first is the baseline" },
	{ "replications", TSIM_OPT_COUNT, OPT(replications), 1, 4e9, .def = "1000",
	  .help = "independent runs under each policy; at most so many when there is a rule to stop" },
	{ "stop", TSIM_OPT_STRING, OPT(stop), .def = "none",
	  .help = "when a point has enough: failures >= N, or relative_halfwidth <= X%" },
	{ "time_budget", TSIM_OPT_TIME, OPT(time_budget_ns), .def = "0s",
	  .help = "of real time, then the run ends with what it has; 0s: none" },
	{ "expect", TSIM_OPT_LIST, OPT(expect), .def = "",
	  .help = "what must hold of the result, such as pinned-chunk.hits == 0; exit status 4 if it does not" },
	{ "seed", TSIM_OPT_COUNT, OPT(seed), .def = "1", .help = "of all random numbers" },
	{ "confidence", TSIM_OPT_SHARE, OPT(confidence), 0.5, 0.9999999, .def = "95%",
	  .help = "level of every interval" },
	{ "paranoid", TSIM_OPT_BOOL, OPT(paranoid), .def = "no",
	  .help = "check conservation of space at every commit and Little's law at the end" },
	{ .name = NULL },
};

static const struct tsim_option *workload_options(const char *kind)
{
	const struct tsim_workload_ops *ops = tsim_workload_find(kind);

	return ops ? ops->options : NULL;
}

static const struct tsim_option no_options[] = { { .name = NULL } };

static const struct tsim_option *policy_options(const char *kind)
{
	const struct tsim_policy_ops *ops = tsim_policy_find(kind);

	if (!ops)
		return NULL;
	return ops->options ? ops->options : no_options;
}

static const char *const *workload_kinds(void)
{
	static const char *names[32];

	for (guint i = 0; tsim_workloads[i]; i++)
		names[i] = tsim_workloads[i]->name;
	return names;
}

static const char *const *policy_kinds(void)
{
	static const char *names[32];

	for (guint i = 0; tsim_policies[i]; i++)
		names[i] = tsim_policies[i]->name;
	return names;
}

/**
 * tsim_setup_schema:
 * Returns: (transfer none): every option table, for the config layer.
 */
const struct tsim_schema *tsim_setup_schema(void)
{
	static struct tsim_schema schema;

	schema = (struct tsim_schema){
		.experiment = experiment_options,
		.device = tsim_device_option_table,
		.filesystem = tsim_fs_option_table,
		.workload = workload_options,
		.policy = policy_options,
		.workload_kinds = workload_kinds(),
		.policy_kinds = policy_kinds(),
	};
	return &schema;
}

/* Where the workload's value that @message quotes was set, or NULL. */
static const char *origin_of_quoted(const TsimResolved *resolved, const char *message)
{
	const GPtrArray *values = tsim_resolved_values(resolved);
	g_auto(GStrv) parts = g_strsplit(message, "'", 3);

	for (guint i = 0; i < values->len && g_strv_length(parts) == 3; i++) {
		const struct tsim_resolved_value *value = g_ptr_array_index(values, i);

		if (!strcmp(value->kind, "workload") && !strcmp(value->text, parts[1]))
			return value->origin;
	}
	return NULL;
}

/*
 * Where to put right what a workload's prepare() complains of: the key that
 * the message begins with, the value that it quotes, else the workload that
 * the experiment names.
 */
static const char *origin_of(const TsimResolved *resolved, const struct tsim_option *options,
			     const char *message)
{
	g_autofree char *word = g_strndup(message, strcspn(message, " ,:="));

	const char *quoted = origin_of_quoted(resolved, message);

	if (tsim_options_find(options, word))
		return tsim_resolved_origin(resolved, "workload", NULL, word);
	if (quoted)
		return quoted;
	return tsim_resolved_origin(resolved, "experiment", NULL, "workload");
}

static gboolean fill_workload(TsimSetup *setup, const TsimResolved *resolved, GError **error)
{
	g_autoptr(GError) local = NULL;

	setup->workload = tsim_workload_find(tsim_resolved_workload_kind(resolved));
	setup->workload_config = g_malloc0(setup->workload->config_size);
	if (!tsim_resolved_fill(resolved, "workload", NULL, setup->workload_config, error))
		return FALSE;
	if (setup->workload->prepare && !setup->workload->prepare(setup->workload_config, &local))
		return tsim_throw(error, "%s: [workload %s] %s",
				  origin_of(resolved, setup->workload->options, local->message),
				  setup->experiment.workload, local->message);
	if (setup->workload->adjust)
		setup->workload->adjust(setup->workload_config, &setup->fs, &setup->device);
	setup->experiment.bare = setup->workload->bare;
	if (setup->workload->follows)
		setup->experiment.follows_recording = setup->workload->follows(
			setup->workload_config, &setup->experiment.recording_start_ns);
	return TRUE;
}

/* Where the key is set that @message begins with, else where the device is named. */
static const char *device_origin(const TsimResolved *resolved, const char *message)
{
	const char *prefix = "device.";
	g_autofree char *key = NULL;
	const char *origin;

	if (!g_str_has_prefix(message, prefix))
		return tsim_resolved_origin(resolved, "experiment", NULL, "device");
	key = g_strndup(message + strlen(prefix), strcspn(message, " ") - strlen(prefix));
	origin = tsim_resolved_origin(resolved, "device", NULL, key);
	return strcmp(origin, "default") ?
		       origin :
		       tsim_resolved_origin(resolved, "experiment", NULL, "device");
}

static gboolean check_device(TsimSetup *setup, const TsimResolved *resolved, GError **error)
{
	g_autoptr(GError) local = NULL;

	setup->experiment.reads_ones = setup->device.discard_reads == TSIM_READS_ONES;
	if (setup->device.scheduler == TSIM_SCHEDULER_READS_FIRST && !setup->workload->bare)
		return tsim_throw(error,
				  "%s: device.scheduler = reads-first needs workload = requests: "
				  "the file system's writes cannot wait for their turn",
				  tsim_resolved_origin(resolved, "device", NULL, "scheduler"));
	if (setup->device.power_loss && setup->workload->bare)
		return tsim_throw(error,
				  "%s: device.power_loss needs a file system to be mounted again, "
				  "and workload %s has none",
				  tsim_resolved_origin(resolved, "device", NULL, "power_loss"),
				  setup->workload->name);
	return tsim_device_options_check(&setup->device, setup->fs.size_bytes, &local) ||
	       tsim_throw(error, "%s: %s", device_origin(resolved, local->message),
			  local->message);
}

static gboolean fill_policies(TsimSetup *setup, const TsimResolved *resolved, GError **error)
{
	guint n = g_strv_length(setup->experiment.policies);

	setup->n_policies = n;
	setup->policies = g_new0(struct tsim_setup_policy, n);
	for (guint i = 0; i < n; i++) {
		struct tsim_setup_policy *p = &setup->policies[i];
		const char *name = setup->experiment.policies[i];

		p->ops = tsim_policy_find(tsim_resolved_policy_kind(resolved, name));
		p->config = g_malloc0(MAX(p->ops->config_size, 1));
		if (p->ops->options &&
		    !tsim_resolved_fill(resolved, "policy", name, p->config, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean fill_experiment(TsimSetup *setup, const TsimResolved *resolved, GError **error)
{
	struct tsim_experiment *e = &setup->experiment;
	g_autoptr(GError) local = NULL;

	if (!tsim_resolved_fill(resolved, "experiment", NULL, e, error))
		return FALSE;
	if (!tsim_stop_parse(e->stop, e->confidence, &e->enough, &local))
		return tsim_throw(error, "%s: [experiment %s] stop = %s: %s",
				  tsim_resolved_origin(resolved, "experiment", NULL, "stop"),
				  tsim_resolved_experiment(resolved), e->stop, local->message);
	return TRUE;
}

/**
 * tsim_setup_new:
 * Returns: (transfer full) (nullable): every option parsed, or NULL with an
 * error that names file:line.
 */
TsimSetup *tsim_setup_new(const TsimResolved *resolved, GError **error)
{
	g_autoptr(TsimSetup) setup = g_new0(TsimSetup, 1);

	if (!fill_experiment(setup, resolved, error) ||
	    !tsim_resolved_fill(resolved, "device", NULL, &setup->device, error) ||
	    !tsim_resolved_fill(resolved, "filesystem", NULL, &setup->fs, error) ||
	    !fill_workload(setup, resolved, error) || !check_device(setup, resolved, error) ||
	    !fill_policies(setup, resolved, error))
		return NULL;
	return g_steal_pointer(&setup);
}

void tsim_setup_free(TsimSetup *setup)
{
	tsim_options_clear(tsim_device_option_table, &setup->device);
	tsim_options_clear(tsim_fs_option_table, &setup->fs);
	if (setup->workload_config && setup->workload->release)
		setup->workload->release(setup->workload_config);
	if (setup->workload_config)
		tsim_options_clear(setup->workload->options, setup->workload_config);
	g_free(setup->workload_config);
	for (guint i = 0; i < setup->n_policies; i++) {
		if (setup->policies[i].ops->options)
			tsim_options_clear(setup->policies[i].ops->options,
					   setup->policies[i].config);
		g_free(setup->policies[i].config);
	}
	g_free(setup->policies);
	tsim_options_clear(experiment_options, &setup->experiment);
	g_free(setup);
}

const struct tsim_experiment *tsim_setup_experiment(const TsimSetup *setup)
{
	return &setup->experiment;
}

/* Run another number of replications than is configured, to see how long one takes. */
void tsim_setup_set_replications(TsimSetup *setup, guint64 replications)
{
	setup->experiment.replications = replications;
}
