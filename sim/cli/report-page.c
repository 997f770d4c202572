/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report --html: the figures as `trimsim plot` draws them, and the page around them. */
#include "report-page.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "report-html.h"

static void figure_free(gpointer data)
{
	struct tsim_page_figure *figure = data;

	g_free(figure->name);
	g_free(figure->svg);
	g_free(figure);
}

/* The program as the user calls it: a figure that it cannot draw is no figure here either. */
static gboolean draw(const char *dir, GError **error)
{
	const char *argv[] = { "/proc/self/exe", "plot", dir, "--terminal", "svg", NULL };
	GSubprocessFlags flags = G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE;
	g_autoptr(GSubprocess) process = NULL;
	g_autofree char *text = NULL;
	g_autoptr(GError) local = NULL;

	process = g_subprocess_newv(argv, flags, &local);
	if (!process || !g_subprocess_communicate_utf8(process, NULL, NULL, NULL, &text, &local))
		return tsim_throw_run(error, "cannot draw the figures: %s", local->message);
	if (g_subprocess_get_successful(process))
		return TRUE;
	g_strchomp(text);
	return tsim_throw_run(error, "cannot draw the figures: %s",
			      g_str_has_prefix(text, "trimsim: ") ? text + strlen("trimsim: ") :
								    text);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	const struct tsim_page_figure *x = *(const struct tsim_page_figure *const *)a;
	const struct tsim_page_figure *y = *(const struct tsim_page_figure *const *)b;

	return strcmp(x->name, y->name);
}

static gboolean load_figures(const char *dir, GPtrArray *figures, GError **error)
{
	g_autofree char *plots = g_build_filename(dir, "plots", NULL);
	g_autoptr(GError) local = NULL;
	g_autoptr(GDir) d = g_dir_open(plots, 0, &local);
	const char *name;

	while (d && (name = g_dir_read_name(d))) {
		g_autofree char *path = g_build_filename(plots, name, NULL), *svg = NULL;
		struct tsim_page_figure *figure;

		if (!g_str_has_suffix(name, ".svg"))
			continue;
		if (!g_file_get_contents(path, &svg, NULL, &local))
			break;
		figure = g_new0(struct tsim_page_figure, 1);
		figure->name = g_strndup(name, strlen(name) - strlen(".svg"));
		figure->svg = g_steal_pointer(&svg);
		g_ptr_array_add(figures, figure);
	}
	g_ptr_array_sort(figures, by_name);
	return !local || tsim_throw_run(error, "%s", local->message);
}

gboolean tsim_cli_report_page(const char *dir, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "report.html", NULL), *page = NULL;
	g_autoptr(GPtrArray) figures = g_ptr_array_new_with_free_func(figure_free);
	g_autoptr(TsimStored) stored = tsim_stored_load(dir, error);
	g_autoptr(GError) local = NULL;

	if (!stored || !draw(dir, error) || !load_figures(dir, figures, error))
		return FALSE;
	page = tsim_report_html(stored, figures, error);
	if (!page)
		return FALSE;
	if (!g_file_set_contents(path, page, -1, &local))
		return tsim_throw_run(error, "%s: cannot write: %s", path, local->message);
	puts(path);
	return TRUE;
}
