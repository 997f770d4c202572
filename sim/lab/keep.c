/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keep.h"

#include "wire.h"

/** tsim_keep_rank() - 0 for what is best kept: persistent, then latent, undone, healed */
guint tsim_keep_rank(const char *fate)
{
	static const char *const order[] = { "persistent", "latent", "undone", "healed" };
	guint i;

	for (i = 0; i < G_N_ELEMENTS(order); i++)
		if (g_strcmp0(fate, order[i]) == 0)
			break;
	return i;
}

static int kept_compare(const struct tsim_kept *a, const struct tsim_kept *b)
{
	guint ra = tsim_keep_rank(a->race.fate), rb = tsim_keep_rank(b->race.fate);

	if (ra != rb)
		return ra < rb ? -1 : 1;
	if (a->replication != b->replication)
		return a->replication < b->replication ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

void tsim_kept_free(struct tsim_kept *kept)
{
	g_array_unref(kept->race.steps);
	g_free(kept);
}

/**
 * tsim_keep_new() - a list of the races worth keeping
 *
 * At most TSIM_KEEP_MAX; persistent before latent, undone and healed, then the
 * earlier replication, so that the choice does not depend on who ran what.
 *
 * Return: (transfer full) (element-type struct tsim_kept).
 */
GPtrArray *tsim_keep_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)tsim_kept_free);
}

/* Insert @kept (owned) where it belongs, drop the worst one above the limit. */
static void keep_insert(GPtrArray *list, struct tsim_kept *kept)
{
	guint i;

	for (i = list->len; i > 0; i--)
		if (kept_compare(g_ptr_array_index(list, i - 1), kept) <= 0)
			break;
	g_ptr_array_insert(list, i, kept);
	if (list->len > TSIM_KEEP_MAX)
		g_ptr_array_set_size(list, TSIM_KEEP_MAX);
}

static gboolean keep_wants(const GPtrArray *list, const struct tsim_kept *kept)
{
	return list->len < TSIM_KEEP_MAX ||
	       kept_compare(kept, g_ptr_array_index(list, list->len - 1)) < 0;
}

static struct tsim_kept *kept_copy(const struct tsim_kept *from)
{
	struct tsim_kept *kept = g_new(struct tsim_kept, 1);

	*kept = *from;
	kept->race.steps = g_array_copy(from->race.steps);
	return kept;
}

/**
 * tsim_keep_offer() - keep a copy of @race if it is among the best
 * @kept: list from tsim_keep_new()
 * @replication: replication that it happened in
 * @index: its place among the races of that replication
 * @race: not kept by reference, but for its static texts
 */
void tsim_keep_offer(GPtrArray *kept, guint32 replication, guint32 index,
		     const struct tsim_race *race)
{
	struct tsim_kept offered = { replication, index, *race };

	if (keep_wants(kept, &offered))
		keep_insert(kept, kept_copy(&offered));
}

static void encode_step(const struct tsim_race_step *step, GByteArray *out)
{
	guint32 column = step->column;

	tsim_wire_put(out, &step->t_ns, sizeof(step->t_ns));
	tsim_wire_put(out, &column, sizeof(column));
	tsim_wire_put_text(out, step->what);
	tsim_wire_put(out, &step->start, sizeof(step->start));
	tsim_wire_put(out, &step->end, sizeof(step->end));
	tsim_wire_put(out, &step->logical, sizeof(step->logical));
	tsim_wire_put(out, &step->number, sizeof(step->number));
}

static gboolean decode_step(struct tsim_race_step *step, const guint8 **p, const guint8 *end)
{
	guint32 column;

	if (!tsim_wire_get(p, end, &step->t_ns, sizeof(step->t_ns)) ||
	    !tsim_wire_get(p, end, &column, sizeof(column)))
		return FALSE;
	step->column = column;
	step->what = tsim_wire_get_text(p, end);
	return step->what && tsim_wire_get(p, end, &step->start, sizeof(step->start)) &&
	       tsim_wire_get(p, end, &step->end, sizeof(step->end)) &&
	       tsim_wire_get(p, end, &step->logical, sizeof(step->logical)) &&
	       tsim_wire_get(p, end, &step->number, sizeof(step->number));
}

/** tsim_kept_encode() - append one race to @out */
void tsim_kept_encode(const struct tsim_kept *kept, GByteArray *out)
{
	const struct tsim_race *race = &kept->race;
	guint32 head[] = { kept->replication, kept->index,	 race->copies,
			   race->copies_lost, race->more_writes, race->forgotten_writes,
			   race->steps->len };

	tsim_wire_put(out, head, sizeof(head));
	tsim_wire_put(out, &race->lost_logical, sizeof(race->lost_logical));
	tsim_wire_put(out, &race->lost_bytes, sizeof(race->lost_bytes));
	tsim_wire_put_text(out, race->kind);
	tsim_wire_put_text(out, race->fate);
	for (guint i = 0; i < race->steps->len; i++)
		encode_step(&g_array_index(race->steps, struct tsim_race_step, i), out);
}

static gboolean decode_kept(struct tsim_kept *kept, const guint8 **p, const guint8 *end)
{
	struct tsim_race *race = &kept->race;
	struct tsim_race_step step = { 0 };
	guint32 head[7];

	if (!tsim_wire_get(p, end, head, sizeof(head)) ||
	    !tsim_wire_get(p, end, &race->lost_logical, sizeof(race->lost_logical)) ||
	    !tsim_wire_get(p, end, &race->lost_bytes, sizeof(race->lost_bytes)))
		return FALSE;
	kept->replication = head[0];
	kept->index = head[1];
	race->copies = head[2];
	race->copies_lost = head[3];
	race->more_writes = head[4];
	race->forgotten_writes = head[5];
	race->kind = tsim_wire_get_text(p, end);
	race->fate = tsim_wire_get_text(p, end);
	if (!race->kind || !race->fate)
		return FALSE;
	for (guint32 i = 0; i < head[6]; i++) {
		if (!decode_step(&step, p, end))
			return FALSE;
		g_array_append_val(race->steps, step);
	}
	return TRUE;
}

/** tsim_keep_encode() - append @kept to @out for tsim_keep_decode_merge() of the same program */
void tsim_keep_encode(const GPtrArray *kept, GByteArray *out)
{
	guint32 n = kept->len;

	tsim_wire_put(out, &n, sizeof(n));
	for (guint i = 0; i < n; i++)
		tsim_kept_encode(g_ptr_array_index(kept, i), out);
}

/**
 * tsim_kept_decode() - read one race from @p, which advances
 *
 * Return: (transfer full) (nullable): NULL when the bytes end early.
 */
struct tsim_kept *tsim_kept_decode(const guint8 **p, const guint8 *end)
{
	struct tsim_kept *kept = g_new0(struct tsim_kept, 1);

	kept->race.steps = g_array_new(FALSE, FALSE, sizeof(struct tsim_race_step));
	if (decode_kept(kept, p, end))
		return kept;
	tsim_kept_free(kept);
	return NULL;
}

/** tsim_keep_take() - offer @kept, (transfer full), to @list */
void tsim_keep_take(GPtrArray *list, struct tsim_kept *kept)
{
	if (keep_wants(list, kept))
		keep_insert(list, kept);
	else
		tsim_kept_free(kept);
}

/**
 * tsim_keep_decode_merge() - read races from @p, which advances, and offer them to @kept
 *
 * Return: FALSE when the bytes end early.
 */
gboolean tsim_keep_decode_merge(GPtrArray *kept, const guint8 **p, const guint8 *end)
{
	guint32 n;

	if (!tsim_wire_get(p, end, &n, sizeof(n)))
		return FALSE;
	for (guint32 i = 0; i < n; i++) {
		struct tsim_kept *one = tsim_kept_decode(p, end);

		if (!one)
			return FALSE;
		tsim_keep_take(kept, one);
	}
	return TRUE;
}
