/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two results point by point, which may be of two versions of the program. */
#include "compare.h"

#include <math.h>
#include <string.h>
#include "error.h"
#include "units.h"

/* ---- matching ---- */

/* Equal for equal quantities, however they are written: "1s" and "1000ms". */
static char *canonical(const char *text)
{
	guint64 bytes;
	tsim_ns t;

	if (tsim_parse_time(text, &t, NULL))
		return g_strdup_printf("%" G_GINT64_FORMAT "ns", t);
	if (tsim_parse_bytes(text, &bytes, NULL))
		return g_strdup_printf("%" G_GUINT64_FORMAT "B", bytes);
	return g_strdup(text);
}

/* What a point is known by in both results. */
static char *identity(JsonObject *point)
{
	JsonObject *parameters = json_object_get_object_member(point, "parameters");
	g_autoptr(GList) names = json_object_get_members(parameters);
	GString *text = g_string_new(NULL);

	names = g_list_sort(names, (GCompareFunc)strcmp);
	for (GList *name = names; name; name = name->next) {
		g_autofree char *value = canonical(tsim_stored_text(parameters, name->data));

		g_string_append_printf(text, "%s=%s\n", (char *)name->data, value);
	}
	return g_string_free(text, FALSE);
}

static GHashTable *index_points(const TsimStored *stored)
{
	GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < tsim_stored_n_points(stored); i++)
		g_hash_table_insert(table, identity(tsim_stored_point(stored, i)),
				    tsim_stored_point(stored, i));
	return table;
}

static GStrv common_policies(JsonObject *a, JsonObject *b)
{
	g_auto(GStrv) all = tsim_stored_policies(a);
	GPtrArray *common = g_ptr_array_new();

	for (guint i = 0; all[i]; i++)
		if (tsim_stored_policy(b, all[i]))
			g_ptr_array_add(common, g_strdup(all[i]));
	g_ptr_array_add(common, NULL);
	return (GStrv)g_ptr_array_free(common, FALSE);
}

static void point_free(gpointer data)
{
	struct tsim_compared_point *point = data;

	g_free(point->label);
	g_strfreev(point->policies);
	g_array_unref(point->rows);
	g_free(point);
}

static void add_point(TsimCompared *c, JsonObject *a, JsonObject *b)
{
	struct tsim_compared_point *point = g_new0(struct tsim_compared_point, 1);

	point->a = a;
	point->b = b;
	point->label = tsim_stored_label(a);
	point->policies = common_policies(a, b);
	point->rows = g_array_new(FALSE, FALSE, sizeof(struct tsim_compared_row));
	g_ptr_array_add(c->points, point);
}

static void match(TsimCompared *c)
{
	g_autoptr(GHashTable) of_a = index_points(c->a), of_b = index_points(c->b);

	for (guint i = 0; i < tsim_stored_n_points(c->a); i++) {
		JsonObject *a = tsim_stored_point(c->a, i), *b;
		g_autofree char *id = identity(a);

		b = g_hash_table_lookup(of_b, id);
		if (b)
			add_point(c, a, b);
		else
			g_ptr_array_add(c->only_a, tsim_stored_label(a));
	}
	for (guint i = 0; i < tsim_stored_n_points(c->b); i++) {
		JsonObject *b = tsim_stored_point(c->b, i);
		g_autofree char *id = identity(b);

		if (!g_hash_table_contains(of_a, id))
			g_ptr_array_add(c->only_b, tsim_stored_label(b));
	}
}

static char *first_label(const TsimStored *stored)
{
	char *label = tsim_stored_label(tsim_stored_point(stored, 0));

	return label ? label : g_strdup("no variables");
}

static gboolean check_common(const TsimCompared *c, GError **error)
{
	g_autofree char *a = first_label(c->a), *b = first_label(c->b), *of_a = NULL, *of_b = NULL;
	const struct tsim_compared_point *point;
	g_auto(GStrv) all_a = NULL, all_b = NULL;

	if (!c->points->len)
		return tsim_throw(error,
				  "%s and %s have no point in common: the first one is of %s here "
				  "(%s) and of %s there (%s)",
				  c->a->dir, c->b->dir, tsim_stored_text(c->a->head, "experiment"),
				  a, tsim_stored_text(c->b->head, "experiment"), b);
	point = g_ptr_array_index(c->points, 0);
	all_a = tsim_stored_policies(point->a);
	all_b = tsim_stored_policies(point->b);
	of_a = g_strjoinv(", ", all_a);
	of_b = g_strjoinv(", ", all_b);
	return *point->policies ||
	       tsim_throw(error, "%s and %s have no policy in common: %s here, %s there", c->a->dir,
			  c->b->dir, of_a, of_b);
}

/* ---- one number ---- */

/* As it was estimated there, but with this comparison's confidence. */
static struct tsim_estimate share_estimate(JsonObject *policy, double confidence, guint64 *k,
					   guint64 *n)
{
	const char *method = tsim_stored_text(policy, "corruption_probability.method");

	*k = tsim_stored_count(policy, "corrupted");
	*n = tsim_stored_count(policy, "replications");
	if (strcmp(method, "inverse sampling") != 0)
		return tsim_proportion(*k, *n, confidence);
	return tsim_inverse_sampling(*k, *n, confidence);
}

static struct tsim_comparison compare_corrupted(struct tsim_compared_row *row, JsonObject *a,
						JsonObject *b, double confidence)
{
	guint64 ka, na, kb, nb;

	row->a = share_estimate(a, confidence, &ka, &na);
	row->b = share_estimate(b, confidence, &kb, &nb);
	return tsim_compare_shares(ka, na, &row->a, kb, nb, &row->b);
}

static struct tsim_comparison compare_mean(struct tsim_compared_row *row, JsonObject *a,
					   JsonObject *b, double confidence)
{
	struct tsim_moments ma = tsim_stored_moments(a, tsim_metric_names[row->metric]);
	struct tsim_moments mb = tsim_stored_moments(b, tsim_metric_names[row->metric]);

	row->a = tsim_mean(&ma, confidence);
	row->b = tsim_mean(&mb, confidence);
	return tsim_compare_means(&ma, &mb, confidence);
}

/* ---- replication by replication ---- */

/* The place of a policy in the blocks of its result. */
static guint place_of(JsonObject *point, const char *policy)
{
	g_auto(GStrv) all = tsim_stored_policies(point);
	guint i = 0;

	while (all[i] && strcmp(all[i], policy) != 0)
		i++;
	return i;
}

static struct tsim_comparison compare_pairs(const struct tsim_compared_point *point,
					    const struct tsim_compared_row *row, const GPtrArray *a,
					    const GPtrArray *b, double confidence)
{
	guint of_a = place_of(point->a, row->policy) * TSIM_N_METRICS + row->metric;
	guint of_b = place_of(point->b, row->policy) * TSIM_N_METRICS + row->metric;
	struct tsim_block_sums s = { 0 };

	for (guint i = 0; i < a->len; i++) {
		const struct tsim_block_totals *x = g_ptr_array_index(a, i);
		const struct tsim_block_totals *y = g_ptr_array_index(b, i);

		tsim_block_sums_add(&s, y->total[of_b] - x->total[of_a], x->end - x->first);
	}
	return tsim_compare_blocks(&s, confidence);
}

static gboolean same_blocks(const GPtrArray *a, const GPtrArray *b)
{
	if (a->len != b->len)
		return FALSE;
	for (guint i = 0; i < a->len; i++) {
		const struct tsim_block_totals *x = g_ptr_array_index(a, i);
		const struct tsim_block_totals *y = g_ptr_array_index(b, i);

		if (x->first != y->first || x->end != y->end)
			return FALSE;
	}
	return TRUE;
}

/* Why the replications of the two are no pairs, as far as result.json tells, or NULL. */
static const char *no_pairs(const TsimCompared *c, const struct tsim_compared_point *point)
{
	JsonObject *a, *b;

	if (!*point->policies)
		return "no policy is in both";
	a = tsim_stored_policy(point->a, *point->policies);
	b = tsim_stored_policy(point->b, *point->policies);
	if (tsim_stored_count(c->a->head, "seed") != tsim_stored_count(c->b->head, "seed"))
		return "the seeds differ";
	if (tsim_stored_count(a, "replications") != tsim_stored_count(b, "replications"))
		return "the numbers of replications differ";
	if (tsim_stored_n_failures(point->a) || tsim_stored_n_failures(point->b))
		return "some replications failed";
	return NULL;
}

/* ---- all ---- */

static void compare_point(TsimCompared *c, struct tsim_compared_point *point, const GPtrArray *a,
			  const GPtrArray *b)
{
	point->unpaired = no_pairs(c, point);
	if (!point->unpaired && (!a || !b || !same_blocks(a, b)))
		point->unpaired = "their results.sqlite cannot be read";
	c->n_paired += !point->unpaired;
	for (guint i = 0; point->policies[i]; i++) {
		JsonObject *of_a = tsim_stored_policy(point->a, point->policies[i]);
		JsonObject *of_b = tsim_stored_policy(point->b, point->policies[i]);

		for (guint m = 0; m < TSIM_N_METRICS; m++) {
			struct tsim_compared_row row = { .policy = point->policies[i],
							 .metric = m };

			row.c = m == TSIM_METRIC_CORRUPTED ?
					compare_corrupted(&row, of_a, of_b, c->confidence) :
					compare_mean(&row, of_a, of_b, c->confidence);
			if (!point->unpaired)
				row.c = compare_pairs(point, &row, a, b, c->confidence);
			g_array_append_val(point->rows, row);
		}
	}
}

/* The blocks of each matched point, NULL where there are none to be had. */
static GPtrArray *load_blocks(const TsimCompared *c, const TsimStored *stored)
{
	g_autoptr(TsimStore) store = tsim_store_open(stored->dir, FALSE, NULL);
	GPtrArray *all = g_ptr_array_new();

	for (guint i = 0; i < c->points->len; i++) {
		const struct tsim_compared_point *point = g_ptr_array_index(c->points, i);
		JsonObject *of = stored == c->a ? point->a : point->b;
		gboolean of_use = store && !no_pairs(c, point);

		g_ptr_array_add(
			all, of_use ? tsim_stored_blocks(store, of,
							 tsim_stored_count(stored->head, "seed")) :
				      NULL);
	}
	return all;
}

static void blocks_free(GPtrArray *all)
{
	for (guint i = 0; i < all->len; i++)
		if (g_ptr_array_index(all, i))
			g_ptr_array_unref(g_ptr_array_index(all, i));
	g_ptr_array_unref(all);
}

static void compare_all(TsimCompared *c)
{
	GPtrArray *a = load_blocks(c, c->a), *b = load_blocks(c, c->b);

	for (guint i = 0; i < c->points->len; i++)
		compare_point(c, g_ptr_array_index(c->points, i), g_ptr_array_index(a, i),
			      g_ptr_array_index(b, i));
	blocks_free(a);
	blocks_free(b);
}

/* All tests are one family: any of them may be what is quoted. */
static void correct(TsimCompared *c)
{
	g_autoptr(GArray) p = g_array_new(FALSE, FALSE, sizeof(double));
	guint at = 0;

	for (guint i = 0; i < c->points->len; i++) {
		struct tsim_compared_point *point = g_ptr_array_index(c->points, i);

		for (guint k = 0; k < point->rows->len; k++)
			g_array_append_val(
				p, g_array_index(point->rows, struct tsim_compared_row, k).c.p);
	}
	for (guint i = 0; i < p->len; i++)
		c->n_tests += !isnan(g_array_index(p, double, i));
	tsim_holm((double *)(gpointer)p->data, p->len);
	for (guint i = 0; i < c->points->len; i++) {
		struct tsim_compared_point *point = g_ptr_array_index(c->points, i);

		for (guint k = 0; k < point->rows->len; k++) {
			struct tsim_compared_row *row =
				&g_array_index(point->rows, struct tsim_compared_row, k);

			row->adjusted = g_array_index(p, double, at++);
			c->n_significant += tsim_compared_significant(c, row);
		}
	}
}

gboolean tsim_compared_significant(const TsimCompared *compared,
				   const struct tsim_compared_row *row)
{
	return row->adjusted <= 1 - compared->confidence;
}

/**
 * tsim_compare() - what differs between two results of an experiment
 * @dir_a: a finished result
 * @dir_b: another one, of another version, another configuration, another seed
 *
 * Points are matched by the values of their variables, policies by name.
 * Where both have the same seed and replications these are compared one by
 * one, which takes the noise out that both have; what is stored are blocks of
 * replications, so it is block by block.  Elsewhere they count as independent.
 *
 * Return: (transfer full) (nullable): NULL when there is nothing to compare.
 */
TsimCompared *tsim_compare(const char *dir_a, const char *dir_b, GError **error)
{
	g_autoptr(TsimCompared) c = g_new0(TsimCompared, 1);

	c->points = g_ptr_array_new_with_free_func(point_free);
	c->only_a = g_ptr_array_new_with_free_func(g_free);
	c->only_b = g_ptr_array_new_with_free_func(g_free);
	c->a = tsim_stored_load(dir_a, error);
	c->b = c->a ? tsim_stored_load(dir_b, error) : NULL;
	if (!c->b)
		return NULL;
	c->confidence = tsim_stored_confidence(c->a);
	match(c);
	if (!check_common(c, error))
		return NULL;
	compare_all(c);
	correct(c);
	return g_steal_pointer(&c);
}

void tsim_compared_free(TsimCompared *compared)
{
	g_ptr_array_unref(compared->points);
	g_ptr_array_unref(compared->only_a);
	g_ptr_array_unref(compared->only_b);
	g_clear_pointer(&compared->a, tsim_stored_free);
	g_clear_pointer(&compared->b, tsim_stored_free);
	g_free(compared);
}
