/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/*
 * What a back end gives: contexts (an actor's stack), hand-over between
 * them, and a clock kept in step.  A module exports one of these as
 * `tsim_backend`; it is loaded with RTLD_LOCAL by each worker after fork.
 */
struct tsim_context;

struct tsim_backend_ops {
	const char *name;
	/* Required.  Run @main_fn in a first context; return when every context has ended. */
	void (*run)(void (*main_fn)(void *data), void *data);
	/* Required.  A context that starts in @fn when first resumed. */
	struct tsim_context *(*context_new)(const char *name, void (*fn)(void *data), void *data);
	/* Required.  The calling context, also for the first one. */
	struct tsim_context *(*context_self)(void);
	/* Required.  Resume @to and wait until somebody resumes the caller. */
	void (*context_switch)(struct tsim_context *from, struct tsim_context *to);
	/* Required.  Resume @to; the caller then returns from its context function. */
	void (*context_exit_to)(struct tsim_context *from, struct tsim_context *to);
	/* Required.  Move the back end's clock forward to @seconds (absolute). */
	void (*advance)(double seconds);
	double (*clock)(void);
};
