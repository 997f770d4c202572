/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How large a chunk is.
 *
 * Models: stripe and chunk limits by type, the 10 % rule, single and DUP, the
 *   half-size DUP chunks of 3.18 to 4.15.
 * Leaves out: more than one device, RAID profiles, mixed groups.
 * Source: fs/btrfs/volumes.c: __btrfs_alloc_chunk (3.18),
 *   init_alloc_chunk_ctl_policy_regular, decide_stripe_size_regular (6.1);
 *   92e222df7b8f.
 */
#include "space.h"

#define STRIPE_LEN (64 * TSIM_KIB)

/**
 * tsim_chunk_copies:
 * Returns: stripes that a chunk of @type has on the device: 2 for DUP.
 */
guint tsim_chunk_copies(const struct tsim_fs_options *opt, enum tsim_bg_type type)
{
	return type != TSIM_DATA && opt->metadata_profile == TSIM_PROFILE_DUP ? 2 : 1;
}

/**
 * tsim_chunk_max_stripe:
 * Returns: the largest allowed stripe of @type, bytes per copy.
 */
guint64 tsim_chunk_max_stripe(const struct tsim_fs_options *opt, enum tsim_bg_type type)
{
	switch (type) {
	case TSIM_DATA:
		return TSIM_GIB;
	case TSIM_METADATA:
		return opt->size_bytes > 50 * TSIM_GIB ? TSIM_GIB : 256 * TSIM_MIB;
	default:
		return 32 * TSIM_MIB;
	}
}

/* The contiguous bytes that find_free_dev_extent is asked for. */
guint64 tsim_chunk_wanted(const struct tsim_fs_options *opt, enum tsim_bg_type type)
{
	return tsim_chunk_max_stripe(opt, type) * tsim_chunk_copies(opt, type);
}

static guint64 max_chunk(const struct tsim_fs_options *opt, enum tsim_bg_type type)
{
	guint64 limit = tsim_chunk_max_stripe(opt, type);

	if (type == TSIM_DATA)
		limit = 10 * TSIM_GIB;
	if (type == TSIM_SYSTEM && opt->dup_half_size)
		limit = 64 * TSIM_MIB; /* 3.18: 2 * max_stripe */
	return MIN(limit, opt->size_bytes / 10);
}

/**
 * tsim_chunk_stripe_len:
 * @max_avail: contiguous bytes found for all copies together
 *
 * Returns: bytes of each stripe, a multiple of 64 KiB; 0 when @max_avail is
 * too small for a chunk at all.
 */
guint64 tsim_chunk_stripe_len(const struct tsim_fs_options *opt, enum tsim_bg_type type,
			      guint64 max_avail)
{
	guint64 copies = tsim_chunk_copies(opt, type), limit = max_chunk(opt, type);
	guint64 stripe = MIN(max_avail, tsim_chunk_wanted(opt, type));

	if (max_avail < STRIPE_LEN * copies)
		return 0;
	if (!opt->dup_half_size)
		stripe /= copies;
	if (stripe > limit)
		stripe = MIN((limit + 16 * TSIM_MIB - 1) / (16 * TSIM_MIB) * (16 * TSIM_MIB),
			     stripe);
	if (opt->dup_half_size)
		stripe /= copies;
	stripe = MIN(stripe, TSIM_GIB);
	return stripe / STRIPE_LEN * STRIPE_LEN;
}
