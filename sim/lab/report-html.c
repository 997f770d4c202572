/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A result as one page that needs nothing else: no script, no font, no file, no network. */
#include "report-html.h"

#include <math.h>
#include "error.h"
#include "findings.h"
#include "html.h"
#include "report-bare.h"
#include "report-mail-rows.h"
#include "text.h"

/* Figures are drawn on white by gnuplot and stay so in the dark. */
static const char style[] =
	":root{color-scheme:light dark;--ink:#1b1f24;--dim:#57606a;--line:#d0d7de;--back:#fff;"
	"--stripe:#f6f8fa}\n"
	"@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9198a1;--line:#3d444d;"
	"--back:#0d1117;--stripe:#161b22}}\n"
	"body{margin:2rem auto;padding:0 1rem;max-width:80rem;background:var(--back);"
	"color:var(--ink);font:16px/1.5 system-ui,sans-serif}\n"
	"h1{font-size:1.6rem;margin-bottom:.2rem}h2{font-size:1.2rem;margin-top:2rem}\n"
	"p.sub,figcaption,p.note{color:var(--dim)}\n"
	"div.wide{overflow-x:auto}\n"
	"table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}\n"
	"th,td{padding:.25rem .5rem;border-bottom:1px solid var(--line);text-align:right;"
	"white-space:nowrap}\n"
	"th.l,td.l{text-align:left}thead th{border-bottom:2px solid var(--dim);"
	"white-space:normal;vertical-align:bottom}\n"
	"tbody.odd{background:var(--stripe)}\n"
	"pre{overflow-x:auto;padding:.8rem;background:var(--stripe);border:1px solid var(--line);"
	"font:13px/1.4 ui-monospace,monospace}\n"
	"figure{margin:1.5rem 0}"
	"figure svg{width:100%;max-width:50rem;height:auto;background:#fff}\n"
	"@page{size:A4 landscape;margin:12mm}\n"
	"@media print{:root{--ink:#000;--dim:#333;--line:#999;--back:#fff;--stripe:#fff}"
	"body{max-width:none;margin:0;font-size:11pt}figure,tbody{break-inside:avoid}"
	"h2{break-after:avoid}pre{white-space:pre-wrap;font-size:8pt}"
	"table{font-size:7.5pt}th,td{padding:.1rem .35rem}thead th{white-space:normal}}\n";

static void append_head(GString *out, const TsimStored *s)
{
	g_autofree char *title =
		g_strdup_printf("trimsim: %s", tsim_stored_text(s->head, "experiment"));
	g_autofree char *subject = tsim_stored_subject(s->head);
	g_autofree char *sub = g_strdup_printf("%s; seed %" G_GUINT64_FORMAT
					       ", intervals of %g %% confidence",
					       subject, tsim_stored_count(s->head, "seed"),
					       100 * tsim_stored_confidence(s));
	g_autofree char *part = tsim_stored_part(s);

	g_string_append(out,
			"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
			"<meta name=\"viewport\" content=\"width=device-width\">\n");
	tsim_html_element(out, "title", title);
	g_string_append_printf(out, "<style>\n%s</style>\n</head>\n<body>\n", style);
	tsim_html_element(out, "h1", tsim_stored_text(s->head, "experiment"));
	tsim_html_element(out, "p class=\"sub\"", sub);
	if (part)
		tsim_html_element(out, "p class=\"sub\"", part);
}

static void append_findings(GString *out, const TsimStored *s)
{
	g_autoptr(GPtrArray) lines = tsim_findings(s);

	tsim_html_element(out, "h2", "Findings");
	g_string_append(out, "<ul>\n");
	for (guint i = 0; i < lines->len; i++)
		tsim_html_element(out, "li", g_ptr_array_index(lines, i));
	g_string_append(out, "</ul>\n");
	if (tsim_stored_n_points(s) > 1 && !tsim_stored_bare(s))
		tsim_html_element(out, "p class=\"note\"",
				  "Significant: a paired difference, each point for itself; with "
				  "many points a few are by chance.");
}

/* ---- the table ---- */

static void cell(GString *out, char *text)
{
	tsim_html_element(out, "td", text);
	g_free(text);
}

static char *estimate(JsonObject *o, const char *path, double factor)
{
	struct tsim_estimate e = tsim_stored_estimate(o, path);

	e.estimate *= factor;
	e.low *= factor;
	e.high *= factor;
	return tsim_text_estimate(&e);
}

static char *percentile(JsonObject *policy, const char *path, const char *zero)
{
	struct tsim_estimate e = tsim_stored_quantile(policy, path);

	return tsim_text_quantile(&e, zero);
}

static char *difference(JsonObject *paired, const char *name)
{
	struct tsim_estimate e = tsim_stored_estimate(paired, name);
	g_autofree char *text = tsim_text_estimate(&e);

	if (e.low == 0 && e.high == 0)
		return g_strdup("no pair differs");
	return g_strconcat(text, tsim_mail_mark(paired, name), NULL);
}

/* What the table has for all points. */
struct shape {
	gboolean bare, flash;
	guint columns; /* of a bare device, see tsim_bare_columns() */
};

static void append_bare(GString *out, JsonObject *point, const char *name, guint columns)
{
	JsonObject *policy = tsim_stored_policy(point, name);

	for (guint k = 0; tsim_bare_values[k].name; k++)
		if (columns & 1u << k)
			cell(out, tsim_bare_values[k].text(policy, tsim_bare_values[k].path));
	g_string_append(out, "</tr>\n");
}

static void append_policy(GString *out, JsonObject *point, const char *name, gboolean flash)
{
	JsonObject *policy = tsim_stored_policy(point, name);
	JsonObject *paired = tsim_stored_paired(point, name);

	tsim_html_element(out, "td class=\"l\"", name);
	cell(out, tsim_mail_runs(policy));
	cell(out, estimate(policy, "corruption_probability", 1));
	cell(out, paired ? difference(paired, "corrupted") : g_strdup(""));
	cell(out, estimate(policy, "per_removal", 1));
	cell(out, estimate(policy, "allocation.stall_probability", 100));
	cell(out, percentile(policy, "allocation.stall_ns.p99", "no wait"));
	cell(out, paired ? difference(paired, "stall_s") : g_strdup(""));
	cell(out, percentile(policy, "commit_ns.p99", "0s"));
	if (flash)
		cell(out, tsim_bare_amplification(policy, "write_amplification"));
	g_string_append(out, "</tr>\n");
}

/* The values of the variables stand once, beside all policies. */
static void append_point(GString *out, JsonObject *point, guint i, const struct shape *shape)
{
	JsonObject *parameters = json_object_get_object_member(point, "parameters");
	g_autoptr(GList) names = json_object_get_members(parameters);
	g_auto(GStrv) policies = tsim_stored_policies(point);
	guint n = shape->bare ? 1 : g_strv_length(policies);

	g_string_append(out, i % 2 ? "<tbody class=\"odd\">\n" : "<tbody>\n");
	for (guint k = 0; k < n; k++) {
		g_string_append(out, "<tr>\n");
		for (GList *name = names; name && !k; name = name->next) {
			g_autofree char *tag = g_strdup_printf("td class=\"l\" rowspan=\"%u\"", n);

			tsim_html_element(out, tag, tsim_stored_text(parameters, name->data));
		}
		if (shape->bare)
			append_bare(out, point, policies[k], shape->columns);
		else
			append_policy(out, point, policies[k], shape->flash);
	}
	g_string_append(out, "</tbody>\n");
}

static void append_columns(GString *out, JsonObject *point, const struct shape *shape)
{
	static const char *const names[] = {
		"fail:runs",  "P(corrupt)", "difference to first",   "destroyed per removal",
		"stalled, %", "stall p99",  "more stall, s per run", "commit p99",
	};
	g_autoptr(GList) variables =
		json_object_get_members(json_object_get_object_member(point, "parameters"));

	g_string_append(out, "<thead>\n<tr>\n");
	for (GList *name = variables; name; name = name->next)
		tsim_html_element(out, "th class=\"l\"", name->data);
	if (shape->bare) {
		for (guint k = 0; tsim_bare_values[k].name; k++)
			if (shape->columns & 1u << k)
				tsim_html_element(out, "th", tsim_bare_values[k].name);
	} else {
		tsim_html_element(out, "th class=\"l\"", "policy");
		for (guint i = 0; i < G_N_ELEMENTS(names); i++)
			tsim_html_element(out, "th", names[i]);
		if (shape->flash)
			tsim_html_element(out, "th", "write amplif.");
	}
	g_string_append(out, "</tr>\n</thead>\n");
}

static void append_table(GString *out, const TsimStored *s)
{
	struct shape shape = { tsim_stored_bare(s), tsim_bare_any_flash(s), tsim_bare_columns(s) };

	tsim_html_element(out, "h2", "Results");
	g_string_append(out, "<div class=\"wide\">\n<table>\n");
	append_columns(out, tsim_stored_point(s, 0), &shape);
	for (guint i = 0; i < tsim_stored_n_points(s); i++)
		append_point(out, tsim_stored_point(s, i), i, &shape);
	g_string_append(out, "</table>\n</div>\n");
	tsim_html_element(out, "p class=\"note\"",
			  shape.bare ?
				  "means: from submission to completion; - there were none." :
				  "[low, high]: confidence interval; < x: none seen, upper limit; "
				  "* significant paired difference; - too few samples.");
}

/* ---- the rest ---- */

static gboolean append_figures(GString *out, const GPtrArray *figures, GError **error)
{
	if (figures->len)
		tsim_html_element(out, "h2", "Figures");
	for (guint i = 0; i < figures->len; i++) {
		const struct tsim_page_figure *figure = g_ptr_array_index(figures, i);

		if (!tsim_html_svg(out, figure->svg, figure->name, i + 1, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean append_file(GString *out, const TsimStored *s, const char *name,
			    const char *heading, GError **error)
{
	g_autofree char *path = g_build_filename(s->dir, name, NULL), *text = NULL;
	g_autoptr(GError) local = NULL;

	if (!g_file_get_contents(path, &text, NULL, &local))
		return tsim_throw(error, "%s", local->message);
	tsim_html_element(out, "h2", heading);
	tsim_html_element(out, "pre", text);
	return TRUE;
}

static void append_origin(GString *out, const TsimStored *s)
{
	g_auto(GStrv) command = tsim_stored_command(s);
	g_autoptr(GString) text = g_string_new(NULL);

	tsim_html_element(out, "h2", "Where it comes from");
	tsim_mail_facts(text, s);
	g_string_append_printf(text, "trimsim %s, model %s\n", tsim_stored_text(s->head, "trimsim"),
			       tsim_stored_text(s->head, "model"));
	tsim_text_command(text, (const char *const *)command);
	tsim_html_element(out, "pre", text->str);
}

/** tsim_report_html() - a page: what was found, the table, the figures, where it comes from */
char *tsim_report_html(const TsimStored *stored, const GPtrArray *figures, GError **error)
{
	g_autoptr(GString) out = g_string_new(NULL);

	append_head(out, stored);
	append_findings(out, stored);
	append_table(out, stored);
	if (!append_figures(out, figures, error))
		return NULL;
	/* All numbers of a sweep are in points.tsv: as text they would be many pages. */
	if (tsim_stored_n_points(stored) == 1 &&
	    !append_file(out, stored, "report.txt", "All numbers", error))
		return NULL;
	append_origin(out, stored);
	if (!append_file(out, stored, "manifest.conf", "Configuration", error))
		return NULL;
	g_string_append(out, "</body>\n</html>\n");
	return g_strdup(out->str);
}
