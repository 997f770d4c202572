/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run stored blocks again, and compare every bit. */
#include "verify.h"

#include <string.h>
#include "error.h"
#include "runner.h"

struct stored {
	guint64 point;
	guint32 first, end;
};

struct verify {
	struct tsim_campaign *c;
	struct tsim_verified *said;
	struct tsim_progress progress;
	GArray *blocks; /* (element-type struct stored) all there are */
	guint64 sample, given;
	guint64 point; /* being listed */
	guint64 left; /* replications */
};

static const TsimSetup *get_setup(gpointer data, guint64 point, GError **error)
{
	return tsim_plan_setup(((struct verify *)data)->c->plan, point, error);
}

static char *label(gpointer data, guint64 point)
{
	return tsim_plan_label(((struct verify *)data)->c->plan, point);
}

/* What failed once, for a reason outside of it perhaps, is not what comes out again. */
static gboolean add_block(guint32 first, guint32 end, guint failed, const GByteArray *sums,
			  gpointer data, GError **error)
{
	struct verify *v = data;
	struct stored block = { v->point, first, end };

	if (!failed)
		g_array_append_val(v->blocks, block);
	return TRUE;
}

static gboolean list_blocks(struct verify *v, GError **error)
{
	const struct tsim_campaign *c = v->c;

	for (v->point = 0; v->point < tsim_plan_n_points(c->plan); v->point++)
		if (c->ids[v->point] &&
		    !tsim_store_each(c->store, c->ids[v->point], tsim_plan_point(c->plan, v->point),
				     add_block, v, error))
			return FALSE;
	return TRUE;
}

/* The i-th of the sample, which is spread evenly. */
static const struct stored *chosen(const struct verify *v, guint64 i)
{
	guint64 place = (i + 0.5) * v->blocks->len / v->sample;

	return &g_array_index(v->blocks, struct stored, place);
}

static void choose(struct verify *v, guint64 sample)
{
	v->said->blocks = v->blocks->len;
	v->sample = sample ? MIN(sample, v->blocks->len) : v->blocks->len;
	for (guint64 i = 0; i < v->sample; i++)
		v->left += chosen(v, i)->end - chosen(v, i)->first;
}

static struct tsim_block *next(gpointer data)
{
	struct verify *v = data;
	const struct stored *block;

	if (v->given == v->sample)
		return NULL;
	block = chosen(v, v->given++);
	return tsim_block_new(block->point, block->first, block->end);
}

static void note_difference(struct verify *v, const struct tsim_block *block)
{
	g_autofree char *name = tsim_plan_label(v->c->plan, block->point);

	g_ptr_array_add(v->said->different,
			g_strdup_printf("replications %u to %u%s%s are not what is stored",
					block->first, block->end - 1, name ? " of " : "",
					name ? name : ""));
}

static gboolean done(gpointer data, struct tsim_block *block, GError **error)
{
	struct verify *v = data;
	g_autoptr(TsimBlock) owned = block;
	g_autoptr(GByteArray) stored = tsim_store_get(v->c->store, v->c->ids[block->point],
						      tsim_plan_point(v->c->plan, block->point),
						      block->first, block->end, error);

	if (!stored)
		return FALSE;
	if (stored->len != block->sums->len ||
	    memcmp(stored->data, block->sums->data, stored->len) != 0)
		note_difference(v, block);
	v->said->checked++;
	v->said->replications += block->end - block->first;
	v->left -= block->end - block->first;
	return TRUE;
}

static gboolean tick(gpointer data)
{
	struct verify *v = data;
	struct tsim_totals totals = { .replications = v->said->replications, .left = v->left };

	if (tsim_progress_due(&v->progress))
		tsim_progress_draw(&v->progress, &totals);
	return TRUE;
}

/**
 * tsim_verify() - run stored blocks again and compare
 * @c: campaign
 * @options: which, and how
 * @verified: (out): @different is to be freed in any case
 *
 * A difference is no error but a result.
 */
gboolean tsim_verify(struct tsim_campaign *c, const struct tsim_verify_options *options,
		     struct tsim_verified *verified, GError **error)
{
	struct verify v = { .c = c, .said = verified };
	struct tsim_work work = { .source = { get_setup, &v },
				  .next = next,
				  .done = done,
				  .tick = tick,
				  .label = label,
				  .data = &v,
				  .progress = &v.progress };

	gboolean ok;

	*verified = (struct tsim_verified){ .different = g_ptr_array_new_with_free_func(g_free) };
	v.blocks = g_array_new(FALSE, FALSE, sizeof(struct stored));
	ok = list_blocks(&v, error);
	if (ok) {
		choose(&v, options->sample);
		tsim_progress_start(&v.progress, options->progress, 0);
		ok = tsim_runner_work(&work, options->jobs, error);
	}
	g_array_unref(v.blocks);
	return ok;
}
