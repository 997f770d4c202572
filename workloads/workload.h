/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fs.h"
#include "option.h"

struct tsim_workload;

/*
 * A workload: which operations a file system's users perform, and when.  One
 * static const table each, listed in workloads.c.
 */
struct tsim_workload_ops {
	const char *name;
	const char *summary;
	/* Required.  Keys of [workload NAME] and the struct that they fill. */
	const struct tsim_option *options;
	gsize config_size;
	/* Optional.  Bytes of zeroed state for each replication. */
	gsize state_size;
	/* Optional.  Check what no single option can, load what all replications share; once. */
	gboolean (*prepare)(void *config, GError **error);
	/* Optional.  Free what prepare() loaded. */
	void (*release)(void *config);
	/*
	 * Optional.  What the workload needs of the options around it, once before all
	 * replications.
	 */
	void (*adjust)(const void *config, struct tsim_fs_options *fs,
		       struct tsim_device_options *device);
	/* Optional.  Are commits and removals the workload's? Then neither kthread runs. */
	gboolean (*scripted)(const void *config);
	/* Optional.  Is a recording followed?  @start_ns: its first event, on its own clock. */
	gboolean (*follows)(const void *config, tsim_ns *start_ns);
	/* Optional.  No file system at all: commands go to the device itself. */
	gboolean bare;
	/* Optional.  Chunks before the first actor runs; tsim_space_mkfs() when NULL. */
	void (*mkfs)(struct tsim_workload *w);
	/* Required.  Spawn the actors; the file system is mounted. */
	void (*start)(struct tsim_workload *w);
	/* Optional.  When the run ends, ns; TSIM_NS_NEVER: when its actors have ended. */
	tsim_ns (*horizon)(const void *config);
	/* Optional.  Free what the state owns. */
	void (*clear)(struct tsim_workload *w);
};

struct tsim_workload {
	const struct tsim_workload_ops *ops;
	const void *config;
	void *state;
	struct tsim_fs *fs;
};

extern const struct tsim_workload_ops *const tsim_workloads[]; /* NULL-terminated */
const struct tsim_workload_ops *tsim_workload_find(const char *name);
void tsim_workload_init(struct tsim_workload *w, const struct tsim_workload_ops *ops,
			const void *config, struct tsim_fs *fs);
void tsim_workload_clear(struct tsim_workload *w);
gboolean tsim_workload_scripted(const struct tsim_workload *w);

/* loops.c: loops that several workloads run. */
struct tsim_trim_loop {
	struct tsim_fs *fs;
	tsim_ns pause_ns;
	guint64 minlen;
	tsim_ns until_ns; /* no pass begins then or later */
};
struct tsim_falloc_loop {
	struct tsim_fs *fs;
	struct tsim_file *file;
	guint64 bytes;
	double written; /* share of the file that is written, in pieces of 1 MiB */
	const TsimLaw *piece; /* what copying 1 MiB takes, the same in a round; NULL: nothing */
	tsim_ns hold_ns, gap_ns;
	tsim_ns delay_ns; /* before the first round */
	tsim_ns until_ns; /* no round begins then or later */
	guint64 fsync_bytes; /* log tree blocks of an fsync after the writes; 0: none */
	gboolean sync; /* syncfs after the truncate */
	const struct tsim_enospc_rule *rule;
	guint32 entity, n_writes, n_rounds;
};
void tsim_trim_loop_start(const struct tsim_trim_loop *loop);
void tsim_write_share(struct tsim_file *file, double share, tsim_ns piece_ns, guint32 entity,
		      guint32 *index);
void tsim_falloc_loop_start(struct tsim_falloc_loop *loop);

/* grow.c: tree blocks that come and go with files. */
struct tsim_tree_growth {
	struct tsim_fs *fs;
	GArray *extents; /* (element-type struct tsim_extent) of the call under way */
};
struct tsim_directory {
	GArray *leaves; /* (element-type struct tsim_extent) */
	guint32 entity, n_touched; /* address of the next draw */
	guint64 transid;
	guint n_copied; /* in that transaction; nothing is left to do when all are */
};
void tsim_directory_init(struct tsim_directory *dir, guint32 entity);
void tsim_directory_clear(struct tsim_directory *dir);
void tsim_directory_change(struct tsim_directory *dir, struct tsim_fs *fs, guint64 names,
			   guint64 total);
void tsim_tree_growth_init(struct tsim_tree_growth *growth, struct tsim_fs *fs);
void tsim_tree_growth_clear(struct tsim_tree_growth *growth);
gboolean tsim_tree_grow(struct tsim_tree_growth *growth, guint64 bytes, guint cow_blocks,
			const struct tsim_enospc_rule *rule);
void tsim_tree_shrink(struct tsim_fs *fs, struct tsim_extent *at, guint64 bytes);
