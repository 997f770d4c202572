/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include <gsl/gsl_version.h>
#include <sqlite3.h>

#include "cli.h"
#include "error.h"
#include "suggest.h"

const struct tsim_command tsim_commands[] = {
	{ "run",
	  "CONFIG [-e EXPERIMENT]... [--set GROUP.KEY=VALUE]... [-r SELECTION] [-j N] [-o DIR]",
	  "run an experiment and report its result", tsim_cmd_run },
	{ "merge", "DIR... -o DIR", "put the shards of a run together", tsim_cmd_merge },
	{ "verify", "DIR [--all] [--sample N] [-j N]", "run stored results again and compare",
	  tsim_cmd_verify },
	{ "report", "DIR [--mail | --html | --format text|json|tsv]", "print a stored result",
	  tsim_cmd_report },
	{ "compare", "DIR_A DIR_B [--format text|json|tsv]",
	  "show what differs between two results", tsim_cmd_compare },
	{ "plot", "DIR [--terminal png|svg|pdf|dumb] [--only NAME]", "draw the figures of a result",
	  tsim_cmd_plot },
	{ "explain", "DIR [--hit N] [--replication N] [--reproducer [-o FILE]]",
	  "show how a hit came about, step by step", tsim_cmd_explain },
	{ "list", "CONFIG [-e EXPERIMENT] [-r SELECTION] [--format text|tsv|json]",
	  "print the points of a sweep, and how long they take", tsim_cmd_list },
	{ "show", "CONFIG [-e EXPERIMENT] [-r SELECTION] [--set GROUP.KEY=VALUE]... [--origin]",
	  "print every resolved value of an experiment", tsim_cmd_show },
	{ "check", "CONFIG [--set GROUP.KEY=VALUE]...", "validate every experiment of a file",
	  tsim_cmd_check },
	{ "keys", "[GROUP [KIND]]", "print the keys that a configuration may have", tsim_cmd_keys },
	{ "validate", "[CASE]... [--budget N] [--seed S] [-j N] [--format text|json] [-o DIR]",
	  "compare the simulator with closed forms", tsim_cmd_validate },
	{ "validate devices", "[--seed S] [-j N] [--format text|tsv|json] [-o DIR]",
	  "... with what was measured of real devices", tsim_cmd_validate_devices },
	{ "validate kernel",
	  "[SERIES]... [--replications N] [--seed S] [-j N] [--format text|json] [-o DIR] | "
	  "--sensitivity [-o DIR] | --measure TRACE...",
	  "... with recordings of a real btrfs", tsim_cmd_validate_kernel },
	{ "validate placement", "[--device-size SIZE] TRACE...",
	  "... with where a real btrfs put its chunks", tsim_cmd_validate_placement },
	{ "import", "[--latencies] TRACE... -o FILE", "turn recorded traces into the native format",
	  tsim_cmd_import },
	{ .name = NULL },
};

static const char main_help[] =
	"Usage: trimsim COMMAND [OPTION...] [ARGUMENT...]\n"
	"\n"
	"Simulate what a late discard does to live data under a file system's policy,\n"
	"and what the policy costs its allocations.\n"
	"\n"
	"Commands:\n";
static const char main_help_end[] =
	"\n"
	"Options:\n"
	"  -h, --help     show this help; trimsim COMMAND --help for a command\n"
	"      --version  show the version, and those of the libraries\n"
	"\n"
	"Examples:\n"
	"  trimsim run my.conf -o results\n"
	"  trimsim check my.conf --set device.discard.base=5ms\n"
	"\n"
	"Exit status: 0 ok; 1 a run failed; 2 bad usage or input; 3 not as precise as\n"
	"was asked for; 4 a check, an expectation or the validation failed;\n"
	"130 interrupted, the same command goes on.\n";

static int print_help(void)
{
	fputs(main_help, stdout);
	for (const struct tsim_command *command = tsim_commands; command->name; command++)
		printf("  %-18s %s\n", command->name, command->summary);
	fputs(main_help_end, stdout);
	return TSIM_EXIT_OK;
}

static int print_version(void)
{
	printf("trimsim %s\n", TSIM_VERSION);
	printf("GLib %u.%u.%u\n", glib_major_version, glib_minor_version, glib_micro_version);
	printf("GSL %s\n", gsl_version);
	/* SimGrid stays out of this process: its version is the one of the build. */
	printf("JSON-GLib %s\nSQLite %s\nSimGrid %s\n", TSIM_JSON_GLIB_VERSION,
	       sqlite3_libversion(), TSIM_SIMGRID_VERSION);
	return TSIM_EXIT_OK;
}

/* "validate kernel": the first two arguments; NULL: they are no command. */
static const struct tsim_command *find_two_words(int argc, char **argv)
{
	g_autofree char *name = argc > 2 ? g_strdup_printf("%s %s", argv[1], argv[2]) : NULL;

	for (const struct tsim_command *command = tsim_commands; command->name; command++)
		if (!g_strcmp0(command->name, name))
			return command;
	return NULL;
}

static const struct tsim_command *find_command(const char *name, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *hint = NULL;

	for (const struct tsim_command *command = tsim_commands; command->name; command++) {
		if (!strcmp(command->name, name))
			return command;
		g_ptr_array_add(names, (char *)command->name);
	}
	hint = tsim_did_you_mean(name, names);
	tsim_throw(error, "unknown %s '%s'%s, see trimsim --help",
		   *name == '-' ? "option" : "command", name, hint);
	return NULL;
}

static int run_command(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	const struct tsim_command *command;
	g_autofree char *program = NULL;
	int words;

	if (argc < 2) {
		tsim_throw(&error, "no command, see trimsim --help");
		return tsim_cli_fail(error);
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return print_help();
	if (!strcmp(argv[1], "--version"))
		return print_version();
	command = find_two_words(argc, argv);
	words = command ? 2 : 1;
	if (!command)
		command = find_command(argv[1], &error);
	if (!command)
		return tsim_cli_fail(error);
	program = g_strdup_printf("trimsim %s", command->name);
	g_set_prgname(program);
	return command->run(argc - words, argv + words);
}

int main(int argc, char **argv)
{
	int status;

	setlocale(LC_CTYPE, ""); /* numbers stay those of the C locale */
	status = run_command(argc, argv);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "trimsim: cannot write standard output: %s\n", g_strerror(errno));
		return status == TSIM_EXIT_OK ? TSIM_EXIT_FAILED : status;
	}
	return status;
}
