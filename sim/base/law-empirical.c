/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "law-internal.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "units.h"

/* empirical(FILE): the samples themselves, each as likely as any other. */
static tsim_ns empirical_quantile(const TsimLaw *law, double u)
{
	gsize i = (gsize)(u * (double)law->n_samples);

	return law->samples[MIN(i, law->n_samples - 1)];
}

/* How many samples are at most t. */
static gsize count_upto(const TsimLaw *law, double t)
{
	gsize low = 0, high = law->n_samples;

	while (low < high) {
		gsize middle = low + (high - low) / 2;

		if ((double)law->samples[middle] > t)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static tsim_ns empirical_residual(const TsimLaw *law, tsim_ns elapsed, double u)
{
	gsize first = count_upto(law, (double)elapsed), n = law->n_samples - first;

	if (!n)
		return elapsed;
	return law->samples[first + MIN((gsize)(u * (double)n), n - 1)];
}

static double empirical_cdf(const TsimLaw *law, double t)
{
	return (double)count_upto(law, t) / (double)law->n_samples;
}

static double empirical_survival(const TsimLaw *law, double t)
{
	return (double)(law->n_samples - count_upto(law, t)) / (double)law->n_samples;
}

static double empirical_mean(const TsimLaw *law)
{
	double sum = 0;

	for (gsize i = 0; i < law->n_samples; i++)
		sum += (double)law->samples[i];
	return sum / (double)law->n_samples;
}

static double empirical_min(const TsimLaw *law)
{
	return (double)law->samples[0];
}

const struct law_type law_empirical = {
	.name = "empirical", .usage = "empirical(FILE)",
	.quantile = empirical_quantile, .residual = empirical_residual, .cdf = empirical_cdf,
	.survival = empirical_survival, .mean = empirical_mean, .min = empirical_min,
};

/* The column called latency_us of a CSV heading, or -1. */
static int latency_column(const char *line)
{
	g_auto(GStrv) names = g_strsplit(line, ",", -1);

	for (int i = 0; names[i]; i++)
		if (!strcmp(g_strstrip(names[i]), "latency_us"))
			return i;
	return -1;
}

static gboolean parse_sample(const char *line, int column, tsim_ns *sample, GError **error)
{
	g_auto(GStrv) fields = NULL;
	g_autofree char *text = NULL;

	if (column < 0)
		return tsim_parse_time(line, sample, error);
	fields = g_strsplit(line, ",", -1);
	if ((int)g_strv_length(fields) <= column)
		return tsim_throw(error, "no column %d, which is latency_us", column + 1);
	text = g_strconcat(g_strstrip(fields[column]), "us", NULL);
	return tsim_parse_time(text, sample, error);
}

static int compare_samples(const void *a, const void *b)
{
	tsim_ns x = *(const tsim_ns *)a, y = *(const tsim_ns *)b;

	return (x > y) - (x < y);
}

/**
 * tsim_law_read_samples() - read the samples of an empirical law
 * @law: an empirical law without samples
 * @file: one duration with its unit a line, or a CSV file with a heading that
 *	names a column latency_us; blank lines and lines from # on are skipped
 * @error: names file and line
 */
gboolean tsim_law_read_samples(TsimLaw *law, const char *file, GError **error)
{
	g_autoptr(GArray) samples = g_array_new(FALSE, FALSE, sizeof(tsim_ns));
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	gboolean first = TRUE;
	int column = -1;

	if (!g_file_get_contents(file, &text, NULL, error))
		return FALSE;
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i]; i++) {
		char *line = g_strstrip(lines[i]);
		tsim_ns sample;

		if (!*line || *line == '#')
			continue;
		if (first)
			column = latency_column(line);
		if (!first || column < 0) {
			if (!parse_sample(line, column, &sample, error) ||
			    (sample > TSIM_LAW_MAX_NS && !tsim_throw(error, "over 146 years"))) {
				g_prefix_error(error, "%s:%u: ", file, i + 1);
				return FALSE;
			}
			g_array_append_val(samples, sample);
		}
		first = FALSE;
	}
	if (!samples->len)
		return tsim_throw(error, "%s: no durations in it; write one a line, e.g. 3.5ms",
				  file);
	g_array_sort(samples, compare_samples);
	law->file = g_strdup(file);
	law->n_samples = samples->len;
	law->samples = (tsim_ns *)g_array_free(g_steal_pointer(&samples), FALSE);
	return TRUE;
}
