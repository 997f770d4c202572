/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* `rm -r` */
void remove_tree(const char *path);
