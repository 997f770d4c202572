/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * empirical(FILE): the samples themselves, each as often as the file says.
 *
 * Where the file has sizes, samples of like size make a bin, and a command of
 * a size between those of two bins takes a time between theirs: the same u in
 * both, straight on a double logarithmic scale.  One u means one quantile
 * whatever the size, so larger commands are not faster by chance.
 */
#include "law-internal.h"

#include <math.h>

/* A bin is complete with so many samples, or with sizes up to twice its smallest. */
#define BIN_SAMPLES 50
#define BIN_FACTOR 2.0
/* Beyond the largest size the medians go on as they rose over this factor of sizes. */
#define TREND_FACTOR 8.0

/* How many entries of the table are at most t. */
static gsize entries_upto(const struct law_table *table, double t)
{
	gsize low = 0, high = table->n;

	while (low < high) {
		gsize middle = low + (high - low) / 2;

		if ((double)table->ns[middle] > t)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* The @k-th sample, counted from 0. */
static tsim_ns kth_sample(const struct law_table *table, guint64 k)
{
	gsize low = 0, high = table->n - 1;

	while (low < high) {
		gsize middle = low + (high - low) / 2;

		if (table->upto[middle] > k)
			high = middle;
		else
			low = middle + 1;
	}
	return table->ns[low];
}

static guint64 n_samples(const struct law_table *table)
{
	return table->upto[table->n - 1];
}

static guint64 samples_upto(const struct law_table *table, double t)
{
	gsize n = entries_upto(table, t);

	return n ? table->upto[n - 1] : 0;
}

/* The sample at @u of those behind the first @skip, at least one. */
static tsim_ns quantile_behind(const struct law_table *table, guint64 skip, double u)
{
	guint64 n = n_samples(table) - skip, k = (guint64)(u * (double)n);

	return kth_sample(table, skip + MIN(k, n - 1));
}

static tsim_ns empirical_quantile(const TsimLaw *law, double u)
{
	return quantile_behind(&law->all, 0, u);
}

static tsim_ns empirical_residual(const TsimLaw *law, tsim_ns elapsed, double u)
{
	guint64 past = samples_upto(&law->all, (double)elapsed);

	return past < n_samples(&law->all) ? quantile_behind(&law->all, past, u) : elapsed;
}

static double empirical_survival(const TsimLaw *law, double t)
{
	guint64 n = n_samples(&law->all);

	return (double)(n - samples_upto(&law->all, t)) / (double)n;
}

static double empirical_cdf(const TsimLaw *law, double t)
{
	return (double)samples_upto(&law->all, t) / (double)n_samples(&law->all);
}

static double empirical_mean(const TsimLaw *law)
{
	double sum = 0;
	guint64 before = 0;

	for (gsize i = 0; i < law->all.n; i++) {
		sum += (double)law->all.ns[i] * (double)(law->all.upto[i] - before);
		before = law->all.upto[i];
	}
	return sum / (double)before;
}

static double empirical_min(const TsimLaw *law)
{
	return (double)law->all.ns[0];
}

const struct law_type law_empirical = {
	.name = "empirical",
	.usage = "empirical(FILE)",
	.quantile = empirical_quantile,
	.residual = empirical_residual,
	.cdf = empirical_cdf,
	.survival = empirical_survival,
	.mean = empirical_mean,
	.min = empirical_min,
};

/* ---- by size ---- */

/* A log that a sample of no time at all has too. */
static double log_ns(tsim_ns t)
{
	return log((double)MAX(t, 1));
}

static double log_at(const struct law_bin *bin, double u)
{
	return log_ns(quantile_behind(&bin->table, 0, u));
}

/* How the medians of the largest sizes rise, from not at all to with the size. */
static double find_trend(const TsimLaw *law)
{
	const struct law_bin *last = &law->bins[law->n_bins - 1], *from = last;

	while (from > law->bins && from->log_bytes > last->log_bytes - log(TREND_FACTOR))
		from--;
	if (from == last)
		return 0;
	return CLAMP((log_at(last, 0.5) - log_at(from, 0.5)) / (last->log_bytes - from->log_bytes),
		     0, 1);
}

static double log_between(const struct law_bin *low, const struct law_bin *high, double log_bytes,
			  double u)
{
	double share = (log_bytes - low->log_bytes) / (high->log_bytes - low->log_bytes);

	return (1 - share) * log_at(low, u) + share * log_at(high, u);
}

/* The time at @u of a command of @bytes; the law has bins. */
tsim_ns tsim_law_quantile_of_size(const TsimLaw *law, guint64 bytes, double u)
{
	const struct law_bin *first = law->bins, *last = &law->bins[law->n_bins - 1], *bin = first;
	double log_bytes = log((double)MAX(bytes, 1)), t;

	while (bin < last && bin->log_bytes < log_bytes)
		bin++;
	if (bin->log_bytes == log_bytes || (bin == first && log_bytes < bin->log_bytes))
		return quantile_behind(&bin->table, 0, u);
	if (bin->log_bytes < log_bytes)
		t = log_at(last, u) + law->trend * (log_bytes - last->log_bytes);
	else
		t = log_between(bin - 1, bin, log_bytes, u);
	t = exp(t);
	return t < (double)TSIM_LAW_MAX_NS ? llrint(t) : TSIM_LAW_MAX_NS;
}

/* ---- made of what was read ---- */

static int compare_times(const void *a, const void *b)
{
	const struct tsim_law_sample *x = a, *y = b;

	return (x->ns > y->ns) - (x->ns < y->ns);
}

static int compare_sizes(const void *a, const void *b)
{
	const struct tsim_law_sample *x = a, *y = b;

	return (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

/* Sorts @samples by time. */
static struct law_table make_table(struct tsim_law_sample *samples, gsize n)
{
	struct law_table table = { n, g_new(tsim_ns, n), g_new(guint64, n) };
	guint64 upto = 0;

	qsort(samples, n, sizeof(*samples), compare_times);
	for (gsize i = 0; i < n; i++) {
		upto += samples[i].count;
		table.ns[i] = samples[i].ns;
		table.upto[i] = upto;
	}
	return table;
}

/* How many of @samples, sorted by size, belong to the first bin: all those of a size, or none. */
static gsize bin_length(const struct tsim_law_sample *samples, gsize n)
{
	double limit = BIN_FACTOR * (double)samples[0].bytes;
	guint64 count = 0;
	gsize i;

	for (i = 0; i < n; i++) {
		gboolean other = i > 0 && samples[i].bytes != samples[i - 1].bytes;

		if (other && (count >= BIN_SAMPLES || (double)samples[i].bytes > limit))
			break;
		count += samples[i].count;
	}
	return i;
}

static struct law_bin make_bin(struct tsim_law_sample *samples, gsize n)
{
	struct law_bin bin = { 0 };
	double sum = 0, count = 0;

	for (gsize i = 0; i < n; i++) {
		sum += (double)samples[i].count * log((double)samples[i].bytes);
		count += (double)samples[i].count;
	}
	/* of one size exactly, else that size would fall beside its bin */
	bin.log_bytes = samples[0].bytes == samples[n - 1].bytes ? log((double)samples[0].bytes) :
								   sum / count;
	bin.table = make_table(samples, n);
	return bin;
}

static void make_bins(TsimLaw *law, struct tsim_law_sample *samples, gsize n)
{
	g_autoptr(GArray) bins = g_array_new(FALSE, FALSE, sizeof(struct law_bin));

	qsort(samples, n, sizeof(*samples), compare_sizes);
	for (gsize from = 0; from < n;) {
		gsize length = bin_length(samples + from, n - from);
		struct law_bin bin = make_bin(samples + from, length);

		g_array_append_val(bins, bin);
		from += length;
	}
	law->n_bins = bins->len;
	law->bins = (struct law_bin *)g_array_free(g_steal_pointer(&bins), FALSE);
	law->trend = find_trend(law);
}

static void clear_table(struct law_table *table)
{
	g_free(table->ns);
	g_free(table->upto);
}

/* Set what an empirical law draws from; sorts @samples, at least one. */
void tsim_law_set_samples(TsimLaw *law, struct tsim_law_sample *samples, gsize n)
{
	law->all = make_table(samples, n);
	if (samples[0].bytes)
		make_bins(law, samples, n);
}

/**
 * tsim_law_new_empirical() - the law of samples that are no file
 * @samples: at least one; with sizes all of them, or none
 *
 * It has no text that could be parsed.
 *
 * Return: (transfer full): the law.
 */
TsimLaw *tsim_law_new_empirical(const struct tsim_law_sample *samples, gsize n)
{
	g_autofree struct tsim_law_sample *copy = g_memdup2(samples, n * sizeof(*samples));
	TsimLaw *law = tsim_law_new(&law_empirical);

	tsim_law_set_samples(law, copy, n);
	return law;
}

void tsim_law_clear_samples(TsimLaw *law)
{
	clear_table(&law->all);
	for (guint i = 0; i < law->n_bins; i++)
		clear_table(&law->bins[i].table);
	g_free(law->bins);
}
