/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "trace-event.h"

enum tsim_operation_kind {
	TSIM_OP_CREATE, /* a round of small files, from begin to end */
	TSIM_OP_DELETE, /* ... all of them */
	TSIM_OP_FALLOCATE, /* bytes */
	TSIM_OP_TRUNCATE,
	TSIM_OP_SYNC,
	TSIM_OP_TRIM, /* a FITRIM pass */
	TSIM_OP_BALANCE, /* a call: types */
	TSIM_OP_GROW, /* bytes of tree blocks */
	TSIM_OP_SHRINK,
};

struct tsim_operation {
	enum tsim_operation_kind kind;
	tsim_ns begin_ns, end_ns; /* recorded; the end as far as it is known */
	guint64 bytes;
	guint64 flags; /* of a balance: 1 data, 2 system, 4 metadata */
};

enum tsim_user_kind {
	TSIM_USER_FILES,
	TSIM_USER_DATA,
	TSIM_USER_TRIM,
	TSIM_USER_SYNC,
	TSIM_USER_BALANCE,
	TSIM_USER_TREE, /* whoever makes metadata grow without a mark */
};

/* A process of the recording, or several that come one after the other: a loop of a shell. */
struct tsim_user {
	enum tsim_user_kind kind;
	guint64 task;
	gboolean syncs; /* it was seen to commit, or nothing is known of it */
	GArray *operations; /* (element-type struct tsim_operation) in order */
};

/* What the users of a recorded file system did. */
typedef struct tsim_foreground {
	GArray *users; /* (element-type struct tsim_user) in the order of their first operation */
	tsim_ns end_ns; /* when the last of them had done but trimming */
} TsimForeground;

TsimForeground *tsim_foreground_new(const GArray *events);
void tsim_foreground_free(TsimForeground *foreground);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimForeground, tsim_foreground_free)
