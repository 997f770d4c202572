/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

struct tsim_fs;

/* Check what must always hold, of a run that is about to start; off otherwise. */
void tsim_paranoid_start(struct tsim_fs *fs);
void tsim_paranoid_clear(struct tsim_fs *fs);
/* Conservation of space; at every commit. */
void tsim_paranoid_check(const struct tsim_fs *fs);
/* The same, and Little's law over all of the device's commands; at the end. */
void tsim_paranoid_finish(struct tsim_fs *fs);
