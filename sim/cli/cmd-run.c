/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <gio/gio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "output.h"
#include "write-result.h"

#define MAX_SHARDS 100000

static char **experiments, **sets;
static char *dir, *seed, *replications, *format, *selection, *shard_text;
static int jobs;
static gboolean quiet, paranoid, force;
static struct tsim_shard shard = { 0, 1 };

static const GOptionEntry entries[] = {
	{ "experiment", 'e', 0, G_OPTION_ARG_STRING_ARRAY, &experiments,
	  "an experiment of CONFIG; may be repeated", "NAME" },
	{ "set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &sets,
	  "override a value; repeated, the last one wins", "GROUP.KEY=VALUE" },
	{ "jobs", 'j', 0, G_OPTION_ARG_INT, &jobs, "worker processes; default: one per processor",
	  "N" },
	{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &dir,
	  "for the result; default: results/EXPERIMENT-HASH", "DIR" },
	{ "select", 'r', 0, G_OPTION_ARG_STRING, &selection,
	  "only points 0, 0..9, or 'D > 10ms && T == 30s'", "SELECTION" },
	{ "force", 0, 0, G_OPTION_ARG_NONE, &force, "allow more than a million points", NULL },
	{ "shard", 0, 0, G_OPTION_ARG_STRING, &shard_text,
	  "part I of N, from 0, for trimsim merge", "I/N" },
	{ "seed", 0, 0, G_OPTION_ARG_STRING, &seed, "the same as --set experiment.seed=S", "S" },
	{ "replications", 0, 0, G_OPTION_ARG_STRING, &replications,
	  "the same as --set experiment.replications=N", "N" },
	{ "format", 0, 0, G_OPTION_ARG_STRING, &format, "what is printed: text (default) or json",
	  "FORMAT" },
	{ "paranoid", 0, 0, G_OPTION_ARG_NONE, &paranoid,
	  "the same as --set experiment.paranoid=yes", NULL },
	{ "quiet", 0, 0, G_OPTION_ARG_NONE, &quiet,
	  "no progress, and do not say where the result is", NULL },
	{ NULL },
};

static const char examples[] =
	"Every policy of the experiment runs the same replications on the same random\n"
	"numbers, and so does every point of a sweep.  The report goes to standard\n"
	"output, the result to DIR.  What has run is stored there at once: the same\n"
	"command goes on where one ended that was interrupted, killed or out of disk\n"
	"space, and one with more replications or other points runs what is missing.\n"
	"A DIR that holds another experiment is refused.  SIGUSR1 asks how far it is.\n"
	"\n"
	"Examples:\n"
	"  trimsim run my.conf\n"
	"  trimsim run my.conf -e latency --set device.discard.base=20ms --seed 7 -j 4\n"
	"  trimsim run my.conf -r 'D > 10ms' -o part\n"
	"  trimsim run my.conf --shard 0/3 -o s0      # and 1/3, 2/3, elsewhere\n"
	"  trimsim run my.conf --format json --quiet | jq '.points[0].policies'\n"
	"\n"
	"Exit status: 0 ok; 1 a replication failed; 3 the time budget ended, or all\n"
	"replications were run, before the rule to stop was met; 4 an expectation does\n"
	"not hold; 130 interrupted.\n";

/* One experiment of the command line. */
struct job {
	TsimPlan *plan;
	GPtrArray *command; /* that gives this result again, words, NULL-terminated */
	char *dir, *place; /* place: @dir, whatever the current directory is */
};

static void job_free(struct job *job)
{
	g_clear_pointer(&job->plan, tsim_plan_free);
	g_clear_pointer(&job->command, g_ptr_array_unref);
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
		g_strdup_printf("%" G_GUINT64_FORMAT, tsim_plan_point(job->plan, 0)->seed);

	add_word(words, "trimsim", "run");
	add_word(words, NULL, path);
	if (experiments)
		add_word(words, "-e", tsim_plan_experiment(job->plan));
	for (guint i = 0; sets && sets[i]; i++)
		add_word(words, "--set", sets[i]);
	if (selection)
		add_word(words, "-r", selection);
	if (force)
		g_ptr_array_add(words, g_strdup("--force"));
	if (replications)
		add_word(words, "--replications", replications);
	if (paranoid)
		g_ptr_array_add(words, g_strdup("--paranoid"));
	add_word(words, "--seed", number);
	g_ptr_array_add(words, NULL);
	return words;
}

static gboolean parse_shard(GError **error)
{
	int end = 0;

	if (!shard_text)
		return TRUE;
	if (!g_ascii_isdigit(shard_text[0]) ||
	    sscanf(shard_text, "%u/%u%n", &shard.i, &shard.n, &end) != 2 || shard_text[end])
		return tsim_throw(error, "--shard: '%s' is not of the form I/N, such as 0/3",
				  shard_text);
	if (shard.n < 1 || shard.n > MAX_SHARDS || shard.i >= shard.n)
		return tsim_throw(error, "--shard: %s is out of range, I is 0 to N-1, N is 1 to %d",
				  shard_text, MAX_SHARDS);
	return TRUE;
}

static gboolean check_options(GError **error)
{
	if (format && strcmp(format, "text") && strcmp(format, "json"))
		return tsim_throw(error, "--format: '%s' is not one of text, json", format);
	if (!tsim_cli_check_jobs(jobs, error))
		return FALSE;
	if (dir && experiments && g_strv_length(experiments) > 1)
		return tsim_throw(
			error, "-o: one directory cannot hold several experiments, leave it out");
	return parse_shard(error);
}

static gboolean set_number(TsimConfig *config, const char *key, const char *value, GError **error)
{
	g_autofree char *assignment = value ? g_strdup_printf("experiment.%s=%s", key, value) :
					      NULL;

	return !value || tsim_config_set(config, assignment, error);
}

static gboolean job_init(struct job *job, const TsimConfig *config, const char *path,
			 const char *name, GError **error)
{
	struct tsim_plan_options options = { .select = selection, .force = force };

	job->plan = tsim_plan_new(config, name, &options, error);
	if (!job->plan)
		return FALSE;
	job->command = command_words(path, job);
	job->dir = dir ? g_strdup(dir) : tsim_output_default_dir(job->plan, &shard);
	job->place = tsim_output_check(job->dir, error);
	return job->place != NULL;
}

/*
 * All experiments are read before the first one runs: a mistake in the last is known at once.
 * @config: (out) (transfer full): what the jobs use
 */
static GPtrArray *prepare_all(const char *path, TsimConfig **config, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)job_free);

	if (!check_options(error))
		return NULL;
	*config = tsim_cli_load(path, sets, error);
	if (!*config || !set_number(*config, "seed", seed, error) ||
	    !set_number(*config, "replications", replications, error) ||
	    !set_number(*config, "paranoid", paranoid ? "yes" : NULL, error))
		return NULL;
	for (guint i = 0; i < (experiments ? g_strv_length(experiments) : 1); i++) {
		struct job *job = g_new0(struct job, 1);

		g_ptr_array_add(list, job);
		if (!job_init(job, *config, path, experiments ? experiments[i] : NULL, error))
			return NULL;
	}
	return g_steal_pointer(&list);
}

static enum tsim_progress_mode progress_mode(void)
{
	if (quiet)
		return TSIM_PROGRESS_QUIET;
	if (isatty(STDERR_FILENO) && g_strcmp0(g_getenv("TERM"), "dumb") != 0)
		return TSIM_PROGRESS_TERMINAL;
	return TSIM_PROGRESS_PLAIN;
}

/* A shard has no result of its own. */
static gboolean finish_shard(const struct job *job, const struct tsim_campaign *c, int *status,
			     GError **error)
{
	if (!tsim_store_seal(c->store, error))
		return FALSE;
	if (!quiet)
		fprintf(stderr,
			"shard %s: %s; when all %u have run: trimsim merge DIR... -o RESULT\n",
			shard_text, job->dir, shard.n);
	if (c->failures)
		*status = tsim_cli_worse(*status, TSIM_EXIT_FAILED);
	if (c->cut)
		*status = tsim_cli_worse(*status, TSIM_EXIT_STOPPED);
	return TRUE;
}

static gboolean finish(const struct job *job, const struct tsim_campaign *c, int *status,
		       GError **error)
{
	const char *const *command = (const char *const *)job->command->pdata;
	const guint64 n = tsim_plan_n_points(job->plan), all = tsim_plan_n_all(job->plan);

	if (shard.n > 1)
		return finish_shard(job, c, status, error);
	if (n < all && !quiet)
		fprintf(stderr,
			"trimsim: a part: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
			" points; the others were not selected (-r)\n",
			n, all);
	return tsim_cli_write_result(c, job->place, job->dir, command, format, quiet, status,
				     error);
}

/* What is there already, of which nothing is run again. */
static gboolean say_stored(const struct job *job, const struct tsim_campaign *c, GError **error)
{
	struct tsim_totals totals;
	gint64 outdated;

	if (quiet)
		return TRUE;
	tsim_schedule_totals(c->schedule, &totals);
	if (totals.replications)
		fprintf(stderr,
			"trimsim: %" G_GUINT64_FORMAT " replications are in %s already%s\n",
			totals.replications, job->dir,
			totals.complete == totals.points ? ": nothing is to be run" : "");
	if (!tsim_store_n_outdated(c->store, &outdated, error))
		return FALSE;
	if (outdated)
		fprintf(stderr,
			"trimsim: %" G_GINT64_FORMAT
			" replications in %s are of another version of "
			"the model and are not used\n",
			outdated, job->dir);
	return TRUE;
}

static gboolean run_campaign(const struct job *job, TsimStore *store, int *status, GError **error)
{
	g_autofree char *command = g_strjoinv("\n", (char **)job->command->pdata);
	struct tsim_campaign_options options = {
		.jobs = jobs,
		.progress = progress_mode(),
		.session = { .command = command,
			     .shard = shard_text,
			     .selection = selection,
			     .jobs = jobs ? (guint)jobs : g_get_num_processors() },
	};
	struct tsim_campaign c;
	gboolean ok = tsim_campaign_init(&c, job->plan, store, &shard, TRUE, error) &&
		      say_stored(job, &c, error) &&
		      tsim_campaign_run(&c, &options, error) && finish(job, &c, status, error);

	tsim_campaign_clear(&c);
	return ok;
}

static gboolean run(const struct job *job, int *status, GError **error)
{
	gboolean fresh;
	g_autoptr(TsimStore)
		store = tsim_output_open(job->place, job->dir, job->plan, &fresh, error);
	g_autoptr(GError) local = NULL;

	if (!store || run_campaign(job, store, status, &local))
		return store != NULL;
	if (g_error_matches(local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		fprintf(stderr,
			"trimsim: interrupted; what has run is in %s, the same command goes on "
			"there\n",
			job->dir);
	g_propagate_error(error, g_steal_pointer(&local));
	return FALSE;
}

static int run_all(const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(TsimConfig) config = NULL;
	g_autoptr(GPtrArray) list = prepare_all(path, &config, &error);
	int status = TSIM_EXIT_OK;

	if (!list)
		return tsim_cli_fail(error);
	/* A file size limit is then an error like a full disk, not the end of the process. */
	signal(SIGXFSZ, SIG_IGN);
	for (guint i = 0; i < list->len; i++)
		if (!run(g_ptr_array_index(list, i), &status, &error))
			break;
	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return TSIM_EXIT_INTERRUPTED;
	return error ? tsim_cli_fail(error) : status;
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
	g_free(selection);
	g_free(shard_text);
	return status;
}
