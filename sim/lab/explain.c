/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One race as an interleaving diagram, the way a commit message draws it. */
#include "explain.h"

#include <string.h>
#include "fsck.h"
#include "units.h"

#define WIDTH 100
#define TIME_WIDTH 11
#define GAP 2

static const char *const heads[TSIM_N_COLUMNS] = {
	[TSIM_COLUMN_FSTRIM] = "fstrim",
	[TSIM_COLUMN_CLEANER] = "cleaner / balance",
	[TSIM_COLUMN_COMMIT] = "transaction commit",
	[TSIM_COLUMN_WRITER] = "allocator / writer",
	[TSIM_COLUMN_DEVICE] = "device",
};

/* The columns that something happens in, and the time of the first step. */
struct diagram {
	const struct tsim_race *race;
	GString *out;
	guint width[TSIM_N_COLUMNS]; /* 0: column not shown */
	guint n_columns;
	tsim_ns t0;
	const char *unit; /* of the time column */
	double unit_ns;
};

static const struct tsim_race_step *step_at(const struct diagram *d, guint i)
{
	return &g_array_index(d->race->steps, struct tsim_race_step, i);
}

/* What a step does; # stands for its number.  Unknown words are printed as they are. */
static char *step_text(const struct tsim_race_step *step)
{
	static const struct {
		const char *what, *text;
	} texts[] = {
		{ "hide", "hides a free space entry of group #" },
		{ "submit", "submits discard piece #" },
		{ "ro", "sets group # read-only" },
		{ "remove", "removes the group, drops its extent map (trans #)" },
		{ "commit_start", "commit of trans # starts" },
		{ "unblocked", "trans # UNBLOCKED: the range can be allocated" },
		{ "super", "superblock of trans # written" },
		{ "chunk", "allocates the chunk of group #" },
		{ "write", "submits a write" },
		{ "write_effect", "the write takes effect" },
		{ "effect", "discard piece # takes effect: DESTROYS" },
		{ "complete", "the discard completes" },
	};
	g_autofree char *number = g_strdup_printf("%" G_GUINT64_FORMAT, step->number);
	g_auto(GStrv) parts = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
		if (strcmp(step->what, texts[i].what) == 0)
			parts = g_strsplit(texts[i].text, "#", 2);
	return parts ? g_strjoinv(number, parts) : g_strdup(step->what);
}

/* The step's text, range and logical address as words. */
static GStrv step_words(const struct tsim_race_step *step)
{
	g_autofree char *text = step_text(step);
	GString *all = g_string_new(text);
	GStrv words;

	if (step->end > step->start) {
		g_autofree char *size = tsim_human_bytes(step->end - step->start);

		g_string_append_printf(all, " phys %" G_GUINT64_FORMAT " +%s", step->start, size);
	}
	if (step->logical)
		g_string_append_printf(all, " logical %" G_GUINT64_FORMAT, step->logical);
	words = g_strsplit(all->str, " ", -1);
	g_string_free(all, TRUE);
	return words;
}

/* Wrap @words into lines of at most @width; a longer word is cut. */
static GPtrArray *wrap(GStrv words, guint width)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	GString *line = g_string_new(NULL);

	for (guint i = 0; words[i]; i++) {
		if (line->len && line->len + 1 + strlen(words[i]) > width) {
			g_ptr_array_add(lines, g_strdup(line->str));
			g_string_truncate(line, 0);
		}
		if (line->len)
			g_string_append_c(line, ' ');
		g_string_append_len(line, words[i], MIN(strlen(words[i]), width));
	}
	g_ptr_array_add(lines, g_string_free(line, FALSE));
	return lines;
}

static void blanks(GString *out, guint n)
{
	g_string_append_printf(out, "%*s", (int)n, "");
}

static guint offset_of(const struct diagram *d, enum tsim_column column)
{
	guint offset = TIME_WIDTH;

	for (guint i = 0; i < column; i++)
		if (d->width[i])
			offset += GAP + d->width[i];
	return offset + GAP;
}

/* Rows end where their text ends: a diagram is pasted into mails. */
static void end_line(GString *out)
{
	gsize len = out->len;

	while (len && out->str[len - 1] == ' ')
		len--;
	g_string_truncate(out, len);
	g_string_append_c(out, '\n');
}

/* The heads, wrapped side by side. */
static void draw_head(struct diagram *d)
{
	GPtrArray *lines[TSIM_N_COLUMNS] = { NULL };
	guint n = 0;

	for (guint i = 0; i < TSIM_N_COLUMNS; i++) {
		g_auto(GStrv) words = g_strsplit(heads[i], " ", -1);

		if (d->width[i])
			lines[i] = wrap(words, d->width[i]);
		n = MAX(n, lines[i] ? lines[i]->len : 0);
	}
	for (guint k = 0; k < n; k++) {
		g_string_append_printf(d->out, "%*s", TIME_WIDTH, k + 1 < n ? "" : "time");
		for (guint i = 0; i < TSIM_N_COLUMNS; i++)
			if (d->width[i])
				g_string_append_printf(
					d->out, "%*s%-*s", GAP, "", (int)d->width[i],
					k < lines[i]->len ? (char *)g_ptr_array_index(lines[i], k) :
							    "");
		end_line(d->out);
	}
	for (guint i = 0; i < TSIM_N_COLUMNS; i++)
		g_clear_pointer(&lines[i], g_ptr_array_unref);
}

static void draw_rule(struct diagram *d)
{
	blanks(d->out, TIME_WIDTH);
	for (guint i = 0; i < TSIM_N_COLUMNS; i++) {
		if (d->width[i])
			blanks(d->out, GAP);
		for (guint k = 0; k < d->width[i]; k++)
			g_string_append_c(d->out, '-');
	}
	end_line(d->out);
}

/* The same block written three times at one instant is one line of the story. */
static gboolean is_repetition(const struct diagram *d, guint i)
{
	const struct tsim_race_step *a = step_at(d, i);

	for (guint k = 0; k < i; k++) {
		const struct tsim_race_step *b = step_at(d, k);

		if (a->t_ns == b->t_ns && strcmp(a->what, b->what) == 0 && a->start == b->start &&
		    a->end == b->end && a->logical == b->logical && a->number == b->number)
			return TRUE;
	}
	return FALSE;
}

static void draw_step(struct diagram *d, const struct tsim_race_step *step)
{
	enum tsim_column column = MIN(step->column, TSIM_N_COLUMNS - 1);
	g_auto(GStrv) words = step_words(step);
	g_autoptr(GPtrArray) lines = wrap(words, d->width[column]);
	g_autofree char *time =
		g_strdup_printf("%.3f %s", (step->t_ns - d->t0) / d->unit_ns, d->unit);

	for (guint i = 0; i < lines->len; i++) {
		g_string_append_printf(d->out, "%*s", TIME_WIDTH, i ? "" : time);
		blanks(d->out, offset_of(d, column) - TIME_WIDTH);
		g_string_append(d->out, g_ptr_array_index(lines, i));
		end_line(d->out);
	}
}

static void choose_unit(struct diagram *d)
{
	tsim_ns all = step_at(d, d->race->steps->len - 1)->t_ns - d->t0;

	d->unit = all < 10 * TSIM_NS_PER_MS ? "us" : all < 100 * TSIM_NS_PER_S ? "ms" : "s";
	d->unit_ns = all < 10 * TSIM_NS_PER_MS ? 1e3 : all < 100 * TSIM_NS_PER_S ? 1e6 : 1e9;
}

/* Columns in which nothing happens give their room to the others. */
static void lay_out(struct diagram *d)
{
	gboolean used[TSIM_N_COLUMNS] = { FALSE };

	for (guint i = 0; i < d->race->steps->len; i++)
		used[MIN(step_at(d, i)->column, TSIM_N_COLUMNS - 1)] = TRUE;
	for (guint i = 0; i < TSIM_N_COLUMNS; i++)
		d->n_columns += used[i];
	for (guint i = 0; i < TSIM_N_COLUMNS; i++)
		if (used[i])
			d->width[i] =
				MIN(24, (WIDTH - TIME_WIDTH - GAP * d->n_columns) / d->n_columns);
}

static void draw_summary(GString *out, const struct tsim_race_file *file)
{
	const struct tsim_race *race = &file->kept->race;
	g_autofree char *lost = tsim_human_bytes(race->lost_bytes);
	g_autofree char *start =
		tsim_human_time(g_array_index(race->steps, struct tsim_race_step, 0).t_ns);

	g_string_append_printf(out,
			       "experiment %s, policy %s, seed %" G_GUINT64_FORMAT
			       ", replication %u, hit %u\n",
			       file->experiment, file->policy, file->seed, file->kept->replication,
			       file->kept->index);
	g_string_append_printf(out,
			       "%s of %s lost at logical %" G_GUINT64_FORMAT ", %u of %u %s: %s\n",
			       lost, race->kind, race->lost_logical, race->copies_lost,
			       race->copies, race->copies == 1 ? "copy" : "copies", race->fate);
	g_string_append_printf(out, "time 0 is %s into the replication\n\n", start);
}

/**
 * tsim_explain() - the story of a hit
 * @file: race
 *
 * Return: (transfer full): who did what when, at most 100 columns wide, then
 * what a check or the kernel would say about the loss.
 */
char *tsim_explain(const struct tsim_race_file *file)
{
	struct diagram d = { .race = &file->kept->race, .out = g_string_new(NULL) };
	g_autofree char *fsck = tsim_fsck_text(d.race);
	g_auto(GStrv) lines = g_strsplit(fsck, "\n", -1);

	d.t0 = step_at(&d, 0)->t_ns;
	draw_summary(d.out, file);
	choose_unit(&d);
	lay_out(&d);
	draw_head(&d);
	draw_rule(&d);
	for (guint i = 0; i < d.race->steps->len; i++)
		if (!is_repetition(&d, i))
			draw_step(&d, step_at(&d, i));
	g_string_append_printf(d.out, "\n%s\n", lines[0]);
	for (guint i = 1; lines[i]; i++)
		g_string_append_printf(d.out, "%s%s%s", lines[i][0] ? "\t" : "", lines[i],
				       lines[i + 1] ? "\n" : "");
	return g_string_free(d.out, FALSE);
}
