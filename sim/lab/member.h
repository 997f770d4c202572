/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>
#include "worker.h"

/* Some replications, always the same ones whatever the number of workers. */
struct tsim_block {
	guint64 index;
	guint32 first, next, end; /* next: where to go on from @resume */
	GArray *skipped; /* (element-type guint32) replications that failed */
	GByteArray *resume; /* the encoded sums of [first, next), or empty */
	guint deaths; /* of workers that had it and came no further */
};

/* One worker process, seen from the parent. */
struct tsim_member {
	pid_t pid; /* 0: none */
	int fd, err_fd; /* its socket and its stderr, -1: none */
	struct tsim_worker_slot *slot; /* shared memory */
	GByteArray *in; /* part of a reply */
	GString *err; /* what it said since its last reply */
	struct tsim_block *block; /* that it works on, or NULL */
};

void tsim_block_free(struct tsim_block *block);
gboolean tsim_member_init(struct tsim_member *m, GError **error);
gboolean tsim_member_start(struct tsim_member *m, const TsimSetup *setup,
			   const struct tsim_member *all, guint n, GError **error);
void tsim_member_assign(struct tsim_member *m, struct tsim_block *block);
gboolean tsim_member_receive(struct tsim_member *m);
void tsim_member_listen(struct tsim_member *m);
gboolean tsim_member_take_reply(struct tsim_member *m, struct tsim_reply *head, GByteArray **tally);
char *tsim_member_bury(struct tsim_member *m);
void tsim_member_clear(struct tsim_member *m);
