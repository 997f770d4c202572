/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "race-file.h"

#include <string.h>

/* Labels of the events stand at least this share of the whole time apart. */
#define LABEL_GAP 0.055

struct shapes {
	const struct tsim_race *race;
	tsim_ns t0, end; /* of the first and the last step */
	GString *out;
};

static const struct tsim_race_step *step_at(const struct shapes *s, guint i)
{
	return &g_array_index(s->race->steps, struct tsim_race_step, i);
}

static gboolean is(const struct tsim_race_step *step, const char *what)
{
	return strcmp(step->what, what) == 0;
}

/* First step called @what from @from on, of number @number unless that is -1. */
static const struct tsim_race_step *find(const struct shapes *s, guint from, const char *what,
					 gint64 number)
{
	for (guint i = from; i < s->race->steps->len; i++)
		if (is(step_at(s, i), what) &&
		    (number < 0 || step_at(s, i)->number == (guint64)number))
			return step_at(s, i);
	return NULL;
}

static double seconds(const struct shapes *s, tsim_ns t)
{
	return (t - s->t0) / (double)TSIM_NS_PER_S;
}

/* A block that gnuplot finds by name, also when it holds nothing. */
static void block(struct shapes *s, const char *name, const char *columns)
{
	g_string_append_printf(s->out, "%s# %s\n# %s\n", s->out->len ? "\n\n" : "", name, columns);
	g_string_append(s->out, "nan nan nan nan nan nan\n");
}

static void box(struct shapes *s, tsim_ns from, tsim_ns to, const struct tsim_race_step *range,
		guint64 number)
{
	g_string_append_printf(s->out,
			       "%.9f %.9f %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
			       " %" G_GUINT64_FORMAT "\n",
			       seconds(s, from), seconds(s, to), range->start, range->end, number);
}

/* The old group holds the range until it is removed. */
static void group_block(struct shapes *s)
{
	const struct tsim_race_step *remove = find(s, 0, "remove", -1);
	const struct tsim_race_step *ro = find(s, 0, "ro", -1), *hide = find(s, 0, "hide", -1);
	const struct tsim_race_step *range = remove && remove->end ? remove :
					     ro && ro->end	   ? ro :
								     hide;

	block(s, "group", "from_s to_s start end group");
	if (range && range->end)
		box(s, s->t0, remove ? remove->t_ns : s->end, range,
		    hide ? hide->number : range->number);
}

static void discard_block(struct shapes *s)
{
	block(s, "discard", "submit_s effect_s start end piece");
	for (guint i = 0; i < s->race->steps->len; i++) {
		const struct tsim_race_step *submit = step_at(s, i), *effect;

		if (!is(submit, "submit"))
			continue;
		effect = find(s, i + 1, "effect", submit->number);
		box(s, submit->t_ns, effect ? effect->t_ns : s->end, submit, submit->number);
	}
}

static void chunk_block(struct shapes *s)
{
	block(s, "chunk", "from_s to_s start end group");
	for (guint i = 0; i < s->race->steps->len; i++)
		if (is(step_at(s, i), "chunk"))
			box(s, step_at(s, i)->t_ns, s->end, step_at(s, i), step_at(s, i)->number);
}

static void write_block(struct shapes *s)
{
	block(s, "write", "submit_s effect_s start end number");
	for (guint i = 0; i < s->race->steps->len; i++) {
		const struct tsim_race_step *submit = step_at(s, i), *effect = NULL;

		if (!is(submit, "write"))
			continue;
		for (guint k = i + 1; k < s->race->steps->len && !effect; k++)
			if (is(step_at(s, k), "write_effect") &&
			    step_at(s, k)->start == submit->start)
				effect = step_at(s, k);
		box(s, submit->t_ns, effect ? effect->t_ns : s->end, submit, submit->number);
	}
}

static void lost_block(struct shapes *s)
{
	block(s, "lost", "t_s t_s start end piece");
	for (guint i = 0; i < s->race->steps->len; i++)
		if (is(step_at(s, i), "effect"))
			box(s, step_at(s, i)->t_ns, step_at(s, i)->t_ns, step_at(s, i),
			    step_at(s, i)->number);
}

static char *event_text(const struct tsim_race_step *step)
{
	static const struct {
		const char *what, *text;
		gboolean number;
	} texts[] = {
		{ "hide", "entry hidden", FALSE },
		{ "submit", "discard submitted", FALSE },
		{ "start", "discard begins", FALSE },
		{ "ack", "acknowledged", FALSE },
		{ "ro", "group RO", FALSE },
		{ "remove", "group removed", FALSE },
		{ "commit_start", "commit starts", FALSE },
		{ "unblocked", "UNBLOCKED", TRUE },
		{ "super", "super written", FALSE },
		{ "chunk", "new chunk", FALSE },
		{ "write", "write submitted", FALSE },
		{ "write_effect", "write lands", FALSE },
		{ "effect", "discard takes effect", FALSE },
		{ "complete", "discard completes", FALSE },
		{ "flush", "flushed", FALSE },
		{ "power_loss", "power fails", FALSE },
	};

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		if (!is(step, texts[i].what))
			continue;
		if (texts[i].number)
			return g_strdup_printf("%s (trans %" G_GUINT64_FORMAT ")", texts[i].text,
					       step->number);
		return g_strdup(texts[i].text);
	}
	return g_strdelimit(g_strdup(step->what), "\"\\\n", ' ');
}

/* One label for steps of one kind: five pieces need no five labels. */
static gboolean is_repetition(const struct shapes *s, guint i)
{
	return find(s, 0, step_at(s, i)->what, -1) != step_at(s, i);
}

/*
 * Labels that would overlap are moved to the right, and all back to the left
 * when they would leave the page there.
 */
static void event_block(struct shapes *s)
{
	guint n = s->race->steps->len, n_labels = 0;
	double all = MAX(seconds(s, s->end), 1e-9), gap = all * LABEL_GAP, limit;
	g_autofree double *at = g_new(double, n);

	for (guint i = 0; i < n; i++) {
		if (is_repetition(s, i))
			continue;
		at[n_labels] = seconds(s, step_at(s, i)->t_ns);
		if (n_labels)
			at[n_labels] = MAX(at[n_labels], at[n_labels - 1] + gap);
		n_labels++;
	}
	limit = all;
	for (guint k = n_labels; k-- > 0; limit = at[k] - gap)
		at[k] = MIN(at[k], limit);
	block(s, "event", "t_s label_s text");
	for (guint i = 0, k = 0; i < n; i++) {
		g_autofree char *text = event_text(step_at(s, i));

		if (!is_repetition(s, i))
			g_string_append_printf(s->out, "%.9f %.9f \"%s\"\n",
					       seconds(s, step_at(s, i)->t_ns), at[k++], text);
	}
}

/**
 * tsim_race_shapes() - a race as boxes and marks for space-time.gp
 * @race: with at least one step
 *
 * Blocks named group, discard, chunk, write, lost and event; times in seconds
 * since the first step, physical addresses in bytes.  Each begins with a line
 * of nan, so that it is there even when nothing of its kind happened.
 */
char *tsim_race_shapes(const struct tsim_race *race)
{
	struct shapes s = { .race = race, .out = g_string_new(NULL) };

	s.t0 = step_at(&s, 0)->t_ns;
	s.end = step_at(&s, race->steps->len - 1)->t_ns;
	group_block(&s);
	discard_block(&s);
	chunk_block(&s);
	write_block(&s);
	lost_block(&s);
	event_block(&s);
	return g_string_free(s.out, FALSE);
}
