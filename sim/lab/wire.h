/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

/* Plain data through a pipe between processes of one program: host byte order, no padding rules. */
static inline void tsim_wire_put(GByteArray *out, const void *data, gsize size)
{
	g_byte_array_append(out, data, size);
}

static inline gboolean tsim_wire_get(const guint8 **p, const guint8 *end, void *data, gsize size)
{
	if ((gsize)(end - *p) < size)
		return FALSE;
	memcpy(data, *p, size);
	*p += size;
	return TRUE;
}

static inline void tsim_wire_put_text(GByteArray *out, const char *text)
{
	guint32 size = strlen(text);

	tsim_wire_put(out, &size, sizeof(size));
	tsim_wire_put(out, text, size);
}

/* All of @size from a pipe or a socket.  FALSE at the end of the stream: the other side is gone. */
static inline gboolean tsim_wire_read(int fd, void *data, gsize size)
{
	char *p = data;

	while (size > 0) {
		ssize_t n = read(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return FALSE;
		p += n;
		size -= n;
	}
	return TRUE;
}

/* An interned text: it lives as long as the process. */
static inline const char *tsim_wire_get_text(const guint8 **p, const guint8 *end)
{
	g_autofree char *text = NULL;
	guint32 size;

	if (!tsim_wire_get(p, end, &size, sizeof(size)) || (gsize)(end - *p) < size)
		return NULL;
	text = g_strndup((const char *)*p, size);
	*p += size;
	return g_intern_string(text);
}
