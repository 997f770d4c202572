/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "error.h"
#include "explain.h"
#include "fsck.h"
#include "oracle.h"
#include "race-file.h"
#include "report-fixture.h"
#include "text-asserts.h"

static void assert_fsck(const char *kind, const char *fate, guint copies, guint lost,
			const char *expected)
{
	struct tsim_race *race = fake_race(kind, fate, copies, lost);

	assert_text(tsim_fsck_text(race, FALSE), expected);
	tsim_race_free(race);
}

#define BAD "Check tree block failed, want=833912832, have=0\n"
#define READ "read block failed check_tree_block\n"
#define AFTER                                                          \
	"owner ref check failed [833912832 16384]\n"                   \
	"Errors found in extent allocation tree or chunk allocation\n" \
	"checking free space cache\nchecking fs roots\n"

/* Two copies lost: line by line what the report of commit 04216820fe83 shows. */
static void test_fsck_metadata(void)
{
	assert_fsck("metadata", "persistent", 2, 2,
		    "btrfs check would say:\nchecking extents\n" BAD BAD BAD BAD BAD READ AFTER BAD
			    BAD BAD BAD BAD READ);
	assert_fsck("metadata", "persistent", 1, 1,
		    "btrfs check would say:\nchecking extents\n" BAD BAD BAD READ AFTER BAD BAD BAD
			    READ);
	assert_fsck("system", "persistent", 2, 2,
		    "btrfs check would say:\n" BAD BAD BAD BAD BAD READ
		    "Couldn't read chunk tree\nCouldn't open file system\n");
}

/* Only the tail of the block is gone: its address is right, its checksum is not. */
static void test_fsck_tail(void)
{
	struct tsim_race *race = fake_race("metadata", "persistent", 1, 1);
	g_autofree char *text = NULL;

	race->lost_logical += 4096;
	race->lost_bytes = 12288;
	text = tsim_fsck_text(race, FALSE);
	assert_line(text, "^checksum verify failed on 833912832 found \\? wanted \\?$");
	assert_line(text, "^Csum didn't match$");
	assert_line(text, "^owner ref check failed \\[833912832 16384\\]$");
	g_assert_null(strstr(text, "have=0"));
	tsim_race_free(race);
}

/* What a device reads after a discard is what the kernel finds; old data it cannot tell. */
static void test_fsck_reads(void)
{
	struct tsim_race *race = fake_race("metadata", "persistent", 1, 1);
	struct tsim_race *data = fake_race("data", "persistent", 1, 1);
	g_autofree char *text = tsim_fsck_text(race, TRUE);
	g_autofree char *csum = tsim_fsck_text(data, TRUE);
	g_autofree char *zeroes = tsim_fsck_text(data, FALSE);

	assert_line(text, "^Check tree block failed, want=833912832, have=18446744073709551615$");
	g_assert_null(strstr(text, "have=0"));
	assert_line(csum, "csum 633470483 expected"); /* crc32c of 4096 bytes of 0xff */
	assert_line(zeroes, "csum 2566472073 expected"); /* ... of 4096 zeroes */
	assert_fsck("metadata", "latent", 1, 0,
		    "Latent: the device still reads the old data; neither the kernel nor a check\n"
		    "finds anything yet.\n");
	tsim_race_free(race);
	tsim_race_free(data);
}

static void test_fsck_many(void)
{
	struct tsim_race *race = fake_race("metadata", "persistent", 2, 2);
	g_autofree char *text = NULL;

	race->lost_bytes = 65536;
	text = tsim_fsck_text(race, FALSE);
	assert_line(text, "^\\[\\.\\.\\. and the same for 3 more tree blocks\\]$");
	tsim_race_free(race);
}

static void test_fsck_data(void)
{
	/* 2566472073 is crc32c of 4096 zero bytes, 0x98f94189 of many reports from the field. */
	assert_fsck(
		"data", "persistent", 1, 1,
		"btrfs check --check-data-csum would say (reads fail with EIO):\nchecking csums\n"
		"mirror 0 bytenr 833912832 csum 2566472073 expected csum ?\n"
		"mirror 0 bytenr 833916928 csum 2566472073 expected csum ?\n"
		"mirror 0 bytenr 833921024 csum 2566472073 expected csum ?\n"
		"[... and the same for 1 more sector]\n");
}

#define CORRECTED(off, sector)                                          \
	"BTRFS info (device sdX): read error corrected: ino 0 off " off \
	" (dev /dev/sdX sector " sector ")\n"

static void test_fsck_latent(void)
{
	/* The first copy, at 1104150528 + 294912 = 1104445440, sector 2157120. */
	assert_fsck(
		"metadata", "latent", 2, 1,
		"Latent: a good copy is left; the kernel says at the next read:\n"
		"BTRFS error (device sdX): bad tree block start, mirror 1 want 833912832 have 0\n" CORRECTED(
			"833912832", "2157120") CORRECTED("833916928", "2157128")
			CORRECTED("833921024", "2157136") CORRECTED("833925120", "2157144"));
	assert_fsck("metadata", "healed", 2, 2,
		    "Healed: the range was freed or written again before it was read;\n"
		    "neither the kernel nor a check finds anything.\n");
}

static struct tsim_race_file *race_file(void)
{
	struct tsim_race_file *file = g_new0(struct tsim_race_file, 1);
	struct tsim_race *race = fake_race("metadata", "persistent", 2, 2);

	file->experiment = g_strdup("latency");
	file->policy = g_strdup("unpinned");
	file->kept = g_new0(struct tsim_kept, 1);
	file->kept->race = *race;
	g_free(race);
	return file;
}

static void test_explain(void)
{
	struct tsim_race_step odd = { 170000000,
				      TSIM_COLUMN_DEVICE,
				      "a-word-that-nobody-knows-and-longer-than-a-column",
				      0,
				      0,
				      0,
				      0 };
	g_autoptr(TsimRaceFile) file = race_file();
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	g_array_append_val(file->kept->race.steps, odd);
	text = tsim_explain(file);
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i]; i++)
		g_assert_cmpuint(strlen(lines[i]), <=, 100);
	assert_line(text,
		    "^16KiB of metadata lost at logical 833912832, 2 of 2 copies: persistent$");
	assert_line(text, "^ +time +balance +commit +writer$");
	assert_line(text, "^ +0\\.000 ms +sets group 3 read-only 1053MiB\\+128MiB$");
	/* The range is not told again, a chunk's always is. */
	assert_line(text, "^ +89\\.999 ms +removes the group and its extent map \\(trans 8\\)$");
	assert_line(text, "^ +149\\.999 ms +allocates the chunk of group 9 1053MiB\\+256MiB\n"
			  " +logical 833617920$");
	assert_line(text, "^ +159\\.999 ms +submits a write 1053\\.281MiB\\+16KiB logical\n"
			  " +833912832$");
	assert_line(text, "^ +500\\.002 ms +discard piece 0 takes effect:\n"
			  " +DESTROYS 1053\\.281MiB\\+16KiB$");
	assert_no(text, "misdirected");
	assert_no(text, "recording");
	assert_no(text, "more write");
	assert_line(text, "UNBLOCKED");
	assert_line(text, "a-word-that-nob");
	assert_line(text, "^\tread block failed check_tree_block$");
}

/* Addresses to be found in the recording, and what the diagram leaves out. */
static void test_explain_recording(void)
{
	g_autoptr(TsimRaceFile) file = race_file();
	g_autofree char *text = NULL;

	file->follows_recording = TRUE;
	file->recording_start_ns = G_GINT64_CONSTANT(1766420743012000345);
	file->kept->race.more_writes = 3;
	file->kept->race.forgotten_writes = 1;
	text = tsim_explain(file);
	assert_line(text, "^time 0 is 0\\.000001000 s into the replication, which began at "
			  "1766420743\\.012000345 s\nof the recording's clock; ");
	assert_line(text, "^ +159\\.999 ms +submits a write 1053\\.281MiB\\+16KiB\n "
			  "+\\(1104445440\\+16384\\) logical");
	assert_line(text, "^and 3 more writes into what was destroyed$");
	assert_line(text, "^and 1 earlier write somewhere into the discarded range$");
}

/* Writes side by side are one; a discard that was mapped to the new owner is named. */
static void test_explain_misdirected(void)
{
	g_autoptr(TsimRaceFile) file = race_file();
	struct tsim_race *race = &file->kept->race;
	g_autofree char *text = NULL, *healed = NULL;

	for (guint i = 0; i < race->steps->len; i++) {
		struct tsim_race_step *step = &g_array_index(race->steps, struct tsim_race_step, i);

		if (strcmp(step->what, "chunk") == 0)
			step->t_ns = 2500;
		if (strcmp(step->what, "hide") == 0)
			step->logical = 833617920;
		if (strcmp(step->what, "write") == 0) {
			struct tsim_race_step next = *step;

			next.start = step->end;
			next.end = step->end + 4096;
			next.logical += 16384;
			g_array_insert_val(race->steps, ++i, next);
		}
	}
	text = tsim_explain(file);
	assert_line(text, "^misdirected discard: logical 833617920 of its entry belonged to the "
			  "new chunk of\ngroup 9 when");
	assert_line(text, "submits a write 1053\\.281MiB\\+20KiB logical\n +833912832$");
	race->fate = "healed";
	healed = tsim_explain(file);
	assert_line(healed, "^16KiB of metadata lost at logical 833912832, healed: freed or "
			    "written again before it was read$");
}

static void test_race_file(void)
{
	struct sample s;
	g_autofree char *dir = g_dir_make_tmp("trimsim-XXXXXX", NULL),
			*path = g_build_filename(dir, "a.json", NULL);
	g_autoptr(TsimRaceFile) file = NULL, none = NULL;
	const struct tsim_kept *kept;
	g_autofree char *text = NULL, *a = NULL, *b = NULL;
	g_autoptr(GError) error = NULL;

	sample_init(&s, "unpinned", 20);
	kept = g_ptr_array_index(s.tally->policies[0].kept, 0);
	text = tsim_race_json(&s.result, 0, kept);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	file = tsim_race_file_load(path, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(file->policy, ==, "unpinned");
	g_assert_cmpuint(file->kept->replication, ==, kept->replication);
	a = tsim_race_shapes(&kept->race);
	b = tsim_race_shapes(&file->kept->race);
	g_assert_cmpstr(a, ==, b);
	/* Damaged at any place: an error that names the file, no crash. */
	for (gsize cut = 0; cut + 3 < strlen(text); cut += 37) {
		g_autoptr(TsimRaceFile) damaged = NULL;
		g_autoptr(GError) e = NULL;

		g_file_set_contents(path, text, cut, NULL);
		damaged = tsim_race_file_load(path, &e);
		g_assert_null(damaged);
		g_assert_nonnull(strstr(e->message, path));
	}
	g_file_set_contents(path, "{ \"steps\": [ 1 ] }", -1, NULL);
	none = tsim_race_file_load(path, &error);
	g_assert_null(none);
	g_assert_error(error, TSIM_ERROR, TSIM_ERROR_INPUT);
	g_remove(path);
	g_rmdir(dir);
	sample_clear(&s);
}

/* No label of an event stands closer to another than the gap, and all are within the figure. */
static void test_shapes(void)
{
	g_autoptr(TsimRaceFile) file = race_file();
	g_autofree char *text = tsim_race_shapes(&file->kept->race);
	const char *events = strstr(text, "# event");
	double last = -1, t, label;
	guint n = 0;

	g_assert_nonnull(strstr(text, "# lost"));
	g_assert_nonnull(strstr(text, "0.000002000 0.500002000 1104150528 1238368256 0"));
	for (const char *line = events; line && *line; line = strchr(line, '\n') + 1) {
		if (sscanf(line, "%lf %lf \"", &t, &label) == 2 && !isnan(t)) {
			g_assert_cmpfloat(label - last, >=, last < 0 ? 0 : 0.05 * 0.5);
			g_assert_cmpfloat(label, <=, 0.500003);
			last = label;
			n++;
		}
		if (!strchr(line, '\n'))
			break;
	}
	g_assert_cmpuint(n, ==, 10);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/fsck/metadata", test_fsck_metadata);
	g_test_add_func("/fsck/tail", test_fsck_tail);
	g_test_add_func("/fsck/reads", test_fsck_reads);
	g_test_add_func("/fsck/many", test_fsck_many);
	g_test_add_func("/fsck/data", test_fsck_data);
	g_test_add_func("/fsck/latent", test_fsck_latent);
	g_test_add_func("/explain/diagram", test_explain);
	g_test_add_func("/explain/recording", test_explain_recording);
	g_test_add_func("/explain/misdirected", test_explain_misdirected);
	g_test_add_func("/explain/race-file", test_race_file);
	g_test_add_func("/explain/shapes", test_shapes);
	return g_test_run();
}
