/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>
#include "block.h"
#include "worker.h"

/* One worker process, seen from the parent. */
struct tsim_member {
	pid_t pid; /* 0: none */
	int fd, err_fd; /* its socket and its stderr, -1: none */
	struct tsim_worker_slot *slot; /* shared memory */
	GByteArray *in; /* part of a reply */
	GString *err; /* what it said since its last reply */
	struct tsim_block *block; /* that it works on, or NULL */
};

gboolean tsim_member_init(struct tsim_member *m, GError **error);
gboolean tsim_member_start(struct tsim_member *m, const struct tsim_source *source,
			   const struct tsim_member *all, guint n, GError **error);
void tsim_member_assign(struct tsim_member *m, struct tsim_block *block);
gboolean tsim_member_receive(struct tsim_member *m);
void tsim_member_listen(struct tsim_member *m);
gboolean tsim_member_take_reply(struct tsim_member *m);
char *tsim_member_bury(struct tsim_member *m);
void tsim_member_clear(struct tsim_member *m);
