/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The only file that knows SimGrid.  It is written for 3.32 and later. */
#define _GNU_SOURCE
#include "backend.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <simgrid/actor.h>
#include <simgrid/engine.h>
#include <simgrid/host.h>
#include <simgrid/semaphore.h>
#include <xbt/config.h>

/* The first context runs the caller's own code, the others only actors. */
#define FIRST_STACK_KIB 8192
#define ACTOR_STACK_KIB 256

struct tsim_context {
	const char *name;
	void (*fn)(void *data);
	void *data;
	sg_sem_t baton;		/* keeps the token when the hand-over comes before the wait */
	gboolean started;
};

static struct tsim_context *running;
static gboolean ready;

/* SimGrid reads a platform from a file only. */
static void backend_load_platform(void)
{
	static const char platform[] =
		"<?xml version='1.0'?>\n"
		"<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
		"<platform version=\"4.1\"><zone id=\"z\" routing=\"None\">"
		"<host id=\"h\" speed=\"1Gf\"/></zone></platform>\n";
	char path[32];
	int fd = memfd_create("trimsim-platform", MFD_CLOEXEC);

	if (fd < 0 || write(fd, platform, sizeof(platform) - 1) != sizeof(platform) - 1)
		g_error("cannot write the platform to memory: %s", g_strerror(errno));
	g_snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	simgrid_load_platform(path);
	close(fd);
}

/* SimGrid takes over SIGINT and SIGSEGV and reads its options from argv: allow neither. */
static void backend_init(void)
{
	char *argv[] = { (char *)"trimsim", (char *)"--log=root.thres:error", NULL };
	int argc = 2;
	struct sigaction on_int, on_segv;

	sigaction(SIGINT, NULL, &on_int);
	sigaction(SIGSEGV, NULL, &on_segv);
	simgrid_init(&argc, argv);
	sigaction(SIGINT, &on_int, NULL);
	sigaction(SIGSEGV, &on_segv, NULL);
	sg_cfg_set_double("surf/precision", 1e-10);
	backend_load_platform();
	ready = TRUE;
}

static struct tsim_context *backend_context_new(const char *name, void (*fn)(void *data),
						void *data)
{
	struct tsim_context *context = g_new0(struct tsim_context, 1);

	context->name = name;
	context->fn = fn;
	context->data = data;
	context->baton = sg_sem_init(0);
	return context;
}

/*
 * An actor is started by a hand-over, which has said who runs.  When it
 * returns, SimGrid unwinds by a C++ exception; AddressSanitizer, which does
 * not know this stack, then warns once about __asan_handle_no_return.  That is
 * harmless: nothing of ours is left on the stack.
 */
static void backend_actor(int argc, char **argv)
{
	struct tsim_context *self = running;

	self->fn(self->data);
	sg_sem_destroy(self->baton);
	g_free(self);
}

static void backend_start(struct tsim_context *context)
{
	context->started = TRUE;
	sg_actor_create(context->name, sg_host_by_name("h"), backend_actor, 0, NULL);
}

/* From here to its next wait the caller must not touch what @to may change. */
static void backend_resume(struct tsim_context *to)
{
	running = to;
	if (to->started)
		sg_sem_release(to->baton);
	else
		backend_start(to);
}

static void backend_context_switch(struct tsim_context *from, struct tsim_context *to)
{
	backend_resume(to);
	sg_sem_acquire(from->baton);
}

static void backend_context_exit_to(struct tsim_context *from, struct tsim_context *to)
{
	backend_resume(to);
}

static struct tsim_context *backend_context_self(void)
{
	return running;
}

/*
 * SimGrid's clock is a double.  Only absolute dates are given to it, so that
 * it does not drift from the engine's int64 one.
 */
static void backend_advance(double seconds)
{
	sg_actor_sleep_until(seconds);
}

static double backend_clock(void)
{
	return ready ? simgrid_get_clock() : 0;
}

static void backend_run(void (*main_fn)(void *data), void *data)
{
	if (!ready)
		backend_init();
	running = backend_context_new("first", main_fn, data);
	/* The size of one actor alone (sg_actor_set_stacksize) crashes in 3.32. */
	sg_cfg_set_int("contexts/stack-size", FIRST_STACK_KIB);
	backend_start(running);
	sg_cfg_set_int("contexts/stack-size", ACTOR_STACK_KIB);
	simgrid_run();
}

extern const struct tsim_backend_ops tsim_backend;
const struct tsim_backend_ops tsim_backend = {
	.name = "simgrid",
	.run = backend_run,
	.context_new = backend_context_new,
	.context_self = backend_context_self,
	.context_switch = backend_context_switch,
	.context_exit_to = backend_context_exit_to,
	.advance = backend_advance,
	.clock = backend_clock,
};
