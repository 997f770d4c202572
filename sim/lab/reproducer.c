/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kept hit and the configuration it came from, as what a real kernel would have to do. */
#include "reproducer.h"

#include <math.h>
#include <string.h>
#include "error.h"
#include "setup.h"
#include "sweep.h"
#include "units.h"

/* A file of generic/038: its data is inline, three of them fill a leaf. */
#define FILES_PER_LEAF 3
#define NODESIZE 16384.0
/* With -o ssd tree blocks are taken from clusters of 2 MiB. */
#define SSD_CLUSTER (2 * TSIM_MIB)

/* ---- values ---- */

static const char *text_of(const TsimResolved *resolved, const char *kind, const char *key)
{
	const GPtrArray *values = tsim_resolved_values(resolved);

	for (guint i = 0; i < values->len; i++) {
		const struct tsim_resolved_value *value = g_ptr_array_index(values, i);

		if (strcmp(value->kind, kind) == 0 && strcmp(value->key, key) == 0)
			return value->text;
	}
	return "";
}

/* All values were parsed before, when the experiment was resolved. */
static tsim_ns time_of(const TsimResolved *resolved, const char *kind, const char *key)
{
	tsim_ns t = 0;

	tsim_parse_time(text_of(resolved, kind, key), &t, NULL);
	return t;
}

static guint64 bytes_of(const TsimResolved *resolved, const char *kind, const char *key)
{
	guint64 bytes = 0;

	tsim_parse_bytes(text_of(resolved, kind, key), &bytes, NULL);
	return bytes;
}

static guint64 count_of(const TsimResolved *resolved, const char *key)
{
	guint64 n = 0;

	tsim_parse_count(text_of(resolved, "workload", key), &n, NULL);
	return n;
}

static double share_of(const TsimResolved *resolved, const char *key)
{
	double share = 0;

	tsim_parse_share(text_of(resolved, "workload", key), &share, NULL);
	return share;
}

static gboolean truth_of(const TsimResolved *resolved, const char *key)
{
	const char *text = text_of(resolved, "workload", key);

	return strcmp(text, "true") == 0 || strcmp(text, "yes") == 0;
}

/* The median: a loop in a shell pauses for the same time always. */
static tsim_ns median_of(const TsimResolved *resolved, const char *key)
{
	g_autoptr(TsimLaw) law = tsim_law_parse(text_of(resolved, "workload", key), NULL);

	return law ? tsim_law_quantile_ns(law, 0.5) : 0;
}

/* ---- workloads ---- */

static void set_trim(struct tsim_repro *r, const TsimResolved *c)
{
	r->trim.n = count_of(c, "trimmers");
	r->trim.pause_ns = time_of(c, "workload", "trim_pause");
	r->minlen = bytes_of(c, "workload", "minlen");
}

static void set_balance(struct tsim_repro *r, const TsimResolved *c)
{
	const char *what = text_of(c, "workload", "balance");

	r->balance.n = strcmp(what, "none") != 0;
	r->balance_type = strcmp(what, "data") == 0 ? "d" : "m";
	r->balance_percent = CLAMP(lround(100 * share_of(c, "balance_usage")), 0, 100);
	r->balance_groups = count_of(c, "balance_groups");
	r->balance.pause_ns = median_of(c, "balance_pause");
}

static void set_pause(struct tsim_repro_loop *loop, const TsimResolved *c, const char *key)
{
	loop->pause_ns = time_of(c, "workload", key);
	loop->n = loop->pause_ns > 0;
}

static void set_churn(struct tsim_repro *r, const TsimResolved *c)
{
	double rate = 0;

	set_trim(r, c);
	set_balance(r, c);
	set_pause(&r->sync, c, "sync_pause");
	set_pause(&r->fsync, c, "fsync_pause");
	r->falloc.bytes = bytes_of(c, "workload", "data_bytes");
	r->falloc.n = r->falloc.bytes > 0;
	r->falloc.written = share_of(c, "data_written");
	r->falloc.sync = truth_of(c, "data_sync");
	r->falloc.hold_ns = time_of(c, "workload", "data_hold");
	r->falloc.gap_ns = time_of(c, "workload", "data_gap");
	tsim_parse_rate(text_of(c, "workload", "metadata_rate"), &rate, NULL);
	r->files.count =
		ceil(bytes_of(c, "workload", "metadata_bytes") / NODESIZE * FILES_PER_LEAF);
	r->files.n = r->files.count > 0;
	r->files.per_s = rate / NODESIZE * FILES_PER_LEAF;
}

static void set_generic_038(struct tsim_repro *r, const TsimResolved *c)
{
	set_trim(r, c);
	r->falloc.n = count_of(c, "fallocators");
	r->falloc.bytes = bytes_of(c, "workload", "falloc_bytes");
	r->falloc.hold_ns = time_of(c, "workload", "hold");
	r->falloc.gap_ns = time_of(c, "workload", "gap");
	r->files.n = count_of(c, "creators");
	r->files.count = count_of(c, "files");
	r->files.keep = TRUE;
	tsim_parse_frequency(text_of(c, "workload", "create_rate"), &r->files.per_s, NULL);
}

static void set_kernel_churn(struct tsim_repro *r, const TsimResolved *c)
{
	tsim_ns pause = time_of(c, "workload", "file_pause");

	set_trim(r, c);
	set_balance(r, c);
	r->balance.pause_ns = time_of(c, "workload", "balance_pause");
	set_pause(&r->sync, c, "sync_pause");
	r->falloc.bytes = bytes_of(c, "workload", "falloc_bytes");
	r->falloc.n = r->falloc.bytes > 0;
	r->falloc.written = 1 / 32.0;
	r->falloc.sync = TRUE;
	r->falloc.hold_ns = r->falloc.gap_ns = time_of(c, "workload", "hold");
	r->files.count = count_of(c, "files");
	r->files.n = r->files.count > 0;
	/* A pause after each ten files. */
	r->files.per_s = 10 * (double)TSIM_NS_PER_S / MAX(pause, 1);
	r->files.keep = truth_of(c, "keep_files");
}

static const struct {
	const char *kind;
	void (*set)(struct tsim_repro *r, const TsimResolved *c);
} kinds[] = {
	{ "churn", set_churn },
	{ "generic-038", set_generic_038 },
	{ "kernel-churn", set_kernel_churn },
};

static gboolean set_workload(struct tsim_repro *r, const TsimResolved *c, GError **error)
{
	r->workload = tsim_resolved_workload_kind(c);
	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (strcmp(r->workload, kinds[i].kind) == 0) {
			kinds[i].set(r, c);
			r->duration_ns = time_of(c, "workload", "duration");
			return TRUE;
		}
	}
	return tsim_throw(error,
			  "--reproducer: workload %s is nothing that a real kernel can be given, "
			  "only churn, generic-038 and kernel-churn are",
			  r->workload);
}

/* ---- the hit ---- */

static gboolean set_hit(struct tsim_repro *r, GError **error)
{
	const struct tsim_race *race = &r->hit->kept->race;
	const struct tsim_race_step *submit = tsim_race_last_step(race, "submit");
	const struct tsim_race_step *effect = tsim_race_last_step(race, "effect");

	if (tsim_race_last_step(race, "power_loss"))
		return tsim_throw(error, "--reproducer: a script cannot cut the power: take a hit "
					 "of a run without device.power_loss");
	if (!submit || !effect || effect->t_ns < submit->t_ns)
		return tsim_throw(error, "--reproducer: the hit tells no submission and effect of "
					 "its discard");
	r->delay_ns = effect->t_ns - submit->t_ns;
	return TRUE;
}

/* ---- all ---- */

/* "D = 1ms, T = 5s", as a race file has it; NULL without variables */
static char *label_of(const TsimSweep *sweep, guint64 point)
{
	GString *label = g_string_new(NULL);

	for (guint v = 0; v < tsim_sweep_n_variables(sweep); v++)
		g_string_append_printf(label, "%s%s = %s", v ? ", " : "",
				       tsim_sweep_variable(sweep, v),
				       tsim_sweep_value(sweep, point, v));
	return g_string_free(label, !label->len);
}

/**
 * tsim_repro_config() - what the run was that a hit is of
 * @dir: result
 * @hit: a race of it
 *
 * Return: (transfer full) (nullable)
 */
TsimResolved *tsim_repro_config(const char *dir, const struct tsim_race_file *hit, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "manifest.conf", NULL);
	g_autoptr(TsimConfig) config = tsim_config_load(path, error);
	g_autoptr(TsimSweep) sweep =
		config ? tsim_sweep_new_forced(config, NULL, tsim_setup_schema(), error) : NULL;

	if (!sweep)
		return NULL;
	for (guint64 i = 0; i < tsim_sweep_n_points(sweep); i++) {
		g_autofree char *label = label_of(sweep, i);

		if (g_strcmp0(label, hit->point) == 0)
			return tsim_sweep_resolve(sweep, i, error);
	}
	tsim_throw(error, "%s: has no point %s, of which the hit is", path,
		   hit->point ? hit->point : "without variables");
	return NULL;
}

/**
 * tsim_repro_init() - translate
 * @r: (out): owns nothing, strings are of @hit and @resolved
 * @hit: race
 * @number: of the hit, for the script's first lines
 * @resolved: of tsim_repro_config()
 *
 * Fails for a workload that is a script of the model.
 */
gboolean tsim_repro_init(struct tsim_repro *r, const struct tsim_race_file *hit, guint number,
			 const TsimResolved *resolved, GError **error)
{
	*r = (struct tsim_repro){ .hit = hit, .number = number };
	if (!set_workload(r, resolved, error) || !set_hit(r, error))
		return FALSE;
	r->size = bytes_of(resolved, "filesystem", "size");
	r->dup = strcmp(text_of(resolved, "filesystem", "metadata_profile"), "dup") == 0;
	r->ssd = bytes_of(resolved, "filesystem", "metadata_cluster") >= SSD_CLUSTER;
	r->commit_ns = time_of(resolved, "filesystem", "commit_interval");
	r->discard_max = bytes_of(resolved, "device", "discard.max_bytes");
	return TRUE;
}
