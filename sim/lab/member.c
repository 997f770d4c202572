/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "member.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "engine.h"
#include "error.h"
#include "wire.h"

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/** tsim_member_init() - a place for a worker; no process yet */
gboolean tsim_member_init(struct tsim_member *m, GError **error)
{
	*m = (struct tsim_member){ .fd = -1, .err_fd = -1 };
	m->slot = mmap(NULL, sizeof(*m->slot), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (m->slot == MAP_FAILED) {
		m->slot = NULL;
		return tsim_throw_run(error, "cannot share memory with a worker: %s",
				      g_strerror(errno));
	}
	m->in = g_byte_array_new();
	m->err = g_string_new(NULL);
	return TRUE;
}

/*
 * The child's side.  It ignores the terminal's Ctrl-C and the request for
 * a line of progress, which are the parent's; it dies with the parent, and
 * holds no other worker's socket, so that a closed one is seen as such.
 */
static void child(const struct tsim_member *m, const struct tsim_source *source,
		  const struct tsim_member *all, guint n, int fd, int err_fd,
		  pid_t parent) G_GNUC_NORETURN;
static void child(const struct tsim_member *m, const struct tsim_source *source,
		  const struct tsim_member *all, guint n, int fd, int err_fd, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	signal(SIGINT, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	for (guint i = 0; i < n; i++) {
		if (all[i].fd >= 0)
			close(all[i].fd);
		if (all[i].err_fd >= 0)
			close(all[i].err_fd);
	}
	dup2(err_fd, STDERR_FILENO);
	close(err_fd);
	tsim_worker_main(source, m->slot, fd);
}

/**
 * tsim_member_start() - fork the worker process
 * @m: member without a process
 * @source: what there is to run
 * @all: every member, @m included; their descriptors are closed in the child
 * @n: how many
 */
gboolean tsim_member_start(struct tsim_member *m, const struct tsim_source *source,
			   const struct tsim_member *all, guint n, GError **error)
{
	pid_t parent = getpid();
	int sock[2], err[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sock) < 0)
		return tsim_throw_run(error, "cannot start a worker: %s", g_strerror(errno));
	if (pipe(err) < 0) {
		close(sock[0]);
		close(sock[1]);
		return tsim_throw_run(error, "cannot start a worker: %s", g_strerror(errno));
	}
	memset(m->slot, 0, sizeof(*m->slot));
	g_byte_array_set_size(m->in, 0);
	g_string_truncate(m->err, 0);
	tsim_engine_preload("simgrid");
	fflush(NULL);
	m->pid = fork();
	if (m->pid == 0) {
		close(sock[0]);
		close(err[0]);
		child(m, source, all, n, sock[1], err[1], parent);
	}
	close(sock[1]);
	close(err[1]);
	m->fd = sock[0];
	m->err_fd = err[0];
	if (m->pid < 0) {
		m->pid = 0;
		return tsim_throw_run(error, "cannot start a worker: %s", g_strerror(errno));
	}
	fcntl(m->err_fd, F_SETFL, O_NONBLOCK);
	return TRUE;
}

/* A worker that is dead already is found by its closed socket; nothing to report here. */
static void send_all(int fd, const void *data, gsize size)
{
	const char *p = data;

	while (size > 0) {
		ssize_t n = send(fd, p, size, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		p += n;
		size -= n;
	}
}

/** tsim_member_assign() - give @block to the idle worker @m, by reference until it is taken back */
void tsim_member_assign(struct tsim_member *m, struct tsim_block *block)
{
	struct tsim_assignment a = {
		.point = block->point,
		.next = block->next,
		.end = block->end,
		.n_skipped = block->failures->len,
		.sums_size = block->sums->len,
		.kept_size = block->kept->len,
	};

	m->block = block;
	m->slot->replication = block->next;
	m->slot->policy = 0;
	send_all(m->fd, &a, sizeof(a));
	for (guint i = 0; i < block->failures->len; i++) {
		const struct tsim_failure *failure = g_ptr_array_index(block->failures, i);

		send_all(m->fd, &failure->replication, sizeof(failure->replication));
	}
	send_all(m->fd, block->sums->data, block->sums->len);
	send_all(m->fd, block->kept->data, block->kept->len);
}

/** tsim_member_receive() - read from the worker; FALSE when it has closed its socket: it died */
gboolean tsim_member_receive(struct tsim_member *m)
{
	guint8 buffer[65536];
	ssize_t n = recv(m->fd, buffer, sizeof(buffer), MSG_DONTWAIT);

	if (n > 0)
		g_byte_array_append(m->in, buffer, n);
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

/** tsim_member_listen() - read what the worker wrote to its stderr */
void tsim_member_listen(struct tsim_member *m)
{
	char buffer[4096];
	ssize_t n;

	while (m->err_fd >= 0 && (n = read(m->err_fd, buffer, sizeof(buffer))) != -1) {
		if (n == 0)
			close_fd(&m->err_fd);
		else
			g_string_append_len(m->err, buffer, n);
	}
}

static void replace_bytes(GByteArray *array, const guint8 *data, guint size)
{
	g_byte_array_set_size(array, 0);
	g_byte_array_append(array, data, size);
}

/**
 * tsim_member_take_reply() - put a reply that has come in whole into the member's block
 *
 * Return: FALSE when there is none yet.
 */
gboolean tsim_member_take_reply(struct tsim_member *m)
{
	struct tsim_reply head;
	gsize size;

	if (m->in->len < sizeof(head))
		return FALSE;
	memcpy(&head, m->in->data, sizeof(head));
	size = sizeof(head) + head.sums_size + head.kept_size;
	if (m->in->len < size)
		return FALSE;
	m->block->next = head.next;
	replace_bytes(m->block->sums, m->in->data + sizeof(head), head.sums_size);
	replace_bytes(m->block->kept, m->in->data + sizeof(head) + head.sums_size, head.kept_size);
	g_byte_array_remove_range(m->in, 0, size);
	return TRUE;
}

/*
 * The last line of @err that says why the process ends, cut out of it: a broken
 * invariant, or an error of a library.  NULL if there is none.
 */
static char *last_words(GString *err)
{
	g_auto(GStrv) lines = g_strsplit(err->str, "\n", -1);
	const char *words = NULL;

	for (guint i = 0; lines[i]; i++)
		if (g_str_has_prefix(lines[i], "trimsim: ") || strstr(lines[i], "ERROR"))
			words = lines[i];
	if (!words)
		return NULL;
	g_string_truncate(err, 0);
	for (guint i = 0; lines[i]; i++)
		if (lines[i] != words && lines[i][0])
			g_string_append_printf(err, "%s\n", lines[i]);
	return g_strdup(g_str_has_prefix(words, "trimsim: ") ? words + strlen("trimsim: ") : words);
}

/**
 * tsim_member_bury() - reap a worker that died
 * @m: worker; has no process afterwards
 *
 * Return: (transfer full): why it died: its own message, else the line
 * of its stderr that says so (a broken invariant), else the signal.  The rest of its
 * stderr stays in m->err.
 */
char *tsim_member_bury(struct tsim_member *m)
{
	char *words;
	int status = 0;

	while (waitpid(m->pid, &status, 0) < 0 && errno == EINTR)
		;
	tsim_member_listen(m);
	m->pid = 0;
	close_fd(&m->fd);
	close_fd(&m->err_fd);
	if (m->slot->message[0])
		return g_strndup(m->slot->message, sizeof(m->slot->message) - 1);
	words = last_words(m->err);
	if (words)
		return words;
	if (WIFSIGNALED(status))
		return g_strdup_printf("killed by signal %d (%s)", WTERMSIG(status),
				       strsignal(WTERMSIG(status)));
	return g_strdup_printf("worker ended with status %d", WEXITSTATUS(status));
}

/** tsim_member_clear() - kill the worker, if any; free what the member owns, but for its block */
void tsim_member_clear(struct tsim_member *m)
{
	if (m->pid > 0) {
		kill(m->pid, SIGKILL);
		while (waitpid(m->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close_fd(&m->fd);
	close_fd(&m->err_fd);
	if (m->slot)
		munmap(m->slot, sizeof(*m->slot));
	g_clear_pointer(&m->in, g_byte_array_unref);
	if (m->err)
		g_string_free(g_steal_pointer(&m->err), TRUE);
}
