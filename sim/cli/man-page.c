/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The man page, from the tables of the program and the presets that come with it. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "law.h"
#include "man.h"

static void man_option(const struct tsim_option *option)
{
	g_autofree char *range = tsim_option_range(option), *def = tsim_option_default(option);

	tsim_man_line(".TP\n.B ", option->name, "\n");
	fputs(tsim_option_type_name(option->type), stdout);
	if (*range)
		tsim_man_line(", ", range, "");
	if (def)
		tsim_man_line(", default ", *def ? def : "empty", "");
	else
		fputs(", required", stdout);
	fputs(".\n", stdout);
	if (option->help)
		tsim_man_line("", option->help, ".\n");
	if (option->source)
		tsim_man_line("Source: ", option->source, ".\n");
}

static void man_table(const char *heading, const struct tsim_option *options)
{
	if (!options->name)
		return;
	tsim_man_line(".SS ", heading, "\n");
	for (; options->name; options++)
		man_option(options);
}

static void man_kinds(const char *group, const char *const *kinds,
		      const struct tsim_option *(*table)(const char *kind))
{
	for (; *kinds; kinds++) {
		g_autofree char *heading = g_strdup_printf("[%s NAME] kind = %s", group, *kinds);

		man_table(heading, table(*kinds));
	}
}

static void man_commands(void)
{
	printf(".SH COMMANDS\n");
	for (const struct tsim_command *command = tsim_commands; command->name; command++) {
		tsim_man_line(".TP\n.B ", command->name, "\n");
		tsim_man_line("", command->usage, "\n.br\n");
		tsim_man_line("", command->summary, ".\n");
	}
	printf(".PP\nEach command describes its options with\n"
	       ".BR \"trimsim COMMAND \\-\\-help\" .\n");
}

static const char man_head[] =
	".SH NAME\n"
	"trimsim \\- simulate what late discards destroy, and what preventing it costs\n"
	".SH SYNOPSIS\n"
	".B trimsim\n"
	".I COMMAND\n"
	"[\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n"
	".br\n"
	".B trimsim \\-\\-help\n"
	"|\n"
	".B \\-\\-version\n"
	".SH DESCRIPTION\n"
	"When may a physical range that is, or was, under a discard be given to a new owner?\n"
	".B trimsim\n"
	"replays workloads over a model of the device and of the file system under several\n"
	"policies, and prints how probable it is that a late discard destroys live data, and\n"
	"what allocations wait for.\n";

static const char man_tail[] =
	".SH EXIT STATUS\n"
	"0 ok; 1 a run failed or an invariant broke; 2 bad usage or bad input; 3 not as\n"
	"precise as was asked for: the time budget ended, or all replications were run, before\n"
	"the rule to stop was met, or shards are missing; 4 a check, an expectation or\n"
	"the validation failed;\n"
	"130 interrupted, the same command goes on.\n"
	".SH ENVIRONMENT\n"
	".TP\n.B TRIMSIM_DATADIR\n"
	"Directory in which an included file is looked for when it is not next to the\n"
	"including file; before the directories that came with the program.\n"
	".TP\n.B NO_COLOR\n"
	"When set, nothing is printed in colour.\n";

static const char man_configuration[] =
	".SH CONFIGURATION\n"
	"A file of groups [KIND NAME] with lines key = value. Values with a dimension need\n"
	"their unit: ns us ms s min h; B KiB MiB GiB TiB kB MB GB TB; /s. A line\n"
	".I include FILE\n"
	"reads another file;\n"
	".I inherit = NAME, ...\n"
	"takes the keys of other groups of the same kind. An experiment overrides its groups\n"
	"with keys such as device.discard.base, policy.NAME.KEY.\n"
	".SS Sweeps\n"
	"A value of an experiment may contain ${...}; the experiment then has one point for\n"
	"each combination of values.\n"
	".TP\n.B ${1ms, 5ms}\nthese values\n"
	".TP\n.B ${a..b step c}, ${a..b lin n}, ${a..b log n}\n"
	"by steps of c; n values at equal distances or ratios, both ends among them\n"
	".TP\n.B ${D = 1ms, 5ms}\nwith a name; also as a key of its own, D = ${1ms, 5ms}\n"
	".TP\n.B ${D}, ${D * 2}, ${min(D, 10ms)}\n"
	"what follows from D: + \\- * / ( ) min max sqrt log exp\n"
	".TP\n.B ${1s, 5s ! D}\nin parallel with D\n"
	".TP\n.B ${dm\\-thin, virtio\\-thin}\ntexts; in quotes when they look like something else\n"
	".TP\n.B constraint = D < T\n"
	"a line that leaves out points: == != < <= > >= && || ! as well\n"
	".PP\n"
	"The last variable varies fastest; points are numbered from 0.\n"
	".B trimsim list\n"
	"prints them,\n"
	".B \\-r\n"
	"selects some by numbers (0..9) or by a condition (D > 10ms && T == 30s).\n";

static const char man_stop[] =
	".SS Rules to stop\n"
	"An experiment has\n"
	".I replications\n"
	"independent runs of each point under each policy. With a rule this is the cap, and a\n"
	"point ends as soon as it has enough:\n"
	".TP\n.B stop = failures >= 97\n"
	"corrupted replications under the policy that has most of them, 2 to 1e9\n"
	".TP\n.B stop = relative_halfwidth <= 20%\n"
	"of the interval of P(corrupt): computes that number\n"
	".TP\n.B stop = failures >= 97 | relative_halfwidth <= 20%\nthe first that is met\n"
	".TP\n.B stop = none\nall replications, the default\n";

/* Runs as it is; tests/cli/006-keys does it. */
static const char man_example[] =
	"# How long may a discard take on my disk before data is at risk, and what does\n"
	"# the protection cost?  trimsim list FILE; trimsim run FILE -o out\n"
	"include presets/devices.conf\n"
	"include presets/filesystems.conf\n"
	"\n"
	"# What is not set here is as in the preset.\n"
	"[device my-disk]\n"
	"inherit = dm-thin\n"
	"discard.slots = 4             # discards that it works on at one time\n"
	"write.rate = 500MB/s\n"
	"\n"
	"[workload my-work]\n"
	"kind = churn\n"
	"data_bytes = 1GiB             # a file that comes and goes\n"
	"balance = metadata            # removes block groups\n"
	"trimmers = 2                  # fstrim loops\n"
	"duration = 20s                # of simulated time\n"
	"on_enospc = retry(100ms)\n"
	"\n"
	"[experiment my-sweep]\n"
	"device = my-disk\n"
	"filesystem = btrfs-3.18\n"
	"filesystem.size = 3GiB\n"
	"workload = my-work\n"
	"policies = unpinned, pinned-chunk\n"
	"# 5 x 2 points: the median of a discard's time, and the loops\n"
	"device.discard.latency = lognormal(median=${D = 10ms..1s log 5}, sigma=0.5)\n"
	"workload.trimmers = ${N = 2, 8}\n"
	"replications = 40\n"
	"expect = pinned-chunk.hits == 0   # exit status 4 if not\n"
	"seed = 1\n";

static void man_laws(void)
{
	printf(".SS Laws\nA value of type law is a time, or one of\n");
	for (guint i = 0; tsim_law_usage(i); i++)
		tsim_man_line(".br\n.B ", tsim_law_usage(i), "\n");
	printf(".br\nA FILE has a time with its unit on each line, or is a table divided by commas or\n"
	       "tabs.  Its heading names a column latency_ns, latency_us, latency_ms or latency_s,\n"
	       "and may name bytes, the size of what took so long, and count, how often.  trimsim\n"
	       "import \\-\\-latencies makes such tables of recordings.  It is looked for as an included\n"
	       "file is.\n");
}

/* The group headers of a preset, as a list. */
static void man_preset(const char *name)
{
	g_autofree char *path = tsim_data_file(name, NULL), *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!path || !g_file_get_contents(path, &text, NULL, NULL))
		return;
	lines = g_strsplit(text, "\n", -1);
	tsim_man_line(".TP\n.B include ", name, "\n");
	for (guint i = 0; lines[i]; i++)
		if (lines[i][0] == '[')
			tsim_man_line("", lines[i], "\n.br\n");
}

static void man_presets(void)
{
	printf(".SS Presets\nGroups that come with the program:\n");
	man_preset("presets/devices.conf");
	man_preset("presets/filesystems.conf");
	man_preset("presets/workloads.conf");
}

static void man_examples(void)
{
	g_auto(GStrv) lines = g_strsplit(man_example, "\n", -1);

	printf(".SH EXAMPLE\n.nf\n");
	for (guint i = 0; lines[i] && (lines[i][0] || lines[i + 1]); i++)
		tsim_man_line("", lines[i], "\n");
	printf(".fi\n");
}

/**
 * tsim_print_man:
 *
 * The man page trimsim(1), in roff, to stdout.
 */
void tsim_print_man(const struct tsim_schema *schema)
{
	printf(".\\\" generated by trimsim keys --format man\n");
	printf(".TH TRIMSIM 1 \"\" \"trimsim %s\" \"User Commands\"\n", TSIM_VERSION);
	fputs(man_head, stdout);
	man_commands();
	fputs(man_configuration, stdout);
	fputs(man_stop, stdout);
	man_laws();
	man_presets();
	tsim_man_expect();
	man_table("[experiment NAME]", schema->experiment);
	man_table("[device NAME]", schema->device);
	man_table("[filesystem NAME]", schema->filesystem);
	man_kinds("workload", schema->workload_kinds, schema->workload);
	man_kinds("policy", schema->policy_kinds, schema->policy);
	man_examples();
	fputs(man_tail, stdout);
}
