/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands above the diagram of a race, and which races are one. */
#include "explain-summary.h"

#include <string.h>
#include "explain.h"
#include "units.h"

/* The first step called @what, or NULL. */
static const struct tsim_race_step *find(const struct tsim_race *race, const char *what)
{
	for (guint i = 0; i < race->steps->len; i++) {
		const struct tsim_race_step *step =
			&g_array_index(race->steps, struct tsim_race_step, i);

		if (strcmp(step->what, what) == 0)
			return step;
	}
	return NULL;
}

/* Is @step, a chunk of @copies or a group, mapped so that @hide's addresses belong to it? */
static gboolean maps(const struct tsim_race_step *step, guint copies,
		     const struct tsim_race_step *hide)
{
	guint64 len = (step->end - step->start) / MAX(copies, 1);
	guint64 at = hide->logical - step->logical;

	if (hide->logical < step->logical || at >= len)
		return FALSE;
	for (guint i = 0; i < copies; i++)
		if (step->start + i * len + at == hide->start)
			return TRUE;
	return FALSE;
}

/*
 * Had the logical address of the hidden entry a new owner when the discard was
 * mapped, so that it went to that one's place on the device?
 */
static gboolean is_misdirected(const struct tsim_race *race)
{
	const struct tsim_race_step *hide = find(race, "hide"), *submit = find(race, "submit");
	const struct tsim_race_step *chunk = find(race, "chunk"), *old = find(race, "remove");

	return hide && submit && chunk && chunk->t_ns <= submit->t_ns &&
	       chunk->number != hide->number && maps(chunk, race->copies, hide) &&
	       !(old && old->start == chunk->start && old->logical == chunk->logical);
}

static char *fate_text(const struct tsim_race *race)
{
	if (strcmp(race->fate, "healed") == 0)
		return g_strdup(find(race, "power_loss") ?
					"healed: the last superblock does not refer to it" :
					"healed: freed or written again before it was read");
	if (strcmp(race->fate, "undone") == 0)
		return g_strdup("undone: no flush covered it");
	return g_strdup_printf("%u of %u %s: %s", race->copies_lost, race->copies,
			       race->copies == 1 ? "copy" : "copies", race->fate);
}

static char *exact_seconds(tsim_ns t)
{
	return g_strdup_printf("%" G_GINT64_FORMAT ".%09" G_GINT64_FORMAT " s", t / TSIM_NS_PER_S,
			       t % TSIM_NS_PER_S);
}

/* In a replay so that the clocks can be added. */
static void append_start(GString *out, const struct tsim_race_file *file, tsim_ns t0)
{
	g_autofree char *start = tsim_human_time((double)t0), *exact = exact_seconds(t0),
			*recording = exact_seconds(file->recording_start_ns);

	if (file->follows_recording)
		g_string_append_printf(
			out,
			"time 0 is %s into the replication, which began at %s\nof "
			"the recording's clock; in brackets: bytes on the device\n\n",
			exact, recording);
	else
		g_string_append_printf(out, "time 0 is %s into the replication\n\n", start);
}

/**
 * tsim_explain_summary() - what was lost, in which replication, and whether the discard went astray
 * @out: grows by some lines
 * @file: race
 */
void tsim_explain_summary(GString *out, const struct tsim_race_file *file)
{
	const struct tsim_race *race = &file->kept->race;
	g_autofree char *lost = tsim_human_bytes(race->lost_bytes), *fate = fate_text(race);
	tsim_ns t0 = g_array_index(race->steps, struct tsim_race_step, 0).t_ns;

	g_string_append_printf(out,
			       "experiment %s, policy %s, seed %" G_GUINT64_FORMAT
			       ", replication %u\n",
			       file->experiment, file->policy, file->seed, file->kept->replication);
	if (file->point)
		g_string_append_printf(out, "%s\n", file->point);
	g_string_append_printf(out, "%s of %s %s at logical %" G_GUINT64_FORMAT ", %s\n", lost,
			       race->kind,
			       strcmp(race->fate, "undone") == 0 ? "hit" : "lost",
			       race->lost_logical, fate);
	if (is_misdirected(race))
		g_string_append_printf(out,
				       "misdirected discard: logical %" G_GUINT64_FORMAT
				       " of its entry belonged to the new chunk of\n"
				       "group %" G_GUINT64_FORMAT
				       " when the discard was mapped to the device\n",
				       find(race, "hide")->logical, find(race, "chunk")->number);
	append_start(out, file, t0);
}

/**
 * tsim_same_discard() - did one discard destroy both ranges?
 *
 * Told by where and when it was hidden, in the same replication of a policy; at
 * another point of a sweep the same random numbers may hide the same there.
 */
gboolean tsim_same_discard(const struct tsim_race_file *a, const struct tsim_race_file *b)
{
	const struct tsim_race_step *x = find(&a->kept->race, "hide");
	const struct tsim_race_step *y = find(&b->kept->race, "hide");

	return x && y && strcmp(a->policy, b->policy) == 0 && g_strcmp0(a->point, b->point) == 0 &&
	       a->kept->replication == b->kept->replication && x->t_ns == y->t_ns &&
	       x->number == y->number && x->start == y->start && x->end == y->end;
}
