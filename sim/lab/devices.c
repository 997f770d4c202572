/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The device presets against the measurements that they come from, and against
 * others: each row is an experiment of configs/validation/devices.conf, which
 * issues the commands that were measured.
 */
#include "devices.h"

#include <math.h>
#include <string.h>

#include "config.h"
#include "error.h"
#include "runner.h"
#include "setup.h"

#define RANGES 256 /* of a command, in the experiments whose rate is taken */
#define SEEDS 40 /* of an experiment whose extreme is taken */
#define SAMPLES "presets/virtio-blk-discard.csv"

static TsimSetup *make_setup(const char *experiment, const char *const *sets, guint64 seed,
			     GError **error)
{
	g_autofree char *path = tsim_data_file("validation/devices.conf", error);
	g_autofree char *seeded = g_strdup_printf("experiment.seed=%" G_GUINT64_FORMAT, seed);
	g_autoptr(TsimConfig) config = path ? tsim_config_load(path, error) : NULL;
	g_autoptr(TsimResolved) resolved = NULL;

	if (!config || !tsim_config_set(config, seeded, error) ||
	    !tsim_config_set_all(config, sets, error))
		return NULL;
	resolved = tsim_config_resolve(config, experiment, tsim_setup_schema(), error);
	return resolved ? tsim_setup_new(resolved, error) : NULL;
}

/**
 * tsim_device_run() - run an experiment of validation/devices.conf
 * @sets: assignments as for --set, ended by NULL
 * @device: (out) (transfer full): the name of its preset
 * @tally: (out) (transfer full): its sums
 */
gboolean tsim_device_run(const char *experiment, const char *const *sets, guint64 seed, guint jobs,
			 char **device, TsimTally **tally, GError **error)
{
	g_autoptr(TsimSetup) setup = make_setup(experiment, sets, seed, error);
	struct tsim_runner_options options = { .jobs = jobs, .max_failures = 1 };
	g_autoptr(GPtrArray) failures = NULL;

	if (!setup || !tsim_runner_run(setup, &options, tally, &failures, error))
		return FALSE;
	if (failures->len) {
		g_clear_pointer(tally, tsim_tally_free);
		return tsim_throw_run(error, "validation/devices.conf: %s: a replication failed",
				      experiment);
	}
	*device = g_strdup(setup->experiment.device);
	return TRUE;
}

static double measure(const TsimTally *tally, enum tsim_device_measure measure)
{
	const struct tsim_policy_tally *p = &tally->policies[0];
	const TsimHistogram *discards = p->distributions.discard;
	double runs = (double)tally->replications, ns = 1e-9;

	switch (measure) {
	case TSIM_DEVICE_MEDIAN:
		return (double)tsim_histogram_quantile_ns(discards, 0.5) * ns;
	case TSIM_DEVICE_MEAN:
		return tsim_histogram_total_ns(discards) / (double)tsim_histogram_count(discards) *
		       ns;
	case TSIM_DEVICE_ELAPSED:
		return (double)p->sum.simulated_ns / runs * ns;
	case TSIM_DEVICE_RATE:
		return RANGES * (double)p->sum.commands[TSIM_IO_DISCARD] /
		       ((double)p->sum.simulated_ns * ns);
	case TSIM_DEVICE_SLOWEST_READ:
		return (double)tsim_histogram_max_ns(p->distributions.io) * ns;
	}
	g_assert_not_reached();
}

static double off(const struct tsim_device_row *row, double simulated)
{
	if (simulated < row->low)
		return simulated / row->low - 1;
	return simulated > row->high ? simulated / row->high - 1 : 0;
}

/* An extreme is one of each run: histograms do not tell runs apart. */
static guint n_seeds(const struct tsim_device_row *row)
{
	return row->measure == TSIM_DEVICE_SLOWEST_READ ? SEEDS : 1;
}

static gboolean run_row(const struct tsim_device_row *row,
			const struct tsim_devices_options *options,
			struct tsim_device_result *result, GError **error)
{
	const char *const sets[] = { row->set, NULL };

	for (guint i = 0; i < n_seeds(row); i++) {
		g_autoptr(TsimTally) tally = NULL;

		g_clear_pointer(&result->device, g_free);
		if (!tsim_device_run(row->experiment, sets, options->seed + i, options->jobs,
				     &result->device, &tally, error))
			return FALSE;
		result->simulated += measure(tally, row->measure) / n_seeds(row);
	}
	result->off = off(row, result->simulated);
	return TRUE;
}

/** tsim_device_result_ok() - is it near enough, if it has to be? */
gboolean tsim_device_result_ok(const struct tsim_device_result *result)
{
	return result->row->kind != TSIM_DEVICE_CALIBRATES ||
	       fabs(result->off) <= TSIM_DEVICES_TOLERANCE;
}

/** tsim_device_class_ok() - Bonferroni over the classes */
gboolean tsim_device_class_ok(const TsimDeviceTable *table, const struct tsim_ks_class *c)
{
	return c->p >= TSIM_DEVICES_FALSE_ALARM / table->classes->len;
}

/** tsim_devices_passed() - no line of the table has failed */
gboolean tsim_devices_passed(const TsimDeviceTable *table)
{
	for (guint i = 0; i < table->results->len; i++)
		if (!tsim_device_result_ok(
			    &g_array_index(table->results, struct tsim_device_result, i)))
			return FALSE;
	for (guint i = 0; i < table->classes->len; i++)
		if (!tsim_device_class_ok(table,
					  &g_array_index(table->classes, struct tsim_ks_class, i)))
			return FALSE;
	return TRUE;
}

static void clear_result(gpointer data)
{
	g_free(((struct tsim_device_result *)data)->device);
}

static TsimDeviceTable *table_new(guint64 seed)
{
	TsimDeviceTable *table = g_new0(TsimDeviceTable, 1);

	table->seed = seed;
	table->results = g_array_new(FALSE, TRUE, sizeof(struct tsim_device_result));
	table->points = g_array_new(FALSE, FALSE, sizeof(struct tsim_device_point));
	g_array_set_clear_func(table->results, clear_result);
	return table;
}

void tsim_devices_free(TsimDeviceTable *table)
{
	g_array_unref(table->results);
	g_array_unref(table->points);
	g_clear_pointer(&table->classes, g_array_unref);
	g_free(table);
}

static gboolean run_rows(const struct tsim_devices_options *options, tsim_device_fn done,
			 gpointer data, TsimDeviceTable *table, GError **error)
{
	for (guint i = 0; i < tsim_device_n_rows; i++) {
		struct tsim_device_result *result;

		g_array_set_size(table->results, i + 1); /* cleared with the array, in any case */
		result = &g_array_index(table->results, struct tsim_device_result, i);
		result->row = &tsim_device_rows[i];
		if (!run_row(result->row, options, result, error))
			return FALSE;
		done(result, data);
	}
	return TRUE;
}

/**
 * tsim_devices_validate() - run every row, test the measured samples
 * @done: told of each row when it is known
 * @data: passed on to @done
 *
 * Return: (transfer full) (nullable): NULL when something could not be run; a
 * row that is off is a result.
 */
TsimDeviceTable *tsim_devices_validate(const struct tsim_devices_options *options,
				       tsim_device_fn done, gpointer data, GError **error)
{
	g_autoptr(TsimDeviceTable) table = table_new(options->seed);
	g_autofree char *path = tsim_data_file(SAMPLES, error);
	g_autoptr(GArray) read = path ? tsim_law_read_file(path, error) : NULL;
	const struct tsim_law_sample *samples;

	if (!read)
		return NULL;
	samples = (const struct tsim_law_sample *)read->data;
	if (!samples->bytes) {
		tsim_throw(error, "%s: no column bytes: samples of which sizes?", path);
		return NULL;
	}
	if (!run_rows(options, done, data, table, error))
		return NULL;
	table->classes = tsim_samples_ks(samples, read->len);
	if (options->sizes &&
	    !tsim_device_points(options, samples, read->len, table->points, error))
		return NULL;
	return g_steal_pointer(&table);
}
