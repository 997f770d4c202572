/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "result.h"

const char *const tsim_stopped_names[] = {
	[TSIM_STOPPED_REPLICATIONS] = "replications",
	[TSIM_STOPPED_ENOUGH] = "enough",
	[TSIM_STOPPED_CAP] = "cap",
	[TSIM_STOPPED_TIME] = "time budget",
};

/** tsim_result_summarize() - the estimates of one policy, by how the point was stopped */
void tsim_result_summarize(const struct tsim_result *result, guint policy,
			   struct tsim_summary *summary)
{
	const struct tsim_experiment *e = result->experiment;

	tsim_summarize(result->tally, policy, e->confidence,
		       result->stopped == TSIM_STOPPED_ENOUGH ? e->enough : 0, summary);
}

/** tsim_result_quantile() - in nanoseconds; NaN: too few values; infinite: a limit not known */
struct tsim_estimate tsim_result_quantile(const struct tsim_result *result, guint policy,
					  enum tsim_distribution which, enum tsim_quantile quantile)
{
	return tsim_spread_estimate(result->spread, result->tally, policy, which, quantile,
				    result->experiment->confidence);
}

/** tsim_result_first_hit() - the median over the replications with a hit, which are independent */
struct tsim_estimate tsim_result_first_hit(const struct tsim_result *result, guint policy)
{
	return tsim_quantile_estimate(result->tally->policies[policy].first_hit, 0.5, NULL,
				      result->experiment->confidence);
}

char *tsim_document_text(const struct tsim_document *document, const struct tsim_result *result)
{
	g_autofree char *begin = document->begin(document, result->head);
	g_autofree char *point = document->point(document, result);
	g_autofree char *end = document->end ? document->end(document, result->head) : g_strdup("");

	return g_strconcat(begin, point, end, NULL);
}
