/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "samples-ks.h"

/* A row that calibrates a preset may be off by so much. */
#define TSIM_DEVICES_TOLERANCE 0.1
/* The probability that samples of a correct law fail the table of their classes. */
#define TSIM_DEVICES_FALSE_ALARM 1e-4
#define TSIM_DEVICES_SEED 20261122

/* What is taken of the simulated commands. */
enum tsim_device_measure {
	TSIM_DEVICE_MEDIAN, /* s from submission to completion of a discard command */
	TSIM_DEVICE_MEAN,
	TSIM_DEVICE_ELAPSED, /* s until all is done */
	TSIM_DEVICE_RATE, /* ranges per second, with 256 in a command */
	TSIM_DEVICE_SLOWEST_READ, /* s, of the one replication; the mean of several seeds */
};

enum tsim_device_kind {
	TSIM_DEVICE_CALIBRATES, /* the preset was made of it: must be near */
	TSIM_DEVICE_FIT, /* the preset is a curve through several: said, not judged */
	TSIM_DEVICE_INDEPENDENT, /* no value of the preset is from it */
	TSIM_DEVICE_OWN, /* one value of the preset is from it, the others are not */
};

/* A measurement of the sources of presets/devices.conf, and what repeats it. */
struct tsim_device_row {
	const char *row; /* there */
	const char *experiment; /* of validation/devices.conf */
	const char *set; /* for that experiment, NULL: nothing */
	const char *what;
	enum tsim_device_measure measure;
	enum tsim_device_kind kind;
	double low, high; /* measured: one value, or from ... to ...; high INFINITY: more than */
};

extern const struct tsim_device_row tsim_device_rows[];
extern const guint tsim_device_n_rows;

struct tsim_device_result {
	const struct tsim_device_row *row;
	char *device;
	double simulated, off; /* off: share of the nearest measured value, 0 within them */
};

/* Latency of discards of a size, s: simulated of a preset, or measured. */
struct tsim_device_point {
	const char *kind, *name;
	double bytes, p5, p50, p95;
};

struct tsim_devices_options {
	guint64 seed;
	guint jobs;
	gboolean sizes; /* the points of the figure as well */
};

struct tsim_device_table {
	guint64 seed;
	GArray *results; /* (element-type struct tsim_device_result) */
	GArray *classes; /* (element-type struct tsim_ks_class) */
	GArray *points; /* (element-type struct tsim_device_point) */
};
typedef struct tsim_device_table TsimDeviceTable;

typedef void (*tsim_device_fn)(const struct tsim_device_result *result, gpointer data);

/* devices.c */
TsimDeviceTable *tsim_devices_validate(const struct tsim_devices_options *options,
				       tsim_device_fn done, gpointer data, GError **error);
gboolean tsim_device_result_ok(const struct tsim_device_result *result);
gboolean tsim_device_class_ok(const TsimDeviceTable *table, const struct tsim_ks_class *c);
gboolean tsim_devices_passed(const TsimDeviceTable *table);
void tsim_devices_free(TsimDeviceTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimDeviceTable, tsim_devices_free)

/* devices-points.c */
struct tsim_tally;
gboolean tsim_device_run(const char *experiment, const char *const *sets, guint64 seed, guint jobs,
			 char **device, struct tsim_tally **tally, GError **error);
gboolean tsim_device_points(const struct tsim_devices_options *options,
			    const struct tsim_law_sample *samples, gsize n, GArray *points,
			    GError **error);

/* devices-output.c: (transfer full) */
char *tsim_devices_head(void);
char *tsim_devices_line(const struct tsim_device_result *result);
char *tsim_devices_foot(const TsimDeviceTable *table);
char *tsim_devices_json(const TsimDeviceTable *table);
char *tsim_devices_tsv(const TsimDeviceTable *table);
char *tsim_devices_points_tsv(const TsimDeviceTable *table);
