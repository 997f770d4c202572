/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Run the rows of the table and judge each.
 *
 * z where hits and misses are both 100 or more, the exact binomial test below;
 * for ratios the z of the residuals.  The threshold is that of Bonferroni: the
 * stated false-alarm rate of the whole table, divided by its rows.
 */
#include "validate.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "error.h"
#include "runner.h"
#include "world.h"

#define ENOUGH_FOR_Z 100
#define CONFIDENCE 0.95
#define MIN_REPLICATIONS 250
/* Where a tolerance decides, the interval only informs. */
#define MIN_TOLERANCE_REPLICATIONS 2
/* A row with so many broken replications has failed; each costs a worker. */
#define MAX_FAILURES 10
/* What the rows under pinned-chunk take of the budget: nothing is estimated there. */
#define PINNED_SHARE 4

static gboolean selected(const struct tsim_validate_case *kase, char **names)
{
	for (guint i = 0; names && names[i]; i++)
		if (strcmp(names[i], kase->name) == 0 || strcmp(names[i], kase->file) == 0)
			return TRUE;
	return !names || !names[0];
}

static gboolean check_names(char **names, GError **error)
{
	for (guint i = 0; names && names[i]; i++) {
		char *one[] = { names[i], NULL };
		gboolean found = FALSE;

		for (guint k = 0; k < tsim_validate_n_rows; k++)
			found |= selected(tsim_validate_rows[k].kase, one);
		if (!found)
			return tsim_throw(
				error,
				"no case '%s', the cases are r1 to r6, power, s1 to s4, queue and wa",
				names[i]);
	}
	return TRUE;
}

static gboolean is_ratio(enum tsim_measure measure)
{
	return measure >= TSIM_MEASURE_CORRUPTED_TIME;
}

/* Of something that is no count: few replications are no lack of it. */
static gboolean is_mean(enum tsim_measure measure)
{
	return measure == TSIM_MEASURE_STALL_TIME || measure >= TSIM_MEASURE_READ_WAIT;
}

/* In a ratio the measured quantity, times the scale, is what the form says. */
static double scale_of(const struct tsim_validate_result *r)
{
	return r->quantity->scale ? r->quantity->scale(r->row) : 1;
}

/* ---- one run ---- */

static TsimSetup *make_setup(const struct tsim_validate_row *row, const char *policy,
			     guint64 replications, guint64 seed, GError **error)
{
	g_autofree char *name = g_strdup_printf("validation/%s.conf", row->kase->file);
	g_autofree char *path = tsim_data_file(name, error);
	g_autoptr(GPtrArray) sets = tsim_validate_sets(row);
	g_autoptr(TsimConfig) config = path ? tsim_config_load(path, error) : NULL;
	g_autoptr(TsimResolved) resolved = NULL;

	if (!config)
		return NULL;
	g_ptr_array_add(sets, g_strdup_printf("experiment.policies=%s", policy));
	g_ptr_array_add(sets, g_strdup("experiment.paranoid=yes"));
	g_ptr_array_add(sets, g_strdup_printf("experiment.seed=%" G_GUINT64_FORMAT, seed));
	g_ptr_array_add(sets, g_strdup_printf("experiment.replications=%" G_GUINT64_FORMAT,
					      replications));
	for (guint i = 0; i < sets->len; i++)
		if (!tsim_config_set(config, g_ptr_array_index(sets, i), error))
			return NULL;
	resolved = tsim_config_resolve(config, NULL, tsim_setup_schema(), error);
	return resolved ? tsim_setup_new(resolved, error) : NULL;
}

static gboolean run(const struct tsim_validate_row *row, const char *policy, guint64 replications,
		    guint64 seed, guint jobs, TsimTally **tally, guint64 *failures, GError **error)
{
	g_autoptr(TsimSetup) setup = make_setup(row, policy, replications, seed, error);
	struct tsim_runner_options options = { .jobs = jobs, .max_failures = MAX_FAILURES };
	g_autoptr(GPtrArray) list = NULL;

	if (!setup || !tsim_runner_run(setup, &options, tally, &list, error))
		return FALSE;
	*failures = list->len;
	return TRUE;
}

/* ---- what it says ---- */

static const struct tsim_ratio *ratio_of(const TsimTally *tally, enum tsim_measure measure)
{
	const struct tsim_policy_tally *p = &tally->policies[0];

	switch (measure) {
	case TSIM_MEASURE_CORRUPTED_TIME:
		return &p->corrupted_time;
	case TSIM_MEASURE_STALLS:
		return &p->stalled;
	case TSIM_MEASURE_STALL_TIME:
		return &p->stall_time;
	case TSIM_MEASURE_READ_WAIT:
		return &p->wait[TSIM_IO_READ];
	case TSIM_MEASURE_DISCARD_WAIT:
		return &p->wait[TSIM_IO_DISCARD];
	case TSIM_MEASURE_THROUGHPUT:
		return &p->throughput;
	case TSIM_MEASURE_RESPONSE:
		return &p->response;
	case TSIM_MEASURE_BUSY:
		return &p->busy;
	case TSIM_MEASURE_DEPTH:
		return &p->depth;
	case TSIM_MEASURE_AMPLIFICATION:
		return &p->amplification;
	default:
		return &p->false_enospc;
	}
}

static guint64 count_of(const TsimTally *tally, enum tsim_measure measure)
{
	const struct tsim_outcome *sum = &tally->policies[0].sum;

	switch (measure) {
	case TSIM_MEASURE_CORRUPTED:
	case TSIM_MEASURE_CORRUPTED_TIME:
		return sum->corrupted;
	case TSIM_MEASURE_LATENT:
		return sum->latent;
	case TSIM_MEASURE_REFUSED:
	case TSIM_MEASURE_LOST:
		return sum->false_enospc;
	case TSIM_MEASURE_READ_WAIT:
	case TSIM_MEASURE_THROUGHPUT:
	case TSIM_MEASURE_RESPONSE:
	case TSIM_MEASURE_BUSY:
	case TSIM_MEASURE_DEPTH:
		return sum->commands[TSIM_IO_READ];
	case TSIM_MEASURE_DISCARD_WAIT:
		return sum->commands[TSIM_IO_DISCARD];
	case TSIM_MEASURE_AMPLIFICATION:
		return sum->moved_pages;
	default:
		return sum->stalled;
	}
}

static double p_of_z(double z)
{
	return isnan(z) ? 0 : 2 * gsl_cdf_ugaussian_Q(fabs(z));
}

static void measure_ratio(struct tsim_validate_result *r, const struct tsim_ratio *ratio)
{
	double scale = scale_of(r);

	r->measured = tsim_ratio_estimate(ratio, CONFIDENCE);
	r->measured.estimate *= scale;
	r->measured.low *= scale;
	r->measured.high *= scale;
	if (r->row->kase->tolerance > 0)
		return;
	r->z = tsim_ratio_z(ratio, r->expected / scale);
	r->p = p_of_z(r->z);
}

static void measure_share(struct tsim_validate_result *r)
{
	double n = (double)r->replications, k = (double)r->hits;

	r->measured = tsim_proportion(r->hits, r->replications, CONFIDENCE);
	if (r->hits >= ENOUGH_FOR_Z && r->replications - r->hits >= ENOUGH_FOR_Z) {
		r->z = (k - n * r->expected) / sqrt(n * r->expected * (1 - r->expected));
		r->p = p_of_z(r->z);
	} else {
		r->z = NAN;
		r->p = tsim_binomial_test(r->hits, r->replications, r->expected);
	}
}

static void measure(struct tsim_validate_result *r, const TsimTally *tally)
{
	r->replications = tally->replications;
	r->hits = MIN(count_of(tally, r->quantity->measure),
		      is_ratio(r->quantity->measure) ? G_MAXUINT64 : r->replications);
	if (is_ratio(r->quantity->measure))
		measure_ratio(r, ratio_of(tally, r->quantity->measure));
	else
		measure_share(r);
}

/* ---- rows ---- */

static guint n_quantities(const struct tsim_validate_row *row)
{
	return row->kase->quantities[1].name ? 2 : 1;
}

/*
 * Too few hits to say anything, or a mean whose summands are so skewed that
 * the normal law does not hold as far out as the threshold z: there the
 * skewness changes the tail by the factor exp(skewness z^3 / (6 sqrt n)).
 */
static gboolean is_rare(const struct tsim_validate_result *r, guint64 replications,
			double row_alarm)
{
	double z = gsl_cdf_ugaussian_Qinv(row_alarm / 2), n = (double)replications;

	if (r->quantity->skewness && r->quantity->skewness(r->row) * z * z * z > 6 * sqrt(n))
		return TRUE;
	return n * r->expected < TSIM_VALIDATE_MIN_HITS && !is_mean(r->quantity->measure);
}

static gboolean is_off(const struct tsim_validate_result *r, double row_alarm)
{
	double tolerance = r->row->kase->tolerance;

	if (tolerance > 0)
		return !(fabs(r->measured.estimate / r->expected - 1) <= tolerance);
	return !(r->p >= row_alarm);
}

static guint64 replications_of(const struct tsim_validate_row *row, guint64 budget)
{
	return MAX(budget / row->kase->cost,
		   row->kase->tolerance > 0 ? MIN_TOLERANCE_REPLICATIONS : MIN_REPLICATIONS);
}

static void prepare(const struct tsim_validate_row *row, guint k, guint64 seed, double row_alarm,
		    guint64 replications, struct tsim_validate_result *r)
{
	*r = (struct tsim_validate_result){
		.row = row, .quantity = &row->kase->quantities[k], .seed = seed, .z = NAN, .p = NAN
	};
	r->expected = r->quantity->form(row);
	r->measured = (struct tsim_estimate){ NAN, NAN, NAN, CONFIDENCE, "not measured" };
	r->verdict = is_rare(r, replications, row_alarm) ? TSIM_VERDICT_RARE : TSIM_VERDICT_PASSED;
}

static gboolean run_row(const struct tsim_validate_row *row, guint64 replications, guint64 seed,
			guint jobs, double row_alarm, GArray *results, GError **error)
{
	struct tsim_validate_result r[TSIM_VALIDATE_QUANTITIES];
	g_autoptr(TsimTally) tally = NULL;
	guint64 failures;

	for (guint k = 0; k < n_quantities(row); k++) {
		prepare(row, k, seed, row_alarm, replications, &r[k]);
		if (r[k].verdict != TSIM_VERDICT_RARE && !tally &&
		    !run(row, row->kase->policy, replications, seed, jobs, &tally, &failures,
			 error))
			return FALSE;
		if (r[k].verdict != TSIM_VERDICT_RARE) {
			measure(&r[k], tally);
			r[k].failures = failures;
			if (failures || is_off(&r[k], row_alarm))
				r[k].verdict = TSIM_VERDICT_FAILED;
		}
		g_array_append_val(results, r[k]);
	}
	return TRUE;
}

/* Not a statistic: not one hit. */
static gboolean run_pinned(const struct tsim_validate_row *row, guint64 replications, guint64 seed,
			   guint jobs, struct tsim_validate_result *r, GError **error)
{
	g_autoptr(TsimTally) tally = NULL;
	guint64 failures;

	if (!run(row, "pinned-chunk", replications, seed, jobs, &tally, &failures, error))
		return FALSE;
	r->replications += tally->replications;
	r->failures += failures;
	r->hits += tally->policies[0].sum.hits;
	return TRUE;
}

/* One line for all rows of a case, up to the first that fails: every hit costs a worker. */
static gboolean run_pinned_case(const struct tsim_validate_options *options, guint first,
				GArray *results, GError **error)
{
	const struct tsim_validate_case *kase = tsim_validate_rows[first].kase;
	struct tsim_validate_result r = {
		.row = &tsim_validate_rows[first], .seed = options->seed, .z = NAN, .p = NAN
	};

	for (guint i = first; i < tsim_validate_n_rows && tsim_validate_rows[i].kase == kase; i++) {
		const struct tsim_validate_row *row = &tsim_validate_rows[i];
		guint64 n = replications_of(row, options->budget / PINNED_SHARE);

		if (!run_pinned(row, n, options->seed + i, options->jobs, &r, error))
			return FALSE;
		if (r.hits || r.failures)
			break;
	}
	r.measured = tsim_proportion(MIN(r.hits, r.replications), r.replications, CONFIDENCE);
	r.verdict = r.hits || r.failures ? TSIM_VERDICT_FAILED : TSIM_VERDICT_PASSED;
	g_array_append_val(results, r);
	return TRUE;
}

/* What is tested depends on the threshold: counting rows that will not be is on the safe side. */
static double alarm_per_row(const struct tsim_validate_options *options)
{
	guint n = 0;

	for (guint i = 0; i < tsim_validate_n_rows; i++)
		if (selected(tsim_validate_rows[i].kase, options->cases) &&
		    tsim_validate_rows[i].kase->tolerance <= 0)
			n += n_quantities(&tsim_validate_rows[i]);
	return TSIM_VALIDATE_FALSE_ALARM / MAX(n, 1);
}

static void report(const GArray *results, guint from, tsim_validate_fn done, gpointer data)
{
	for (guint i = from; done && i < results->len; i++)
		done(&g_array_index(results, struct tsim_validate_result, i), data);
}

static gboolean run_all(const struct tsim_validate_options *options, tsim_validate_fn done,
			gpointer data, struct tsim_validate_table *table, GError **error)
{
	for (guint i = 0; i < tsim_validate_n_rows; i++) {
		const struct tsim_validate_row *row = &tsim_validate_rows[i];
		gboolean last = i + 1 == tsim_validate_n_rows || row[1].kase != row->kase;
		guint from = table->results->len, first = i;

		if (!selected(row->kase, options->cases))
			continue;
		if (!run_row(row, replications_of(row, options->budget), options->seed + i,
			     options->jobs, table->row_alarm, table->results, error))
			return FALSE;
		while (first > 0 && tsim_validate_rows[first - 1].kase == row->kase)
			first--;
		if (last && row->kase->pinned_too &&
		    !run_pinned_case(options, first, table->results, error))
			return FALSE;
		report(table->results, from, done, data);
	}
	return TRUE;
}

/**
 * tsim_validate() - compare the simulator with the closed forms
 * @options: which cases, how many replications a row at most
 * @done: (nullable): told of each line when it is known
 * @data: passed on to @done
 * @table: (out) (transfer full): all lines
 *
 * Return: FALSE when something could not be run; a row that fails is a result.
 */
gboolean tsim_validate(const struct tsim_validate_options *options, tsim_validate_fn done,
		       gpointer data, struct tsim_validate_table **table, GError **error)
{
	g_autoptr(TsimValidateTable) t = g_new0(struct tsim_validate_table, 1);

	t->budget = options->budget;
	t->seed = options->seed;
	t->row_alarm = alarm_per_row(options);
	t->results = g_array_new(FALSE, FALSE, sizeof(struct tsim_validate_result));
	if (!check_names(options->cases, error) || !run_all(options, done, data, t, error))
		return FALSE;
	*table = g_steal_pointer(&t);
	return TRUE;
}

/**
 * tsim_validate_one() - one row with as many replications as asked for
 * @row: of tsim_validate_rows
 * @replications: independent runs
 * @seed: of all random numbers
 * @jobs: worker processes, 0: one per processor
 * @results: (element-type struct tsim_validate_result): grows by each quantity
 */
gboolean tsim_validate_one(const struct tsim_validate_row *row, guint64 replications, guint64 seed,
			   guint jobs, GArray *results, GError **error)
{
	return run_row(row, replications, seed, jobs, TSIM_VALIDATE_FALSE_ALARM, results, error);
}

/** tsim_validate_passed() - no line of the table has failed */
gboolean tsim_validate_passed(const struct tsim_validate_table *table)
{
	for (guint i = 0; i < table->results->len; i++)
		if (g_array_index(table->results, struct tsim_validate_result, i).verdict ==
		    TSIM_VERDICT_FAILED)
			return FALSE;
	return TRUE;
}

void tsim_validate_table_free(struct tsim_validate_table *table)
{
	g_array_unref(table->results);
	g_free(table);
}
