/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One race as an interleaving diagram, the way a commit message draws it. */
#include "explain.h"

#include <string.h>
#include "explain-summary.h"
#include "fsck.h"
#include "units.h"

#define WIDTH 100
#define TIME_WIDTH 11
/* Columns begin so far apart; nothing stands to the right of a step, so its text runs on. */
#define PITCH 13
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
	gboolean exact; /* addresses in bytes as well */
	gboolean shown[TSIM_N_COLUMNS];
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
		{ "start", "begins discard piece #" },
		{ "ack", "acknowledges discard piece #" },
		{ "ro", "sets group # read-only" },
		{ "remove", "removes the group and its extent map (trans #)" },
		{ "commit_start", "commit of trans # starts" },
		{ "unblocked", "trans # UNBLOCKED: the range can be allocated" },
		{ "super", "superblock of trans # written" },
		{ "chunk", "allocates the chunk of group #" },
		{ "write", "submits a write" },
		{ "write_effect", "the write takes effect" },
		{ "effect", "discard piece # takes effect: DESTROYS" },
		{ "complete", "the discard completes" },
		{ "flush", "a flush makes discard piece # durable" },
		{ "power_loss", "the power fails" },
	};
	g_autofree char *number = g_strdup_printf("%" G_GUINT64_FORMAT, step->number);
	g_auto(GStrv) parts = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
		if (strcmp(step->what, texts[i].what) == 0)
			parts = g_strsplit(texts[i].text, "#", 2);
	return parts ? g_strjoinv(number, parts) : g_strdup(step->what);
}

static gboolean is(const struct tsim_race_step *step, const char *what)
{
	return strcmp(step->what, what) == 0;
}

/* "1653MiB+256MiB": where on the device, to a KiB, and how long; @exact: in bytes as well. */
static void append_range(GString *out, const struct tsim_race_step *step, gboolean exact)
{
	g_autofree char *size = tsim_human_bytes(step->end - step->start);
	char start[32];
	gsize len = g_snprintf(start, sizeof(start), "%.3f", step->start / (double)TSIM_MIB);

	while (start[len - 1] == '0')
		len--;
	len -= start[len - 1] == '.';
	g_string_append_printf(out, " %.*sMiB+%s", (int)len, start, size);
	if (exact)
		g_string_append_printf(out, " (%" G_GUINT64_FORMAT "+%" G_GUINT64_FORMAT ")",
				       step->start, step->end - step->start);
}

/* A range is told once; those of a chunk and of the damage always: the story is about them. */
static gboolean is_range_new(const struct diagram *d, guint i)
{
	const struct tsim_race_step *step = step_at(d, i);

	if (step->end <= step->start)
		return FALSE;
	for (guint k = 0; k < i && !is(step, "chunk") && !is(step, "effect"); k++)
		if (step_at(d, k)->start == step->start && step_at(d, k)->end == step->end)
			return FALSE;
	return TRUE;
}

/* Text and range of step @i, the logical address of what is new there. */
static GStrv step_words(const struct diagram *d, guint i)
{
	const struct tsim_race_step *step = step_at(d, i);
	g_autofree char *text = step_text(step);
	g_autoptr(GString) all = g_string_new(text);

	if (is_range_new(d, i))
		append_range(all, step, d->exact);
	if (step->logical && (is(step, "chunk") || is(step, "write")))
		g_string_append_printf(all, " logical %" G_GUINT64_FORMAT, step->logical);
	return g_strsplit(all->str, " ", -1);
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
	guint offset = TIME_WIDTH + GAP;

	for (guint i = 0; i < column; i++)
		offset += d->shown[i] ? PITCH : 0;
	return offset;
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

		if (d->shown[i])
			lines[i] = wrap(words, PITCH - GAP);
		n = MAX(n, lines[i] ? lines[i]->len : 0);
	}
	for (guint k = 0; k < n; k++) {
		g_string_append_printf(d->out, "%*s%*s", TIME_WIDTH, k + 1 < n ? "" : "time", GAP,
				       "");
		for (guint i = 0; i < TSIM_N_COLUMNS; i++)
			if (d->shown[i])
				g_string_append_printf(
					d->out, "%-*s", PITCH,
					k < lines[i]->len ? (char *)g_ptr_array_index(lines[i], k) :
							    "");
		end_line(d->out);
	}
	for (guint i = 0; i < TSIM_N_COLUMNS; i++)
		g_clear_pointer(&lines[i], g_ptr_array_unref);
}

static void draw_rule(struct diagram *d)
{
	blanks(d->out, TIME_WIDTH + GAP);
	for (guint i = 0; i < TSIM_N_COLUMNS; i++)
		if (d->shown[i])
			g_string_append(d->out, "-----------  ");
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

/* A write that begins where the one before it ends, at the same instant, belongs to it. */
static gboolean continues(const struct tsim_race_step *before, const struct tsim_race_step *step)
{
	return (is(step, "write") || is(step, "write_effect")) && is(before, step->what) &&
	       before->t_ns == step->t_ns && before->end == step->start &&
	       before->logical + (before->end - before->start) == step->logical;
}

/* The steps as they are told: without repetitions, writes side by side as one. */
static GArray *told_steps(const GArray *all)
{
	const struct tsim_race race = { .steps = (GArray *)all };
	const struct diagram d = { .race = &race };
	GArray *told = g_array_new(FALSE, FALSE, sizeof(struct tsim_race_step));

	for (guint i = 0; i < all->len; i++) {
		const struct tsim_race_step *step = step_at(&d, i);
		struct tsim_race_step *last =
			&g_array_index(told, struct tsim_race_step, MAX(told->len, 1) - 1);

		if (told->len && continues(last, step))
			last->end = step->end;
		else if (!is_repetition(&d, i))
			g_array_append_val(told, *step);
	}
	return told;
}

static void draw_step(struct diagram *d, guint i)
{
	const struct tsim_race_step *step = step_at(d, i);
	guint offset = offset_of(d, MIN(step->column, TSIM_N_COLUMNS - 1));
	g_auto(GStrv) words = step_words(d, i);
	g_autoptr(GPtrArray) lines = wrap(words, WIDTH - offset);
	g_autofree char *time =
		g_strdup_printf("%.3f %s", (step->t_ns - d->t0) / d->unit_ns, d->unit);

	for (guint k = 0; k < lines->len; k++) {
		g_string_append_printf(d->out, "%*s", TIME_WIDTH, k ? "" : time);
		blanks(d->out, offset - TIME_WIDTH);
		g_string_append(d->out, g_ptr_array_index(lines, k));
		end_line(d->out);
	}
}

static void choose_unit(struct diagram *d)
{
	tsim_ns all = step_at(d, d->race->steps->len - 1)->t_ns - d->t0;

	d->unit = all < 10 * TSIM_NS_PER_MS ? "us" : all < 100 * TSIM_NS_PER_S ? "ms" : "s";
	d->unit_ns = all < 10 * TSIM_NS_PER_MS ? 1e3 : all < 100 * TSIM_NS_PER_S ? 1e6 : 1e9;
}

/* Writes that the diagram leaves out. */
static void draw_more(GString *out, const struct tsim_race *race)
{
	if (race->more_writes || race->forgotten_writes)
		g_string_append_c(out, '\n');
	if (race->more_writes)
		g_string_append_printf(out, "and %u more write%s into what was destroyed\n",
				       race->more_writes, race->more_writes == 1 ? "" : "s");
	if (race->forgotten_writes)
		g_string_append_printf(out,
				       "and %u earlier write%s somewhere into the discarded "
				       "range\n",
				       race->forgotten_writes,
				       race->forgotten_writes == 1 ? "" : "s");
}

static void draw_diagram(struct diagram *d)
{
	for (guint i = 0; i < d->race->steps->len; i++)
		d->shown[MIN(step_at(d, i)->column, TSIM_N_COLUMNS - 1)] = TRUE;
	d->t0 = step_at(d, 0)->t_ns;
	choose_unit(d);
	draw_head(d);
	draw_rule(d);
	for (guint i = 0; i < d->race->steps->len; i++)
		draw_step(d, i);
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
	struct tsim_race race = file->kept->race;
	g_autoptr(GArray) told = told_steps(race.steps);
	struct diagram d = { .race = &race,
			     .out = g_string_new(NULL),
			     .exact = file->follows_recording };
	g_autofree char *fsck = tsim_fsck_text(&race, file->reads_ones);
	g_auto(GStrv) lines = g_strsplit(fsck, "\n", -1);

	tsim_explain_summary(d.out, file);
	race.steps = told;
	draw_diagram(&d);
	draw_more(d.out, &race);
	g_string_append_printf(d.out, "\n%s\n", lines[0]);
	for (guint i = 1; lines[i]; i++)
		g_string_append_printf(d.out, "%s%s%s", lines[i][0] ? "\t" : "", lines[i],
				       lines[i + 1] ? "\n" : "");
	return g_string_free(d.out, FALSE);
}
