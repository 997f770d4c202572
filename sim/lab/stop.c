/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stop.h"

#include <string.h>

#include "error.h"
#include "interval.h"
#include "units.h"

/* 1e9 failures: nobody waits for more. */
#define MOST_FAILURES 1e9

static gboolean parse_failures(const char *value, guint64 *failures, GError **error)
{
	if (!tsim_parse_count(value, failures, error))
		return FALSE;
	return (*failures >= 2 && *failures <= MOST_FAILURES) ||
	       tsim_throw(error, "'%s' is out of range, permitted is 2 to 1e9", value);
}

/*
 * The half-width of an interval relative to the estimate is z / sqrt(failures)
 * at most, whatever the probability: to wait for so many failures is the same
 * rule, and unbiased.  (To stop as soon as an interval looks narrow is not: it
 * favours the samples with too many failures.)
 */
static gboolean parse_half_width(const char *value, double confidence, guint64 *failures,
				 GError **error)
{
	double width;

	if (!tsim_parse_share(value, &width, error))
		return FALSE;
	if (width < 0.001 || width > 1)
		return tsim_throw(error, "'%s' is out of range, permitted is 0.1%% to 100%%",
				  value);
	*failures = MAX(2, tsim_inverse_target(width, confidence));
	return TRUE;
}

/**
 * tsim_stop_parse() - when does a point have enough?
 * @text: "failures >= 97", "relative_halfwidth <= 20%", several with "|" between them, or "none"
 * @confidence: of the interval whose half-width is meant
 * @failures: (out): corrupted replications under the policy that has most; 0: no rule
 */
gboolean tsim_stop_parse(const char *text, double confidence, guint64 *failures, GError **error)
{
	g_auto(GStrv) rules = g_strsplit(text, "|", -1);

	*failures = 0;
	if (strcmp(text, "none") == 0)
		return TRUE;
	for (guint i = 0; rules[i]; i++) {
		const char *rule = g_strstrip(rules[i]);
		const char *sign = strpbrk(rule, "<>");
		g_autofree char *name = g_strchomp(g_strndup(rule, sign ? sign - rule : 0));
		g_autofree char *value = g_strstrip(g_strdup(sign && sign[1] ? sign + 2 : ""));
		guint64 n;

		if (sign && strcmp(name, "failures") == 0 && g_str_has_prefix(sign, ">=")) {
			if (!parse_failures(value, &n, error))
				return FALSE;
		} else if (sign && strcmp(name, "relative_halfwidth") == 0 &&
			   g_str_has_prefix(sign, "<=")) {
			if (!parse_half_width(value, confidence, &n, error))
				return FALSE;
		} else {
			return tsim_throw(error,
					  "no rule to stop, write failures >= N, "
					  "relative_halfwidth <= X%%, both with | between, or "
					  "none; replications is the cap");
		}
		*failures = *failures ? MIN(*failures, n) : n;
	}
	return TRUE;
}
