/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "error.h"
#include "suggest.h"
#include "world.h"

static char *format;

static const GOptionEntry entries[] = {
	/* For the build, which installs both. */
	{ "format", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &format, NULL,
	  "text|man|completion" },
	{ NULL },
};

static const char examples[] =
	"Groups: experiment, device, filesystem, workload [KIND], policy [KIND].\n"
	"\n"
	"Examples:\n"
	"  trimsim keys device\n"
	"  trimsim keys policy pinned-chunk\n";

#define INDENT 6
#define WIDTH 79

/* Under the name of an option, in as many lines as it takes. */
static void print_below(const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	glong column = WIDTH;

	for (guint i = 0; words[i]; i++) {
		glong len = g_utf8_strlen(words[i], -1);

		if (column + 1 + len > WIDTH) {
			printf("%s%*s%s", i ? "\n" : "", INDENT, "", words[i]);
			column = INDENT + len;
		} else {
			printf(" %s", words[i]);
			column += 1 + len;
		}
	}
	printf("\n");
}

static void print_option(const struct tsim_option *option)
{
	g_autofree char *range = tsim_option_range(option), *def = tsim_option_default(option);

	g_autoptr(GString) values = g_string_new(tsim_option_type_name(option->type));

	if (*range)
		g_string_append_printf(values, ", %s", range);
	if (def)
		g_string_append_printf(values, ", default %s", *def ? def : "empty");
	else
		g_string_append(values, ", required");
	printf("  %s\n", option->name);
	print_below(values->str);
	if (option->help)
		print_below(option->help);
	if (option->source) {
		g_autofree char *source = g_strconcat("source: ", option->source, NULL);

		print_below(source);
	}
}

/* @kind NULL: the group has no kinds. */
static void print_table(const char *group, const char *kind, const struct tsim_option *options)
{
	printf("[%s NAME]%s%s\n", group, kind ? "  kind = " : "", kind ? kind : "");
	for (const struct tsim_option *option = options; option->name; option++)
		print_option(option);
	if (!options->name)
		printf("  (no keys)\n");
	printf("\n");
}

static gboolean print_kinds(const char *group, const char *wanted, const char *const *kinds,
			    const struct tsim_option *(*table)(const char *kind), GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *hint = NULL;

	for (; *kinds; kinds++) {
		g_ptr_array_add(names, (char *)*kinds);
		if (!wanted)
			print_table(group, *kinds, table(*kinds));
	}
	if (!wanted)
		return TRUE;
	if (table(wanted)) {
		print_table(group, wanted, table(wanted));
		return TRUE;
	}
	hint = tsim_did_you_mean(wanted, names);
	return tsim_throw(error, "no %s kind '%s'%s", group, wanted, hint);
}

static gboolean throw_group(const char *group, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *hint = NULL;

	g_ptr_array_add(names, "experiment");
	g_ptr_array_add(names, "device");
	g_ptr_array_add(names, "filesystem");
	g_ptr_array_add(names, "workload");
	g_ptr_array_add(names, "policy");
	hint = tsim_did_you_mean(group, names);
	return tsim_throw(error, "no group '%s'%s, see %s --help", group, hint, g_get_prgname());
}

static gboolean print_group(const struct tsim_schema *schema, const char *group, const char *kind,
			    GError **error)
{
	const gboolean has_kinds = !strcmp(group, "workload") || !strcmp(group, "policy");

	if (kind && !has_kinds)
		return tsim_throw(error, "group '%s' has no kinds, write trimsim keys %s", group,
				  group);
	if (!strcmp(group, "experiment"))
		print_table(group, NULL, schema->experiment);
	else if (!strcmp(group, "device"))
		print_table(group, NULL, schema->device);
	else if (!strcmp(group, "filesystem"))
		print_table(group, NULL, schema->filesystem);
	else if (!strcmp(group, "workload"))
		return print_kinds(group, kind, schema->workload_kinds, schema->workload, error);
	else if (!strcmp(group, "policy"))
		return print_kinds(group, kind, schema->policy_kinds, schema->policy, error);
	else
		return throw_group(group, error);
	return TRUE;
}

static gboolean print_text(const struct tsim_schema *schema, int argc, char **argv, GError **error)
{
	static const char *const groups[] = { "experiment", "device", "filesystem", "workload",
					      "policy" };

	if (argc > 1)
		return print_group(schema, argv[1], argv[2], error);
	for (guint i = 0; i < G_N_ELEMENTS(groups); i++)
		if (!print_group(schema, groups[i], NULL, error))
			return FALSE;
	return TRUE;
}

static gboolean print_keys(int argc, char **argv, GError **error)
{
	const struct tsim_schema *schema = tsim_setup_schema();

	if (!format || !strcmp(format, "text"))
		return print_text(schema, argc, argv, error);
	if (!strcmp(format, "man"))
		tsim_print_man(schema);
	else if (!strcmp(format, "completion"))
		tsim_print_completion(schema);
	else
		return tsim_throw(error, "--format %s: write text, man or completion", format);
	return TRUE;
}

int tsim_cmd_keys(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	gboolean ok = tsim_cli_parse(&argc, &argv, entries, "[GROUP [KIND]]", examples, 0, 2,
				     &error) &&
		      print_keys(argc, argv, &error);

	g_free(format);
	return ok ? TSIM_EXIT_OK : tsim_cli_fail(error);
}
