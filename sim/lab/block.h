/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* A replication that did not end: no policy of it counts. */
struct tsim_failure {
	guint policy; /* index: under which it failed */
	guint32 replication;
	char *message;
};

/* Some replications of a point, always the same ones whoever runs them and how often. */
struct tsim_block {
	guint64 point;
	guint32 first, next, end; /* [first, end); next: where to go on */
	GByteArray *sums, *kept; /* of [first, next): an encoded tally, see tally.h */
	GPtrArray *failures; /* (element-type struct tsim_failure) in [first, next) */
	guint deaths; /* of workers that had it and came no further */
};

guint32 tsim_block_end(guint32 first);
struct tsim_block *tsim_block_new(guint64 point, guint32 first, guint32 end);
void tsim_block_free(struct tsim_block *block);
typedef struct tsim_block TsimBlock;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimBlock, tsim_block_free)
GPtrArray *tsim_failures_new(void);
void tsim_failures_add(GPtrArray *failures, guint policy, guint32 replication, const char *message);
void tsim_failures_sort(GPtrArray *failures);
