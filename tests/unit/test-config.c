/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "config.h"
#include "error.h"
#include "law.h"
#include "simtime.h"

/* A schema of our own: the layer knows no model. */
struct device {
	tsim_ns base;
	guint64 slots;
	TsimLaw *latency;
};

struct filesystem {
	tsim_ns interval;
};

struct experiment {
	char *device, *filesystem, *workload, *title;
	GStrv policies;
	guint64 replications;
};

struct knob {
	tsim_ns delay;
};

static const struct tsim_option device_options[] = {
	{ "discard.base", TSIM_OPT_TIME, offsetof(struct device, base), 0, 60e9, .def = "1ms" },
	{ "discard.latency", TSIM_OPT_LAW, offsetof(struct device, latency), .def = "none" },
	{ "slots", TSIM_OPT_COUNT, offsetof(struct device, slots), 1, 1024, .def = "32" },
	{ .name = NULL },
};
static const struct tsim_option filesystem_options[] = {
	{ "commit_interval", TSIM_OPT_TIME, offsetof(struct filesystem, interval), 0, 3600e9,
	  .def = "30s" },
	{ .name = NULL },
};
static const struct tsim_option experiment_options[] = {
	{ "device", TSIM_OPT_STRING, offsetof(struct experiment, device), .help = "the device" },
	{ "filesystem", TSIM_OPT_STRING, offsetof(struct experiment, filesystem),
	  .help = "the file system" },
	{ "workload", TSIM_OPT_STRING, offsetof(struct experiment, workload),
	  .help = "the workload" },
	{ "policies", TSIM_OPT_LIST, offsetof(struct experiment, policies),
	  .help = "the policies" },
	{ "replications", TSIM_OPT_COUNT, offsetof(struct experiment, replications), 1, 1e9,
	  .def = "100" },
	{ "title", TSIM_OPT_STRING, offsetof(struct experiment, title), .def = "" },
	{ .name = NULL },
};
static const struct tsim_option knob_options[] = {
	{ "delay", TSIM_OPT_TIME, offsetof(struct knob, delay), .def = "0ns" },
	{ .name = NULL },
};
static const struct tsim_option no_options[] = { { .name = NULL } };
static const char *const workload_kinds[] = { "probe", "fill", NULL };
static const char *const policy_kinds[] = { "unpinned", "pinned-chunk", "pinned-3.19", NULL };

static const struct tsim_option *workload(const char *kind)
{
	if (!strcmp(kind, "probe"))
		return knob_options;
	return !strcmp(kind, "fill") ? no_options : NULL;
}

static const struct tsim_option *policy(const char *kind)
{
	if (!strcmp(kind, "unpinned"))
		return no_options;
	return !strcmp(kind, "pinned-chunk") || !strcmp(kind, "pinned-3.19") ? knob_options : NULL;
}

static const struct tsim_schema schema = {
	experiment_options, device_options, filesystem_options, workload, policy,
	workload_kinds,     policy_kinds,
};

static char *directory;

static char *put_bytes(const char *name, const char *text, gssize length)
{
	char *path = g_build_filename(directory, name, NULL);
	g_autoptr(GError) error = NULL;

	g_file_set_contents(path, text, length, &error);
	g_assert_no_error(error);
	return path;
}

static TsimConfig *load(const char *text, GError **error)
{
	g_autofree char *path = put_bytes("a.conf", text, -1);

	return tsim_config_load(path, error);
}

static TsimResolved *resolve(const char *text, const char *set, GError **error)
{
	g_autoptr(TsimConfig) config = load(text, error);

	if (!config || (set && !tsim_config_set(config, set, error)))
		return NULL;
	return tsim_config_resolve(config, NULL, &schema, error);
}

#define EXPERIMENT                                                                                 \
	"[experiment e]\n"                                                                         \
	"device = d\n"                                                                             \
	"filesystem = f\n"                                                                         \
	"workload = probe\n"                                                                       \
	"policies = unpinned, slow\n"
#define GROUPS                                                                                     \
	"[device d]\n"                                                                             \
	"[filesystem f]\n"                                                                         \
	"[policy slow]\n"                                                                          \
	"kind = pinned-chunk\n"                                                                    \
	"delay = 5s\n"

static const char *value_of(const TsimResolved *resolved, const char *kind, const char *group,
			    const char *key)
{
	const GPtrArray *values = tsim_resolved_values(resolved);

	for (guint i = 0; i < values->len; i++) {
		const struct tsim_resolved_value *value = g_ptr_array_index(values, i);

		if (!strcmp(value->kind, kind) && !strcmp(value->group, group) &&
		    !strcmp(value->key, key))
			return value->text;
	}
	return NULL;
}

static void test_resolve(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(TsimResolved) resolved = resolve(GROUPS EXPERIMENT, NULL, &error);
	struct device device;
	struct knob knob;
	struct experiment experiment;

	g_assert_no_error(error);
	g_assert_cmpstr(tsim_resolved_experiment(resolved), ==, "e");
	g_assert_cmpstr(tsim_resolved_workload_kind(resolved), ==, "probe");
	g_assert_cmpstr(tsim_resolved_policy_kind(resolved, "slow"), ==, "pinned-chunk");
	g_assert_cmpstr(tsim_resolved_policy_kind(resolved, "unpinned"), ==, "unpinned");
	g_assert_null(tsim_resolved_policy_kind(resolved, "x"));
	g_assert_true(tsim_resolved_fill(resolved, "device", NULL, &device, &error));
	g_assert_cmpint(device.base, ==, TSIM_NS_PER_MS);
	g_assert_cmpuint(device.slots, ==, 32);
	g_assert_true(tsim_resolved_fill(resolved, "policy", "slow", &knob, &error));
	g_assert_cmpint(knob.delay, ==, 5 * TSIM_NS_PER_S);
	g_assert_true(tsim_resolved_fill(resolved, "experiment", NULL, &experiment, &error));
	g_assert_cmpstr(experiment.policies[1], ==, "slow");
	tsim_options_clear(experiment_options, &experiment);
	g_assert_false(tsim_resolved_fill(resolved, "policy", "x", &knob, &error));
	g_assert_error(error, TSIM_ERROR, TSIM_ERROR_INPUT);
	g_assert_cmpstr(value_of(resolved, "policy", "slow", "kind"), ==, "pinned-chunk");
	g_assert_cmpstr(tsim_resolved_origin(resolved, "device", NULL, "slots"), ==, "default");
}

/* --set > experiment > named group > inherited (left first, then deep) > default. */
static void test_precedence(void)
{
	static const char *const layers[] = {
		"[device base]\nslots = 2\n",
		"[device left]\ninherit = base\n",
		"[device right]\nslots = 3\n",
	};
	static const char *const ends[] = {
		"[device d]\n",
		"[device d]\ninherit = right\n",
		"[device d]\ninherit = left, right\n",
		"[device d]\ninherit = left, right\nslots = 4\n",
		"[device d]\ninherit = left, right\nslots = 4\n",
	};
	static const char *const expected[] = { "32", "3", "2", "4", "5", "6" };
	static const int lines[] = { 0, 6, 2, 9 };

	for (guint i = 0; i < 6; i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *text =
			g_strconcat(layers[0], layers[1], layers[2], ends[MIN(i, 4)],
				    "[filesystem f]\n[policy slow]\nkind=unpinned\n" EXPERIMENT,
				    i >= 4 ? "device.slots = 5\n" : "", NULL);
		g_autoptr(TsimResolved)
			resolved = resolve(text, i == 5 ? "device.slots=6" : NULL, &error);
		g_autofree char *origin = NULL;

		g_assert_no_error(error);
		g_assert_cmpstr(value_of(resolved, "device", "d", "slots"), ==, expected[i]);
		if (i && i < 4) {
			origin = g_strdup_printf("%s/a.conf:%d", directory, lines[i]);
			g_assert_cmpstr(tsim_resolved_origin(resolved, "device", NULL, "slots"), ==,
					origin);
		}
		if (i == 5)
			g_assert_cmpstr(tsim_resolved_origin(resolved, "device", NULL, "slots"), ==,
					"--set");
	}
}

/* An experiment inherits as well; the keys of its groups come along. */
static void test_experiment_inherit(void)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = put_bytes("a.conf",
					  GROUPS EXPERIMENT
					  "device.slots = 7\npolicy.slow.delay = 1s\n"
					  "[experiment e2]\ninherit = e\n"
					  "replications = 9\n",
					  -1);
	g_autoptr(TsimConfig) config = tsim_config_load(path, &error);
	g_autoptr(TsimResolved) resolved = NULL;
	g_auto(GStrv) names = NULL;

	g_assert_no_error(error);
	names = tsim_config_experiments(config);
	g_assert_cmpuint(g_strv_length(names), ==, 2);
	resolved = tsim_config_resolve(config, "e2", &schema, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(value_of(resolved, "device", "d", "slots"), ==, "7");
	g_assert_cmpstr(value_of(resolved, "policy", "slow", "delay"), ==, "1s");
	g_assert_cmpstr(value_of(resolved, "experiment", "e2", "replications"), ==, "9");
}

static void test_dotted_policy(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(TsimResolved) resolved =
		resolve("[device d]\n[filesystem f]\n[policy pinned-3]\nkind = unpinned\n"
			"[experiment e]\ndevice = d\nfilesystem = f\nworkload = probe\n"
			"policies = pinned-3, pinned-3.19\npolicy.pinned-3.19.delay = 2s\n",
			"policy.pinned-3.19.delay=3s", &error);

	g_assert_no_error(error);
	g_assert_cmpstr(value_of(resolved, "policy", "pinned-3.19", "delay"), ==, "3s");
}

/* --set experiment.policies may leave out a policy that the file has keys for. */
static void test_policy_left_out(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(TsimResolved) resolved = resolve(GROUPS EXPERIMENT "policy.slow.delay = 1s\n",
						   "experiment.policies=unpinned", &error);

	g_assert_no_error(error);
	g_assert_null(value_of(resolved, "policy", "slow", "delay"));
}

static void test_text_forms(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(TsimResolved) resolved =
		resolve("\xef\xbb\xbf; fio comment\r\n  # indented\r\n[device   d]  # tail\r\n"
			"\tslots=8 # tail\r\n\r\n[filesystem f]\r\n" EXPERIMENT
			"title = λ; a#b = c\r\n[policy slow]\r\nkind = unpinned",
			NULL, &error);

	g_assert_no_error(error);
	g_assert_cmpstr(value_of(resolved, "device", "d", "slots"), ==, "8");
	g_assert_cmpstr(value_of(resolved, "experiment", "e", "title"), ==, "λ; a#b = c");
}

/* A diamond of includes reads the common file once; places name each file. */
static void test_include(void)
{
	g_autofree char *common = put_bytes("common.conf", "[device d]\nslots = 9\n", -1);
	g_autofree char *b = put_bytes("b.conf", "include common.conf\n[filesystem f]\n", -1);
	g_autofree char *c = put_bytes("c.conf",
				       "include common.conf\n[policy slow]\nkind=unpinned\n", -1);
	g_autofree char *data = g_build_filename(directory, "data", NULL);
	g_autofree char *far = g_build_filename(data, "far.conf", NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(TsimResolved) resolved = NULL;
	g_autofree char *place = g_strdup_printf("%s:2", common);

	g_assert_cmpint(g_mkdir_with_parents(data, 0700), ==, 0);
	g_file_set_contents(far, "[workload w]\nkind = probe\ndelay = 3s\n", -1, NULL);
	g_setenv("TRIMSIM_DATADIR", data, TRUE);
	resolved = resolve("include b.conf\ninclude c.conf # both\ninclude far.conf\n" EXPERIMENT,
			   "experiment.workload=w", &error);
	g_unsetenv("TRIMSIM_DATADIR");
	g_assert_no_error(error);
	g_assert_cmpstr(value_of(resolved, "workload", "w", "delay"), ==, "3s");
	g_assert_cmpstr(tsim_resolved_origin(resolved, "device", NULL, "slots"), ==, place);
}

/* parse(manifest) has the same values, whatever stood in files, includes and --set. */
static void test_manifest(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(TsimResolved) first = resolve(
		GROUPS EXPERIMENT "device.discard.latency = lognormal(median=20ms, sigma=1.2)\n"
				  "title = two  words\n",
		"workload.delay=1500us", &error);
	g_autoptr(TsimResolved) second = NULL;
	g_autofree char *manifest = NULL, *again = NULL;
	const GPtrArray *a, *b;
	struct knob knob;

	g_assert_no_error(error);
	manifest = tsim_resolved_manifest(first);
	second = resolve(manifest, NULL, &error);
	g_assert_no_error(error);
	again = tsim_resolved_manifest(second);
	g_assert_cmpstr(manifest, ==, again);
	a = tsim_resolved_values(first);
	b = tsim_resolved_values(second);
	g_assert_cmpuint(a->len, ==, b->len);
	for (guint i = 0; i < a->len; i++) {
		const struct tsim_resolved_value *x = g_ptr_array_index(a, i);
		const struct tsim_resolved_value *y = g_ptr_array_index(b, i);

		g_assert_cmpstr(x->kind, ==, y->kind);
		g_assert_cmpstr(x->group, ==, y->group);
		g_assert_cmpstr(x->key, ==, y->key);
		g_assert_cmpstr(y->origin, !=, "default");
	}
	g_assert_true(tsim_resolved_fill(second, "workload", NULL, &knob, &error));
	g_assert_cmpint(knob.delay, ==, 1500 * TSIM_NS_PER_US);
}

/* Samples are found next to the file that names them, not where the program runs. */
static void test_samples(void)
{
	g_autofree char *samples = put_bytes("lat.txt", "1ms\n2ms\n3ms\n", -1);
	g_autoptr(GError) error = NULL;
	g_autoptr(TsimResolved) resolved = resolve(
		GROUPS EXPERIMENT "device.discard.latency = empirical(lat.txt)\n", NULL, &error);
	g_autofree char *expected = g_strdup_printf("empirical(%s)", samples);

	g_assert_no_error(error);
	g_assert_cmpstr(value_of(resolved, "device", "d", "discard.latency"), ==, expected);
}

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

static void remove_tree(const char *path)
{
	GDir *dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *child = g_build_filename(path, name, NULL);

		remove_tree(child);
	}
	g_clear_pointer(&dir, g_dir_close);
	g_remove(path);
}

int main(int argc, char **argv)
{
	int status;

	g_test_init(&argc, &argv, NULL);
	directory = g_dir_make_tmp("test-config-XXXXXX", NULL);
	g_test_add_func("/config/resolve", test_resolve);
	g_test_add_func("/config/precedence", test_precedence);
	g_test_add_func("/config/experiment-inherit", test_experiment_inherit);
	g_test_add_func("/config/dotted-policy", test_dotted_policy);
	g_test_add_func("/config/policy-left-out", test_policy_left_out);
	g_test_add_func("/config/text-forms", test_text_forms);
	g_test_add_func("/config/include", test_include);
	g_test_add_func("/config/manifest", test_manifest);
	g_test_add_func("/config/samples", test_samples);
	g_test_add_func("/config/refusals", test_refusals);
	g_test_add_func("/config/bad-files", test_bad_files);
	g_test_add_func("/config/preset-hint", test_preset_hint);
	status = g_test_run();
	remove_tree(directory);
	g_free(directory);
	return status;
}
