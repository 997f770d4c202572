/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fuzz target for fio's JSON: it is refused, or each bin can stand in a table. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "fio-json.h"

static void check_bin(void *data, guint64 bytes, tsim_ns latency_ns, guint64 count)
{
	if (!bytes || latency_ns < 0 || !count)
		abort();
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autofree char *text = g_malloc(size + 1);
	g_autoptr(GError) error = NULL;

	memcpy(text, data, size);
	text[size] = '\0';
	for (gsize i = 0; i < size; i++)
		text[i] = text[i] ? text[i] : '?';
	if (!tsim_fio_json_parse(text, size, check_bin, NULL, &error) && !error)
		abort();
	return 0;
}
