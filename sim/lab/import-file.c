/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that is there when it is complete, or as it was. */
#include "import-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "error.h"

#define INTERRUPTED 130 /* exit status */

static gboolean finish_file(FILE *file, const char *made, const char *output, GError **error)
{
	gboolean ok = fflush(file) == 0 && !ferror(file) && fsync(fileno(file)) == 0;

	if (!ok || g_rename(made, output) < 0)
		return tsim_throw_run(error, "-o: cannot write %s: %s", output, g_strerror(errno));
	return TRUE;
}

static char *unfinished; /* what a signal removes */

/* At once: a read from a pipe would go on waiting.  Only what a handler may call. */
static void on_signal(int number)
{
	static const char said[] = "trimsim: interrupted, nothing written\n";

	unlink(unfinished);
	while (write(STDERR_FILENO, said, strlen(said)) < 0 && errno == EINTR)
		;
	_exit(INTERRUPTED);
}

static FILE *make_file(char *made)
{
	int fd = g_mkstemp_full(made, O_RDWR | O_CLOEXEC, 0666);

	return fd < 0 ? NULL : fdopen(fd, "w");
}

/**
 * tsim_import_file() - write a file beside itself, then put it in place by a rename
 * @output: its name; what is there already must be a regular file
 * @write: FALSE: @output stays as it was
 * @data: passed on to @write
 *
 * SIGINT and SIGTERM end the program with status 130 and leave nothing.
 */
gboolean tsim_import_file(const char *output, tsim_import_fn write, void *data, GError **error)
{
	g_autofree char *made = g_strdup_printf("%s.XXXXXX", output);
	struct sigaction act = { .sa_handler = on_signal }, old_int, old_term;
	gboolean ok;
	FILE *file;

	if (g_file_test(output, G_FILE_TEST_EXISTS) && !g_file_test(output, G_FILE_TEST_IS_REGULAR))
		return tsim_throw(error, "-o: %s is not a regular file", output);
	unfinished = made;
	sigaction(SIGINT, &act, &old_int);
	sigaction(SIGTERM, &act, &old_term);
	file = make_file(made);
	ok = file ? write(file, data, error) && finish_file(file, made, output, error) :
		    tsim_throw(error, "-o: cannot write %s: %s", output, g_strerror(errno));
	if (file)
		fclose(file);
	if (file && !ok)
		g_unlink(made);
	sigaction(SIGINT, &old_int, NULL);
	sigaction(SIGTERM, &old_term, NULL);
	return ok;
}
