/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "remove-tree.h"

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static char *read_whole(int fd)
{
	GString *text = g_string_new(NULL);
	char buffer[65536];
	ssize_t n;

	while ((n = read(fd, buffer, sizeof(buffer))) > 0 || (n < 0 && errno == EINTR))
		g_string_append_len(text, buffer, MAX(n, 0));
	close(fd);
	return g_string_free(text, FALSE);
}

/* The resources of a child that is waited for include those of its own children. */
static void wait_for(struct run *run, GPid pid)
{
	struct rusage usage;
	int status;

	while (wait4(pid, &status, 0, &usage) < 0)
		g_assert_cmpint(errno, ==, EINTR);
	run->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	run->cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
	run->max_rss_kib = (double)usage.ru_maxrss;
}

/*
 * Mapped files count in the resident set by the pages around those that were touched: by some
 * 700 KiB more or less with random addresses, by 30 without.  Where it is not permitted, so be it.
 */
static void fixed_addresses(gpointer data)
{
	personality(ADDR_NO_RANDOMIZE);
}

/**
 * run_trimsim() - run the program of this build and wait for it
 * @run: (out): clear it with run_clear()
 * @args: CONFIG and options, split as a shell does; the results directory is temporary
 *
 * What the program says on stderr goes to the test's.
 */
void run_trimsim(struct run *run, const char *args)
{
	g_autofree char *dir = g_dir_make_tmp("trimsim-test-XXXXXX", NULL);
	g_autofree char *command =
		g_strdup_printf(TSIM_PROGRAM " run --format json --quiet -o %s %s", dir, args);
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) argv = NULL;
	g_autofree char *text = NULL;
	GPid pid;
	int out;

	*run = (struct run){ .json = json_parser_new() };
	g_assert_true(g_shell_parse_argv(command, NULL, &argv, NULL));
	g_spawn_async_with_pipes(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, fixed_addresses, NULL,
				 &pid, NULL, &out, NULL, &error);
	g_assert_no_error(error);
	text = read_whole(out);
	wait_for(run, pid);
	remove_tree(dir);
	if (run->status == 0) {
		json_parser_load_from_data(run->json, text, -1, &error);
		g_assert_no_error(error);
	}
}

void run_clear(struct run *run)
{
	g_clear_object(&run->json);
}

double run_number(const struct run *run, const char *policy, const char *path)
{
	g_auto(GStrv) names = g_strsplit(path, ".", -1);
	JsonObject *object = json_node_get_object(json_parser_get_root(run->json));
	guint i;

	object = json_array_get_object_element(json_object_get_array_member(object, "points"), 0);
	object = json_object_get_object_member(json_object_get_object_member(object, "policies"),
					       policy);
	for (i = 0; names[i + 1]; i++)
		object = json_object_get_object_member(object, names[i]);
	return json_object_get_double_member(object, names[i]);
}
