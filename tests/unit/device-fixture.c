/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device-fixture.h"

struct tsim_device dev;
struct tsim_device_options opt;
tsim_ns written_ns;
gboolean discard_ok;

static const struct device_script *script_now;
static guint32 next_index;

static void on_write(void *data, const struct tsim_command *cmd)
{
	g_autofree char *text = g_strdup_printf("w%" G_GUINT64_FORMAT "[%" G_GINT64_FORMAT "]",
						cmd->tag_number, cmd->effect_ns);
	note(text);
}

static void on_discard(void *data, const struct tsim_command *cmd, struct tsim_range r, tsim_ns t)
{
	g_autofree char *text = g_strdup_printf("d%u:%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT
						"[%" G_GINT64_FORMAT "]",
						cmd->piece, r.start / 4096, r.end / 4096, t);
	note(text);
}

void on_device(void (*script)(void *data))
{
	struct tsim_rng rng = { 1, 1 };

	next_index = 0;
	tsim_device_init(&dev, engine, &opt, &rng);
	dev.listener = (struct tsim_device_listener){ .write_effect = on_write,
						      .discard_effect = on_discard };
	run_ok(TSIM_NS_NEVER, script, NULL);
	tsim_device_drain(&dev);
	g_assert_cmpuint(dev.late->len, ==, 0);
	tsim_device_clear(&dev);
}

void device_reset(void)
{
	tsim_options_clear(tsim_device_option_table, &opt);
	tsim_options_defaults(tsim_device_option_table, &opt);
	opt.discard_base_ns = 100;
	opt.discard_slots = 4;
	opt.slots = 4;
	opt.write_base_ns = 10;
}

struct tsim_range blocks(guint64 start, guint64 end)
{
	return TSIM_RANGE(start * 4096, end * 4096);
}

static void write_now(void)
{
	written_ns = tsim_device_write(&dev, script_now->write, NULL, 1);
	tsim_sleep_until(engine, written_ns);
	note("written");
}

static void act_discard(void *data)
{
	const struct device_script *s = script_now;

	discard_ok =
		tsim_device_discard_ranges(&dev, s->discards, s->n_discards, 1, &next_index, NULL);
	note("done");
	if (!s->wait_for_discard)
		return;
	tsim_sleep(engine, s->write_at);
	write_now();
}

static void act_write(void *data)
{
	tsim_sleep_until(engine, script_now->write_at);
	write_now();
}

static void start(void *data)
{
	spawn("fstrim", 0, act_discard);
	if (script_now->write.end > 0 && !script_now->wait_for_discard)
		spawn("writer", 1, act_write);
}

void script_gives(const struct device_script *script, const char *expected)
{
	script_now = script;
	on_device(start);
	assert_log(expected);
}

int device_test_main(int argc, char **argv, const struct engine_test *tests, guint n)
{
	int status = engine_test_main(argc, argv, tests, n);

	tsim_options_clear(tsim_device_option_table, &opt);
	return status;
}
