/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine-private.h"
#include "error.h"

#include <dlfcn.h>

/*
 * The order in which a module is looked for: what the user says, the build
 * tree this was compiled in, the installed place.
 */
static char *load_find(const char *file, GString *tried)
{
	const char *dirs[] = { g_getenv("TRIMSIM_ENGINE_DIR"), TSIM_ENGINE_BUILD_DIR,
			       TSIM_ENGINE_INSTALL_DIR };
	guint i;

	for (i = 0; i < G_N_ELEMENTS(dirs); i++) {
		g_autofree char *path = NULL;

		if (!dirs[i])
			continue;
		path = g_build_filename(dirs[i], file, NULL);
		if (g_file_test(path, G_FILE_TEST_EXISTS))
			return g_steal_pointer(&path);
		g_string_append_printf(tried, "%s%s", tried->len ? ", " : "", dirs[i]);
	}
	return NULL;
}

/*
 * RTLD_LOCAL keeps the module's libraries to itself: libsimgrid exports the
 * whole of MPI.  The module stays loaded until the process ends.
 */
const struct tsim_backend_ops *tsim_backend_load(const char *name, GError **error)
{
	g_autofree char *file = g_strdup_printf("trimsim-engine-%s.so", name);
	g_autoptr(GString) tried = g_string_new(NULL);
	g_autofree char *path = load_find(file, tried);
	const struct tsim_backend_ops *ops;
	void *module;

	if (!path) {
		tsim_throw_run(error, "no engine '%s': %s is not in %s (set TRIMSIM_ENGINE_DIR)",
			       name, file, tried->str);
		return NULL;
	}
	module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!module) {
		tsim_throw_run(error, "cannot load engine '%s': %s", name, dlerror());
		return NULL;
	}
	ops = dlsym(module, "tsim_backend");
	if (!ops)
		tsim_throw_run(error, "%s is no engine: it has no tsim_backend", path);
	return ops;
}

/**
 * tsim_engine_preload() - let the children of this process find a back end's module loaded
 *
 * To be loaded is all that a back end's library can share with them: it starts
 * nothing before tsim_engine_enter().  What is wrong with it is for
 * tsim_engine_open() to say.
 */
void tsim_engine_preload(const char *backend)
{
	tsim_backend_load(backend, NULL);
}
