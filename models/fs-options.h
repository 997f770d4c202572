/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "law.h"
#include "option.h"
#include "simtime.h"

/* How find_free_dev_extent treats a hole that holds pending or pinned ranges. */
enum tsim_hole_search {
	TSIM_HOLE_EXACT, /* b14c5e04bd0f, 2026: every free part of the hole counts */
	TSIM_HOLE_SKIP, /* up to 4.0: the whole hole is skipped unless it is the last */
	TSIM_HOLE_FIRST_PENDING, /* 5.2 .. 6.19: only the first pending range is seen */
};

enum tsim_profile {
	TSIM_PROFILE_SINGLE,
	TSIM_PROFILE_DUP,
};

/* What removal and commit do that differs between versions. */
enum tsim_cleaner_handle {
	TSIM_CLEANER_JOINS, /* 3.18: btrfs_join_transaction, blocked from COMMIT_DOING */
	TSIM_CLEANER_STARTS, /* 4.4 on: btrfs_start_transaction, blocked from COMMIT_START */
};

/* The [filesystem] group.  Versions are presets of these options, never branches in the code. */
struct tsim_fs_options {
	guint64 size_bytes;
	int metadata_profile;
	gboolean initial_data_chunk;

	tsim_ns commit_interval_ns;
	TsimLaw *commit_start, *commit_critical, *commit_duration, *delayed_ref_delay;
	guint64 commit_blocks, dirty_threshold_bytes;

	int hole_search;
	gboolean dup_half_size;
	gboolean clear_full_at_commit;
	guint64 metadata_cluster_bytes;
	gboolean new_groups_unused;

	TsimLaw *ro_window;
	int cleaner_handle;
	gboolean cleaner_checks_pinned, cleaner_keeps_last;
	tsim_ns cleaner_interval_ns;

	TsimLaw *relocation_fixed;
	double relocation_rate, relocation_sigma, relocation_burst;
	tsim_ns relocation_square_ns;

	gboolean trim_goes_on, trim_unallocated, trim_skips_super;
	guint64 trim_max_bytes, trim_extents_per_gib;
	gboolean trim_force_extents;
};

extern const struct tsim_option tsim_fs_option_table[];
