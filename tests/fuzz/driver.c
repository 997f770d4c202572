/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * driver SAMPLE N [SEED]: run a fuzz target on N random mutations of a
 * sample, where no libFuzzer is at hand.  A failure is repeated by its seed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static guint pick(GRand *rand, gsize n)
{
	return n > 1 ? (guint)g_rand_int_range(rand, 0, (gint32)n) : 0;
}

/* Bytes flipped, inserted, repeated, moved, cut off: truncated, interleaved, reordered, binary. */
static void mutate(GRand *rand, GString *text)
{
	gsize at = pick(rand, text->len), len = 1 + pick(rand, 200);
	g_autofree char *part = NULL;

	len = MIN(len, text->len - at);
	part = g_strndup(text->str + at, len);
	switch (pick(rand, 6)) {
	case 0:
		if (text->len)
			text->str[at] = (char)g_rand_int_range(rand, 0, 256);
		break;
	case 1:
		g_string_insert_c(text, (gssize)at, (char)g_rand_int_range(rand, 0, 256));
		break;
	case 2:
		g_string_erase(text, (gssize)at, (gssize)len);
		break;
	case 3:
		g_string_insert(text, pick(rand, text->len), part);
		break;
	case 4:
		g_string_erase(text, (gssize)at, (gssize)len);
		g_string_insert(text, pick(rand, text->len), part);
		break;
	default:
		if (text->len)
			text->str[at] = " \n\t[](),:=+.0"[pick(rand, 13)];
	}
}

int main(int argc, char **argv)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(argc > 3 ? (guint32)atoi(argv[3]) : 1);
	g_autofree char *sample = NULL;
	gsize len;

	if (argc < 3 || !g_file_get_contents(argv[1], &sample, &len, NULL)) {
		fprintf(stderr, "usage: %s SAMPLE N [SEED]\n", argv[0]);
		return 2;
	}
	for (gint64 n = atoll(argv[2]); n > 0; n--) {
		g_autoptr(GString) text = g_string_new_len(sample, (gssize)len);

		if (n % 16 == 0)
			g_string_truncate(text, pick(rand, len));
		for (guint k = 1 + pick(rand, 8); k > 0; k--)
			mutate(rand, text);
		LLVMFuzzerTestOneInput((const guint8 *)text->str, text->len);
	}
	return 0;
}
