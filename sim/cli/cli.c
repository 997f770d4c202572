/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "expect.h"

#define MAX_JOBS 1024

/* Where the two lines begin that show a value and a caret below it; the end when there are none. */
static gsize find_marked(const char *message)
{
	const gsize length = strlen(message);
	const char *last = strrchr(message, '\n'), *first;

	if (!last || strcmp(last + 1 + strspn(last + 1, " "), "^"))
		return length;
	first = g_strrstr_len(message, last - message, "\n");
	return first ? (gsize)(first - message) : length;
}

/**
 * tsim_cli_fail:
 *
 * 1 for a run that failed, 2 for everything that the user can put right.
 */
int tsim_cli_fail(const GError *error)
{
	const gsize length = find_marked(error->message);
	g_autofree char *line = g_strdelimit(g_strndup(error->message, length), "\n\r", ' ');

	fprintf(stderr, "trimsim: %s%s\n", line, error->message + length);
	return g_error_matches(error, TSIM_ERROR, TSIM_ERROR_RUN) ? TSIM_EXIT_FAILED :
								    TSIM_EXIT_USAGE;
}

static gboolean check_count(int n, int n_min, int n_max, const char *arguments, GError **error)
{
	if (n >= n_min && n <= n_max)
		return TRUE;
	return tsim_throw(error, "%s, usage: %s %s, see %s --help",
			  n < n_min ? "too few arguments" : "too many arguments", g_get_prgname(),
			  arguments, g_get_prgname());
}

static gboolean takes_value(const GOptionEntry *entries, char short_name)
{
	for (; entries->long_name; entries++) {
		if (entries->short_name == short_name)
			return entries->arg != G_OPTION_ARG_NONE;
	}
	return FALSE;
}

/* GOption takes "-j 2" but not "-j2", which everybody types; make it two words. */
static void split_short_options(int *argc, char ***argv, const GOptionEntry *entries)
{
	static GPtrArray *words; /* what argv points to from now on */
	gboolean options = TRUE;

	words = g_ptr_array_new();
	for (int i = 0; i < *argc; i++) {
		char *word = (*argv)[i];

		if (!g_strcmp0(word, "--"))
			options = FALSE;
		if (options && i > 0 && word[0] == '-' && word[1] && word[1] != '-' && word[2] &&
		    takes_value(entries, word[1])) {
			g_ptr_array_add(words, g_strndup(word, 2));
			g_ptr_array_add(words, word + 2);
		} else {
			g_ptr_array_add(words, word);
		}
	}
	*argc = (int)words->len;
	g_ptr_array_add(words, NULL);
	*argv = (char **)words->pdata;
}

/**
 * tsim_cli_parse:
 * @arguments: what follows the options in the usage line, "CONFIG"
 * @examples: (nullable)
 * @n_min: how few arguments may remain
 * @n_max: how many
 *
 * Options may stand before and behind the arguments; `--` ends them.
 */
gboolean tsim_cli_parse(int *argc, char ***argv, const GOptionEntry *entries, const char *arguments,
			const char *examples, int n_min, int n_max, GError **error)
{
	g_autoptr(GOptionContext) context = g_option_context_new(arguments);
	g_autoptr(GError) local = NULL;

	split_short_options(argc, argv, entries);
	g_option_context_add_main_entries(context, entries, NULL);
	g_option_context_set_description(context, examples);
	if (!g_option_context_parse(context, argc, argv, &local))
		return tsim_throw(error, "%s, see %s --help", local->message, g_get_prgname());
	if (*argc > 1 && !g_strcmp0((*argv)[1], "--")) {
		(*argv)++;
		(*argc)--;
	}
	return check_count(*argc - 1, n_min, n_max, arguments, error);
}

/* The points of an experiment of @config.  (transfer full) */
TsimSweep *tsim_cli_sweep(const TsimConfig *config, const char *experiment, gboolean force,
			  GError **error)
{
	return force ? tsim_sweep_new_forced(config, experiment, tsim_setup_schema(), error) :
		       tsim_sweep_new(config, experiment, tsim_setup_schema(), error);
}

/* A point ready to run; an error says which point it is.  (transfer full) */
TsimSetup *tsim_cli_setup(const TsimSweep *sweep, guint64 point, GError **error)
{
	g_autoptr(TsimResolved) resolved = tsim_sweep_resolve(sweep, point, error);
	g_autoptr(GError) local = NULL;
	g_autoptr(TsimSetup) setup = resolved ? tsim_setup_new(resolved, &local) : NULL;
	g_autofree char *where = NULL;

	if (setup)
		tsim_expect_check(resolved, tsim_setup_experiment(setup), &local);
	if (!local)
		return g_steal_pointer(&setup);
	where = tsim_sweep_describe(sweep, point);
	tsim_throw(error, *where ? "%s (%s)" : "%s%s", local->message, where);
	return NULL;
}

TsimConfig *tsim_cli_load(const char *path, char **sets, GError **error)
{
	g_autoptr(TsimConfig) config = tsim_config_load(path, error);

	if (!config || !tsim_config_set_all(config, (const char *const *)sets, error))
		return NULL;
	return g_steal_pointer(&config);
}

/**
 * tsim_cli_check_jobs:
 * @jobs: of -j; 0: one per processor
 */
gboolean tsim_cli_check_jobs(int jobs, GError **error)
{
	if (jobs >= 0 && jobs <= MAX_JOBS)
		return TRUE;
	return tsim_throw(error, "-j: %d is out of range, permitted is 1 to %d", jobs, MAX_JOBS);
}

/**
 * tsim_cli_count:
 * @option: its long name, for the error
 * @text: (nullable): what was given; NULL leaves @value as it is
 */
gboolean tsim_cli_count(const char *option, const char *text, guint64 low, guint64 high,
			guint64 *value, GError **error)
{
	g_autoptr(GError) local = NULL;

	if (!text || g_ascii_string_to_unsigned(text, 10, low, high, value, &local))
		return TRUE;
	return tsim_throw(error,
			  "--%s: '%s' is not a number from %" G_GUINT64_FORMAT
			  " to %" G_GUINT64_FORMAT,
			  option, text, low, high);
}

gboolean tsim_cli_make_directory(const char *dir, GError **error)
{
	if (dir && g_mkdir_with_parents(dir, 0777) < 0)
		return tsim_throw(error, "-o: cannot make the directory %s: %s", dir,
				  g_strerror(errno));
	return TRUE;
}

void tsim_cli_print(struct tsim_printer *p, char *text)
{
	g_string_append(p->text, text);
	if (p->live) {
		fputs(text, stdout);
		fflush(stdout);
	}
	g_free(text);
}

/** tsim_cli_save() - @text in the file @name of @dir, whole or not at all */
gboolean tsim_cli_save(const char *dir, const char *name, const char *text, GError **error)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	g_autoptr(GError) local = NULL;

	return g_file_set_contents(path, text, -1, &local) ||
	       tsim_throw_run(error, "%s", local->message);
}
