/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report-sweep.h"

#include <string.h>
#include "report-column.h"
#include "text.h"
#include "units.h"

/* A report goes into a commit message or a mail: 75 columns of plain text. */
#define NAME_WIDTH 23
#define VALUE_WIDTH 26

/* Events that say how often a replication meets them: none seen is a limit. */
static void event_row(struct tsim_report_column *c, const char *name, guint64 k)
{
	tsim_row(c, name, tsim_text_count(k, c->n, c->confidence));
}

static void quantile_row(struct tsim_report_column *c, const char *name,
			 enum tsim_distribution which, enum tsim_quantile quantile,
			 const char *zero)
{
	struct tsim_estimate e = tsim_result_quantile(c->result, c->policy, which, quantile);

	tsim_row(c, name, tsim_text_quantile(&e, zero));
}

static void corruption_rows(struct tsim_report_column *c)
{
	struct tsim_estimate first = tsim_result_first_hit(c->result, c->policy);
	const struct tsim_outcome *sum = &c->p->sum;
	guint64 n_hit = tsim_histogram_count(c->p->first_hit);

	if (sum->corrupted)
		tsim_row(c, "corrupt (fail:runs)",
			 g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, sum->corrupted,
					 c->n));
	else
		tsim_row(c, "corrupt (fail:runs)", tsim_text_share(0, c->n, c->confidence));
	tsim_row(c, "P(corrupt)", tsim_text_estimate(&c->s.probability));
	event_row(c, "hits (ranges destroyed)", sum->hits);
	event_row(c, "  persistent", sum->persistent);
	event_row(c, "  latent", sum->latent);
	if (c->power)
		event_row(c, "  undone", sum->undone);
	event_row(c, "  healed", sum->healed);
	tsim_row(c, "lost", tsim_text_bytes(sum->lost_bytes));
	if (c->power) {
		tsim_row(c, "overwritten", tsim_text_bytes(sum->overwritten_bytes));
		tsim_row(c, "runs that lost power",
			 tsim_text_share(sum->power_losses, c->n, c->confidence));
	}
	tsim_row(c, "runs with a hit", tsim_text_share(n_hit, c->n, c->confidence));
	tsim_row(c, "  first hit p50", tsim_text_quantile(&first, "0s"));
}

/* Not the same as P(corrupt): whether the data was still wanted does not matter here. */
static void discard_rows(struct tsim_report_column *c)
{
	tsim_heading(c, "discards that destroyed live data");
	tsim_row(c, "  per removal", tsim_text_estimate(&c->s.per_removal));
	tsim_row(c, "  per trim pass", tsim_text_estimate(&c->s.per_trim_pass));
	tsim_row(c, "  per simulated hour", tsim_text_estimate(&c->s.per_hour));
	event_row(c, "harmless overlaps", c->p->sum.harmless);
}

static void funnel_rows(struct tsim_report_column *c)
{
	const guint64 *funnel = c->p->sum.funnel;

	tsim_heading(c, "hidden entries (share of the stage before)");
	tsim_count_row(c, "  hidden", funnel[TSIM_STAGE_HIDDEN]);
	for (guint i = TSIM_STAGE_REMOVED; i < TSIM_N_STAGES; i++) {
		const char *stage = i == TSIM_STAGE_CORRUPTED ? "destroyed live data" :
								tsim_stage_names[i];
		g_autofree char *name = g_strdup_printf("  %s", stage);

		tsim_row(c, name, tsim_text_share(funnel[i], funnel[i - 1], c->confidence));
	}
}

static void stall_rows(struct tsim_report_column *c)
{
	const struct tsim_outcome *sum = &c->p->sum;
	const TsimHistogram *h = c->p->distributions.stall;

	tsim_heading(c, "allocation requests");
	tsim_count_row(c, "  requests", sum->requests);
	if (sum->stalled) {
		struct tsim_estimate pct = c->s.stalled;

		pct.estimate *= 100;
		pct.low *= 100;
		pct.high *= 100;
		tsim_row(c, "  stalled",
			 tsim_text_count(sum->stalled, sum->requests, c->confidence));
		/* one replication has no variance: its limits are those of any share */
		tsim_row(c, "  stalled %", c->n > 1 ? tsim_text_estimate(&pct) : g_strdup("-"));
	} else {
		tsim_row(c, "  stalled", tsim_text_share(0, sum->requests, c->confidence));
		tsim_row(c, "  stalled %", g_strdup("-"));
	}
	if (c->waiting)
		tsim_row(c, "  still waiting at the end",
			 tsim_text_count(sum->waiting, sum->requests, c->confidence));
	quantile_row(c, "  stall p50", TSIM_DIST_STALL, TSIM_P50, "no wait");
	quantile_row(c, "  stall p90", TSIM_DIST_STALL, TSIM_P90, "no wait");
	quantile_row(c, "  stall p99", TSIM_DIST_STALL, TSIM_P99, "no wait");
	quantile_row(c, "  stall p99.9", TSIM_DIST_STALL, TSIM_P999, "no wait");
	tsim_row(c, "  stall max", tsim_text_percentile(h, 1, "no wait"));
	tsim_row(c, "  stall total", tsim_text_time(sum->stall_ns));
	for (guint i = 0; i < TSIM_N_STALL_CAUSES; i++) {
		g_autofree char *name = g_strdup_printf("    by %s", tsim_stall_cause_names[i]);

		tsim_row(c, name, tsim_text_time(sum->stall_by_cause_ns[i]));
	}
}

static void space_rows(struct tsim_report_column *c)
{
	const struct tsim_outcome *sum = &c->p->sum;
	g_autofree char *held = NULL;

	tsim_row(c, "  enospc", tsim_text_share(sum->enospc, sum->requests, c->confidence));
	tsim_row(c, "  false enospc",
		 tsim_text_share(sum->false_enospc, sum->requests, c->confidence));
	tsim_row(c, "  displaced", tsim_text_share(sum->displaced, sum->requests, c->confidence));
	tsim_row(c, "  shrunk", tsim_text_share(sum->shrunk, sum->requests, c->confidence));
	tsim_count_row(c, "  extra commits", sum->extra_commits);
	tsim_row(c, "  sticky full", tsim_text_time(sum->sticky_full_ns));
	tsim_heading(c, "pinned space");
	tsim_count_row(c, "  chunks", sum->pinned_chunks);
	if (c->overlaps)
		tsim_count_row(c, "  placed over a pin", sum->pin_overlaps);
	tsim_row(c, "  peak", tsim_text_bytes(sum->pinned_max_bytes));
	held = tsim_text_bytes(sum->pinned_byte_seconds);
	tsim_row(c, "  held",
		 sum->pinned_byte_seconds > 0 ? g_strdup_printf("%s s", held) : g_strdup("none"));
}

static void duration_rows(struct tsim_report_column *c)
{
	tsim_heading(c, "durations");
	quantile_row(c, "  chunk_alloc p50", TSIM_DIST_CHUNK_ALLOC, TSIM_P50, "0s");
	quantile_row(c, "  chunk_alloc p99", TSIM_DIST_CHUNK_ALLOC, TSIM_P99, "0s");
	quantile_row(c, "  commit p50", TSIM_DIST_COMMIT, TSIM_P50, "0s");
	quantile_row(c, "  commit p99", TSIM_DIST_COMMIT, TSIM_P99, "0s");
	/* from submission to completion: the queue is included */
	quantile_row(c, "  discard+queue p50", TSIM_DIST_DISCARD, TSIM_P50, "0s");
	quantile_row(c, "  discard+queue p99", TSIM_DIST_DISCARD, TSIM_P99, "0s");
}

static void activity_rows(struct tsim_report_column *c)
{
	const struct tsim_outcome *sum = &c->p->sum;

	tsim_heading(c, "activity");
	tsim_count_row(c, "  trim passes", sum->trim_passes);
	tsim_count_row(c, "  removals", sum->removals);
	tsim_count_row(c, "  removals skipped", sum->removals_skipped);
	tsim_row(c, "  relocations failed",
		 tsim_text_share(sum->relocations_failed,
				 sum->relocations + sum->relocations_failed, c->confidence));
	tsim_count_row(c, "  chunks allocated", sum->chunks_allocated);
	tsim_count_row(c, "  commits", sum->commits);
	tsim_row(c, "  simulated", tsim_text_time(sum->simulated_ns));
}

/* What a file system has, and a bare device cannot. */
static void filesystem_rows(struct tsim_report_column *c)
{
	corruption_rows(c);
	discard_rows(c);
	funnel_rows(c);
	stall_rows(c);
	space_rows(c);
	duration_rows(c);
	activity_rows(c);
}

static void column_init(struct tsim_report_column *c, const struct tsim_result *result,
			guint policy)
{
	c->overlaps = c->flash = c->waiting = c->power = FALSE;
	c->kinds = c->sizes = 0;
	c->names = g_ptr_array_new_with_free_func(g_free);
	c->values = g_ptr_array_new_with_free_func(g_free);
	c->result = result;
	c->policy = policy;
	c->p = &result->tally->policies[policy];
	c->n = result->tally->replications;
	c->confidence = result->experiment->confidence;
	tsim_result_summarize(result, policy, &c->s);
	for (guint i = 0; i < result->tally->n_policies; i++) {
		c->overlaps |= result->tally->policies[i].sum.pin_overlaps > 0;
		c->waiting |= result->tally->policies[i].sum.waiting > 0;
		c->power |= result->tally->policies[i].sum.power_losses > 0;
		tsim_report_note_device(c, &result->tally->policies[i]);
	}
	if (!result->experiment->bare)
		filesystem_rows(c);
	else
		tsim_row(c, "simulated", tsim_text_time(c->p->sum.simulated_ns));
	tsim_report_device(c);
}

static void column_clear(struct tsim_report_column *c)
{
	g_ptr_array_unref(c->names);
	g_ptr_array_unref(c->values);
}

static void rule(GString *out, char with, guint width)
{
	for (guint i = 0; i < width; i++)
		g_string_append_c(out, with);
	g_string_append_c(out, '\n');
}

/* A policy's name as a column head, cut if it must be. */
static void append_head(GString *out, const char *policy)
{
	g_string_append_printf(out, "%*.*s", VALUE_WIDTH, VALUE_WIDTH - 1, policy);
}

/* A line of the table; a name may run into the room of the first value. */
static void append_row(GString *out, const struct tsim_report_column *columns, guint n, guint i)
{
	const char *name = g_ptr_array_index(columns[0].names, i);
	const char *first = g_ptr_array_index(columns[0].values, i);
	int width = NAME_WIDTH + VALUE_WIDTH - strlen(name);

	g_string_append(out, name);
	if (first[0])
		g_string_append_printf(out, "%*s", width, first);
	for (guint k = 1; k < n && first[0]; k++)
		g_string_append_printf(out, "%*s", VALUE_WIDTH,
				       (char *)g_ptr_array_index(columns[k].values, i));
	g_string_append_c(out, '\n');
}

static void append_no_race(GString *out, const struct tsim_result *result, guint policy)
{
	const char *why = tsim_report_no_race(&result->tally->policies[policy].sum);

	if (why && !result->experiment->bare)
		g_string_append_printf(out, "no race under %.25s, see the funnel:\n  %s\n",
				       result->experiment->policies[policy], why);
}

/* The table of the first policy and of policy @second beside it (0: alone). */
static void append_table(GString *out, const struct tsim_result *result, guint second)
{
	guint n = second ? 2 : 1;
	struct tsim_report_column columns[2];

	column_init(&columns[0], result, 0);
	if (second)
		column_init(&columns[1], result, second);
	g_string_append_printf(out, "\n%-*s", NAME_WIDTH, "metric");
	append_head(out, result->experiment->policies[0]);
	if (second)
		append_head(out, result->experiment->policies[second]);
	g_string_append_c(out, '\n');
	rule(out, '=', NAME_WIDTH + n * VALUE_WIDTH);
	for (guint i = 0; i < columns[0].names->len; i++)
		append_row(out, columns, n, i);
	append_no_race(out, result, 0);
	if (second)
		append_no_race(out, result, second);
	for (guint k = 0; k < n; k++)
		column_clear(&columns[k]);
}

/* @none: what to say when no pair differs, which carries no variance for an interval. */
static void append_difference(GString *out, const char *name, const struct tsim_paired *d,
			      gboolean significant, double confidence, const char *none)
{
	struct tsim_estimate e = tsim_paired_estimate(d, confidence);
	g_autofree char *text = tsim_text_estimate(&e);
	gboolean differs = d->sum != 0 || d->sum2 != 0;

	g_string_append_printf(out, "%-*s%*s%s\n", NAME_WIDTH, name, VALUE_WIDTH + 5,
			       differs ? text : none, significant ? " *" : "");
}

static void append_paired(GString *out, const struct tsim_result *result, guint second)
{
	const struct tsim_policy_tally *p = &result->tally->policies[second];
	double confidence = result->experiment->confidence;
	g_autofree char *none = tsim_text_count(0, p->corrupted.n, confidence);

	g_string_append(out, "\npaired difference per replication, second column - first\n");
	append_difference(out, "  corrupted", &p->corrupted,
			  tsim_paired_share_significant(&p->corrupted, confidence), confidence,
			  none);
	append_difference(out, "  requests stalled", &p->stalls,
			  tsim_paired_significant(&p->stalls, confidence), confidence, "none seen");
	append_difference(out, "  stall, s", &p->stall_s,
			  tsim_paired_significant(&p->stall_s, confidence), confidence,
			  "none seen");
}

static void append_extent(GString *out, const struct tsim_result *result)
{
	const struct tsim_experiment *e = result->experiment;

	if (result->label)
		g_string_append_printf(out, "point       %s\n", result->label);
	g_string_append_printf(out,
			       "%" G_GUINT64_FORMAT
			       " replication%s per policy, seed %" G_GUINT64_FORMAT "%s,\n",
			       result->tally->replications,
			       result->tally->replications == 1 ? "" : "s", e->seed,
			       tsim_result_n_policies(result) > 1 ? ", common random numbers" : "");
	g_string_append_printf(out, "intervals [low, high] of %g %% confidence\n",
			       e->confidence * 100);
	if (result->stopped == TSIM_STOPPED_ENOUGH)
		g_string_append_printf(out,
				       "stopped with %" G_GUINT64_FORMAT
				       " corrupted replications or more\n",
				       e->enough);
	if (result->stopped == TSIM_STOPPED_CAP)
		g_string_append_printf(out, "CAP of replications reached before %s: less precise\n",
				       e->stop);
	if (result->stopped == TSIM_STOPPED_TIME)
		g_string_append(out, "STOPPED when its time was up: another run gets as far as it "
				     "gets\n");
	if (result->failures->len)
		g_string_append_printf(out, "%u more replication%s\n", result->failures->len,
				       result->failures->len == 1 ?
					       " BROKE OFF and counts nowhere" :
					       "s BROKE OFF and count nowhere");
}

static char *report_begin(const struct tsim_document *document, const struct tsim_head *head)
{
	GString *out = g_string_new(NULL);

	g_string_append_printf(out,
			       "experiment  %s\ndevice      %s\nfilesystem  %s\nworkload    %s\n",
			       head->name, head->common.device, head->common.filesystem,
			       head->common.workload);
	if (head->n_points < head->n_all)
		g_string_append_printf(out,
				       "PART        %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
				       " points; the others were not selected (-r)\n",
				       head->n_points, head->n_all);
	if (head->n_points > 1)
		tsim_report_sweep_head(out, head);
	return g_string_free(out, FALSE);
}

/* The first policy stands beside each of the others. */
static void append_tables(GString *out, const struct tsim_result *result)
{
	/* No policy can do anything without a file system. */
	guint n = result->experiment->bare ? 1 : tsim_result_n_policies(result);

	append_table(out, result, n > 1 ? 1 : 0);
	if (n > 1)
		append_paired(out, result, 1);
	for (guint i = 2; i < n; i++) {
		append_table(out, result, i);
		append_paired(out, result, i);
	}
	if (n > 1)
		g_string_append(out, "  * significant: exact test of the pairs, Student's t\n");
}

static char *report_point(const struct tsim_document *document, const struct tsim_result *result)
{
	GString *out = g_string_new(NULL);

	if (result->head->n_points > 1) {
		tsim_report_sweep_point(out, result);
	} else {
		append_extent(out, result);
		append_tables(out, result);
	}
	return g_string_free(out, FALSE);
}

static char *report_end(const struct tsim_document *document, const struct tsim_head *head)
{
	GString *out = g_string_new(NULL);

	if (head->n_points > 1)
		tsim_report_sweep_legend(out, head);
	else if (!head->common.bare)
		g_string_append(out, "0:N (< x)  none seen in N chances, upper limit x;  "
				     "-  too few samples\n");
	tsim_text_command(out, head->command);
	g_string_append(out, "\n  (trimsim " TSIM_VERSION ")\n");
	return g_string_free(out, FALSE);
}

/* Plain text of 75 columns: all about one point, or a line per policy of each of several. */
const struct tsim_document tsim_document_report = { "report.txt", .begin = report_begin,
						    .point = report_point, .end = report_end };
