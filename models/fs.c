/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fs.h"

#include "cleaner.h"
#include "file.h"
#include "paranoid.h"
#include "writer.h"

const char *const tsim_stage_names[TSIM_N_STAGES] = { "hidden", "removed", "committed",
						      "reused", "written", "corrupted" };
const char *const tsim_stall_cause_names[TSIM_N_STALL_CAUSES] = { "pinned",	  "commit",
								  "chunk_mutex",  "device_queue",
								  "false_enospc", "enospc" };

const char *const tsim_io_names[TSIM_N_IO] = { "read", "write", "flush", "discard" };
const char *const tsim_size_names[TSIM_N_SIZES] = { "4KiB", "64KiB", "1MiB", "64MiB", "1GiB",
						    "more" };

static void free_file(gpointer data)
{
	struct tsim_file *file = data;

	g_array_unref(file->extents);
	g_free(file);
}

/**
 * tsim_fs_init:
 * @opt, @device: kept by reference
 *
 * An empty file system without chunks: call tsim_space_mkfs() or add them.
 * fs->out must be set before anything runs; fs->dist may stay NULL.
 */
void tsim_fs_init(struct tsim_fs *fs, TsimEngine *engine, const struct tsim_fs_options *opt,
		  const struct tsim_device_options *device, const struct tsim_rng *rng)
{
	*fs = (struct tsim_fs){ .engine = engine, .opt = opt, .rng = *rng };
	tsim_device_init(&fs->dev, engine, device, rng);
	tsim_device_attach_ftl(&fs->dev, opt->size_bytes);
	tsim_space_init(&fs->space, fs);
	tsim_commit_init(&fs->commit, fs);
	tsim_oracle_init(&fs->oracle, fs);
	tsim_cond_init(&fs->copy_done, engine, "the relocation of tree blocks");
	fs->requests = g_ptr_array_new_with_free_func(g_free);
	fs->files = g_ptr_array_new_with_free_func(free_file);
}

void tsim_fs_clear(struct tsim_fs *fs)
{
	tsim_oracle_clear(&fs->oracle);
	tsim_commit_clear(&fs->commit);
	tsim_space_clear(&fs->space);
	tsim_device_clear(&fs->dev);
	tsim_policy_clear(&fs->policy);
	g_clear_pointer(&fs->requests, g_ptr_array_unref);
	g_clear_pointer(&fs->files, g_ptr_array_unref);
	g_clear_pointer(&fs->cleaner, g_free);
	tsim_paranoid_clear(fs);
}

void tsim_fs_mount(struct tsim_fs *fs, gboolean kthreads)
{
	tsim_chunk_allocator_start(&fs->space);
	tsim_power_switch_commit_root(&fs->oracle); /* of mkfs */
	tsim_power_super_written(&fs->oracle);
	if (!kthreads)
		return;
	tsim_extent_first_cluster(fs);
	fs->cleaner = tsim_cleaner_start(fs);
	tsim_transaction_kthread_start(fs);
}

static void count_usage(struct tsim_fs *fs)
{
	struct tsim_usage *usage = &fs->dev.usage;
	struct tsim_outcome *out = fs->out;

	tsim_usage_advance(usage, tsim_now(fs->engine));
	out->busy_ns = usage->busy_ns;
	out->depth_ns = usage->depth_ns;
	out->backlog_ns = usage->backlog_ns;
	out->backlog_byte_seconds = usage->backlog_byte_ns / TSIM_NS_PER_S;
	out->max_depth = usage->max_depth;
	out->max_backlog = usage->max_backlog;
	out->max_backlog_bytes = usage->max_backlog_bytes;
}

static void count_device(struct tsim_fs *fs)
{
	const struct tsim_device *dev = &fs->dev;
	struct tsim_outcome *out = fs->out;

	count_usage(fs);
	out->counted_ns = tsim_now(fs->engine) - dev->counted_from_ns;
	for (guint i = 0; i < TSIM_N_IO; i++) {
		out->commands[i] = dev->load[i].n;
		out->wait_ns[i] = dev->load[i].wait_ns;
		out->service_ns[i] = dev->load[i].service_ns;
	}
	if (dev->ftl) {
		const struct tsim_ftl_counters *n = tsim_ftl_counters(dev->ftl->map);

		out->host_pages = n->host_pages;
		out->moved_pages = n->moved_pages;
		out->erased_blocks = n->erased_blocks;
		out->trimmed_pages = n->trimmed_pages;
	}
}

/**
 * tsim_fs_finish:
 * Umount, as far as the results are concerned: discards in flight complete,
 * counters that run on are closed, every hit gets its fate.  After a loss of
 * power: what was in flight is gone, and the fates are those of the next mount.
 */
void tsim_fs_finish(struct tsim_fs *fs, GPtrArray *races)
{
	tsim_alloc_finish(fs);
	tsim_paranoid_finish(fs);
	if (tsim_power_failed(&fs->oracle))
		tsim_device_settle(&fs->dev);
	else
		tsim_device_drain(&fs->dev);
	tsim_space_count_pinned(&fs->space, 0);
	tsim_space_clear_full(&fs->space);
	tsim_oracle_judge(&fs->oracle, races);
	count_device(fs);
	fs->out->simulated_ns = tsim_now(fs->engine);
	fs->out->events = tsim_engine_events(fs->engine);
	fs->out->fingerprint = tsim_engine_fingerprint(fs->engine);
}
