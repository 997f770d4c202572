/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "devices.h"
#include "error.h"

static char *seed, *format, *dir;
static int jobs;

static const GOptionEntry entries[] = {
	{ "seed", 0, 0, G_OPTION_ARG_STRING, &seed, "of all random numbers (20261122)", "S" },
	{ "jobs", 'j', 0, G_OPTION_ARG_INT, &jobs, "worker processes; default: one per processor",
	  "N" },
	{ "format", 0, 0, G_OPTION_ARG_STRING, &format,
	  "what is printed: text (default), tsv or json", "FORMAT" },
	{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &dir,
	  "write devices.txt, .json, .tsv, and for a figure", "DIR" },
	{ NULL },
};

static const char examples[] =
	"Issues the commands that were measured of real devices to the presets that\n"
	"stand for them (configs/validation/devices.conf), and tests the law of the\n"
	"measured discards against those that it was not made of.\n"
	"Exit status 4: a row that a preset was made of is off by more than 10 %, or the\n"
	"law is further off than chance allows.\n"
	"\n"
	"Examples:\n"
	"  trimsim validate devices\n"
	"  trimsim validate devices -o results/devices; trimsim plot results/devices\n";

static gboolean check_options(struct tsim_devices_options *o, GError **error)
{
	if (format && strcmp(format, "text") && strcmp(format, "tsv") && strcmp(format, "json"))
		return tsim_throw(error, "--format: '%s' is not one of text, tsv, json", format);
	if (!tsim_cli_check_jobs(jobs, error) ||
	    !tsim_cli_count("seed", seed, 0, G_MAXUINT32, &o->seed, error))
		return FALSE;
	o->jobs = (guint)jobs;
	o->sizes = dir != NULL;
	return tsim_cli_make_directory(dir, error);
}

static void print_row(const struct tsim_device_result *result, gpointer data)
{
	struct tsim_printer *p = data;

	if (p->text->len == 0)
		tsim_cli_print(p, tsim_devices_head());
	tsim_cli_print(p, tsim_devices_line(result));
}

static gboolean save_all(const char *text, const char *tsv, const char *json,
			 const TsimDeviceTable *table, GError **error)
{
	g_autofree char *points = tsim_devices_points_tsv(table);

	return tsim_cli_save(dir, "devices.txt", text, error) &&
	       tsim_cli_save(dir, "devices.tsv", tsv, error) &&
	       tsim_cli_save(dir, "devices.json", json, error) &&
	       tsim_cli_save(dir, "devices-sizes.tsv", points, error);
}

static gboolean validate(gboolean *passed, GError **error)
{
	struct tsim_devices_options options = { .seed = TSIM_DEVICES_SEED };
	g_autoptr(GString) text = g_string_new(NULL);
	struct tsim_printer p = { .live = !format || strcmp(format, "text") == 0, .text = text };
	g_autofree char *json = NULL, *tsv = NULL;
	g_autoptr(TsimDeviceTable) table = NULL;

	if (!check_options(&options, error))
		return FALSE;
	table = tsim_devices_validate(&options, print_row, &p, error);
	if (!table)
		return FALSE;
	tsim_cli_print(&p, tsim_devices_foot(table));
	json = tsim_devices_json(table);
	tsv = tsim_devices_tsv(table);
	if (!p.live)
		fputs(strcmp(format, "tsv") ? json : tsv, stdout);
	*passed = tsim_devices_passed(table);
	return !dir || save_all(text->str, tsv, json, table, error);
}

int tsim_cmd_validate_devices(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	gboolean passed = TRUE, ok;

	ok = tsim_cli_parse(&argc, &argv, entries, "", examples, 0, 0, &error) &&
	     validate(&passed, &error);
	g_free(seed);
	g_free(format);
	g_free(dir);
	if (!ok)
		return tsim_cli_fail(error);
	return passed ? TSIM_EXIT_OK : TSIM_EXIT_CHECK;
}
