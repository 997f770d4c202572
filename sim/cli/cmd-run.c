/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "error.h"
#include "result.h"
#include "store.h"

#define MAX_JOBS 1024

static char **experiments, **sets;
static char *dir, *seed, *replications, *format;
static int jobs;
static gboolean quiet, paranoid;

static const GOptionEntry entries[] = {
	{ "experiment", 'e', 0, G_OPTION_ARG_STRING_ARRAY, &experiments,
	  "an experiment, when CONFIG has several; may be repeated", "NAME" },
	{ "set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &sets,
	  "override a value; may be repeated, the last one wins", "GROUP.KEY=VALUE" },
	{ "jobs", 'j', 0, G_OPTION_ARG_INT, &jobs, "worker processes; default: one per processor",
	  "N" },
	{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &dir,
	  "where the result goes; default: results/EXPERIMENT-HASH", "DIR" },
	{ "seed", 0, 0, G_OPTION_ARG_STRING, &seed, "the same as --set experiment.seed=S", "S" },
	{ "replications", 0, 0, G_OPTION_ARG_STRING, &replications,
	  "the same as --set experiment.replications=N", "N" },
	{ "format", 0, 0, G_OPTION_ARG_STRING, &format, "what is printed: text (default) or json",
	  "FORMAT" },
	{ "paranoid", 0, 0, G_OPTION_ARG_NONE, &paranoid,
	  "the same as --set experiment.paranoid=yes", NULL },
	{ "quiet", 0, 0, G_OPTION_ARG_NONE, &quiet,
	  "no progress line, and do not say where the result is", NULL },
	{ NULL },
};

static const char examples[] =
	"Every policy of the experiment runs the same replications on the same random\n"
	"numbers.  The report goes to standard output, the result to DIR; a result that\n"
	"is there already is replaced when the new one is complete.\n"
	"\n"
	"Examples:\n"
	"  trimsim run my.conf\n"
	"  trimsim run my.conf -e latency --set device.discard.base=20ms --seed 7 -j 4\n"
	"  trimsim run my.conf --format json --quiet | jq '.points[0].policies'\n";

/* One experiment of the command line. */
struct job {
	TsimResolved *resolved;
	TsimSetup *setup;
	char *manifest, *dir, *place; /* place: @dir, whatever the current directory is */
};

static void job_free(struct job *job)
{
	g_clear_pointer(&job->setup, tsim_setup_free);
	g_clear_pointer(&job->resolved, tsim_resolved_free);
	g_free(job->manifest);
	g_free(job->dir);
	g_free(job->place);
	g_free(job);
}

/* An option and its value stay together on a line. */
static void add_word(GPtrArray *words, const char *option, const char *value)
{
	static const char safe[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./=:,%+-@";
	g_autofree char *quoted = value[0] && value[strspn(value, safe)] == '\0' ?
					  g_strdup(value) :
					  g_shell_quote(value);

	g_ptr_array_add(words,
			option ? g_strconcat(option, " ", quoted, NULL) : g_steal_pointer(&quoted));
}

/* The command that gives this result again: as it was typed, with the seed. */
static GPtrArray *command_words(const char *path, const struct job *job)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *number =
		g_strdup_printf("%" G_GUINT64_FORMAT, tsim_setup_experiment(job->setup)->seed);

	add_word(words, "trimsim", "run");
	add_word(words, NULL, path);
	if (experiments)
		add_word(words, "-e", tsim_resolved_experiment(job->resolved));
	for (guint i = 0; sets && sets[i]; i++)
		add_word(words, "--set", sets[i]);
	if (replications)
		add_word(words, "--replications", replications);
	if (paranoid)
		g_ptr_array_add(words, g_strdup("--paranoid"));
	add_word(words, "--seed", number);
	g_ptr_array_add(words, NULL);
	return words;
}

static gboolean check_options(GError **error)
{
	if (format && strcmp(format, "text") && strcmp(format, "json"))
		return tsim_throw(error, "--format: '%s' is not one of text, json", format);
	if (jobs < 0 || jobs > MAX_JOBS)
		return tsim_throw(error, "-j: %d is out of range, permitted is 1 to %d", jobs,
				  MAX_JOBS);
	if (dir && experiments && g_strv_length(experiments) > 1)
		return tsim_throw(
			error, "-o: one directory cannot hold several experiments, leave it out");
	return TRUE;
}

static gboolean set_number(TsimConfig *config, const char *key, const char *value, GError **error)
{
	g_autofree char *assignment = value ? g_strdup_printf("experiment.%s=%s", key, value) :
					      NULL;

	return !value || tsim_config_set(config, assignment, error);
}

static struct job *prepare(const TsimConfig *config, const char *name, GError **error)
{
	struct job *job = g_new0(struct job, 1);
	g_autofree char *text = NULL;

	job->resolved = tsim_config_resolve(config, name, tsim_setup_schema(), error);
	if (job->resolved)
		job->setup = tsim_setup_new(job->resolved, error);
	if (!job->setup) {
		job_free(job);
		return NULL;
	}
	text = tsim_resolved_manifest(job->resolved);
	job->manifest = tsim_store_manifest(text);
	job->dir = dir ? g_strdup(dir) :
			 tsim_store_default_dir(tsim_resolved_experiment(job->resolved),
						job->manifest);
	job->place = tsim_store_check(job->dir, error);
	if (!job->place) {
		job_free(job);
		return NULL;
	}
	return job;
}

/* All experiments are read before the first one runs: a mistake in the last is known at once. */
static GPtrArray *prepare_all(const char *path, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)job_free);
	g_autoptr(TsimConfig) config = NULL;

	if (!check_options(error))
		return NULL;
	config = tsim_cli_load(path, sets, error);
	if (!config || !set_number(config, "seed", seed, error) ||
	    !set_number(config, "replications", replications, error) ||
	    !set_number(config, "paranoid", paranoid ? "yes" : NULL, error))
		return NULL;
	for (guint i = 0; i < (experiments ? g_strv_length(experiments) : 1); i++) {
		struct job *job = prepare(config, experiments ? experiments[i] : NULL, error);

		if (!job)
			return NULL;
		g_ptr_array_add(list, job);
	}
	return g_steal_pointer(&list);
}

static gboolean wants_progress(void)
{
	return !quiet && isatty(STDERR_FILENO) && g_strcmp0(g_getenv("TERM"), "dumb") != 0;
}

/* The result is safe; what could not be printed is there, and `trimsim report` shows it. */
static gboolean print_text(const char *text, const char *where, GError **error)
{
	int why;

	if (fputs(text, stdout) >= 0 && fflush(stdout) == 0)
		return TRUE;
	why = errno;
	/* It is said once, here: at the end of the program it would be said without the place. */
	__fpurge(stdout);
	clearerr(stdout);
	return tsim_throw_run(error, "cannot write standard output: %s; the result is in %s",
			      g_strerror(why), where);
}

static gboolean store_and_print(const struct job *job, const struct tsim_result *result,
				GError **error)
{
	g_autofree char *text = NULL;

	if (!result->tally->replications)
		return tsim_throw_run(error, "every replication failed, there is no result");
	if (!tsim_store_write(job->place, result, job->manifest, error))
		return FALSE;
	text = g_strcmp0(format, "json") == 0 ? tsim_result_json(result) :
						tsim_result_report(result);
	if (!print_text(text, job->dir, error))
		return FALSE;
	if (!quiet)
		fprintf(stderr, "result: %s\n", job->dir);
	return TRUE;
}

static gboolean run(const char *path, const struct job *job, gboolean *failed, GError **error)
{
	struct tsim_runner_options options = { .jobs = jobs, .progress = wants_progress() };
	g_autoptr(GPtrArray) words = command_words(path, job), failures = NULL;
	g_autoptr(TsimTally) tally = NULL;
	struct tsim_result result = {
		.name = tsim_resolved_experiment(job->resolved),
		.experiment = tsim_setup_experiment(job->setup),
		.command = (const char *const *)words->pdata,
	};

	if (!tsim_runner_run(job->setup, &options, &tally, &failures, error))
		return FALSE;
	result.tally = tally;
	result.failures = failures;
	*failed |= failures->len > 0;
	return store_and_print(job, &result, error);
}

static int run_all(const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) list = prepare_all(path, &error);
	gboolean failed = FALSE;

	if (!list)
		return tsim_cli_fail(error);
	/* A file size limit is then an error like a full disk, not the end of the process. */
	signal(SIGXFSZ, SIG_IGN);
	for (guint i = 0; i < list->len; i++)
		if (!run(path, g_ptr_array_index(list, i), &failed, &error))
			break;
	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
		fputs("trimsim: interrupted, no result written\n", stderr);
		return TSIM_EXIT_INTERRUPTED;
	}
	if (error)
		return tsim_cli_fail(error);
	return failed ? TSIM_EXIT_FAILED : TSIM_EXIT_OK;
}

/*
 * A standard stream that is closed must not become the first file or socket
 * that is opened, or the report would go there.  Standard output is replaced
 * by what cannot be written to: that is an error, as it was.
 */
static void hold_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR);
}

int tsim_cmd_run(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	int status;

	hold_standard_streams();
	if (tsim_cli_parse(&argc, &argv, entries, "CONFIG", examples, 1, 1, &error))
		status = run_all(argv[1]);
	else
		status = tsim_cli_fail(error);
	g_strfreev(experiments);
	g_strfreev(sets);
	g_free(dir);
	g_free(seed);
	g_free(replications);
	g_free(format);
	return status;
}
