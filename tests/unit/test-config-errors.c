/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config-fixture.h"

struct refusal {
	const char *text, *set;
	int line; /* 0: the message begins with --set or the file alone */
	const char *says;
};

static const struct refusal refusals[] = {
	{ "", NULL, 1, "the file is empty" },
	{ "# nothing\n", NULL, 1, "has no group" },
	{ "x = 1\n[device d]\n", NULL, 1, "'x' stands before the first group" },
	{ "[device d\n", NULL, 1, "unterminated group '[device d'" },
	{ "[device d] x\n", NULL, 1, "unterminated group" },
	{ "[device]\n", NULL, 1, "bad group name ''" },
	{ "[]\n", NULL, 1, "empty group header" },
	{ "[devise d]\n", NULL, 1, "unknown group kind 'devise' (did you mean 'device'?)" },
	{ "[device a b]\n", NULL, 1, "bad group name 'a b'" },
	{ "[device d]\n\n[device d]\n", NULL, 3, "a.conf:1" },
	{ "[device d]\nslots=1\nslots=2\n", NULL, 3, "a.conf:2" },
	{ "[device d]\nslots\n", NULL, 2, "'slots' is no 'key = value'" },
	{ "[device d]\n= 3\n", NULL, 2, "no key before '= 3'" },
	{ "[device d]\na[0] = 3\n", NULL, 2, "bad key name 'a[0]'" },
	{ "[device d]\n\nslots = 1\x01\n", NULL, 3, "control character 0x01" },
	{ "[device d]\n\xff\n", NULL, 2, "byte 0xff is not UTF-8" },
	{ "include nosuch.conf\n", NULL, 1, "cannot find 'nosuch.conf'" },
	{ "include\n", NULL, 1, "write 'include FILE'" },
	{ "include = a\n", NULL, 1, "write 'include FILE'" },
	{ "include a.conf\n", NULL, 1, "include cycle a.conf -> a.conf" },
	{ "include /\n", NULL, 1, "include /: cannot" },
	{ "[device d]\n", NULL, 1, "no [experiment NAME] group" },
	{ GROUPS EXPERIMENT "[experiment g]\n", NULL, 11, "2 experiments (e, g), choose one" },
	{ GROUPS EXPERIMENT "nosuch = 1\n", NULL, 11, "unknown key 'nosuch'" },
	{ GROUPS EXPERIMENT "device.slot = 1\n", NULL, 11, "did you mean 'slots'?" },
	{ GROUPS EXPERIMENT "device.slots = 0\n", NULL, 11, "permitted is 1 to 1024" },
	{ GROUPS EXPERIMENT "device.discard.base = 5\n", NULL, 11, "device.discard.base = 5" },
	{ GROUPS EXPERIMENT "policy.slo.delay = 1s\n", NULL, 11, "no such policy" },
	{ GROUPS EXPERIMENT "policy.delay = 1s\n", NULL, 11, "policy.NAME.KEY" },
	{ GROUPS EXPERIMENT "policy.slow.dely = 1s\n", NULL, 11, "did you mean 'delay'?" },
	{ GROUPS EXPERIMENT "policy.pinned-3.19.x = 1s\n", NULL, 0, NULL },
	{ GROUPS EXPERIMENT "D = ${1ms..1s log 7}\n", NULL, 11, "one value is wanted here" },
	{ GROUPS EXPERIMENT "device.discard.base = ${D}\n", NULL, 11,
	  "one value is wanted here" },
	{ "[device d]\nslots = ${1,2}\n[filesystem f]\n[policy slow]\nkind=unpinned\n" EXPERIMENT,
	  NULL, 2, "one value is wanted here" },
	{ "[device x]\nslot = 1\n" GROUPS EXPERIMENT, NULL, 2, "did you mean 'slots'?" },
	{ "[device x]\nkind = 1\n" GROUPS EXPERIMENT, NULL, 2, "unknown key 'kind'" },
	{ "[device x]\ninherit = y\n[device y]\ninherit = x\n" GROUPS EXPERIMENT, NULL, 4,
	  "inherit cycle x -> y -> x" },
	{ "[device x]\ninherit = x\n" GROUPS EXPERIMENT, NULL, 2, "inherit cycle x -> x" },
	{ "[device x]\ninherit = dd\n" GROUPS EXPERIMENT, NULL, 2,
	  "unknown device 'dd' (did you mean 'd'?)" },
	{ "[device x]\ninherit =\n" GROUPS EXPERIMENT, NULL, 2, "write 'inherit = NAME'" },
	{ "[policy x]\n" GROUPS EXPERIMENT, NULL, 1,
	  "needs 'kind = ...', one of unpinned, pinned-chunk" },
	{ "[policy x]\nkind = unpined\n" GROUPS EXPERIMENT, NULL, 2, "did you mean 'unpinned'?" },
	{ "[policy x]\nkind = unpinned\ninherit = slow\n" GROUPS EXPERIMENT, NULL, 7,
	  "of kind 'pinned-chunk'" },
	{ EXPERIMENT "[device d]\n[filesystem f]\n", NULL, 5, "unknown policy 'slow'" },
	{ EXPERIMENT "[device e]\n[filesystem f]\n", NULL, 2, "unknown device 'd'" },
	{ "[experiment e]\n", NULL, 1, "does not set 'device' (the device)" },
	{ GROUPS EXPERIMENT, "experiment.workload=prob", 0, "did you mean 'probe'?" },
	{ GROUPS EXPERIMENT, "experiment.policies=", 0, "the list is empty" },
	{ GROUPS EXPERIMENT, "experiment.policies=slow,slow", 0, "'slow' stands twice" },
	{ GROUPS EXPERIMENT, "experiment.device=", 0, "no name, write 'device = NAME'" },
	{ GROUPS EXPERIMENT, "device.slots=0", 0, "permitted is 1 to 1024" },
	{ GROUPS EXPERIMENT, "device.slot=1", 0, "did you mean 'slots'?" },
	{ GROUPS EXPERIMENT, "devise.slots=1", 0, "did you mean 'device'?" },
	{ GROUPS EXPERIMENT, "slots=1", 0, "no group" },
	{ GROUPS EXPERIMENT, "device.slots", 0, "no '='" },
	{ GROUPS EXPERIMENT, "device.=1", 0, "no key" },
	{ GROUPS EXPERIMENT, "experiment.title=a # b", 0, "starts a comment" },
	{ GROUPS EXPERIMENT, "experiment.title=a\nb", 0, "control character 0x0a" },
	{ GROUPS EXPERIMENT, "policy.fast.delay=1s", 0, "with a name of unpinned, slow" },
	{ GROUPS EXPERIMENT, "device.slots=${a}", 0, "one value is wanted here" },
};

static void test_refusals(void)
{
	g_autofree char *path = g_build_filename(directory, "a.conf", NULL);

	for (guint i = 0; i < G_N_ELEMENTS(refusals); i++) {
		const struct refusal *refusal = &refusals[i];
		g_autoptr(GError) error = NULL;
		g_autoptr(TsimResolved) resolved = resolve(refusal->text, refusal->set, &error);
		g_autofree char *start = refusal->set ?
						 g_strdup_printf("--set %s", refusal->set) :
						 g_strdup_printf("%s:%d: ", path, refusal->line);

		if (!refusal->says) {
			g_assert_no_error(error);
			continue;
		}
		g_assert_null(resolved);
		g_assert_error(error, TSIM_ERROR, TSIM_ERROR_INPUT);
		g_test_message("%s", error->message);
		g_assert_true(g_str_has_prefix(error->message, start));
		g_assert_nonnull(strstr(error->message, refusal->says));
	}
}

/* Files that are no text, and errors that name two files. */
static void test_bad_files(void)
{
	g_autofree char *nul = put_bytes("nul.conf", "[device d]\n\n\0\n", 14);
	g_autofree char *b = put_bytes("b.conf", "\n[device d]\nslots = 1\n", -1);
	g_autofree char *c = put_bytes("c.conf", "include d.conf\n", -1);
	g_autofree char *d = put_bytes("d.conf", "[device x]\ninclude c.conf\n", -1);
	g_autofree char *missing = g_build_filename(directory, "missing.conf", NULL);
	const char *paths[] = { nul, directory, missing, "/dev/zero", c };
	const char *says[] = { "nul.conf:3: NUL byte", ": cannot read: Is a directory",
			       "missing.conf: cannot open: No such file", "longer than 16MiB",
			       "d.conf:2: include cycle c.conf -> d.conf -> c.conf" };
	g_autoptr(GError) error = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
		g_autoptr(GError) local = NULL;

		g_assert_null(tsim_config_load(paths[i], &local));
		g_assert_error(local, TSIM_ERROR, TSIM_ERROR_INPUT);
		g_assert_nonnull(strstr(local->message, says[i]));
	}
	g_assert_null(load("include b.conf\n[device d]\n", &error));
	g_assert_nonnull(strstr(error->message, "a.conf:2: duplicate group [device d]"));
	g_assert_nonnull(strstr(error->message, "b.conf:2"));
}

/* A bundled preset that is not included: say which file to include. */
static void test_preset_hint(void)
{
	g_autofree char *data = g_build_filename(directory, "hint", "presets", NULL);
	g_autofree char *presets = g_build_filename(data, "devices.conf", NULL);
	g_autofree char *root = g_build_filename(directory, "hint", NULL);
	g_autoptr(GError) exact = NULL, near = NULL;

	g_assert_cmpint(g_mkdir_with_parents(data, 0700), ==, 0);
	g_file_set_contents(presets, "[device fast-nvme]\n", -1, NULL);
	g_setenv("TRIMSIM_DATADIR", root, TRUE);
	resolve(GROUPS EXPERIMENT, "experiment.device=fast-nvme", &exact);
	resolve(GROUPS EXPERIMENT, "experiment.device=fast-nvm", &near);
	g_unsetenv("TRIMSIM_DATADIR");
	g_assert_cmpstr(exact->message, ==,
			"--set experiment.device=fast-nvme: unknown device 'fast-nvme', "
			"add 'include presets/devices.conf'");
	g_assert_cmpstr(near->message, ==,
			"--set experiment.device=fast-nvm: unknown device 'fast-nvm' "
			"(did you mean 'fast-nvme'? add 'include presets/devices.conf')");
}

int main(int argc, char **argv)
{
	config_start(&argc, &argv);
	g_test_add_func("/config/refusals", test_refusals);
	g_test_add_func("/config/bad-files", test_bad_files);
	g_test_add_func("/config/preset-hint", test_preset_hint);
	return config_end();
}
