/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A hash of the sources that decide the outcome of a replication; model-version.cmake makes it. */
extern const char tsim_model_version[];
