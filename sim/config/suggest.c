/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suggest.h"

#include <string.h>

/* No name that is meant is longer; the distance takes the product of both lengths. */
#define MAX_WORD 100

/*
 * Edits (insert, delete, replace, swap of two neighbours) that turn @a into
 * @b: the restricted Damerau-Levenshtein distance, in bytes.
 */
static guint edit_distance(const char *a, const char *b)
{
	const size_t n = strlen(a), m = strlen(b), width = m + 1;
	g_autofree guint *d = g_new(guint, (n + 1) * width);

	for (size_t j = 0; j <= m; j++)
		d[j] = j;
	for (size_t i = 1; i <= n; i++) {
		guint *row = d + i * width;
		const guint *above = row - width;

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			guint best = above[j - 1] + (a[i - 1] != b[j - 1]);

			best = MIN(best, above[j] + 1);
			best = MIN(best, row[j - 1] + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				best = MIN(best, d[(i - 2) * width + j - 2] + 1);
			row[j] = best;
		}
	}
	return d[n * width + m];
}

/* Is @word the first of the parts of @candidate, as "pinned" of "pinned-chunk"? */
static gboolean is_beginning(const char *word, const char *candidate)
{
	const gsize n = strlen(word);

	return n >= 3 && g_str_has_prefix(candidate, word) && !g_ascii_isalnum(candidate[n]);
}

/**
 * tsim_suggest:
 * @word: what was written
 * @candidates: (element-type utf8): what could have been meant
 *
 * At most one edit for every three characters of @word, at least one: more
 * would suggest names that have nothing to do with it.  What begins with it is
 * meant rather than what is two edits away.
 */
const char *tsim_suggest(const char *word, const GPtrArray *candidates)
{
	guint nearest = MAX(strlen(word) / 3, 1) + 1;
	const char *found = NULL;

	if (strlen(word) > MAX_WORD)
		return NULL;
	for (guint i = 0; i < candidates->len; i++) {
		const char *candidate = g_ptr_array_index(candidates, i);
		const guint distance = is_beginning(word, candidate) ?
					       1 :
					       edit_distance(word, candidate);

		if (distance < nearest) {
			nearest = distance;
			found = candidate;
		}
	}
	return found;
}

char *tsim_did_you_mean(const char *word, const GPtrArray *candidates)
{
	const char *found = tsim_suggest(word, candidates);

	return found ? g_strdup_printf(" (did you mean '%s'?)", found) : g_strdup("");
}
