/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much the parameters matter that are set once for all series: half and
 * twice each, at series k, 100 ms, unpinned.  The same seed throughout, so
 * that a difference is the parameter's.
 */
#include "kernel.h"

#include <math.h>
#include <string.h>

#include "error.h"

static const struct tsim_kernel_row base_row = { "k", "unpinned", 100000, 20, 0, NULL };

const char *const tsim_kernel_moved[TSIM_KERNEL_MOVED] = { "exposed/main", "realloc/exposed",
							   "T_reuse ms", "removals /s" };

static const struct tsim_kernel_lever levers[] = {
	{ .name = "balance pause", .key = "workload.balance_pause" },
	{ .name = "... its jitter: median", .key = "workload.balance_start", .argument = "median" },
	{ .name = "... its jitter: sigma", .key = "workload.balance_start", .argument = "sigma" },
	{ .name = "copy time", .key = "filesystem.relocation_square" },
	{ .name = "... its sigma", .key = "filesystem.relocation_sigma" },
	{ .name = "... its CPU bursts", .key = "filesystem.relocation_burst" },
	{ .name = "metadata of a file", .key = "workload.item_bytes" },
	{ .name = "... its neighbours", .key = "workload.neighbours" },
	{ .name = "... its cluster", .key = "filesystem.metadata_cluster" },
	{ .name = "pause of the creator", .key = "workload.file_pause" },
	{ .name = "pause of syncfs", .key = "workload.sync_pause" },
	{ .name = "commit interval", .key = "filesystem.commit_interval" },
	{ .name = "commit, to DOING", .key = "filesystem.commit_start" },
	{ .name = "commit, to UNBLOCKED", .key = "filesystem.commit_critical" },
	{ .name = "blocks of a commit", .key = "filesystem.commit_blocks" },
	{ .name = "write latency", .key = "device.write.base" },
	{ .name = "tick of discards", .key = "device.discard.tick" },
	{ .name = "RO window (cleaner)", .key = "filesystem.ro_window" },
};

/**
 * tsim_kernel_scale:
 * @text: a value, as in a configuration
 * @argument: (nullable): of a law
 *
 * Returns: (transfer full) (nullable): NULL when there is no such number.
 */
char *tsim_kernel_scale(const char *text, const char *argument, double factor)
{
	const char *at = argument ? strstr(text, argument) : text;
	char number[G_ASCII_DTOSTR_BUF_SIZE], *end;
	double value;

	if (at)
		at += strcspn(at, G_CSET_DIGITS);
	if (!at || !*at)
		return NULL;
	value = g_ascii_strtod(at, &end) * factor;
	if (*end == '%' && value > 100)
		value = 100;
	g_ascii_formatd(number, sizeof(number), "%.12g", value);
	return g_strdup_printf("%.*s%s%s", (int)(at - text), text, number, end);
}

static char *text_of(const TsimResolved *resolved, const char *key)
{
	const GPtrArray *values = tsim_resolved_values(resolved);

	for (guint i = 0; i < values->len; i++) {
		const struct tsim_resolved_value *v = g_ptr_array_index(values, i);
		gsize len = strlen(v->kind);

		if (strncmp(key, v->kind, len) == 0 && key[len] == '.' &&
		    strcmp(key + len + 1, v->key) == 0)
			return g_strdup(v->text);
	}
	return NULL;
}

static const struct tsim_kernel_quantity *find(const char *name)
{
	const struct tsim_kernel_quantity *q = tsim_kernel_quantities;

	while (strcmp(q->name, name))
		q++;
	return q;
}

static gboolean run(const struct tsim_kernel_options *options, char **sets,
		    struct tsim_estimate *out, GError **error)
{
	g_autoptr(GArray) observed = tsim_kernel_observe(&base_row, options, sets, error);

	if (!observed)
		return FALSE;
	if (observed->len < options->replications)
		return tsim_throw_run(error, "%u replications failed",
				      options->replications - observed->len);
	for (guint i = 0; i < TSIM_KERNEL_MOVED; i++)
		out[i] = tsim_kernel_estimate(find(tsim_kernel_moved[i]), observed,
					      base_row.seconds);
	return TRUE;
}

static gboolean pull(const struct tsim_kernel_lever *lever, double factor,
		     const struct tsim_kernel_options *options, struct tsim_estimate *out,
		     GError **error)
{
	g_autofree char *scaled =
		lever->text ? tsim_kernel_scale(lever->text, lever->argument, factor) : NULL;
	g_autofree char *assignment = g_strdup_printf("%s=%s", lever->key, scaled);
	char *sets[] = { assignment, NULL };

	if (!scaled)
		return tsim_throw(error, "validation/kernel/k.conf: %s: no number to scale",
				  lever->key);
	return run(options, sets, out, error);
}

static gboolean pull_all(struct tsim_kernel_sensitivity *s, GError **error)
{
	g_autoptr(TsimResolved)
		resolved = tsim_kernel_resolve(&base_row, s->options.seed, NULL, error);

	if (!resolved || !run(&s->options, NULL, s->base, error))
		return FALSE;
	for (guint i = 0; i < G_N_ELEMENTS(levers); i++) {
		struct tsim_kernel_lever *lever;

		g_array_append_val(s->levers, levers[i]);
		lever = &g_array_index(s->levers, struct tsim_kernel_lever, i);
		lever->text = text_of(resolved, lever->key);
		if (!pull(lever, 0.5, &s->options, lever->half, error) ||
		    !pull(lever, 2, &s->options, lever->twice, error))
			return FALSE;
	}
	return TRUE;
}

static void lever_clear(struct tsim_kernel_lever *lever)
{
	g_free(lever->text);
}

/** tsim_kernel_sensitivity() - pull every lever both ways; (transfer full) */
struct tsim_kernel_sensitivity *tsim_kernel_sensitivity(const struct tsim_kernel_options *options,
							GError **error)
{
	g_autoptr(TsimKernelSensitivity) s = g_new0(struct tsim_kernel_sensitivity, 1);

	s->options = *options;
	s->levers = g_array_new(FALSE, FALSE, sizeof(struct tsim_kernel_lever));
	g_array_set_clear_func(s->levers, (GDestroyNotify)lever_clear);
	return pull_all(s, error) ? g_steal_pointer(&s) : NULL;
}

void tsim_kernel_sensitivity_free(struct tsim_kernel_sensitivity *sensitivity)
{
	g_array_unref(sensitivity->levers);
	g_free(sensitivity);
}

/* ---- what it says ---- */

static int percent(const struct tsim_estimate *moved, const struct tsim_estimate *base)
{
	return base->estimate > 0 ? (int)round(100 * (moved->estimate / base->estimate - 1)) : 0;
}

/** tsim_kernel_sensitivity_text() - a line for each lever, 75 columns */
char *tsim_kernel_sensitivity_text(const struct tsim_kernel_sensitivity *s)
{
	static const char *const labels[TSIM_KERNEL_MOVED] = { "exposed", "realloc", "T_reuse",
							       "removals" };
	GString *text = g_string_new("Series k, 100 ms, unpinned: change in percent when a "
				     "parameter is halved\nand when it is doubled\n\n");

	g_string_append_printf(text, "%-25s", "");
	for (guint k = 0; k < TSIM_KERNEL_MOVED; k++)
		g_string_append_printf(text, " %11s", labels[k]);
	g_string_append_printf(text, "\n%-25s", "as it is");
	for (guint k = 0; k < TSIM_KERNEL_MOVED; k++)
		g_string_append_printf(text, " %11.3g", s->base[k].estimate);
	g_string_append_c(text, '\n');
	for (guint i = 0; i < s->levers->len; i++) {
		const struct tsim_kernel_lever *l =
			&g_array_index(s->levers, struct tsim_kernel_lever, i);

		g_string_append_printf(text, "%-25s", l->name);
		for (guint k = 0; k < TSIM_KERNEL_MOVED; k++)
			g_string_append_printf(text, " %+5d %+5d",
					       percent(&l->half[k], &s->base[k]),
					       percent(&l->twice[k], &s->base[k]));
		g_string_append_c(text, '\n');
	}
	return g_string_free(text, FALSE);
}

static void append_estimate(GString *text, const struct tsim_estimate *e)
{
	g_string_append_printf(text, "\t%.6g\t%.6g\t%.6g", e->estimate, e->low, e->high);
}

/** tsim_kernel_sensitivity_tsv() - a block for each quantity, for plots/kernel-sensitivity.gp */
char *tsim_kernel_sensitivity_tsv(const struct tsim_kernel_sensitivity *s)
{
	GString *text =
		g_string_new("# lever key value, then with low and high: half base twice\n");

	for (guint k = 0; k < TSIM_KERNEL_MOVED; k++) {
		g_string_append_printf(text, "# %s\n", tsim_kernel_moved[k]);
		for (guint i = 0; i < s->levers->len; i++) {
			const struct tsim_kernel_lever *l =
				&g_array_index(s->levers, struct tsim_kernel_lever, i);

			g_string_append_printf(text, "%s\t%s\t%s", l->name, l->key, l->text);
			append_estimate(text, &l->half[k]);
			append_estimate(text, &s->base[k]);
			append_estimate(text, &l->twice[k]);
			g_string_append_c(text, '\n');
		}
		g_string_append(text, "\n\n");
	}
	return g_string_free(text, FALSE);
}
