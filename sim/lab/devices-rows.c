/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `trimsim validate devices` compares; the sources are those of presets/devices.conf. */
#include "devices.h"

#include <math.h>

#define CALIBRATES(measure, value) TSIM_DEVICE_##measure, TSIM_DEVICE_CALIBRATES, value, value
#define FIT(measure, value) TSIM_DEVICE_##measure, TSIM_DEVICE_FIT, value, value
#define OWN(measure, low, high) TSIM_DEVICE_##measure, TSIM_DEVICE_OWN, low, high
#define INDEPENDENT(measure, low, high) TSIM_DEVICE_##measure, TSIM_DEVICE_INDEPENDENT, low, high

const struct tsim_device_row tsim_device_rows[] = {
	{ "1", "row-1", NULL, "TRIM of 512 B, median", CALIBRATES(MEDIAN, 10e-3) },
	{ "1", "row-1", "workload.discard_bytes=2147450880B", "TRIM of 2 GiB, median",
	  CALIBRATES(MEDIAN, 10e-3) },
	{ "4", "row-4", NULL, "986 TRIMs of 117 MB", CALIBRATES(ELAPSED, 70.0) },
	{ "7", "row-7", NULL, "ranges, by 256 a command", CALIBRATES(RATE, 1998) },
	{ "8", "row-8", NULL, "131,072 ranges, by 256", CALIBRATES(RATE, 38573) },
	{ "10", "row-10", NULL, "discard of 4 KiB, mean", CALIBRATES(MEAN, 71.6e-6) },
	{ "12", "row-12", NULL, "blkdiscard of 1.7 TB", CALIBRATES(ELAPSED, 1.356) },
	{ "14", "row-14", NULL, "blkdiscard of 477 GB", CALIBRATES(ELAPSED, 0.398) },
	{ "22", "row-22", NULL, "blkdiscard of 63.59 GB", CALIBRATES(ELAPSED, 8.68) },
	{ "23", "row-23", NULL, "blkdiscard of 32.23 GB", CALIBRATES(ELAPSED, 1.19) },
	{ "26", "row-26", NULL, "discard of 4 KiB, median", CALIBRATES(MEDIAN, 120e-6) },
	{ "26", "row-26", "workload.discard_bytes=64KiB", "discard of 64 KiB, median",
	  CALIBRATES(MEDIAN, 110e-6) },
	{ "26", "row-26", "workload.discard_bytes=256KiB", "discard of 256 KiB, median",
	  CALIBRATES(MEDIAN, 140e-6) },
	{ "26", "row-26", "workload.discard_bytes=1MiB", "discard of 1 MiB, median",
	  CALIBRATES(MEDIAN, 259e-6) },
	{ "26", "row-26", "workload.discard_bytes=4MiB", "discard of 4 MiB, median",
	  CALIBRATES(MEDIAN, 858e-6) },
	{ "26", "row-26", "workload.discard_bytes=16MiB", "discard of 16 MiB, median",
	  CALIBRATES(MEDIAN, 3.8e-3) },
	{ "26", "row-26", "workload.discard_bytes=64MiB", "discard of 64 MiB, median",
	  CALIBRATES(MEDIAN, 12.4e-3) },
	/* of 96 MiB to 120 MiB, 108 MiB in the mean */
	{ "26", "row-26", "workload.discard_bytes=108MiB", "discard of 108 MiB, median",
	  CALIBRATES(MEDIAN, 18.4e-3) },
	{ "26", "row-26-fit", NULL, "discard of 4 KiB, median", FIT(MEDIAN, 120e-6) },
	{ "26", "row-26-fit", "workload.discard_bytes=64KiB", "discard of 64 KiB, median",
	  FIT(MEDIAN, 110e-6) },
	{ "26", "row-26-fit", "workload.discard_bytes=1MiB", "discard of 1 MiB, median",
	  FIT(MEDIAN, 259e-6) },
	{ "26", "row-26-fit", "workload.discard_bytes=4MiB", "discard of 4 MiB, median",
	  FIT(MEDIAN, 858e-6) },
	{ "26", "row-26-fit", "workload.discard_bytes=16MiB", "discard of 16 MiB, median",
	  FIT(MEDIAN, 3.8e-3) },
	{ "26", "row-26-fit", "workload.discard_bytes=108MiB", "discard of 108 MiB, median",
	  FIT(MEDIAN, 18.4e-3) },
	{ "2", "row-2", NULL, "rm -rf, 36,000 TRIMs", INDEPENDENT(ELAPSED, 360, INFINITY) },
	{ "13", "row-13", NULL, "rm -rf, 75,000 discards", INDEPENDENT(ELAPSED, 79, 89) },
	{ "13", "row-13", "experiment.device=nvme-enterprise-old", "the same; base from here",
	  OWN(ELAPSED, 79, 89) },
	{ "15", "row-15", NULL, "slowest read, 4 GB go", OWN(SLOWEST_READ, 1, 1) },
};
const guint tsim_device_n_rows = G_N_ELEMENTS(tsim_device_rows);
