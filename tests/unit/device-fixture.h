/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "device.h"
#include "engine-fixture.h"

/*
 * A device on which nothing costs time but a discard (100 ns) and what a test
 * asks for.  Addresses are in blocks of 4 KiB.  The log of the engine fixture
 * holds what the script notes, then the effects, in the order in which the
 * device executes them: "w1[60]" write 1 at 60 ns, "d0:0-8[100]" blocks 0 to 8
 * of command 0 at 100 ns.
 */
extern struct tsim_device dev;
extern struct tsim_device_options opt;

void device_reset(void);
void on_device(void (*script)(void *data));
struct tsim_range blocks(guint64 start, guint64 end);

/*
 * What the actors of a script do; unset parts do nothing.  The trimmer
 * discards at 0, the writer, who comes after it, writes at write_at.
 */
struct device_script {
	struct tsim_range discards[4];
	guint n_discards;
	tsim_ns write_at;
	struct tsim_range write;
	gboolean wait_for_discard; /* ... writes when the discard has completed, write_at after it */
};

/* Run it and compare the log. */
void script_gives(const struct device_script *script, const char *expected);
/* Completion of the writer's write, FALSE when a discard failed. */
extern tsim_ns written_ns;
extern gboolean discard_ok;

int device_test_main(int argc, char **argv, const struct engine_test *tests, guint n);
