/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config-fixture.h"

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
	tsim_options_clear(schema.experiment, &experiment);
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

int main(int argc, char **argv)
{
	config_start(&argc, &argv);
	g_test_add_func("/config/resolve", test_resolve);
	g_test_add_func("/config/precedence", test_precedence);
	g_test_add_func("/config/experiment-inherit", test_experiment_inherit);
	g_test_add_func("/config/dotted-policy", test_dotted_policy);
	g_test_add_func("/config/policy-left-out", test_policy_left_out);
	g_test_add_func("/config/text-forms", test_text_forms);
	g_test_add_func("/config/include", test_include);
	g_test_add_func("/config/manifest", test_manifest);
	g_test_add_func("/config/samples", test_samples);
	return config_end();
}
