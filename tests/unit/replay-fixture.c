/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "replay-fixture.h"

GArray *events; /* (element-type struct tsim_trace_event) of the recording */
GArray *emitted; /* (element-type struct tsim_trace_event) of the models */
TsimRecording *recording;
static struct tsim_follower follower;
double scale;

const struct tsim_trace_event *nth(const GArray *array, guint i)
{
	g_assert_cmpuint(i, <, array->len);
	return &g_array_index(array, struct tsim_trace_event, i);
}

static void emit(void *data, const struct tsim_trace_event *event)
{
	g_array_append_vals(emitted, event, 1);
}

static void follow(void *data)
{
	static const struct tsim_trace_sink sink = { .emit = emit };

	fs.trace = &sink;
	follower = (struct tsim_follower){ .fs = &fs, .recording = recording, .scale = scale };
	tsim_follow_start(&follower);
}

void load(const char *path)
{
	g_autoptr(GError) error = NULL;
	tsim_ns start_ns;

	events = tsim_ftrace_read_all(path, &start_ns, &error);
	g_assert_no_error(error);
	recording = tsim_recording_new(events, &error);
	g_assert_no_error(error);
	scale = 1;
	fresh_mkfs(4 * TSIM_GIB, TSIM_PROFILE_SINGLE);
}

/* The fixture checks conservation of space at every commit. */
void run_policy(const struct tsim_policy_ops *ops)
{
	g_clear_pointer(&emitted, g_array_unref);
	emitted = g_array_new(FALSE, FALSE, sizeof(struct tsim_trace_event));
	run_script(ops, follow);
	tsim_follow_clear(&follower);
}

void unload(void)
{
	g_clear_pointer(&events, g_array_unref);
	g_clear_pointer(&recording, tsim_recording_free);
	g_clear_pointer(&emitted, g_array_unref);
}

guint count(const GArray *array, enum tsim_trace_kind kind)
{
	guint n = 0;

	for (guint i = 0; i < array->len; i++)
		n += nth(array, i)->kind == kind;
	return n;
}
