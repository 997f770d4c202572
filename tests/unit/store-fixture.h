/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fake-world.h"
#include "store.h"

#define POLICIES "unpinned,pinned-chunk"
#define N_POLICIES 2

/* A store in a directory of its own, of one point. */
struct fixture {
	char *dir, *path;
	TsimSetup *setup;
	TsimStore *store;
	struct tsim_point point;
	gint64 id;
};

void open_store(struct fixture *f);
void setup(struct fixture *f, gconstpointer data);
void teardown(struct fixture *f, gconstpointer data);
struct tsim_block *block_of(const struct fixture *f, guint32 first, guint32 end);
void put(struct fixture *f, guint32 first, guint32 end);
void put_all(struct fixture *f, guint32 n, guint32 seed);
TsimTally *load(struct fixture *f, guint32 n, GPtrArray *failures);
void assert_prefix(struct fixture *f, guint32 n);
extern const struct tsim_session session;

#define ADD(name, fn) g_test_add(name, struct fixture, NULL, setup, fn, teardown)
