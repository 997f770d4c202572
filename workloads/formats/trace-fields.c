/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cutting lines of traces up: words, times, `key=value` of btrfs events with
 * the punctuation of every kernel, and the body of block events.
 */
#include <string.h>

#include "trace.h"

#define MAX_DIGITS 20 /* of a 64-bit number */
#define MAX_SECONDS_DIGITS 9 /* 31 years: no tsim_ns overflows */

/* Cut the next word off, blanks around it skipped; NULL at the end. */
char *tsim_trace_word(char **at)
{
	char *word = *at + strspn(*at, " \t"), *end = word + strcspn(word, " \t");

	if (*word == '\0')
		return NULL;
	*at = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

/* A number behind blanks; @at is behind it then. */
gboolean tsim_trace_unsigned(char **at, guint64 *out)
{
	char *start = *at + strspn(*at, " \t");

	if (!g_ascii_isdigit(*start))
		return FALSE;
	*out = g_ascii_strtoull(start, at, 10);
	return TRUE;
}

/* "85.094469" and then @end; exact to the nanosecond. */
gboolean tsim_trace_seconds(const char *word, char end, tsim_ns *out)
{
	gsize whole = strspn(word, G_CSET_DIGITS), digits;
	tsim_ns fraction = 0;

	if (whole == 0 || whole > MAX_SECONDS_DIGITS || word[whole] != '.')
		return FALSE;
	digits = strspn(word + whole + 1, G_CSET_DIGITS);
	if (digits == 0 || digits > 9 || word[whole + 1 + digits] != end)
		return FALSE;
	for (gsize i = 0; i < 9; i++)
		fraction = fraction * 10 + (i < digits ? word[whole + 1 + i] - '0' : 0);
	*out = g_ascii_strtoll(word, NULL, 10) * TSIM_NS_PER_S + fraction;
	return TRUE;
}

/*
 * A key that is there already is told apart by the bare word before it:
 * discard_sector.  A field without a value is no field: a line cut short ends so.
 */
static gboolean add_field(struct tsim_trace_record *record, const char *key, const char *value,
			  const char *bare)
{
	g_autofree char *qualified = NULL;

	if (*value == '\0')
		return TRUE;
	if (tsim_trace_text(record, key) && bare)
		qualified = g_strdup_printf("%s_%s", bare, key);
	return tsim_trace_add(record, qualified ? qualified : key, value);
}

static char *cut_value(char **at)
{
	char *value = *at, *end = value + strcspn(value, " \t");

	*at = *end ? end + 1 : end;
	*end = '\0';
	if (end > value && end[-1] == ',') /* 3.18: "offset = 12, size = 3" */
		end[-1] = '\0';
	return value;
}

/**
 * tsim_trace_fields:
 * @body: `key=value` or `key = value`, with or without commas; it is cut up
 * @lead: receives the words before the first field, joined by '_'
 *
 * Returns: FALSE when a field cannot be written.
 */
gboolean tsim_trace_fields(struct tsim_trace_record *record, char *body, GString *lead)
{
	const char *bare = NULL;

	for (char *at = body + strspn(body, " \t,"); *at; at += strspn(at, " \t,")) {
		char *word = at, *end = word + strcspn(word, " \t="),
		     *next = end + strspn(end, " \t");

		if (*next == '=') {
			gboolean spaced = next > end;

			at = next + 1;
			if (spaced)
				at += strspn(at, " \t");
			*end = '\0';
			if (!add_field(record, word, cut_value(&at), bare))
				return FALSE;
			continue;
		}
		at = *end ? end + 1 : end;
		*end = '\0';
		bare = word;
		if (record->n == 0)
			g_string_append_printf(lead, "%s%s", lead->len ? "_" : "", word);
	}
	return TRUE;
}

/* Behind blanks: skip "( ... )"; FALSE when it has no end. */
static gboolean skip_parenthesis(char **at)
{
	char *start = *at + strspn(*at, " \t"), *end;

	if (*start != '(')
		return TRUE;
	end = strchr(start, ')');
	*at = end ? end + 1 : start;
	return end != NULL;
}

static gboolean add_span(struct tsim_trace_record *record, const char *key, char *start, char *end)
{
	*end = '\0';
	return tsim_trace_add(record, key, start);
}

/* What follows `sector + nr`: a priority, then [process] or [error], or `<- (device) sector`. */
static gboolean block_tail(struct tsim_trace_record *record, char *at)
{
	gboolean complete = g_str_has_suffix(record->event, "_complete");
	char *end, *word;

	if (!skip_parenthesis(&at))
		return FALSE;
	at += strspn(at, " \t");
	if (*at && *at != '[' && *at != '<') {
		word = tsim_trace_word(&at);
		if (!strchr(word, ',') || !tsim_trace_add(record, "ioprio", word))
			return FALSE;
		at += strspn(at, " \t");
	}
	if (g_str_has_prefix(at, "<- (")) {
		end = strchr(at + 4, ')');
		if (!end || !add_span(record, "from_dev", at + 4, end))
			return FALSE;
		at = end + 1;
		word = tsim_trace_word(&at);
		return word && g_ascii_isdigit(*word) &&
		       tsim_trace_add(record, "from_sector", word);
	}
	end = *at == '[' ? strrchr(at, ']') : NULL;
	if (!end)
		return FALSE;
	return !complete || add_span(record, "error", at + 1, end);
}

/* The number at @at as a field. */
static gboolean add_number(struct tsim_trace_record *record, const char *key, char **at)
{
	char *start = *at + strspn(*at, " \t"), *end = start + strspn(start, G_CSET_DIGITS),
	     kept = *end;

	if (end == start || end - start > MAX_DIGITS || (kept != ' ' && kept != '\t'))
		return FALSE;
	*at = end + 1;
	return add_span(record, key, start, end);
}

/**
 * tsim_trace_block:
 * @dev: "259,0"
 * @body: from the kind of the request (rwbs) on; it is cut up
 *
 * `DS 352256 () 233804904 + 688 [fstrim]` and its kin: with and without the
 * number of bytes, the command, the priority; `FF [kworker]` has no sector.
 */
gboolean tsim_trace_block(struct tsim_trace_record *record, char *dev, char *body)
{
	char *rwbs = tsim_trace_word(&body), *at = body, *probe = body;
	guint64 number;

	if (!rwbs || strspn(rwbs, "RWDNFASMEVTZ") != strlen(rwbs) ||
	    !tsim_trace_add(record, "dev", dev) || !tsim_trace_add(record, "rwbs", rwbs) ||
	    strspn(dev, G_CSET_DIGITS ",") != strlen(dev))
		return FALSE;
	if (tsim_trace_unsigned(&probe, &number) && probe[strspn(probe, " \t")] == '(' &&
	    !add_number(record, "bytes", &at))
		return FALSE;
	if (!skip_parenthesis(&at))
		return FALSE;
	at += strspn(at, " \t");
	if (*at == '[' ? !tsim_trace_add(record, "sector", "0") :
			 !add_number(record, "sector", &at))
		return FALSE;
	at += strspn(at, " \t");
	if (*at != '+')
		return *at == '[' && tsim_trace_add(record, "nr", "0") && block_tail(record, at);
	at++;
	return add_number(record, "nr", &at) && block_tail(record, at);
}
