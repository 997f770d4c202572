/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes as they are stored: zlib, whose check sum finds what a bad disk did to them. */
#include "pack.h"

#include <gio/gio.h>
#include <string.h>

/* Deflate makes nothing smaller than this share of it. */
#define MOST_RATIO 1040
/* ... and nothing larger by more than a few bytes per 16 KiB. */
#define OVERHEAD(size) ((size) / 1000 + 64)

/* @out: as large as can be needed.  FALSE: the input is no such thing. */
static gboolean convert(GConverter *converter, const guint8 *in, gsize size, guint8 *out,
			gsize *out_size)
{
	gsize read = 0, written = 0, room = *out_size;

	*out_size = 0;
	while (*out_size < room) {
		GConverterResult result =
			g_converter_convert(converter, in, size, out + *out_size, room - *out_size,
					    G_CONVERTER_INPUT_AT_END, &read, &written, NULL);

		if (result == G_CONVERTER_ERROR)
			return FALSE;
		in += read;
		size -= read;
		*out_size += written;
		if (result == G_CONVERTER_FINISHED)
			return size == 0;
	}
	return FALSE;
}

/** tsim_pack() - compress for tsim_unpack().  (transfer full) */
GByteArray *tsim_pack(const GByteArray *bytes)
{
	g_autoptr(GZlibCompressor) zlib = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 1);
	GByteArray *packed = g_byte_array_new();
	guint32 raw = GUINT32_TO_LE(bytes->len);
	gsize size = bytes->len + OVERHEAD(bytes->len);

	g_byte_array_append(packed, (const guint8 *)&raw, sizeof(raw));
	g_byte_array_set_size(packed, sizeof(raw) + size);
	if (!convert(G_CONVERTER(zlib), bytes->data, bytes->len, packed->data + sizeof(raw), &size))
		g_assert_not_reached();
	g_byte_array_set_size(packed, sizeof(raw) + size);
	return packed;
}

/** tsim_unpack() - what was packed; NULL when @data is damaged.  (transfer full) (nullable) */
GByteArray *tsim_unpack(const guint8 *data, gsize size)
{
	g_autoptr(GZlibDecompressor) zlib = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB);
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	guint32 raw;
	gsize length;

	if (size < sizeof(raw))
		return NULL;
	memcpy(&raw, data, sizeof(raw));
	raw = GUINT32_FROM_LE(raw);
	if (raw > (size - sizeof(raw)) * MOST_RATIO)
		return NULL;
	/* One byte more than there should be: what is too long shows. */
	length = (gsize)raw + 1;
	g_byte_array_set_size(bytes, length);
	if (!convert(G_CONVERTER(zlib), data + sizeof(raw), size - sizeof(raw), bytes->data,
		     &length) ||
	    length != raw)
		return NULL;
	g_byte_array_set_size(bytes, raw);
	return g_steal_pointer(&bytes);
}
