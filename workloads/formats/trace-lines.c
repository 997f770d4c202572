/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of a plain or gzip file; which of the two, its first bytes say. */
#include "trace-lines.h"

#include <gio/gio.h>
#include <string.h>

#include "error.h"

#define RAW_BYTES 65536
#define TEXT_BYTES 65536 /* and so the longest line */

struct tsim_lines {
	char *path;
	GInputStream *file;
	GConverter *gzip; /* NULL: plain */
	gboolean file_end, member_end, ended;
	gsize raw_at, raw_len, at, len;
	char raw[RAW_BYTES], text[TEXT_BYTES + 1];
};

/* Have bytes in raw, unless the file is at its end. */
static gboolean fill_raw(TsimLines *l, GError **error)
{
	g_autoptr(GError) local = NULL;
	gssize n;

	if (l->raw_at < l->raw_len || l->file_end)
		return TRUE;
	n = g_input_stream_read(l->file, l->raw, RAW_BYTES, NULL, &local);
	if (n < 0)
		return tsim_throw(error, "%s: %s", l->path, local->message);
	l->file_end = n == 0;
	l->raw_at = 0;
	l->raw_len = (gsize)n;
	return TRUE;
}

/* gzip files may be several members, one behind the other. */
static gboolean inflate_some(TsimLines *l, GError **error)
{
	g_autoptr(GError) local = NULL;
	gsize read = 0, written = 0;
	GConverterResult result;

	if (l->file_end && l->raw_at == l->raw_len) {
		l->ended = TRUE;
		return l->member_end ||
		       tsim_throw(error, "%s: the compressed data ends early", l->path);
	}
	if (l->member_end)
		g_converter_reset(l->gzip);
	l->member_end = FALSE;
	result = g_converter_convert(l->gzip, l->raw + l->raw_at, l->raw_len - l->raw_at,
				     l->text + l->len, TEXT_BYTES - l->len, G_CONVERTER_NO_FLAGS,
				     &read, &written, &local);
	if (result == G_CONVERTER_ERROR &&
	    g_error_matches(local, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT))
		read = l->raw_len - l->raw_at;
	else if (result == G_CONVERTER_ERROR)
		return tsim_throw(error, "%s: damaged compressed data: %s", l->path,
				  local->message);
	l->member_end = result == G_CONVERTER_FINISHED;
	l->raw_at += read;
	l->len += written;
	return TRUE;
}

/* Read on behind what is in text, which has room. */
static gboolean fill(TsimLines *l, GError **error)
{
	gsize n, before = l->len;

	if (!fill_raw(l, error))
		return FALSE;
	if (l->gzip) {
		if (!inflate_some(l, error))
			return FALSE;
	} else {
		n = MIN(l->raw_len - l->raw_at, TEXT_BYTES - l->len);
		memcpy(l->text + l->len, l->raw + l->raw_at, n);
		l->raw_at += n;
		l->len += n;
		l->ended = l->file_end;
	}
	for (gsize i = before; i < l->len; i++) { /* garbage must not end a text */
		if (l->text[i] == '\0')
			l->text[i] = '?';
	}
	return TRUE;
}

/**
 * tsim_lines_open:
 * Returns: (transfer full) (nullable): the lines of @path.
 */
TsimLines *tsim_lines_open(const char *path, GError **error)
{
	g_autoptr(GFile) file = g_file_new_for_path(path);
	g_autoptr(GError) local = NULL;
	GFileInputStream *stream = *path ? g_file_read(file, NULL, &local) : NULL;
	TsimLines *l;

	if (!*path) {
		tsim_throw(error, "'' names no file");
		return NULL;
	}
	if (!stream) {
		tsim_throw(error, "%s", local->message);
		return NULL;
	}
	l = g_new0(TsimLines, 1);
	l->path = g_strdup(path);
	l->file = G_INPUT_STREAM(stream);
	l->member_end = TRUE;
	if (!fill_raw(l, error)) {
		tsim_lines_close(l);
		return NULL;
	}
	if (l->raw_len >= 2 && !memcmp(l->raw, "\x1f\x8b", 2))
		l->gzip = G_CONVERTER(g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP));
	return l;
}

/* The text up to @end as a line; what follows is next. */
static char *take(TsimLines *l, gsize end)
{
	char *line = l->text + l->at;

	l->text[end] = '\0';
	if (end > l->at && l->text[end - 1] == '\r')
		l->text[end - 1] = '\0';
	l->at = end + 1;
	return line;
}

/* Pass over the rest of a line that is too long. */
static gboolean skip_line(TsimLines *l, GError **error)
{
	const char *end = NULL;

	while (!end && !l->ended) {
		l->at = l->len = 0;
		if (!fill(l, error))
			return FALSE;
		end = memchr(l->text, '\n', l->len);
	}
	l->at = end ? (gsize)(end - l->text) + 1 : l->len;
	return TRUE;
}

/**
 * tsim_lines_next:
 * @out: the line, without its end; it may be changed, and goes with the next call
 */
enum tsim_lines_result tsim_lines_next(TsimLines *l, char **out, GError **error)
{
	for (;;) {
		const char *end = memchr(l->text + l->at, '\n', l->len - l->at);

		if (end) {
			*out = take(l, (gsize)(end - l->text));
			return TSIM_LINES_LINE;
		}
		memmove(l->text, l->text + l->at, l->len - l->at);
		l->len -= l->at;
		l->at = 0;
		if (l->len == TEXT_BYTES) {
			if (!skip_line(l, error))
				return TSIM_LINES_ERROR;
			*out = l->text;
			return TSIM_LINES_LONG;
		}
		if (l->ended)
			break;
		if (!fill(l, error))
			return TSIM_LINES_ERROR;
	}
	if (l->len == 0)
		return TSIM_LINES_END;
	*out = take(l, l->len);
	l->at = l->len;
	return TSIM_LINES_CUT;
}

void tsim_lines_close(TsimLines *l)
{
	g_clear_object(&l->gzip);
	g_object_unref(l->file);
	g_free(l->path);
	g_free(l);
}
