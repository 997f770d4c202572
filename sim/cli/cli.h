/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "config.h"
#include "sweep.h"
#include "world.h"

/* Exit statuses. */
enum {
	TSIM_EXIT_OK = 0,
	TSIM_EXIT_FAILED = 1,		/* a run failed or an invariant broke */
	TSIM_EXIT_USAGE = 2,		/* bad usage or bad input */
	TSIM_EXIT_STOPPED = 3,		/* before the target precision */
	TSIM_EXIT_CHECK = 4,		/* validation or check failed */
	TSIM_EXIT_INTERRUPTED = 130,	/* what has run is stored */
};

/* One file per subcommand, one line in the array of main.c; argv[0] is its last word. */
struct tsim_command {
	const char *name;	/* one word or two */
	const char *usage;	/* what follows the name in the synopsis */
	const char *summary;	/* one line of --help */
	int (*run)(int argc, char **argv);
};

extern const struct tsim_command tsim_commands[];	/* ends with an entry without a name */

int tsim_cmd_run(int argc, char **argv);
int tsim_cmd_merge(int argc, char **argv);
int tsim_cmd_verify(int argc, char **argv);
int tsim_cmd_plot(int argc, char **argv);
int tsim_cmd_report(int argc, char **argv);
int tsim_cmd_compare(int argc, char **argv);
int tsim_cmd_explain(int argc, char **argv);
int tsim_cmd_show(int argc, char **argv);
int tsim_cmd_list(int argc, char **argv);
int tsim_cmd_check(int argc, char **argv);
int tsim_cmd_keys(int argc, char **argv);
int tsim_cmd_validate(int argc, char **argv);
int tsim_cmd_import(int argc, char **argv);
int tsim_cmd_validate_placement(int argc, char **argv);
int tsim_cmd_validate_devices(int argc, char **argv);
int tsim_cmd_validate_kernel(int argc, char **argv);

/*
 * Print "trimsim: MESSAGE" on one line of stderr, and on two more the value and the caret that the
 * message may have; the exit status that belongs to @error.
 */
int tsim_cli_fail(const GError *error);
/*
 * Take the options out of argv; argv[1] ... argv[argc - 1] remain, from
 * @n_min to @n_max of them.  @examples follows the options in --help.
 */
gboolean tsim_cli_parse(int *argc, char ***argv, const GOptionEntry *entries, const char *arguments,
			const char *examples, int n_min, int n_max, GError **error);
/* Options that several commands have. */
gboolean tsim_cli_check_jobs(int jobs, GError **error);
gboolean tsim_cli_count(const char *option, const char *text, guint64 low, guint64 high,
			guint64 *value, GError **error);
/* For -o DIR; @dir may be NULL. */
gboolean tsim_cli_make_directory(const char *dir, GError **error);
gboolean tsim_cli_save(const char *dir, const char *name, const char *text, GError **error);
/* What a validation prints: kept for its file, and on stdout as it becomes known if @live. */
struct tsim_printer {
	gboolean live;
	GString *text;
};

void tsim_cli_print(struct tsim_printer *p, char *text); /* @text: (transfer full) */

/* Load a configuration and apply the --set options; @sets may be NULL. */
TsimConfig *tsim_cli_load(const char *path, char **sets, GError **error);
TsimSweep *tsim_cli_sweep(const TsimConfig *config, const char *experiment, gboolean force,
			  GError **error);
TsimSetup *tsim_cli_setup(const TsimSweep *sweep, guint64 point, GError **error);

/* man-page.c, keys-output.c: the man page and the bash completion, from the tables. */
void tsim_print_man(const struct tsim_schema *schema);
void tsim_print_completion(const struct tsim_schema *schema);
