/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of an empirical law. */
#include "law-internal.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "error.h"
#include "units.h"

#define MAX_FILE_BYTES (64 * 1024 * 1024)
#define KEPT_LAWS 4
#define SETTLED_US 100000
#define MAX_COUNT G_GUINT64_CONSTANT(1000000000000) /* of a line; the sum stays within 64 bits */

static const char *const time_names[] = { "latency_ns", "latency_us", "latency_ms", "latency_s" };
static const char *const time_units[] = { "ns", "us", "ms", "s" };

/* Which columns of a heading are used, -1: it has none. */
struct columns {
	const char *separator;
	int time, bytes, count;
	int twice; /* says what one before it says */
	const char *unit, *name; /* of the time */
};

static void use_column(struct columns *c, const char *name, int i)
{
	int *column = NULL;

	for (guint k = 0; k < G_N_ELEMENTS(time_names); k++) {
		if (g_ascii_strcasecmp(name, time_names[k]) == 0) {
			column = &c->time;
			c->unit = time_units[k];
			c->name = time_names[k];
		}
	}
	if (g_ascii_strcasecmp(name, "bytes") == 0)
		column = &c->bytes;
	if (g_ascii_strcasecmp(name, "count") == 0)
		column = &c->count;
	if (!column)
		return;
	if (*column >= 0)
		c->twice = i;
	*column = i;
}

/* TRUE: the line is a heading, and says where a time is. */
static gboolean read_heading(const char *line, struct columns *c)
{
	g_auto(GStrv) names = NULL;

	*c = (struct columns){ strchr(line, '\t') ? "\t" : ",", -1, -1, -1, -1, NULL, NULL };
	names = g_strsplit(line, c->separator, -1);
	for (int i = 0; names[i]; i++)
		use_column(c, g_strstrip(names[i]), i);
	return c->time >= 0;
}

static gboolean check_heading(const struct columns *c, GError **error)
{
	return c->twice < 0 ||
	       tsim_throw(error,
			  "column %d is a second one of its kind: leave one latency_..., one "
			  "bytes and one count",
			  c->twice + 1);
}

/* Text in column @i, called @name. */
static const char *field(const GStrv fields, int i, const char *name, GError **error)
{
	if ((int)g_strv_length(fields) > i)
		return g_strstrip(fields[i]);
	tsim_throw(error, "no column %d, which is %s", i + 1, name);
	return NULL;
}

static gboolean parse_size(const char *text, guint64 *out, GError **error)
{
	return g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT64, out, NULL) ||
	       tsim_throw(error, "'%s' is no number of bytes, write a whole number above 0", text);
}

static gboolean parse_weight(const char *text, guint64 *out, GError **error)
{
	return g_ascii_string_to_unsigned(text, 10, 1, MAX_COUNT, out, NULL) ||
	       tsim_throw(error, "'%s' is no count, permitted is 1 to 1e12", text);
}

static gboolean parse_columns(const char *line, const struct columns *c,
			      struct tsim_law_sample *sample, GError **error)
{
	g_auto(GStrv) fields = g_strsplit(line, c->separator, -1);
	const char *time = field(fields, c->time, c->name, error), *bytes = NULL, *count = NULL;
	g_autofree char *text = time ? g_strconcat(time, c->unit, NULL) : NULL;

	if (!text || !tsim_parse_time(text, &sample->ns, error))
		return FALSE;
	if (c->bytes >= 0 && (!(bytes = field(fields, c->bytes, "bytes", error)) ||
			      !parse_size(bytes, &sample->bytes, error)))
		return FALSE;
	return c->count < 0 || ((count = field(fields, c->count, "count", error)) &&
				parse_weight(count, &sample->count, error));
}

static gboolean parse_sample(const char *line, const struct columns *c,
			     struct tsim_law_sample *sample, GError **error)
{
	*sample = (struct tsim_law_sample){ .count = 1 };
	if (c->time < 0 && strpbrk(line, ",\t{"))
		return tsim_throw(error, "no heading names the columns, write e.g. "
					 "bytes,latency_us above; of a trace, a fio log or fio's "
					 "JSON make the table with trimsim import --latencies");
	if (c->time < 0 ? !tsim_parse_time(line, &sample->ns, error) :
			  !parse_columns(line, c, sample, error))
		return FALSE;
	return sample->ns <= TSIM_LAW_MAX_NS || tsim_throw(error, "over 146 years");
}

static gboolean parse_lines(char *text, const char *file, struct columns *c, GArray *samples,
			    GError **error)
{
	gboolean first = TRUE;
	guint number = 0;

	for (char *line = text, *next; line; line = next) {
		struct tsim_law_sample sample;
		gboolean heading;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		number++;
		g_strstrip(line);
		if (!*line || *line == '#')
			continue;
		heading = first && read_heading(line, c);
		first = FALSE;
		if (heading ? !check_heading(c, error) : !parse_sample(line, c, &sample, error)) {
			g_prefix_error(error, "%s:%u: ", file, number);
			return FALSE;
		}
		if (heading)
			continue;
		g_array_append_val(samples, sample);
	}
	return TRUE;
}

/* A pipe would be empty when the law is read again. */
static gboolean read_text(const char *file, char **text, GError **error)
{
	static const char mark[] = "\xef\xbb\xbf"; /* of UTF-8; spreadsheets write it */
	GStatBuf st;
	gsize size;

	if (g_stat(file, &st) == 0 && !S_ISREG(st.st_mode))
		return tsim_throw(error, "%s: not a regular file", file);
	if (g_stat(file, &st) == 0 && st.st_size > MAX_FILE_BYTES)
		return tsim_throw(error, "%s: longer than 64MiB", file);
	if (!g_file_get_contents(file, text, &size, error))
		return FALSE;
	if (!g_utf8_validate(*text, size, NULL))
		return tsim_throw(error,
				  "%s: not UTF-8 text: convert it, e.g. iconv -f UTF-16 -t UTF-8",
				  file);
	if (g_str_has_prefix(*text, mark))
		memset(*text, ' ', strlen(mark));
	return TRUE;
}

/**
 * tsim_law_read_file() - read a file of samples
 * @file: one duration with its unit a line, or a table divided by commas or
 *	tabs with a heading that names a column latency_us (or _ns, _ms, _s)
 *	and may name bytes, the size that took so long, and count, how often;
 *	blank lines and lines that begin with # are skipped
 * @error: names file and line
 *
 * Return: (transfer full) (nullable) (element-type struct tsim_law_sample)
 */
GArray *tsim_law_read_file(const char *file, GError **error)
{
	g_autoptr(GArray) samples = g_array_new(FALSE, FALSE, sizeof(struct tsim_law_sample));
	struct columns columns = { NULL, -1, -1, -1, -1, NULL, NULL };
	g_autofree char *text = NULL;

	if (!read_text(file, &text, error) || !parse_lines(text, file, &columns, samples, error))
		return NULL;
	if (!samples->len) {
		tsim_throw(error, "%s: no durations in it; write one a line, e.g. 3.5ms", file);
		return NULL;
	}
	return g_steal_pointer(&samples);
}

/**
 * tsim_law_file_length() - how long the FILE of empirical(FILE) is
 * @text: what follows empirical(
 *
 * It ends at the parenthesis that closes the law: a name may have commas, and
 * parentheses of its own in pairs.
 */
gsize tsim_law_file_length(const char *text)
{
	const char *p = text;

	for (int depth = 1; *p; p++) {
		depth += (*p == '(') - (*p == ')');
		if (!depth)
			break;
	}
	return p - text;
}

/* A manifest has to name the file too, and whoever reads it finds the same end of the name. */
static gboolean check_name(const char *file, GError **error)
{
	g_autofree char *closed = g_strconcat(file, ")", NULL);

	if (tsim_law_file_length(closed) != strlen(file))
		return tsim_throw(error,
				  "%s: a parenthesis in this path lacks its other half, rename it",
				  file);
	if (strstr(file, " #") || strpbrk(file, "\t\n"))
		return tsim_throw(error,
				  "%s: a tab, a new line or ' #' in this path, which would be "
				  "a comment: rename it",
				  file);
	return TRUE;
}

/* Who read the configuration has made the path absolute of each file that it found. */
static gboolean check_found(const char *file, GError **error)
{
	return g_path_is_absolute(file) || g_file_test(file, G_FILE_TEST_EXISTS) ||
	       tsim_throw(
		       error,
		       "cannot find '%s' next to the file that names it (here, with --set) or in "
		       "the data directories (TRIMSIM_DATADIR)",
		       file);
}

static TsimLaw *read_law(const char *file, GError **error)
{
	g_autoptr(GArray) samples = NULL;
	TsimLaw *law;

	if (!check_name(file, error) || !check_found(file, error))
		return NULL;
	samples = tsim_law_read_file(file, error);
	if (!samples)
		return NULL;
	law = tsim_law_new(&law_empirical);
	law->file = g_strdup(file);
	tsim_law_set_samples(law, (struct tsim_law_sample *)samples->data, samples->len);
	return law;
}

/* ---- laws that are kept ---- */

struct kept {
	TsimLaw *law;
	GStatBuf st; /* before it was read */
};

static gboolean same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static gboolean is_unchanged(const struct kept *kept, const GStatBuf *st)
{
	return kept->st.st_dev == st->st_dev && kept->st.st_ino == st->st_ino &&
	       kept->st.st_size == st->st_size && same_time(&kept->st.st_mtim, &st->st_mtim) &&
	       same_time(&kept->st.st_ctim, &st->st_ctim);
}

/* Two changes within a tick of the file system's clock leave the same time. */
static gboolean is_settled(const GStatBuf *st)
{
	const struct timespec *t = &st->st_ctim;
	gint64 changed_us = (gint64)t->tv_sec * G_USEC_PER_SEC + t->tv_nsec / 1000;

	return g_get_real_time() - changed_us > SETTLED_US;
}

/*
 * The law of empirical(@file).  A configuration is parsed again and again, for its groups, its
 * first point, each of its points; a file of ten million samples takes seconds.  So the laws of
 * the last files are kept as long as the process lives, and given again while the files are as
 * they were.  Return: (transfer full), to be freed as any other.
 */
TsimLaw *tsim_law_of_file(const char *file, GError **error)
{
	static struct kept kept[KEPT_LAWS];
	static guint next;
	GStatBuf st;
	TsimLaw *law;

	if (g_stat(file, &st) < 0 || !is_settled(&st))
		return read_law(file, error);
	for (guint i = 0; i < KEPT_LAWS; i++) {
		law = kept[i].law;
		if (law && !strcmp(law->file, file) && is_unchanged(&kept[i], &st)) {
			law->refs++;
			return law;
		}
	}
	law = read_law(file, error);
	if (!law)
		return NULL;
	law->refs++;
	tsim_law_free(kept[next].law);
	kept[next] = (struct kept){ law, st };
	next = (next + 1) % KEPT_LAWS;
	return law;
}
