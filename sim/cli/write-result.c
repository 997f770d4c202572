/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `run` and `merge` end with: the files of a result, its report, the exit status. */
#include "write-result.h"

#include <errno.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>

#include "error.h"
#include "output.h"

/**
 * tsim_cli_worse() - the exit status of two things that were done
 *
 * A replication that failed says more than an expectation that does not hold,
 * and that more than a run that had no more time.
 */
int tsim_cli_worse(int a, int b)
{
	static const int order[] = { TSIM_EXIT_FAILED, TSIM_EXIT_CHECK, TSIM_EXIT_STOPPED };

	for (guint i = 0; i < G_N_ELEMENTS(order); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return TSIM_EXIT_OK;
}

/* The result is safe; what could not be printed is there, and `trimsim report` shows it. */
static gboolean throw_stdout(int why, const char *dir, GError **error)
{
	/* It is said once, here: at the end of the program it would be said without the place. */
	__fpurge(stdout);
	clearerr(stdout);
	return tsim_throw_run(error, "cannot write standard output: %s; the result is in %s",
			      g_strerror(why), dir);
}

static gboolean print_file(const char *place, const char *name, const char *dir, GError **error)
{
	g_autofree char *path = g_build_filename(place, name, NULL);
	char buffer[65536];
	gsize n;
	int why = 0;
	FILE *f = fopen(path, "re");

	if (!f)
		return tsim_throw_run(error, "%s: %s", path, g_strerror(errno));
	while (!why && (n = fread(buffer, 1, sizeof(buffer), f)) > 0)
		if (fwrite(buffer, 1, n, stdout) != n)
			why = errno;
	if (!why && fflush(stdout) != 0)
		why = errno;
	fclose(f);
	return why ? throw_stdout(why, dir, error) : TRUE;
}

static int judge(const struct tsim_campaign *c, const struct tsim_said *said)
{
	int status = said->failures ? TSIM_EXIT_FAILED : TSIM_EXIT_OK;

	for (guint i = 0; i < said->broken->len; i++)
		fprintf(stderr, "trimsim: %s\n", (char *)g_ptr_array_index(said->broken, i));
	if (said->broken->len)
		status = tsim_cli_worse(status, TSIM_EXIT_CHECK);
	if (said->capped) {
		fprintf(stderr,
			"trimsim: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
			" points reached the cap of replications before the rule to stop (%s)\n",
			said->capped, tsim_plan_n_points(c->plan),
			tsim_setup_experiment(tsim_plan_first(c->plan))->stop);
		status = tsim_cli_worse(status, TSIM_EXIT_STOPPED);
	}
	if (!c->cut)
		return status;
	fprintf(stderr,
		"trimsim: the time budget ended before %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
		" points had what they need; the same command goes on\n",
		tsim_campaign_n_incomplete(c), tsim_plan_n_points(c->plan));
	return tsim_cli_worse(status, TSIM_EXIT_STOPPED);
}

/**
 * tsim_cli_write_result() - write the files, print the report, and say what is to be said
 * @c: campaign that has run
 * @place: of tsim_output_check()
 * @dir: its name for the user
 * @command: that gives the result again
 * @format: of what is printed, "json" or else text
 * @quiet: do not say where it is
 * @status: exit status, gets worse
 */
gboolean tsim_cli_write_result(const struct tsim_campaign *c, const char *place, const char *dir,
			       const char *const *command, const char *format, gboolean quiet,
			       int *status, GError **error)
{
	const char *name = g_strcmp0(format, "json") == 0 ? "result.json" : "report.txt";
	struct tsim_said said;
	gboolean ok = tsim_output_write(c, place, command, &said, error) &&
		      tsim_store_seal(c->store, error) && print_file(place, name, dir, error);

	if (ok && !quiet)
		fprintf(stderr, "result: %s\n", dir);
	if (ok)
		*status = tsim_cli_worse(*status, judge(c, &said));
	g_ptr_array_unref(said.broken);
	return ok;
}
