/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Latency of discards by size, of some presets and measured: what plots/devices.gp draws. */
#include "devices.h"

#include "tally.h"
#include "units.h"

#define MIN_SAMPLES 20 /* of a size class */
#define N_CLASSES 63

static const char *const devices[] = { "sata-sf-nonqueued",  "sata-tlc-nonqueued", "nvme-dramless",
				       "nvme-consumer-fast", "nvme-datacenter",	   "virtio-thin",
				       "virtio-measured" };

/* What sources state of one discard, or of each command of many; row 12 in bios of 4 GiB. */
static const struct {
	const char *row;
	double bytes, latency;
} stated[] = {
	{ "1", 512, 10e-3 },
	{ "1", 2147450880, 10e-3 },
	{ "4", 116.67e6, 70.0 / 986 },
	{ "8", 454656, 1 / 38573.0 },
	{ "10", 4096, 71.6e-6 },
	{ "11", 524288, 178e-6 },
	{ "12", 4294963200, 1.356 / (1.7e12 / 4294963200) },
};

static gboolean add_simulated(const struct tsim_devices_options *options, const char *device,
			      guint64 bytes, GArray *points, GError **error)
{
	g_autofree char *of = g_strdup_printf("experiment.device=%s", device);
	g_autofree char *size =
		g_strdup_printf("workload.discard_bytes=%" G_GUINT64_FORMAT "B", bytes);
	const char *const sets[] = { of, size, NULL };
	struct tsim_device_point point = { "simulated", device, (double)bytes, 0, 0, 0 };
	g_autoptr(TsimTally) tally = NULL;
	g_autofree char *name = NULL;
	const TsimHistogram *h;

	if (!tsim_device_run("sizes", sets, options->seed, options->jobs, &name, &tally, error))
		return FALSE;
	h = tally->policies[0].distributions.discard;
	point.p5 = (double)tsim_histogram_quantile_ns(h, 0.05) * 1e-9;
	point.p50 = (double)tsim_histogram_quantile_ns(h, 0.5) * 1e-9;
	point.p95 = (double)tsim_histogram_quantile_ns(h, 0.95) * 1e-9;
	g_array_append_val(points, point);
	return TRUE;
}

static int compare_times(const void *a, const void *b)
{
	tsim_ns x = *(const tsim_ns *)a, y = *(const tsim_ns *)b;

	return (x > y) - (x < y);
}

static double quantile_s(const GArray *times, double q)
{
	return (double)g_array_index(times, tsim_ns, (guint)(q * times->len)) * 1e-9;
}

/* The samples of sizes from @low up to twice that, at the mean of their sizes. */
static void add_class(const struct tsim_law_sample *samples, gsize n, guint64 low, GArray *points)
{
	g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(tsim_ns));
	struct tsim_device_point point = { .kind = "measured", .name = "26" };
	double sum = 0;

	for (gsize i = 0; i < n; i++) {
		if (samples[i].bytes < low || samples[i].bytes - low >= low)
			continue;
		sum += (double)samples[i].bytes;
		g_array_append_val(times, samples[i].ns);
	}
	if (times->len < MIN_SAMPLES)
		return;
	g_array_sort(times, compare_times);
	point.bytes = sum / times->len;
	point.p5 = quantile_s(times, 0.05);
	point.p50 = quantile_s(times, 0.5);
	point.p95 = quantile_s(times, 0.95);
	g_array_append_val(points, point);
}

static void add_stated(GArray *points)
{
	for (guint i = 0; i < G_N_ELEMENTS(stated); i++) {
		double s = stated[i].latency;
		struct tsim_device_point point = {
			"stated", stated[i].row, stated[i].bytes, s, s, s
		};

		g_array_append_val(points, point);
	}
}

/**
 * tsim_device_points() - the points of the figure
 * @samples: measured, with sizes
 * @points: (element-type struct tsim_device_point): appended to
 */
gboolean tsim_device_points(const struct tsim_devices_options *options,
			    const struct tsim_law_sample *samples, gsize n, GArray *points,
			    GError **error)
{
	for (guint d = 0; d < G_N_ELEMENTS(devices); d++)
		for (guint64 bytes = 4 * TSIM_KIB; bytes <= TSIM_GIB; bytes *= 4)
			if (!add_simulated(options, devices[d], bytes, points, error))
				return FALSE;
	for (int k = 0; k < N_CLASSES; k++)
		add_class(samples, n, G_GUINT64_CONSTANT(1) << k, points);
	add_stated(points);
	return TRUE;
}
